package compiler

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/internal/when"
	"github.com/watchbill/watchbill/schema"
)

// subject is what was validated: an item of a section, or the settings.
type subject struct {
	noun  string // contact "aiko"
	key   *entry // nil for the settings
	value *node
}

// translate turns what the schema found into findings with places and sentences.
func translate(problems []schema.Problem, in subject, l *diag.List) {
	for _, p := range problems {
		key, value := in.value.find(p.Path)
		if key == nil && len(p.Path) == 0 {
			key = in.key
		}
		if value == nil {
			key, value = in.key, in.value
		}
		if value.kind == invalid {
			continue // reported where it was read
		}
		s := sentence{Problem: p, subject: in, key: key, value: value}
		s.finding.Pos = s.place()
		s.finding.Private = p.Secret && s.finding.Pos == value.pos() && value.kind != list && value.kind != table
		s.write()
		l.Add(s.finding)
	}
}

// sentence is one finding being written.
type sentence struct {
	schema.Problem
	subject subject
	key     *entry // of the value, nil in a list
	value   *node
	finding diag.Finding
}

// place is where the author looks: the key for what is about a key or about what
// is absent, the value otherwise.
func (s *sentence) place() diag.Pos {
	switch s.Reason {
	case schema.UnknownKey:
		return s.value.get(s.Key).pos()
	case schema.MissingKey, schema.NotExactlyOne, schema.TooFew, schema.TooMany:
		if s.key != nil {
			return s.key.pos()
		}
	}
	if s.key != nil && (s.OnKey || s.value.kind == null) {
		return s.key.pos()
	}
	return s.value.pos()
}

// what names the value in a sentence.
func (s *sentence) what() string {
	if len(s.Path) == 0 {
		return s.subject.noun
	}
	last := s.Path[len(s.Path)-1]
	title := strings.ToLower(s.Title)
	switch i, err := strconv.Atoi(last); {
	case s.key == nil && err == nil:
		return title + " " + strconv.Itoa(i+1)
	case s.Named:
		return title + " " + quote(last)
	}
	return quote(last)
}

// say completes the finding.
func (s *sentence) say(code, hint, format string, args ...any) {
	s.finding.Code, s.finding.Hint, s.finding.Message = code, hint, fmt.Sprintf(format, args...)
}

func (s *sentence) write() {
	switch s.Reason {
	case schema.UnknownKey:
		s.unknownKey()
	case schema.MissingKey:
		s.say("missing-key", s.example("add "+s.Key+": "), "%s has no %s", s.what(), quote(s.Key))
	case schema.WrongType:
		s.wrongType()
	case schema.NotDuration:
		s.say("bad-duration", durationAdvice(s.value.text), "%s cannot be %s", s.what(), quote(s.value.text))
	case schema.NotOneOf:
		s.say("wrong-value", "", "%s must be %s, not %s%s", s.what(), or(s.Known), s.text(), didYouMean(s.value.text, s.Known))
	case schema.NotExactlyOne:
		s.exactlyOne()
	case schema.NotMatching:
		s.notMatching()
	case schema.Repeated:
		list := quote(s.Path[len(s.Path)-2])
		s.say("wrong-value", "remove one", "%s is in %s twice", s.text(), list)
	default:
		s.outOfRange()
	}
}

func (s *sentence) unknownKey() {
	near, hint := didYouMean(s.Key, s.Known), ""
	if near == "" {
		hint = knownHere(s.Known)
	}
	s.say("unknown-key", hint, "unknown key %s in %s%s", quote(s.Key), s.what(), near)
}

func knownHere(words []string) string {
	if len(words) == 1 {
		return "known here is only " + words[0]
	}
	return "known here are " + and(words)
}

// text is the value as a message may repeat it.
func (s *sentence) text() string {
	switch {
	case s.Secret:
		return "this value"
	case s.value.kind == list || s.value.kind == table:
		return "this entry"
	case s.value.kind == text:
		return quote(s.value.text)
	}
	return quotePlain(s.value.text)
}

// typeWords name the types of a schema in messages.
var typeWords = map[string]string{
	"object": "a mapping", "array": "a list", "string": "a text",
	"integer": "a whole number", "number": "a number", "boolean": "true or false", "null": "empty",
}

func (s *sentence) wrongType() {
	wanted := make([]string, 0, len(s.Known))
	for _, t := range s.Known {
		if t != "null" {
			wanted = append(wanted, typeWords[t])
		}
	}
	must := or(wanted)
	wantsText, n := slices.Contains(s.Known, "string"), s.value
	switch {
	case n.kind == null:
		s.say("wrong-type", s.example("for example "+s.label()), "%s is empty and must be %s", s.what(), must)
	case s.Kind == "duration":
		s.say("bad-duration", durationAdvice(n.text), "%s must be a duration, not %s", s.what(), s.instead())
	case slices.Contains(timeKinds, s.Kind):
		s.say("wrong-type", cmp.Or(timeAdvice(s.Kind, n.text), s.Hint), "%s must be %s, not %s", s.what(), must, s.instead())
	case wantsText && n.plain:
		s.notString(must)
	case n.kind == text && slices.Contains(s.Known, "boolean"):
		s.say("wrong-type", boolAdvice(n.text), "%s must be true or false, not %s", s.what(), s.text())
	case n.kind == text && slices.Contains(s.Known, "integer") && number(n.text) && quotePlain(n.text) == n.text:
		s.say("wrong-type", "write "+n.text+" without quotes", "%s must be %s, not a text", s.what(), must)
	case len(s.Known) == 1 && s.Known[0] == "array" && n.kind == text && !s.Secret && quotePlain(n.text) == n.text:
		member := n.text
		if sexagesimal.MatchString(member) {
			member = strconv.Quote(member)
		}
		s.say("wrong-type", "write "+s.label()+"["+member+"]", "%s must be a list, not a text", s.what())
	default:
		s.say("wrong-type", s.example("for example "+s.label()), "%s must be %s, not %s", s.what(), must, s.instead())
	}
}

// instead is what is there in the place of something else: a number as it is
// written, the name of the kind of anything else.
func (s *sentence) instead() string {
	if n := s.value; (n.kind == integer || n.kind == float) && !s.Secret {
		return quotePlain(n.text)
	}
	return words[s.value.kind]
}

// label is the key with its colon, for advice; empty in a list.
func (s *sentence) label() string {
	if s.key == nil {
		return ""
	}
	return quotePlain(s.key.key) + ": "
}

// notString is a text that YAML reads as something else for want of quotes.
func (s *sentence) notString(must string) {
	n := s.value
	what := words[n.kind]
	if s.Secret {
		hint := "write it in quotes"
		if s.key != nil && (s.key.key == "sms" || s.key.key == "voice") {
			hint += ", with its + and country code"
		}
		s.say("not-a-string", hint, "%s must be %s, and without quotes this is %s", s.what(), must, what)
		return
	}
	text, form := quotePlain(n.text), quotedForm(n.text)
	switch {
	case s.Kind == "account" && accountID.MatchString(n.text):
		text, form = n.text, `write "`+n.text+`"`
	case s.Kind == "share" && text == n.text:
		form = "write " + text + "%"
	}
	s.say("not-a-string", form, "%s must be %s, but %s without quotes is %s", s.what(), must, text, what)
}

func (s *sentence) exactlyOne() {
	var have []string
	for _, key := range s.Known {
		if s.value.get(key) != nil {
			have = append(have, key)
		}
	}
	hint := "write exactly one of " + or(s.Known)
	if len(have) == 0 {
		s.say("missing-key", hint, "%s has none of %s", s.what(), and(s.Known))
		return
	}
	s.say("wrong-value", hint, "%s has %s at once", s.what(), and(have))
}

func (s *sentence) notMatching() {
	hint := s.Hint
	if s.OnKey && s.Kind == "days" {
		s.daysKey()
		return
	}
	if s.OnKey {
		name := s.Path[len(s.Path)-1]
		if better := slug(name); better != "" && better == quotePlain(better) && name == covered(name) {
			hint += "; for example " + better
		}
		s.say("wrong-value", hint, "%s cannot be a name", quote(name))
		return
	}
	s.say("wrong-value", cmp.Or(timeAdvice(s.Kind, s.value.text), hint), "%s cannot be %s", s.what(), s.text())
}

// slug makes a name of what somebody took for one.
func slug(s string) string {
	var b strings.Builder
	for _, c := range strings.ToLower(s) {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || b.Len() > 0 && (c == '-' || c == '_'):
			b.WriteRune(c)
		case b.Len() > 0:
			b.WriteByte('-')
		}
		if b.Len() == 50 {
			break
		}
	}
	return strings.TrimRight(b.String(), "-_")
}

func (s *sentence) outOfRange() {
	size := 0
	switch n := s.value; n.kind {
	case text:
		size = utf8.RuneCountInString(n.text)
	case list:
		size = len(n.items)
	case table:
		size = len(n.entries)
	}
	what := s.what()
	if s.OnKey {
		what = "the key " + quote(s.Path[len(s.Path)-1])
		size = utf8.RuneCountInString(s.Path[len(s.Path)-1])
	}
	switch s.Reason {
	case schema.TooShort:
		if s.OnKey {
			s.say("wrong-value", "give it a name", "an empty text cannot be a key")
			return
		}
		s.say("wrong-value", s.example("for example "+s.label()), "%s is an empty text", what)
	case schema.TooLong:
		s.say("wrong-value", "", "%s has %d characters, and %d are allowed", what, size, s.Limit)
	case schema.TooFew:
		s.say("wrong-value", s.example("for example "+s.label()), "%s is empty", what)
	case schema.TooMany:
		if s.Limit == 1 && s.value.kind == table {
			s.say("wrong-value", "write one of them", "%s has %s at once", what, and(s.value.keys()))
			return
		}
		s.say("wrong-value", "", "%s has %d entries, and %d are allowed", what, size, s.Limit)
	case schema.TooSmall:
		s.say("wrong-value", "", "%s must be at least %d, not %s", what, s.Limit, s.text())
	case schema.TooLarge:
		most := strconv.Itoa(s.Limit)
		if s.Kind == "duration" {
			most = when.Length(time.Duration(s.Limit) * time.Minute)
		}
		s.say("wrong-value", "", "%s must be at most %s, not %s", what, most, s.text())
	}
}

// example is advice with the schema's example, empty when it has none.
func (s *sentence) example(before string) string {
	if s.Example == nil {
		return ""
	}
	return before + flow(s.Example)
}

// flow writes a schema's example as YAML on one line.
func flow(v any) string {
	switch v := v.(type) {
	case map[string]any:
		parts := []string{}
		for _, key := range sortedKeys(v) {
			parts = append(parts, key+": "+flow(v[key]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case []any:
		parts := []string{}
		for _, item := range v {
			parts = append(parts, flow(item))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case string:
		if strings.ContainsAny(v, ",: ") && !strings.HasPrefix(v, "arn:") || number(v) || strings.HasPrefix(v, "+") {
			return strconv.Quote(v)
		}
		return v
	}
	return fmt.Sprint(v)
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func number(s string) bool {
	_, err := strconv.Atoi(s)
	return err == nil
}

func boolAdvice(s string) string {
	switch strings.ToLower(s) {
	case "yes", "on", "true", "y":
		return "write true"
	case "no", "off", "false", "n":
		return "write false"
	}
	return "write true or false"
}

// durationAdvice guesses the duration that was meant.
func durationAdvice(s string) string {
	const rule = "a duration is whole minutes: 5m, 45m, 1h30m"
	s = strings.ToLower(strings.TrimSpace(s))
	if n, err := strconv.Atoi(s); err == nil && n >= 0 && n < 10_000 {
		return "write " + when.Length(time.Duration(n)*time.Minute)
	}
	if d, err := time.ParseDuration(s); err == nil && d > 0 && d < 1000*time.Hour {
		if d%time.Minute == 0 {
			return "write " + when.Length(d)
		}
		low, high := d.Truncate(time.Minute), d.Truncate(time.Minute)+time.Minute
		if low == 0 {
			return "only whole minutes: write 1m"
		}
		return "only whole minutes: write " + when.Length(low) + " or " + when.Length(high)
	}
	digits := strings.TrimRight(s, "abcdefghijklmnopqrstuvwxyz. ")
	unit := strings.TrimSpace(s[len(digits):])
	if n, err := strconv.Atoi(digits); err == nil && n >= 0 && n < 10_000 && unit != "" {
		switch unit[0] {
		case 'm':
			return "write " + when.Length(time.Duration(n)*time.Minute)
		case 'h':
			return "write " + when.Length(time.Duration(n)*time.Hour)
		case 'd':
			return "write " + when.Length(time.Duration(n)*24*time.Hour)
		}
	}
	return rule
}
