package kind

// The scene of a group: who is paged how soon, with some of its steps done and others not.

import (
	"maps"
	"slices"
	"time"

	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/oncall"
)

// scene is a group of response plans with the steps that matter to them.
type scene struct {
	*weighing
	group
	moves []move
	done  map[move]bool // what is done as the scene is looked at
	// slow and fast bound the delay of each person, before, after and in between.
	fast, slow map[resource.Addr]time.Duration
}

// learn finds the steps that change what is live, and the people's delays.
func (s *scene) learn() {
	s.fast, s.slow = map[resource.Addr]time.Duration{}, map[resource.Addr]time.Duration{}
	for _, a := range s.reach {
		var own []move
		if c := s.built[a]; c != nil && c.Action != resource.Create && a.Kind != contactKind && !(a.Kind == rotationKind && c.Action == resource.Replace) {
			own = append(own, move{c, false})
		}
		goes := s.removed[a] != nil && s.built[a] == nil
		if s.live(a) != nil && !s.replaced(a) && !goes {
			own = append(own, s.inside(a)...)
		}
		if a.Kind == contactKind {
			s.delays(a, own)
		}
		s.moves = append(s.moves, own...)
	}
}

// inside are the steps below a person or a rotation that is live. A channel that is new
// waits for its code, and one that goes is in no stage any more.
func (s *scene) inside(a resource.Addr) []move {
	var out []move
	for _, c := range s.below[a] {
		if c.Addr.Kind == channelKind {
			if c.Action == resource.Update {
				out = append(out, move{c, false})
			}
			continue
		}
		if c.Action != resource.Delete {
			out = append(out, move{c, false})
		}
		if c.Action == resource.Delete || c.Action == resource.Replace && c.Addr.Kind == overrideKind {
			out = append(out, move{c, true})
		}
	}
	return out
}

func (s *scene) replaced(a resource.Addr) bool {
	c := s.built[a]
	return c != nil && c.Action == resource.Replace
}

func (s *scene) delays(contact resource.Addr, steps []move) {
	before := s.delay(contact)
	s.with(steps, func() {
		after := s.delay(contact)
		s.fast[contact], s.slow[contact] = min(before, after), max(before, after)
	})
}

// with looks at the scene with some more steps done.
func (s *scene) with(steps []move, look func()) {
	had := maps.Clone(s.done)
	for _, m := range steps {
		s.done[m] = true
	}
	look()
	s.done = had
}

// spec is what an address stands for as the scene is looked at; nil for nothing.
func (s *scene) spec(a resource.Addr) any {
	c := s.built[a]
	switch {
	case c != nil && (c.Action == resource.Create && a.Kind != engagementPlanKind || s.done[move{c, false}]):
		return c.After.Spec // what is new stands before it is referred to
	case c != nil && c.Before != nil:
		return c.Before.Spec
	case c != nil:
		return nil
	}
	for _, gone := range s.removed[a] {
		if s.done[move{gone, true}] {
			return nil
		}
	}
	if o := s.live(a); o != nil {
		return o.Spec
	}
	return nil
}

// delay is how soon a person is paged once engaged.
func (s *scene) delay(contact resource.Addr) time.Duration {
	addr := resource.Addr{Kind: engagementPlanKind, Name: contact.Name}
	plan, _ := s.spec(addr).(EngagementPlan)
	rewritten := s.built[addr] != nil && s.done[move{s.built[addr], false}]
	stages := make([]oncall.Stage, len(plan.Stages))
	for i, stage := range plan.Stages {
		stages[i].Wait = time.Duration(stage.WaitMinutes) * time.Minute
		for _, t := range stage.Targets {
			stages[i].Targets = append(stages[i].Targets, oncall.Target{Channel: t.Channel.Name})
		}
	}
	return firstPage(stages, func(channel string) bool {
		a := resource.Addr{Kind: channelKind, Name: channel}
		c := s.built[a]
		switch {
		case c == nil:
		case c.Action == resource.Update:
			was, is := c.Before.Spec.(Channel), c.After.Spec.(Channel)
			if was.Address != is.Address && s.done[move{c, false}] {
				return false // it waits for a code
			}
		case c.Action == resource.Create || rewritten:
			return false
		}
		o := s.live(a)
		return o != nil && o.Status == Activated
	})
}

// calendar are the turns of a rotation, nil when there is none, or nobody can tell.
func (s *scene) calendar(a resource.Addr, replaced bool) *oncall.Calendar {
	spec, ok := s.spec(a).(Rotation)
	if c := s.built[a]; c != nil && c.Action == resource.Replace && replaced {
		spec = c.After.Spec.(Rotation)
	}
	if !ok {
		return nil
	}
	o := &resource.Object{Addr: a, Spec: spec}
	c, err := view{overrides: func(*resource.Object) []*resource.Object { return s.overrides(a) }}.calendar(o, spec, oncall.Rules{})
	if err != nil {
		return nil
	}
	return c
}

// overrides of a rotation: those that are live and not deleted, then those that are made.
func (s *scene) overrides(rotation resource.Addr) []*resource.Object {
	all := s.replaced(rotation) || s.live(rotation) == nil // they come and go with it
	var live, made []*resource.Object
	for _, o := range s.observed.Children(overrideKind, rotation.Name) {
		if !slices.ContainsFunc(s.removed[o.Addr], func(c *resource.Change) bool { return c.Before == o && s.done[move{c, true}] }) {
			live = append(live, o)
		}
	}
	for _, c := range s.below[rotation] {
		if c.After != nil && c.Action != resource.Update && (all || s.done[move{c, false}]) {
			made = append(made, c.After)
		}
	}
	return append(inOrderOfMaking(live), inOrderOfMaking(made)...)
}

// roster is who is paged as the scene is looked at. Each person has one channel there,
// which is paged when the person's first one is.
func (s *scene) roster() *oncall.Roster {
	r := &oncall.Roster{People: map[string]oncall.Person{}, Schedules: map[string]*oncall.Schedule{},
		Escalations: map[string][]oncall.Stage{}, ResponsePlans: map[string][]string{}}
	for _, a := range s.reach {
		switch a.Kind {
		case contactKind:
			r.People[a.Name] = oncall.Person{}
			if d := s.delay(a); d != never {
				r.People[a.Name] = oncall.Person{Channels: map[string]oncall.Channel{"first": {Type: oncall.Voice, Active: true}},
					Stages: []oncall.Stage{{Wait: d}, {Targets: []oncall.Target{{Channel: "first"}}}}}
			}
		case scheduleKind:
			r.Schedules[a.Name] = s.schedule(a)
		case escalationPlanKind:
			spec, _ := s.spec(a).(EscalationPlan)
			r.Escalations[a.Name] = escalationOf(spec)
		case responsePlan.Name:
			spec, _ := s.spec(a).(ResponsePlan)
			r.ResponsePlans[a.Name] = namesOf(spec.Engage)
		}
	}
	return r
}

func (s *scene) schedule(a resource.Addr) *oncall.Schedule {
	spec, _ := s.spec(a).(Schedule)
	c := s.built[a]
	var out []*oncall.Calendar
	for _, r := range spec.Rotations {
		if calendar := s.calendar(r, c != nil && s.done[move{c, false}]); calendar != nil {
			out = append(out, calendar)
		}
	}
	return oncall.ScheduleOf(out...)
}
