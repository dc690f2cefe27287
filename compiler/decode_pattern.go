package compiler

// Event patterns: any mapping in YAML becomes the JSON that EventBridge reads, always the
// same for the same meaning, and what it would refuse or never match is said here.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// pattern is the table as JSON with sorted keys.
func (d *decoder) pattern(n *node) string {
	var out bytes.Buffer
	d.patternTable(&out, n)
	return out.String()
}

// patternTable writes one level of a pattern: what is below a key is another level, or the
// list of what will do.
func (d *decoder) patternTable(out *bytes.Buffer, n *node) {
	members(out, n, func(e *entry) {
		switch v := e.value; {
		case v.kind == table:
			if len(v.entries) == 0 {
				d.list.Errorf(e.pos(), "wrong-value", "%s matches nothing: it is empty", quote(e.key)).
					WithHint("write [{exists: true}] for any value, or leave the key out")
			}
			d.patternTable(out, v)
		case v.kind == list && e.key == "$or":
			d.alternatives(out, e)
		case v.kind == list:
			d.patternList(out, e)
		default:
			d.notListed(e)
			d.patternValue(out, v)
		}
	})
}

// notListed is the mistake most often made.
func (d *decoder) notListed(e *entry) {
	if e.value.kind == invalid {
		return
	}
	f := d.list.Errorf(e.value.pos(), "wrong-type", "%s must be the list of what will do, not %s", quote(e.key), words[e.value.kind])
	if e.value.kind != null && quotePlain(e.value.text) == e.value.text {
		f.WithHint("write %s: [%s]", quotePlain(e.key), e.value.text)
	}
}

func (d *decoder) patternList(out *bytes.Buffer, e *entry) {
	if len(e.value.items) == 0 {
		d.list.Errorf(e.pos(), "wrong-value", "%s matches nothing: its list is empty", quote(e.key)).
			WithHint("write what will do, or [{exists: true}] for any value")
	}
	sequence(out, e.value.items, func(n *node) {
		if n.kind == table {
			d.operator(n)
		}
		d.patternValue(out, n)
	})
}

// alternatives are the levels of an $or, of which one must match.
func (d *decoder) alternatives(out *bytes.Buffer, e *entry) {
	sequence(out, e.value.items, func(n *node) {
		if n.kind != table {
			d.list.Errorf(n.pos(), "wrong-type", "an entry of $or must be a mapping, not %s", words[n.kind]).
				WithHint("write {source: [aws.health]}")
			d.patternValue(out, n)
			return
		}
		d.patternTable(out, n)
	})
}

// operators are EventBridge's, as of 2025.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
var operators = []string{"prefix", "suffix", "equals-ignore-case", "wildcard", "anything-but", "numeric", "exists", "cidr"}

func (d *decoder) operator(n *node) {
	if len(n.entries) != 1 {
		d.list.Errorf(n.pos(), "wrong-value", "an operator of a pattern has exactly one key, and this has %d", len(n.entries)).
			WithHint("write one of %s", or(operators))
		return
	}
	if key := &n.entries[0]; !slices.Contains(operators, key.key) {
		near := didYouMean(key.key, operators)
		f := d.list.Errorf(key.pos(), "wrong-value", "EventBridge knows no operator %s%s", quote(key.key), near)
		if near == "" {
			f.WithHint("write one of %s", or(operators))
		}
	}
}

// patternValue writes a value as it is: what an operator is given has its own shape.
func (d *decoder) patternValue(out *bytes.Buffer, n *node) {
	switch n.kind {
	case table:
		members(out, n, func(e *entry) { d.patternValue(out, e.value) })
	case list:
		sequence(out, n.items, func(n *node) { d.patternValue(out, n) })
	case text, date:
		out.Write(jsonText(d.textOf(n).V))
	case boolean:
		out.WriteString(strings.ToLower(n.text))
	case integer, float:
		if !jsonNumber(n.text) {
			d.list.Errorf(n.pos(), "not-a-string", "%s without quotes is a number, and not every reader takes it for the same", quotePlain(n.text)).
				WithHint("%s if it is a text; else write digits without leading zeros", quotedForm(n.text))
			out.WriteString("0")
			return
		}
		out.WriteString(n.text)
	default:
		out.WriteString("null")
	}
}

// members writes a table in braces, its keys sorted.
func members(out *bytes.Buffer, n *node, value func(e *entry)) {
	sorted := make([]*entry, len(n.entries))
	for i := range n.entries {
		sorted[i] = &n.entries[i]
	}
	slices.SortFunc(sorted, func(a, b *entry) int { return strings.Compare(a.key, b.key) })
	out.WriteByte('{')
	for i, e := range sorted {
		if i > 0 {
			out.WriteByte(',')
		}
		out.Write(jsonText(e.key))
		out.WriteByte(':')
		value(e)
	}
	out.WriteByte('}')
}

// sequence writes a list in brackets.
func sequence(out *bytes.Buffer, items []*node, value func(n *node)) {
	out.WriteByte('[')
	for i, n := range items {
		if i > 0 {
			out.WriteByte(',')
		}
		value(n)
	}
	out.WriteByte(']')
}

// jsonText is the text as JSON, with < > and & as they are.
func jsonText(s string) []byte {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		return []byte(`""`) // a text always encodes
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

var plainNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$`)

// jsonNumber reports whether the text is a number to JSON and to every reader of YAML.
func jsonNumber(s string) bool { return plainNumber.MatchString(s) }
