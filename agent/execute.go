package agent

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path"
	"runtime"
	"slices"
	"time"

	"github.com/watchbill/watchbill/internal/awsapi"
	"github.com/watchbill/watchbill/internal/resource"
)

// Verdict is how the work on one object ended.
type Verdict string

// Unknown is for a call that was cut off: AWS may or may not have done it, and
// the next pass will see. Started is only for events.
const (
	Done    Verdict = "done"
	Failed  Verdict = "failed"
	Skipped Verdict = "skipped"
	Unknown Verdict = "unknown"
	Started Verdict = "started"
)

// Interrupt is the Because of what was not begun after an interrupt.
const Interrupt = "interrupt"

// Stall is the Because of what was not done because the process had stood still; see
// StalledError.
const Stall = "standstill"

// Report is the outcome of one change.
type Report struct {
	Addr   resource.Addr
	Action resource.Action
	Result Verdict
	// Err is set when the result is failed or unknown.
	Err error
	// Because is set when the result is skipped: the address of the object that
	// failed or could not be read, Interrupt, or Stall.
	Because string
	// Elapsed is the time spent in calls, without waiting for a turn.
	Elapsed time.Duration
}

// Event tells of a change while it is applied. N of Of changes have ended. Events
// are delivered one at a time.
type Event struct {
	Report
	N, Of int
}

// executor works through steps along their graph. One goroutine holds all of its
// state; workers only do a step and send what came of it.
type executor struct {
	steps    []resource.Step
	do       func(context.Context, resource.Step) error
	parallel int
	// hold, when not "", is why nothing may be deleted.
	hold  string
	event func(Event)

	state   []stepState
	ready   []int
	running int
	early   int    // steps that are not Last and have not ended
	stop    string // why nothing new starts; "" while it may
	reports map[*resource.Change]*Report
	parts   map[*resource.Change]int // steps of a change that have not ended
	begun   map[*resource.Change]bool
	ended   int // changes
}

type stepState struct {
	waits   int   // steps to be done first that are not
	next    []int // steps that wait for this one
	ended   bool
	verdict Verdict
	because string // who is to blame for what depends on this one
}

type stepEnd struct {
	i       int
	err     error
	elapsed time.Duration
}

// run does the steps and reports every change, in the order of changes. When
// clean ends, nothing new starts and what runs may finish; when now ends, what
// runs is cut off.
func (x *executor) run(clean, now context.Context, changes []*resource.Change) []Report {
	x.prepare(changes)
	ends := make(chan stepEnd)
	stopped := clean.Done()
	for {
		if clean.Err() != nil && x.stop == "" {
			x.stop = Interrupt
		}
		for x.stop == "" && x.running < x.parallel && len(x.ready) > 0 {
			x.start(now, ends)
		}
		if x.running == 0 {
			break
		}
		select {
		case end := <-ends:
			x.running--
			x.finish(now, end)
		case <-stopped:
			stopped = nil
		}
	}
	for i := range x.steps {
		x.skip(i, x.stop)
	}
	out := make([]Report, len(changes))
	for i, c := range changes {
		out[i] = *x.reports[c]
	}
	return out
}

func (x *executor) prepare(changes []*resource.Change) {
	x.state = make([]stepState, len(x.steps))
	x.reports = make(map[*resource.Change]*Report, len(changes))
	x.parts = make(map[*resource.Change]int, len(changes))
	x.begun = make(map[*resource.Change]bool, len(changes))
	for _, c := range changes {
		x.reports[c] = &Report{Addr: c.Addr, Action: c.Action, Result: Done}
	}
	for i, s := range x.steps {
		x.parts[s.Change]++
		x.state[i].waits = len(s.After)
		for _, first := range s.After {
			x.state[first].next = append(x.state[first].next, i)
		}
		if !s.Last {
			x.early++
		}
	}
	for i, s := range x.steps {
		if s.Part == resource.PartDelete && x.hold != "" {
			x.skip(i, x.hold)
		}
	}
	x.wake()
	if x.early == 0 {
		x.wakeLast()
	}
}

// wake makes the steps ready that wait for nothing from the start.
func (x *executor) wake() {
	for i, s := range x.steps {
		if !s.Last && x.state[i].waits == 0 && !x.state[i].ended {
			x.ready = append(x.ready, i)
		}
	}
}

// wakeLast decides about the Last steps once all others have ended: unless each
// of these is done, nothing is taken away.
func (x *executor) wakeLast() {
	for i, s := range x.steps {
		if !s.Last && x.state[i].verdict != Done {
			for j, last := range x.steps {
				if last.Last {
					x.skip(j, x.state[i].because)
				}
			}
			return
		}
	}
	for i, s := range x.steps {
		if s.Last && x.state[i].waits == 0 && !x.state[i].ended {
			x.ready = append(x.ready, i)
		}
	}
}

func (x *executor) start(now context.Context, ends chan<- stepEnd) {
	i := x.ready[0]
	x.ready = x.ready[1:]
	x.running++
	s := x.steps[i]
	if !x.begun[s.Change] {
		x.begun[s.Change] = true
		x.tell(Report{Addr: s.Change.Addr, Action: s.Change.Action, Result: Started})
	}
	go func() {
		begin := time.Now()
		err := x.guarded(now, s)
		ends <- stepEnd{i, err, time.Since(begin)}
	}()
}

// guarded does a step; a bug in it ends this object and not the program, whose
// other objects still have to be reported. The panic's value is not printed: it
// may hold what somebody's phone is called by.
func (x *executor) guarded(now context.Context, s resource.Step) (err error) {
	defer func() {
		if recover() == nil {
			return
		}
		pc := make([]uintptr, 8)
		frames := runtime.CallersFrames(pc[:runtime.Callers(3, pc)])
		f, _ := frames.Next()
		err = &bugError{fmt.Sprintf("internal error in %s (%s:%d)", path.Base(f.Function), path.Base(f.File), f.Line)}
	}()
	return x.do(now, s)
}

// bugError is a panic.
type bugError struct{ text string }

func (e *bugError) Error() string { return e.text }

func (x *executor) finish(now context.Context, end stepEnd) {
	s := x.steps[end.i]
	x.reports[s.Change].Elapsed += end.elapsed
	var stalled *StalledError
	switch {
	case end.err == nil:
		x.settle(end.i, Done, nil, "")
	case errors.As(end.err, &stalled): // it was asked before anything was changed
		x.settle(end.i, Skipped, nil, Stall)
		x.stop = Stall
	case errors.As(context.Cause(now), &stalled):
		x.settle(end.i, Unknown, stalled, s.Change.Addr.String())
		x.stop = Stall
	case now.Err() != nil || uncertain(end.err):
		x.settle(end.i, Unknown, end.err, s.Change.Addr.String())
	default:
		x.settle(end.i, Failed, end.err, s.Change.Addr.String())
	}
	if end.err != nil && x.stop == "" && awsapi.IsHopeless(end.err) {
		x.stop = s.Change.Addr.String() // every other call would fail the same way, slowly
	}
}

// uncertain reports that a call may have been carried out although it failed:
// the connection broke after the request had left, or a bug hid the answer.
func uncertain(err error) bool {
	var op *net.OpError
	var bug *bugError
	return errors.As(err, &op) && op.Op != "dial" || errors.As(err, &bug) || awsapi.IsTimeout(err) ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

func (x *executor) skip(i int, because string) {
	if !x.state[i].ended {
		x.settle(i, Skipped, nil, because)
	}
}

// settle ends a step: its dependants become ready, or are skipped for the sake
// of whoever is to blame.
func (x *executor) settle(i int, v Verdict, err error, blame string) {
	st, s := &x.state[i], x.steps[i]
	st.ended, st.verdict, st.because = true, v, blame
	x.conclude(s.Change, v, err, blame)
	for _, j := range st.next {
		next := &x.state[j]
		next.waits--
		switch {
		case v != Done:
			x.skip(j, blame)
		case next.waits == 0 && !next.ended && (!x.steps[j].Last || x.early == 0):
			x.ready = append(x.ready, j)
		}
	}
	if !s.Last {
		if x.early--; x.early == 0 {
			x.wakeLast()
		}
	}
}

// severity orders verdicts: the report of a change is that of its worst part.
var severity = []Verdict{Done, Skipped, Unknown, Failed}

func (x *executor) conclude(c *resource.Change, v Verdict, err error, blame string) {
	r := x.reports[c]
	if slices.Index(severity, v) > slices.Index(severity, r.Result) {
		r.Result, r.Err, r.Because = v, err, ""
		if v == Skipped {
			r.Because = blame
		}
	}
	if x.parts[c]--; x.parts[c] == 0 {
		x.ended++
		x.tell(*r)
	}
}

func (x *executor) tell(r Report) {
	if x.event != nil {
		x.event(Event{Report: r, N: x.ended, Of: len(x.reports)})
	}
}
