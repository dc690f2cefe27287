package emulator

// The constraint engine. A shape says what a member may be; check walks a decoded JSON value along
// a shape, collects what is wrong in the words of AWS's own validator, and returns the value with
// unknown and null members dropped. The tables are contacts_model.go and incidents_model.go.

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

type shapeKind int

const (
	stringShape shapeKind = iota
	integerShape
	booleanShape
	numberShape
	timeShape // seconds since 1970 as a number, to the millisecond
	listShape
	mapShape
	structShape
	unionShape // a structure of which exactly one member is present
)

// shape is one type of the API: its kind and its limits.
type shape struct {
	kind     shapeKind
	min, max int // length, value or size; max is none when unbounded
	pattern  *pattern
	enum     []string
	members  []member // of a structure or union
	key      *shape   // of a map
	elem     *shape   // of a list or map
	secret   bool     // the value is never repeated in a message
}

// none is the limit that is not there.
const none = math.MaxInt

// member is a named part of a structure. Members of an operation's input say where they travel.
type member struct {
	name     string
	shape    *shape
	required bool
	place    place
	token    bool // an idempotency token
}

type place int

const (
	inBody place = iota
	inQuery
	inPath
)

func must(name string, s *shape) member { return member{name: name, shape: s, required: true} }
func may(name string, s *shape) member  { return member{name: name, shape: s} }

// token is a member that makes a repeated call return the first result.
func token(name string, s *shape) member { return member{name: name, shape: s, token: true} }

func (m member) query() member { m.place = inQuery; return m }
func (m member) path() member  { m.place = inPath; return m }

func structure(members ...member) *shape {
	return &shape{kind: structShape, max: none, members: members}
}
func union(members ...member) *shape { return &shape{kind: unionShape, max: none, members: members} }
func list(elem *shape, min, max int) *shape {
	return &shape{kind: listShape, min: min, max: max, elem: elem}
}
func mapOf(key, elem *shape, min, max int) *shape {
	return &shape{kind: mapShape, min: min, max: max, key: key, elem: elem}
}
func integer(min, max int) *shape  { return &shape{kind: integerShape, min: min, max: max} }
func enum(values ...string) *shape { return &shape{max: none, enum: values} }
func text(min, max int) *shape     { return &shape{min: min, max: max} }
func matching(min, max int, expr string) *shape {
	return &shape{min: min, max: max, pattern: newPattern(expr)}
}

// notBlank is text with something in it besides space. The model's pattern means lines too: a policy has them.
func notBlank(min, max int) *shape {
	expr := sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?s)\A.*\S.*\z`) })
	return &shape{min: min, max: max, pattern: &pattern{text: `.*\S.*`, expr: expr}}
}

// secret marks a value that no message may repeat.
func secret(s *shape) *shape { s.secret = true; return s }

var (
	boolean   = &shape{kind: booleanShape}
	number    = &shape{kind: numberShape}
	timestamp = &shape{kind: timeShape}
)

// pattern is a regular expression of the model. It applies to the whole string whether or not it
// says ^ and $. It is compiled when first needed: a program that never calls pays nothing.
type pattern struct {
	text   string // as the model writes it, for messages
	prefix string // what a leading negative look-ahead forbids; Go's regexp has none
	expr   func() *regexp.Regexp
}

func newPattern(text string) *pattern {
	p := &pattern{text: text}
	expr := strings.TrimSuffix(strings.TrimPrefix(text, "^"), "$")
	if rest, ok := strings.CutPrefix(expr, "(?!"); ok {
		p.prefix, expr, _ = strings.Cut(rest, ")")
	}
	expr = longRepeat.ReplaceAllString(expr, "{$1,}")
	p.expr = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\A(?:` + expr + `)\z`) })
	return p
}

// longRepeat is a bound that Go's regexp refuses, being above 1000; the length of the text bounds it, too.
var longRepeat = regexp.MustCompile(`\{(\d+),[1-9]\d{3,}\}`)

func (p *pattern) matches(s string) bool {
	if p.prefix != "" && strings.HasPrefix(s, p.prefix) {
		return false
	}
	return p.expr().MatchString(s)
}

// wrongType is a value of another JSON type than the shape's: AWS refuses to parse such a request
// before it validates anything.
type wrongType struct{ path, got, want string }

func (e *wrongType) Error() string {
	return fmt.Sprintf("%s at '%s' can not be converted to %s", e.got, e.path, e.want)
}

// check returns v with unknown and null members dropped, integers as int. What violates a limit is
// added to ps. The error is a *wrongType.
func (s *shape) check(v any, path string, ps *problems) (any, error) {
	switch s.kind {
	case stringShape:
		str, ok := v.(string)
		if !ok {
			return nil, mismatch(v, path, "a String")
		}
		if what := s.textProblem(str); what != "" {
			ps.add(s, path, str, what)
		}
		return str, nil
	case integerShape:
		n, ok := toInt(v)
		if !ok {
			return nil, mismatch(v, path, "an Integer")
		}
		if n < s.min {
			ps.add(s, path, n, "Member must have value greater than or equal to "+strconv.Itoa(s.min))
		} else if n > s.max {
			ps.add(s, path, n, "Member must have value less than or equal to "+strconv.Itoa(s.max))
		}
		return n, nil
	case booleanShape:
		b, ok := v.(bool)
		if !ok {
			return nil, mismatch(v, path, "a Boolean")
		}
		return b, nil
	case numberShape:
		f, ok := v.(float64)
		if !ok {
			return nil, mismatch(v, path, "a Double")
		}
		return f, nil
	case timeShape:
		t, ok := toTime(v)
		if !ok {
			return nil, mismatch(v, path, "a Timestamp")
		}
		return t, nil
	case listShape:
		return s.checkList(v, path, ps)
	case mapShape:
		return s.checkMap(v, path, ps)
	default:
		return s.checkStruct(v, path, ps)
	}
}

// textProblem names the first violated limit of a string, "" when there is none.
func (s *shape) textProblem(str string) string {
	n := utf8.RuneCountInString(str)
	switch {
	case s.enum != nil && !slices.Contains(s.enum, str):
		return "Member must satisfy enum value set: [" + strings.Join(s.enum, ", ") + "]"
	case n < s.min:
		return "Member must have length greater than or equal to " + strconv.Itoa(s.min)
	case n > s.max:
		return "Member must have length less than or equal to " + strconv.Itoa(s.max)
	case s.pattern != nil && !s.pattern.matches(str):
		return "Member must satisfy regular expression pattern: " + s.pattern.text
	}
	return ""
}

func (s *shape) sizeProblem(n int) string {
	if n < s.min {
		return "Member must have length greater than or equal to " + strconv.Itoa(s.min)
	}
	if n > s.max {
		return "Member must have length less than or equal to " + strconv.Itoa(s.max)
	}
	return ""
}

func (s *shape) checkList(v any, path string, ps *problems) (any, error) {
	in, ok := v.([]any)
	if !ok {
		return nil, mismatch(v, path, "a List")
	}
	if what := s.sizeProblem(len(in)); what != "" {
		ps.add(s, path, v, what)
	}
	out := make([]any, 0, len(in))
	bad := false
	for i, e := range in {
		if str, ok := e.(string); ok && s.elem.kind == stringShape {
			bad = bad || s.elem.textProblem(str) != ""
			out = append(out, str)
			continue
		}
		where := path + "." + strconv.Itoa(i+1) + ".member"
		if e == nil {
			ps.add(s, where, nil, "Member must not be null")
			continue
		}
		c, err := s.elem.check(e, where, ps)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	if bad {
		ps.add(s, path, v, "Member must satisfy constraint: "+s.elem.limits())
	}
	return out, nil
}

func (s *shape) checkMap(v any, path string, ps *problems) (any, error) {
	in, ok := v.(map[string]any)
	if !ok {
		return nil, mismatch(v, path, "a Map")
	}
	out := make(map[string]any, len(in))
	badKey, badValue := false, false
	for _, k := range sortedKeys(in) {
		e := in[k]
		badKey = badKey || s.key.textProblem(k) != ""
		if e == nil {
			continue
		}
		if str, ok := e.(string); ok && s.elem.kind == stringShape {
			badValue = badValue || s.elem.textProblem(str) != ""
			out[k] = str
			continue
		}
		c, err := s.elem.check(e, path+"."+k+".member", ps)
		if err != nil {
			return nil, err
		}
		out[k] = c
	}
	if what := s.sizeProblem(len(out)); what != "" {
		ps.add(s, path, v, what)
	}
	if badKey {
		ps.add(s, path, v, "Map keys must satisfy constraint: "+s.key.limits())
	}
	if badValue {
		ps.add(s, path, v, "Map value must satisfy constraint: "+s.elem.limits())
	}
	return out, nil
}

func (s *shape) checkStruct(v any, path string, ps *problems) (any, error) {
	in, ok := v.(map[string]any)
	if !ok {
		return nil, mismatch(v, path, "a Structure")
	}
	out := make(map[string]any, len(in))
	for i := range s.members {
		m := &s.members[i]
		where := lowerFirst(m.name)
		if path != "" {
			where = path + "." + where
		}
		e := in[m.name]
		if e == nil {
			if m.required {
				ps.add(m.shape, where, nil, "Member must not be null")
			}
			continue
		}
		c, err := m.shape.check(e, where, ps)
		if err != nil {
			return nil, err
		}
		out[m.name] = c
	}
	if s.kind == unionShape && len(out) != 1 {
		ps.add(s, path, v, "Member must have exactly one member set")
	}
	return out, nil
}

// toInt accepts what AWS's parser accepts for an integer: 5, 5.0 and 5E0.
func toInt(v any) (int, bool) {
	f, ok := v.(float64)
	if !ok || f != math.Trunc(f) || math.Abs(f) > math.MaxInt32 {
		return 0, false
	}
	return int(f), true
}

// The years 1 to 9999: what JSON can write as a date.
const firstSecond, lastSecond = -62135596800, 253402300799

// toTime accepts a number of seconds, plain or in scientific notation, and keeps milliseconds.
func toTime(v any) (time.Time, bool) {
	f, ok := v.(float64)
	if !ok || !(f >= firstSecond && f < lastSecond) {
		return time.Time{}, false
	}
	return time.UnixMilli(int64(math.Round(f * 1000))).UTC(), true
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
