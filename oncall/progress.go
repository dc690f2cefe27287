package oncall

// How an incident progresses, one task at a time. Run says when, this file says what.

import (
	"slices"
	"time"
)

// step does one task, or takes one answer, at an instant.
type step struct {
	run    *Run
	roster *Roster
	now    time.Time
	events []Event
}

func (s *step) emit(e Event) {
	e.Time = s.now
	s.events = append(s.events, e)
}

func (s *step) after(d time.Duration, t Task) {
	t.At = s.now.Add(max(d, 0))
	s.run.push(t)
}

func (s *step) do(t Task) {
	s.now = t.At
	s.run.Now = later(s.run.Now, t.At)
	switch t.Kind {
	case OpenTask:
		s.emit(Event{Type: IncidentOpened, Root: -1, Engaged: -1})
	case EngageTask:
		s.begin(t.Of)
	case ClimbTask:
		s.climb(t.Of, t.Stage)
	case StageTask:
		s.stage(t.Of, t.Stage)
	case RetryTask:
		s.page(t)
	}
	s.end(AllRun)
}

// end says so once nothing is left to do.
func (s *step) end(why Reason) {
	if len(s.run.Due) == 0 && !s.run.Over {
		s.run.Over = true
		s.emit(Event{Type: Ended, Root: -1, Engaged: -1, Reason: why})
	}
}

// begin starts an engagement that was asked for by name.
func (s *step) begin(root int) {
	name := s.run.Roots[root].Target
	if s.roster.Kind(name) == EscalationPlan {
		s.run.Climbs = append(s.run.Climbs, Climb{Root: root, Plan: name})
		s.climb(len(s.run.Climbs)-1, 0)
		return
	}
	s.engage([]Target{{Contact: name}}, Engagement{Root: root, Climb: -1})
}

// climb begins a stage of an escalation plan.
func (s *step) climb(climb, stage int) {
	c := s.run.Climbs[climb]
	stages := s.roster.Escalations[c.Plan]
	path := []Hop{{EscalationPlan, c.Plan, stage}}
	if len(stages) == 0 {
		s.emit(Event{Type: Unreachable, Root: c.Root, Engaged: -1, Path: path, Reason: NoStages})
	}
	if stage >= len(stages) {
		return
	}
	s.emit(Event{Type: StageBegan, Root: c.Root, Engaged: -1, Path: path, Stage: stage})
	s.after(stages[stage].Wait, Task{Kind: ClimbTask, Of: climb, Stage: stage + 1})
	s.engage(stages[stage].Targets, Engagement{Root: c.Root, Climb: climb, Path: path})
}

// engage starts the plans of all targets at once, everybody's once: who is both named
// and on call is engaged as named first, and is essential if either says so.
func (s *step) engage(targets []Target, from Engagement) {
	first := len(s.run.Engaged)
	for _, t := range targets {
		e := from
		e.Essential = t.Essential
		switch s.roster.Kind(t.Contact) {
		case Contact:
			s.add(first, t.Contact, e)
		case OnCallSchedule:
			e.Path = append(slices.Clip(from.Path), Hop{Kind: OnCallSchedule, Name: t.Contact})
			on := s.roster.Schedules[t.Contact].OnCall(s.now)
			if len(on) == 0 {
				s.emit(Event{Type: NobodyOnCall, Root: e.Root, Engaged: -1, Path: e.Path})
			}
			for _, person := range on {
				s.add(first, person, e)
			}
		default:
			s.emit(Event{Type: Unreachable, Root: e.Root, Engaged: -1, Contact: t.Contact, Path: e.Path, Reason: UnknownTarget})
		}
	}
	for i := first; i < len(s.run.Engaged); i++ {
		s.start(i)
	}
}

// add notes a person among those engaged together, unless that person is quiet: has
// acknowledged before and is not to be paged again.
func (s *step) add(first int, person string, e Engagement) {
	e.Contact, e.Begun = person, s.now
	for i := range s.run.Engaged {
		old := &s.run.Engaged[i]
		if old.Contact != person {
			continue
		}
		if i >= first {
			old.Essential = old.Essential || e.Essential
			return
		}
		if old.Acknowledged && (old.Root == e.Root || !s.roster.Rules.AcknowledgeOneEngagement) {
			return
		}
	}
	s.run.Engaged = append(s.run.Engaged, e)
}

// start begins a person's plan, and says so when it leads nowhere.
func (s *step) start(engagement int) {
	e := s.run.Engaged[engagement]
	person, known := s.roster.People[e.Contact]
	nowhere := Event{Type: Unreachable, Root: e.Root, Engaged: engagement, Contact: e.Contact, Path: e.Path}
	switch {
	case !known:
		nowhere.Reason = UnknownTarget
	case len(person.Stages) == 0:
		nowhere.Reason = NoStages
	case !person.reachable():
		nowhere.Reason = NoActivePage
	}
	if nowhere.Reason != "" {
		s.emit(nowhere)
	}
	s.stage(engagement, 0)
}

// reachable reports whether any stage pages a channel that is activated.
func (p Person) reachable() bool {
	return slices.ContainsFunc(p.Stages, func(stage Stage) bool {
		return slices.ContainsFunc(stage.Targets, func(t Target) bool { return p.Channels[t.Channel].Active })
	})
}

// stage begins a stage of a person's plan.
func (s *step) stage(engagement, stage int) {
	e := s.run.Engaged[engagement]
	stages := s.roster.People[e.Contact].Stages
	if stage >= len(stages) {
		return
	}
	wait := max(stages[stage].Wait, 0)
	s.emit(Event{Type: StageBegan, Root: e.Root, Engaged: engagement, Contact: e.Contact, Path: e.Path, Stage: stage})
	s.after(wait, Task{Kind: StageTask, Of: engagement, Stage: stage + 1})
	for _, t := range stages[stage].Targets {
		s.page(Task{Of: engagement, Stage: stage, Channel: t.Channel, Attempt: 1, Retry: t.Retry, Until: s.now.Add(wait)})
	}
}

// page sends one message, if its channel can be paged, and sees to the next attempt.
func (s *step) page(t Task) {
	e := &s.run.Engaged[t.Of]
	channel, exists := s.roster.People[e.Contact].Channels[t.Channel]
	event := Event{Type: Paged, Root: e.Root, Engaged: t.Of, Contact: e.Contact, Channel: t.Channel,
		ChannelType: channel.Type, Path: e.Path, Stage: t.Stage, Attempt: t.Attempt}
	switch {
	case !exists:
		event.Type, event.Reason = Unreachable, NoSuchChannel
	case !channel.Active:
		event.Type, event.Reason = Unreachable, NotActivated
	case t.Attempt > 1:
		event.Type = Retried
	}
	s.emit(event)
	if event.Type == Unreachable {
		return
	}
	e.Pages++
	once := s.roster.Rules.DeliveredOnce && !channel.Undelivered
	if t.Retry > 0 && !once && s.now.Add(t.Retry).Before(t.Until) {
		t.Kind, t.Attempt = RetryTask, t.Attempt+1
		s.after(t.Retry, t)
	}
}

// acknowledge marks what a person answers: the engagements meant, and by default, once one
// of them was paged, all others of the person too.
func (s *step) acknowledge(person string, answered func(*Engagement) bool) {
	paged := func(e *Engagement) bool { return e.Contact == person && e.Pages > 0 && answered(e) }
	first := -1
	roots := map[int]bool{}
	for i := range s.run.Engaged {
		if e := &s.run.Engaged[i]; paged(e) {
			roots[e.Root] = true
			if first < 0 && !e.Acknowledged {
				first = i
			}
		}
	}
	if first < 0 {
		return
	}
	e := s.run.Engaged[first]
	s.emit(Event{Type: Acknowledged, Root: e.Root, Engaged: first, Contact: person, Path: e.Path})
	for i := range s.run.Engaged {
		e := &s.run.Engaged[i]
		if e.Contact != person || e.Acknowledged || s.roster.Rules.AcknowledgeOneEngagement && !roots[e.Root] {
			continue
		}
		e.Acknowledged = true
		if e.Essential && e.Climb >= 0 {
			s.run.Climbs[e.Climb].Stopped = true
		}
	}
	s.run.drop(func(t Task) bool {
		switch t.Kind {
		case ClimbTask:
			return s.run.Climbs[t.Of].Stopped
		case StageTask, RetryTask:
			return s.run.Engaged[t.Of].Acknowledged
		default:
			return false
		}
	})
	s.end(NothingPending)
}
