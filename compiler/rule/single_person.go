package rule

import "github.com/watchbill/watchbill/compiler/ast"

// singlePerson reports response plans that can only ever wake one person, and rotations
// in which nobody takes turns with the only member. A response plan that engages
// nobody is late-first-page's to report.
func singlePerson(p *ast.Plan, _ Input, r *Reporter) {
	alone := map[*ast.Contact]bool{}
	for _, rp := range p.ResponsePlans {
		person, more := onlyPerson(rp)
		if person == nil || more {
			continue
		}
		alone[person] = true
		r.Report(rp.Engage[0].Name.At, "%s can only ever wake one person, %s", rp.Name.V, person.Name.V).
			WithHint("engage somebody else, too, or an escalation plan whose later stage pages somebody else")
	}
	for _, s := range p.Schedules {
		for _, rot := range s.Rotations {
			if len(rot.Members) == 1 && !alone[rot.Members[0].Contact] {
				r.Report(rot.Members[0].Name.At, "%s is on call in %s/%s without end: nobody takes turns", rot.Members[0].Name.V, s.Name.V, rot.Name.V).
					WithHint("add a second member, or engage %s instead of the schedule", rot.Members[0].Name.V)
			}
		}
	}
}

// onlyPerson returns the first person a response plan engages, and whether there
// are, or may be meant to be, others.
func onlyPerson(rp *ast.ResponsePlan) (first *ast.Contact, more bool) {
	meet := func(c *ast.Contact, s *ast.Schedule) {
		for person := range standing(c, s) {
			if first == nil {
				first = person
			}
			more = more || person != first || person == nil // nil: a name that leads nowhere
		}
	}
	for _, e := range rp.Engage {
		if e.EscalationPlan == nil {
			meet(e.Contact, e.Schedule)
			continue
		}
		for t := range targets(e.EscalationPlan.Stages) {
			meet(t.Contact, t.Schedule)
		}
	}
	return first, more
}

// standing are a contact, or everybody who may be on call in a schedule.
func standing(c *ast.Contact, s *ast.Schedule) func(yield func(*ast.Contact) bool) {
	return func(yield func(*ast.Contact) bool) {
		if s == nil {
			yield(c)
			return
		}
		for _, rot := range s.Rotations {
			for _, m := range rot.Members {
				if !yield(m.Contact) {
					return
				}
			}
		}
	}
}
