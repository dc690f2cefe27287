package compiler_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/watchbill/watchbill/compiler"
)

// testdata/findings/NAME.txtar holds cases: pairs of a file "NAME" with a plan file
// (written as p/a.yaml) and a file "NAME said" with what is said about it, as the
// function said writes it. A file "watchbill.yaml" is the settings of all cases.
func TestFindings(t *testing.T) {
	archives, err := filepath.Glob("testdata/findings/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatal(err, archives)
	}
	for _, path := range archives {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			path, err := filepath.Abs(path)
			if err != nil {
				t.Fatal(err)
			}
			cases(t, archive)
			if update {
				if err := os.WriteFile(path, txtar.Format(archive), 0o666); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func cases(t *testing.T, archive *txtar.Archive) {
	settings := ""
	for i, f := range archive.Files {
		if f.Name == "watchbill.yaml" {
			settings = "-- p/watchbill.yaml --\n" + string(f.Data)
		}
		if f.Name == "watchbill.yaml" || strings.HasSuffix(f.Name, " said") {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			if i+1 == len(archive.Files) || archive.Files[i+1].Name != f.Name+" said" {
				t.Fatalf("no file %q follows", f.Name+" said")
			}
			src := string(f.Data)
			if unquoted, ok := strings.CutPrefix(src, "quoted "); ok {
				src = unquote(t, unquoted)
			}
			enter(t, settings+"-- p/keep --\n")
			if err := os.WriteFile("p/a.yaml", []byte(src), 0o666); err != nil {
				t.Fatal(err)
			}
			got := errorsOf(compile(t, "p", compiler.Options{}))
			if update {
				archive.Files[i+1].Data = []byte(got)
				return
			}
			same(t, got, string(archive.Files[i+1].Data))
		})
	}
}

// unquote reads the lines of a file that an archive cannot hold as they are.
func unquote(t *testing.T, lines string) string {
	var b strings.Builder
	for line := range strings.Lines(lines) {
		text, err := strconv.Unquote(strings.TrimSpace(line))
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		b.WriteString(text)
	}
	return b.String()
}
