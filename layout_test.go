// Package watchbill_test checks the house itself: which room may import which.
package watchbill_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/watchbill/watchbill/"

// rooms says what each package may import of ours. Imports only go down:
//
//	cmd → agent → compiler → kind → ast, resource, awsapi → diag, mask
//
// The emulator knows AWS and not us: one misreading of AWS's wire could otherwise
// stand on both sides, and every test would pass.
var rooms = map[string][]string{
	"cmd/watchbill": {"agent", "paging", "compiler", "compiler/ast", "compiler/rule", "docs/codes", "drill", "emulator", "importer", "kind", "schema",
		"internal/awsapi", "internal/chart", "internal/diag", "internal/mask", "internal/resource", "internal/when", "oncall"},
	"importer": {"compiler", "compiler/rule", "kind", "internal/diag", "internal/mask", "internal/resource", "oncall"},
	"agent":    {"compiler", "compiler/ast", "kind", "internal/awsapi", "internal/diag", "internal/resource"},
	"compiler": {"compiler/ast", "compiler/rule", "kind", "schema",
		"internal/automation", "internal/diag", "internal/mask", "internal/policy", "internal/resource", "internal/sealed", "internal/when", "oncall"},
	"compiler/rule":       {"compiler/ast", "internal/automation", "internal/diag", "internal/mask", "internal/policy", "internal/when", "oncall"},
	"kind":                {"compiler/ast", "internal/automation", "internal/awsapi", "internal/diag", "internal/mask", "internal/policy", "internal/resource", "oncall"},
	"compiler/ast":        {"internal/diag", "internal/mask"},
	"internal/automation": {},
	"internal/policy":     {},
	"internal/resource": {
		"internal/diag", "internal/mask"},
	"internal/awsapi": {"internal/mask"},
	"internal/diag":   {"internal/mask"},
	"internal/mask":   {},
	"internal/sealed": {"internal/mask"},
	"internal/when":   {"oncall"},
	"internal/chart":  {"oncall"},
	"schema":          {},
	"docs/codes":      {},
	"drill":           {"compiler/ast", "internal/chart", "internal/diag", "internal/when", "oncall"},
	"emulator":        {"emulator/wire", "oncall"},
	"oncall":          {},
	"paging":          {"internal/when", "oncall"},
	"emulator/wire":   {},
}

// Only these rooms may see the AWS SDK, and only these may log.
var (
	seeSDK = []string{"kind", "internal/awsapi"}
	mayLog = []string{"cmd/watchbill", "agent",
		"internal/mask", // its values must know how to be logged
		"emulator",      // net/http logs by itself unless it is given a logger that is silent
	}
)

// cborCodec reads and writes CBOR and knows nothing of AWS, so that the emulator's wire may use it:
// a misreading of AWS's wire cannot stand in it, and the clients link it anyway.
const cborCodec = "github.com/aws/smithy-go/encoding/cbor"

// unpruned packages make the linker keep every method of every AWS client: the
// binary doubles (measured: 19 MB against 42 MB with nine clients).
var unpruned = []string{"text/template", "html/template", "github.com/google/go-cmp/cmp"}

func TestImports(t *testing.T) {
	for room, imports := range readImports(t) {
		allowed, known := rooms[room]
		if !known {
			if !strings.HasPrefix(room, "internal/bench") {
				t.Errorf("package %s is not in the table of rooms: add it, and say what it may import", room)
			}
			continue
		}
		for imp, file := range imports {
			ours, isOurs := strings.CutPrefix(imp, module)
			switch {
			case isOurs && !slices.Contains(allowed, ours):
				t.Errorf("%s imports %s: imports only go down", file, ours)
			case strings.HasPrefix(imp, "github.com/aws/") && !slices.Contains(seeSDK, room) && (imp != cborCodec || room != "emulator/wire"):
				t.Errorf("%s imports %s: only %v may see the AWS SDK", file, imp, seeSDK)
			case (imp == "log" || imp == "log/slog") && !slices.Contains(mayLog, room):
				t.Errorf("%s imports %s: only cmd and agent log", file, imp)
			case slices.Contains(unpruned, imp):
				t.Errorf("%s imports %s, which defeats the linker's pruning", file, imp)
			}
		}
	}
}

// Never in the program: what prints or sends fields without asking their methods.
var unmasked = []string{"encoding/gob", "github.com/davecgh/go-spew/spew", "github.com/google/go-cmp/cmp"}

func TestNothingPrintsWithoutAsking(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "./cmd/watchbill").Output()
	if err != nil {
		t.Fatal(err)
	}
	linked := strings.Fields(string(out))
	if len(linked) < 100 {
		t.Fatalf("only %d packages are listed", len(linked))
	}
	for _, pkg := range unmasked {
		if slices.Contains(linked, pkg) {
			t.Errorf("%s is linked", pkg)
		}
	}
}

// A row of the table that no package stands for would allow what nobody asked.
func TestRoomsExist(t *testing.T) {
	have := readImports(t)
	for room := range rooms {
		if have[room] == nil {
			t.Errorf("the table of rooms names %s, and there is no such package", room)
		}
	}
}

// readImports maps each package (its path below the module) to what its files
// import, tests left out, with one file that does.
func readImports(t *testing.T) map[string]map[string]string {
	t.Helper()
	out := map[string]map[string]string{}
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if file != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "tools") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		room := path.Dir(filepath.ToSlash(file))
		if out[room] == nil {
			out[room] = map[string]string{}
		}
		for _, spec := range parsed.Imports {
			imp, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			out[room][imp] = file
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) == 0 {
		t.Fatal("no Go file was read")
	}
	return out
}
