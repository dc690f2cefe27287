package rule

import (
	"github.com/watchbill/watchbill/compiler/ast"
)

// unknownInTests is unknown-reference for the names in test files.
func unknownInTests(p *ast.Plan, in Input, r *Reporter) {
	u := &unknown{p: p, n: in.names, r: r}
	for _, t := range in.Tests {
		u.testPlan(t.ResponsePlan)
		u.testSchedule(t.Schedule)
		for _, a := range t.Acknowledge {
			u.testContact(a.Contact, "a contact answers the pages")
		}
		for _, x := range t.Expect {
			u.expectation(x)
		}
	}
}

func (u *unknown) expectation(x *ast.Expectation) {
	u.testSchedule(x.Schedule)
	for _, name := range []ast.Text{x.Contact, x.Nobody} {
		u.testContact(name, "a contact is paged, or is not")
		c := u.n.contacts[name.V]
		if c == nil || !x.Channel.Set() || len(c.Channels) == 0 || channelNamed(c, x.Channel.V) != nil {
			continue
		}
		known := make([]string, 0, len(c.Channels))
		for _, ch := range c.Channels {
			known = append(known, ch.Name.V)
		}
		u.report(x.Channel, c.Name.V+" has no channel called %q", known)
	}
	if x.OnCall != nil {
		for _, name := range x.OnCall.Names {
			u.testContact(name, "contacts are on call")
		}
	}
}

func (u *unknown) testContact(name ast.Text, rule string) {
	if u.n.contacts[name.V] == nil {
		u.testName(name, "nobody is called %q", rule, u.contactNames())
	}
}

func (u *unknown) testPlan(name ast.Text) {
	known := make([]string, 0, len(u.p.ResponsePlans))
	for _, rp := range u.p.ResponsePlans {
		if rp.Name.V == name.V {
			return
		}
		known = append(known, rp.Name.V)
	}
	u.testName(name, "no response plan is called %q", "a test opens an incident of a response plan", known)
}

func (u *unknown) testSchedule(name ast.Text) {
	known := make([]string, 0, len(u.p.Schedules))
	for _, s := range u.p.Schedules {
		if s.Name.V == name.V {
			return
		}
		known = append(known, s.Name.V)
	}
	u.testName(name, "no schedule is called %q", "people are on call in a schedule", known)
}

// testName reports a name that was written and is none of known.
func (u *unknown) testName(name ast.Text, format, rule string, known []string) {
	if !name.Set() {
		return
	}
	what := u.what(name.V)
	switch {
	case what == "" && len(known) > 0:
		u.report(name, format, known)
	case what == "":
		u.r.Report(name.At, format, name.V).WithHint("the plan has none")
	case len(known) > 0:
		u.r.Report(name.At, "%q is %s; %s", name.V, what, rule).WithHint("write %s", oneOf(known))
	default:
		u.r.Report(name.At, "%q is %s; %s, and the plan has none", name.V, what, rule)
	}
}
