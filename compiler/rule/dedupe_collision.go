package rule

import (
	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
)

// dedupeCollision reports response plans with the same dedupe text. AWS compares
// it in the whole account, not in the plan: while an incident of the one is open,
// the other opens none, engages nobody and starts no runbook. Within one response plan that
// is what dedupe is for; what it means for a runbook is worth an info.
func dedupeCollision(p *ast.Plan, _ Input, r *Reporter) {
	first := map[string]*ast.ResponsePlan{}
	for _, rp := range p.ResponsePlans {
		if rp.Dedupe.V == "" {
			continue
		}
		runsOnce(rp, p, r)
		other := first[rp.Dedupe.V]
		if other == nil {
			first[rp.Dedupe.V] = rp
			continue
		}
		r.Report(rp.Dedupe.At, "%s and %s have the same dedupe: while an incident of one is open, the other pages nobody", other.Name.V, rp.Name.V).
			WithHint("write a text of its own, for example %s", rp.Name.V).
			WithNote(other.Dedupe.At, "the dedupe of %s", other.Name.V)
	}
}

// runsOnce reports a runbook for what an alarm is about that several alarms start: while the
// first incident is open, it runs for none of the others.
func runsOnce(rp *ast.ResponsePlan, p *ast.Plan, r *Reporter) {
	rb := rp.RunbookItem
	if rb == nil || !about(rb) {
		return
	}
	for _, m := range p.Monitors {
		if m.Plan == rp && m.Each != nil {
			r.As(diag.Info, rp.Dedupe.At, "%s runs for the first resource of %s only: what breaks while its incident is open joins it, and is left as it is", rb.Name.V, m.Name.V).
				WithHint("remove dedupe, so that each resource has an incident of its own; or say in the summary what to do for the others").
				WithNote(m.Each.At, "the fleet of %s", m.Name.V)
			return
		}
	}
}

// about reports whether a runbook is given what the incident is about.
func about(rb *ast.Runbook) bool {
	for _, from := range rb.FromIncident {
		if from.Value.V == "involved_resources" {
			return true
		}
	}
	return false
}
