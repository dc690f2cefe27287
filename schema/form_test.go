package schema

import (
	"encoding/json"
	"testing"
)

// A field of a kind has the kind's pattern, and every kind has a field.
func TestForms(t *testing.T) {
	data, err := FS.ReadFile("schedules.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc any
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	fields := map[string]int{}
	visit(doc, func(field map[string]any) {
		kind, _ := field["x-kind"].(string)
		if form := forms[kind]; form != nil {
			fields[kind]++
			if field["pattern"] != form.String() {
				t.Errorf("a field of kind %s has the pattern %s, want %s", kind, field["pattern"], form)
			}
		}
	})
	for kind := range forms {
		if fields[kind] == 0 {
			t.Errorf("no field is of kind %s", kind)
		}
	}
}

func visit(v any, each func(map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		each(v)
		for _, child := range v {
			visit(child, each)
		}
	case []any:
		for _, child := range v {
			visit(child, each)
		}
	}
}
