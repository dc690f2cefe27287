package rule

import (
	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/oncall"
)

// untestable reports expectations that nothing can be held against, or that are
// so whatever the plan says: a test that cannot fail guards nothing.
func untestable(p *ast.Plan, in Input, r *Reporter) {
	for _, t := range in.Tests {
		for _, x := range t.Expect {
			misplaced(x, r)
			unjudged(t, x, r)
			if c := contactNamed(in.names, x); c != nil {
				wrongType(c, x, r)
			}
		}
		if len(t.Acknowledge) > 0 && !t.ResponsePlan.Set() {
			r.Report(t.Acknowledge[0].Contact.At, "without a response plan nobody is paged, and there is nothing to acknowledge").
				WithHint("add response_plan: NAME to the test, or remove acknowledge")
		}
	}
}

// misplaced reports keys that belong to another expectation.
func misplaced(x *ast.Expectation, r *Reporter) {
	report := func(at diag.Pos, format, hint string) { r.Report(at, "%s", format).WithHint("%s", hint) }
	pages := x.Contact.Set() || x.Nobody.Set()
	if x.By.Set() && !x.Contact.Set() {
		report(x.By.At, "by says when a contact is paged at the latest, and this expects no contact to be paged",
			"write {contact: NAME, by: …}; what must not be yet is {nobody: NAME, before: …}")
	}
	if x.Before.Set() && !x.Nobody.Set() {
		report(x.Before.At, "before says until when somebody is not paged, and this does not expect that of anybody",
			"write {nobody: NAME, before: …}; what must be so by then is {contact: NAME, by: …}")
	}
	for _, channel := range []ast.Text{x.Channel, x.ChannelType} {
		if channel.Set() && !pages {
			report(channel.At, "a channel says which pages of a contact count, and this names no contact", "write {contact: NAME, channel: …}")
		}
	}
	if x.Schedule.Set() && x.OnCall == nil {
		report(x.Schedule.At, "a schedule says where somebody is on call, and this expects nobody to be", "write {on_call: [NAME], schedule: …}")
	}
}

// unjudged reports what the test gives no ground to judge.
func unjudged(t *ast.Test, x *ast.Expectation, r *Reporter) {
	switch {
	case x.OnCall != nil && !t.Schedule.Set() && !x.Schedule.Set():
		r.Report(x.OnCall.At, "on call in which schedule?").WithHint("add schedule: NAME to the test or beside on_call")
	case x.OnCall == nil && !t.ResponsePlan.Set():
		r.Report(x.At, "without a response plan nobody is paged, and this cannot be judged").
			WithHint("add response_plan: NAME to the test")
	case x.Stops.Set() && len(t.Acknowledge) == 0:
		r.Report(x.Stops.At, "nobody answers in this test, so there is nothing that could stop it").
			WithHint("say who answers: acknowledge: {NAME: 5m}")
	case x.Before.Set() && x.Before.V == 0:
		r.Report(x.Before.At, "nobody is paged before the incident opens, so this cannot fail").
			WithHint("write a later time, or leave before out if the contact is not to be paged at all")
	}
}

func contactNamed(n *names, x *ast.Expectation) *ast.Contact {
	if x.Contact.Set() {
		return n.contacts[x.Contact.V]
	}
	return n.contacts[x.Nobody.V]
}

// awsTypes are the words of ast.Channel for those of ast.Expectation.
var awsTypes = map[string]string{"voice": "VOICE", "sms": "SMS", "email": "EMAIL"}

// wrongType reports a type of page that the contact has no channel for.
func wrongType(c *ast.Contact, x *ast.Expectation, r *Reporter) {
	if !x.ChannelType.Set() || len(c.Channels) == 0 {
		return
	}
	word, wanted := oncall.ChannelType(x.ChannelType.V).Word(), awsTypes[x.ChannelType.V]
	if ch := channelNamed(c, x.Channel.V); ch != nil {
		if ch.Type.V != wanted {
			r.Report(x.ChannelType.At, "the channel %q of %s is no %s", ch.Name.V, c.Name.V, word).
				WithHint("leave channel_type out: the channel has one").WithNote(ch.Type.At, "the channel")
		}
		return
	}
	if x.Channel.Set() {
		return // there is no such channel, and that is said
	}
	for _, ch := range c.Channels {
		if ch.Type.V == wanted {
			return
		}
	}
	r.Report(x.ChannelType.At, "%s has no channel for a %s", c.Name.V, word).
		WithHint("add one, or expect another channel_type").WithNote(c.Name.At, "the contact")
}
