package compiler_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/internal/diag"
)

// update is whether what was found is written into testdata: UPDATE=1 go test ./compiler.
var update = os.Getenv("UPDATE") != ""

// enter makes the files of an archive and goes where they are.
func enter(t *testing.T, archive string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, f := range txtar.Parse([]byte(archive)).Files {
		if err := os.MkdirAll(filepath.Dir(f.Name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(f.Name, f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// today is when plans are looked at that are looked at no other day.
var today = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

func compile(t *testing.T, path string, o compiler.Options) *compiler.Result {
	t.Helper()
	if o.Now.IsZero() {
		o.Now = today
	}
	r, err := compiler.Compile(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// said writes findings as one line each, with notes and hints below; of the
// severity only errors are marked, by "!".
func said(fs []diag.Finding) string {
	var b strings.Builder
	for _, f := range fs {
		mark := " "
		if f.Severity == diag.Error {
			mark = "!"
		}
		end := ""
		if f.Pos.End > 0 {
			end = fmt.Sprintf("-%d", f.Pos.End)
		}
		fmt.Fprintf(&b, "%s %s%s: %s [%s]\n", mark, f.Pos, end, f.Message, f.Code)
		for _, n := range f.Notes {
			fmt.Fprintf(&b, "    %s: %s\n", n.Pos, n.Message)
		}
		if f.Hint != "" {
			fmt.Fprintf(&b, "    -> %s\n", f.Hint)
		}
	}
	return b.String()
}

// errorsOf are the findings that no rule has: those of this package.
func errorsOf(r *compiler.Result) string {
	var own []diag.Finding
	for _, f := range r.Findings {
		if f.Severity == diag.Error {
			own = append(own, f)
		}
	}
	return said(own)
}

func same(t *testing.T, got, want string) {
	t.Helper()
	if diff := cmp.Diff(strings.TrimPrefix(want, "\n"), got); diff != "" {
		t.Errorf("(-want +got):\n%s\ngot:\n%s", diff, got)
	}
}

func TestCompilePlans(t *testing.T) {
	for dir, responses := range map[string]int{"../plans": 2, "../plans/minimal": 1, "../plans/response.yaml": 2} {
		r := compile(t, dir, compiler.Options{Values: true})
		if got := errorsOf(r); got != "" || r.Desired == nil || len(r.Plan.ResponsePlans) != responses {
			t.Errorf("%s:\n%s", dir, got)
		}
	}
}

// What people start from has nothing to find fault with, and neither have its tests,
// on the day it was written and long after.
func TestExamplePlans(t *testing.T) {
	for _, dir := range []string{"follow-the-sun", "primary-secondary", "weekends", "holidays"} {
		for _, now := range []time.Time{today, time.Date(2031, 7, 1, 12, 0, 0, 0, time.UTC)} {
			r := compile(t, "../plans/"+dir, compiler.Options{Values: true, Tests: true, Now: now})
			if len(r.Findings)+len(r.Tests.Findings) > 0 || r.Desired == nil || len(r.Plan.Schedules) == 0 {
				t.Errorf("%s in %d:\n%s%s", dir, now.Year(), said(r.Findings), said(r.Tests.Findings))
			}
		}
	}
}

func TestFilesAndDir(t *testing.T) {
	enter(t, `
-- p/b.yaml --
contacts: {}
-- p/a/c.yml --
contacts: {}
-- p/a/d_test.yaml --
nothing: here
-- p/.hidden/e.yaml --
nothing: here
-- p/.f.yaml --
nothing: here
-- p/g.yaml~ --
nothing: here
-- p/other/watchbill.yaml --
owner: other
-- p/other/h.yaml --
nothing: here
-- p/watchbill.yaml --
owner: mine
`)
	r := compile(t, "p", compiler.Options{})
	same(t, strings.Join(r.Files, " "), "p/a/c.yml p/b.yaml")
	same(t, r.Dir+" "+r.Settings.File+" "+r.Settings.Owner.V, "p p/watchbill.yaml mine")
	for path, want := range map[string]string{"p/a/c.yml": "p", "./p/b.yaml": "p", "p/other/h.yaml": "p/other", "p/a": "p/a", "p/": "p"} {
		if got, err := compiler.Root(path); err != nil || got != want {
			t.Errorf("Root(%q) = %q, %v, want %q", path, got, err, want)
		}
	}
	t.Chdir("p/a")
	r = compile(t, "c.yml", compiler.Options{})
	same(t, r.Dir+" "+strings.Join(r.Files, " "), ".. ../a/c.yml ../b.yaml")
	r = compile(t, ".", compiler.Options{})
	same(t, r.Dir+" "+strings.Join(r.Files, " "), ". c.yml")
}

// A file in a repository never means a folder outside of it.
func TestRootStopsAtRepository(t *testing.T) {
	enter(t, `
-- watchbill.yaml --
owner: stray
-- repo/.git/HEAD --
ref: refs/heads/main
-- repo/plans/a.yaml --
contacts: {}
`)
	if got, err := compiler.Root("repo/plans/a.yaml"); err != nil || got != "repo/plans" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestRevision(t *testing.T) {
	plan := "-- p/a.yaml --\ncontacts: {}\n"
	revision := func(archive string) string {
		enter(t, archive)
		return compile(t, "p", compiler.Options{}).Revision
	}
	base := revision(plan)
	if len(base) != 64 || base != revision(plan) {
		t.Errorf("%q is not stable", base)
	}
	runbook := func(content string) string {
		return "-- p/a.yaml --\nrunbooks: {look: {source: look.yaml, role: r}}\n-- p/look.yaml --\n" + content
	}
	if revision(runbook("mainSteps: []\n")) == revision(runbook("mainSteps: [] # new\n")) {
		t.Error("a document's text does not change the revision")
	}
	for name, other := range map[string]string{
		"a file's text": "-- p/a.yaml --\ncontacts: {} # new\n",
		"a file's name": "-- p/b.yaml --\ncontacts: {}\n",
		"settings":      plan + "-- p/watchbill.yaml --\nowner: me\n",
	} {
		if revision(other) == base {
			t.Errorf("%s does not change the revision", name)
		}
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r, err := compiler.Compile(ctx, "../plans", compiler.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", r, err)
	}
}

// Where something is lost, rules do not call names unknown that may be defined in it.
func TestRulesWaitForTheWholePlan(t *testing.T) {
	const plan = `
-- p/a.yaml --
response_plans:
  down: {title: T, impact: critical, engage: [aiko]}
-- p/b.yaml --
`
	for name, b := range map[string]string{
		"a file that is no YAML": "contacts: [\n",
		"an unknown section":     "contcts:\n  aiko: {channels: {m: {email: a@example.com}}}\n",
		"a section of no items":  "contacts: aiko\n",
	} {
		enter(t, plan+b)
		r := compile(t, "p", compiler.Options{})
		if strings.Contains(said(r.Findings), "unknown-reference") || len(r.Findings) != 1 {
			t.Errorf("%s:\n%s", name, said(r.Findings))
		}
	}
	enter(t, plan+"contacts:\n  aiko: {channels: {m: {email: 5}}}\n")
	if r := compile(t, "p", compiler.Options{}); strings.Contains(said(r.Findings), "unknown-reference") {
		t.Errorf("a contact with a mistake in it:\n%s", said(r.Findings))
	}
}

func TestSourcesOfFindings(t *testing.T) {
	enter(t, `
-- p/a.yaml --
impact_levels: {a: {level: 1}}
-- p/b.yaml --
impact_levels: {a: {level: 1}}
-- p/c.yaml --
version: 1
`)
	r := compile(t, "p", compiler.Options{})
	if len(r.Sources) != 2 || r.Sources["p/a.yaml"] == nil || r.Sources["p/b.yaml"] == nil {
		t.Errorf("%v", r.Sources)
	}
	same(t, errorsOf(r), `
! p/b.yaml:1:17-18: impact level "a" is defined twice [duplicate-name]
    p/a.yaml:1:17: the first definition is here
    -> remove one, or rename it
`)
	if r.Desired != nil {
		t.Error("there is a desired state beside an error")
	}
}
