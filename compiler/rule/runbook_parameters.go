package rule

import "github.com/watchbill/watchbill/compiler/ast"

// runbookParameters reports parameters that are filled twice, by a value and from
// the incident. AWS accepts both and fails to start the runbook.
func runbookParameters(p *ast.Plan, _ Input, r *Reporter) {
	for _, rb := range p.Runbooks {
		for _, from := range rb.FromIncident {
			for _, param := range rb.Parameters {
				if param.Key.V == from.Key.V {
					r.Report(from.Key.At, "the parameter %s gets a value and is filled from the incident", from.Key.V).
						WithHint("remove one of the two").
						WithNote(param.Key.At, "the value")
				}
			}
		}
	}
}
