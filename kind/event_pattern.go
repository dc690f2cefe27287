package kind

// Event patterns by what they mean: EventBridge gives a pattern back as the text it was sent,
// and two texts can be one pattern.

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
)

// canonicalPattern is one text for all spellings of a pattern: without white space, keys in
// order, and lists in order where the order means nothing. Numbers keep their spelling, because
// EventBridge compares them as they are written [eb]. A text that is no JSON stays as it is.
func canonicalPattern(text string) string {
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return text
	}
	if _, err := dec.Token(); err != io.EOF {
		return text
	}
	return compact(sortLists(v))
}

// sortLists sorts every list but those of numeric, which are operators and their operands in
// turn. All others are alternatives.
func sortLists(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, member := range v {
			if _, list := member.([]any); !list || key != "numeric" {
				v[key] = sortLists(member)
			}
		}
	case []any:
		texts := make([]string, len(v))
		for i := range v {
			texts[i] = compact(sortLists(v[i]))
		}
		slices.Sort(texts)
		list := []any{}
		for _, t := range slices.Compact(texts) {
			list = append(list, json.RawMessage(t))
		}
		return list
	}
	return v
}

// compact is JSON without white space and with < > & as they are: patterns have them, and a
// limit in characters.
func compact(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // it was read from JSON
	}
	return string(bytes.TrimSpace(b.Bytes()))
}
