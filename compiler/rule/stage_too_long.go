package rule

import (
	"fmt"
	"time"

	"github.com/watchbill/watchbill/compiler/ast"
)

// stageTooLong says what a wait of more than AWS's 30 minutes is compiled into,
// so that nobody is surprised by more stages in the console than in the plan.
func stageTooLong(p *ast.Plan, _ Input, r *Reporter) {
	each := func(stages []*ast.Stage) {
		for _, s := range stages {
			if n := compiledStages(s); n > 1 {
				r.Report(s.Wait.At, "AWS waits 30m a stage at most; %s is compiled into %s", minutes(s.Wait.V), split(n, s.Wait.V))
			}
		}
	}
	for _, c := range p.Contacts {
		each(c.EngagementPlan)
	}
	for _, e := range p.EscalationPlans {
		each(e.Stages)
	}
}

func split(n int, wait time.Duration) string {
	last := wait - time.Duration(n-1)*maxStage
	switch {
	case last == maxStage:
		return fmt.Sprintf("%d stages of 30m", n)
	case n == 2:
		return "two stages, 30m and " + minutes(last)
	}
	return fmt.Sprintf("%d stages, %d of 30m and one of %s", n, n-1, minutes(last))
}

// minutes writes a duration as authors do: 45m, 1h, 1h30m.
func minutes(d time.Duration) string {
	h, m := int(d/time.Hour), int(d%time.Hour/time.Minute)
	switch {
	case h == 0:
		return fmt.Sprintf("%dm", m)
	case m == 0:
		return fmt.Sprintf("%dh", h)
	}
	return fmt.Sprintf("%dh%dm", h, m)
}
