package kind

// No uncovered minute: what each step of a change set does to who is paged, so that
// resource.Order can let the gains come first and the losses last.
//
// How soon somebody is paged is the least of many delays: an incident engages people,
// schedules and escalation plans, the first rotation that has somebody on call counts, and
// of that person's channels the first. So a part of the whole that gets better on its own
// makes nothing worse, whatever the others are. After all gains every minute is as good as
// it was or better, and before the last loss as good as it will be or better. Only what is
// better at one hour and worse at another needs a look at the whole: of such moves that
// meet in one response plan, turns chooses the order.

import (
	"slices"
	"strings"
	"time"

	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/oncall"
)

// coverAhead is how far turns are compared. Overrides further ahead are weighed again by
// the pass that makes or moves them.
const coverAhead = 5 * 7 * 24 * time.Hour

// never is the delay of somebody who is not paged at all.
const never = time.Duration(1<<63 - 1)

// Weigh sets the effects, groups and turns of the changes, and notes those that leave a
// minute uncovered however they are ordered. at is the pass's instant.
func Weigh(cs *resource.ChangeSet, observed *resource.State, at time.Time) {
	w := newWeighing(cs, observed, at)
	if len(w.both) == 0 || !w.concerns() {
		return
	}
	for i, group := range w.groups() {
		w.weigh(i+1, group)
	}
}

// move is one step as far as it concerns who is paged.
type move struct {
	c       *resource.Change
	removal bool
}

// turn is where the step's place among those that shift is kept.
func (m move) turn() *int {
	if m.removal {
		return &m.c.RemovalTurn
	}
	return &m.c.Turn
}

func (m move) effect() *resource.Effect {
	if m.removal {
		return &m.c.Removal
	}
	return &m.c.Effect
}

// weighing is a change set before it is ordered.
type weighing struct {
	observed *resource.State
	from, to time.Time
	built    map[resource.Addr]*resource.Change
	removed  map[resource.Addr][]*resource.Change
	below    map[resource.Addr][]*resource.Change // changes of channels, stages and overrides, by whom they are of
	both     []resource.Addr                      // response plans of both ends
}

func newWeighing(cs *resource.ChangeSet, observed *resource.State, at time.Time) *weighing {
	w := &weighing{observed: observed, from: at, to: at.Add(coverAhead), built: map[resource.Addr]*resource.Change{},
		removed: map[resource.Addr][]*resource.Change{}, below: map[resource.Addr][]*resource.Change{}}
	for _, c := range cs.Changes {
		if c.Action != resource.Delete {
			w.built[c.Addr] = c
		}
		if c.Action == resource.Delete || c.Action == resource.Replace {
			w.removed[c.Addr] = append(w.removed[c.Addr], c)
		}
		if of := partOf(c.Addr); of != c.Addr {
			w.below[of] = append(w.below[of], c)
		}
	}
	for _, o := range observed.All() {
		if o.Addr.Kind == responsePlan.Name && o.Owner == resource.Ours && (w.built[o.Addr] != nil || w.removed[o.Addr] == nil) {
			w.both = append(w.both, o.Addr)
		}
	}
	return w
}

// partOf is the part of the paging that a change belongs to: a person with channels and
// stages, a rotation with overrides.
func partOf(a resource.Addr) resource.Addr {
	switch a.Kind {
	case channelKind:
		return resource.Addr{Kind: contactKind, Name: parentName(a.Name)}
	case engagementPlanKind:
		return resource.Addr{Kind: contactKind, Name: a.Name}
	case overrideKind:
		return resource.Addr{Kind: rotationKind, Name: parentName(a.Name)}
	}
	return a
}

// concerns reports whether something that is live changes who is paged; most passes
// that change anything only make what is new.
func (w *weighing) concerns() bool {
	for addr, c := range w.built {
		if c.Action != resource.Create || addr.Kind == overrideKind {
			return true
		}
	}
	for addr := range w.removed {
		if addr.Kind == overrideKind || addr.Kind == engagementPlanKind {
			return true
		}
	}
	return false
}

// group is what meets in response plans: these, and all that they reach on either side.
type group struct{ plans, reach []resource.Addr }

// groups joins response plans that reach a changed part in common.
func (w *weighing) groups() []group {
	var out []group
	at := map[resource.Addr]int{} // parts with changes, to a group
	for _, plan := range w.both {
		reach := w.reached(plan)
		mine := len(out)
		out = append(out, group{[]resource.Addr{plan}, reach})
		for _, a := range reach {
			if w.built[a] == nil && w.below[a] == nil {
				continue
			}
			if other, taken := at[a]; taken && other != mine {
				out[mine] = group{append(out[mine].plans, out[other].plans...), append(out[mine].reach, out[other].reach...)}
				for _, b := range out[other].reach {
					if at[b] == other {
						at[b] = mine
					}
				}
				out[other] = group{}
			}
			at[a] = mine
		}
	}
	out = slices.DeleteFunc(out, func(g group) bool { return len(g.plans) == 0 })
	for i := range out {
		slices.SortFunc(out[i].plans, resource.Addr.Compare)
		slices.SortFunc(out[i].reach, resource.Addr.Compare)
		out[i].reach = slices.Compact(out[i].reach)
	}
	return out
}

// reached are the parts that a response plan leads to, before or after.
func (w *weighing) reached(plan resource.Addr) []resource.Addr {
	seen := map[resource.Addr]bool{plan: true}
	out := []resource.Addr{plan}
	for i := 0; i < len(out); i++ {
		var needs []resource.Addr
		for _, o := range w.observed.Get(out[i]) {
			needs = append(needs, o.Needs...)
		}
		if c := w.built[out[i]]; c != nil {
			needs = append(needs, c.After.Needs...)
		}
		for _, c := range w.below[out[i]] {
			if c.After != nil {
				needs = append(needs, c.After.Needs...)
			}
		}
		if out[i].Kind == rotationKind {
			for _, o := range w.observed.Children(overrideKind, out[i].Name) {
				needs = append(needs, o.Needs...)
			}
		}
		for _, need := range needs {
			if need = partOf(need); need != theSet && !seen[need] {
				seen[need] = true
				out = append(out, need)
			}
		}
	}
	return out
}

// weigh gives the changes of a group their effects, and its moves their turns.
func (w *weighing) weigh(number int, g group) {
	s := &scene{weighing: w, group: g, done: map[move]bool{}}
	s.learn()
	var moves []move
	for _, m := range s.moves {
		e := s.effectOf(m)
		if m.removal { // what takes its place is there first
			e = max(e, m.c.Effect)
		}
		if *m.effect() = e; e != resource.Neutral {
			m.c.Group = number
		}
		if e == resource.Shifts {
			moves = append(moves, m)
		}
	}
	if len(moves) > 1 {
		s.turns(moves)
	}
}

// live is the object at addr before the pass, nil when there is none.
func (w *weighing) live(addr resource.Addr) *resource.Object {
	if c := w.built[addr]; c != nil && c.Before != nil {
		return c.Before
	}
	if objs := w.observed.Get(addr); len(objs) > 0 {
		return objs[0]
	}
	return nil
}

// firstPage is when a plan of one person first pages a channel that is active.
func firstPage(stages []oncall.Stage, active func(channel string) bool) time.Duration {
	var at time.Duration
	for _, s := range stages {
		if slices.ContainsFunc(s.Targets, func(t oncall.Target) bool { return active(t.Channel) }) {
			return at
		}
		at += max(0, s.Wait)
	}
	return never
}

// noteUncovered says what no order can avoid.
func noteUncovered(moves []move, l loss) {
	var names []string
	for _, m := range moves {
		names = append(names, m.c.Addr.String())
	}
	what := "is paged later than before and after"
	if l.uncovered > 0 {
		what = "is paged by nobody"
	}
	for _, m := range moves {
		m.c.Notes = append(m.c.Notes, strings.Join(names, " and ")+" change in one call each, which AWS cannot do together: until the last of them is done, a minute that is covered before and after "+what)
	}
}
