// Package drill holds the tests of a plan against a roster: it lets every incident of a
// test open, sees who is paged, and says of each expectation whether it was met, and
// if not, which line of the timeline broke it.
//
// A test about a stretch of time is tried for every different course of events in it, not
// at samples: what passes holds at every instant. Everything here is deterministic, and knows
// neither files nor a network; the roster may come from a plan or from what is live.
package drill

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/internal/when"
	"github.com/watchbill/watchbill/oncall"
)

// Result is what became of one test.
type Result struct {
	Test *ast.Test
	// Checks are its expectations in their order, and behind them the answers that never
	// come about, which are there only as failures.
	Checks []Check
	// Openings is how many incidents were tried: one an instant, and of a stretch of time one
	// for every stretch in it with the same course of events.
	Openings int

	stages map[Stage]bool
	spans  []oncall.Span // the openings, an instant being a minute long
}

// Passed reports whether everything was as expected.
func (r *Result) Passed() bool {
	for i := range r.Checks {
		if !r.Checks[i].Passed() {
			return false
		}
	}
	return true
}

// Check is one expectation, judged. Sentence says what is so; of a failure, what is so
// instead, at the first opening that broke it.
type Check struct {
	Pos      diag.Pos
	Sentence string
	Failure  *Failure // nil: passed
}

// Passed reports whether the expectation was met at every opening.
func (c *Check) Passed() bool { return c.Failure == nil }

// Failure is the first opening at which an expectation was not met.
type Failure struct {
	// At is when the incident opened, in the zone of the test.
	At time.Time
	// Until is the end of the stretch of openings with the same course of events, after At;
	// zero when the test named the instant.
	Until time.Time
	// Broken is how many of the openings broke the expectation Of all that were tried;
	// for who is on call, of the changes of that. Lasting is how long those stretches are
	// together, 0 where the test names instants.
	Broken, Of int
	Lasting    time.Duration
	// Events are the incident from beginning to end, nil of who is on call. Mark is the
	// place in it that broke the expectation.
	Events []oncall.Event
	Mark   Mark
}

// Mark is a place in a timeline. Missing: something should have happened by Offset and has
// not; it belongs before Events[Index]. Otherwise it is Events[Index] itself.
type Mark struct {
	Index   int
	Missing bool
	Offset  time.Duration
	Text    string // what is wrong there: "not by 10m"
}

// Run tries the tests on a roster, looked at from now, on all cores. The results are in
// the order of the tests. The tests must have no findings. The error is ctx's.
func Run(ctx context.Context, roster *oncall.Roster, tests []*ast.Test, now time.Time) ([]Result, error) {
	out := make([]Result, len(tests))
	errs := make([]error, len(tests))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(tests)) {
		workers.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(tests) {
					return
				}
				out[i], errs[i] = try(ctx, roster, tests[i], now)
			}
		})
	}
	workers.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for i, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("%s: %w", tests[i].At, err)
		}
	}
	return out, nil
}

// trial is one test under way.
type trial struct {
	roster *oncall.Roster
	test   *ast.Test
	// judged has a check for every expectation; answered what came of every answer.
	judged   []*judgement
	answered map[string]bool
	first    *opening // of an incident
	result   Result
}

func try(ctx context.Context, roster *oncall.Roster, test *ast.Test, now time.Time) (Result, error) {
	t := &trial{roster: roster, test: test, answered: map[string]bool{}}
	t.result = Result{Test: test, stages: map[Stage]bool{}}
	for _, x := range test.Expect {
		t.judged = append(t.judged, newJudgement(x, test))
	}
	for _, text := range test.When {
		times, err := t.read(text.V, now)
		if err != nil {
			return t.result, err
		}
		if err := t.open(ctx, times); err != nil {
			return t.result, err
		}
	}
	for _, j := range t.judged {
		t.result.Checks = append(t.result.Checks, j.check())
	}
	t.unanswered()
	return t.result, nil
}

// unanswered reports answers that came about at no opening: the test would pass or fail
// for another reason than it says.
func (t *trial) unanswered() {
	if t.first == nil {
		return
	}
	for _, a := range t.test.Acknowledge {
		if t.answered[a.Contact.V] {
			continue
		}
		c := Check{Pos: a.Contact.At, Sentence: fmt.Sprintf("%s has not been paged by %s, and has nothing to acknowledge", a.Contact.V, when.Length(a.After.V))}
		c.Failure = t.first.failure()
		c.Failure.Broken, c.Failure.Of = t.result.Openings, t.result.Openings
		c.Failure.Mark = t.first.missing(a.After.V, "nothing to acknowledge for "+a.Contact.V)
		t.result.Checks = append(t.result.Checks, c)
	}
}
