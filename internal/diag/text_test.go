package diag_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/internal/diag"
)

func printed(t *testing.T, format string, fs []diag.Finding, src diag.Sources, opt diag.PrintOptions) string {
	t.Helper()
	var b bytes.Buffer
	if err := diag.Print(&b, format, fs, src, opt); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func at(line, col, end int) diag.Pos {
	return diag.Pos{File: "plans/a.yaml", Line: line, Col: col, End: end}
}

func TestText(t *testing.T) {
	src := diag.Sources{"plans/a.yaml": []byte("contacts:\n  ben:\n    page: [alcie]\r\n\tx: 日本語 y\n" + strings.Repeat("x", 200) + "HERE" + strings.Repeat("y", 200) + "\nlast\n" + strings.Repeat("z", 20<<10))}
	for name, tc := range map[string]struct {
		f    diag.Finding
		want string
	}{
		"all there is": {
			diag.Finding{Code: "unknown-reference", Pos: at(3, 12, 17), Message: `nobody is called "alcie"; did you mean "alice"?`,
				Hint: "write alice", Notes: []diag.Note{{Pos: diag.Pos{File: "plans/b.yaml", Line: 1, Col: 2}, Message: "alice is here"}}},
			`plans/a.yaml:3:12: error: nobody is called "alcie"; did you mean "alice"? [unknown-reference]
    3 |     page: [alcie]
      |            ^~~~~
  plans/b.yaml:1:2: alice is here
  hint: write alice

1 error
`},
		"no end": {
			diag.Finding{Code: "x", Severity: diag.Warning, Pos: at(2, 3, 0), Message: "m"},
			"plans/a.yaml:2:3: warning: m [x]\n    2 |   ben:\n      |   ^\n\n1 warning\n"},
		"behind the end of the line": {
			diag.Finding{Code: "x", Severity: diag.Info, Pos: at(6, 5, 6), Message: "m"},
			"plans/a.yaml:6:5: info: m [x]\n    6 | last\n      |     ^\n\n1 info\n"},
		"ends behind the line": {
			diag.Finding{Code: "x", Pos: at(6, 3, 99), Message: "m"},
			"plans/a.yaml:6:3: error: m [x]\n    6 | last\n      |   ^~\n\n1 error\n"},
		"tabs and wide characters": {
			diag.Finding{Code: "x", Pos: at(4, 9, 10), Message: "m"},
			"plans/a.yaml:4:9: error: m [x]\n    4 | \tx: 日本語 y\n      | \t          ^\n\n1 error\n"},
		"a range of wide characters": {
			diag.Finding{Code: "x", Pos: at(4, 5, 7), Message: "m"},
			"plans/a.yaml:4:5: error: m [x]\n    4 | \tx: 日本語 y\n      | \t   ^~~~\n\n1 error\n"},
		"a long line": {
			diag.Finding{Code: "x", Pos: at(5, 201, 205), Message: "m"},
			"plans/a.yaml:5:201: error: m [x]\n    5 | …" + strings.Repeat("x", 39) + "HERE" + strings.Repeat("y", 75) + "…\n      | " +
				strings.Repeat(" ", 40) + "^~~~\n\n1 error\n"},
		"the whole file": {
			diag.Finding{Code: "x", Pos: diag.Pos{File: "plans/a.yaml"}, Message: "m", Hint: "h"},
			"plans/a.yaml: error: m [x]\n  hint: h\n\n1 error\n"},
		"a line that is not there": {
			diag.Finding{Code: "x", Pos: at(99, 1, 2), Message: "m"},
			"plans/a.yaml:99:1: error: m [x]\n\n1 error\n"},
		"a line nobody wrote": {
			diag.Finding{Code: "x", Pos: at(7, 5, 6), Message: "m"},
			"plans/a.yaml:7:5: error: m [x]\n\n1 error\n"},
		"a file that is not there": {
			diag.Finding{Code: "x", Pos: diag.Pos{File: "b.yaml", Line: 1, Col: 1}, Message: "m"},
			"b.yaml:1:1: error: m [x]\n\n1 error\n"},
		"what a terminal would obey": {
			diag.Finding{Code: "x", Pos: diag.Pos{File: "a\x1b[2J.yaml"}, Message: "m\nm\u202e"},
			"a\uFFFD[2J.yaml: error: m\uFFFDm\uFFFD [x]\n\n1 error\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, printed(t, "text", []diag.Finding{tc.f}, src, diag.PrintOptions{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTextOfNothing(t *testing.T) {
	if got := printed(t, "text", nil, nil, diag.PrintOptions{}); got != "" {
		t.Errorf("no findings print %q", got)
	}
}

// Colour changes no character, only adds codes; without it there are none.
func TestColor(t *testing.T) {
	fs := []diag.Finding{{Code: "x", Pos: at(1, 1, 2), Message: "m", Hint: "h"}}
	src := diag.Sources{"plans/a.yaml": []byte("abc")}
	plain, colored := printed(t, "text", fs, src, diag.PrintOptions{}), printed(t, "text", fs, src, diag.PrintOptions{Color: true})
	if strings.Contains(plain, "\x1b") || !strings.Contains(colored, "\x1b[") {
		t.Errorf("plain %q, coloured %q", plain, colored)
	}
	for colored != "" {
		before, rest, found := strings.Cut(colored, "\x1b[")
		if !strings.HasPrefix(plain, before) {
			t.Fatalf("%q is not in the plain text", before)
		}
		plain = plain[len(before):]
		if !found {
			break
		}
		_, colored, _ = strings.Cut(rest, "m")
	}
}

func TestCount(t *testing.T) {
	fs := make([]diag.Finding, 4)
	fs[2].Severity, fs[3].Severity = diag.Warning, diag.Info
	if got, want := diag.Count(fs), "2 errors, 1 warning, 1 info"; got != want {
		t.Errorf("Count = %q, want %q", got, want)
	}
}

type brokenWriter struct{}

var errFull = errors.New("disk is full")

func (brokenWriter) Write([]byte) (int, error) { return 0, errFull }

func TestPrintErrors(t *testing.T) {
	if err := diag.Print(brokenWriter{}, "json", nil, nil, diag.PrintOptions{}); !errors.Is(err, errFull) {
		t.Errorf("a full disk is %v", err)
	}
	err := diag.Print(&bytes.Buffer{}, "yaml", nil, nil, diag.PrintOptions{})
	if err == nil || !strings.Contains(err.Error(), "known are text, json, sarif, github, junit") {
		t.Errorf("an unknown format is %v", err)
	}
}
