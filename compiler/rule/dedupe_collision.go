package rule

import "github.com/watchbill/watchbill/compiler/ast"

// dedupeCollision reports response plans with the same dedupe text. AWS compares
// it in the whole account, not in the plan: while an incident of the one is open,
// the other opens none, engages nobody and starts no runbook.
func dedupeCollision(p *ast.Plan, _ Input, r *Reporter) {
	first := map[string]*ast.ResponsePlan{}
	for _, rp := range p.ResponsePlans {
		if rp.Dedupe.V == "" {
			continue
		}
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
