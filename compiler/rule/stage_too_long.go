package rule

import (
	"fmt"
	"strings"
	"time"

	"github.com/watchbill/watchbill/compiler/ast"
)

// stageTooLong says what a wait of more than AWS's 30 minutes is compiled into,
// so that nobody is surprised by more stages in the console than in the plan.
func stageTooLong(p *ast.Plan, _ Input, r *Reporter) {
	each := func(stages []*ast.Stage) {
		for _, s := range stages {
			if s.Wait.V > maxStage {
				r.Report(s.Wait.At, "AWS waits 30m a stage at most; %s is compiled into %s", minutes(s.Wait.V), split(compiledStages(s)))
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

// maxSplit is up to how many stages all waits are written out.
const maxSplit = 4

func split(waits []time.Duration) string {
	n := len(waits)
	if n > maxSplit {
		return fmt.Sprintf("%d stages of at most %s", n, minutes(waits[0]))
	}
	words := make([]string, 0, n)
	for _, w := range waits {
		words = append(words, minutes(w))
	}
	return fmt.Sprintf("%d stages: %s and %s", n, strings.Join(words[:n-1], ", "), words[n-1])
}
