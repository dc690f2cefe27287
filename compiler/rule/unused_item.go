package rule

import (
	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
)

// unusedItem reports what no response plan leads to. Response plans are where
// incidents begin, so they are used by definition; a folder without them may
// serve plans made elsewhere, and then its escalation plans count as used, or, if
// there are none either, its schedules, or, without schedules, its contacts.
//
// It says nothing about a section while a name leads nowhere, and nothing at all
// while something is wrong with the plan already: the item that seems unused may
// be the one that was meant, or its use may be what is broken.
func unusedItem(p *ast.Plan, in Input, r *Reporter) {
	if in.Partial {
		return
	}
	u := in.uses
	report := func(name ast.Text, used bool, message, hint string) {
		if !used {
			r.Report(name.At, message, name.V).WithHint(hint, name.V)
		}
	}
	if !u.lostPeople && len(p.ResponsePlans) > 0 {
		for _, e := range p.EscalationPlans {
			report(e.Name, has(u.plans, e), "no response plan engages the escalation plan %s", "write engage: [%s] in a response plan, or remove the escalation plan")
		}
	}
	if !u.lostPeople && len(p.ResponsePlans)+len(p.EscalationPlans) > 0 {
		for _, s := range p.Schedules {
			report(s.Name, has(u.schedules, s), "nothing engages the schedule %s", "name %s in a stage of an escalation plan or in a response plan, or remove the schedule")
		}
	}
	if !u.lostPeople && len(p.ResponsePlans)+len(p.EscalationPlans)+len(p.Schedules) > 0 {
		for _, c := range p.Contacts {
			report(c.Name, has(u.engaged, c), "nothing engages %s", "name %s in a rotation, in a stage of an escalation plan or in a response plan, or remove the contact")
		}
	}
	if !u.lostRunbook {
		for _, rb := range p.Runbooks {
			report(rb.Name, has(u.runbooks, rb), "no response plan starts the runbook %s", "write runbook: %s in a response plan, or remove the runbook")
		}
	}
	if !u.lostChat {
		for _, c := range p.ChatChannels {
			report(c.Name, has(u.chats, c), "nothing uses the chat channel %s", "write chat: [%s] in a response plan, or remove the chat channel")
		}
	}
	if !u.lostImpact {
		for _, l := range p.ImpactLevels {
			report(l.Name, has(u.impacts, l), "no response plan has the impact %s", "write impact: %s in a response plan, or remove the level")
		}
	}
}

func has[T any](m map[*T]diag.Pos, it *T) bool {
	_, ok := m[it]
	return ok
}
