package rule

import (
	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
)

// emptyStage reports stages that page nobody and do not even wait. A stage
// without targets that waits a minute or more delays what comes after it, and is
// how AWS wants a delay written; without a wait AWS refuses it, and at the end of
// a plan it delays nothing. A plan of empty stages only pages nobody at all.
func emptyStage(p *ast.Plan, in Input, r *Reporter) {
	for _, e := range p.EscalationPlans {
		if allEmpty(e.Stages) {
			r.Report(e.Name.At, "the escalation plan %s pages nobody", e.Name.V).
				WithHint("name contacts in a stage: stages: [{page: [NAME], wait: 10m}]")
			continue
		}
		emptyStages(e.Stages, r)
	}
	for _, c := range p.Contacts {
		// All empty is unreachable-contact's to say.
		if !allEmpty(c.EngagementPlan) {
			emptyStages(c.EngagementPlan, r)
		}
	}
}

func allEmpty(stages []*ast.Stage) bool {
	for range targets(stages) {
		return false
	}
	return true
}

func emptyStages(stages []*ast.Stage, r *Reporter) {
	end := len(stages)
	for end > 0 && len(stages[end-1].Page) == 0 {
		end--
	}
	for i, s := range stages {
		switch {
		case len(s.Page) > 0:
		case s.Wait.V == 0:
			r.Report(s.At, "this stage pages nobody and does not wait").
				WithHint("name whom it pages, or let it wait, for example wait: 5m, or remove it")
		case i >= end:
			r.As(diag.Warning, s.At, "this stage pages nobody and nothing comes after it").
				WithHint("remove it; to repeat the last page for longer, raise the wait of the stage before")
		}
	}
}
