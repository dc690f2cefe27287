package compiler_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/internal/diag"
)

// FuzzLoad compiles a plan file of any bytes: nothing panics, every finding points
// into the file, and has something to say.
func FuzzLoad(f *testing.F) {
	archives, err := filepath.Glob("testdata/findings/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range archives {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			if !strings.HasSuffix(file.Name, " said") && len(file.Data) < 2000 {
				f.Add(file.Data)
			}
		}
	}
	src, err := os.ReadFile(everyKey)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(src)
	f.Add([]byte(sopsed(sopsPlan)))
	f.Add([]byte(sopsed("a: &a [ENC(x)]\ncontacts: {x: *a}\n---\n- ENC(y)\n---\n")))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, src []byte) {
		path := filepath.Join(dir, "a.yaml")
		if err := os.WriteFile(path, src, 0o666); err != nil {
			t.Fatal(err)
		}
		r, err := compiler.Compile(t.Context(), dir, compiler.Options{})
		if err != nil {
			t.Fatal(err)
		}
		text := strings.TrimPrefix(string(src), "\uFEFF")
		for _, x := range r.Findings {
			inside(t, x.Pos, text)
			for _, n := range x.Notes {
				inside(t, n.Pos, text)
			}
			if x.Code == "" || x.Message == "" || strings.HasSuffix(x.Message, ".") || strings.HasSuffix(x.Hint, ".") {
				t.Errorf("%+v", x)
			}
		}
		unopened := slices.ContainsFunc(r.Findings, func(f diag.Finding) bool { return f.Code == "unopened-file" })
		if (r.Desired != nil) == diag.HasErrors(r.Findings) && !(unopened && r.Desired == nil) {
			t.Error("an error and a desired state, or neither")
		}
	})
}

func inside(t *testing.T, p diag.Pos, src string) {
	t.Helper()
	if p.Line == 0 {
		if p.Col != 0 || p.End != 0 {
			t.Errorf("%+v is in no line", p)
		}
		return
	}
	lines := strings.Split(src, "\n")
	if p.Line > len(lines) {
		t.Fatalf("%+v is behind the last line of %q", p, src)
	}
	line := lines[p.Line-1]
	if p.Line < len(lines) {
		line = strings.TrimSuffix(line, "\r")
	}
	width := utf8.RuneCountInString(line)
	if p.Col < 1 || p.Col > width+1 || p.End != 0 && (p.End < p.Col || p.End > width+1) {
		t.Errorf("%+v is not in line %q", p, lines[p.Line-1])
	}
}
