package compiler_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/compiler/rule"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/schema"
)

const everyKey = "testdata/decode/every_key.yaml"

// One plan with every key of the language, and what becomes of it: each value with
// its place.
func TestDecode(t *testing.T) {
	src, err := os.ReadFile(everyKey)
	if err != nil {
		t.Fatal(err)
	}
	golden, err := filepath.Abs("testdata/decode/every_key.txt")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(golden)
	if err != nil && !update {
		t.Fatal(err)
	}
	enter(t, "-- p/watchbill.yaml --\ntargets: {local: {vars: {what: service}}}\n-- p/a.yaml --\n"+string(src)+
		"-- p/own.yaml --\nschemaVersion: '0.3'\nmainSteps: [{name: a, action: 'aws:sleep'}]\n")
	r := compile(t, "p", compiler.Options{})
	for _, f := range r.Findings {
		if _, ofRule := rule.Find(f.Code); !ofRule {
			t.Error(said([]diag.Finding{f}))
		}
	}
	var b strings.Builder
	dump(&b, "", reflect.ValueOf(*r.Plan))
	if update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	same(t, b.String(), string(want))
}

// dump writes what is set, one value a line. What rules link is left out.
func dump(b *strings.Builder, path string, v reflect.Value) {
	switch x := v.Interface().(type) {
	case ast.Text:
		val(b, path, x.Set(), fmt.Sprintf("%q", x.V), x.At)
	case ast.Int:
		val(b, path, x.Set(), fmt.Sprint(x.V), x.At)
	case ast.Val[float64]:
		val(b, path, x.Set(), fmt.Sprint(x.V), x.At)
	case ast.Flag:
		val(b, path, x.Set(), fmt.Sprint(x.V), x.At)
	case ast.Duration:
		val(b, path, x.Set(), x.V.Round(time.Second).String(), x.At)
	case ast.Address:
		val(b, path, true, fmt.Sprintf("%v from %q %q", x.Value, x.From, x.Ref), x.At)
	case ast.Wall:
		val(b, path, x.Set(), x.V.Format("2006-01-02 15:04"), x.At)
	case string:
		if x != "" {
			fmt.Fprintf(b, "%s = %q\n", path, x)
		}
	case ast.Clock:
		fmt.Fprintf(b, "%s = %02d:%02d\n", path, x.Hour, x.Minute)
	case time.Weekday, ast.Unit, int:
		fmt.Fprintf(b, "%s = %v\n", path, x)
	case diag.Pos:
		fmt.Fprintf(b, "%s %s\n", path, place(x))
	default:
		into(b, path, v)
	}
}

func into(b *strings.Builder, path string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			dump(b, path, v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			dump(b, fmt.Sprintf("%s[%d]", path, i), v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if v.Field(i).Kind() == reflect.Pointer && slices.Contains([]string{"Channel", "Contact", "Schedule", "EscalationPlan", "ImpactLevel", "RunbookItem", "Plan", "Monitor"}, name) {
				continue
			}
			dump(b, path+"."+name, v.Field(i))
		}
	}
}

func val(b *strings.Builder, path string, set bool, text string, at diag.Pos) {
	if set {
		fmt.Fprintf(b, "%s = %s %s\n", path, text, place(at))
	}
}

func place(p diag.Pos) string { return fmt.Sprintf("%d:%d-%d", p.Line, p.Col, p.End) }

// The plan of TestDecode has every key there is: a key that is added to a schema and
// not to it is missing in the test.
func TestEveryKeyIsDecoded(t *testing.T) {
	src, err := os.ReadFile(everyKey)
	if err != nil {
		t.Fatal(err)
	}
	var plan map[string]any
	if err := yaml.Unmarshal(src, &plan); err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	collect(plan, used)
	for _, name := range schema.Names() {
		doc := readSchema(t, name)
		properties(doc, func(key string) {
			if !used[key] {
				t.Errorf("%s: no value of %q in %s", name, key, everyKey)
			}
		})
	}
}

func readSchema(t *testing.T, name string) any {
	src, err := schema.FS.ReadFile(name + ".schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc any
	if err := yaml.Unmarshal(src, &doc); err != nil { // JSON is YAML
		t.Fatal(err)
	}
	return doc
}

func collect(v any, used map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			used[key] = true
			collect(value, used)
		}
	case []any:
		for _, value := range v {
			collect(value, used)
		}
	}
}

func properties(v any, each func(key string)) {
	schema, ok := v.(map[string]any)
	if !ok {
		return
	}
	if of, ok := schema["properties"].(map[string]any); ok {
		for key, value := range of {
			each(key)
			properties(value, each)
		}
	}
	properties(schema["additionalProperties"], each)
	properties(schema["items"], each)
}

// Items are in the order of files, then of places, whatever reads them first.
func TestOrder(t *testing.T) {
	var archive strings.Builder
	for i := range 30 {
		fmt.Fprintf(&archive, "-- p/%02d.yaml --\nimpact_levels: {b%02d: {level: 1}, a%02d: {level: 1}}\n", i, i, i)
	}
	enter(t, archive.String())
	r := compile(t, "p", compiler.Options{})
	for i, l := range r.Plan.ImpactLevels {
		if want := fmt.Sprintf("%c%02d", "ba"[i%2], i/2); l.Name.V != want {
			t.Fatalf("level %d is %s, want %s", i, l.Name.V, want)
		}
	}
	if !slices.IsSorted(r.Files) || len(r.Files) != 30 {
		t.Error(r.Files)
	}
}
