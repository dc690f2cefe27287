package rule

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/watchbill/watchbill/compiler/ast"
)

// AWS's limits for tags, in characters.
const maxTagKey, maxTagValue = 128, 256

// tagAlphabet reports tags AWS refuses. Contacts, schedules with their rotations and
// escalation plans are of one API (ssm-contacts), whose keys allow no spaces, dots and colons and whose
// values may not be empty; replication set and response plans of another
// (ssm-incidents), whose values know no letters but A to Z. Everything else takes what
// AWS's services have in common.
func tagAlphabet(p *ast.Plan, _ Input, r *Reporter) {
	for _, c := range p.Contacts {
		checkTags(r, c.Tags, contactTags, true)
	}
	for _, s := range p.Schedules {
		checkTags(r, s.Tags, contactTags, true)
		for _, rotation := range s.Rotations {
			checkTags(r, rotation.Tags, contactTags, true)
		}
	}
	for _, e := range p.EscalationPlans {
		checkTags(r, e.Tags, contactTags, true)
	}
	if p.ReplicationSet != nil {
		checkTags(r, p.ReplicationSet.Tags, incidentTags, true)
	}
	for _, rp := range p.ResponsePlans {
		checkTags(r, rp.Tags, incidentTags, true)
		checkTags(r, rp.IncidentTags, incidentTags, false) // incidents do not carry our mark
	}
	for _, rb := range p.Runbooks {
		checkTags(r, rb.Tags, commonTags, true)
	}
	for _, c := range p.ChatChannels {
		checkTags(r, c.Tags, commonTags, true)
	}
	for _, m := range p.Monitors {
		checkTags(r, m.Tags, commonTags, true)
	}
	for _, e := range p.EventRules {
		checkTags(r, e.Tags, commonTags, true)
	}
}

// alphabet is what one API's tags are made of.
type alphabet struct {
	keyRune, valueRune   func(rune) bool
	keyWords, valueWords string // the same for people
	empty                bool   // whether a value may be empty
}

// Patterns of the service models ssm-contacts 2021-05-03 (TagKey, TagValue) and
// ssm-incidents 2018-05-10. In the latter "+-/" is a range: + , - . /
var (
	contactTags = alphabet{
		keyRune:   func(c rune) bool { return ascii(c) || strings.ContainsRune(`\/_+=-`, c) },
		valueRune: commonRune,
		keyWords:  `letters A to Z, digits and _ + = - / \`, valueWords: "letters, digits, spaces and _ . : / = + - @",
	}
	incidentTags = alphabet{
		keyRune:   func(c rune) bool { return ascii(c) || strings.ContainsRune(" _=@:+,-./", c) },
		valueRune: func(c rune) bool { return ascii(c) || strings.ContainsRune(" _=@:+,-./", c) },
		keyWords:  "letters A to Z, digits, spaces and _ = @ : . , + - /", valueWords: "letters A to Z, digits, spaces and _ = @ : . , + - /",
		empty: true,
	}
	// The restrictions of tags that hold for all services, and for IAM and Systems Manager word for word.
	// https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
	commonTags = alphabet{
		keyRune: commonRune, valueRune: commonRune,
		keyWords: "letters, digits, spaces and _ . : / = + - @", valueWords: "letters, digits, spaces and _ . : / = + - @",
		empty: true,
	}
)

func commonRune(c rune) bool {
	return unicode.In(c, unicode.L, unicode.Z, unicode.N) || strings.ContainsRune("_.:/=+-@", c)
}

func checkTags(r *Reporter, tags []ast.Pair, abc alphabet, marked bool) {
	for _, tag := range tags {
		if why, hint := abc.keyFault(tag.Key.V, marked); why != "" {
			r.Report(tag.Key.At, "the tag key %s cannot be used: %s", short(tag.Key.V), why).WithHint("%s", hint)
		}
		if why, hint := abc.valueFault(tag.Value.V); why != "" {
			r.Report(tag.Value.At, "the value of the tag %s cannot be used: %s", short(tag.Key.V), why).WithHint("%s", hint)
		}
	}
}

func (abc *alphabet) keyFault(key string, marked bool) (why, hint string) {
	low := strings.ToLower(key)
	other := strings.IndexFunc(key, func(c rune) bool { return !abc.keyRune(c) })
	switch {
	case strings.HasPrefix(low, "aws:"):
		return "keys that begin with aws: are AWS's own", "choose another prefix"
	case key == "":
		return "it is empty", "give the tag a name"
	case other >= 0:
		return notAllowed(key[other:]), "write " + abc.keyWords
	case utf8.RuneCountInString(key) > maxTagKey:
		return fmt.Sprintf("it has more than %d characters", maxTagKey), "shorten it"
	case marked && strings.HasPrefix(low, "watchbill-"):
		return "keys that begin with watchbill- mark what is ours", "choose another prefix; the owner is set in watchbill.yaml"
	}
	return "", ""
}

func (abc *alphabet) valueFault(value string) (why, hint string) {
	other := strings.IndexFunc(value, func(c rune) bool { return !abc.valueRune(c) })
	switch {
	case value == "" && !abc.empty:
		return "a contact's tag cannot be empty", "write a value, or leave the tag out"
	case other >= 0:
		return notAllowed(value[other:]), "write " + abc.valueWords
	case utf8.RuneCountInString(value) > maxTagValue:
		return fmt.Sprintf("it has more than %d characters", maxTagValue), "shorten it"
	}
	return "", ""
}

func notAllowed(s string) string {
	c, _ := utf8.DecodeRuneInString(s)
	if c == ' ' {
		return "a space is not allowed in it"
	}
	return fmt.Sprintf("%q is not allowed in it", c)
}

// short quotes a text, cut to a length that leaves a message readable.
func short(s string) string {
	if chars := []rune(s); len(chars) > 40 {
		s = string(chars[:39]) + "…"
	}
	return strconv.Quote(s)
}

func ascii(c rune) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}
