package agent

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/watchbill/watchbill/compiler"
)

// Agent keeps a target as a plan folder says, while somebody edits the folder
// and somebody else the target. Pass is the work (enforce.go); Run is only timing.
//
// A revision that does not compile, is empty, or is refused by a guard leaves the
// last good one enforced. One goroutine runs everything, so passes never overlap.
type Agent struct {
	// Compile reads the plan folder.
	Compile func(context.Context) (*compiler.Result, error)
	// Apply makes the target agree with a compiled plan, as Pass.Run does, and
	// hands what happens to the function.
	Apply func(context.Context, *compiler.Result, func(Event)) (*Outcome, error)
	// Changed says that the folder may have changed, Hangup that somebody wants a
	// pass now. Either may be nil.
	Changed <-chan struct{}
	Hangup  <-chan os.Signal
	// Debounce is how long the folder must be quiet before it is read, 0 for
	// DefaultDebounce; but it is read a second after the first change at the latest.
	Debounce time.Duration
	// Resync is the time between passes when nothing happens, give or take a
	// tenth, 0 for DefaultResync. It repairs drift.
	Resync time.Duration
	Log    *slog.Logger

	good   *compiler.Result             // the last revision that was enforced
	seen   *compiler.Result             // the last revision that was read
	fails  int                          // passes that failed, in a row
	fleets map[string]map[string]string // of the last pass: monitor to ARN to ID
	mu     sync.Mutex
	status Status
}

// The times of the loop.
const (
	DefaultDebounce = 50 * time.Millisecond
	DefaultResync   = 5 * time.Minute

	maxDebounce = time.Second
	minBackoff  = time.Second
	maxBackoff  = 5 * time.Minute
)

// Reason says why a pass is made.
type Reason string

// The reasons: the agent has started, a file may have changed, somebody asked,
// it is time, or the last pass failed.
const (
	Start      Reason = "start"
	FileChange Reason = "change"
	Signal     Reason = "signal"
	Resync     Reason = "resync"
	Retry      Reason = "retry"
)

// Health is how an agent stands after its latest pass.
type Health string

// Broken: the newest revision does not compile or is empty. Refused: a guard
// stopped it. In both cases the last good one is enforced, if there is one.
// Partial: something could not be read or applied. Trouble: nothing could.
const (
	Healthy Health = "ok"
	Broken  Health = "broken"
	Refused Health = "refused"
	Partial Health = "partial"
	Trouble Health = "trouble"
)

// Status is what an agent knows of itself.
type Status struct {
	Health Health
	// Why is a sentence, "" when healthy.
	Why string
	// Revision is the newest one read, Enforced the last good one; "" for none.
	Revision, Enforced string
	// Findings is the number of findings in the newest revision.
	Findings int
	// LastPass is when the last pass ended, NextPass when the next one begins
	// unless something happens first.
	LastPass, NextPass time.Time
	Passes             int
	// Targets are the resources of all fleets that could be read, Unwatched those that no alarm can
	// watch.
	Targets, Unwatched int
}

// Status is the state after the latest pass. It may be called from anywhere.
func (a *Agent) Status() Status {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.status
}

// Run makes a pass at once and then whenever one is due, until ctx ends. It
// returns how things stood at the end.
func (a *Agent) Run(ctx context.Context) Status {
	timer := time.NewTimer(0)
	defer timer.Stop()
	next, why := time.Now(), Start
	var firstChange, quietAt time.Time // of changes that were not looked at yet
	for ctx.Err() == nil {
		due := next
		if !quietAt.IsZero() {
			due = earlier(due, quietAt)
		}
		timer.Reset(time.Until(due))
		reason := why
		select {
		case <-ctx.Done():
			continue
		case <-a.Changed:
			now := time.Now()
			if firstChange.IsZero() {
				firstChange = now
			}
			quietAt = earlier(now.Add(a.debounce()), firstChange.Add(max(maxDebounce, a.debounce())))
			continue
		case <-a.Hangup:
			reason = Signal
		case <-timer.C:
			if due.Equal(quietAt) {
				reason, firstChange, quietAt = FileChange, time.Time{}, time.Time{}
			}
		}
		if a.Pass(ctx, reason) {
			next, why = a.schedule()
			debug.FreeOSMemory() // a pass needs several times what waiting for the next one does
		}
	}
	return a.Status()
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func (a *Agent) debounce() time.Duration {
	if a.Debounce > 0 {
		return a.Debounce
	}
	return DefaultDebounce
}

// schedule says when the next pass begins: after Resync with some jitter, so that
// many agents do not call AWS in step, and after a failed pass sooner, with full
// jitter in a window that doubles.
func (a *Agent) schedule() (time.Time, Reason) {
	resync := a.Resync
	if resync <= 0 {
		resync = DefaultResync
	}
	wait, why := resync*9/10+rand.N(resync/5+1), Resync
	if a.fails > 0 {
		why = Retry
		window := min(maxBackoff, minBackoff<<min(a.fails, 16))
		wait = minBackoff + rand.N(window-minBackoff+1)
	}
	at := time.Now().Add(wait)
	a.mu.Lock()
	a.status.NextPass = at
	a.mu.Unlock()
	return at, why
}
