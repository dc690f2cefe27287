package kind_test

// No uncovered minute: whatever changes, in every execution that the order allows and
// at every moment of it, an incident that pages somebody before and after does so then,
// no later than the later of both.

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
	"github.com/watchbill/watchbill/oncall"
)

// ends draws an account as it is and what is wanted of it: two plans of the same names
// that have more or less in common.
func ends(rt *rapid.T) (observed, desired *resource.State) {
	first, second := apart(stateOf(rt)), stateOf(rt)
	desired = &resource.State{}
	stays := rapid.IntRange(0, 9).Draw(rt, "how much stays")
	for _, want := range second.All() {
		if was := first.Get(want.Addr); len(was) > 0 && rapid.IntRange(0, 9).Draw(rt, "stays") < stays && allIn(second, was[0].Needs) {
			want.Spec, want.Needs = was[0].Spec, was[0].Needs
		}
		desired.Add(want)
	}
	desired = apart(desired)
	observed = &resource.State{}
	for i, o := range first.All() {
		live := *o
		live.ID, live.Awaits = fmt.Sprintf("id-%03d", i), nil
		switch o.Addr.Kind {
		case "channel":
			if rapid.IntRange(0, 4).Draw(rt, "activated") > 0 {
				live.Status = kind.Activated
			}
		case "override":
			live.Status = monday.Add(time.Duration(i-1000) * time.Minute).Format(time.RFC3339Nano)
		}
		observed.Add(&live)
	}
	return observed, desired
}

// apart takes out overrides that overlap with an earlier one, which no plan may have.
func apart(s *resource.State) *resource.State {
	over := map[resource.Addr]time.Time{}
	return s.Without(func(o *resource.Object) bool {
		spec, ok := o.Spec.(kind.Override)
		if ok && spec.Start.Before(over[o.Parent]) {
			return true
		}
		over[o.Parent] = spec.End
		return false
	})
}

func allIn(s *resource.State, addrs []resource.Addr) bool {
	return !slices.ContainsFunc(addrs, func(a resource.Addr) bool { return !s.Has(a) })
}

// stateOf draws a plan with two response plans that engage anything.
func stateOf(rt *rapid.T) *resource.State {
	d := &drawn{rt: rt}
	p := d.plan()
	p.ResponsePlans = nil
	for _, name := range []string{"down", "slow"} {
		rp := &ast.ResponsePlan{Item: ast.Item{Name: written(name)}, Title: written("Title"), ImpactLevel: &ast.ImpactLevel{Level: written(1)}}
		if rapid.Bool().Draw(rt, "engages up") {
			rp.Engage = append(rp.Engage, &ast.Engagement{Name: p.EscalationPlans[0].Name, EscalationPlan: p.EscalationPlans[0]})
		}
		for _, s := range p.Schedules {
			if rapid.Bool().Draw(rt, "engages a schedule") {
				rp.Engage = append(rp.Engage, &ast.Engagement{Name: s.Name, Schedule: s})
			}
		}
		for _, c := range p.Contacts {
			if rapid.IntRange(0, 3).Draw(rt, "engages somebody") == 0 {
				rp.Engage = append(rp.Engage, &ast.Engagement{Name: c.Name, Contact: c})
			}
		}
		p.ResponsePlans = append(p.ResponsePlans, rp)
	}
	return kind.Current(kind.Lower(p), monday)
}

// play is an account on its way.
type play struct {
	live    []*resource.Object
	pending map[string]*resource.Object // a channel that replaces one, until a stage pages it
	made    int
}

func (p *play) do(s resource.Step) {
	c := s.Change
	if s.Part == resource.PartDelete {
		p.live = slices.DeleteFunc(p.live, func(o *resource.Object) bool { return o.Addr == c.Addr && o.ID == c.Before.ID })
		return
	}
	p.made++
	o := *c.After
	o.ID = fmt.Sprintf("made-%d", p.made)
	if o.Addr.Kind == "override" {
		o.Status = monday.Add(time.Duration(p.made) * time.Second).Format(time.RFC3339Nano)
	}
	if s.Part == resource.PartUpdate {
		o.ID = c.Before.ID
		was, _ := c.Before.Spec.(kind.Channel)
		if is, ok := c.After.Spec.(kind.Channel); ok && is.Address == was.Address {
			o.Status = c.Before.Status
		}
		p.live = slices.DeleteFunc(p.live, func(x *resource.Object) bool { return x.Addr == c.Addr })
	}
	if c.Action == resource.Replace && o.Addr.Kind == "channel" {
		p.pending[o.Addr.String()] = &o
		return
	}
	p.live = append(p.live, &o)
	if o.Addr.Kind == "engagement_plan" {
		p.repoint(o.Addr.Name)
	}
}

// repoint lets the stages of a contact page the channels that came for others.
func (p *play) repoint(contact string) {
	for name, o := range p.pending {
		if o.Parent.Name == contact {
			p.live = slices.DeleteFunc(p.live, func(x *resource.Object) bool { return x.Addr == o.Addr })
			p.live = append(p.live, o)
			delete(p.pending, name)
		}
	}
}

func (p *play) roster(rt *rapid.T) *oncall.Roster {
	s := &resource.State{}
	for _, o := range p.live {
		s.Add(o)
	}
	return rosterOf(rt, s)
}

// firstPage is when an incident that opens at an instant pages somebody first, false
// when it never does.
func firstPage(r *oncall.Roster, plan string, at time.Time) (time.Duration, bool) {
	for e := range r.Simulate(plan, at, nil) {
		if e.Type == oncall.Paged {
			return e.Time.Sub(at), true
		}
	}
	return 0, false
}

// suspects are the instants of the coming weeks at which somebody's shift begins or
// ends in one of the rosters, and a while before each.
func suspects(rosters ...*oncall.Roster) []time.Time {
	at := map[time.Time]bool{monday: true}
	until := monday.AddDate(0, 0, 28)
	for _, r := range rosters {
		for _, s := range r.Schedules {
			for b := range s.Boundaries(monday, until) {
				at[b] = true
				for _, ahead := range []time.Duration{10, 45} {
					if t := b.Add(-ahead * time.Minute); t.After(monday) {
						at[t] = true
					}
				}
			}
		}
	}
	out := make([]time.Time, 0, len(at))
	for t := range at {
		out = append(out, t)
	}
	slices.SortFunc(out, time.Time.Compare)
	return out
}

func TestPromiseNoUncoveredMinute(t *testing.T) {
	excused, all := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		observed, desired := ends(rt)
		cs := resource.Diff(desired, observed)
		kind.Weigh(cs, observed, monday)
		steps, err := resource.Order(cs, nil)
		if err != nil {
			rt.Fatal(err)
		}
		if all++; saysUncovered(cs) {
			excused++
			return
		}
		order := execution(rt, steps)
		before := rosterOf(rt, observed)
		p := &play{live: observed.All(), pending: map[string]*resource.Object{}}
		rosters := []*oncall.Roster{before}
		for _, i := range order {
			p.do(steps[i])
			rosters = append(rosters, p.roster(rt))
		}
		uncovered(rt, rosters, func(n int) string {
			return stepsDone(steps, order[:n]) + "and before\n" + stepsDone(steps, order[n:])
		})
	})
	t.Logf("%d of %d changes cannot be made without a minute uncovered, and say so", excused, all)
	if excused*4 > all {
		t.Error("that is too many to prove anything")
	}
}

// uncovered fails when a roster between the first and the last one pages later than both.
func uncovered(rt *rapid.T, rosters []*oncall.Roster, how func(int) string) {
	before, after := rosters[0], rosters[len(rosters)-1]
	for plan := range before.ResponsePlans {
		if _, stays := after.ResponsePlans[plan]; !stays {
			continue
		}
		for _, at := range suspects(rosters...) {
			was, covered := firstPage(before, plan, at)
			is, stays := firstPage(after, plan, at)
			if !covered || !stays {
				continue
			}
			for n, r := range rosters {
				if now, ok := firstPage(r, plan, at); !ok || now > max(was, is) {
					rt.Fatalf("%s opened at %s pages after %s before, %s in the end, and in between %s (%v), after\n%s", plan, at.Format(time.RFC3339), was, is, now, ok, how(n))
				}
			}
		}
	}
}

func saysUncovered(cs *resource.ChangeSet) bool {
	return slices.ContainsFunc(cs.Changes, func(c *resource.Change) bool {
		return slices.ContainsFunc(c.Notes, func(n string) bool { return strings.Contains(n, "a minute that is covered before and after") })
	})
}

// execution draws one that the order allows.
func execution(rt *rapid.T, steps []resource.Step) []int {
	var out []int
	done := make([]bool, len(steps))
	for len(out) < len(steps) {
		firsts := false
		for i, s := range steps {
			firsts = firsts || !s.Last && !done[i]
		}
		var ready []int
		for i, s := range steps {
			if !done[i] && !(s.Last && firsts) && !slices.ContainsFunc(s.After, func(j int) bool { return !done[j] }) {
				ready = append(ready, i)
			}
		}
		next := rapid.SampledFrom(ready).Draw(rt, "next")
		done[next] = true
		out = append(out, next)
	}
	return out
}

func stepsDone(steps []resource.Step, order []int) string {
	var b strings.Builder
	for _, i := range order {
		c := steps[i].Change
		effect := c.Effect
		if steps[i].Part == resource.PartDelete {
			effect = c.Removal
		}
		fmt.Fprintf(&b, "%s part %d effect %d group %d of %s: %v\n", c.Action, steps[i].Part, effect, c.Group, c.Addr, c.Fields)
	}
	return b.String()
}
