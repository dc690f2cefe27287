package rule

import (
	"time"

	"github.com/watchbill/watchbill/compiler/ast"
)

// maxStages bounds the AWS stages of one plan, counted after long waits are
// split. AWS's own quota is not published; ours keeps a plan from becoming a
// request nobody wants to send, at two days of half hours.
const maxStages = 96

// tooMany reports what exceeds a limit that the schema cannot count.
func tooMany(p *ast.Plan, in Input, r *Reporter) {
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
		protections := flags(c.Protect)
		for _, ch := range c.Channels {
			protections += flags(ch.Protect)
		}
		tooManyTags(r, c.Name, "contact", c.Tags, protections)
	}
	for _, s := range p.Schedules {
		tooManyRotations(r, s)
		tooManyTags(r, s.Name, "schedule", s.Tags, flags(s.Protect))
		for _, rotation := range s.Rotations {
			own := (tooManyOverrides(r, rotation, in.Now) + overridesPerTag - 1) / overridesPerTag
			if rotation.Protect.V || s.Protect.V {
				own++
			}
			tooManyTags(r, rotation.Name, "rotation", rotation.Tags, own)
		}
	}
	for _, e := range p.EscalationPlans {
		each(e.Name, "escalation plan", e.Stages)
		tooManyTags(r, e.Name, "escalation plan", e.Tags, flags(e.Protect))
	}
	for _, p := range p.ResponsePlans {
		tooManyTags(r, p.Name, "response plan", p.Tags, flags(p.Protect))
	}
	for _, rb := range p.Runbooks {
		tooManyTags(r, rb.Name, "runbook", rb.Tags, flags(rb.Protect))
	}
	for _, c := range p.ChatChannels {
		tooManyTags(r, c.Name, "chat channel", c.Tags, flags(c.Protect))
	}
	for _, m := range p.Monitors {
		tooManyTags(r, m.Name, "monitor", m.Tags, flags(m.Protect))
	}
	for _, e := range p.EventRules {
		tooManyTags(r, e.Name, "event rule", e.Tags, flags(e.Protect))
	}
	if set := p.ReplicationSet; set != nil {
		tooManyTags(r, ast.Text{V: "replication_set", At: set.At}, "section", set.Tags, flags(set.Protect))
	}
}

// maxRotations is the most rotations of a schedule by AWS's user guide; its API takes
// 25, and answers with a quota error before.
const maxRotations = 8

func tooManyRotations(r *Reporter, s *ast.Schedule) {
	if n := len(s.Rotations); n > maxRotations {
		r.Report(s.Name.At, "the schedule %s has %d rotations; %d is AWS's limit", s.Name.V, n, maxRotations).
			WithHint("make it two schedules, and engage both")
	}
}

// Overrides carry no tags in AWS: their rotation carries tags of watchbill's that say
// which are ours, each for so many overrides, and at most so many overrides in all.
const (
	overridesPerTag = 28
	maxOverrides    = 5 * overridesPerTag
)

// tooManyOverrides counts the overrides that are not over, in whatever zone.
func tooManyOverrides(r *Reporter, rotation *ast.Rotation, now time.Time) int {
	n := 0
	for _, o := range rotation.Overrides {
		if o.To.V.Add(12 * time.Hour).After(now) { // twelve hours behind is the last zone
			n++
		}
	}
	if n > maxOverrides {
		r.Report(rotation.Name.At, "the rotation %s has %d overrides that are not over; watchbill can mark %d as its own", rotation.Name.V, n, maxOverrides).
			WithHint("write the later ones when the first are over, or change the rotation instead")
	}
	return n
}

// maxTags is the most tags of a resource in AWS.
const maxTags = 50

// tooManyTags counts the author's tags with watchbill's own: the ownership mark, and
// the others, one for each protection, of the item and (a channel carries no tags) of
// its channels, and those of a rotation for its overrides.
func tooManyTags(r *Reporter, name ast.Text, what string, tags []ast.Pair, others int) {
	if n := len(tags) + max(1, r.marks) + others; n > maxTags {
		r.Report(name.At, "the %s %s would carry %d tags, watchbill's own counted (its owner and project, and one for each protect); %d is AWS's limit",
			what, name.V, n, maxTags).
			WithHint("remove %d of them", n-maxTags)
	}
}

func flags(protect ast.Flag) int {
	if protect.V {
		return 1
	}
	return 0
}
