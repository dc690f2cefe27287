package schema_test

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/watchbill/watchbill/schema"
)

func parse(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func lines(problems []schema.Problem) string {
	var b strings.Builder
	for _, p := range problems {
		fmt.Fprintf(&b, "%s %d key=%s known=%v limit=%d onkey=%v secret=%v kind=%s\n",
			p.Pointer(), p.Reason, p.Key, p.Known, p.Limit, p.OnKey, p.Secret, p.Kind)
	}
	return b.String()
}

func TestValidate(t *testing.T) {
	problems := schema.Validate("contacts", parse(t, `{
		"Aiko": {"chanels": 1, "engagement_plan": [{"page": ["a", "a"], "retry": "2h", "wait": "5"}]},
		"ben": {"channels": {"a/b~c": {"sms": 1, "voice": {"x": 1}}, "": {"email": "b@example.com"}, "x": {"email": ""}}, "tags": {"k": null}}
	}`))
	want := fmt.Sprintf(`/Aiko %[5]d key= known=[] limit=0 onkey=true secret=false kind=
/Aiko %[1]d key=channels known=[] limit=0 onkey=false secret=false kind=
/Aiko %[2]d key=chanels known=[channels engagement_plan name protect tags] limit=0 onkey=false secret=false kind=
/Aiko/engagement_plan/0/page/1 %[9]d key= known=[] limit=0 onkey=false secret=false kind=
/Aiko/engagement_plan/0/retry %[7]d key= known=[] limit=60 onkey=false secret=false kind=duration
/Aiko/engagement_plan/0/wait %[4]d key= known=[] limit=0 onkey=false secret=false kind=duration
/ben/channels/ %[5]d key= known=[] limit=0 onkey=true secret=false kind=
/ben/channels/a~1b~0c %[5]d key= known=[] limit=0 onkey=true secret=false kind=
/ben/channels/a~1b~0c %[6]d key= known=[email sms voice] limit=0 onkey=false secret=false kind=
/ben/channels/a~1b~0c/sms %[3]d key= known=[string object] limit=0 onkey=false secret=true kind=
/ben/channels/a~1b~0c/voice %[2]d key=x known=[env file secret ssm] limit=0 onkey=false secret=true kind=
/ben/channels/x/email %[8]d key= known=[] limit=1 onkey=false secret=true kind=
/ben/tags/k %[3]d key= known=[string] limit=0 onkey=false secret=false kind=
`, schema.MissingKey, schema.UnknownKey, schema.WrongType, schema.NotDuration, schema.NotMatching,
		schema.NotExactlyOne, schema.TooLarge, schema.TooShort, schema.Repeated)
	if diff := cmp.Diff(want, lines(problems)); diff != "" {
		t.Error(diff)
	}
}

// A section of many items is validated on all cores, and answers as one would.
func TestValidateMany(t *testing.T) {
	section := map[string]any{}
	for i := range 500 {
		level := map[string]any{"level": int64(i % 10)}
		section[fmt.Sprintf("l%03d", i)] = level
	}
	problems := schema.Validate("impact_levels", section)
	if len(problems) != 250 || !slices.IsSortedFunc(problems, func(a, b schema.Problem) int { return slices.Compare(a.Path, b.Path) }) {
		t.Errorf("%d problems", len(problems))
	}
	if got := schema.Validate("impact_levels", map[string]any{}); got != nil {
		t.Error(got)
	}
}

func TestSections(t *testing.T) {
	want := []string{"chat_channels", "contacts", "escalation_plans", "event_rules", "impact_levels", "monitors", "replication_set", "response_plans", "runbooks", "schedules"}
	if diff := cmp.Diff(want, schema.Names()); diff != "" {
		t.Error(diff)
	}
	for _, name := range schema.Names() {
		if !schema.Known(name) || schema.HasItems(name) == (name == "replication_set") {
			t.Error(name)
		}
		if schema.HasItems(name) && schema.ItemTitle(name) == "" {
			t.Errorf("an item of %s has no title", name)
		}
	}
	if schema.Known("version") || schema.Known("plan") || !slices.Contains(schema.TopLevel("plan"), "version") {
		t.Error("version is a key and no section")
	}
}

// Every file is a schema of draft-07, as the validator's own metaschema says, and
// stays one in the bundle. Nothing is fetched for that.
func TestSchemasAreDraft7(t *testing.T) {
	files, err := fs.Glob(schema.FS, "*.json")
	if err != nil || len(files) != len(schema.Names())+3 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		compiles(t, file, func(url string) (io.ReadCloser, error) {
			return schema.FS.Open(strings.TrimPrefix(url, "https://schema.test/"))
		})
	}
	compiles(t, "bundle.json", func(url string) (io.ReadCloser, error) {
		if url != "https://schema.test/bundle.json" {
			return nil, fmt.Errorf("the bundle refers to %s", url)
		}
		return io.NopCloser(strings.NewReader(string(schema.Bundle()))), nil
	})
}

func compiles(t *testing.T, file string, load func(string) (io.ReadCloser, error)) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft7
	c.LoadURL = load
	s, err := c.Compile("https://schema.test/" + file)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return s
}

// Editors validate whole files with the bundle, we sections with the parts: both
// must agree.
func TestBundleAgrees(t *testing.T) {
	bundle := compiles(t, "bundle.json", func(string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(string(schema.Bundle()))), nil
	})
	for _, c := range []struct {
		section, value string
		ok             bool
	}{
		{"contacts", `{"a": {"channels": {"m": {"email": "a@example.com"}}}}`, true},
		{"contacts", `{"a": {"channels": {"m": {"email": "a@example.com", "sms": "+12025550123"}}}}`, false},
		{"contacts", `{"A": {"channels": {"m": {"email": "a@example.com"}}}}`, false},
		{"contacts", `{"a": {"channels": {"m": {"email": {"env": "X"}}}, "engagement_plan": [{"page": [], "wait": "5 m"}]}}`, false},
		{"replication_set", `{"regions": {"us-east-1": null}}`, true},
		{"replication_set", `{"regions": {}}`, false},
		{"escalation_plans", `{"e": {"stages": [{"page": ["a", {"contact": "b"}], "wait": "1h30m"}]}}`, true},
		{"impact_levels", `{"critical": {}, "x": {"level": 6}}`, false},
		{"impact_levels", `{"critical": {"require": {"page_within": "5m", "human_stages": 2, "runbook": true, "chat": false}}}`, true},
		{"impact_levels", `{"critical": {"require": {"page_within": "5 minutes"}}}`, false},
		{"schedules", `{"s": {"rotations": {"r": {"timezone": "UTC", "starts": "2026-12-07T09:00", "members": ["a"], "every": "1 week", "handoff": ["mon 09:00"]}}}}`, true},
		{"schedules", `{"s": {"rotations": {"r": {"timezone": "UTC", "starts": "2026-12-07 09:00", "members": ["a"], "every": "1 week", "handoff": ["mon 09:00"]}}}}`, false},
		{"schedules", `{"s": {"rotations": {"r": {"timezone": "UTC", "starts": "2026-12-07T09:00", "members": ["a"], "every": "1 week", "handoff": ["mon 09:00"], "coverage": {"sun-tue": ["22:00-06:00", "12:00-24:00"]}}}}}`, true},
		{"schedules", `{"s": {"rotations": {"r": {"timezone": "UTC", "starts": "2026-12-07T09:00", "members": ["a"], "every": "1 week", "handoff": ["mon 09:00"], "coverage": {"monday": ["22:00-06:00"]}}}}}`, false},
		{"runbooks", `{"r": {"document": "AWS-X", "role": "r", "version": 3}}`, true},
		{"response_plans", `{"p": {"title": "t", "impact": "low", "share_with": ["1"]}}`, false},
	} {
		value := parse(t, c.value)
		ours := len(schema.Validate(c.section, value)) == 0
		editor := bundle.Validate(map[string]any{"version": json.Number("1"), "x-own": 5, c.section: value}) == nil
		if ours != c.ok || editor != c.ok {
			t.Errorf("%s %s: ours %v, the editor's %v, want %v", c.section, c.value, ours, editor, c.ok)
		}
	}
	if bundle.Validate(map[string]any{"own": 5}) == nil {
		t.Error("an unknown section passes the bundle")
	}
}

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]string{
		"5m": "5m0s", "1h30m": "1h30m0s", "0m": "0s", "90m": "1h30m0s", "120s": "2m0s", "1.5h": "1h30m0s",
		"": "", "5": "", "0": "", "90s": "", "-5m": "", "+5m": "", ".5h": "", "5 m": "", "1d": "", "5m5": "", "1ms": "", "9999999999h": "",
	} {
		got := ""
		if d, err := schema.ParseDuration(text); err == nil {
			got = d.String()
		}
		if got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// What the schema gives as an example is right by the same schema.
func TestExamples(t *testing.T) {
	for _, name := range append(schema.Names(), schema.Settings) {
		data, err := schema.FS.ReadFile(name + ".schema.json")
		if err != nil {
			t.Fatal(err)
		}
		checkExamples(t, name, "", parse(t, string(data)))
	}
}

func checkExamples(t *testing.T, name, pointer string, v any) {
	switch v := v.(type) {
	case map[string]any:
		if list, ok := v["examples"].([]any); ok && pointer != "" && !strings.HasSuffix(pointer, "/properties") {
			s := compiles(t, name+".schema.json#"+pointer, func(url string) (io.ReadCloser, error) {
				return schema.FS.Open(strings.TrimPrefix(url, "https://schema.test/"))
			})
			for _, example := range list {
				if err := s.Validate(example); err != nil {
					t.Errorf("%s%s: the example %v: %v", name, pointer, example, err)
				}
			}
		}
		for key, value := range v {
			if key != "examples" {
				checkExamples(t, name, pointer+"/"+key, value)
			}
		}
	}
}
