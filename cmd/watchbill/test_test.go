package main

import (
	"bytes"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/drill"
	"github.com/watchbill/watchbill/internal/diag"
)

// junitCase is what CI servers read of a test.
type junitCase struct {
	Class   string `xml:"classname,attr"`
	Name    string `xml:"name,attr"`
	Time    string `xml:"time,attr"`
	Line    int    `xml:"line,attr"`
	Failure []struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	} `xml:"failure"`
}

// Whatever stands in a name, the report is XML, and no address gets into it.
func TestJUnitOfTests(t *testing.T) {
	pos := diag.Pos{File: "a&b_test.yaml", Line: 3, Col: 5}
	nasty := "<![CDATA[ ]]> \"quoted\" \x1b[31m \x00 call +1 202 555 0123 or ops@example.com"
	failed := drill.Result{
		Test: &ast.Test{Name: ast.Text{V: nasty, At: pos}},
		Checks: []drill.Check{
			{Pos: pos, Sentence: "one & all", Failure: &drill.Failure{At: monday}},
			{Pos: pos, Sentence: "met"},
			{Pos: pos, Sentence: "two", Failure: &drill.Failure{At: monday}},
		},
	}
	passed := drill.Result{Test: &ast.Test{Name: ast.Text{V: "fine", At: pos}}}
	var out bytes.Buffer
	a := &app{process: process{out: &out}}
	if err := a.printJUnit(&testReport{results: []drill.Result{failed, passed}}); err != nil {
		t.Fatal(err)
	}
	var report struct {
		Suites []struct {
			Tests    int         `xml:"tests,attr"`
			Failures int         `xml:"failures,attr"`
			Cases    []junitCase `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(out.Bytes(), &report); err != nil {
		t.Fatalf("%v in\n%s", err, out.String())
	}
	suite := report.Suites[0]
	if suite.Tests != 2 || suite.Failures != 1 || len(suite.Cases) != 2 {
		t.Errorf("%+v", suite)
	}
	bad, good := suite.Cases[0], suite.Cases[1]
	if len(bad.Failure) != 1 || bad.Failure[0].Message != "one & all; two" || bad.Class != pos.File || bad.Line != 3 || bad.Time != "0" {
		t.Errorf("%+v", bad)
	}
	if good.Name != "fine" || len(good.Failure) != 0 {
		t.Errorf("%+v", good)
	}
	if found := address.FindAllString(out.String(), -1); len(found) > 0 {
		t.Errorf("the report repeats %q", found)
	}
}

// The examples of the guide can be read, and name nothing the language has not got.
func TestGuideOfTests(t *testing.T) {
	guide, err := os.ReadFile("../../docs/testing.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("plan.yaml", guidePlan)
	n := 0
	for _, part := range strings.Split(string(guide), "```yaml\n")[1:] {
		example, _, _ := strings.Cut(part, "```")
		switch {
		case strings.HasPrefix(example, "  - name:"):
			example = "tests:\n" + example
		case !strings.Contains(example, "\ntests:"):
			continue // a part of a plan
		}
		n++
		write(string(rune('a'+n))+"_test.yaml", example)
	}
	// The table of expectations, each on its own.
	var table strings.Builder
	table.WriteString("tests:\n- {name: table, response_plan: ec2-down, at: now, acknowledge: {ben: 1m}, expect: [")
	for line := range strings.Lines(string(guide)) {
		if cell, ok := strings.CutPrefix(line, "| `{"); ok {
			cell, _, _ = strings.Cut(cell, "`")
			table.WriteString("{" + cell + ", ")
			n++
		}
	}
	write("table_test.yaml", table.String()+"]}\n")
	if n < 10 {
		t.Errorf("only %d examples were found", n)
	}
	res, err := compiler.Compile(t.Context(), dir, compiler.Options{Tests: true, Now: monday})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range append(res.Findings, res.Tests.Findings...) {
		if f.Severity == diag.Error {
			t.Error(f)
		}
	}
}

const guidePlan = `contacts:
  aiko: &person
    channels: {text: {sms: {env: TEXT}}, phone: {voice: {env: PHONE}}}
    engagement_plan: [{page: [text, phone], wait: 5m}]
  ben: *person
  chie: *person
schedules:
  primary:
    rotations:
      weekly: {timezone: Asia/Tokyo, starts: 2026-12-07T09:00, members: [aiko, ben], every: 1 week, handoff: [mon 09:00]}
response_plans:
  ec2-down: {title: Down, impact: high, engage: [primary]}
`

// monday is when the tests of this file look at things.
var monday = time.Date(2026, 12, 7, 0, 0, 0, 0, time.UTC)
