package rule

import (
	"strings"

	"github.com/watchbill/watchbill/compiler/ast"
)

// compositeCycle reports composite monitors that look at each other in a circle, or at
// themselves, their suppressors counted. CloudWatch would take such alarms one after the
// other, and then never let go of any: an alarm that another one looks at cannot be deleted.
// It is Fixed: there is no order in which they could be made.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
func compositeCycle(p *ast.Plan, _ Input, r *Reporter) {
	w := &monitorWalk{r: r, state: map[*ast.Monitor]int{}}
	for _, m := range p.Monitors {
		w.visit(m)
	}
}

// monitorWalk goes through what monitors look at, each once.
type monitorWalk struct {
	r     *Reporter
	way   []*ast.Monitor
	state map[*ast.Monitor]int
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
	for u := range monitorUses(m) {
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
