package rule

import (
	"iter"
	"slices"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
)

// Resolve links the names in a plan to what they name, and reports what stands
// in the way of lowering it (the Fixed rules). Of two items of one name the
// first is meant; that there are two is reported where they are read.
func Resolve(p *ast.Plan, l *diag.List) {
	n := namesOf(p)
	for _, c := range p.Contacts {
		linkChannels(c)
	}
	for _, e := range p.EscalationPlans {
		for _, s := range e.Stages {
			for _, t := range s.Page {
				t.Contact, t.Schedule = n.contacts[t.Name.V], n.schedules[t.Name.V]
				if t.Contact != nil && t.Schedule != nil {
					t.Contact, t.Schedule = nil, nil // name-taken: nobody knows which
				}
			}
		}
	}
	for _, r := range rotations(p) {
		linkMembers(r.Members, n)
		for _, o := range r.Overrides {
			linkMembers(o.Members, n)
		}
	}
	levels := levelsOf(n)
	for _, rp := range p.ResponsePlans {
		for _, e := range rp.Engage {
			if !n.taken(e.Name.V) { // name-taken: nobody knows which
				e.Contact, e.Schedule, e.EscalationPlan = n.contacts[e.Name.V], n.schedules[e.Name.V], n.plans[e.Name.V]
			}
		}
		rp.ImpactLevel = levels[rp.Impact.V]
		rp.RunbookItem = n.runbooks[rp.Runbook.V]
		linkTopics(rp.Chat, n)
		linkTopics(rp.Notify, n)
	}
	for _, m := range p.Monitors {
		m.Plan = n.responses[m.ResponsePlan.V]
		linkTopics(m.Notify, n)
		for u := range monitorUses(m) {
			u.Monitor = n.monitors[u.Name.V]
		}
	}
	for _, e := range p.EventRules {
		e.Plan = n.responses[e.ResponsePlan.V]
	}
	in := Input{names: n}
	for i := range All {
		if rule := &All[i]; rule.Fixed {
			rule.run(p, in, l)
		}
	}
}

func linkMembers(members []*ast.Member, n *names) {
	for _, m := range members {
		m.Contact = n.contacts[m.Name.V]
	}
}

func linkTopics(uses []*ast.TopicUse, n *names) {
	for _, u := range uses {
		u.Channel = n.chats[u.Name.V]
	}
}

// monitorUses are the names of other monitors in a monitor.
func monitorUses(m *ast.Monitor) iter.Seq[*ast.MonitorUse] {
	return func(yield func(*ast.MonitorUse) bool) {
		if c := m.Composite; c != nil {
			for _, u := range slices.Concat(c.Any, c.All) {
				if !yield(u) {
					return
				}
			}
		}
		if m.SuppressedBy != nil {
			yield(m.SuppressedBy.By)
		}
	}
}

// rotations are the rotations of all schedules, each with its schedule.
func rotations(p *ast.Plan) iter.Seq2[*ast.Schedule, *ast.Rotation] {
	return func(yield func(*ast.Schedule, *ast.Rotation) bool) {
		for _, s := range p.Schedules {
			for _, r := range s.Rotations {
				if !yield(s, r) {
					return
				}
			}
		}
	}
}

func linkChannels(c *ast.Contact) {
	for _, s := range c.EngagementPlan {
		for _, t := range s.Page {
			t.Channel = channelNamed(c, t.Name.V)
		}
	}
}

// channelNamed is a loop because people have two or three channels.
func channelNamed(c *ast.Contact, name string) *ast.Channel {
	for _, ch := range c.Channels {
		if ch.Name.V == name {
			return ch
		}
	}
	return nil
}

// names are the items of a plan by name.
type names struct {
	contacts  map[string]*ast.Contact
	schedules map[string]*ast.Schedule
	plans     map[string]*ast.EscalationPlan
	impacts   map[string]*ast.ImpactLevel
	runbooks  map[string]*ast.Runbook
	chats     map[string]*ast.ChatChannel
	responses map[string]*ast.ResponsePlan
	monitors  map[string]*ast.Monitor
}

// taken reports whether two items of the namespace that AWS has for contacts,
// schedules and escalation plans have the name.
func (n *names) taken(name string) bool {
	contact, schedule, plan := n.contacts[name] != nil, n.schedules[name] != nil, n.plans[name] != nil
	return contact && schedule || contact && plan || schedule && plan
}

func namesOf(p *ast.Plan) *names {
	return &names{
		contacts:  byName(p.Contacts, func(c *ast.Contact) string { return c.Name.V }),
		schedules: byName(p.Schedules, func(s *ast.Schedule) string { return s.Name.V }),
		plans:     byName(p.EscalationPlans, func(e *ast.EscalationPlan) string { return e.Name.V }),
		impacts:   byName(p.ImpactLevels, func(i *ast.ImpactLevel) string { return i.Name.V }),
		runbooks:  byName(p.Runbooks, func(r *ast.Runbook) string { return r.Name.V }),
		chats:     byName(p.ChatChannels, func(c *ast.ChatChannel) string { return c.Name.V }),
		responses: byName(p.ResponsePlans, func(rp *ast.ResponsePlan) string { return rp.Name.V }),
		monitors:  byName(p.Monitors, func(m *ast.Monitor) string { return m.Name.V }),
	}
}

func byName[T any](items []*T, name func(*T) string) map[string]*T {
	m := make(map[string]*T, len(items))
	for _, it := range items {
		if _, taken := m[name(it)]; !taken {
			m[name(it)] = it
		}
	}
	return m
}

// Levels are the impact levels AWS has, 1 to 5 in this order. A plan may refine
// them (give one a description) and add names of its own.
var Levels = [...]string{"critical", "high", "medium", "low", "none"}

// levelsOf are the levels a response plan may name. A built-in one that the plan
// does not mention has no place; one refined without a level gets its own.
func levelsOf(n *names) map[string]*ast.ImpactLevel {
	m := make(map[string]*ast.ImpactLevel, len(n.impacts)+len(Levels))
	for name, level := range n.impacts {
		m[name] = level
	}
	for i, name := range Levels {
		level, refined := m[name]
		if !refined {
			level = &ast.ImpactLevel{}
			level.Name.V = name
			m[name] = level
		}
		if !level.Level.Set() {
			level.Level.V = i + 1
		}
	}
	return m
}
