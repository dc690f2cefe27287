package oncall

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"
)

// Run is an incident, or an engagement without one, on its way. It is plain data: it can be
// written as JSON, read again and continued. It remembers what happened only as far as that
// decides what happens next, and looks plans, channels and shifts up in the roster
// when their time comes, so a change of the roster counts from then on.
//
// Whatever is due at an instant happens before an acknowledgement at that instant.
type Run struct {
	// Now is up to when, inclusive, everything has happened.
	Now time.Time `json:"now"`
	// Roots are what was engaged directly, by a response plan or with Engage.
	Roots []Root `json:"roots,omitempty"`
	// Climbs are the escalation plans that began, Engaged the people who were engaged.
	Climbs  []Climb      `json:"climbs,omitempty"`
	Engaged []Engagement `json:"engaged,omitempty"`
	// Due is what comes next, ascending.
	Due []Task `json:"due,omitempty"`
	// Serial numbers the tasks: of two at one instant, the older one comes first.
	Serial   int64 `json:"serial"`
	Resolved bool  `json:"resolved,omitempty"`
	Over     bool  `json:"over,omitempty"` // Ended was answered and nothing was engaged since
}

// Root is an engagement of a contact, a schedule or an escalation plan, by name.
type Root struct {
	Target  string `json:"target"`
	Stopped bool   `json:"stopped,omitempty"`
}

// Climb is an escalation plan under way.
type Climb struct {
	Root    int    `json:"root"`
	Plan    string `json:"plan"`
	Stopped bool   `json:"stopped,omitempty"` // by an essential acknowledgement
}

// Engagement is one person being engaged through that person's own plan.
type Engagement struct {
	Root         int       `json:"root"`
	Climb        int       `json:"climb"` // index in Climbs, -1: engaged by no escalation plan
	Contact      string    `json:"contact"`
	Path         []Hop     `json:"path,omitempty"`
	Essential    bool      `json:"essential,omitempty"`
	Begun        time.Time `json:"begun"`
	Pages        int       `json:"pages"` // messages sent so far
	Acknowledged bool      `json:"acknowledged,omitempty"`
}

// TaskKind says what is to be done.
type TaskKind string

// Kinds of tasks.
const (
	OpenTask   TaskKind = "open"   // say that the incident opened
	EngageTask TaskKind = "engage" // engage root Of
	ClimbTask  TaskKind = "climb"  // begin Stage of climb Of
	StageTask  TaskKind = "stage"  // begin Stage of the plan of engagement Of
	RetryTask  TaskKind = "retry"  // page Channel again for engagement Of
)

// Task is one thing that is due.
type Task struct {
	At     time.Time `json:"at"`
	Serial int64     `json:"serial"`
	Kind   TaskKind  `json:"kind"`
	Of     int       `json:"of"`
	Stage  int       `json:"stage"`
	// Of retries only:
	Channel string        `json:"channel,omitempty"`
	Attempt int           `json:"attempt,omitempty"`
	Retry   time.Duration `json:"retry,omitempty"` // ns, until the one after this
	Until   time.Time     `json:"until,omitzero"`  // the end of the stage: no attempt then or later
}

// NewIncident is an incident that opens at an instant and engages contacts, schedules
// and escalation plans, by name, all at once.
func NewIncident(at time.Time, targets ...string) *Run {
	r := &Run{Due: make([]Task, 0, 16)}
	r.push(Task{At: utc(at), Kind: OpenTask})
	for _, t := range targets {
		r.Engage(t, at)
	}
	return r
}

// Engage adds an engagement of a contact, a schedule or an escalation plan to a run; a new Run
// takes one without an incident. It begins at the instant, or at Now if that is later.
// The result is its index in Roots, or -1 when the run was resolved and takes none.
func (r *Run) Engage(target string, at time.Time) int {
	if r.Resolved {
		return -1
	}
	r.Roots = append(r.Roots, Root{Target: target})
	r.push(Task{At: later(utc(at), r.Now), Kind: EngageTask, Of: len(r.Roots) - 1})
	r.Over = false
	return len(r.Roots) - 1
}

// ErrRun says that a Run read from somewhere refers to parts of itself that are not there.
var ErrRun = errors.New("run does not hold together")

// Check says whether a Run that was read from somewhere may be used: every index in
// it leads somewhere and what is due is in order. The error wraps [ErrRun].
func (r *Run) Check() error {
	within := func(i, n int) bool { return i >= 0 && i < n }
	for i, c := range r.Climbs {
		if !within(c.Root, len(r.Roots)) {
			return fmt.Errorf("climbs[%d]: %w", i, ErrRun)
		}
	}
	for i, e := range r.Engaged {
		if !within(e.Root, len(r.Roots)) || e.Climb != -1 && !within(e.Climb, len(r.Climbs)) {
			return fmt.Errorf("engaged[%d]: %w", i, ErrRun)
		}
	}
	of := map[TaskKind]int{OpenTask: 1, EngageTask: len(r.Roots), ClimbTask: len(r.Climbs),
		StageTask: len(r.Engaged), RetryTask: len(r.Engaged)}
	for i, t := range r.Due {
		inOrder := i == 0 || inDueOrder(r.Due[i-1], t) < 0
		if !within(t.Of, of[t.Kind]) || t.Stage < 0 || t.Serial >= r.Serial || !inOrder {
			return fmt.Errorf("due[%d]: %w", i, ErrRun)
		}
	}
	return nil
}

// Next is when something is due next; false: nothing happens by itself any more. Nothing
// happens before. A plan whose last stage is over by then does it without an event.
func (r *Run) Next() (time.Time, bool) {
	if len(r.Due) == 0 {
		return time.Time{}, false
	}
	return r.Due[0].At, true
}

// Advance does everything that is due up to an instant, inclusive.
func (r *Run) Advance(roster *Roster, to time.Time) []Event {
	return slices.Collect(r.Events(roster, to))
}

// Events is Advance event by event: whoever stops listening stops time, at the latest
// after the task that is being done. The rest of that task's events is lost.
func (r *Run) Events(roster *Roster, to time.Time) iter.Seq[Event] {
	return func(yield func(Event) bool) {
		s := step{run: r, roster: roster}
		for len(r.Due) > 0 && !r.Due[0].At.After(to) {
			s.events = s.events[:0]
			s.do(r.pop())
			for _, e := range s.events {
				if !yield(e) {
					return
				}
			}
		}
		r.Now = later(r.Now, utc(to))
	}
}

// Acknowledge lets a person answer all pages so far, after everything due by then has
// happened. That stops the person's further pages, also through later stages and other
// engagements, and later stages of every escalation plan that engaged the person as
// essential. Others who are engaged are paged on. Without a page there is nothing
// to answer; a late answer is accepted; a second one changes nothing.
func (r *Run) Acknowledge(roster *Roster, person string, at time.Time) []Event {
	return r.acknowledge(roster, person, at, func(e *Engagement) bool { return true })
}

// AcknowledgeEngagement answers the pages of one engagement, by its index in Roots. It
// differs from Acknowledge with [Rules.AcknowledgeOneEngagement] only.
func (r *Run) AcknowledgeEngagement(roster *Roster, root int, person string, at time.Time) []Event {
	return r.acknowledge(roster, person, at, func(e *Engagement) bool { return e.Root == root })
}

func (r *Run) acknowledge(roster *Roster, person string, at time.Time, answered func(*Engagement) bool) []Event {
	events := r.Advance(roster, at)
	s := step{run: r, roster: roster, now: r.Now, events: events}
	s.acknowledge(person, answered)
	return s.events
}

// Stop ends one engagement, by its index in Roots, after everything due by then.
func (r *Run) Stop(roster *Roster, root int, at time.Time) []Event {
	s := step{run: r, roster: roster, events: r.Advance(roster, at), now: r.Now}
	if root >= 0 && root < len(r.Roots) {
		r.Roots[root].Stopped = true
		r.drop(func(t Task) bool { return r.rootOf(t) == root })
		s.end(NothingPending)
	}
	return s.events
}

// Resolve ends everything, after what was due by then; with [Rules.ResolveKeepsPaging] it
// only takes no new engagements.
func (r *Run) Resolve(roster *Roster, at time.Time) []Event {
	s := step{run: r, roster: roster, events: r.Advance(roster, at), now: r.Now}
	r.Resolved = true
	if !roster.Rules.ResolveKeepsPaging {
		r.Due = nil
		s.end(AllResolved)
	}
	return s.events
}

// rootOf is the engagement a task belongs to, -1 when it belongs to none.
func (r *Run) rootOf(t Task) int {
	switch t.Kind {
	case EngageTask:
		return t.Of
	case ClimbTask:
		return r.Climbs[t.Of].Root
	case StageTask, RetryTask:
		return r.Engaged[t.Of].Root
	default:
		return -1
	}
}

func (r *Run) push(t Task) {
	t.Serial = r.Serial
	r.Serial++
	i, _ := slices.BinarySearchFunc(r.Due, t, inDueOrder)
	r.Due = slices.Insert(r.Due, i, t)
}

func inDueOrder(a, b Task) int {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Serial, b.Serial))
}

func (r *Run) pop() Task {
	t := r.Due[0]
	r.Due = r.Due[1:] // what is pushed later moves to new memory now and then, and leaves it behind
	return t
}

func (r *Run) drop(is func(Task) bool) { r.Due = slices.DeleteFunc(r.Due, is) }

func utc(t time.Time) time.Time { return t.Round(0).UTC() }
