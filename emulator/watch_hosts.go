package emulator

// Hosts and alarms on the page, with a button that breaks a host and one that mends it.

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	g "maragu.dev/gomponents"
	"maragu.dev/gomponents/html"
)

// How many hosts and alarms the page shows: what is broken and what is in ALARM comes first.
const (
	shownHosts  = 100
	shownAlarms = 100
)

// gatherWatched takes hosts and alarms from the state.
func (v *watchView) gatherWatched(st *state) {
	for _, h := range st.hosts.below("") {
		if h.Gone.IsZero() {
			v.hosts = append(v.hosts, h)
		}
	}
	slices.SortStableFunc(v.hosts, func(a, b *host) int { return cmp.Compare(truth(b.broken()), truth(a.broken())) })
	v.hidden.hosts = max(0, len(v.hosts)-shownHosts)
	v.hosts = v.hosts[:min(len(v.hosts), shownHosts)]
	for _, a := range st.alarms.below("") {
		v.alarms = append(v.alarms, a)
	}
	rank := map[string]int{stateAlarm: 0, stateInsufficient: 1, stateOK: 2}
	slices.SortStableFunc(v.alarms, func(a, b *metricAlarm) int { return rank[a.State] - rank[b.State] })
	v.hidden.alarms = max(0, len(v.alarms)-shownAlarms)
	v.alarms = v.alarms[:min(len(v.alarms), shownAlarms)]
}

func (v *watchView) hostsNode() g.Node {
	if len(v.hosts) == 0 {
		return nil
	}
	return html.Section(html.H2(g.Text("Hosts")),
		grid([]string{"host", "type", "tags", "state", ""}, g.Map(v.hosts, func(h *host) g.Node {
			var tags g.Group
			for _, key := range sortedKeys(h.Tags) {
				tags = append(tags, own(key+"="+h.Tags[key]), g.Text(" "))
			}
			state, turn := g.Node(g.Text("well")), do("break", "Break")
			if h.broken() {
				state = html.Span(html.Class("OPEN"), g.Text("broken since "+moment(h.Turns[len(h.Turns)-1])))
				turn = do("mend", "Mend")
			}
			return line(own(h.ID), g.Text(h.Type+" in "+h.Region), tags, state,
				html.Form(html.Method("post"), html.Action(sideDoorPrefix+"page/hosts"),
					g.If(v.refresh, html.Input(html.Type("hidden"), html.Name("refresh"))),
					html.Input(html.Type("hidden"), html.Name("type"), html.Value(h.Type)),
					html.Input(html.Type("hidden"), html.Name("region"), html.Value(h.Region)),
					html.Input(html.Type("hidden"), html.Name("id"), html.Value(h.ID)), turn))
		})), more(v.hidden.hosts, "more hosts"))
}

func (v *watchView) alarmsNode() g.Node {
	if len(v.alarms) == 0 {
		return nil
	}
	return html.Section(html.H2(g.Text("Alarms")),
		grid([]string{"alarm", "state", "since", "why"}, g.Map(v.alarms, func(a *metricAlarm) g.Node {
			class := map[string]string{stateAlarm: "OPEN", stateOK: "RESOLVED", stateInsufficient: "dim"}[a.State]
			return line(own(a.Name), html.Span(html.Class(class), g.Text(a.State)), g.Text(moment(a.StateSince)), own(a.Reason))
		})), more(v.hidden.alarms, "more alarms"))
}

// pageHostsDoor is the hosts' buttons.
func (s *Server) pageHostsDoor(w http.ResponseWriter, r *http.Request) {
	if r.Body == nil {
		r.Body = http.NoBody // in process
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxClockBody)
	err := r.ParseForm()
	do := r.PostForm.Get("do")
	if err != nil || do != "break" && do != "mend" {
		http.Error(w, "hosts: this is not the page's form", http.StatusBadRequest)
		return
	}
	broken := do == "break"
	err = s.changeHosts(func(tx *tx, now time.Time) error {
		order := hostOrder{ID: r.PostForm.Get("id"), Type: r.PostForm.Get("type"), Region: r.PostForm.Get("region"), Broken: &broken}
		if h := tx.hosts.get(hostKey(order.Region, order.Type, order.ID)); h == nil || !h.Gone.IsZero() {
			return &hostProblem{"it is not there any more", http.StatusNotFound}
		}
		h, err := s.orderHost(tx, now, order)
		if err == nil {
			wakeAlarms(tx, now, []*host{h})
		}
		return err
	})
	switch problem, ok := err.(*hostProblem); {
	case ok:
		http.Error(w, problem.Error(), problem.status)
	case err != nil:
		http.Error(w, "hosts: the store failed", http.StatusInternalServerError)
	default:
		backToPage(w, r)
	}
}

// backToPage sends the browser back to what it was looking at.
func backToPage(w http.ResponseWriter, r *http.Request) {
	to := "/"
	if r.PostForm.Has("refresh") {
		to = "/?refresh"
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}
