//go:build unix

package main

// Whole-program tests: testdata/script/*.txtar are terminal transcripts with
// their inputs inside, one file a command and one a sentence of "bad input gets a
// clear answer". The program in them is this test binary running main, so it is
// the real command line in its own process, with the race detector when the
// tests have it.

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/watchbill/watchbill/emulator"
	"go.etcd.io/bbolt"
)

// raceOptions keep the race detector, when it is there, from sleeping a second at
// the end of every process.
const raceOptions = "atexit_sleep_ms=0"

func TestMain(m *testing.M) {
	os.Setenv("GORACE", raceOptions)
	testscript.Main(watchedRun{m}, map[string]func(){
		"watchbill": watchedMain,
		"leaky":     leakyMain,
		"cramped":   crampedMain,
	})
}

func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		UpdateScripts:       os.Getenv("UPDATE") != "",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               setup,
		Condition:           condition,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":    exits,
			"serve":    serve,
			"calls":    calls,
			"big":      big,
			"await":    await,
			"clock":    clock,
			"allow":    allow,
			"code":     code,
			"optout":   optOut,
			"override": override,
			"byhand":   byHand,
			"fault":    fault,
			"store":    store,
			"lock":     lock,
			"keep":     keep,
			"fakesops": fakesops,
			"encrypt":  encryptFile,
			"happens":  happens,
		},
	})
}

// setup gives every script an environment in which AWS cannot be reached by
// accident, and looks for leaked addresses when it is over.
func setup(env *testscript.Env) error {
	leaks := filepath.Join(env.Cd, ".leaks")
	for _, kv := range [][2]string{
		{"HOME", env.Cd},
		{leaksVar, leaks},
		{"GORACE", raceOptions},
		{"AWS_EC2_METADATA_DISABLED", "true"},
		{"AWS_CONFIG_FILE", filepath.Join(env.Cd, "no-config")},
		{"AWS_SHARED_CREDENTIALS_FILE", filepath.Join(env.Cd, "no-credentials")},
		{"NO_PROXY", "127.0.0.1"},
	} {
		env.Setenv(kv[0], kv[1])
	}
	for _, name := range []string{"AIKO_PHONE", "AWS_CA_BUNDLE", "NO_COLOR"} {
		env.Setenv(name, "")
	}
	env.Defer(func() {
		if found := leaksOf(leaks); found != "" {
			env.T().Fatal("addresses in the output:\n" + found)
		}
	})
	return nil
}

func condition(cond string) (bool, error) {
	switch cond {
	case "root":
		return os.Geteuid() == 0, nil
	}
	return false, fmt.Errorf("unknown condition %q", cond)
}

// exits CODE PROGRAM ARG... runs a program and demands its exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARG...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// serve NAME ARG... starts `watchbill serve` on a free port and sets $NAME to its
// URL. It is stopped when the script ends.
func serve(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: serve NAME ARG...")
	}
	cmd := exec.Command("watchbill", append([]string{"serve", "--listen", "127.0.0.1:0", "--output", "json"}, args[1:]...)...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = append(os.Environ(), leaksVar+"="+ts.Getenv(leaksVar))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
	})
	var said struct{ Endpoint string }
	if err := json.NewDecoder(out).Decode(&said); err != nil {
		cmd.Process.Kill()
		cmd.Wait()
		ts.Fatalf("serve said nothing: %v\n%s", err, stderr.String())
	}
	go io.Copy(io.Discard, out)
	ts.Setenv(args[0], said.Endpoint)
}

// clock URL ORDER sends an order to the clock of a served Incident Manager, as its side
// door takes it: clock $URL '{"advance":"25h"}'.
func clock(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: clock URL ORDER")
	}
	resp, err := http.Post(args[0]+"/_watchbill/clock", "application/json", strings.NewReader(args[1]))
	ts.Check(err)
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(resp.Body)
		ts.Fatalf("clock: %s: %s", resp.Status, said)
	}
}

// calls URL prints the calls a served Incident Manager has counted since it was
// last asked, one "service.Operation N" a line, sorted, to stdout.
func calls(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: calls URL")
	}
	resp, err := http.Get(args[0] + "/_watchbill/calls")
	ts.Check(err)
	defer resp.Body.Close()
	var counted map[string]int
	ts.Check(json.NewDecoder(resp.Body).Decode(&counted))
	lines := []string{}
	for action, n := range counted {
		lines = append(lines, fmt.Sprintf("%s %d\n", action, n))
	}
	slices.Sort(lines)
	fmt.Fprint(ts.Stdout(), strings.Join(lines, ""))
	reset, err := http.NewRequest(http.MethodDelete, args[0]+"/_watchbill/calls", nil)
	ts.Check(err)
	resp, err = http.DefaultClient.Do(reset)
	ts.Check(err)
	resp.Body.Close()
}

// store DIR FORMAT makes a store in DIR as a program of that format writes it.
func store(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: store DIR FORMAT")
	}
	dir := ts.MkAbs(args[0])
	s, err := emulator.Open(emulator.Options{Dir: dir})
	ts.Check(err)
	ts.Check(s.Close())
	db, err := bbolt.Open(filepath.Join(dir, emulator.StoreName), 0o600, nil)
	ts.Check(err)
	ts.Check(errors.Join(db.Update(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte("meta")).Put([]byte("format"), []byte(args[1]))
	}), db.Close()))
}

// big FILE MIB makes a sparse file of that many MiB behind the text it has.
func big(ts *testscript.TestScript, neg bool, args []string) {
	size, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[0]), size<<20))
}

// await FILE REGEXP waits until a line of FILE matches, a minute at most.
func await(ts *testscript.TestScript, neg bool, args []string) {
	re, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		text, _ := os.ReadFile(ts.MkAbs(args[0]))
		if re.Match(text) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%s never matched %q:\n%s", args[0], args[1], text)
		}
	}
}

// lock DIR holds the lock of the store in DIR, as an owner that hangs does, until
// the script ends.
func lock(ts *testscript.TestScript, neg bool, args []string) {
	db, err := bbolt.Open(filepath.Join(ts.MkAbs(args[0]), emulator.StoreName), 0o600, nil)
	ts.Check(err)
	ts.Defer(func() { ts.Check(db.Close()) })
}
