package rule

import "github.com/watchbill/watchbill/compiler/ast"

// singlePerson reports response plans that can only ever wake one person. One
// that engages nobody is late-first-page's to report.
func singlePerson(p *ast.Plan, _ Input, r *Reporter) {
	for _, rp := range p.ResponsePlans {
		person, more := onlyPerson(rp)
		if person == nil || more {
			continue
		}
		r.Report(rp.Engage[0].Name.At, "%s can only ever wake one person, %s", rp.Name.V, person.Name.V).
			WithHint("engage somebody else, too, or an escalation plan whose later stage pages somebody else")
	}
}

// onlyPerson returns the first person a response plan engages, and whether there
// are, or may be meant to be, others.
func onlyPerson(rp *ast.ResponsePlan) (first *ast.Contact, more bool) {
	meet := func(c *ast.Contact) {
		if first == nil {
			first = c
		}
		more = more || c != first || c == nil // nil: a name that leads nowhere
	}
	for _, e := range rp.Engage {
		if e.EscalationPlan == nil {
			meet(e.Contact)
			continue
		}
		for t := range targets(e.EscalationPlan.Stages) {
			meet(t.Contact)
		}
	}
	return first, more
}
