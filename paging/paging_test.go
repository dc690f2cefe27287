package paging

// Laws of comparisons, on rosters of any kind.

import (
	"fmt"
	"slices"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/watchbill/watchbill/oncall"
	"pgregory.net/rapid"
)

// happens is what an incident does to people, read from a simulation without any of the
// code under test: one line a message, sorted.
func happens(r *oncall.Roster, responsePlan string, at time.Time) []string {
	if _, exists := r.ResponsePlans[responsePlan]; !exists {
		return []string{"not there"}
	}
	var out, wait []string
	for e := range r.Simulate(responsePlan, at, nil) {
		if e.Reason == oncall.NotActivated {
			wait = append(wait, e.Contact)
		}
	}
	for e := range r.Simulate(responsePlan, at, nil) {
		what := ""
		switch {
		case e.Type == oncall.Paged || e.Type == oncall.Retried:
			what = "page"
		case e.Type == oncall.NobodyOnCall:
			what = "nobody_on_call"
		case e.Reason == oncall.NotActivated:
			what = "not_activated"
		case e.Type == oncall.Unreachable && !(e.Reason == oncall.NoActivePage && slices.Contains(wait, e.Contact)):
			what = "unreachable"
		default:
			continue
		}
		out = append(out, fmt.Sprint(what, e.Contact, e.ChannelType, e.Time.Sub(at)))
	}
	slices.Sort(out)
	return out
}

// unfold writes every message of a story out.
func unfold(s Story) []string {
	if s == nil {
		return []string{"not there"}
	}
	var out []string
	for _, p := range s {
		for i := range p.Times {
			out = append(out, fmt.Sprint(p.Outcome, p.Contact, p.Type, p.After+time.Duration(i)*p.Every))
		}
	}
	slices.Sort(out)
	return out
}

// At every instant of the time looked at, what is said is so, and what is not said is not.
func TestDifferencesAreExactlyThose(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := anyStart(t)
		p := anyParts(t, from)
		before, after := p.build(t), p.anyChange(t, from).build(t)
		changes := Compare(before, after, from, nil)
		for _, name := range []string{"down", "slow"} {
			c := Change{From: from, To: from.AddDate(0, 0, 7*Weeks), Zone: time.UTC}
			if i := slices.IndexFunc(changes, func(c Change) bool { return c.ResponsePlan == name }); i >= 0 {
				c = changes[i]
			}
			if c.From.IsZero() {
				c.From, c.To = from, from.AddDate(0, 0, 7*Weeks)
			}
			spans := make([][]oncall.Span, len(c.Differences))
			for i, d := range c.Differences {
				spans[i] = d.When.Spans(c.Zone, c.From, c.To)
			}
			if early := from.Add(time.Duration(rapid.IntRange(0, Weeks*7*24*60-120).Draw(t, "early")) * time.Minute); early.Before(c.From) {
				checkInstant(t, c, spans, early, happens(before, name, early), happens(after, name, early))
			}
			for range 30 {
				at := anyInstant(t, c, spans)
				checkInstant(t, c, spans, at, happens(before, name, at), happens(after, name, at))
				checkRows(t, c, at, happens(before, name, at), happens(after, name, at))
			}
		}
	})
}

// anyInstant lies in the time looked at, with luck just beside an edge.
func anyInstant(t *rapid.T, c Change, spans [][]oncall.Span) time.Time {
	at := c.From.Add(time.Duration(rapid.Int64Range(0, int64(c.To.Sub(c.From)/time.Second)-1).Draw(t, "second")) * time.Second)
	if all := slices.Concat(spans...); len(all) > 0 && rapid.Bool().Draw(t, "edge") {
		s := rapid.SampledFrom(all).Draw(t, "span")
		at = rapid.SampledFrom([]time.Time{s.Start, s.End, s.Start.Add(-time.Second), s.End.Add(-time.Second)}).Draw(t, "at")
	}
	if at.Before(c.From) || !at.Before(c.To) {
		return c.From
	}
	return at
}

func checkInstant(t *rapid.T, c Change, spans [][]oncall.Span, at time.Time, before, after []string) {
	said := 0
	for i, d := range c.Differences {
		if !slices.ContainsFunc(spans[i], func(s oncall.Span) bool { return !at.Before(s.Start) && at.Before(s.End) }) {
			continue
		}
		said++
		if !slices.Equal(unfold(d.Before), before) || !slices.Equal(unfold(d.After), after) {
			t.Fatalf("at %s: said %s -> %s, is %v -> %v", at, d.Before, d.After, before, after)
		}
	}
	if differ := !slices.Equal(before, after); differ != (said == 1) || said > 1 {
		t.Fatalf("at %s: differs is %v, and %d differences say so: %v -> %v", at, differ, said, before, after)
	}
}

// checkRows looks whether rows hold what differs at an instant and nothing else, and read differently.
func checkRows(t *rapid.T, c Change, at time.Time, before, after []string) {
	said, texts := 0, map[string]bool{}
	for _, r := range c.Rows {
		b, a := r.Sides(true)
		if b == a || texts[b+"\n"+a] {
			t.Fatalf("nothing new in %q -> %q", b, a)
		}
		texts[b+"\n"+a] = true
		for _, p := range slices.Concat(r.Before, r.After) {
			if r.Before != nil && r.After != nil && slices.Equal(r.Before.of(p.Contact), r.After.of(p.Contact)) {
				t.Fatalf("%q does not change in %s -> %s", p.Contact, r.Before, r.After)
			}
		}
		if !holds(r.When.Spans(c.Zone, c.From, c.To), at) {
			continue
		}
		said++
		restBefore, restAfter := without(t, before, unfold(r.Before)), without(t, after, unfold(r.After))
		if !slices.Equal(restBefore, restAfter) || r.Rest != (len(restBefore) > 0) {
			t.Fatalf("at %s: %+v leaves %v before and %v after", at, r, restBefore, restAfter)
		}
	}
	if differ := !slices.Equal(before, after); differ != (said == 1) || said > 1 {
		t.Fatalf("at %s: differs is %v, and %d rows say so", at, differ, said)
	}
}

// without takes every line of some out of all, once each.
func without(t *rapid.T, all, some []string) []string {
	out := slices.Clone(all)
	for _, line := range some {
		i := slices.Index(out, line)
		if i < 0 {
			t.Fatalf("%q does not happen: %v", line, all)
		}
		out = slices.Delete(out, i, i+1)
	}
	return out
}

// Whatever has another name and nothing else is no difference.
func TestRenamesAreNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := anyStart(t)
		p := anyParts(t, from)
		before := p.build(t)
		after := renamed(before)
		if c := Compare(before, after, from, nil); len(c) > 0 {
			t.Fatalf("renames differ: %+v", c)
		}
		if s := Shifts(before, after, from, nil); len(s) > 0 {
			t.Fatalf("renames move shifts: %+v", s)
		}
	})
}

// renamed gives everything but people and response plans another name.
func renamed(r *oncall.Roster) *oncall.Roster {
	out := &oncall.Roster{People: map[string]oncall.Person{}, Schedules: map[string]*oncall.Schedule{},
		Escalations: map[string][]oncall.Stage{}, ResponsePlans: map[string][]string{}}
	other := func(name string) string {
		if _, isPerson := r.People[name]; isPerson || name == "" {
			return name
		}
		return "new-" + name
	}
	stages := func(in []oncall.Stage) (out []oncall.Stage) {
		for _, s := range in {
			s.Targets = slices.Clone(s.Targets)
			for i := range s.Targets {
				t := &s.Targets[i]
				t.Channel, t.Contact = other(t.Channel), other(t.Contact)
			}
			out = append(out, s)
		}
		return out
	}
	for name, p := range r.People {
		q := oncall.Person{Channels: map[string]oncall.Channel{}, Stages: stages(p.Stages)}
		for channel, c := range p.Channels {
			q.Channels[other(channel)] = c
		}
		out.People[name] = q
	}
	for name, s := range r.Schedules {
		out.Schedules[other(name)] = s
	}
	for name, s := range r.Escalations {
		out.Escalations[other(name)] = stages(s)
	}
	for name, engage := range r.ResponsePlans {
		for _, e := range engage {
			out.ResponsePlans[name] = append(out.ResponsePlans[name], other(e))
		}
	}
	return out
}

// Any set of instants comes out of a fold as it went in.
func TestFoldLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := anyStart(t)
		zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		to := from.In(zone).AddDate(0, 0, 7*Weeks)
		window := span{from.Unix(), to.Unix()}
		set := anySet(t, zone, window)
		if len(set) == 0 {
			return
		}
		w := newFolder(zone, window).fold(set)
		if got := w.Spans(zone, from, to); !slices.Equal(got, public(set)) {
			t.Fatalf("%v folds to %+v, which is %v", public(set), w, got)
		}
		if w.words() > len(set) {
			t.Fatalf("%d spans fold to %d words", len(set), w.words())
		}
	})
}

// anySet is hours of the week, with holes and cut at the ends, or anything.
func anySet(t *rapid.T, zone *time.Location, window span) []span {
	var hours []span
	for range rapid.IntRange(0, 5).Draw(t, "hours") {
		start := int64(rapid.IntRange(0, 671).Draw(t, "start")) * 900
		hours = append(hours, span{start, min(start+int64(rapid.IntRange(1, 200).Draw(t, "length"))*900, weekSeconds)})
	}
	set := expand(union(hours), eras(zone, window))
	for range rapid.IntRange(0, 3).Draw(t, "holes") {
		start := window.start + int64(rapid.IntRange(0, 28*24*60).Draw(t, "hole"))*60
		hole := []span{{start, start + int64(rapid.IntRange(1, 14*24*60).Draw(t, "size"))*60}}
		if rapid.Bool().Draw(t, "filled") {
			set = intersect(union(append(set, hole...)), []span{window})
		} else {
			set = subtract(set, hole)
		}
	}
	return set
}

// Whoever is on call at another time after a change is named, and nobody else.
func TestShiftsNameWhoMoves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := anyStart(t)
		p := anyParts(t, from)
		before, after := p.build(t), p.anyChange(t, from).build(t)
		all := Shifts(before, after, from, nil)
		for range 40 {
			at := from.Add(time.Duration(rapid.IntRange(0, ShiftWeeks*7*24*60-120).Draw(t, "minute")) * time.Minute)
			for _, name := range []string{"s1", "s2"} {
				was, is := before.Schedules[name].OnCall(at), after.Schedules[name].OnCall(at)
				for _, person := range crew {
					left := slices.Contains(was, person) && !slices.Contains(is, person)
					came := slices.Contains(is, person) && !slices.Contains(was, person)
					s, m := moveOf(all, name, person)
					if left && !holds(spansOf(s, m.Before), at) || came && !holds(spansOf(s, m.After), at) {
						t.Fatalf("%s of %s at %s: left %v, came %v: %+v", person, name, at, left, came, m)
					}
				}
			}
		}
		for _, s := range all {
			for _, m := range s.Moves {
				checkMove(t, s, before.Schedules[s.Schedule], after.Schedules[s.Schedule], m)
			}
		}
	})
}

// checkMove looks whether the first instant of every date is one of the move's.
func checkMove(t *rapid.T, s Shift, before, after *oncall.Schedule, m Move) {
	for _, d := range spansOf(s, m.Before) {
		if !slices.Contains(before.OnCall(d.Start), m.Contact) || slices.Contains(after.OnCall(d.Start), m.Contact) {
			t.Fatalf("%+v: not given up at %s", m, d.Start)
		}
	}
	for _, d := range spansOf(s, m.After) {
		if slices.Contains(before.OnCall(d.Start), m.Contact) || !slices.Contains(after.OnCall(d.Start), m.Contact) {
			t.Fatalf("%+v: not taken on at %s", m, d.Start)
		}
	}
	if m.Before == nil && m.After == nil {
		t.Fatalf("%s does not move", m.Contact)
	}
}

func spansOf(s Shift, w *When) []oncall.Span {
	if w == nil {
		return nil
	}
	return w.Spans(s.Zone, s.From, s.To)
}

func moveOf(all []Shift, schedule, person string) (Shift, Move) {
	for _, s := range all {
		for _, m := range s.Moves {
			if s.Schedule == schedule && m.Contact == person {
				return s, m
			}
		}
	}
	return Shift{}, Move{}
}

func holds(spans []oncall.Span, at time.Time) bool {
	return slices.ContainsFunc(spans, func(s oncall.Span) bool { return !at.Before(s.Start) && at.Before(s.End) })
}
