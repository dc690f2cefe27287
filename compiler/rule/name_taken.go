package rule

import "github.com/watchbill/watchbill/compiler/ast"

// nameTaken reports an escalation plan that has the name of a contact: AWS keeps
// both as contacts, under one alias. Two items of one section are duplicate-name.
func nameTaken(p *ast.Plan, in Input, r *Reporter) {
	for _, e := range p.EscalationPlans {
		if c := in.names.contacts[e.Name.V]; c != nil {
			r.Report(e.Name.At, "%q is the name of a contact already; AWS keeps contacts and escalation plans under one set of names", e.Name.V).
				WithHint("call the plan %s-escalation", e.Name.V).
				WithNote(c.Name.At, "the contact")
		}
	}
}
