package rule

import "github.com/watchbill/watchbill/compiler/ast"

// nameTaken reports a schedule or an escalation plan that has the name of a contact,
// or of each other: AWS keeps all three as contacts, under one alias. Two items of one
// section are duplicate-name. And it reports two own documents of one name, which would be
// one document with two contents.
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
	documentTaken(p, r)
}

func documentTaken(p *ast.Plan, r *Reporter) {
	first := map[string]*ast.Runbook{}
	for _, rb := range p.Runbooks {
		if !rb.Source.Set() {
			continue
		}
		other := first[rb.DocumentName()]
		if other == nil {
			first[rb.DocumentName()] = rb
			continue
		}
		at, before := rb.Source, other.Source
		if rb.Document.Set() {
			at = rb.Document
		}
		if other.Document.Set() {
			before = other.Document
		}
		f := r.Report(at.At, "%q is the document of the runbook %s already", rb.DocumentName(), other.Name.V).
			WithNote(before.At, "the first one is here")
		if rb.Source.V == other.Source.V {
			f.WithHint("write document: %s without source here, which starts the same document", rb.DocumentName())
		} else {
			f.WithHint("write document: with another name, what this one is called in AWS")
		}
	}
}
