package rule

import "github.com/watchbill/watchbill/compiler/ast"

// dayPast28 reports monthly hand-offs on a day that not every month has. AWS does not
// say what happens in the others.
func dayPast28(p *ast.Plan, _ Input, r *Reporter) {
	for _, s := range p.Schedules {
		for _, rot := range s.Rotations {
			for _, h := range rot.Handoffs {
				if h.Unit == ast.Month && h.DayOfMonth > 28 {
					r.Report(h.At, "%s, and AWS does not say when %s/%s hands over then", shortMonths(h.DayOfMonth), s.Name.V, rot.Name.V).
						WithHint("hand over on the 28th or before, for example on the first: 1 %s", writtenClock(h.Clock))
				}
			}
		}
	}
}

func shortMonths(day int) string {
	switch day {
	case 29:
		return "February has no 29th in most years"
	case 30:
		return "February has no 30th"
	default:
		return "February, April, June, September and November have no 31st"
	}
}
