package emulator

// The words of AWS's own validator.

import (
	"fmt"
	"strconv"
	"strings"
)

// problem is one violated constraint.
type problem struct {
	path  string // "plan.stages.1.member.durationInMinutes"
	value string // as Java prints it; "" when it may not be repeated
	what  string // "failed to satisfy constraint: …" without these words
}

func (p problem) String() string {
	subject := "Value"
	if p.value != "" {
		subject += " " + p.value
	}
	return subject + " at '" + p.path + "' failed to satisfy constraint: " + p.what
}

// maxProblems bounds the answer to a request that is wrong ten thousand times.
const maxProblems = 100

// problems collects what check finds.
type problems []problem

func (ps problems) message() string {
	plural := "s"
	if len(ps) == 1 {
		plural = ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d validation error%s detected: ", len(ps), plural)
	for i, p := range ps {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(p.String())
	}
	return b.String()
}

func (ps *problems) add(s *shape, path string, value any, what string) {
	if len(*ps) >= maxProblems {
		return
	}
	p := problem{path: path, value: "'" + show(value) + "'", what: what}
	if value == nil {
		p.value = "null"
	}
	// AWS repeats every value. Here an address or a code must not reach any output, not even an error.
	if s.secret && value != nil {
		p.value = ""
	}
	*ps = append(*ps, p)
}

func mismatch(v any, path, want string) error {
	got := "STRUCTURE_VALUE"
	switch v.(type) {
	case string:
		got = "STRING_VALUE"
	case float64:
		got = "NUMBER_VALUE"
	case bool:
		got = "BOOLEAN_VALUE"
	case []any:
		got = "LIST_VALUE"
	}
	return &wrongType{path: path, got: got, want: want}
}

// maxShown bounds how much of a wrong value a message repeats, in bytes.
const maxShown = 1024

// show prints a value the way AWS's validator does: [a, b] and {k=v}.
func show(v any) string {
	var b strings.Builder
	writeShown(&b, v)
	if b.Len() > maxShown {
		return strings.ToValidUTF8(b.String()[:maxShown], "") + "…"
	}
	return b.String()
}

func writeShown(b *strings.Builder, v any) {
	if b.Len() > maxShown {
		return
	}
	switch v := v.(type) {
	case []any:
		b.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				b.WriteString(", ")
			}
			writeShown(b, e)
		}
		b.WriteByte(']')
	case map[string]any:
		b.WriteByte('{')
		for i, k := range sortedKeys(v) {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(k + "=")
			writeShown(b, v[k])
		}
		b.WriteByte('}')
	default:
		fmt.Fprint(b, v)
	}
}

// lowerFirst turns Alias into alias: AWS's messages speak of Java's names.
func lowerFirst(s string) string {
	if s == "" || s[0] < 'A' || s[0] > 'Z' {
		return s
	}
	return string(s[0]+'a'-'A') + s[1:]
}

// limits lists every limit of a string, as AWS does when it speaks of list elements and map keys.
func (s *shape) limits() string {
	var parts []string
	if s.max != none {
		parts = append(parts, "Member must have length less than or equal to "+strconv.Itoa(s.max))
	}
	if s.max != none || s.min > 0 {
		parts = append(parts, "Member must have length greater than or equal to "+strconv.Itoa(s.min))
	}
	if s.pattern != nil {
		parts = append(parts, "Member must satisfy regular expression pattern: "+s.pattern.text)
	}
	if s.enum != nil {
		parts = append(parts, "Member must satisfy enum value set: ["+strings.Join(s.enum, ", ")+"]")
	}
	return "[" + strings.Join(parts, ", ") + "]"
}
