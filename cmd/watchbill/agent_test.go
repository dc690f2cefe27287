//go:build unix

package main

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// record is one line of the agent's log.
type record struct {
	Level, Msg, Address, Why string
}

// running is an agent whose log is read.
type running struct {
	*exec.Cmd
	log  chan record
	seen []string
}

func startAgent(t *testing.T, args ...string) *running {
	t.Helper()
	a := &running{Cmd: exec.Command("watchbill", append([]string{"agent", "--log-format", "json", "--debounce", "10ms"}, args...)...), log: make(chan record, 1000)}
	a.Env = watchLeaks(t)
	stderr, err := a.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Process.Kill() })
	go func() {
		defer close(a.log)
		for s := bufio.NewScanner(stderr); s.Scan(); {
			var r record
			if json.Unmarshal(s.Bytes(), &r) != nil {
				r.Msg = s.Text()
			}
			a.log <- r
		}
	}()
	return a
}

// await reads the log until a record's message begins with text.
func (a *running) await(t *testing.T, text string) record {
	t.Helper()
	deadline := time.After(time.Minute)
	for {
		select {
		case r, ok := <-a.log:
			if !ok {
				t.Fatalf("the agent left before it said %q; it said:\n%s", text, strings.Join(a.seen, "\n"))
			}
			a.seen = append(a.seen, r.Msg)
			if strings.HasPrefix(r.Msg, text) {
				return r
			}
		case <-deadline:
			t.Fatalf("the agent never said %q; it said:\n%s", text, strings.Join(a.seen, "\n"))
		}
	}
}

// The whole life of an agent: an edit is applied, a broken edit is not and says
// so, a good one heals, SIGHUP makes a pass, plan works beside it, and SIGTERM ends
// it cleanly.
func TestAgentProcess(t *testing.T) {
	t.Parallel()
	dir := team(t, 3)
	file := filepath.Join(dir, "plan.yaml")
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	write := func(text string) {
		t.Helper()
		if err := replaceFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	a := startAgent(t, dir)
	a.await(t, "pass done")

	write(strings.ReplaceAll(string(good), "title: Trouble", "title: Great trouble"))
	if r := a.await(t, "update done"); !strings.HasPrefix(r.Address, "response_plan/") {
		t.Errorf("updated %s", r.Address)
	}
	a.await(t, "pass done")

	write(string(good) + "\ncontacts: {}\n")
	a.await(t, "the newest revision does not compile; the last good revision stays enforced")

	write(string(good))
	a.await(t, "update done")
	if r := a.await(t, "pass done"); r.Why != "change" {
		t.Errorf("why %q", r.Why)
	}
	if s := mustDo(t, "plan", dir); !strings.HasPrefix(s.out.String(), "No changes.") {
		t.Errorf("plan beside the agent: %v", s)
	}

	a.Process.Signal(syscall.SIGHUP)
	if r := a.await(t, "pass done"); r.Why != "signal" {
		t.Errorf("why %q", r.Why)
	}

	a.Process.Signal(syscall.SIGTERM)
	a.await(t, "leaving")
	a.Wait()
	if exit := a.ProcessState.ExitCode(); exit != 143 {
		t.Errorf("exit code %d", exit)
	}
	mustDo(t, "plan", "--detailed-exitcode", dir)
}

// One pass tells by its exit code how it went.
func TestAgentOnce(t *testing.T) {
	t.Parallel()
	dir := team(t, 2)
	once := func(want int) *started {
		t.Helper()
		s := start(t, "agent", "--once", dir)
		if exit := s.end(t); exit != want {
			t.Errorf("exit code %d, want %d: %v", exit, want, s)
		}
		return s
	}
	if s := once(exitDone); !strings.Contains(s.err.String(), "address=contact/p000 action=create result=done") {
		t.Errorf("%v", s)
	}
	if err := os.WriteFile(filepath.Join(dir, "more.yaml"), []byte("contacts: ["), 0o600); err != nil {
		t.Fatal(err)
	}
	once(exitReport)
	for _, bad := range [][]string{{"--log-level", "loud"}, {"--log-format", "xml"}, {"--resync", "1ms"}, {"--debounce", "-1s"}} {
		if exit := start(t, append([]string{"agent", "--once", dir}, bad...)...).end(t); exit != exitUsage {
			t.Errorf("%v: exit code %d", bad, exit)
		}
	}
}
