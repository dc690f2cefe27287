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
