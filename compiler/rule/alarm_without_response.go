package rule

import (
	"strings"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
)

// alarmWithoutResponse reports monitors that start no incident: neither do they name a response
// plan nor are they part of a composite alarm that does, or keep one quiet. When the target
// was looked at, also alarms that should start one and do not, because somebody took their
// action away or switched it off.
func alarmWithoutResponse(p *ast.Plan, in Input, r *Reporter) {
	heard := heardMonitors(p)
	for _, m := range p.Monitors {
		switch {
		case m.ResponsePlan.Set():
			silenced(m, in, r)
		case heard[m]:
		case len(m.Notify) > 0:
			r.As(diag.Info, m.Name.At, "%s tells a topic and starts no incident: nobody is paged", m.Name.V).
				WithHint("write response_plan, if somebody should be")
		default:
			r.Report(m.Name.At, "%s starts no incident: it names no response plan, and no composite alarm that does is over it", m.Name.V).
				WithHint("write response_plan, name %s in composite: of another monitor, or remove it", m.Name.V)
		}
	}
}

// heardMonitors are the monitors that others with a response plan listen to, whatever the number
// of monitors between them.
func heardMonitors(p *ast.Plan) map[*ast.Monitor]bool {
	heard := map[*ast.Monitor]bool{}
	named := byName(p.Monitors, func(m *ast.Monitor) string { return m.Name.V })
	var listen func(m *ast.Monitor)
	hear := func(m *ast.Monitor) {
		if m != nil && !heard[m] {
			heard[m] = true
			listen(m)
		}
	}
	listen = func(m *ast.Monitor) {
		for u := range monitorUses(m) {
			hear(u.Monitor)
		}
		if m.Composite == nil {
			return
		}
		for _, found := range ruleAlarm.FindAllStringSubmatch(m.Composite.Rule.V, -1) {
			name, ours := strings.CutPrefix(strings.Trim(found[1], `"'`), "watchbill/")
			name, _, _ = strings.Cut(name, "/")
			if ours {
				hear(named[name])
			}
		}
	}
	for _, m := range p.Monitors {
		if m.ResponsePlan.Set() {
			listen(m)
		}
	}
	return heard
}

// silenced reports the live alarms of a monitor that start nothing.
func silenced(m *ast.Monitor, in Input, r *Reporter) {
	if in.Live == nil {
		return
	}
	for _, a := range in.Live.Silent[m.Name.V] {
		r.Report(m.Name.At, "%s on %s starts no incident: %s", a.Name, in.Live.Target, a.Why).
			WithHint("find out who did that and why, then apply the plan, which repairs it")
	}
}
