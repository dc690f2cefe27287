package watchbill_test

// The table of docs/promises.md is held against the tests it names.

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// promises are those of the table, 1 to this many.
const promises = 15

var (
	promiseRow  = regexp.MustCompile(`(?m)^\| (\d+) \| (.+) \| (.+) \|$`)
	promiseTest = regexp.MustCompile("(script )?`([^`]+)`")
	testFunc    = regexp.MustCompile(`(?m)^func (Test\w+)\(`)
)

func TestPromisesAreHeld(t *testing.T) {
	text, err := os.ReadFile("docs/promises.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := testNames(t)
	rows := promiseRow.FindAllStringSubmatch(string(text), -1)
	if len(rows) != promises {
		t.Errorf("%d promises, and they are %d", len(rows), promises)
	}
	var named []string
	for i, row := range rows {
		if row[1] != fmt.Sprint(i+1) {
			t.Errorf("row %d is promise %s", i+1, row[1])
		}
		held := promiseTest.FindAllStringSubmatch(row[3], -1)
		if len(held) == 0 {
			t.Errorf("nothing holds promise %s", row[1])
		}
		for _, h := range held {
			named = append(named, h[2])
			switch {
			case h[1] != "":
				if _, err := os.Stat(filepath.Join("cmd/watchbill/testdata/script", h[2]+".txtar")); err != nil {
					t.Errorf("promise %s: %v", row[1], err)
				}
			case !slices.Contains(tests, h[2]):
				t.Errorf("promise %s is held by %s, and there is no such test", row[1], h[2])
			}
		}
	}
	for _, name := range tests {
		if strings.Contains(name, ".TestPromise") && name != "compiler/rule.TestPromisesAreWhatStoriesTell" && !slices.Contains(named, name) && !strings.HasPrefix(name, "..") {
			t.Errorf("%s holds a promise and is not in the table", name)
		}
	}
}

// testNames are all tests, as FOLDER.TestName.
func testNames(t *testing.T) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range testFunc.FindAllStringSubmatch(string(text), -1) {
			out = append(out, filepath.ToSlash(filepath.Dir(path))+"."+m[1])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
