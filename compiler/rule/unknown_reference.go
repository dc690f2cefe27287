package rule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
)

// unknownReference reports names that name nothing, or something of the wrong
// kind. It is Fixed: there would be no resource to point at.
func unknownReference(p *ast.Plan, in Input, r *Reporter) {
	u := &unknown{p: p, n: in.names, r: r}
	for _, c := range p.Contacts {
		if len(c.Channels) == 0 {
			continue // the schema wants one, and says so
		}
		for t := range targets(c.EngagementPlan) {
			if t.Channel == nil {
				u.channel(c, t)
			}
		}
	}
	circles := cyclesOf(p, in.names)
	for _, e := range p.EscalationPlans {
		for t := range targets(e.Stages) {
			if _, circle := circles[t]; t.Contact == nil && t.Schedule == nil && !circle && !u.n.taken(t.Name.V) {
				u.person(t.Name, "a stage pages contacts and schedules", u.pageable())
			}
		}
	}
	for _, r := range rotations(p) {
		u.members(r.Members)
		for _, o := range r.Overrides {
			u.members(o.Members)
		}
	}
	for _, rp := range p.ResponsePlans {
		u.responsePlan(rp)
	}
	u.detection()
}

type unknown struct {
	p *ast.Plan
	n *names
	r *Reporter

	// compared is how many names were looked at to guess what was meant.
	compared int

	// Computed for the first unknown name only: correct plans do not pay.
	contacts, people, plans []string
	rotations               map[string]*ast.Schedule // name of a rotation -> first who has one
	channels                map[string]*ast.Contact  // name of a channel -> first who has one
}

func (u *unknown) responsePlan(rp *ast.ResponsePlan) {
	for _, e := range rp.Engage {
		if e.Contact == nil && e.Schedule == nil && e.EscalationPlan == nil && !u.n.taken(e.Name.V) {
			u.person(e.Name, "a response plan engages contacts, schedules and escalation plans", slices.Concat(u.pageable(), u.planNames()))
		}
	}
	if rp.Impact.Set() && rp.ImpactLevel == nil {
		known := slices.Clone(Levels[:])
		for _, level := range u.p.ImpactLevels {
			if !slices.Contains(Levels[:], level.Name.V) {
				known = append(known, level.Name.V)
			}
		}
		u.report(rp.Impact, "no impact level is called %q", known)
	}
	if rp.Runbook.Set() && rp.RunbookItem == nil {
		u.runbook(rp.Runbook)
	}
	u.topics(rp.Chat)
	u.topics(rp.Notify)
}

const membersRule = "the members of a rotation are contacts"

func (u *unknown) members(members []*ast.Member) {
	for _, m := range members {
		if m.Contact == nil {
			u.person(m.Name, membersRule, u.contactNames())
		}
	}
}

// channel says why the engagement plan of c cannot page t.
func (u *unknown) channel(c *ast.Contact, t *ast.Target) {
	own := make([]string, 0, len(c.Channels))
	for _, ch := range c.Channels {
		own = append(own, ch.Name.V)
	}
	name := t.Name.V
	if near := u.nearest(name, own); near != "" {
		u.r.Report(t.Name.At, "%s has no channel called %q; did you mean %q?", c.Name.V, name, near)
		return
	}
	message := fmt.Sprintf("%s has no channel called %q", c.Name.V, name)
	if what := u.what(name); what != "" {
		message = fmt.Sprintf("%q is %s; the engagement plan of %s pages channels of %s only", name, what, c.Name.V, c.Name.V)
	}
	f := u.r.Report(t.Name.At, "%s", message)
	if len(own) == 0 {
		f.WithHint("give %s a channel: channels: {%s: {sms: {env: %s}}}", c.Name.V, name, envName(c.Name.V, name))
	} else {
		f.WithHint("write %s", oneOf(own))
	}
}

// person says why name can be neither paged nor engaged at its place.
func (u *unknown) person(name ast.Text, rule string, known []string) {
	if what := u.what(name.V); what != "" {
		u.r.Report(name.At, "%q is %s; %s", name.V, what, rule).WithHint("%s", u.instead(name.V, rule, known))
		return
	}
	u.report(name, "nobody is called %q", known)
}

// instead is what to write for a name of the wrong kind.
func (u *unknown) instead(name, rule string, known []string) string {
	if e := u.n.plans[name]; e != nil && rule != membersRule {
		return fmt.Sprintf("copy the stages of %s, or engage both plans from the response plan", name)
	}
	if u.channels[name] != nil {
		return fmt.Sprintf("write %s, whose engagement plan chooses the channel", u.channels[name].Name.V)
	}
	if s := u.rotations[name]; s != nil && rule != membersRule {
		return fmt.Sprintf("write %s, the schedule", s.Name.V)
	}
	if len(known) == 0 {
		return "define the contact under contacts, and write its name"
	}
	return "write " + oneOf(known)
}

func (u *unknown) runbook(name ast.Text) {
	known := make([]string, 0, len(u.p.Runbooks))
	for _, rb := range u.p.Runbooks {
		known = append(known, rb.Name.V)
		if rb.Document.V == name.V {
			u.r.Report(name.At, "%q is the document of the runbook %q; a response plan names the runbook", name.V, rb.Name.V).
				WithHint("write %s", rb.Name.V)
			return
		}
	}
	f := u.report(name, "no runbook is called %q", known)
	if len(known) == 0 {
		f.WithHint("define it: runbooks: {restart: {document: AWS-RestartEC2Instance, role: …}}, and write restart here")
	}
}

// report says that name is not known, and what is.
func (u *unknown) report(name ast.Text, format string, known []string) *diag.Finding {
	message := fmt.Sprintf(format, name.V)
	if near := u.nearest(name.V, known); near != "" {
		return u.r.Report(name.At, "%s; did you mean %q?", message, near)
	}
	f := u.r.Report(name.At, "%s", message)
	if len(known) > 0 {
		f.WithHint("write %s", oneOf(known))
	}
	return f
}

// maxCompared bounds the guessing, at about a tenth of a second: when thousands of
// names lead nowhere, a section is missing and no name is misspelt.
const maxCompared = 50_000

func (u *unknown) nearest(word string, known []string) string {
	if u.compared += len(known); u.compared > maxCompared {
		return ""
	}
	return diag.Nearest(word, known)
}

// what is the kind of the item that has the name, "" for none.
func (u *unknown) what(name string) string {
	u.index()
	switch {
	case u.n.contacts[name] != nil:
		return "a contact"
	case u.n.schedules[name] != nil:
		return "a schedule"
	case u.n.plans[name] != nil:
		return "an escalation plan"
	case u.n.responses[name] != nil:
		return "a response plan"
	case u.n.runbooks[name] != nil:
		return "a runbook"
	case u.n.impacts[name] != nil:
		return "an impact level"
	case u.n.chats[name] != nil:
		return "a chat channel"
	case u.n.monitors[name] != nil:
		return "a monitor"
	case u.channels[name] != nil:
		return "a channel of " + u.channels[name].Name.V
	case u.rotations[name] != nil:
		return "a rotation of " + u.rotations[name].Name.V
	}
	return ""
}

func (u *unknown) index() {
	if u.rotations != nil {
		return
	}
	u.rotations = map[string]*ast.Schedule{}
	for s, r := range rotations(u.p) {
		if u.rotations[r.Name.V] == nil {
			u.rotations[r.Name.V] = s
		}
	}
	u.channels = map[string]*ast.Contact{}
	for _, c := range u.p.Contacts {
		for _, ch := range c.Channels {
			if u.channels[ch.Name.V] == nil {
				u.channels[ch.Name.V] = c
			}
		}
	}
}

func (u *unknown) contactNames() []string {
	if u.contacts == nil {
		for _, c := range u.p.Contacts {
			u.contacts = append(u.contacts, c.Name.V)
		}
	}
	return u.contacts
}

// pageable are the names of contacts and schedules.
func (u *unknown) pageable() []string {
	if u.people == nil {
		u.people = slices.Clone(u.contactNames())
		for _, s := range u.p.Schedules {
			u.people = append(u.people, s.Name.V)
		}
	}
	return u.people
}

func (u *unknown) planNames() []string {
	if u.plans == nil {
		for _, e := range u.p.EscalationPlans {
			u.plans = append(u.plans, e.Name.V)
		}
	}
	return u.plans
}

// maxListed is how many names a hint lists before it stops.
const maxListed = 6

// oneOf is "aiko", "aiko or ben", "aiko, ben or chie", cut after maxListed.
func oneOf(names []string) string {
	if len(names) > maxListed {
		return fmt.Sprintf("one of %s, … (%d in all)", strings.Join(names[:maxListed], ", "), len(names))
	}
	if len(names) == 1 {
		return names[0]
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// envName is the environment variable a hint proposes for an address.
func envName(parts ...string) string {
	return strings.ToUpper(strings.ReplaceAll(strings.Join(parts, "_"), "-", "_"))
}
