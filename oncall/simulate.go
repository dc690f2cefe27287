package oncall

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"time"
)

// Simulate runs an incident of a response plan that opens at an instant, from its
// beginning to its end, while people answer at the given times after the opening. It is a
// [Run] and nothing else. Answers of people who have not been paged by then do not
// happen, see [Run.Acknowledge]; events are answered as they come about, so whoever
// has read enough may stop.
func (r *Roster) Simulate(responsePlan string, at time.Time, acknowledge map[string]time.Duration) iter.Seq[Event] {
	return r.SimulateTargets(r.ResponsePlans[responsePlan], at, acknowledge)
}

// SimulateTargets is Simulate for contacts, schedules and escalation plans by name.
func (r *Roster) SimulateTargets(targets []string, at time.Time, acknowledge map[string]time.Duration) iter.Seq[Event] {
	return func(yield func(Event) bool) {
		run := NewIncident(at, targets...)
		people := slices.SortedFunc(maps.Keys(acknowledge), func(a, b string) int {
			return cmp.Or(cmp.Compare(acknowledge[a], acknowledge[b]), cmp.Compare(a, b))
		})
		for _, person := range people {
			answer := at.Add(acknowledge[person])
			for e := range run.Events(r, answer) {
				if !yield(e) {
					return
				}
			}
			for _, e := range run.Acknowledge(r, person, answer) {
				if !yield(e) {
					return
				}
			}
		}
		for e := range run.Events(r, forever) {
			if !yield(e) {
				return
			}
		}
	}
}

// forever is after the end of every run.
var forever = time.Unix(1<<50, 0)
