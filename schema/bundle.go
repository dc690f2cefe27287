package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// Bundle is the schema of a plan file in one self-contained document, for editors:
// the sections stand under definitions, and nothing refers to another file.
func Bundle() []byte {
	plan := decode("plan") // a copy: it is edited
	definitions := map[string]any{}
	for _, name := range Names() {
		section := map[string]any{}
		for key, value := range document(name) {
			if key != "$schema" {
				section[key] = value
			}
		}
		definitions[name] = section
	}
	for _, property := range plan["properties"].(map[string]any) {
		p := property.(map[string]any)
		if ref, ok := p["$ref"].(string); ok {
			p["$ref"] = "#/definitions/" + strings.TrimSuffix(ref, ".schema.json")
		}
	}
	plan["definitions"] = definitions
	return encode(plan)
}

func encode(doc map[string]any) []byte {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(doc); err != nil {
		panic(fmt.Sprintf("encode schema: %v", err)) // decoded JSON always encodes
	}
	return out.Bytes()
}
