package rule

import (
	"slices"
	"strings"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
)

// uses says who is used by whom, and from where first.
type uses struct {
	engaged   map[*ast.Contact]diag.Pos // by an escalation plan or response plan, or a member of a rotation
	schedules map[*ast.Schedule]diag.Pos
	plans     map[*ast.EscalationPlan]diag.Pos
	impacts   map[*ast.ImpactLevel]diag.Pos
	runbooks  map[*ast.Runbook]diag.Pos
	chats     map[*ast.ChatChannel]diag.Pos
	// Whether some name leads nowhere: what seems unused may be what was meant.
	lostPeople, lostImpact, lostRunbook, lostChat bool
}

func usesOf(p *ast.Plan) *uses {
	u := &uses{
		engaged:   make(map[*ast.Contact]diag.Pos, len(p.Contacts)),
		schedules: make(map[*ast.Schedule]diag.Pos, len(p.Schedules)),
		plans:     make(map[*ast.EscalationPlan]diag.Pos, len(p.EscalationPlans)),
		impacts:   map[*ast.ImpactLevel]diag.Pos{},
		runbooks:  map[*ast.Runbook]diag.Pos{},
		chats:     map[*ast.ChatChannel]diag.Pos{},
	}
	for _, e := range p.EscalationPlans {
		for t := range targets(e.Stages) {
			switch {
			case t.Contact != nil:
				use(u.engaged, t.Contact, t.Name.At)
			case t.Schedule != nil:
				use(u.schedules, t.Schedule, t.Name.At)
			default:
				u.lostPeople = true
			}
		}
	}
	for _, rp := range p.ResponsePlans {
		u.responsePlan(rp)
	}
	for _, r := range rotations(p) {
		u.members(r.Members)
		for _, o := range r.Overrides {
			u.members(o.Members)
		}
	}
	for _, m := range p.Monitors {
		u.topics(m.Notify)
	}
	u.nested(p)
	return u
}

func (u *uses) topics(list []*ast.TopicUse) {
	for _, t := range list {
		switch {
		case t.Channel != nil:
			use(u.chats, t.Channel, t.Name.At)
		case named(t.Name):
			u.lostChat = true
		}
	}
}

// nested uses the own documents that other runbooks start: their document names them, or
// their role may start them.
func (u *uses) nested(p *ast.Plan) {
	for _, child := range p.Runbooks {
		if !child.Source.Set() || has(u.runbooks, child) {
			continue
		}
		name := child.DocumentName()
		for _, rb := range p.Runbooks {
			starts := rb.MakeRole != nil && slices.ContainsFunc(rb.MakeRole.Starts, func(t ast.Text) bool { return t.V == name })
			if rb != child && (starts || rb.Document.V == name || strings.Contains(rb.Content, name)) {
				use(u.runbooks, child, rb.Name.At)
				break
			}
		}
	}
}

// members are used by their rotation, whether or not anything engages the schedule:
// one that nothing engages is itself what is unused.
func (u *uses) members(members []*ast.Member) {
	for _, m := range members {
		if m.Contact == nil {
			u.lostPeople = true
			continue
		}
		use(u.engaged, m.Contact, m.Name.At)
	}
}

func (u *uses) responsePlan(rp *ast.ResponsePlan) {
	for _, e := range rp.Engage {
		switch {
		case e.Contact != nil:
			use(u.engaged, e.Contact, e.Name.At)
		case e.Schedule != nil:
			use(u.schedules, e.Schedule, e.Name.At)
		case e.EscalationPlan != nil:
			use(u.plans, e.EscalationPlan, e.Name.At)
		default:
			u.lostPeople = true
		}
	}
	if rp.ImpactLevel != nil {
		use(u.impacts, rp.ImpactLevel, rp.Impact.At)
	} else if rp.Impact.Set() {
		u.lostImpact = true
	}
	if rp.RunbookItem != nil {
		use(u.runbooks, rp.RunbookItem, rp.Runbook.At)
	} else if rp.Runbook.Set() {
		u.lostRunbook = true
	}
	u.topics(rp.Chat)
	u.topics(rp.Notify)
}

func use[T any](m map[*T]diag.Pos, it *T, from diag.Pos) {
	if _, used := m[it]; !used {
		m[it] = from
	}
}

// targets are the targets of all stages, in order.
func targets(stages []*ast.Stage) func(yield func(*ast.Target) bool) {
	return func(yield func(*ast.Target) bool) {
		for _, s := range stages {
			for _, t := range s.Page {
				if !yield(t) {
					return
				}
			}
		}
	}
}

// reach is how a contact's engagement plan reaches it.
type reach struct {
	pages bool // some stage pages an existing channel
	lost  bool // some stage names a channel that does not exist
}

func reachOf(c *ast.Contact) reach {
	var r reach
	for t := range targets(c.EngagementPlan) {
		if t.Channel != nil {
			r.pages = true
		} else {
			r.lost = true
		}
	}
	return r
}
