package paging

import (
	"slices"
	"time"

	"github.com/watchbill/watchbill/oncall"
)

// laterMove is the first opening after the weeks looked at whose story may differ: the
// first instant within Ahead at which other people are on call in a schedule of the
// response plan, less the time after which escalation plans ask the last schedule. Schedules
// are paired by their order, so that a rename is no move.
func (c *comparison) laterMove(responsePlan string, after time.Time) (time.Time, bool) {
	before, now := schedulesOf(c.before, responsePlan), schedulesOf(c.after, responsePlan)
	var first time.Time
	for i := range min(len(before), len(now)) {
		if at, ok := c.firstMove(before[i], now[i], after); ok && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	if first.IsZero() {
		return first, false
	}
	first = first.Add(-max(longest(c.before, responsePlan), longest(c.after, responsePlan)))
	if first.Before(after) {
		first = after
	}
	return first, true
}

// Engages answers of a contact whether some response plan engages it: itself, or while it is
// on call within Ahead from an instant on.
func Engages(r *oncall.Roster, from time.Time) func(contact string) bool {
	people, asked := map[string]bool{}, map[string]bool{}
	for name := range r.ResponsePlans {
		for _, s := range stepsOf(r, name) {
			people[s.Contact] = true
			asked[s.Schedule] = true
		}
	}
	return func(contact string) bool {
		if people[contact] {
			return true
		}
		for name := range asked {
			s := r.Schedules[name]
			if s == nil {
				continue
			}
			for _, c := range s.Calendars() {
				if _, found := c.Next(contact, from, from.Add(Ahead)); found {
					return true
				}
			}
		}
		return false
	}
}

// schedules are two sides of a schedule, looked at from an instant on.
type schedules struct {
	before, after *oncall.Schedule
	from          int64
}

// firstMove is the first instant from after on at which the people on call differ.
func (c *comparison) firstMove(before, after *oncall.Schedule, from time.Time) (time.Time, bool) {
	key := schedules{before, after, from.Unix()}
	at, known := c.moves[key]
	if !known {
		at = firstMove(before, after, from, c.from.Add(Ahead))
		c.moves[key] = at
	}
	return at, !at.IsZero()
}

// firstMove is zero when the same people are on call all the time.
func firstMove(before, after *oncall.Schedule, from, to time.Time) time.Time {
	for b, a := range zip(watches(before, from, to), watches(after, from, to)) {
		if !slices.Equal(b.people, a.people) {
			return time.Unix(max(b.start, a.start), 0).UTC()
		}
	}
	return time.Time{}
}

// longest is the time after which the last stage of an escalation plan of a response plan begins.
func longest(r *oncall.Roster, responsePlan string) time.Duration {
	var out time.Duration
	for _, name := range r.ResponsePlans[responsePlan] {
		var sum time.Duration
		for _, stage := range r.Escalations[name] {
			out = max(out, sum)
			sum += max(stage.Wait, 0)
		}
	}
	return out
}
