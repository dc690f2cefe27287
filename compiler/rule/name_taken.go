package rule

import "github.com/watchbill/watchbill/compiler/ast"

// nameTaken reports a schedule or an escalation plan that has the name of a contact,
// or of each other: AWS keeps all three as contacts, under one alias. Two items of one
// section are duplicate-name.
func nameTaken(p *ast.Plan, in Input, r *Reporter) {
	taken := func(name ast.Text, what, better string, first ast.Text, by string) {
		r.Report(name.At, "%q is the name of a %s already; AWS keeps contacts, schedules and escalation plans under one set of names", name.V, by).
			WithHint("call the %s %s-%s", what, name.V, better).
			WithNote(first.At, "the %s", by)
	}
	for _, s := range p.Schedules {
		if c := in.names.contacts[s.Name.V]; c != nil {
			taken(s.Name, "schedule", "oncall", c.Name, "contact")
		}
	}
	for _, e := range p.EscalationPlans {
		if c := in.names.contacts[e.Name.V]; c != nil {
			taken(e.Name, "plan", "escalation", c.Name, "contact")
		} else if s := in.names.schedules[e.Name.V]; s != nil {
			taken(e.Name, "plan", "escalation", s.Name, "schedule")
		}
	}
}
