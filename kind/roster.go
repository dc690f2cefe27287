package kind

import (
	"time"

	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/oncall"
)

// RosterOf is who is paged when, as a state of either side says it. On the desired
// side every channel counts as activated, on the observed side those that are.
// Names are the second halves of addresses. What is unknown in the state is absent
// from the roster: ask the state first. The error is that a rotation cannot be
// dealt, which no validated plan has.
func RosterOf(s *resource.State) (*oncall.Roster, error) {
	r := &oncall.Roster{
		People: map[string]oncall.Person{}, Schedules: map[string]*oncall.Schedule{},
		Escalations: map[string][]oncall.Stage{}, ResponsePlans: map[string][]string{},
	}
	for _, o := range s.All() {
		switch spec := o.Spec.(type) {
		case Contact:
			r.People[o.Addr.Name] = personOf(s, o.Addr.Name)
		case EscalationPlan:
			r.Escalations[o.Addr.Name] = escalationOf(spec)
		case ResponsePlan:
			r.ResponsePlans[o.Addr.Name] = namesOf(spec.Engage)
		}
	}
	return r, nil
}

func namesOf(addrs []resource.Addr) []string {
	out := make([]string, len(addrs))
	for i, a := range addrs {
		out[i] = a.Name
	}
	return out
}

var channelTypes = map[string]oncall.ChannelType{"EMAIL": oncall.Email, "SMS": oncall.SMS, "VOICE": oncall.Voice}

func personOf(s *resource.State, contact string) oncall.Person {
	p := oncall.Person{Channels: map[string]oncall.Channel{}}
	for _, o := range s.Children(channelKind, contact) {
		_, name := cutLast(o.Addr.Name)
		p.Channels[name] = oncall.Channel{Type: channelTypes[o.Spec.(Channel).Type], Active: o.ID == "" || o.Status == Activated}
	}
	for _, o := range s.Children(engagementPlanKind, contact) {
		for _, stage := range o.Spec.(EngagementPlan).Stages {
			out := oncall.Stage{Wait: time.Duration(stage.WaitMinutes) * time.Minute}
			for _, t := range stage.Targets {
				_, name := cutLast(t.Channel.Name)
				out.Targets = append(out.Targets, oncall.Target{Channel: name, Retry: time.Duration(t.RetryMinutes) * time.Minute})
			}
			p.Stages = append(p.Stages, out)
		}
	}
	return p
}

func escalationOf(p EscalationPlan) []oncall.Stage {
	out := make([]oncall.Stage, len(p.Stages))
	for i, s := range p.Stages {
		out[i].Wait = time.Duration(s.WaitMinutes) * time.Minute
		for _, t := range s.Targets {
			out[i].Targets = append(out[i].Targets, oncall.Target{Contact: t.Contact.Name, Essential: t.StopsEscalation})
		}
	}
	return out
}
