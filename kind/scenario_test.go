package kind_test

// testdata/scenario: one file a kind, a sequence of plans for one account. A plan is
// the files below its number; the file N/changes holds what the comparison says when
// the account is where plan N-1 left it. After each step a second comparison is
// empty. UPDATE=1 go test ./kind -run Scenario writes the changes anew.

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/internal/resource"
)

func TestScenario(t *testing.T) {
	files, err := filepath.Glob("../testdata/scenario/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			runScenario(t, file)
		})
	}
}

func runScenario(t *testing.T, file string) {
	script, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	a := open(t, emulator.Options{RegionLock: -1}).furnish()
	out := &txtar.Archive{Comment: script.Comment}
	for n := 1; ; n++ {
		files, want := step(script, n)
		if len(files) == 0 {
			break
		}
		var plan []txtar.File
		for _, f := range files {
			_, rest, _ := strings.Cut(f.Name, "/")
			plan = append(plan, txtar.File{Name: rest, Data: f.Data})
		}
		desired := compileDir(t, unpack(t, plan))
		l := a.look(desired)
		got := told(l)
		out.Files = append(append(out.Files, files...), txtar.File{Name: fmt.Sprintf("%d/changes", n), Data: []byte(got)})
		if got != want && os.Getenv("UPDATE") == "" {
			t.Errorf("step %d of %s:\n%s\nwant:\n%s", n, file, got, want)
		}
		if len(l.cs.Refusals) > 0 {
			continue // nothing is applied
		}
		l.do()
		a.settled(desired)
	}
	for _, f := range script.Files {
		if !slices.ContainsFunc(out.Files, func(o txtar.File) bool { return o.Name == f.Name }) {
			t.Fatalf("%s: %s belongs to no step", file, f.Name)
		}
	}
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, txtar.Format(out), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// step are the files of a step's plan folder, and the changes it expects.
func step(script *txtar.Archive, n int) (files []txtar.File, changes string) {
	prefix := strconv.Itoa(n) + "/"
	for _, f := range script.Files {
		switch {
		case f.Name == prefix+"changes":
			changes = string(f.Data)
		case strings.HasPrefix(f.Name, prefix):
			files = append(files, f)
		}
	}
	return files, changes
}

// unpack writes files into a new folder.
func unpack(t testing.TB, files []txtar.File) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// told is a comparison as its reader is told of it: each change with its fields,
// reason and notes, then what is refused and kept.
func told(l *look) string {
	var b strings.Builder
	for _, c := range l.cs.Changes {
		fmt.Fprintf(&b, "%s %s\n", c.Action, c.Addr)
		if c.Action != resource.Delete {
			for _, f := range c.Fields {
				fmt.Fprintf(&b, "  %s: %s → %s\n", f.Path, shown(f.Before), shown(f.After))
			}
		}
		if c.Reason != "" {
			fmt.Fprintf(&b, "  because %s\n", c.Reason)
		}
		for _, n := range c.Notes {
			fmt.Fprintf(&b, "  note: %s\n", n)
		}
	}
	for _, r := range l.cs.Refusals {
		fmt.Fprintf(&b, "refused: %s\n  %s\n", r.Why, r.Lift)
	}
	for _, k := range l.cs.Kept {
		fmt.Fprintf(&b, "kept %s: %s\n", k.Addr, k.Why)
	}
	return b.String()
}

func shown(v any) string {
	if v == nil {
		return "–"
	}
	return strings.ReplaceAll(fmt.Sprint(v), "\n", "⏎")
}
