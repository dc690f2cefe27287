package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// plain is a spec's value as JSON knows it; masked values stay masked, because
// that is what they marshal to.
func plain(v any) any {
	if v == nil {
		return nil
	}
	text, err := json.Marshal(v)
	if err != nil {
		return "?"
	}
	var out any
	if json.Unmarshal(text, &out) != nil {
		return "?"
	}
	return out
}

func isCompound(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		return true
	}
	return false
}

// word is a value on one line, in YAML's flow style. Texts are quoted unless
// they are one simple word, so that nothing in them can look like a line of ours
// or move a terminal's cursor.
func word(v any) string {
	switch v := v.(type) {
	case nil:
		return "(none)"
	case string:
		if simple(v) {
			return v
		}
		return strconv.Quote(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []any:
		return "[" + strings.Join(words(v), ", ") + "]"
	case map[string]any:
		parts := make([]string, 0, len(v))
		for _, k := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, word(k)+": "+word(v[k]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return fmt.Sprint(v)
}

func words(vs []any) []string {
	out := make([]string, len(vs))
	for i, v := range vs {
		out[i] = word(v)
	}
	return out
}

// simple reports whether a text needs no quotes: addresses, ARNs, names, masked
// values.
func simple(s string) bool {
	for _, c := range s {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.ContainsRune("_-./:+*@$", c):
		default:
			return false
		}
	}
	return s != ""
}
