package agent_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/watchbill/watchbill/agent"
	"github.com/watchbill/watchbill/compiler"
)

// lines hands log lines to a test as they are written.
type lines struct{ ch chan string }

func (l lines) Write(p []byte) (int, error) {
	l.ch <- string(p)
	return len(p), nil
}

// live is an agent with a real folder, real files and the embedded account.
type live struct {
	*target
	dir    string
	hangup chan os.Signal
	log    lines
	seen   strings.Builder
}

// startAgent runs an agent on a folder with one plan file until the test ends.
func startAgent(t *testing.T, plan string) *live {
	t.Helper()
	l := &live{target: newTarget(t), dir: t.TempDir(), hangup: make(chan os.Signal, 1), log: lines{make(chan string, 1000)}}
	l.write("plan.yaml", plan)
	log := slog.New(slog.NewTextHandler(l.log, nil))
	w, err := agent.Watch(l.dir, log)
	if err != nil {
		t.Fatal(err)
	}
	a := &agent.Agent{
		Compile: func(ctx context.Context) (*compiler.Result, error) {
			return compiler.Compile(ctx, l.dir, compiler.Options{Values: true})
		},
		Apply: func(ctx context.Context, res *compiler.Result, tell func(agent.Event)) (*agent.Outcome, error) {
			p := l.pass(res)
			p.OnEvent = tell
			return p.Run(ctx)
		},
		Changed: w.Changed, Hangup: l.hangup, Log: log,
	}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { a.Run(ctx) })
	t.Cleanup(func() {
		stop()
		running.Wait()
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func (l *live) write(name, text string) {
	l.t.Helper()
	path := filepath.Join(l.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		l.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		l.t.Fatal(err)
	}
}

// says waits for a line of the log with all the parts.
func (l *live) says(parts ...string) {
	l.t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		select {
		case line := <-l.log.ch:
			l.seen.WriteString(line)
			all := true
			for _, part := range parts {
				all = all && strings.Contains(line, part)
			}
			if all {
				return
			}
		case <-deadline:
			l.t.Fatalf("the log does not say %q:\n%s", parts, l.seen.String())
		}
	}
}

func TestAgentFollowsTheFolder(t *testing.T) {
	l := startAgent(t, team)
	l.says("pass done", "why=start", "changes=11", "done=11")

	l.write("plan.yaml", strings.Replace(team, "Aiko Sato", "Aiko S.", 1))
	l.says("update done", "address=contact/aiko")
	l.says("pass done", "why=change", "changes=1")

	l.write("teams/data/chie.yaml", `
version: 1
contacts:
  chie: {name: Chie, channels: {mail: {email: chie@example.com}, text: {sms: "+12025550103"}}, engagement_plan: [{page: [mail, text], wait: 5m}]}
`)
	l.says("create done", "address=contact/chie")
	l.says("pass done", "why=change", "changes=4")

	// A revision that does not compile leaves the last good one enforced.
	l.write("plan.yaml", strings.Replace(team, "page: [text, phone]", "page: [txet, phone]", 1))
	l.says("unknown-reference", "plan.yaml:13:31")
	l.says("the newest revision does not compile; the last good revision stays enforced")

	// Somebody deletes a contact by other means; the agent has the last good one.
	drift := l.pass(compile(t, account+"contacts: {ben: {name: Ben Okafor, channels: {phone: {voice: \"+12025550102\"}}, engagement_plan: [{page: [phone], wait: 5m}]}}\n"))
	if o := l.run(drift); !o.Complete() {
		t.Fatal(report(o))
	}
	l.hangup <- syscall.SIGHUP
	l.says("create done", "address=contact/aiko")
	l.says("pass done", "why=signal")

	l.write("plan.yaml", team)
	l.says("update done", "address=contact/aiko")
	l.says("pass done", "why=change", "failed=0")
	if strings.Contains(l.seen.String(), "@example.com") || strings.Contains(l.seen.String(), "202555") {
		t.Errorf("an address is in the log:\n%s", l.seen.String())
	}
}
