package compiler

// What a plain scalar means: YAML gives some words a meaning of their own, and plans
// must mean the same in every reader.

import (
	"regexp"
	"strings"

	"github.com/watchbill/watchbill/internal/sealed"
	"gopkg.in/yaml.v3"
)

// tagKinds are the tags YAML gives scalars by itself.
var tagKinds = map[string]valueKind{
	"!!null": null, "!!bool": boolean, "!!int": integer, "!!float": float,
	"!!str": text, "!!timestamp": date, "!!merge": text,
}

func (c *converter) scalar(y *yaml.Node) *node {
	n := c.node(text, y)
	n.col, n.end = c.extent(y)
	if y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		n.last += int32(strings.Count(y.Value, "\n"))
	}
	if c.file.sops != nil && sealed.IsSOPSValue(y.Value) {
		n.sealed = true
		plain := c.plain[y]
		if plain == nil {
			c.unread++
			n.kind = invalid
			return n
		}
		y = plain
	}
	tag := y.ShortTag()
	kind, known := tagKinds[tag]
	n.kind, n.plain, n.text = kind, y.Style == 0, y.Value
	if !known {
		c.foreignTag(y, tag)
		n.kind = invalid
	}
	if n.kind == text && strings.Contains(n.text, "${") {
		n.text = c.expand(n)
	}
	return n
}

func (c *converter) foreignTag(y *yaml.Node, tag string) {
	c.list.Errorf(c.pos(y), "wrong-type", "the YAML tag %s means nothing in a plan", tag).
		WithHint("remove the tag")
}

// boolWord reports whether other YAML readers take the plain word for true or
// false. Ours does not, and plans must mean the same everywhere.
func boolWord(s string) bool {
	switch strings.ToLower(s) {
	case "yes", "no", "on", "off":
		return true
	}
	return false
}

// sexagesimal are plain scalars that YAML 1.1 reads as numbers to the base 60.
var sexagesimal = regexp.MustCompile(`^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$`)

// meaning says what a plain scalar is instead of a text.
func meaning(y *yaml.Node) string {
	if boolWord(y.Value) {
		return "true or false to many YAML readers"
	}
	if kind := tagKinds[y.Tag]; kind == null {
		return "no value"
	} else {
		return words[kind]
	}
}
