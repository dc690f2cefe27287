package rule

import (
	"fmt"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
)

// unreachableContact reports contacts that are engaged and cannot be woken,
// because no stage of their engagement plan pages a channel. AWS accepts such a
// contact and pages nobody, silently (terraform-provider-aws issue 33174).
//
// In a folder without plans nobody is engaged from here, but the contacts are
// there for somebody: then it is a warning.
func unreachableContact(p *ast.Plan, in Input, r *Reporter) {
	alone := len(p.Schedules)+len(p.EscalationPlans)+len(p.ResponsePlans) == 0
	for _, c := range p.Contacts {
		from, engaged := in.uses.engaged[c]
		reach := reachOf(c)
		if reach.pages || reach.lost || !engaged && !alone {
			continue
		}
		why, hint := whyUnreachable(c)
		var f *diag.Finding
		if engaged {
			f = r.Report(c.Name.At, "nobody can wake %s: %s", c.Name.V, why).WithNote(from, "%s is engaged here", c.Name.V)
		} else {
			f = r.As(diag.Warning, c.Name.At, "nobody can wake %s: %s", c.Name.V, why)
		}
		f.WithHint("%s", hint)
	}
}

func whyUnreachable(c *ast.Contact) (why, hint string) {
	stage := "engagement_plan: [{page: [%s], retry: 2m, wait: 5m}]"
	switch {
	case len(c.Channels) == 0:
		return "there is no channel", fmt.Sprintf("give the contact a channel and a stage that pages it: channels: {text: {sms: {env: %s}}}", envName(c.Name.V, "text"))
	case len(c.EngagementPlan) == 0:
		return "there is no engagement plan", "write " + fmt.Sprintf(stage, c.Channels[0].Name.V)
	}
	return "no stage of the engagement plan pages a channel", fmt.Sprintf("name a channel in a stage: page: [%s]", c.Channels[0].Name.V)
}
