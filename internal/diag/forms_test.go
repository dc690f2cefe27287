package diag_test

import (
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/internal/diag"
)

var three = []diag.Finding{
	{Code: "unknown-reference", Pos: diag.Pos{File: "plans/a b.yaml", Line: 3, Col: 12, End: 17}, Message: `nobody is called "<alcie>"`, Hint: "write 100%, or ben",
		Notes: []diag.Note{{Pos: diag.Pos{File: "plans/b.yaml", Line: 1, Col: 2, End: 5}, Message: "the first"}}},
	{Code: "single-channel", Severity: diag.Warning, Pos: diag.Pos{File: "c:d,e.yaml", Line: 7, Col: 1}, Message: "m"},
	{Code: "empty-plan", Severity: diag.Info, Pos: diag.Pos{File: "plans"}, Message: "i"},
}

// The JSON form is an interface: these bytes may grow fields, never lose them.
func TestJSON(t *testing.T) {
	want := `{"schema_version":1,"findings":[` +
		`{"code":"unknown-reference","severity":"error","file":"plans/a b.yaml","line":3,"column":12,"message":"nobody is called \"<alcie>\"","hint":"write 100%, or ben","notes":[{"file":"plans/b.yaml","line":1,"column":2,"message":"the first"}]},` +
		`{"code":"single-channel","severity":"warning","file":"c:d,e.yaml","line":7,"column":1,"message":"m","hint":""},` +
		`{"code":"empty-plan","severity":"info","file":"plans","line":0,"column":0,"message":"i","hint":""}]}` + "\n"
	if diff := cmp.Diff(want, printed(t, "json", three, nil, diag.PrintOptions{})); diff != "" {
		t.Error(diff)
	}
	if got, want := printed(t, "json", nil, nil, diag.PrintOptions{}), `{"schema_version":1,"findings":[]}`+"\n"; got != want {
		t.Errorf("no findings are %s want %s", got, want)
	}
}

func TestGitHub(t *testing.T) {
	want := `::error file=plans/a b.yaml,line=3,col=12,endColumn=17,title=unknown-reference::nobody is called "<alcie>"%0Aplans/b.yaml:1:2: the first%0Ahint: write 100%25, or ben
::warning file=c%3Ad%2Ce.yaml,line=7,col=1,title=single-channel::m
::notice file=plans,title=empty-plan::i
`
	if diff := cmp.Diff(want, printed(t, "github", three, nil, diag.PrintOptions{})); diff != "" {
		t.Error(diff)
	}
}

func TestJUnit(t *testing.T) {
	type failure struct {
		Type    string `xml:"type,attr"`
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
	type testcase struct {
		Class   string   `xml:"classname,attr"`
		Name    string   `xml:"name,attr"`
		Failure *failure `xml:"failure"`
		Out     string   `xml:"system-out"`
	}
	type suite struct {
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Cases    []testcase `xml:"testcase"`
	}
	type report struct {
		Suites []suite `xml:"testsuite"`
	}
	read := func(fs []diag.Finding) (r report) {
		if err := xml.Unmarshal([]byte(printed(t, "junit", fs, nil, diag.PrintOptions{})), &r); err != nil {
			t.Fatal(err)
		}
		return r
	}
	want := report{[]suite{{3, 2, []testcase{
		{"plans/a b.yaml", "unknown-reference at 3:12", &failure{"error", `nobody is called "<alcie>"`,
			"plans/a b.yaml:3:12: nobody is called \"<alcie>\"\nplans/b.yaml:1:2: the first\nhint: write 100%, or ben"}, ""},
		{"c:d,e.yaml", "single-channel at 7:1", &failure{"warning", "m", "c:d,e.yaml:7:1: m"}, ""},
		{"plans", "empty-plan", nil, "plans: i"},
	}}}}
	if diff := cmp.Diff(want, read(three)); diff != "" {
		t.Error(diff)
	}
	if none := read(nil); none.Suites[0].Tests != 1 || none.Suites[0].Failures != 0 || len(none.Suites[0].Cases) != 1 {
		t.Errorf("no findings are %+v", none)
	}
}

// The parts of SARIF that GitHub's code scanning requires are there, rules are
// listed once, and places are what SARIF wants: URIs, and columns that count
// characters, with an exclusive end.
func TestSARIF(t *testing.T) {
	explain := func(code string) (string, bool) {
		return "# " + code + "\n\nSeverity: error, always.\n\nFirst words\nof " + code + ". Second.\n", code != "empty-plan"
	}
	fs := append(three[:len(three):len(three)], three[1])
	var log struct {
		Schema  string `json:"$schema"`
		Version string
		Runs    []struct {
			ColumnKind string
			Tool       struct {
				Driver struct {
					Name, InformationURI, Version string
					Rules                         []map[string]any
				}
			}
			Results []struct {
				RuleID, Level string
				RuleIndex     int
				Message       struct{ Text string }
				Locations     []any
				Related       []any `json:"relatedLocations"`
			}
		}
	}
	if err := json.Unmarshal([]byte(printed(t, "sarif", fs, nil, diag.PrintOptions{Version: "1.2.3", Explain: explain})), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	if log.Version != "2.1.0" || !strings.HasSuffix(log.Schema, "sarif-schema-2.1.0.json") || run.ColumnKind != "unicodeCodePoints" || run.Tool.Driver.Version != "1.2.3" {
		t.Errorf("the head is %+v", log)
	}
	var ids []string
	for _, r := range run.Tool.Driver.Rules {
		ids = append(ids, r["id"].(string))
	}
	if diff := cmp.Diff([]string{"empty-plan", "single-channel", "unknown-reference"}, ids); diff != "" {
		t.Error(diff)
	}
	if short := run.Tool.Driver.Rules[1]["shortDescription"].(map[string]any)["text"]; short != "First words of single-channel." {
		t.Errorf("the short description is %q", short)
	}
	for i, r := range run.Results {
		if ids[r.RuleIndex] != r.RuleID || r.RuleID != fs[i].Code || r.Level != [...]string{"error", "warning", "note"}[fs[i].Severity] {
			t.Errorf("result %d is %+v", i, r)
		}
	}
	first := run.Results[0]
	if first.Message.Text != `nobody is called "<alcie>"; write 100%, or ben` {
		t.Errorf("the message is %q", first.Message.Text)
	}
	if diff := cmp.Diff([]any{place("plans/a%20b.yaml", "", map[string]any{"startLine": 3.0, "startColumn": 12.0, "endColumn": 17.0})}, first.Locations); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]any{place("plans/b.yaml", "the first", map[string]any{"startLine": 1.0, "startColumn": 2.0, "endColumn": 5.0})}, first.Related); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]any{place("./c:d,e.yaml", "", map[string]any{"startLine": 7.0, "startColumn": 1.0})}, run.Results[1].Locations); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]any{place("plans", "", nil)}, run.Results[2].Locations); diff != "" {
		t.Error(diff)
	}
	if out := printed(t, "sarif", nil, nil, diag.PrintOptions{}); !strings.Contains(out, `"results": []`) || !strings.Contains(out, `"rules": []`) {
		t.Errorf("no findings are %s", out)
	}
}

func place(uri, message string, region map[string]any) map[string]any {
	physical := map[string]any{"artifactLocation": map[string]any{"uri": uri}}
	if region != nil {
		physical["region"] = region
	}
	p := map[string]any{"physicalLocation": physical}
	if message != "" {
		p["message"] = map[string]any{"text": message}
	}
	return p
}
