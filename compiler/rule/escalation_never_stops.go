package rule

import "github.com/watchbill/watchbill/compiler/ast"

// escalationNeverStops reports escalation plans in which nobody's answer counts:
// all targets say stops_escalation: false, so that the plan wakes one stage after
// the other although somebody is on it already. A plan whose targets are all in
// one stage has nothing to stop.
func escalationNeverStops(p *ast.Plan, _ Input, r *Reporter) {
	for _, e := range p.EscalationPlans {
		if answered(e) || paging(e) < 2 {
			continue
		}
		r.Report(e.Name.At, "no answer stops %s: every target says stops_escalation: false, so each stage wakes its people although somebody has acknowledged", e.Name.V).
			WithHint("leave out stops_escalation for at least one contact")
	}
}

// answered reports whether an answer of anybody counts.
func answered(e *ast.EscalationPlan) bool {
	for t := range targets(e.Stages) {
		if t.StopsEscalation.Or(true) {
			return true
		}
	}
	return false
}

// paging is the number of stages that page somebody.
func paging(e *ast.EscalationPlan) int {
	n := 0
	for _, s := range e.Stages {
		if len(s.Page) > 0 {
			n++
		}
	}
	return n
}
