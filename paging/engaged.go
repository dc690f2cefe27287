package paging

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/watchbill/watchbill/internal/when"
	"github.com/watchbill/watchbill/oncall"
)

// Step is a contact, or whoever is on call in a schedule then, being engaged so long after
// the opening of an incident. One of the names is "".
type Step struct {
	After    time.Duration
	Schedule string
	Contact  string
}

// Engaged is who is engaged when, before and after, ascending by time; nil when the response
// plan is not there. Around the world the same change of a plan makes a story for everybody
// who can be on call; this says it once.
type Engaged struct{ Before, After []Step }

// engaged explains the differences of a response plan by who is engaged. It is nil when that
// is not all there is to them: when shifts differ in the time of t, or how somebody is reached.
func (c *comparison) engaged(responsePlan string, t told) *Engaged {
	e := &Engaged{stepsOf(c.before, responsePlan), stepsOf(c.after, responsePlan)}
	if e.Before == nil || e.After == nil {
		return e
	}
	if slices.Equal(e.Before, e.After) {
		return nil
	}
	people := map[string]bool{}
	if !c.sameShifts(slices.Concat(e.Before, e.After), t, people) {
		return nil
	}
	for p := range people {
		if !reflect.DeepEqual(c.before.People[p], c.after.People[p]) {
			return nil
		}
	}
	return e
}

// byShifts reports whether the same is engaged at the same minutes, and everybody who is there on
// both sides is reached as before: then what differs are the shifts.
func (c *comparison) byShifts(responsePlan string, differences []Difference) bool {
	if !c.sameTargets(responsePlan) {
		return false
	}
	for _, d := range differences {
		for _, p := range slices.Concat(d.Before, d.After) {
			before, was := c.before.People[p.Contact]
			if after, is := c.after.People[p.Contact]; was && is && !reflect.DeepEqual(before, after) {
				return false
			}
		}
	}
	return true
}

// reach is the end of the time in which incidents that open in the time of t ask schedules: an
// escalation plan takes hours at most.
func (t told) reach() time.Time { return t.to.AddDate(0, 0, 7) }

// stepsOf is who a response plan engages; nil when it is not there.
func stepsOf(r *oncall.Roster, responsePlan string) []Step {
	targets, exists := r.ResponsePlans[responsePlan]
	if !exists {
		return nil
	}
	out := []Step{}
	for s := range r.Engages(targets) {
		if s.Kind == oncall.OnCallSchedule {
			out = append(out, Step{After: s.After, Schedule: s.Name})
		} else {
			out = append(out, Step{After: s.After, Contact: s.Name})
		}
	}
	slices.SortFunc(out, func(a, b Step) int {
		return cmp.Or(cmp.Compare(a.After, b.After), cmp.Compare(a.Schedule, b.Schedule), cmp.Compare(a.Contact, b.Contact))
	})
	return slices.Compact(out)
}

// StepsText is the steps on one line: "on call in primary 0m; ben 10m".
func StepsText(steps []Step) string {
	if len(steps) == 0 {
		return "nobody"
	}
	var parts []string
	for _, s := range steps {
		who := s.Contact
		if s.Schedule != "" {
			who = "on call in " + s.Schedule
		}
		parts = append(parts, who+" "+when.Length(s.After))
	}
	return strings.Join(parts, "; ")
}
