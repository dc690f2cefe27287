// Package paging says what a change means for people: of each response plan, when
// somebody else is paged, or at another minute, or in another way; and of each schedule,
// whose shifts move.
//
// Two rosters, before and after, are walked side by side. What an incident does to people
// is condensed to a [Story] without the names of anything but people, so renaming things
// changes nothing. The instants at which the stories differ are folded to hours of the
// week or to dates ([When]); a fold is only taken when it says exactly those instants.
//
// It is pure and deterministic. A story is one that nobody answers.
package paging

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/watchbill/watchbill/oncall"
)

// How far ahead is looked. Stories are compared over Weeks; where nothing differs in them,
// shifts are compared as far as Ahead, and the stories over Weeks from the first shift
// that differs. A rotation that only differs later says nothing.
const (
	Weeks = 4
	Ahead = 366 * 24 * time.Hour
)

// Change is a response plan whose stories differ.
type Change struct {
	ResponsePlan string
	// From and To are what was looked at, in UTC. Both are zero when no schedule is engaged:
	// then the stories hold at any time. The last date of a difference may end after To,
	// because it was followed to its end, or for as long as Ahead.
	From, To time.Time
	// Zone is where the hours of the week hang: that of the first rotation of the first
	// schedule that is engaged afterwards, else before; UTC when there is none.
	Zone *time.Location
	// Differences are ascending by their first instants, at least one. No instant is in two.
	Differences []Difference
	// Rows are the differences as people read them: of those only whose pages differ.
	Rows []Row
	// Engaged explains all differences at once, nil when nothing does.
	Engaged *Engaged
	// Reached explains all differences at once, too: how people are reached, whoever engages
	// them and whenever; empty when it does not.
	Reached []Reached
	// ByShifts: nothing differs but who is on call in the schedules that are engaged, so
	// their shifts that move say it all.
	ByShifts bool
}

// New reports whether the response plan is not there before.
func (c Change) New() bool { return c.Differences[0].Before == nil }

// Gone reports whether the response plan is not there afterwards.
func (c Change) Gone() bool { return c.Differences[0].After == nil }

// Difference is one story in the place of another. A nil Story means that the response
// plan is not there; an empty one that it engages nobody.
type Difference struct {
	When          When
	Before, After Story
}

// Compare finds the response plans whose incidents, opened from an instant on, page
// differently before and after, sorted by name. Only those are looked at for which among
// answers true; nil means all of them.
func Compare(before, after *oncall.Roster, from time.Time, among func(responsePlan string) bool) []Change {
	c := &comparison{before: before, after: after, from: from, told: map[string]told{}, moves: map[schedules]time.Time{}}
	names := map[string]bool{}
	for _, r := range []*oncall.Roster{before, after} {
		for name := range r.ResponsePlans {
			if among == nil || among(name) {
				names[name] = true
			}
		}
	}
	var out []Change
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if t := c.tell(name); len(t.differences) > 0 {
			out = append(out, Change{name, t.from, t.to, t.zone, t.differences, t.rows, t.engaged, t.reached, t.byShifts})
		}
	}
	return out
}

// comparison remembers what it has found by what is engaged: response plans often share.
type comparison struct {
	before, after *oncall.Roster
	from          time.Time
	told          map[string]told
	moves         map[schedules]time.Time // see firstMove
}

type told struct {
	from, to    time.Time
	zone        *time.Location
	differences []Difference
	rows        []Row
	engaged     *Engaged
	reached     []Reached
	byShifts    bool
}

func (c *comparison) tell(responsePlan string) told {
	key := engageKey(c.before, responsePlan) + "\n" + engageKey(c.after, responsePlan)
	t, known := c.told[key]
	if !known {
		t = c.compare(responsePlan)
		c.told[key] = t
	}
	return t
}

// engageKey is what decides about the stories of a response plan of one roster.
func engageKey(r *oncall.Roster, responsePlan string) string {
	targets, exists := r.ResponsePlans[responsePlan]
	if !exists {
		return "-"
	}
	return "+" + strings.Join(slices.Sorted(slices.Values(targets)), "\x00")
}

func (c *comparison) compare(responsePlan string) told {
	engaged := append(schedulesOf(c.after, responsePlan), schedulesOf(c.before, responsePlan)...)
	zone := zoneOf(engaged)
	t := c.between(responsePlan, c.from, zone)
	if len(engaged) == 0 {
		t.from, t.to = time.Time{}, time.Time{}
		return t
	}
	if len(t.differences) > 0 {
		return t
	}
	if at, ok := c.laterMove(responsePlan, t.to); ok {
		return c.between(responsePlan, at, zone)
	}
	return t
}

// between compares the stories of the weeks that begin at an instant.
func (c *comparison) between(responsePlan string, from time.Time, zone *time.Location) told {
	from = from.Truncate(time.Second).UTC()
	t := told{from: from, to: from.In(zone).AddDate(0, 0, 7*Weeks).UTC(), zone: zone}
	sets, stories := c.differing(responsePlan, t)
	f := newFolder(zone, span{t.from.Unix(), t.to.Unix()})
	order := slices.SortedFunc(maps.Keys(sets), func(a, b pair) int { return cmp.Compare(sets[a][0].start, sets[b][0].start) })
	var ordered [][]span
	for _, p := range order {
		w := c.fold(responsePlan, t, f, sets[p], func(b, a chapter) bool { return pair{b.key, a.key} == p })
		t.differences = append(t.differences, Difference{w, stories[p.before], stories[p.after]})
		ordered = append(ordered, sets[p])
	}
	if len(t.differences) > 0 {
		t.rows = c.rows(responsePlan, t, f, ordered)
		t.engaged = c.engaged(responsePlan, t)
		t.reached = c.reached(responsePlan, t)
		t.byShifts = c.byShifts(responsePlan, t.differences)
	}
	return t
}

// differing are the instants at which each story stands in the place of another one in the
// time of t, and the stories by their keys.
func (c *comparison) differing(responsePlan string, t told) (map[pair][]span, map[string]Story) {
	before, after := slices.Collect(c.walk(c.before, responsePlan, t)), slices.Collect(c.walk(c.after, responsePlan, t))
	sets := map[pair][]span{}
	stories := map[string]Story{}
	for len(before) > 0 && len(after) > 0 {
		b, a := before[0], after[0]
		if s := (span{max(b.start, a.start), min(b.end, a.end)}); b.key != a.key && s.start < s.end {
			stories[b.key], stories[a.key] = b.story, a.story
			sets[pair{b.key, a.key}] = append(sets[pair{b.key, a.key}], s)
		}
		if b.end <= a.end {
			before = before[1:]
		}
		if a.end <= b.end {
			after = after[1:]
		}
	}
	for p, set := range sets {
		sets[p] = union(set)
	}
	return sets, stories
}

// pair are the keys of a story before and after.
type pair struct{ before, after string }

// chapter is a stretch in which one story holds.
type chapter struct {
	span
	key   string
	story Story
}

// walk are the stories of a response plan in the time of t. One that is not there has
// a nil story all the time.
func (c *comparison) walk(r *oncall.Roster, responsePlan string, t told) iter.Seq[chapter] {
	return func(yield func(chapter) bool) {
		if _, exists := r.ResponsePlans[responsePlan]; !exists {
			yield(chapter{span: span{t.from.Unix(), t.to.Unix()}, key: "-"})
			return
		}
		for s := range r.Stories(responsePlan, t.from, t.to) {
			story := condense(s.Events, s.Start)
			if !yield(chapter{spanOf(s.Span), story.key(), story}) {
				return
			}
		}
	}
}

// schedulesOf are the schedules a response plan engages, in its order, also through
// escalation plans; one that is engaged twice comes twice, so that two sides pair by their places.
func schedulesOf(r *oncall.Roster, responsePlan string) []*oncall.Schedule {
	var out []*oncall.Schedule
	for s := range r.Engages(r.ResponsePlans[responsePlan]) {
		if s.Kind == oncall.OnCallSchedule {
			out = append(out, r.Schedules[s.Name])
		}
	}
	return out
}

func zoneOf(schedules []*oncall.Schedule) *time.Location {
	for _, s := range schedules {
		for _, c := range s.Calendars() {
			return c.Zone()
		}
	}
	return time.UTC
}
