package rule

import "github.com/watchbill/watchbill/compiler/ast"

// maxStages bounds the AWS stages of one plan, counted after long waits are
// split. AWS's own quota is not published; ours keeps a plan from becoming a
// request nobody wants to send, at two days of half hours.
const maxStages = 96

// tooMany reports what exceeds a limit that the schema cannot count.
func tooMany(p *ast.Plan, _ Input, r *Reporter) {
	each := func(name ast.Text, what string, stages []*ast.Stage) {
		n := 0
		for _, s := range stages {
			n += len(compiledStages(s))
		}
		if n > maxStages {
			r.Report(name.At, "the %s %s is compiled into %d stages of at most 30m; %d is the limit", what, name.V, n, maxStages).
				WithHint("shorten the waits")
		}
	}
	for _, c := range p.Contacts {
		each(c.Name, "engagement plan of", c.EngagementPlan)
	}
	for _, e := range p.EscalationPlans {
		each(e.Name, "escalation plan", e.Stages)
	}
}
