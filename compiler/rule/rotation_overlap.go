package rule

import (
	"slices"
	"time"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/oncall"
)

// rotationOverlap reports two rotations of one schedule that both have somebody on call
// although neither was meant to stand beside the other: they share some of their time
// and each has time of its own. A rotation that lies within another one, as a
// secondary does, is meant. The same person in both at once never is.
func rotationOverlap(p *ast.Plan, in Input, r *Reporter) {
	for _, s := range p.Schedules {
		all := in.turnsOf(s)
		for i := range all {
			for j := range i {
				if reportOverlap([]turns{all[j], all[i]}, in, r) {
					break // one is enough to look at the rotation
				}
			}
		}
	}
}

func reportOverlap(pair []turns, in Input, r *Reporter) (reported bool) {
	from, to := latest(in.Now, lastStart(pair)), in.Now.Add(aheadGaps)
	zone := pair[1].calendar.Zone()
	both := overlaps(pair, from, to)
	if len(both) == 0 {
		return false
	}
	if person, first := twice(pair, from, to); person != "" {
		r.Report(pair[1].rotation.Name.At, "%s is on call in %s and %s at once %s", person,
			pair[0].rotation.Name.V, pair[1].rotation.Name.V, in.writtenSpan(first, zone, to)).
			WithNote(pair[0].rotation.Name.At, "the other rotation").
			WithHint("write the members of one of them in another order, or let it begin with another person")
		return true
	}
	if meant(pair, both, from, to) || doubles(pair, in.Now) != nil {
		return false
	}
	r.Report(pair[1].rotation.Name.At, "%s and %s both have somebody on call %s%s",
		pair[0].rotation.Name.V, pair[1].rotation.Name.V, in.writtenSpan(both[0], zone, to), andMore(both, "12 weeks")).
		WithNote(pair[0].rotation.Name.At, "the other rotation").
		WithHint("end the coverage of one where that of the other begins")
	return true
}

func overlaps(pair []turns, from, to time.Time) (out []oncall.Span) {
	for o := range scheduleOf(pair).Overlaps(from, to) {
		out = append(out, o.Span)
	}
	return out
}

// meant reports whether the one lies within the other, but for an hour that clocks took.
func meant(pair []turns, both []oncall.Span, from, to time.Time) bool {
	shared := total(both) + time.Hour
	return busy(pair[0], from, to) <= shared || busy(pair[1], from, to) <= shared
}

// busy is how long a rotation has somebody on call.
func busy(t turns, from, to time.Time) (sum time.Duration) {
	for w := range scheduleOf([]turns{t}).Watches(from, to) {
		if len(w.People) > 0 {
			sum += length(w.Span)
		}
	}
	return sum
}

// twice is the first stretch of time in which one person is on call in both.
func twice(pair []turns, from, to time.Time) (person string, first oncall.Span) {
	others := slices.Collect(pair[0].calendar.Shifts(from, to))
	for s := range pair[1].calendar.Shifts(from, to) {
		for len(others) > 0 && !others[0].End.After(s.Start) {
			others = others[1:]
		}
		for _, o := range others {
			if !o.Start.Before(s.End) {
				break
			}
			start, end := latest(latest(s.Start, o.Start), from), s.End
			if o.End.Before(end) {
				end = o.End
			}
			for _, m := range s.Members {
				if slices.Contains(o.Members, m) && start.Before(end) {
					return m, oncall.Span{Start: start, End: end}
				}
			}
		}
	}
	return "", first
}

// doubles are the overlaps of the coming year, if they are the work of clocks that move on
// different dates.
func doubles(pair []turns, now time.Time) []oncall.Span {
	from := latest(now, lastStart(pair))
	if oneZone(pair, from, from.Add(aheadYear)) {
		return nil
	}
	if both := overlaps(pair, from, from.Add(aheadYear)); seasonal(both, from) {
		return both
	}
	return nil
}
