package rule

import (
	"slices"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
)

// impactLevel reports levels whose name and number do not go together: a name of
// the author's own without a number, which AWS needs, and one of AWS's names with
// another's number, which the console would show under the other name.
func impactLevel(p *ast.Plan, _ Input, r *Reporter) {
	for _, l := range p.ImpactLevels {
		builtin := slices.Index(Levels[:], l.Name.V) + 1
		switch {
		case builtin == 0 && !l.Level.Set():
			r.Report(l.Name.At, "AWS knows no impact level %s; say which of its five it is", l.Name.V).
				WithHint("write level: 1 (critical) to level: 5 (none)")
		case builtin != 0 && l.Level.Set() && l.Level.V != builtin:
			r.As(diag.Warning, l.Level.At, "%s is level %d in AWS; the console would show %s for these incidents", l.Name.V, builtin, levelName(l.Level.V)).
				WithHint("write level: %d, or choose another name", builtin)
		}
	}
}

func levelName(n int) string {
	if n < 1 || n > len(Levels) {
		return "nothing"
	}
	return Levels[n-1]
}
