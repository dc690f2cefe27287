// Package schema holds the JSON Schemas of the plan language and of the settings
// (draft-07, because most editors read nothing newer), one file a section, written
// by hand. They are what editors complete from, what the reference page is made of,
// and what plan files are validated against.
//
// The schemas are flat on purpose: no allOf, no if, and $ref only where plan.schema.json
// names the sections. The validator is twice as fast so. Four keywords of our own say
// what draft-07 cannot; editors skip them:
//
//	x-hint         what a value must look like, in words (for a pattern)
//	x-kind         "duration": the text is a Go duration of whole minutes;
//	               "account": the text is the ID of an AWS account;
//	               "share": the text is a number of per cent;
//	               "wall", "start", "every", "handoff", "window", "days": what its pattern says,
//	               for advice about what was written instead
//	x-max-minutes  the longest such duration
//	x-secret       the value is an address: never repeat it
package schema

import (
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// FS holds the schema files: NAME.schema.json for plan, settings, tests and each section.
//
//go:embed *.schema.json
var FS embed.FS

// Settings is the name of the schema of watchbill.yaml, Tests that of test files.
const (
	Settings = "settings"
	Tests    = "tests"
)

// base is where the schemas seem to be while they are compiled. Nothing is there:
// a reference that is not in FS must fail, never be fetched.
const base = "https://schema.watchbill.invalid/"

// Names are the sections of a plan file, sorted.
func Names() []string { return slices.Clone(sections()) }

// Known reports whether name is a section of a plan file.
func Known(name string) bool { return slices.Contains(sections(), name) }

// TopLevel are the keys a file may have at its top, x- keys left out, sorted: of a
// plan file for "plan", of watchbill.yaml for Settings, of a test file for Tests.
func TopLevel(name string) []string { return keysOf(document(name)["properties"]) }

// HasItems reports whether the section maps names to items, as contacts does and
// replication_set does not.
func HasItems(section string) bool {
	_, ok := document(section)["additionalProperties"].(map[string]any)
	return ok
}

// CheckName reports whether name may name an item of the section, and if not what
// a name looks like, in words.
func CheckName(section, name string) (hint string, ok bool) {
	re := namePattern(section)
	if re == nil || re.MatchString(name) {
		return "", true
	}
	hint, _ = document(section)["propertyNames"].(map[string]any)["x-hint"].(string)
	return hint, false
}

// Validate says everything that is wrong with the value of a whole section (or of
// Settings or Tests), of the types encoding/json decodes to, int64 allowed. Sections with
// items are validated item by item on all cores. The problems are sorted by path.
func Validate(section string, value any) []Problem {
	items, ok := value.(map[string]any)
	if !HasItems(section) || !ok {
		return run(compiled(section), document(section), value)
	}
	return validateItems(section, items)
}

// ValidateItem says everything that is wrong with one item of the section. Paths
// begin inside the item.
func ValidateItem(section string, item any) []Problem {
	shape, _ := document(section)["additionalProperties"].(map[string]any)
	return run(compiled(section+"#/additionalProperties"), shape, item)
}

func validateItems(section string, items map[string]any) []Problem {
	names := keysOf(items)
	found := make([][]Problem, len(names))
	var workers sync.WaitGroup
	share := (len(names) + runtime.GOMAXPROCS(0) - 1) / runtime.GOMAXPROCS(0)
	for from := 0; from < len(names); from += share {
		workers.Go(func() {
			for i := from; i < min(from+share, len(names)); i++ {
				found[i] = validateNamed(section, names[i], items[names[i]])
			}
		})
	}
	workers.Wait()
	return slices.Concat(found...)
}

func validateNamed(section, name string, item any) []Problem {
	problems := ValidateItem(section, item)
	for i := range problems {
		problems[i].Path = append([]string{name}, problems[i].Path...)
	}
	if hint, ok := CheckName(section, name); !ok {
		bad := Problem{Path: []string{name}, Reason: NotMatching, OnKey: true, Hint: hint}
		problems = append([]Problem{bad}, problems...)
	}
	return problems
}

// The values below are made on first use: most commands validate nothing.

var sections = sync.OnceValue(func() []string {
	names := []string{}
	for name, of := range document("plan")["properties"].(map[string]any) {
		if _, isSection := of.(map[string]any)["$ref"]; isSection {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
})

var (
	documents sync.Map // name → func() map[string]any, the decoded file
	schemas   sync.Map // name or name#/pointer → func() *jsonschema.Schema
	patterns  sync.Map // section → func() *regexp.Regexp, nil when any name will do
)

// once returns the value of make for the key, made once however many ask.
func once[T any](memo *sync.Map, key string, make func() T) T {
	f, ok := memo.Load(key)
	if !ok {
		f, _ = memo.LoadOrStore(key, sync.OnceValue(make))
	}
	return f.(func() T)()
}

// document is a schema file as decoded JSON, shared: not to be changed.
func document(name string) map[string]any {
	return once(&documents, name, func() map[string]any {
		return decode(name)
	})
}

// decode reads a schema file. The files are ours and tested: an unknown name or
// broken JSON is a bug.
func decode(name string) map[string]any {
	var doc map[string]any
	data, err := FS.ReadFile(name + ".schema.json")
	if err == nil {
		err = json.Unmarshal(data, &doc)
	}
	if err != nil {
		panic(fmt.Sprintf("schema %s: %v", name, err))
	}
	return doc
}

func namePattern(section string) *regexp.Regexp {
	return once(&patterns, section, func() *regexp.Regexp {
		names, _ := document(section)["propertyNames"].(map[string]any)
		pattern, ok := names["pattern"].(string)
		if !ok {
			return nil
		}
		return regexp.MustCompile(pattern)
	})
}

// anything is the shape our own keywords must have: the schemas are ours.
var anything = &jsonschema.Schema{Always: new(true)}

func compiled(ref string) *jsonschema.Schema {
	return once(&schemas, ref, func() *jsonschema.Schema {
		name, pointer, _ := strings.Cut(ref, "#")
		c := jsonschema.NewCompiler()
		c.Draft = jsonschema.Draft7
		c.LoadURL = loadEmbedded
		c.RegisterExtension("duration", anything, durations{})
		return c.MustCompile(base + name + ".schema.json#" + pointer)
	})
}

// loadEmbedded answers the compiler's references from FS and from nowhere else.
func loadEmbedded(url string) (io.ReadCloser, error) {
	name, ok := strings.CutPrefix(url, base)
	if !ok {
		return nil, fmt.Errorf("read schema %s: %w", url, fs.ErrNotExist)
	}
	return FS.Open(path.Clean(name))
}

func keysOf(object any) []string {
	m, _ := object.(map[string]any)
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// ItemTitle is what one item of the section is called: "Contact".
func ItemTitle(section string) string {
	shape, _ := document(section)["additionalProperties"].(map[string]any)
	title, _ := shape["title"].(string)
	return title
}
