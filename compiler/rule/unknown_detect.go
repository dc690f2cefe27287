package rule

// Names in and around what starts an incident: response plans, chat channels, monitors.

import (
	"fmt"
	"strings"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
)

// detection reports the unknown names of monitors and event rules.
func (u *unknown) detection() {
	for _, m := range u.p.Monitors {
		if m.ResponsePlan.Set() && m.Plan == nil {
			u.response(m.ResponsePlan, "a monitor starts a response plan")
		}
		u.topics(m.Notify)
		for use := range monitorUses(m) {
			if use.Name.Set() && use.Monitor == nil {
				u.monitor(use.Name)
			}
		}
	}
	for _, e := range u.p.EventRules {
		if e.ResponsePlan.Set() && e.Plan == nil {
			u.response(e.ResponsePlan, "an event rule starts a response plan")
		}
	}
}

// named reports whether an entry of a chat or notify list is meant as a name: no ARN is
// without a colon, and no name has one.
func named(t ast.Text) bool { return !strings.Contains(t.V, ":") }

func (u *unknown) topics(uses []*ast.TopicUse) {
	known := func() []string {
		names := make([]string, 0, len(u.p.ChatChannels))
		for _, c := range u.p.ChatChannels {
			names = append(names, c.Name.V)
		}
		return names
	}
	for _, t := range uses {
		if t.Channel != nil || !named(t.Name) {
			continue
		}
		f := u.kind(t.Name, "no chat channel is called %q", "this list holds chat channels and ARNs of SNS topics", known())
		if len(u.p.ChatChannels) == 0 {
			f.WithHint("define it: chat_channels: {%s: {}}, or write the ARN of an SNS topic", t.Name.V)
		}
	}
}

func (u *unknown) response(name ast.Text, rule string) {
	known := make([]string, 0, len(u.p.ResponsePlans))
	for _, rp := range u.p.ResponsePlans {
		known = append(known, rp.Name.V)
	}
	f := u.kind(name, "no response plan is called %q", rule, known)
	if len(known) == 0 {
		f.WithHint("define it under response_plans")
	}
}

func (u *unknown) monitor(name ast.Text) {
	known := make([]string, 0, len(u.p.Monitors))
	for _, m := range u.p.Monitors {
		known = append(known, m.Name.V)
	}
	u.kind(name, "no monitor is called %q", "an alarm over alarms names monitors; alarms that are not the plan's stand in rule:", known)
}

// kind reports a name that names something of another kind, or nothing.
func (u *unknown) kind(name ast.Text, format, rule string, known []string) *diag.Finding {
	if what := u.what(name.V); what != "" && u.nearest(name.V, known) == "" {
		message := fmt.Sprintf("%q is %s; %s", name.V, what, rule)
		f := u.r.Report(name.At, "%s", message)
		if len(known) > 0 {
			f.WithHint("write %s", oneOf(known))
		}
		return f
	}
	return u.report(name, format, known)
}
