package rule

import "github.com/watchbill/watchbill/compiler/ast"

// retryTooLong reports a retry that never happens: AWS repeats an unanswered page
// only until its stage ends, which is when the wait is over, in the last stage,
// too. (That a retry is at most 60m is the schema's to say.)
func retryTooLong(p *ast.Plan, _ Input, r *Reporter) {
	for _, c := range p.Contacts {
		for _, s := range c.EngagementPlan {
			if s.Retry.V == 0 || s.Retry.V < s.Wait.V || len(s.Page) == 0 {
				continue
			}
			r.Report(s.Retry.At, "this page is never repeated: the stage is over after %s", minutes(s.Wait.V)).
				WithHint("write a retry shorter than the wait, or a wait longer than %s", minutes(s.Retry.V))
		}
	}
}
