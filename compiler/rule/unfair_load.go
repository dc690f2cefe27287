package rule

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/oncall"
)

// fairShare is how much more than the average of a schedule's people somebody may carry.
const fairShare = 1.25

// burden is one way to be on call.
type burden struct {
	when string
	of   func(oncall.Load) time.Duration
}

var burdens = []burden{
	{"", func(l oncall.Load) time.Duration { return l.Total }},
	{" at night", func(l oncall.Load) time.Duration { return l.Night }},
	{" on weekends", func(l oncall.Load) time.Duration { return l.Weekend }},
}

// unfairLoad reports who is on call in a schedule much more than the average of its people:
// in all, at night (22:00 to 06:00), or on Saturdays and Sundays, over a year. Two
// hand-offs a week and an even number of people are the usual cause: the same half of
// them has every weekend.
func unfairLoad(p *ast.Plan, in Input, r *Reporter) {
	for _, s := range p.Schedules {
		all := in.turnsOf(s)
		if len(all) == 0 {
			continue
		}
		from := latest(in.Now, lastStart(all))
		loads := oncall.Loads(from, from.Add(aheadYear), oncall.UsualHours, scheduleOf(all))
		names := slices.Sorted(maps.Keys(loads))
		for _, b := range burdens {
			if mean := average(loads, b); len(names) > 1 && mean > 0 {
				most := slices.MaxFunc(names, func(x, y string) int {
					return cmp.Or(cmp.Compare(b.of(loads[x]), b.of(loads[y])), cmp.Compare(y, x))
				})
				if share := float64(b.of(loads[most])) / float64(mean); share > fairShare {
					r.Report(s.Name.At, "%s is on call in %s for %.0f hours%s in the coming year; the average of its people is %.0f",
						most, s.Name.V, b.of(loads[most]).Hours(), b.when, mean.Hours()).
						WithNote(memberAt(s, most), "%s", most).
						WithHint("%s", fairHint(b))
					break // the next ones follow from it
				}
			}
		}
	}
}

func average(loads map[string]oncall.Load, b burden) time.Duration {
	var sum time.Duration
	for _, l := range loads {
		sum += b.of(l)
	}
	return sum / time.Duration(max(len(loads), 1))
}

func fairHint(b burden) string {
	if b.when == "" {
		return "let everybody be a member of as many rotations as the others"
	}
	return "hand over once a week, or let another number of people take turns, so that these hours come round to everybody"
}

// memberAt is where somebody is first named in a schedule.
func memberAt(s *ast.Schedule, name string) diag.Pos {
	for _, rot := range s.Rotations {
		for _, m := range rot.Members {
			if m.Name.V == name {
				return m.Name.At
			}
		}
	}
	return s.Name.At
}
