package emulator

import (
	"strconv"
	"time"
)

// typed makes of a document whose values are all text what its shape says they are: a form has no
// numbers. What cannot be made stays text, and the check says so.
func typed(s *shape, v any) any {
	switch v := v.(type) {
	case string:
		return typedText(s, v)
	case []any:
		if s.kind == listShape {
			for i := range v {
				v[i] = typed(s.elem, v[i])
			}
		}
	case map[string]any:
		for i := range s.members {
			if m := &s.members[i]; v[m.name] != nil {
				v[m.name] = typed(m.shape, v[m.name])
			}
		}
	}
	return v
}

func typedText(s *shape, text string) any {
	switch s.kind {
	case integerShape, numberShape:
		if f, err := strconv.ParseFloat(text, 64); err == nil && f-f == 0 { // finite
			return f
		}
	case booleanShape:
		if text == "true" || text == "false" {
			return text == "true"
		}
	case timeShape:
		if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return float64(t.UnixMilli()) / 1000
		}
	case listShape:
		if text == "" {
			return []any{} // an empty list is its bare name
		}
	}
	return text
}
