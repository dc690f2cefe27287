package rule

import (
	"slices"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
)

// chatUnreachable reports chat channels that no message of an incident reaches: their topic is
// somewhere the response plan cannot use, or nobody has let AWS into the workspace. It also
// says what is silent by design: Chime shows messages and takes no commands.
// https://docs.aws.amazon.com/incident-manager/latest/userguide/chat.html
func chatUnreachable(p *ast.Plan, in Input, r *Reporter) {
	for _, c := range p.ChatChannels {
		if !c.MakesTopic() {
			topicPlace(c, p, in, r)
		}
		authorised(c, in, r)
	}
	for _, rp := range p.ResponsePlans {
		onlyChime(rp, r)
	}
}

// topicPlace wants the topic where response plans can use it: in the target's account, in a
// Region of the replication set.
func topicPlace(c *ast.ChatChannel, p *ast.Plan, in Input, r *Reporter) {
	if topicARN.fault(c.Topic.V) != "" {
		return // bad-arn's
	}
	a, _ := parseARN(c.Topic.V)
	regions, home := []string{in.Region}, in.Region
	if set := p.ReplicationSet; set != nil && len(set.Regions) > 0 {
		regions, home = nil, set.Regions[0].Name.V
		for _, reg := range set.Regions {
			regions = append(regions, reg.Name.V)
		}
	}
	switch {
	case in.Account != "" && a.account != in.Account:
		r.Report(c.Topic.At, "no message reaches %s: its topic is in the account %s, and the target is the account %s", c.Name.V, a.account, in.Account).
			WithHint("write topic: create, or the ARN of a topic in the target's account")
	case home != "" && !slices.Contains(regions, a.region):
		r.Report(c.Topic.At, "no message reaches %s: its topic is in %s, and incidents are in %s", c.Name.V, a.region, listed(regions)).
			WithHint("write topic: create, or the ARN of a topic in %s", home)
	}
}

// authorised wants that somebody has let AWS into the workspace, when the target was looked at.
func authorised(c *ast.ChatChannel, in Input, r *Reporter) {
	if in.Live == nil {
		return
	}
	if s := c.Slack; s != nil && in.Live.Slack != nil && !in.Live.Slack[s.Workspace.V] {
		r.Report(s.Workspace.At, "no message reaches %s: on %s nobody has authorised the Slack workspace %s", c.Name.V, in.Live.Target, s.Workspace.V).
			WithHint("in the console of Amazon Q Developer in chat applications: Configure new client, Slack, Allow; it is the one step that no API can do")
	}
	if t := c.Teams; t != nil && in.Live.Teams != nil && !in.Live.Teams[t.Team.V] {
		r.Report(t.Team.At, "no message reaches %s: on %s nobody has authorised its Microsoft Teams team", c.Name.V, in.Live.Target).
			WithHint("in the console of Amazon Q Developer in chat applications: Configure new client, Microsoft Teams; it is the one step that no API can do")
	}
}

// onlyChime says what people in the rooms of a response plan cannot do.
func onlyChime(rp *ast.ResponsePlan, r *Reporter) {
	for _, use := range rp.Chat {
		if use.Channel == nil || use.Channel.Chime == nil {
			return
		}
	}
	if len(rp.Chat) > 0 {
		r.As(diag.Info, rp.Chat[0].Name.At, "nobody can answer %s from chat: Chime shows messages and takes no commands", rp.Name.V).
			WithHint("add a Slack or Microsoft Teams channel, if responders work there")
	}
}
