package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The example plans pass their own tests and are laid out as fmt does it, and each
// of their folders holds a settings file, so that it is a plan of its own.
func TestExamplePlans(t *testing.T) {
	t.Parallel()
	settings, err := filepath.Glob("../../plans/*/watchbill.yaml")
	if err != nil || len(settings) < 5 {
		t.Fatal(settings, err)
	}
	tested := 0
	for _, file := range append(settings, "../../plans/watchbill.yaml") {
		dir := filepath.Dir(file)
		for _, args := range [][]string{{"test", dir}, {"fmt", "--check", dir}, {"oncall", dir, "--from", "2026-12-07T00:00:00Z", "--to", "2027-01-04T00:00:00Z"}} {
			var out, stderr bytes.Buffer
			if code := run(t.Context(), inProcess(t, process{strings.NewReader(""), &out, &stderr, make(chan os.Signal)}), args); code != 0 {
				t.Errorf("%s ended with %d:\n%s%s", strings.Join(args, " "), code, &out, &stderr)
			}
			if args[0] == "test" && strings.Contains(out.String(), "all passed") {
				tested++
			}
		}
	}
	if tested < 5 {
		t.Errorf("only %d of the example plans have tests that pass", tested)
	}
}
