//go:build unix

package main

// What happens to the store and to the world when the program is stopped, killed
// or started twice, at any moment.

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// team writes a plan folder of n people and returns it.
func team(t *testing.T, n int) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("replication_set:\n  regions: {us-east-1: {}}\ncontacts:\n")
	for i := range n {
		fmt.Fprintf(&b, "  p%03d:\n    channels:\n      mail: {email: p%03d@example.com}\n      phone: {voice: \"+12025550%03d\"}\n", i, i, 100+i)
		b.WriteString("    engagement_plan:\n      - {page: [mail], retry: 1m, wait: 5m}\n      - {page: [phone], wait: 10m}\n")
	}
	b.WriteString("escalation_plans:\n  all:\n    stages:\n")
	for i := 0; i < n; i += 5 {
		fmt.Fprintf(&b, "      - {page: [p%03d], wait: 5m}\n", i)
	}
	b.WriteString("response_plans:\n")
	for i := range n {
		fmt.Fprintf(&b, "  r%03d: {title: Trouble, impact: high, engage: [all, p%03d]}\n", i, i)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"plan.yaml": b.String(), "watchbill.yaml": "rules: {unused-item: off, late-first-page: off, single-person: off}\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// resources is how many resources the plan of team has.
func resources(n int) int { return 1 + n*4 + 1 + n }

// started is a command under way.
type started struct {
	*exec.Cmd
	out, err bytes.Buffer
}

func start(t *testing.T, args ...string) *started {
	t.Helper()
	s := &started{Cmd: exec.Command("watchbill", args...)}
	s.Env = watchLeaks(t)
	s.Stdout, s.Stderr = &s.out, &s.err
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	return s
}

// watchLeaks is the environment of a process whose output must have no address in
// it (see watched).
func watchLeaks(t *testing.T) []string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "leaks")
	t.Cleanup(func() {
		if found := leaksOf(file); found != "" {
			t.Errorf("addresses in the output:\n%s", found)
		}
	})
	return append(os.Environ(), leaksVar+"="+file)
}

// end waits for the command and returns its exit code, -1 when a signal killed it.
func (s *started) end(t *testing.T) int {
	t.Helper()
	err := s.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return s.ProcessState.ExitCode()
}

func (s *started) String() string {
	return fmt.Sprintf("%v\nstdout:\n%s\nstderr:\n%s", s.Args, s.out.String(), s.err.String())
}

// mustDo runs a command that has to succeed.
func mustDo(t *testing.T, args ...string) *started {
	t.Helper()
	s := start(t, args...)
	if exit := s.end(t); exit != 0 {
		t.Fatalf("exit code %d: %v", exit, s)
	}
	return s
}

// converges applies again, and once more: then everything is there once, and
// there is nothing left to do.
func converges(t *testing.T, dir string, people int) {
	t.Helper()
	mustDo(t, "apply", dir)
	third := mustDo(t, "apply", dir)
	want := fmt.Sprintf("No changes. The plan and local agree (%d resources).\n", resources(people))
	if third.out.String() != want {
		t.Errorf("the third apply: %v", third)
	}
}

// moments are points in the run of an apply, from its start to its end.
func moments(t *testing.T, n, people int) []time.Duration {
	t.Helper()
	begin := time.Now()
	mustDo(t, "apply", team(t, people))
	whole := time.Since(begin)
	var at []time.Duration
	for i := range n {
		at = append(at, whole*time.Duration(i+1)/time.Duration(n+1))
	}
	return at
}

// An interrupt at any moment ends cleanly and says how; another apply goes on
// from there.
func TestInterruptAnywhere(t *testing.T) {
	t.Parallel()
	const people = 12
	cut := 0
	for i, after := range moments(t, 6, people) {
		dir := team(t, people)
		s := start(t, "apply", dir, "--output", "json")
		time.Sleep(after) // the moment is the subject
		sig, code := syscall.SIGINT, 130
		if i%2 == 1 {
			sig, code = syscall.SIGTERM, 143
		}
		s.Process.Signal(sig)
		switch exit := s.end(t); exit {
		case 0: // it had ended
		case -1: // before main had begun to listen
		case code:
			cut++
			if s.out.Len() > 0 {
				checkInterrupted(t, s)
			}
		default:
			t.Errorf("exit code %d after %v: %v", exit, after, s)
		}
		converges(t, dir, people)
	}
	if cut == 0 {
		t.Error("no apply was interrupted: the moments are badly chosen")
	}
}

// checkInterrupted checks that the report of an interrupted apply is complete: each
// object is done or skipped, and none unknown after one polite signal.
func checkInterrupted(t *testing.T, s *started) {
	t.Helper()
	var got struct {
		Changes []struct{ Address string }
		Results []struct{ Address, Result, Because string }
	}
	if err := json.Unmarshal(s.out.Bytes(), &got); err != nil {
		t.Errorf("%v: %v", err, s)
		return
	}
	if len(got.Results) != len(got.Changes) {
		t.Errorf("%d results for %d changes: %v", len(got.Results), len(got.Changes), s)
	}
	for _, r := range got.Results {
		if r.Result != "done" && (r.Result != "skipped" || r.Because != "interrupt") {
			t.Errorf("%+v", r)
		}
	}
}

// kill -9 at any moment loses nothing that was answered, and another apply goes on
// from there without making anything twice.
func TestKillAnywhere(t *testing.T) {
	t.Parallel()
	const people = 12
	for _, after := range moments(t, 6, people) {
		dir := team(t, people)
		s := start(t, "apply", dir)
		time.Sleep(after) // the moment is the subject
		s.Process.Kill()
		s.end(t)
		converges(t, dir, people)
	}
}

// A disk that fills up halfway loses nothing that was answered: every object is
// done or said not to be, and with room again another apply goes on from there.
func TestDiskFullHalfway(t *testing.T) {
	t.Parallel()
	const people = 30
	dir := team(t, people)
	s := &started{Cmd: exec.Command("cramped", "128", "apply", dir)}
	s.Env = watchLeaks(t)
	s.Stdout, s.Stderr = &s.out, &s.err
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	if exit := s.end(t); exit != exitPartial {
		t.Errorf("exit code %d: %v", exit, s)
	}
	for _, want := range []string{
		": failed to create: ssm-contacts:CreateContactChannel: The store cannot be written: file too large (InternalServerException)\n",
		" failed, ", "; run it again to go on.",
	} {
		if !strings.Contains(s.err.String()+s.out.String(), want) {
			t.Errorf("it does not say %q: %v", want, s)
		}
	}
	converges(t, dir, people)
}

// Two applies at once, over one store, end with everything there once.
func TestTwoApplies(t *testing.T) {
	t.Parallel()
	const people = 8
	for range 4 {
		dir := team(t, people)
		var both [2]*started
		for i := range both {
			both[i] = start(t, "apply", dir)
		}
		var wait sync.WaitGroup
		for _, s := range both {
			wait.Go(func() {
				// The loser of a race for a name sees that it is taken (4). It neither
				// overwrites nor doubles anything.
				if exit := s.end(t); exit != exitDone && exit != exitPartial {
					t.Errorf("exit code %d: %v", exit, s)
				}
			})
		}
		wait.Wait()
		converges(t, dir, people)
	}
}

// signalWriter interrupts as soon as text has been written.
type signalWriter struct {
	bytes.Buffer
	text    string
	signals chan<- os.Signal
	times   int
}

func (w *signalWriter) Write(b []byte) (int, error) {
	n, err := w.Buffer.Write(b)
	for ; w.times > 0 && strings.Contains(w.String(), w.text); w.times-- {
		w.signals <- os.Interrupt
	}
	return n, err
}

// The first interrupt lets what runs finish and says so; every object is reported.
// A second one cuts it off.
func TestInterruptTwice(t *testing.T) {
	for times := 1; times <= 2; times++ {
		signals := make(chan os.Signal, times)
		out := &signalWriter{text: "Plan: 12 to create", signals: signals, times: times}
		var stderr bytes.Buffer
		exit := run(t.Context(), inProcess(t, process{strings.NewReader(""), out, &stderr, signals}), []string{"apply", team(t, 2)})
		if exit != 130 {
			t.Errorf("exit code %d:\n%s", exit, stderr.String())
		}
		said := stderr.String()
		for _, want := range []string{
			"watchbill: finishing what is under way; interrupt again to cut it off\n",
			"watchbill: response_plan/r001: not created because of ",
		} {
			if !strings.Contains(said, want) {
				t.Errorf("it does not say %q:\n%s", want, said)
			}
		}
		if !strings.HasSuffix(said, "\nwatchbill: interrupted\n") {
			t.Errorf("the last words are:\n%s", said)
		}
	}
}

// An apply that is stopped past its turn does not go on with what it had read: it says so,
// and another one goes on from there.
func TestStoppedPastItsTurn(t *testing.T) {
	t.Parallel()
	const people = 12
	caught := 0
	for _, after := range moments(t, 3, people) {
		dir := team(t, people)
		s := start(t, "apply", dir)
		time.Sleep(after) // the moment is the subject
		s.Process.Signal(syscall.SIGSTOP)
		time.Sleep(12 * time.Second) // longer than a pass may stand still
		s.Process.Signal(syscall.SIGCONT)
		switch exit := s.end(t); exit {
		case exitDone: // it had ended
		case exitPartial, exitTrouble:
			caught++
			if said := s.err.String(); !strings.Contains(said, "standstill of the process") && !strings.Contains(said, "the process stood still") {
				t.Errorf("it does not say why: %v", s)
			}
		default:
			t.Errorf("exit code %d after %v: %v", exit, after, s)
		}
		converges(t, dir, people)
	}
	if caught == 0 {
		t.Error("no apply was stopped in time: the moments are badly chosen")
	}
}
