package kind_test

import (
	"cmp"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/watchbill/watchbill/kind"
)

// inside are kinds that authors write inside another section.
var inside = map[string]string{
	"document":           "runbooks",  // NAME.document, made of NAME.source
	"role":               "runbooks",  // NAME.role
	"channel":            "contacts",  // NAME.channels
	"engagement_plan":    "contacts",  // NAME.engagement_plan
	"rotation":           "schedules", // NAME.rotations
	"override":           "schedules", // NAME.rotations.NAME.overrides
	"chat_configuration": "chat_channels",
	"topic":              "chat_channels",
	"alarm":              "monitors",
	"mute_rule":          "monitors",
}

// keys are what authors write of those that are not called as the kind is.
var keys = map[string]string{"alarm": "NAME.metric", "mute_rule": "NAME.mute", "chat_configuration": "NAME.slack"}

// TestComplete names what a new kind lacks.
func TestComplete(t *testing.T) {
	reference, err := os.ReadFile("../docs/reference/language.md")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, k := range kind.All {
		name := k.KindName()
		names = append(names, name)
		for _, file := range []string{name + ".go", "../testdata/scenario/" + name + ".txtar"} {
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s has no file %s", name, file)
			}
		}
		if _, ok := contracts[name]; !ok {
			t.Errorf("%s has no contract in contract_plans_test.go", name)
		}
		if !documented(string(reference), name) {
			t.Errorf("%s is not in docs/reference/language.md: add its schema, or say in inside where authors write it", name)
		}
		if ops := k.KindOperations(); len(ops.Read) == 0 || len(ops.Write) == 0 {
			t.Errorf("%s does not say what it calls", name)
		}
		if parent := k.ParentKind(); parent != "" && !slices.Contains(names, parent) {
			t.Errorf("%s stands before its parent %s in the table", name, parent)
		}
	}
	for name := range contracts {
		if !slices.Contains(names, name) {
			t.Errorf("the contract %s is for no kind", name)
		}
	}
	scenarios, err := os.ReadDir("../testdata/scenario")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range scenarios {
		if name := strings.TrimSuffix(s.Name(), ".txtar"); !slices.Contains(names, name) {
			t.Errorf("the scenario %s is for no kind", s.Name())
		}
	}
}

// documented reports whether a kind has a section of its own, or its keys in another.
func documented(reference, name string) bool {
	section := name
	if where, ok := inside[name]; ok {
		section = where
	}
	for _, heading := range []string{"## " + section + "\n", "## " + section + "s\n"} {
		_, text, found := strings.Cut(reference, heading)
		text, _, _ = strings.Cut(text, "\n## ")
		if found && (section == name || strings.Contains(text, cmp.Or(keys[name], "NAME."+name))) {
			return true
		}
	}
	return false
}
