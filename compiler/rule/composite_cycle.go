package rule

import (
	"iter"
	"regexp"
	"strings"

	"github.com/watchbill/watchbill/compiler/ast"
)

// compositeCycle reports composite monitors that look at each other in a circle, or at
// themselves, their suppressors and what a rule: calls by the names of our alarms counted. CloudWatch would take such alarms one after the
// other, and then never let go of any: an alarm that another one looks at cannot be deleted.
// It is Fixed: there is no order in which they could be made.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
func compositeCycle(p *ast.Plan, _ Input, r *Reporter) {
	w := &monitorWalk{r: r, state: map[*ast.Monitor]int{}, named: map[string]*ast.Monitor{}}
	for _, m := range p.Monitors {
		w.named[m.Name.V] = m
	}
	for _, m := range p.Monitors {
		w.visit(m)
	}
}

// monitorWalk goes through what monitors look at, each once.
type monitorWalk struct {
	r     *Reporter
	way   []*ast.Monitor
	state map[*ast.Monitor]int
	named map[string]*ast.Monitor
}

// ownAlarm is a function of a rule over an alarm of ours: watchbill/MONITOR, or
// watchbill/MONITOR/TARGET of a fleet.
var ownAlarm = regexp.MustCompile(`(?i:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*"?watchbill/([a-z0-9_-]+)`)

// looks are the monitors that one looks at, by name and in the text of its rule.
func (w *monitorWalk) looks(m *ast.Monitor) iter.Seq[*ast.MonitorUse] {
	return func(yield func(*ast.MonitorUse) bool) {
		for u := range monitorUses(m) {
			if !yield(u) {
				return
			}
		}
		if m.Composite == nil {
			return
		}
		for _, found := range ownAlarm.FindAllStringSubmatch(m.Composite.Rule.V, -1) {
			u := &ast.MonitorUse{Name: ast.Text{V: found[1], At: m.Composite.Rule.At}, Monitor: w.named[found[1]]}
			if !yield(u) {
				return
			}
		}
	}
}

// States of a monitor: not seen, on the way here, done with.
const (
	unseen = iota
	onTheWay
	walked
)

func (w *monitorWalk) visit(m *ast.Monitor) {
	if w.state[m] != unseen {
		return
	}
	w.state[m] = onTheWay
	w.way = append(w.way, m)
	for u := range w.looks(m) {
		switch {
		case u.Monitor == nil:
		case w.state[u.Monitor] == onTheWay:
			w.report(u)
		default:
			w.visit(u.Monitor)
		}
	}
	w.way = w.way[:len(w.way)-1]
	w.state[m] = walked
}

// report says the circle that the use closes.
func (w *monitorWalk) report(u *ast.MonitorUse) {
	from := len(w.way) - 1
	for w.way[from] != u.Monitor {
		from--
	}
	var names []string
	for _, m := range w.way[from:] {
		names = append(names, m.Name.V)
	}
	if len(names) > maxCircle {
		names = append(names[:1], "…", names[len(names)-1])
	}
	f := w.r.Report(u.Name.At, "%s looks at itself: %s -> %s", u.Name.V, strings.Join(names, " -> "), u.Name.V)
	f.WithHint("leave %s out here", u.Name.V)
}
