package compiler

import (
	"math"
	"strconv"
	"strings"

	"github.com/watchbill/watchbill/internal/diag"
)

// valueKind is the type YAML gives a value.
type valueKind uint8

const (
	invalid valueKind = iota // already reported; nothing more is said about it
	null
	boolean
	integer
	float
	date // a text that YAML takes for a date unless it is quoted
	text
	list
	table
)

// words name the kinds in messages.
var words = [...]string{"a broken value", "empty", "true or false", "a whole number", "a number", "a date", "a text", "a list", "a mapping"}

// node is one value of a YAML file with its place: what remains of a file once it
// is parsed. Aliases and merge keys are resolved: nodes are shared, so a tree is
// never changed after it is built.
type node struct {
	kind           valueKind
	plain          bool  // a scalar without quotes
	sealed         bool  // SOPS has encrypted it; kind is invalid when it was not opened
	height         uint8 // levels below this one
	line, col, end int32 // as in diag.Pos
	last           int32 // last line of the value, as far as children tell
	size           int32 // nodes in the tree, aliases counted each time, saturated
	file           *file // where the value is written; the anchor's for an alias
	text           string
	items          []*node // of a list
	entries        []entry // of a table, in the author's order
}

// lock names what the value is encrypted with in its file, "" for nothing.
func (n *node) lock() string {
	switch {
	case n.sealed:
		return "sops"
	case n.file.raw != nil:
		return "age"
	}
	return ""
}

// entry is one key of a table with its value.
type entry struct {
	key            string
	line, col, end int32
	value          *node
}

func (n *node) pos() diag.Pos {
	return diag.Pos{File: n.file.name, Line: int(n.line), Col: int(n.col), End: int(n.end)}
}

// pos is the place of the key. A key is always in the file of its value, except
// when the value is an alias; no alias leaves its file.
func (e *entry) pos() diag.Pos {
	return diag.Pos{File: e.value.file.name, Line: int(e.line), Col: int(e.col), End: int(e.end)}
}

// get returns the entry of a table with the key, nil when it has none.
func (n *node) get(key string) *entry {
	if n == nil || n.kind != table {
		return nil
	}
	for i := range n.entries {
		if n.entries[i].key == key {
			return &n.entries[i]
		}
	}
	return nil
}

// keys are the keys of a table in the author's order.
func (n *node) keys() []string {
	keys := make([]string, 0, len(n.entries))
	for _, e := range n.entries {
		keys = append(keys, e.key)
	}
	return keys
}

// find walks a JSON pointer down. key is the entry its last token names, nil when
// that is an index or the pointer is empty; value is nil when it leads nowhere.
func (n *node) find(path []string) (key *entry, value *node) {
	value = n
	for _, token := range path {
		key = nil
		switch {
		case value == nil:
			return nil, nil
		case value.kind == table:
			if key = value.get(token); key == nil {
				return nil, nil
			}
			value = key.value
		case value.kind == list:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(value.items) {
				return nil, nil
			}
			value = value.items[i]
		default:
			return nil, nil
		}
	}
	return key, value
}

// any is the value as encoding/json would decode it, for the validator. Whole
// numbers are int64.
func (n *node) any() any {
	switch n.kind {
	case boolean:
		return strings.EqualFold(n.text, "true")
	case integer:
		i, err := strconv.ParseInt(strings.ReplaceAll(n.text, "_", ""), 0, 64)
		if err != nil {
			return math.MaxFloat64 // too large for any limit of ours
		}
		return i
	case float:
		f, err := strconv.ParseFloat(strings.ReplaceAll(n.text, "_", ""), 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return 0.5 // a number and not a whole one is all the validator must know
		}
		return f
	case text, date:
		return n.text
	case list:
		out := make([]any, len(n.items))
		for i, item := range n.items {
			out[i] = item.any()
		}
		return out
	case table:
		out := make(map[string]any, len(n.entries))
		for _, e := range n.entries {
			out[e.key] = e.value.any()
		}
		return out
	}
	return nil
}

// whole is the number, and whether it is a whole one of a size that anybody writes.
func (n *node) whole() (int64, bool) {
	switch v := n.any().(type) {
	case int64:
		return v, true
	case float64:
		return int64(v), v == math.Trunc(v) && math.Abs(v) < 1e15
	}
	return 0, false
}
