package rule

import "github.com/watchbill/watchbill/compiler/ast"

// unusedChannel reports channels that no stage of their contact pages. When no
// stage pages anything there is more to say than this, and unreachable-contact
// or unused-item says it.
func unusedChannel(p *ast.Plan, _ Input, r *Reporter) {
	for _, c := range p.Contacts {
		if reach := reachOf(c); !reach.pages || reach.lost {
			continue
		}
		for _, ch := range c.Channels {
			if !pages(c, ch) {
				r.Report(ch.Name.At, "the engagement plan of %s never pages %s", c.Name.V, ch.Name.V).
					WithHint("add %s to a stage, or remove the channel", ch.Name.V)
			}
		}
	}
}

func pages(c *ast.Contact, ch *ast.Channel) bool {
	for t := range targets(c.EngagementPlan) {
		if t.Channel == ch {
			return true
		}
	}
	return false
}
