package schema_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/watchbill/watchbill/schema"
)

const referencePage = "../docs/reference/language.md"

// The reference page is made of the schemas, so it cannot tell something else than
// the validator. UPDATE=1 writes it anew.
func TestReferencePage(t *testing.T) {
	want := reference(t)
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(referencePage, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(referencePage)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != want {
		t.Errorf("%s is not what the schemas say; UPDATE=1 go test ./schema writes it anew", referencePage)
	}
}

// Every field says what it is, for whoever hovers over it in an editor.
func TestEveryFieldIsDescribed(t *testing.T) {
	for _, name := range append(schema.Names(), "plan", schema.Settings, schema.Tests) {
		walk(read(t, name), name, func(path string, s node) {
			if s["$ref"] == nil && s.text("description") == "" {
				t.Errorf("%s has no description", path)
			}
		})
	}
}

// node is a schema as plain JSON.
type node map[string]any

func (n node) text(key string) string { s, _ := n[key].(string); return s }

func (n node) child(key string) node { c, _ := n[key].(map[string]any); return c }

func read(t *testing.T, name string) node {
	t.Helper()
	data, err := schema.FS.ReadFile(name + ".schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var n node
	if err := json.Unmarshal(data, &n); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// walk visits a schema and those of everything in it. A path is written as an
// author would: contacts.NAME.engagement_plan[].wait.
func walk(n node, path string, visit func(path string, n node)) {
	visit(path, n)
	for _, key := range slices.Sorted(maps.Keys(n.child("properties"))) {
		walk(n.child("properties").child(key), path+"."+key, visit)
	}
	if c := n.child("additionalProperties"); c != nil {
		walk(c, path+".NAME", visit)
	}
	if c := n.child("items"); c != nil {
		walk(c, path+"[]", visit)
	}
}

func reference(t *testing.T) string {
	var b strings.Builder
	plan := read(t, "plan")
	fmt.Fprintf(&b, `# The plan language

Made of the JSON Schemas in [schema/](../../schema/); the same text stands in your editor when a plan file begins with
%s or the path of a copy that %s wrote. The plans
in [plans/](../../plans/) teach the language by example.

%s

NAME stands for a name of your choice, [] for the items of a list.

`, "`# yaml-language-server: $schema=../schema/plan.schema.json`", "`watchbill schema`", plan.text("description"))
	for _, name := range schema.Names() {
		section(&b, name, read(t, name))
	}
	b.WriteString("# Settings\n\n")
	section(&b, "watchbill.yaml", read(t, schema.Settings))
	b.WriteString("# Tests\n\n")
	section(&b, "\\*\\_test.yaml", read(t, schema.Tests))
	return b.String()
}

func section(b *strings.Builder, name string, n node) {
	fmt.Fprintf(b, "## %s\n\n%s\n\n", name, n.text("description"))
	if names := n.child("propertyNames"); names != nil {
		fmt.Fprintf(b, "NAME: %s (%s)\n\n", names.text("description"), names.text("x-hint"))
	}
	b.WriteString("| key | value | what it is |\n|---|---|---|\n")
	required := map[string]bool{}
	walk(n, "", func(path string, n node) {
		list, _ := n["required"].([]any)
		for _, key := range list {
			required[path+"."+fmt.Sprint(key)] = true
		}
		path = strings.TrimPrefix(path, ".")
		if path == "" || path == "NAME" {
			return
		}
		must := ""
		if required["."+path] {
			must = "**required** "
		}
		fmt.Fprintf(b, "| `%s` | %s%s | %s%s |\n", path, must, value(n), cell(n.text("description")), examples(n))
	})
	b.WriteString("\n")
}

// value is what may stand there: the type and its limits.
func value(n node) string {
	var words []string
	switch kind := n["type"].(type) {
	case string:
		words = append(words, kind)
	case []any:
		for _, k := range kind {
			words = append(words, fmt.Sprint(k))
		}
		words = []string{strings.Join(words, " or ")}
	}
	if n.text("x-kind") == "duration" {
		words = []string{"duration"}
	}
	if list, ok := n["enum"].([]any); ok {
		words = []string{}
		for _, v := range list {
			words = append(words, fmt.Sprintf("`%v`", v))
		}
		words = []string{strings.Join(words, ", ")}
	}
	for _, limit := range []struct{ key, says string }{
		{"minimum", "at least %v"}, {"maximum", "at most %v"},
		{"minLength", "at least %v characters"}, {"maxLength", "at most %v characters"},
		{"minItems", "at least %v items"}, {"maxItems", "at most %v items"},
		{"maxProperties", "at most %v entries"}, {"x-max-minutes", "at most %vm"},
	} {
		if v, ok := n[limit.key]; ok && !(limit.key == "minLength" && v == 1.0) {
			words = append(words, fmt.Sprintf(limit.says, v))
		}
	}
	if hint := n.text("x-hint"); hint != "" {
		words = append(words, cell(hint))
	}
	if v, ok := n["default"]; ok {
		words = append(words, fmt.Sprintf("default `%v`", v))
	}
	return strings.Join(words, "; ")
}

func examples(n node) string {
	list, _ := n["examples"].([]any)
	var out []string
	for _, e := range list {
		text, isText := e.(string)
		if !isText {
			data, err := json.Marshal(e)
			if err != nil {
				continue
			}
			text = string(data)
		}
		if !strings.Contains(text, "\n") {
			out = append(out, "`"+cell(text)+"`")
		}
	}
	if len(out) == 0 {
		return ""
	}
	return " For example " + strings.Join(out, ", ")
}

// cell keeps a text inside one cell of a table.
func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
