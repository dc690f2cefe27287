package kind

// What one step does to who is paged, judged by the part it belongs to alone.

import (
	"slices"
	"time"

	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/oncall"
)

// maxOthers is up to how many other steps of a part all combinations are looked at; of
// more, none of them done, each alone, and all.
const maxOthers = 5

// effectOf compares the part of a step without it and with it, whatever else of the
// part is done.
func (s *scene) effectOf(m move) resource.Effect {
	var others []move
	for _, other := range s.moves {
		if other != m && partOf(other.c.Addr) == partOf(m.c.Addr) {
			others = append(others, other)
		}
	}
	effect := resource.Neutral
	for _, done := range combinations(others) {
		var now resource.Effect
		s.with(done, func() { now = s.step(m) })
		switch {
		case effect == resource.Neutral:
			effect = now
		case now != resource.Neutral && now != effect:
			return resource.Shifts
		}
	}
	return effect
}

func combinations(of []move) [][]move {
	if len(of) > maxOthers {
		out := [][]move{nil, of}
		for i := range of {
			out = append(out, of[i:i+1])
		}
		return out
	}
	out := [][]move{nil}
	for _, m := range of {
		for _, c := range slices.Clone(out) {
			out = append(out, append(slices.Clone(c), m))
		}
	}
	return out
}

func (s *scene) step(m move) (effect resource.Effect) {
	switch a := partOf(m.c.Addr); a.Kind {
	case contactKind:
		was := s.delay(a)
		s.with([]move{m}, func() { effect = verdict(s.delay(a) <= was, was <= s.delay(a)) })
	case rotationKind:
		var is *oncall.Calendar
		was := s.calendar(a, false)
		s.with([]move{m}, func() { is = s.calendar(a, false) })
		if was != nil && is != nil {
			effect = verdict(s.covers(is, was), s.covers(was, is))
		}
	case scheduleKind:
		effect = s.scheduleEffect(m.c)
	case escalationPlanKind:
		was, is := starts(m.c.Before.Spec.(EscalationPlan)), starts(m.c.After.Spec.(EscalationPlan))
		effect = verdict(sooner(is, was), sooner(was, is))
	case responsePlan.Name:
		was, is := m.c.Before.Spec.(ResponsePlan).Engage, m.c.After.Spec.(ResponsePlan).Engage
		effect = verdict(containsAll(is, was), containsAll(was, is))
	}
	return effect
}

// verdict is an effect by whether the new is at least as good as the old, and the other
// way round.
func verdict(better, worse bool) resource.Effect {
	switch {
	case better && worse:
		return resource.Neutral
	case better:
		return resource.Gains
	case worse:
		return resource.Loses
	}
	return resource.Shifts
}

func containsAll[T comparable](all, some []T) bool {
	return !slices.ContainsFunc(some, func(x T) bool { return !slices.Contains(all, x) })
}

func (s *scene) scheduleEffect(c *resource.Change) resource.Effect {
	was, is := c.Before.Spec.(Schedule).Rotations, c.After.Spec.(Schedule).Rotations
	if slices.ContainsFunc(is, s.replaced) {
		return resource.Shifts
	}
	return verdict(containsAll(is, was), containsAll(was, is))
}

// start is when an escalation plan engages somebody.
type start struct {
	target resource.Addr
	at     time.Duration
}

func starts(p EscalationPlan) []start {
	var out []start
	var at time.Duration
	for _, stage := range p.Stages {
		for _, t := range stage.Targets {
			out = append(out, start{t.Contact, at})
		}
		at += time.Duration(stage.WaitMinutes) * time.Minute
	}
	return out
}

// sooner reports whether everybody who is engaged in b is so in a, no later. A schedule
// has to be asked at the same time: earlier, others may be on call.
func sooner(a, b []start) bool {
	return !slices.ContainsFunc(b, func(was start) bool {
		return !slices.ContainsFunc(a, func(is start) bool {
			return is.target == was.target && (is.at == was.at || is.at < was.at && was.target.Kind != scheduleKind)
		})
	})
}

// covers reports whether, at every instant, a pages somebody no later than b.
func (s *scene) covers(a, b *oncall.Calendar) bool {
	for _, c := range []*oncall.Calendar{a, b} {
		for t := range oncall.ScheduleOf(c).Boundaries(s.from, s.to) {
			if !s.coversAt(a, b, t) {
				return false
			}
		}
	}
	return s.coversAt(a, b, s.from)
}

func (s *scene) coversAt(a, b *oncall.Calendar, t time.Time) bool {
	is, _ := a.At(t)
	was, _ := b.At(t)
	return !slices.ContainsFunc(was.Members, func(x string) bool {
		slow := resource.Addr{Kind: contactKind, Name: x}
		return s.fast[slow] != never && !slices.ContainsFunc(is.Members, func(y string) bool {
			return y == x || s.slow[resource.Addr{Kind: contactKind, Name: y}] <= s.fast[slow]
		})
	})
}
