package paging

import (
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/watchbill/watchbill/oncall"
)

// Reached is how somebody is reached, before and after, whenever they are engaged: a story
// that begins with their being engaged.
type Reached struct {
	Contact       string
	Before, After Story
}

// reached explains the differences of a response plan by how people are reached, sorted by
// name. It is nil when that is not all there is to them: when anything else is engaged,
// shifts differ in the time of t, or what is new about somebody does not show when they are
// engaged alone.
func (c *comparison) reached(responsePlan string, t told) []Reached {
	before, after := stepsOf(c.before, responsePlan), stepsOf(c.after, responsePlan)
	if before == nil || after == nil || !c.sameTargets(responsePlan) {
		return nil
	}
	people := map[string]bool{}
	if !c.sameShifts(after, t, people) {
		return nil
	}
	var out []Reached
	for _, name := range slices.Sorted(maps.Keys(people)) {
		was, known := c.before.People[name]
		is, stays := c.after.People[name]
		if reflect.DeepEqual(was, is) {
			continue
		}
		r := Reached{name, c.alone(c.before, name), c.alone(c.after, name)}
		if !known || !stays || slices.Equal(r.Before, r.After) {
			return nil
		}
		out = append(out, r)
	}
	return out
}

// sameTargets reports whether the same is engaged at the same minutes, by the same names.
func (c *comparison) sameTargets(responsePlan string) bool {
	if engageKey(c.before, responsePlan) != engageKey(c.after, responsePlan) {
		return false
	}
	for _, name := range c.after.ResponsePlans[responsePlan] {
		if !reflect.DeepEqual(c.before.Escalations[name], c.after.Escalations[name]) {
			return false
		}
	}
	return true
}

// sameShifts reports whether the same people are on call in all schedules of some steps
// whenever an incident of the time of t asks. It adds everybody who can be engaged.
func (c *comparison) sameShifts(steps []Step, t told, people map[string]bool) bool {
	for _, s := range steps {
		if s.Schedule == "" {
			people[s.Contact] = true
			continue
		}
		before, after := c.before.Schedules[s.Schedule], c.after.Schedules[s.Schedule]
		if before == nil || after == nil {
			return false
		}
		for b, a := range zip(watches(before, t.from, t.reach()), watches(after, t.from, t.reach())) {
			if !slices.Equal(b.people, a.people) {
				return false
			}
			for _, p := range b.people {
				people[p] = true
			}
		}
	}
	return true
}

// alone is the story of an incident that engages nobody but one contact.
func (c *comparison) alone(r *oncall.Roster, contact string) Story {
	for s := range r.StoriesOfTargets([]string{contact}, c.from, c.from.Add(time.Minute)) {
		return condense(s.Events, s.Start)
	}
	return Story{}
}
