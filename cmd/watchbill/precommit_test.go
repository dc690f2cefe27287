package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The hooks work with the real pre-commit (https://pre-commit.com; Debian has a
// package). The system variants are tried here; the golang variant builds the
// program anew from downloaded modules, which is for a person to wait for.
func TestPreCommit(t *testing.T) {
	for _, program := range []string{"pre-commit", "git"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not on this machine, so the hooks were not tried", program)
		}
	}
	hooks, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if exec.Command("git", "-C", hooks, "rev-parse", "HEAD").Run() != nil {
		t.Skip("the module is not a Git checkout, and pre-commit fetches hooks with Git")
	}
	t.Parallel()
	repo, home := t.TempDir(), t.TempDir()
	in := func(want int, name string, args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.Dir = repo
		cmd.Env = append(os.Environ(), "PRE_COMMIT_HOME="+home,
			"GIT_AUTHOR_NAME=t", "GIT_AUTHOR_EMAIL=t@example.com", "GIT_COMMITTER_NAME=t", "GIT_COMMITTER_EMAIL=t@example.com")
		out, _ := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != want {
			t.Fatalf("%s %s ended with %d, not %d:\n%s", name, strings.Join(args, " "), code, want, out)
		}
		return string(out)
	}
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(repo, "plans", "plan.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		in(0, "git", "add", "-A")
	}
	in(0, "git", "init", "-q", ".")
	if err := os.Mkdir(filepath.Join(repo, "plans"), 0o700); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile("../../plans/minimal/plan.yaml")
	if err != nil {
		t.Fatal(err)
	}
	write(string(good))
	in(0, "pre-commit", "try-repo", hooks, "watchbill-validate-system", "--files", "plans/plan.yaml")

	write(strings.Replace(string(good), "page: [text]", "page: [txt]", 1))
	out := in(1, "pre-commit", "try-repo", hooks, "watchbill-validate-system", "--files", "plans/plan.yaml")
	if want := `did you mean "text"?`; !strings.Contains(out, want) {
		t.Errorf("the hook's output has no %q:\n%s", want, out)
	}

	write(strings.Replace(string(good), "    name: Sam Rivera", "    name:   Sam Rivera", 1))
	in(1, "pre-commit", "try-repo", hooks, "watchbill-fmt-system", "--files", "plans/plan.yaml")
	if now, err := os.ReadFile(filepath.Join(repo, "plans", "plan.yaml")); err != nil || string(now) != string(good) {
		t.Errorf("fmt left (%v):\n%s", err, now)
	}
}
