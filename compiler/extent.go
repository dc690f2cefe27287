package compiler

import (
	"bytes"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/watchbill/watchbill/internal/diag"
)

// The library says where a value begins, anchor and tag included, and not where it
// ends. This file finds both, for the carets under a line.

func (c *converter) pos(y *yaml.Node) diag.Pos {
	col, end := int32(y.Column), int32(0)
	if y.Kind == yaml.ScalarNode || y.Kind == yaml.AliasNode {
		col, end = c.extent(y)
	}
	return diag.Pos{File: c.file.name, Line: y.Line, Col: int(col), End: int(end)}
}

func (c *converter) extent(y *yaml.Node) (col, end int32) { return extent(&c.read, y) }

// extent is where a scalar begins behind its anchor and tag, and the column
// behind what its first line holds of it.
func extent(read *cursor, y *yaml.Node) (col, end int32) {
	col = int32(y.Column)
	rest := read.from(y.Line, y.Column)
	for len(rest) > 0 && y.Kind == yaml.ScalarNode && (rest[0] == '&' || rest[0] == '!') {
		i := bytes.IndexByte(rest, ' ')
		if i < 0 {
			return int32(y.Column), col // the value begins on a later line
		}
		body := bytes.TrimLeft(rest[i:], " ")
		col += int32(utf8.RuneCount(rest[:len(rest)-len(body)]))
		rest = body
	}
	return col, col + int32(utf8.RuneCount(rest[:scalarLen(y, rest)]))
}

// scalarLen is how many bytes of the line belong to the scalar it begins with.
func scalarLen(y *yaml.Node, rest []byte) int {
	switch {
	case y.Kind == yaml.AliasNode:
		return min(1+len(y.Value), len(rest))
	case y.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0:
		return quotedLen(rest)
	case y.Style == 0 && bytes.HasPrefix(rest, []byte(y.Value)):
		return len(y.Value)
	}
	return len(bytes.TrimRight(rest, " \t"))
}

// quotedLen is the length of the quoted text the line begins with, quotes
// included; to the end of the line when it goes on there.
func quotedLen(rest []byte) int {
	for i := 1; i < len(rest); i++ {
		switch {
		case rest[0] == '"' && rest[i] == '\\':
			i++
		case rest[i] != rest[0]:
		case rest[0] == '\'' && i+1 < len(rest) && rest[i+1] == '\'':
			i++
		default:
			return i + 1
		}
	}
	return len(bytes.TrimRight(rest, " \t"))
}

// flowEnd finds the bracket that closes a list or mapping on its first line.
func (c *converter) flowEnd(n *node, y *yaml.Node) {
	rest := c.read.from(y.Line, y.Column)
	depth := 0
	for i := 0; i < len(rest); i++ {
		switch rest[i] {
		case '"', '\'':
			if i > 0 && bytes.IndexByte([]byte(" [{,:"), rest[i-1]) >= 0 {
				i += quotedLen(rest[i:]) - 1
			}
		case '[', '{':
			depth++
		case ']', '}':
			if depth--; depth == 0 {
				n.end = n.col + int32(utf8.RuneCount(rest[:i+1]))
				return
			}
		}
	}
}
