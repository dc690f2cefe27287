package rule

import (
	"strings"

	"github.com/watchbill/watchbill/compiler/ast"
)

// badARN reports ARNs that are not of the thing their place wants. AWS takes
// several of them as they come and fails when the incident starts.
func badARN(p *ast.Plan, _ Input, r *Reporter) {
	if set := p.ReplicationSet; set != nil {
		for _, reg := range set.Regions {
			keyOf(reg, r)
		}
	}
	for _, rb := range p.Runbooks {
		checkARN(r, rb.Role, roleARN)
		documents(rb, r)
	}
	for _, rp := range p.ResponsePlans {
		topicUses(rp.Chat, r)
		topicUses(rp.Notify, r)
		if rp.PagerDuty != nil {
			checkARN(r, rp.PagerDuty.Secret, secretARN)
		}
	}
	for _, c := range p.ChatChannels {
		if !c.MakesTopic() {
			topic(c.Topic, r)
		}
		checkARN(r, c.Role, ownRoleARN)
		for _, g := range c.Guardrails {
			checkARN(r, g, policyARN)
		}
	}
	for _, m := range p.Monitors {
		topicUses(m.Notify, r)
	}
	for _, e := range p.EventRules {
		checkARN(r, e.Role, ownRoleARN)
		checkARN(r, e.DeadLetter, queueARN)
	}
}

// topicUses leaves names to unknown-reference.
func topicUses(uses []*ast.TopicUse, r *Reporter) {
	for _, t := range uses {
		if !named(t.Name) {
			topic(t.Name, r)
		}
	}
}

// documents leaves names alone, which are no ARNs.
func documents(rb *ast.Runbook, r *Reporter) {
	all := []ast.Text{rb.Document}
	if rb.MakeRole != nil {
		all = append(all, rb.MakeRole.Starts...)
	}
	for _, doc := range all {
		if strings.HasPrefix(doc.V, "arn:") {
			checkARN(r, doc, documentARN)
		}
	}
}

// checkARN reports a written text that is not of the form.
func checkARN(r *Reporter, t ast.Text, form arnForm) bool {
	if !t.Set() {
		return false
	}
	why := form.fault(t.V)
	if why != "" {
		r.Report(t.At, "this is not the ARN of %s: %s", form.what, why).WithHint("write it like %s", form.example)
	}
	return why == ""
}

// keyOf wants the key in the Region it encrypts.
func keyOf(reg *ast.Region, r *Reporter) {
	if !checkARN(r, reg.KMSKey, keyARN) {
		return
	}
	if a, _ := parseARN(reg.KMSKey.V); a.region != reg.Name.V {
		r.Report(reg.KMSKey.At, "this key is in %s; the data in %s is encrypted with a key of that Region", a.region, reg.Name.V).
			WithHint("write the ARN of a key in %s; a multi-Region key has one ARN in each Region", reg.Name.V)
	}
}

// topic tells a subscription, which is a topic's ARN with one more part.
func topic(t ast.Text, r *Reporter) {
	if !checkARN(r, t, topicARN) {
		return
	}
	if a, _ := parseARN(t.V); strings.Contains(a.resource, ":") {
		r.Report(t.At, "this is the ARN of a subscription to an SNS topic").
			WithHint("write the topic's: %s", strings.TrimSuffix(t.V, t.V[strings.LastIndexByte(t.V, ':'):]))
	}
}
