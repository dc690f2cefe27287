package rule_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/internal/automation"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
)

// update is whether what is printed is written into the archives: UPDATE=1 go test
// ./compiler/rule.
var update = os.Getenv("UPDATE") != ""

// A pair is testdata/err/CODE and testdata/ok/CODE: archives with a plan folder
// and what is printed for it. In err the code is there, in ok it is not, and
// nothing else is unless the archive says so.
//
// The archive's comment says what it shows. Its lines that begin with $ set up
// what a file in an archive cannot be:
//
//	$ target NAME           compile for a target of the settings
//	$ now INSTANT           look at the plan from then, in RFC 3339, and not from testNow
//	$ live [CHANNEL]...     with the target in view: it has the plan, all channels but
//	                        these are activated
//	$ document NAME TYPE [PARAMETER TYPE[=]]...
//	                        the target has the document; absent for TYPE: it has not
//	$ fleet MONITOR N X ENC the target has N resources for a monitor, and X that are excepted
//	$ silent MONITOR WHY    an alarm of the monitor starts nothing on the target
//	$ slack [ID]...         these workspaces are authorised on the target; the same: $ teams
//	$ secret ARN [FAULT]    the secret of PagerDuty is there, or cannot be used
//	$ values                read {env: …} and {file: …}
//	$ env NAME VALUE        one variable for {env: …}; others are not set
//	$ link PATH TARGET      a symbolic link
//	$ fifo PATH             a pipe
//	$ bytes PATH "QUOTED"   a file with the bytes of a Go string
//	$ repeat PATH N "…"     a file with the bytes N times
//	$ many DIR N "…"        N files with the bytes
func TestPairs(t *testing.T) {
	for _, side := range []string{"err", "ok"} {
		archives, err := filepath.Glob(filepath.Join(testdata(t), side, "*", "*.txtar"))
		if err != nil {
			t.Fatal(err)
		}
		for _, archive := range archives {
			code := filepath.Base(filepath.Dir(archive))
			t.Run(side+"/"+code+"/"+strings.TrimSuffix(filepath.Base(archive), ".txtar"), func(t *testing.T) {
				pair(t, archive, code, side == "err")
			})
		}
	}
}

func testdata(t *testing.T) string {
	dir, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func pair(t *testing.T, path, code string, wanted bool) {
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	want := unpack(t, archive)
	result := compile(t, setUp(t, archive.Comment))
	for _, f := range result.Findings {
		inside(t, f, result.Sources)
	}
	var got bytes.Buffer
	if err := diag.Print(&got, "text", result.Findings, result.Sources, diag.PrintOptions{}); err != nil {
		t.Fatal(err)
	}
	if has := strings.Contains(got.String(), "["+code+"]"); has != wanted {
		t.Errorf("is %s found? %v\n%s", code, has, got.String())
	}
	if update {
		rewrite(t, path, archive, got.Bytes())
	} else if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("printed (-want +got), UPDATE=1 accepts:\n%s\n%s", diff, got.String())
	}
}

// pairNow is when plans are looked at that say no other time: the rules about time
// must find in ten years what they find today.
var pairNow = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

func compile(t *testing.T, o compiler.Options) *compiler.Result {
	t.Helper()
	if o.Now.IsZero() {
		o.Now = pairNow
	}
	o.Tests, o.Policies = true, true
	result, err := compiler.Compile(t.Context(), "plan", o)
	if err != nil {
		t.Fatal(err)
	}
	if result.Tests != nil { // as validate prints them
		result.Findings = append(result.Findings, result.Tests.Findings...)
		maps.Copy(result.Sources, result.Tests.Sources)
	}
	return result
}

// testNow is when plans are looked at in tests that do not say.
var testNow = time.Date(2026, time.November, 23, 0, 0, 0, 0, time.UTC)

// unpack writes the archive's files and returns what is to be printed.
func unpack(t *testing.T, archive *txtar.Archive) (want string) {
	if err := os.Mkdir("plan", 0o755); err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.Files {
		if f.Name == "want" {
			want = string(f.Data)
			continue
		}
		write(t, f.Name, f.Data)
	}
	return want
}

func write(t testing.TB, path string, data []byte) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func rewrite(t *testing.T, path string, archive *txtar.Archive, got []byte) {
	files := archive.Files[:0]
	for _, f := range archive.Files {
		if f.Name != "want" {
			files = append(files, f)
		}
	}
	if len(got) > 0 {
		files = append(files, txtar.File{Name: "want", Data: got})
	}
	archive.Files = files
	if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

// setUp runs the lines of a comment that begin with $.
func setUp(t *testing.T, comment []byte) compiler.Options {
	env := map[string]string{}
	var live []string
	answers := &kind.Answers{Documents: map[string]automation.Live{}, Silent: map[string][]kind.SilentAlarm{}}
	o := compiler.Options{Now: testNow, LookupEnv: func(name string) (string, bool) {
		v, ok := env[name]
		return v, ok
	}}
	for line := range strings.Lines(string(comment)) {
		line, ok := strings.CutPrefix(strings.TrimSpace(line), "$ ")
		if !ok {
			continue
		}
		word, rest, _ := strings.Cut(line, " ")
		first, rest, _ := strings.Cut(rest, " ")
		var err error
		switch word {
		case "target":
			o.Target = first
		case "live":
			live = append(strings.Fields(first+" "+rest), "")
		case "document", "fleet", "silent", "slack", "teams", "role", "secret":
			answer(t, answers, word, first, strings.Fields(rest))
			o.Answers = answers
		case "values":
			o.Values = true
		case "now":
			o.Now, err = time.Parse(time.RFC3339, first)
		case "env":
			env[first] = rest
		case "link":
			err = os.Symlink(rest, first)
		case "fifo":
			err = syscall.Mkfifo(first, 0o644)
		case "bytes":
			write(t, first, unquote(t, rest))
		case "repeat", "many":
			number, text, _ := strings.Cut(rest, " ")
			n, failed := strconv.Atoi(number)
			err = failed
			repeat(t, word == "many", first, n, unquote(t, text))
		default:
			t.Fatalf("unknown line: $ %s", line)
		}
		if err != nil {
			t.Fatalf("$ %s: %v", line, err)
		}
	}
	if live != nil || o.Answers != nil {
		o.Observed = applied(compile(t, o).Desired, live)
	}
	return o
}

// answer adds what a target says.
func answer(t *testing.T, to *kind.Answers, word, name string, rest []string) {
	switch word {
	case "document":
		live := automation.Live{Absent: rest[0] == "absent"}
		if !live.Absent {
			live.Type, live.Document = rest[0], &automation.Document{}
		}
		for i := 1; i+1 < len(rest); i += 2 {
			kind, optional := strings.CutSuffix(rest[i+1], "=")
			live.Parameters = append(live.Parameters, automation.Parameter{Name: rest[i], Type: kind, Optional: optional})
		}
		to.Documents[name] = live
	case "secret":
		if to.PagerDuty == nil {
			to.PagerDuty = map[string][]string{}
		}
		to.PagerDuty[name] = []string{strings.Join(rest, " ")}
		if len(rest) == 0 {
			to.PagerDuty[name] = nil
		}
	case "fleet":
		n, err := strconv.Atoi(rest[0])
		x, err2 := strconv.Atoi(rest[1])
		if err != nil || err2 != nil {
			t.Fatal(rest)
		}
		to.Fleets = append(to.Fleets, kind.Fleet{Monitor: name, Encoding: rest[2],
			Targets: make([]kind.FleetTarget, n), Excepted: make([]kind.FleetTarget, x)})
	case "silent":
		to.Silent[name] = []kind.SilentAlarm{{Name: "watchbill/" + name, Why: strings.Join(rest, " ")}}
	case "role": // RUNBOOK absent, or RUNBOOK trust|allow|denied|unsure TEXT
		if to.Roles == nil {
			to.Roles = map[string]kind.RoleAnswer{}
		}
		lack := to.Roles[name]
		text := strings.Join(rest[1:], " ")
		for word, list := range map[string]*[]string{"trust": &lack.Trust, "allow": &lack.Allow, "denied": &lack.Denied, "unsure": &lack.Unsure} {
			if word == rest[0] {
				*list = append(*list, text)
			}
		}
		lack.Absent = rest[0] == "absent"
		to.Roles[name] = lack
	case "slack", "teams":
		ids := map[string]bool{}
		for _, id := range append(rest, name) {
			ids[id] = true
		}
		if word == "slack" {
			to.Slack = ids
		} else {
			to.Teams = ids
		}
	}
}

// applied is what a target has once a plan is applied and the owners of all channels but
// some have entered their codes.
func applied(desired *resource.State, inactive []string) *resource.State {
	observed := &resource.State{}
	if desired == nil { // a plan with errors, which is applied nowhere
		return observed
	}
	for _, o := range desired.All() {
		live := *o
		live.ID = "arn of " + o.Addr.String()
		if o.Addr.Kind == "channel" && !slices.Contains(inactive, o.Addr.Name) {
			live.Status = kind.Activated
		}
		observed.Add(&live)
	}
	return observed
}

func repeat(t *testing.T, many bool, path string, n int, text []byte) {
	if !many {
		write(t, path, bytes.Repeat(text, n))
		return
	}
	for i := range n {
		write(t, filepath.Join(path, fmt.Sprintf("%05d.yaml", i)), text)
	}
}

func unquote(t *testing.T, s string) []byte {
	text, err := strconv.Unquote(s)
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return []byte(text)
}

// inside checks that a finding is in its file: its line exists, and its columns
// are on the line or one past its end.
func inside(t *testing.T, f diag.Finding, src diag.Sources) {
	data, ok := src[f.Pos.File]
	if !ok || f.Pos.Line == 0 {
		return
	}
	lines := strings.Split(string(data), "\n")
	if f.Pos.Line > len(lines) {
		t.Errorf("%s is behind the end of its file", f)
		return
	}
	width := len([]rune(lines[f.Pos.Line-1]))
	if f.Pos.Col < 1 || f.Pos.Col > width+1 || f.Pos.End > width+1 {
		t.Errorf("%s ends at column %d of a line of %d characters", f, f.Pos.End, width)
	}
}
