//go:build unix

package main

// The tutorial docs/story.md is run as it stands: each console block has commands, and below
// each what it prints. UPDATE=1 writes what is printed into the page.

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const tutorial = "../../docs/story.md"

// A line of a console block that stands for any number of lines.
const elided = "..."

// step is one command of the page and the lines shown below it. First and last are their places
// among the lines of the page; last is excluded.
type step struct {
	command     string
	shown       []string
	first, last int
}

// steps are the commands of a page, in its order. A command that ends with a backslash goes on in
// the next line.
func steps(page []string) []*step {
	var out []*step
	var now *step
	inside := false
	for n, l := range page {
		switch {
		case strings.HasPrefix(l, "```"):
			inside, now = strings.HasPrefix(l, "```console"), nil
		case !inside:
		case now != nil && strings.HasSuffix(now.command, "\\"):
			now.command = strings.TrimSuffix(now.command, "\\") + strings.TrimPrefix(l, "> ")
			now.first, now.last = n+1, n+1
		case strings.HasPrefix(l, "$ "):
			now = &step{command: l[2:], first: n + 1, last: n + 1}
			out = append(out, now)
		case now != nil:
			now.shown, now.last = append(now.shown, l), n+1
		}
	}
	return out
}

// What is another each time, with the word that stands for it when lines are compared. Codes are
// also typed: those of the page are replaced by those that came.
var varying = []struct {
	pattern *regexp.Regexp
	word    string
}{
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`), "UUID"},
	{regexp.MustCompile(`\([0-9a-f]{8}\)`), "(ID)"},
	{regexp.MustCompile(`^[0-9a-f]{8}  `), "ID  "},
	{regexp.MustCompile(`oi-[0-9a-f]{12}`), "oi-ID"},
	{regexp.MustCompile(`^Digest: [0-9a-f]+`), "Digest: DIGEST"},
	{regexp.MustCompile(`code [0-9]{6,10}`), "code CODE"},
	{regexp.MustCompile(`(Next is due at [-0-9: ]+ UTC|Nothing is due)\.$`), "NEXT"},
	{regexp.MustCompile(`[0-9]{4}-[0-9]{2}-[0-9]{2}`), "DATE"},                      // of the Monday; the time of day is the same
	{regexp.MustCompile(`^DATE 09:00:[0-9]{2} activation`), "DATE TIME activation"}, // while the clock runs
}

var codeShown = regexp.MustCompile(`code ([0-9]{6,10})`)

// alike is a line with what varies taken out.
func alike(line string) string {
	for _, v := range varying {
		line = v.pattern.ReplaceAllString(line, v.word)
	}
	return line
}

// matches reports whether lines are those that the page shows, where elided lines stand for any,
// and learns the codes.
func matches(shown, got []string, codes map[string]string) bool {
	if len(shown) == len(got) && !slices.Contains(shown, elided) {
		shown, got = inOrder(shown), inOrder(got) // what happens in one second has no order
	}
	return follows(shown, got, codes)
}

func inOrder(lines []string) []string {
	return slices.SortedStableFunc(slices.Values(lines), func(a, b string) int { return strings.Compare(alike(a), alike(b)) })
}

func follows(shown, got []string, codes map[string]string) bool {
	switch {
	case len(shown) == 0:
		return len(got) == 0
	case shown[0] == elided:
		for skip := range len(got) + 1 {
			if follows(shown[1:], got[skip:], codes) {
				return true
			}
		}
		return false
	case len(got) == 0 || alike(shown[0]) != alike(got[0]) || !follows(shown[1:], got[1:], codes):
		return false
	}
	page, came := codeShown.FindStringSubmatch(shown[0]), codeShown.FindStringSubmatch(got[0])
	if page != nil && came != nil {
		codes[page[1]] = came[1]
	}
	return true
}

func TestTutorial(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(tutorial)
	if err != nil {
		t.Fatal(err)
	}
	page := strings.Split(string(text), "\n")
	all := steps(page)
	if len(all) < 15 {
		t.Fatalf("%s has %d commands", tutorial, len(all))
	}
	dir := t.TempDir()
	leaks := filepath.Join(dir, ".leaks")
	codes := map[string]string{}
	var out []string
	done := 0
	for _, s := range all {
		if folder, ok := strings.CutPrefix(s.command, "cd "); ok {
			dir = filepath.Join(dir, folder)
			continue
		}
		got := runStep(t, dir, leaks, s.command, codes)
		if !matches(s.shown, got, codes) {
			if os.Getenv("UPDATE") == "" {
				t.Fatalf("line %d of %s: %s\nshows:\n%s\n\nand prints:\n%s", s.first, tutorial, s.command, strings.Join(s.shown, "\n"), strings.Join(got, "\n"))
			}
			out = append(append(out, page[done:s.first]...), got...)
			done = s.last
			matches(got, got, codes)
		}
	}
	if found := leaksOf(leaks); found != "" {
		t.Fatal("addresses in the output:\n" + found)
	}
	if done > 0 {
		if err := os.WriteFile(tutorial, []byte(strings.Join(append(out, page[done:]...), "\n")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// runStep runs a command of the page as a shell does, and returns what a terminal would show. A
// command that fails shows its exit code below.
func runStep(t *testing.T, dir, leaks, command string, codes map[string]string) []string {
	t.Helper()
	for page, came := range codes {
		command = strings.ReplaceAll(command, page, came)
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-c", command)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), leaksVar+"="+leaks, "HOME="+dir, "TZ=UTC")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		fmt.Fprintf(&out, "(%v)\n", err)
	}
	text := strings.TrimRight(out.String(), "\n")
	if text == "" {
		return nil
	}
	lines := strings.Split(text, "\n")
	for len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	return lines
}
