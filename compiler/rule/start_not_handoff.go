package rule

import (
	"time"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/oncall"
)

// startNotHandoff reports a rotation that starts between two hand-offs. Its first turn would
// be cut short, and whether AWS counts it as one decides who is on call on every
// day after it. Nobody outside of AWS knows.
//
// Of a rotation that runs already it is a warning: its deal is made, and another
// start would deal anew.
func startNotHandoff(p *ast.Plan, in Input, r *Reporter) {
	zones := map[string]*time.Location{}
	for _, s := range p.Schedules {
		for _, rot := range s.Rotations {
			if !rot.Starts.Set() || len(rot.Handoffs) == 0 {
				continue
			}
			zone, known := zones[rot.Timezone.V]
			if !known {
				zone, _ = time.LoadLocation(rot.Timezone.V) // unknown-timezone says it
				zones[rot.Timezone.V] = zone
			}
			if zone != nil {
				r.reportStart(s, rot, zone, in.Now)
			}
		}
	}
}

func (r *Reporter) reportStart(s *ast.Schedule, rot *ast.Rotation, zone *time.Location, now time.Time) {
	start := oncall.Instant(rot.Starts.V, zone)
	before, after, err := recurrenceOf(rot).HandOffs(zone, start, oncall.Rules{})
	if err != nil || before.Equal(start) {
		return // what is wrong with a hand-off is said where it is read
	}
	const layout = "2006-01-02T15:04"
	if start.Before(now) {
		r.As(diag.Warning, rot.Starts.At, "%s/%s started on %s, which is no hand-off; whether AWS counts its first turn is not known",
			s.Name.V, rot.Name.V, written(start, zone)).
			WithHint("compare watchbill oncall with the console; starts: %s would deal the turns anew", before.In(zone).Format(layout)).
			WithNote(rot.Handoffs[0].At, "the hand-off")
		return
	}
	r.Report(rot.Starts.At, "%s/%s starts on %s, which is no hand-off", s.Name.V, rot.Name.V, written(start, zone)).
		WithHint("write starts: %s (%s) or starts: %s (%s)", before.In(zone).Format(layout), before.In(zone).Format("Mon"),
			after.In(zone).Format(layout), after.In(zone).Format("Mon")).
		WithNote(rot.Handoffs[0].At, "%s", handoffNote(rot))
}

func handoffNote(rot *ast.Rotation) string {
	if len(rot.Handoffs) == 1 {
		return "the hand-off"
	}
	return "the hand-offs"
}

// recurrenceOf is a rotation's recurrence as far as its hand-offs go.
func recurrenceOf(rot *ast.Rotation) oncall.Recurrence {
	out := oncall.Recurrence{Multiplier: 1}
	for _, h := range rot.Handoffs {
		clock := oncall.Clock{Hour: h.Clock.Hour, Minute: h.Clock.Minute}
		switch h.Unit {
		case ast.Day:
			out.Daily = append(out.Daily, clock)
		case ast.Week:
			out.Weekly = append(out.Weekly, oncall.WeekClock{Day: h.Weekday, Clock: clock})
		case ast.Month:
			out.Monthly = append(out.Monthly, oncall.MonthClock{Day: h.DayOfMonth, Clock: clock})
		}
	}
	return out
}
