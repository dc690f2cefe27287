package compiler

import (
	"github.com/watchbill/watchbill/compiler/rule"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
)

// live is what the rules are told of the target, nil when it was not looked at. A
// contact that is somebody else's is as good as unread: its channels were not listed.
func (c *compilation) live() *rule.Live {
	observed := c.options.Observed
	if observed == nil {
		return nil
	}
	roster, err := kind.RosterOf(observed)
	if err != nil {
		return nil // who deals the turns of the target says so
	}
	out := &rule.Live{Target: c.out.Settings.Target.Name, Roster: roster, Unread: map[string]bool{}}
	told(out, c.options.Answers)
	for _, contact := range c.out.Plan.Contacts {
		name := contact.Name.V
		for _, addr := range []resource.Addr{{Kind: "contact", Name: name}, {Kind: "channel", Name: name + "/"}, {Kind: "engagement_plan", Name: name}} {
			if observed.Unknown(addr) != nil {
				out.Unread[name] = true
			}
		}
		for _, o := range observed.Get(resource.Addr{Kind: "contact", Name: name}) {
			out.Unread[name] = out.Unread[name] || o.Owner != resource.Ours
		}
	}
	return out
}

// told adds what the target said of what the plan only names.
func told(live *rule.Live, answers *kind.Answers) {
	if answers == nil {
		return
	}
	live.Documents, live.Slack, live.Teams, live.PagerDuty = answers.Documents, answers.Slack, answers.Teams, answers.PagerDuty
	live.Roles = map[string]rule.RoleLack{}
	for runbook, r := range answers.Roles {
		live.Roles[runbook] = rule.RoleLack(r)
	}
	live.Fleets, live.Silent = map[string]rule.Fleet{}, map[string][]rule.SilentAlarm{}
	for _, f := range answers.Fleets {
		live.Fleets[f.Monitor] = rule.Fleet{Targets: len(f.Targets), Excepted: len(f.Excepted), Encoding: f.Encoding, Err: f.Err}
	}
	for monitor, alarms := range answers.Silent {
		for _, a := range alarms {
			live.Silent[monitor] = append(live.Silent[monitor], rule.SilentAlarm(a))
		}
	}
}

// steps are the actions that the runbooks' steps need of the runbooks' own roles.
func (c *compilation) steps() map[string][]string {
	out := map[string][]string{}
	for _, r := range c.out.Plan.Runbooks {
		out[r.Name.V] = kind.StepRights(c.out.Plan, r)
	}
	return out
}
