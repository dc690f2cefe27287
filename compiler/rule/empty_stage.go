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
		// That all are empty is unreachable-contact's to say. It may be switched
		// off, or be silent about somebody whom nobody engages; AWS refuses an
		// empty stage that does not wait all the same.
		if allEmpty(c.EngagementPlan) {
			unwaiting(c.EngagementPlan, r)
		} else {
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
	unwaiting(stages, r)
	for _, s := range stages[end:] {
		if s.Wait.V > 0 {
			r.As(diag.Warning, s.At, "this stage pages nobody and nothing comes after it").
				WithHint("remove it; to repeat the last page for longer, raise the wait of the stage before")
		}
	}
}

// unwaiting reports the stages AWS refuses: without anybody to page and without a
// wait.
func unwaiting(stages []*ast.Stage, r *Reporter) {
	for _, s := range stages {
		if len(s.Page) == 0 && s.Wait.V == 0 {
			r.Report(s.At, "this stage pages nobody and does not wait").
				WithHint("name whom it pages, or let it wait, for example wait: 5m, or remove it")
		}
	}
}
