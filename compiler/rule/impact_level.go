package rule

import (
	"slices"

	"github.com/watchbill/watchbill/compiler/ast"
)

// impactLevel reports levels with a name of the author's own and no number. It is
// Fixed: AWS knows the number only.
func impactLevel(p *ast.Plan, _ Input, r *Reporter) {
	for _, l := range p.ImpactLevels {
		if !slices.Contains(Levels[:], l.Name.V) && !l.Level.Set() {
			r.Report(l.Name.At, "AWS has no impact level %s; say which of its five it is", l.Name.V).
				WithHint("write level: 1 (critical) to level: 5 (none)")
		}
	}
}
