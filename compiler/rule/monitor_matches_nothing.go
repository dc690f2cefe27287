package rule

import (
	"github.com/watchbill/watchbill/compiler/ast"
)

// monitorMatchesNothing reports fleets without a resource: a wrong tag looks exactly like that,
// and would take every alarm away. Only the target knows: plan and apply refuse such a plan
// by themselves, and validate says it when it was told to look.
func monitorMatchesNothing(p *ast.Plan, in Input, r *Reporter) {
	if in.Live == nil {
		return
	}
	for _, m := range p.Monitors {
		f, looked := in.Live.Fleets[m.Name.V]
		if m.Each == nil || !looked || f.Err != nil || f.Targets > 0 || m.Each.AllowNone.V {
			continue
		}
		what := "nothing on %s matches the each of %s"
		if f.Excepted > 0 {
			what = "everything on %s that matches the each of %s is excepted"
		}
		r.Report(m.Each.At, what, in.Live.Target, m.Name.V).
			WithHint("correct resource and tags, or write allow_none: true if the fleet may be empty")
	}
}
