package rule

// What the rules about time have in common: how far they look ahead, whose calendars
// they ask, and how they write an instant.

import (
	"fmt"
	"slices"
	"time"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/oncall"
)

// How far ahead is looked. What lies before Input.Now is over and no rule's concern.
const (
	day        = 24 * time.Hour
	aheadGaps  = 12 * 7 * day // gaps and overlaps: a quarter, every rotation has come round
	aheadPages = 4 * 7 * day  // who is paged when an incident starts
	aheadYear  = 52 * 7 * day // clocks that move, and load
)

// turns is a rotation and its calendar.
type turns struct {
	schedule *ast.Schedule
	rotation *ast.Rotation
	calendar *oncall.Calendar
}

func (t turns) name() string { return t.schedule.Name.V + "/" + t.rotation.Name.V }

// turnsOf are a schedule's rotations in the order of the plan; none while what
// they come to is not known.
func (in Input) turnsOf(s *ast.Schedule) []turns {
	if in.Roster == nil || s == nil || in.Roster.Schedules[s.Name.V] == nil {
		return nil
	}
	calendars := in.Roster.Schedules[s.Name.V].Calendars()
	var out []turns
	for _, r := range s.Rotations {
		i := slices.IndexFunc(calendars, func(c *oncall.Calendar) bool { return c.Name() == r.Name.V })
		if i < 0 {
			return nil
		}
		out = append(out, turns{s, r, calendars[i]})
	}
	return out
}

func scheduleOf(all []turns) *oncall.Schedule {
	calendars := make([]*oncall.Calendar, len(all))
	for i, t := range all {
		calendars[i] = t.calendar
	}
	return oncall.ScheduleOf(calendars...)
}

// firstStart and lastStart are when the first and the last of the rotations begins.
func firstStart(all []turns) time.Time {
	return slices.MinFunc(all, byStart).calendar.Start()
}

func lastStart(all []turns) time.Time {
	return slices.MaxFunc(all, byStart).calendar.Start()
}

func byStart(a, b turns) int { return a.calendar.Start().Compare(b.calendar.Start()) }

// noteStarts says of rotations that only begin later than the first instant looked at that
// they do.
func noteStarts(f *diag.Finding, all []turns, from time.Time) {
	for _, t := range all {
		if start := t.calendar.Start(); start.After(from) {
			f.WithNote(t.rotation.Starts.At, "%s only starts %s", t.name(), written(start, t.calendar.Zone()))
		}
	}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func length(s oncall.Span) time.Duration { return s.End.Sub(s.Start) }

// written is an instant as a wall clock of the zone shows it: Mon 2026-12-07 09:00.
func written(t time.Time, zone *time.Location) string {
	return t.In(zone).Format("Mon 2006-01-02 15:04")
}

// writtenSpan is a stretch of time in [from, to) on the wall clocks of a zone. One that
// begins now is said to, so that the minute in which a plan is looked at does not
// change what is said; one that goes on to the end of what was looked at has no end.
func (in Input) writtenSpan(s oncall.Span, zone *time.Location, to time.Time) string {
	start, end := written(s.Start, zone), written(s.End, zone)
	if s.Start.Equal(in.Now) {
		start = "now"
	}
	switch {
	case !s.End.Before(to):
		return fmt.Sprintf("from %s on (%s)", start, zone)
	case start != "now" && s.Start.In(zone).Format(time.DateOnly) == s.End.In(zone).Format(time.DateOnly):
		end = s.End.In(zone).Format("15:04")
	}
	return fmt.Sprintf("from %s to %s (%s)", start, end, zone)
}

// oneZone reports whether the clocks of all rotations show the same from one instant to
// another, whatever their zones are called.
func oneZone(all []turns, from, to time.Time) bool {
	for _, t := range all[1:] {
		if !alike(t.calendar.Zone(), all[0].calendar.Zone(), from, to) {
			return false
		}
	}
	return true
}

// alike compares two zones from one change of their clocks to the next.
func alike(a, b *time.Location, from, to time.Time) bool {
	if a.String() == b.String() {
		return true
	}
	for t := from; t.Before(to); {
		_, offset := t.In(a).Zone()
		if _, other := t.In(b).Zone(); other != offset {
			return false
		}
		next := to
		for _, zone := range []*time.Location{a, b} {
			if _, until := t.In(zone).ZoneBounds(); until.After(t) && until.Before(next) {
				next = until
			}
		}
		t = next
	}
	return true
}
