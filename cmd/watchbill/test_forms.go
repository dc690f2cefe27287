package main

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/watchbill/watchbill/drill"
	"github.com/watchbill/watchbill/internal/chart"
	"github.com/watchbill/watchbill/internal/diag"
)

// testsJSON is the JSON of test, schema version 1.
type testsJSON struct {
	SchemaVersion int           `json:"schema_version"`
	Now           time.Time     `json:"now"` // what relative times were looked at from
	Of            string        `json:"of"`  // plan, or the name of the target with --live
	Tests         []testJSON    `json:"tests"`
	Passed        int           `json:"passed"`
	Failed        int           `json:"failed"`
	Coverage      *coverageJSON `json:"coverage,omitempty"`
}

type testJSON struct {
	Name         string            `json:"name"`
	File         string            `json:"file"`
	Line         int               `json:"line"`
	Column       int               `json:"column"`
	ResponsePlan string            `json:"response_plan"` // "" when it is only about who is on call
	Passed       bool              `json:"passed"`
	Openings     int               `json:"openings"`
	Expectations []expectationJSON `json:"expectations"`
}

type expectationJSON struct {
	Line    int          `json:"line"`
	Column  int          `json:"column"`
	Passed  bool         `json:"passed"`
	Message string       `json:"message"`
	Failure *failureJSON `json:"failure,omitempty"`
}

// failureJSON is the first opening that broke an expectation. Until is the end of the openings
// with the same events; without it the test named the instant.
type failureJSON struct {
	At             time.Time         `json:"at"`
	Until          *time.Time        `json:"until,omitempty"`
	Openings       int               `json:"openings"` // that broke it, of this test's
	LastingSeconds int64             `json:"lasting_seconds"`
	Broken         *brokenJSON       `json:"broken,omitempty"` // absent when it is about who is on call
	Events         []chart.EventJSON `json:"events"`
}

// brokenJSON is the place in events that broke it. Missing: nothing happened there, and should
// have before this event.
type brokenJSON struct {
	Event         int    `json:"event"`
	Missing       bool   `json:"missing"`
	OffsetSeconds int64  `json:"offset_seconds"`
	Message       string `json:"message"`
}

func newTestsJSON(r *testReport) testsJSON {
	out := testsJSON{
		SchemaVersion: 1, Now: r.view.now.UTC(), Of: "plan", Tests: []testJSON{}, Failed: r.failed(),
		Passed: len(r.results) - r.failed(), Coverage: newCoverageJSON(r.coverage),
	}
	if r.view.live {
		out.Of = r.view.from
	}
	for i := range r.results {
		res := &r.results[i]
		at := res.Test.Name.At
		j := testJSON{
			Name: diag.Cover(res.Test.Name.V), File: at.File, Line: at.Line, Column: at.Col,
			ResponsePlan: res.Test.ResponsePlan.V, Passed: res.Passed(), Openings: res.Openings,
			Expectations: []expectationJSON{},
		}
		for n := range res.Checks {
			c := &res.Checks[n]
			j.Expectations = append(j.Expectations, expectationJSON{
				c.Pos.Line, c.Pos.Col, c.Passed(), diag.Cover(c.Sentence), newFailureJSON(c.Failure)})
		}
		out.Tests = append(out.Tests, j)
	}
	return out
}

func newFailureJSON(f *drill.Failure) *failureJSON {
	if f == nil {
		return nil
	}
	story := chart.Incident{At: f.At, Events: f.Events}
	out := &failureJSON{At: f.At.UTC(), Openings: f.Broken, LastingSeconds: int64(f.Lasting.Seconds()), Events: story.JSON().Events}
	if !f.Until.IsZero() {
		until := f.Until.UTC()
		out.Until = &until
	}
	if f.Events != nil {
		m := f.Mark
		out.Broken = &brokenJSON{m.Index, m.Missing, int64(m.Offset.Seconds()), m.Text}
	}
	return out
}

// printJUnit prints one test case a test, by file. Servers take a report without cases for a
// broken one, so that without tests one case passes.
func (a *app) printJUnit(r *testReport) error {
	var b strings.Builder
	b.WriteString(xml.Header)
	fmt.Fprintf(&b, "<testsuites>\n  <testsuite name=\"watchbill test\" tests=\"%d\" failures=\"%d\">\n", max(len(r.results), 1), r.failed())
	if len(r.results) == 0 {
		b.WriteString("    <testcase classname=\"watchbill\" name=\"no tests\" time=\"0\"/>\n")
	}
	for i := range r.results {
		r.junitCase(&b, &r.results[i])
	}
	b.WriteString("  </testsuite>\n")
	b.WriteString("</testsuites>\n")
	_, err := io.WriteString(a.out, b.String())
	return err
}

func (r *testReport) junitCase(b *strings.Builder, res *drill.Result) {
	at := res.Test.Name.At
	fmt.Fprintf(b, "    <testcase classname=\"%s\" name=\"%s\" file=\"%s\" line=\"%d\" time=\"0\"",
		escapeXML(at.File), escapeXML(diag.Cover(res.Test.Name.V)), escapeXML(at.File), at.Line)
	if res.Passed() {
		b.WriteString("/>\n")
		return
	}
	b.WriteString(">\n")
	var sentences, bodies []string // one failure a case: servers show the first only
	for i := range res.Checks {
		if c := &res.Checks[i]; !c.Passed() {
			sentence := diag.Cover(c.Sentence)
			sentences = append(sentences, sentence)
			bodies = append(bodies, fmt.Sprintf("%s: %s\n%s", c.Pos, sentence, storyOf(c)))
		}
	}
	fmt.Fprintf(b, "      <failure type=\"%s\" message=\"%s\">%s</failure>\n", failedTest,
		escapeXML(strings.Join(sentences, "; ")), strings.ReplaceAll(escapeXML(strings.Join(bodies, "\n")), "&#xA;", "\n"))
	b.WriteString("    </testcase>\n")
}

// escapeXML also replaces what XML cannot hold at all.
func escapeXML(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s)) // a Builder does not fail
	return b.String()
}
