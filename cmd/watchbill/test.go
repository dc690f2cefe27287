package main

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"slices"

	"github.com/spf13/cobra"
	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/docs/codes"
	"github.com/watchbill/watchbill/drill"
	"github.com/watchbill/watchbill/internal/diag"
)

type testFlags struct {
	run      string
	live     bool
	coverage bool
}

func (a *app) testCommand() *cobra.Command {
	var f testFlags
	cmd := &cobra.Command{
		Use:   "test [PATH]",
		Short: "Try the plan's tests: who must be paged when",
		Long: `Simulate the incidents of all *_test.yaml files of a plan folder and say of each test
whether everybody was paged as it expects. A test about a stretch of time must pass
whenever in it the incident opens; every different course of events is tried.

  tests:
    - name: Sunday night reaches Chie by minute ten
      response_plan: ec2-down
      at: 2026-12-13 03:00 Asia/Tokyo
      expect:
        - {contact: aiko, channel: text, by: 0m}
        - {contact: chie, by: 10m}

Nothing is sent and nobody is woken. Without --live no target is opened.

Exit code 2 when a test fails, or cannot be read; 0 when there are no tests.`,
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.test(cmd.Context(), pathOf(args), f)
		},
	}
	cmd.Flags().StringVar(&f.run, "run", "", "only the tests whose name matches this regular expression")
	cmd.Flags().BoolVar(&f.live, "live", false, "try them on what is live in the target instead of on the plan")
	cmd.Flags().BoolVar(&f.coverage, "coverage", false, "also say which response plans, stages and hours of the week no test touches")
	return formats(cmd, diag.Formats()...)
}

func (a *app) test(ctx context.Context, path string, f testFlags) error {
	only, err := regexp.Compile(f.run)
	if err != nil {
		return usagef("--run %q is no regular expression", f.run).withHint("a part of a test's name will do: --run 'Sunday night'")
	}
	if f.coverage && a.output != "text" && a.output != "json" {
		return usagef("--coverage is no part of --output %s", a.output).withHint("--output text or json")
	}
	res, err := compileWhole(ctx, path, compiler.Options{Target: a.target, Now: a.present, Tests: true})
	if err != nil {
		return err
	}
	if res.Findings = withTests(res); diag.HasErrors(res.Findings) {
		if err := a.printFindings(a.output, res.Findings, res.Sources); err != nil {
			return err
		}
		return said(exitReport)
	}
	if err := a.sound(res, diag.Error); err != nil {
		return err
	}
	v, err := a.rosterOf(ctx, res, f.live)
	if err != nil {
		return err
	}
	cases := slices.DeleteFunc(slices.Clone(res.Tests.Cases), func(t *ast.Test) bool { return !only.MatchString(t.Name.V) })
	results, err := drill.Run(ctx, v.roster, cases, v.now)
	if err != nil {
		return err
	}
	report := &testReport{dir: res.Dir, sources: res.Tests.Sources, view: v, results: results, all: len(res.Tests.Cases)}
	if f.coverage {
		cover := drill.Cover(v.roster, results, v.now)
		report.coverage = &cover
	}
	if err := a.printTests(report); err != nil {
		return err
	}
	if err := v.finish(a); err != nil {
		return err
	}
	if report.failed() > 0 {
		return said(exitReport)
	}
	return nil
}

// testReport is all that test prints.
type testReport struct {
	dir      string
	sources  diag.Sources
	view     *view
	results  []drill.Result
	all      int // tests there are, also those that --run leaves out
	coverage *drill.Coverage
}

func (r *testReport) failed() (n int) {
	for i := range r.results {
		if !r.results[i].Passed() {
			n++
		}
	}
	return n
}

// failedTest is the code of a finding that is an expectation that was not met.
const failedTest = "failed-test"

// findings are the failures of one test as what any form of findings can print, each
// with the words before it.
func (r *testReport) findings(res *drill.Result, before string) []diag.Finding {
	var l diag.List
	for i := range res.Checks {
		if c := &res.Checks[i]; !c.Passed() {
			f := l.Errorf(c.Pos, failedTest, "%s", diag.Cover(before+c.Sentence))
			f.Detail = storyOf(c)
		}
	}
	return l.Sorted()
}

func (a *app) printTests(r *testReport) error {
	if len(r.results) == 0 {
		a.sayNoTests(r)
	}
	switch a.output {
	case "json":
		return a.printJSON(newTestsJSON(r))
	case "junit":
		return a.printJUnit(r)
	case "text":
		a.print(a.out, func(w io.Writer) { a.writeTests(w, r) })
		return nil
	}
	var all []diag.Finding
	for i := range r.results {
		all = append(all, r.findings(&r.results[i], r.results[i].Test.Name.V+": ")...)
	}
	return a.printFindings(a.output, all, r.sources)
}

func (a *app) sayNoTests(r *testReport) {
	if r.all > 0 {
		a.sayf("no test has a name that --run matches (%s)", count(r.all, "test"))
		return
	}
	a.sayf("%s has no tests; they are written in files named like oncall_test.yaml", r.dir)
}

// writeTests prints a line a test, what broke it below, and last how many there are.
func (a *app) writeTests(w io.Writer, r *testReport) {
	p := newPaint(a.colored(a.out))
	for i := range r.results {
		res := &r.results[i]
		if res.Passed() {
			if !a.quiet {
				fmt.Fprintf(w, "%s    %s%s\n", p.add.Sprint("ok"), diag.Cover(res.Test.Name.V), tried(res))
			}
			continue
		}
		fmt.Fprintf(w, "%s  %s%s\n\n", p.remove.Sprint("FAIL"), diag.Cover(res.Test.Name.V), tried(res))
		diag.Print(w, "text", r.findings(res, ""), r.sources, diag.PrintOptions{Color: a.colored(a.out), NoCount: true, Explain: codes.Explain}) // the writer remembers
	}
	if n := r.failed(); n > 0 {
		fmt.Fprintf(w, "%s, %d failed\n", count(len(r.results), "test"), n)
	} else if len(r.results) > 0 {
		fmt.Fprintf(w, "%s, all passed\n", count(len(r.results), "test"))
	}
	if r.coverage != nil {
		writeCoverage(w, r.coverage)
	}
}

// tried says how much a test of many openings has tried.
func tried(res *drill.Result) string {
	if res.Openings < 2 {
		return ""
	}
	return fmt.Sprintf(" (%d openings)", res.Openings)
}
