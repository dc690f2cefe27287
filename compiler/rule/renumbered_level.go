package rule

import (
	"slices"

	"github.com/watchbill/watchbill/compiler/ast"
)

// renumberedLevel reports AWS's names of impact levels with another's number:
// plans would say one word and the console another.
func renumberedLevel(p *ast.Plan, _ Input, r *Reporter) {
	for _, l := range p.ImpactLevels {
		builtin, n := slices.Index(Levels[:], l.Name.V)+1, l.Level.V
		if builtin == 0 || !l.Level.Set() || n == builtin || n < 1 || n > len(Levels) {
			continue
		}
		r.Report(l.Level.At, "%s is level %d in AWS; the console would show %s for these incidents", l.Name.V, builtin, Levels[n-1]).
			WithHint("write level: %d, or choose another name", builtin)
	}
}
