package rule

import (
	"slices"

	"github.com/watchbill/watchbill/compiler/ast"
)

// topicRegion reports topics and secrets that are not where the response plan
// can use them: in the target's account, in a Region of the replication set. Those of
// chat channels are chat-unreachable's.
// https://docs.aws.amazon.com/incident-manager/latest/userguide/chat.html
func topicRegion(p *ast.Plan, in Input, r *Reporter) {
	for _, rp := range p.ResponsePlans {
		for _, t := range rp.Chat {
			placeOf(t.Name, "topic", topicARN, p, in, r)
		}
		for _, t := range rp.Notify {
			placeOf(t.Name, "topic", topicARN, p, in, r)
		}
		if rp.PagerDuty != nil {
			placeOf(rp.PagerDuty.Secret, "secret", secretARN, p, in, r)
		}
	}
	for _, m := range p.Monitors {
		for _, t := range m.Notify {
			besideTarget(t.Name, "topic", "an alarm", topicARN, in, r)
		}
	}
	for _, e := range p.EventRules {
		besideTarget(e.DeadLetter, "queue", "an event rule", queueARN, in, r)
	}
}

// besideTarget is about what an alarm or a rule reaches: only what is in its own Region, the
// target's. Another account's may allow it.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
func besideTarget(t ast.Text, what, who string, form arnForm, in Input, r *Reporter) {
	if form.fault(t.V) != "" || in.Region == "" {
		return // bad-arn's, or it is not known where
	}
	if a, _ := parseARN(t.V); a.region != in.Region {
		r.Report(t.At, "this %s is in %s, and %s of the target reaches only what is in %s", what, a.region, who, in.Region).
			WithHint("write the ARN of a %s in %s", what, in.Region)
	}
}

func placeOf(t ast.Text, what string, form arnForm, p *ast.Plan, in Input, r *Reporter) {
	if form.fault(t.V) != "" {
		return // bad-arn's
	}
	a, _ := parseARN(t.V)
	if in.Account != "" && a.account != in.Account {
		r.Report(t.At, "this %s is in the account %s, but the target is the account %s", what, a.account, in.Account).
			WithHint("write the ARN of a %s in the target's account", what)
	}
	set := p.ReplicationSet
	if set == nil || len(set.Regions) == 0 {
		return
	}
	if !slices.ContainsFunc(set.Regions, func(reg *ast.Region) bool { return reg.Name.V == a.region }) {
		r.Report(t.At, "this %s is in %s, which is not in the replication set", what, a.region).
			WithHint("write the ARN of a %s in %s", what, set.Regions[0].Name.V).
			WithNote(set.At, "the replication set")
	}
}
