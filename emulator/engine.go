package emulator

// The engine: engagements that run. An incident, or an engagement without one, is one row of runs;
// how it goes on is oncall's arithmetic, which knows contacts by their ARNs and looks everything up
// when its time comes. The engine gives it the account's contacts, and writes down what it says:
// pages, receipts and messages to devices.
//
// Time passes in one place, advance: it does what is due up to an instant, over all runs in order.
// It is called before every call on the account, by a timer, and when the clock is moved. What it
// does is part of the transaction it is called in, so a crash repeats it or never does it at all.

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/watchbill/watchbill/oncall"
)

// run is a row: an incident's engagements, or one engagement without an incident.
type run struct {
	Key         string // the incident's id, or the engagement's key
	Incident    string `json:",omitempty"`
	Course      oncall.Run
	Engagements []string          // keys, by the index of the root in Course
	Pages       map[string]string // keys, by pageSlot
}

// copy is a run that may be changed; rows may not.
func (r *run) copy() *run {
	out := *r
	out.Course.Roots = slices.Clone(r.Course.Roots)
	out.Course.Climbs = slices.Clone(r.Course.Climbs)
	out.Course.Engaged = slices.Clone(r.Course.Engaged)
	out.Course.Due = slices.Clone(r.Course.Due)
	out.Engagements = slices.Clone(r.Engagements)
	out.Pages = maps.Clone(r.Pages)
	if out.Pages == nil {
		out.Pages = map[string]string{}
	}
	return &out
}

// dueRun is a row: when a run goes on. A run has at most one.
type dueRun struct {
	At  time.Time
	Run string
}

// dueKey sorts by time.
func dueKey(at time.Time, run string) string {
	return at.UTC().Format("20060102T150405.000000000") + " " + run
}

// engine works on one transaction. What it holds is written by flush; its roster is true as long as
// nobody changes contacts meanwhile, so an engine lives for one call of engage, advance and so on.
type engine struct {
	tx     *tx
	rules  Rules
	roster *oncall.Roster
	known  map[string]bool // ARNs that were looked up for the roster
	// channels are those of everybody in the roster, by ARN.
	channels map[string]*channel
	runs     map[string]*liveRun
}

// liveRun is a run being worked on.
type liveRun struct {
	*run
	due string // the key of its row in dues, "" when it has none
}

func newEngine(tx *tx, rules Rules) *engine {
	return &engine{tx: tx, rules: rules, known: map[string]bool{}, channels: map[string]*channel{}, runs: map[string]*liveRun{},
		roster: &oncall.Roster{People: map[string]oncall.Person{}, Schedules: map[string]*oncall.Schedule{},
			Escalations: map[string][]oncall.Stage{}, Rules: rules.oncall()}}
}

// open is the run of a key for writing, nil when there is none.
func (e *engine) open(key string) *liveRun {
	if live := e.runs[key]; live != nil {
		return live
	}
	row := e.tx.runs.get(key)
	if row == nil {
		return nil
	}
	live := &liveRun{run: row.copy()}
	if next, ok := row.Course.Next(); ok {
		live.due = dueKey(next, key)
	}
	e.runs[key] = live
	return live
}

// openOrNew is the run of a key, made when there is none.
func (e *engine) openOrNew(key, incident string) *liveRun {
	if live := e.open(key); live != nil {
		return live
	}
	live := &liveRun{run: &run{Key: key, Incident: incident, Pages: map[string]string{}}}
	e.runs[key] = live
	return live
}

// flush writes what was worked on.
func (e *engine) flush() {
	for _, key := range slices.Sorted(maps.Keys(e.runs)) {
		live := e.runs[key]
		if live.due != "" {
			e.tx.dues.put(e.tx, live.due, nil)
		}
		if next, ok := live.Course.Next(); ok {
			e.tx.dues.put(e.tx, dueKey(next, key), &dueRun{next, key})
		}
		e.tx.runs.put(e.tx, key, live.run)
	}
}

// stopFinished gives a StopTime to every engagement of which nothing is due any more.
func (e *engine) stopFinished(live *liveRun) {
	pending := map[int]bool{}
	for _, task := range live.Course.Due {
		switch task.Kind {
		case oncall.EngageTask:
			pending[task.Of] = true
		case oncall.ClimbTask:
			pending[live.Course.Climbs[task.Of].Root] = true
		case oncall.StageTask, oncall.RetryTask:
			pending[live.Course.Engaged[task.Of].Root] = true
		}
	}
	for root, key := range live.Engagements {
		if old := e.tx.engagements.get(key); !pending[root] && old.Stop.IsZero() {
			row := *old
			row.Stop = live.Course.Now
			e.tx.engagements.put(e.tx, key, &row)
		}
	}
}

// nextDue is when something is due next: an engagement goes on, an alarm is looked at or a host is mended.
func (st *state) nextDue() (time.Time, bool) {
	run, running := st.nextRun()
	at, watched := st.nextWatch()
	if running && watched && at.Before(run) || !running {
		return at, watched
	}
	return run, true
}

// nextRun is when an engagement goes on next.
func (st *state) nextRun() (time.Time, bool) {
	if st.dues.len() == 0 {
		return time.Time{}, false
	}
	return st.dues.get(st.dues.keys[0]).At, true
}

// advance does everything that is due up to an instant, in order of time, and of two runs at one
// instant in order of their keys.
func advance(tx *tx, rules Rules, now time.Time) {
	if next, ok := tx.nextRun(); !ok || next.After(now) {
		return
	}
	e := newEngine(tx, rules)
	type turn struct {
		at  time.Time
		key string
	}
	order := func(a, b turn) int { return cmp.Or(a.at.Compare(b.at), strings.Compare(a.key, b.key)) }
	var turns []turn
	for _, due := range tx.dues.below("") {
		if due.At.After(now) {
			break
		}
		turns = append(turns, turn{due.At, due.Run})
	}
	for len(turns) > 0 {
		t := turns[0]
		turns = turns[1:]
		live := e.open(t.key)
		e.happened(live, live.Course.Advance(e.rosterOf(live), t.at))
		if next, ok := live.Course.Next(); ok && !next.After(now) {
			n := turn{next, t.key}
			i, _ := slices.BinarySearchFunc(turns, n, order)
			turns = slices.Insert(turns, i, n)
		}
	}
	e.flush()
}

// engagementInput is what begins an engagement.
type engagementInput struct {
	ContactARN                   string // of a contact of any type that exists
	Sender, Subject, Content     string
	PublicSubject, PublicContent string // "" when there is none
	Incident                     string // the IncidentId, an incident's ARN; "" when there is none
}

// engage begins an engagement now: its first pages are out when engage returns. Engagements of one
// incident run together: who acknowledges one is not paged by another. The caller has made sure
// that the contact exists, with findContact or otherwise.
func engage(c *call, tx *tx, in engagementInput) (arn string, err error) {
	region, alias := splitContactARN(in.ContactARN)
	id := newUUID()
	row := &engagement{ARN: engagementARN(c.account, region, alias, id), Key: region + "/" + id, ContactARN: in.ContactARN,
		Sender: in.Sender, Subject: in.Subject, Content: in.Content, PublicSubject: in.PublicSubject,
		PublicContent: in.PublicContent, Incident: in.Incident, Start: c.now.Round(0).UTC(), Run: in.Incident}
	if row.Run == "" {
		row.Run = row.Key
	}
	e := newEngine(tx, c.opts.Rules)
	live := e.openOrNew(row.Run, in.Incident)
	live.Course.Resolved = false // an incident that was opened again, or engages somebody after the fact
	row.Root = live.Course.Engage(in.ContactARN, row.Start)
	live.Engagements = append(live.Engagements, row.Key)
	putEngagement(tx, row)
	at := live.Course.Due[0].At
	for _, due := range live.Course.Due {
		if due.Kind == oncall.EngageTask && due.Of == row.Root {
			at = due.At
		}
	}
	e.happened(live, live.Course.Advance(e.rosterOf(live), at))
	e.flush()
	return row.ARN, nil
}

// stopEngagements ends the engagements of an incident that was resolved or deleted: nobody is paged
// any more, and those that were not stopped have a StopTime. With Rules.ResolveKeepsPaging it does
// nothing.
func stopEngagements(c *call, tx *tx, incident string) {
	e := newEngine(tx, c.opts.Rules)
	live := e.open(incident)
	if live == nil || c.opts.Rules.ResolveKeepsPaging {
		return
	}
	e.happened(live, live.Course.Resolve(e.rosterOf(live), c.now))
	for _, key := range live.Engagements {
		stopped(tx, key, c.now, "")
	}
	e.flush()
}

// pagingKind says what happened to a page.
type pagingKind int

const (
	personPaged pagingKind = iota
	pageAcknowledged
)

// pagingEvent is something that incidents want to know: a person was paged through a channel for
// the first time in a stage, or a page was acknowledged for the first time. EngagementARN is the
// person's form of it: engagement/ALIAS OF THE PERSON/ID.
type pagingEvent struct {
	Kind          pagingKind
	At            time.Time
	Incident      string // the IncidentId of the engagement, never ""
	ContactARN    string // of the person
	EngagementARN string
	PageARN       string
}

// pagingHooks are told of every pagingEvent, in order, in the transaction in which it happened.
func pagingHooks() []func(*tx, pagingEvent) {
	return []func(*tx, pagingEvent){paged}
}

func tellHooks(tx *tx, e pagingEvent) {
	if e.Incident == "" {
		return
	}
	for _, hook := range pagingHooks() {
		hook(tx, e)
	}
}
