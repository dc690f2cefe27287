package agent

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/internal/resource"
)

// room is an agent in a synctest bubble, with its plan folder and its target
// played by two functions that tests change.
type room struct {
	t       *testing.T
	agent   *Agent
	changed chan struct{}
	hangup  chan os.Signal
	log     lockedBuffer

	mu     sync.Mutex // of what the agent's goroutine shares with the test's
	folder *compiler.Result
	target func(*compiler.Result) (*Outcome, error)
	start  time.Time
	passes []string // "1.1s v1": when each pass began, and with which revision

	end func() Status
}

// inRoom runs test with an agent that has made its first pass over revision v1.
func inRoom(t *testing.T, test func(r *room)) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t)
		r.run()
		test(r)
		r.end()
	})
}

func newRoom(t *testing.T) *room {
	r := &room{t: t, changed: make(chan struct{}, 1), hangup: make(chan os.Signal, 1), folder: revision("v1"),
		target: func(*compiler.Result) (*Outcome, error) { return outcome(), nil }}
	r.agent = &Agent{
		Debounce: 100 * time.Millisecond,
		Changed:  r.changed, Hangup: r.hangup,
		Log: slog.New(slog.NewTextHandler(&r.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Compile: func(context.Context) (*compiler.Result, error) {
			r.mu.Lock()
			defer r.mu.Unlock()
			if r.folder == nil {
				return nil, &compiler.UnknownTargetError{Name: "tokyo"}
			}
			return r.folder, nil
		},
		Apply: func(_ context.Context, res *compiler.Result, _ func(Event)) (*Outcome, error) {
			r.mu.Lock()
			r.passes = append(r.passes, fmt.Sprintf("%v %s", time.Since(r.start), res.Revision))
			target := r.target
			r.mu.Unlock()
			return target(res)
		},
	}
	return r
}

func (r *room) run() {
	ctx, stop := context.WithCancel(r.t.Context())
	ended := make(chan Status)
	r.start = time.Now()
	go func() { ended <- r.agent.Run(ctx) }()
	r.end = func() Status {
		stop()
		return <-ended
	}
	synctest.Wait()
}

func (r *room) touch() {
	select {
	case r.changed <- struct{}{}:
	default:
	}
	synctest.Wait()
}

// write changes the folder, and nobody hears of it.
func (r *room) write(res *compiler.Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.folder = res
}

// becomes changes how the target answers.
func (r *room) becomes(target func(*compiler.Result) (*Outcome, error)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.target = target
}

// since drops what was seen of passes so far.
func (r *room) since() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.passes, r.start = nil, time.Now()
}

// seen are the passes since then.
func (r *room) seen() []string {
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.passes
}

func (r *room) expect(want string) {
	r.t.Helper()
	expect(r.t, strings.Join(r.seen(), "\n"), want)
}

func (r *room) says(line string) {
	r.t.Helper()
	synctest.Wait()
	if !strings.Contains(r.log.String(), line) {
		r.t.Errorf("the log does not say %q:\n%s", line, r.log.String())
	}
}

func revision(name string) *compiler.Result {
	desired := &resource.State{}
	desired.Add(&resource.Object{Addr: resource.Addr{Kind: "contact", Name: "aiko"}, Spec: struct{ Name string }{"Aiko"}})
	return &compiler.Result{Revision: name, Desired: desired}
}

func brokenRevision(name string) *compiler.Result {
	var l diag.List
	l.Errorf(diag.Pos{File: "team.yaml", Line: 3, Col: 5}, "unknown-key", "there is no key %q", "pgae")
	return &compiler.Result{Revision: name, Findings: l.Sorted()}
}

func outcome(reports ...Report) *Outcome {
	o := &Outcome{ChangeSet: &resource.ChangeSet{}, Results: reports}
	for _, r := range reports {
		o.ChangeSet.Changes = append(o.ChangeSet.Changes, &resource.Change{Addr: r.Addr, Action: r.Action})
	}
	return o
}

func refused(why string) *Outcome {
	o := outcome()
	o.ChangeSet.Refusals = []resource.Refusal{{Guard: "mass-delete", Why: why, Lift: "--allow-deletes 9"}}
	return o
}
