package rule

import (
	"slices"
	"time"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/oncall"
)

// dstHandoff reports what clocks that move do to a schedule in the coming year: a hand-off
// at a time that is skipped or comes twice, and rotations of different zones that
// leave an hour to nobody, or share one, for some weeks.
func dstHandoff(p *ast.Plan, in Input, r *Reporter) {
	for _, s := range p.Schedules {
		all := in.turnsOf(s)
		for _, t := range all {
			movedHandoffs(t, in.Now, r)
		}
		if len(all) == 0 || comesAndGoes(all, in.Now) != nil {
			continue // what is lost says it all
		}
		for i := range all {
			for j := range i {
				sharedHours([]turns{all[j], all[i]}, in, r)
			}
		}
	}
	for _, rely := range reliances(p) {
		if all := rely.turns(in); len(all) > 0 {
			lostHours(rely, all, in, r)
		}
	}
}

// movedHandoffs reports the first odd coming of each hand-off of a rotation.
func movedHandoffs(t turns, now time.Time, r *Reporter) {
	zone := t.calendar.Zone()
	if !moves(zone, now, now.Add(aheadYear)) {
		return
	}
	said := map[*ast.Handoff]bool{}
	for at := range t.calendar.HandOffs(now, now.Add(aheadYear)) {
		wall := at.In(zone)
		h := handoffOf(t.rotation, wall)
		if h != nil && said[h] {
			continue
		}
		switch reading := oncall.Read(wall, zone); {
		case h == nil:
			h = skippedHandoff(t.rotation, wall, zone)
			if h == nil || said[h] {
				continue
			}
			r.Report(h.At, "on %s the clocks of %s skip %s: %s hands over at %s then",
				wall.Format("Mon 2006-01-02"), zone, writtenClock(h.Clock), t.name(), wall.Format("15:04")).
				WithHint("hand over at another time, for example by day: everybody is awake then")
		case !reading.Again.IsZero():
			r.Report(h.At, "on %s the clocks of %s show %s twice: %s hands over the first time, and AWS does not say which one it takes",
				wall.Format("Mon 2006-01-02"), zone, writtenClock(h.Clock), t.name()).
				WithHint("hand over at another time, for example by day: everybody is awake then")
		default:
			continue
		}
		said[h] = true
	}
}

// moves reports whether the clocks of a zone are moved between two instants.
func moves(zone *time.Location, from, to time.Time) bool {
	_, until := from.In(zone).ZoneBounds()
	return !until.IsZero() && until.Before(to)
}

// handoffOf is the hand-off that is written with the time a clock shows, nil when none is.
func handoffOf(r *ast.Rotation, wall time.Time) *ast.Handoff {
	i := slices.IndexFunc(r.Handoffs, func(h *ast.Handoff) bool {
		return h.Clock == (ast.Clock{Hour: wall.Hour(), Minute: wall.Minute()}) && (h.Unit != ast.Week || h.Weekday == wall.Weekday())
	})
	if i < 0 {
		return nil
	}
	return r.Handoffs[i]
}

// skippedHandoff is the hand-off that the clocks jumped over and that came at wall instead.
func skippedHandoff(r *ast.Rotation, wall time.Time, zone *time.Location) *ast.Handoff {
	for _, h := range r.Handoffs {
		for _, back := range []int{0, 1} { // a jump may end on the next day
			meant := time.Date(wall.Year(), wall.Month(), wall.Day()-back, h.Clock.Hour, h.Clock.Minute, 0, 0, time.UTC)
			if reading := oncall.Read(meant, zone); reading.Jump > 0 && reading.At.Equal(wall) && (h.Unit != ast.Week || h.Weekday == meant.Weekday()) {
				return h
			}
		}
	}
	return nil
}

func writtenClock(c ast.Clock) string { return oncall.Clock{Hour: c.Hour, Minute: c.Minute}.String() }

// lostHours reports a gap that only some weeks of the year have.
func lostHours(rely reliance, all []turns, in Input, r *Reporter) {
	gaps := comesAndGoes(all, in.Now)
	if gaps == nil {
		return
	}
	moved, date := mover(all, gaps[0].Start)
	f := r.Report(moved.rotation.Timezone.At, "nobody is on call in %s %s%s: the clocks of %s were moved on %s, others were not",
		rely.names(), in.writtenSpan(gaps[0], all[0].calendar.Zone(), gaps[0].End.Add(1)), andMore(gaps, "year"), moved.calendar.Zone(), date)
	noteZones(f, moved, all)
	f.WithHint("let coverages overlap by an hour, or give all rotations one timezone, as AWS advises")
}

// sharedHours reports an overlap that only some weeks of the year have: nobody is left alone.
func sharedHours(pair []turns, in Input, r *Reporter) {
	both := doubles(pair, in.Now)
	if both == nil {
		return
	}
	moved, date := mover(pair, both[0].Start)
	f := r.As(diag.Info, moved.rotation.Timezone.At, "%s and %s both have somebody on call %s%s: the clocks of %s were moved on %s, others were not",
		pair[0].rotation.Name.V, pair[1].rotation.Name.V, in.writtenSpan(both[0], pair[0].calendar.Zone(), both[0].End.Add(1)), andMore(both, "year"), moved.calendar.Zone(), date)
	noteZones(f, moved, pair)
	f.WithHint("give all rotations one timezone, as AWS advises, or leave it: both are paged in those hours")
}

// mover is the rotation whose clocks moved last before an instant, and when.
func mover(all []turns, t time.Time) (moved turns, date string) {
	var last time.Time
	moved = all[0]
	for _, these := range all {
		zone := these.calendar.Zone()
		if since, _ := t.In(zone).ZoneBounds(); since.After(last) {
			last, moved = since, these
		}
	}
	return moved, last.In(moved.calendar.Zone()).Format(time.DateOnly)
}

func noteZones(f *diag.Finding, moved turns, all []turns) {
	for _, t := range all {
		if t.calendar.Zone().String() != moved.calendar.Zone().String() {
			f.WithNote(t.rotation.Timezone.At, "%s is in %s", t.name(), t.calendar.Zone())
			return
		}
	}
}
