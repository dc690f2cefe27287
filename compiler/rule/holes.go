package rule

import (
	"slices"
	"strings"
	"time"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/oncall"
)

// reliance is a stage, or a response plan, that pages through schedules and nothing else:
// while nobody is on call in any of them, it pages nobody.
type reliance struct {
	schedules []*ast.Schedule
	by        ast.Text // who relies on them; not set when nobody does
	at        diag.Pos // where
	stage     int      // of an escalation plan, from 1; 0 for a response plan
}

// reliances are all of them, each set of schedules once. A schedule that nothing engages
// is somebody else's to rely on. One that is only engaged beside others who are always
// there is in none.
func reliances(p *ast.Plan) []reliance {
	var out []reliance
	engaged, known := map[*ast.Schedule]bool{}, map[string]bool{}
	add := func(r reliance, backed bool) {
		var key strings.Builder
		for _, s := range r.schedules {
			engaged[s] = true
			key.WriteString(s.Name.V + " ")
		}
		if !backed && len(r.schedules) > 0 && !known[key.String()] {
			known[key.String()] = true
			out = append(out, r)
		}
	}
	for _, e := range p.EscalationPlans {
		for i, s := range e.Stages {
			r, backed := reliance{by: e.Name, at: s.At, stage: i + 1}, false
			for _, t := range s.Page {
				backed = r.meet(t.Schedule, t.Name.At) || backed
			}
			add(r, backed)
		}
	}
	for _, rp := range p.ResponsePlans {
		r, backed := reliance{by: rp.Name, at: rp.Name.At}, false
		for _, e := range rp.Engage {
			backed = r.meet(e.Schedule, e.Name.At) || backed
		}
		add(r, backed)
	}
	for _, s := range p.Schedules {
		if !engaged[s] {
			add(reliance{schedules: []*ast.Schedule{s}, at: s.Name.At}, false)
		}
	}
	return out
}

// meet adds a schedule. Anything else, a name that leads nowhere too, backs the stage.
func (r *reliance) meet(s *ast.Schedule, at diag.Pos) (backed bool) {
	if s == nil {
		return true
	}
	if len(r.schedules) == 0 {
		r.at = at
	}
	if !slices.Contains(r.schedules, s) {
		r.schedules = append(r.schedules, s)
	}
	return false
}

// names of the schedules: "day", "day or night".
func (r *reliance) names() string {
	var all []string
	for _, s := range r.schedules {
		all = append(all, s.Name.V)
	}
	return strings.Join(all, " or ")
}

// turns of all its schedules; none while one of them is not known.
func (r *reliance) turns(in Input) []turns {
	var out []turns
	for _, s := range r.schedules {
		these := in.turnsOf(s)
		if len(these) == 0 {
			return nil
		}
		out = append(out, these...)
	}
	return out
}

// holes are when nobody is on call in [from, to), except while an override says so.
func holes(all []turns, from, to time.Time) []oncall.Span {
	meant := onPurpose(all)
	var out []oncall.Span
	for gap := range scheduleOf(all).Gaps(from, to) {
		for _, m := range meant {
			if !m.Start.Before(gap.End) || !m.End.After(gap.Start) {
				continue
			}
			if m.Start.After(gap.Start) {
				out = append(out, oncall.Span{Start: gap.Start, End: m.Start})
			}
			gap.Start = m.End
		}
		if gap.Start.Before(gap.End) {
			out = append(out, gap)
		}
	}
	return out
}

// onPurpose are the overrides that put nobody on call, ascending.
func onPurpose(all []turns) (out []oncall.Span) {
	for _, t := range all {
		for _, o := range t.rotation.Overrides {
			if zone := t.calendar.Zone(); len(o.Members) == 0 {
				out = append(out, oncall.Span{Start: oncall.Instant(o.From.V, zone), End: oncall.Instant(o.To.V, zone)})
			}
		}
	}
	slices.SortFunc(out, func(a, b oncall.Span) int { return a.Start.Compare(b.Start) })
	return out
}

// seasonal reports whether some weeks of a year have such stretches of time and others have
// none. Of rotations whose clocks differ that is the work of clocks that
// move on different dates.
func seasonal(stretches []oncall.Span, from time.Time) bool {
	const week = 7 * day
	weeks := map[int]bool{}
	for _, s := range stretches {
		for w := s.Start.Sub(from) / week; w <= (s.End.Sub(from)-1)/week; w++ {
			weeks[int(w)] = true
		}
	}
	return len(weeks) > 0 && len(weeks) < int(aheadYear/week)
}

// total is how long the stretches are together.
func total(stretches []oncall.Span) (sum time.Duration) {
	for _, s := range stretches {
		sum += length(s)
	}
	return sum
}
