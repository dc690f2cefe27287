package oncall

// Whom an incident engages after which wait, while nobody answers.

import (
	"iter"
	"time"
)

// Summons is a name being engaged so long after the opening of an incident.
type Summons struct {
	After time.Duration // never negative
	Name  string
	// Kind is Contact, OnCallSchedule, or "" for what engages nobody: a name that stands for
	// nothing, or an escalation plan in a stage of one.
	Kind Kind
	// Path is the stage of the escalation plan that engages the name, nil when an incident does
	// so itself. The [Event.Path] of whoever is paged begins with it. Read it only.
	Path []Hop
}

// Engages are all that an incident of the targets, contacts, schedules and escalation plans by
// name, engages while nobody answers: target by target, and the stages of an escalation plan
// one after the other, so After ascends within a target only. What is engaged
// twice comes twice.
//
// An escalation plan in a stage of one is not followed, as [Run] does not follow it, so plans
// that name each other or themselves come to an end.
func (r *Roster) Engages(targets []string) iter.Seq[Summons] {
	return func(yield func(Summons) bool) {
		for _, name := range targets {
			kind := r.Kind(name)
			if kind == EscalationPlan {
				if !r.climb(name, yield) {
					return
				}
			} else if !yield(Summons{Name: name, Kind: kind}) {
				return
			}
		}
	}
}

// climb yields what the stages of an escalation plan engage, and whether to go on.
func (r *Roster) climb(plan string, yield func(Summons) bool) bool {
	var after time.Duration
	for i, stage := range r.Escalations[plan] {
		path := []Hop{{EscalationPlan, plan, i}}
		for _, t := range stage.Targets {
			kind := r.Kind(t.Contact)
			if kind == EscalationPlan {
				kind = ""
			}
			if !yield(Summons{after, t.Contact, kind, path}) {
				return false
			}
		}
		after += max(stage.Wait, 0)
	}
	return true
}
