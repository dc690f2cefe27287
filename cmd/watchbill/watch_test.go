//go:build unix

package main

// The watch over the whole run of this package's tests: every process of the program, in
// whatever way it ends, and what the tests run in their own process. No phone number
// and no mail address may pass, in any spelling.

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// leaksVar names the file to which a watched process writes what it should not have
// printed. What it says when it crashes, past all its streams, goes to files beside it.
const leaksVar = "WATCHBILL_TEST_LEAKS"

// spelled are addresses in other spellings: hex, base64 of a number with its +, and the
// names that the canaries among mail addresses have before their @.
var spelled = regexp.MustCompile(`(?i:32303235353530(?:3[0-9]){3})|KzEyMDI1NTUw[A-Za-z0-9+/]+|Y2FuYXJ5[A-Za-z0-9+/]*|(?i:63616e617279)|\bcanary[^ a-z][a-z]+`)

// leaksIn are the addresses in a text, in any spelling.
func leaksIn(text string) []string {
	return append(address.FindAllString(text, -1), spelled.FindAllString(text, -1)...)
}

// watchedRun is the run of all tests, with an eye on the processes that have none of their own.
type watchedRun struct{ *testing.M }

func (m watchedRun) Run() int {
	dir, err := os.MkdirTemp("", "watchbill-leaks-*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "leaks")
	os.Setenv(leaksVar, file)
	exit := m.M.Run()
	if found := leaksOf(file); found != "" {
		fmt.Fprintf(os.Stderr, "FAIL: addresses in the output of the tests:\n%s", found)
		return max(1, exit)
	}
	return exit
}

// leaksOf is what the watched processes wrote to the file, and what they leaked in crashing.
func leaksOf(file string) string {
	found, _ := os.ReadFile(file) // not there: nothing leaked
	crashes, _ := filepath.Glob(file + ".crash.*")
	for _, crash := range crashes {
		said, _ := os.ReadFile(crash)
		if leaks := leaksIn(string(said)); len(leaks) > 0 {
			found = fmt.Appendf(found, "a crash: %q\n", leaks)
		}
	}
	return string(found)
}

// watchedMain is main with both streams watched for delivery addresses.
func watchedMain() {
	os.Exit(watched(os.Args[1:]))
}

func watched(args []string) int {
	out, err := &watch{w: os.Stdout, tell: tellFile(args)}, &watch{w: os.Stderr, tell: tellFile(args)}
	watchCrash()
	exit := guarded(context.Background(), process{os.Stdin, out, err, catchSignals()}, args)
	out.end()
	err.end()
	return exit
}

// watchCrash keeps what the runtime says when the program dies of a panic.
func watchCrash() {
	file := os.Getenv(leaksVar)
	if file == "" {
		return
	}
	f, err := os.Create(fmt.Sprintf("%s.crash.%d", file, os.Getpid()))
	if err != nil {
		return
	}
	debug.SetCrashOutput(f, debug.CrashOptions{})
	f.Close()
}

// printsAddresses names the commands whose result is a document that may hold
// addresses: the author's own file, and examples.
func printsAddresses(args []string) bool {
	return slices.Contains(args, "schema") || slices.Contains(args, "explain") ||
		(slices.Contains(args, "fmt") && slices.Contains(args, "-"))
}

// watch is a stream that is looked at, line by line, as it passes: a process that is killed
// was watched until then.
type watch struct {
	w    io.Writer
	tell func(found []string)

	mu   sync.Mutex
	line []byte // the last, not yet whole
}

func (w *watch) Write(b []byte) (int, error) {
	w.mu.Lock()
	w.line = append(w.line, b...)
	if end := bytes.LastIndexByte(w.line, '\n'); end >= 0 {
		w.look(w.line[:end])
		w.line = bytes.Clone(w.line[end+1:])
	}
	w.mu.Unlock()
	return w.w.Write(b)
}

// end looks at a last line without its end.
func (w *watch) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.look(w.line)
}

func (w *watch) look(text []byte) {
	if found := leaksIn(string(text)); len(found) > 0 {
		w.tell(found)
	}
}

// tellFile writes what a process leaked to the file that leaksVar names.
func tellFile(args []string) func(found []string) {
	file := os.Getenv(leaksVar)
	return func(found []string) {
		if file == "" || printsAddresses(args) {
			return
		}
		f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
		if err != nil {
			panic("the watch cannot write: " + err.Error()) // unwatched is not clean
		}
		defer f.Close()
		fmt.Fprintf(f, "watchbill %s: %q\n", strings.Join(args, " "), found)
	}
}

// Ways to leak, each in a process of its own. leakyMain is `leaky WAY`.
var leaks = map[string]func(out io.Writer){
	"number":    func(out io.Writer) { fmt.Fprintln(out, "call +12025550123 now") },
	"digits":    func(out io.Writer) { fmt.Fprintln(out, "tel:2025550123") },
	"encoded":   func(out io.Writer) { fmt.Fprintln(out, "?to=%2B12025550123") },
	"mail":      func(out io.Writer) { fmt.Fprintln(out, "aiko@example.com") },
	"name":      func(out io.Writer) { fmt.Fprintln(out, "canary.literal at example.com") },
	"hex":       func(out io.Writer) { fmt.Fprintf(out, "%x\n", "+12025550123") },
	"HEX":       func(out io.Writer) { fmt.Fprintln(out, strings.ToUpper(hex.EncodeToString([]byte("canary.hex")))) },
	"base64":    func(out io.Writer) { fmt.Fprintln(out, base64.StdEncoding.EncodeToString([]byte("+12025550123"))) },
	"no end":    func(out io.Writer) { fmt.Fprint(out, "+12025550123") },
	"in pieces": func(out io.Writer) { fmt.Fprint(out, "+1202"); fmt.Fprint(out, "5550"); fmt.Fprintln(out, "123") },
	"killed": func(out io.Writer) {
		fmt.Fprintln(out, "+12025550123")
		killSelf()
	},
	"crash": func(io.Writer) {
		go panic("dial +12025550123")
		time.Sleep(time.Minute)
	},
}

func leakyMain() {
	watchCrash()
	out := &watch{w: os.Stdout, tell: tellFile(os.Args[1:])}
	leaks[os.Args[1]](out)
	out.end()
	os.Exit(0)
}

func killSelf() {
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Kill()
	}
	if err != nil {
		panic(err)
	}
	time.Sleep(time.Minute)
}

// A watch that sees nothing proves nothing: each way to leak is seen.
func TestTheWatchSees(t *testing.T) {
	t.Parallel()
	for way := range leaks {
		file := filepath.Join(t.TempDir(), "leaks")
		cmd := exec.CommandContext(t.Context(), "leaky", way)
		cmd.Env = append(os.Environ(), leaksVar+"="+file)
		out, _ := cmd.CombinedOutput() // some die of it
		if leaksOf(file) == "" {
			t.Errorf("%s passes:\n%s", way, out)
		}
	}
	for _, masked := range []string{"+***23", "***@example.com", "arn:aws:ssm:eu-west-1:111122223333:parameter/oncall", "/oncall/aiko", "2026-12-07T09:00:00Z"} {
		if found := leaksIn(masked); len(found) > 0 {
			t.Errorf("%s is taken for an address: %q", masked, found)
		}
	}
}

// inProcess is what a test runs without a process of its own, watched as well.
func inProcess(t *testing.T, p process) process {
	tell := func(found []string) { t.Errorf("addresses in the output: %q", found) }
	out, err := &watch{w: p.out, tell: tell}, &watch{w: p.err, tell: tell}
	t.Cleanup(func() {
		out.end()
		err.end()
	})
	p.out, p.err = out, err
	return p
}

// encrypt FILE IDENTITY encrypts a file in its place with age, for a new identity that is
// written to IDENTITY.
func encryptFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: encrypt FILE IDENTITY")
	}
	ts.Check(ageEncrypt(ts.MkAbs(args[0]), ts.MkAbs(args[1])))
}
