package oncall

import (
	"iter"
	"slices"
	"time"
)

// Watch is a stretch of time in which the same people of a schedule are on call, in the
// order of [Schedule.OnCall]; nobody may be. The slice may be shared: read it only.
type Watch struct {
	Span
	People []string
}

// Watches parts [from, to) by who is on call, in ascending order and without gaps.
// Neighbours differ in their people or in their order.
func (s *Schedule) Watches(from, to time.Time) iter.Seq[Watch] {
	return func(yield func(Watch) bool) {
		w := s.lookout(from, to)
		for w.now.Start.Before(w.to) && yield(w.now) {
			w.advance()
		}
	}
}

// Boundaries are the instants after from and before to at which the answer of
// [Schedule.OnCall] changes, ascending.
func (s *Schedule) Boundaries(from, to time.Time) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		first := true
		for w := range s.Watches(from, to) {
			if !first && !yield(w.Start) {
				return
			}
			first = false
		}
	}
}

// lookout walks the watches of a schedule in ascending order.
type lookout struct {
	heads []head
	to    time.Time
	now   Watch // it starts at to when the walk is over
	next  Watch // the beginning of the one after
}

func (s *Schedule) lookout(from, to time.Time) lookout {
	w := lookout{heads: s.heads(from, to), to: utc(to)}
	w.next = w.piece(utc(from))
	w.advance()
	return w
}

// advance joins pieces up to one with other people.
func (w *lookout) advance() {
	w.now = w.next
	for w.now.Start.Before(w.to) {
		w.next = w.piece(w.now.End)
		if !w.next.Start.Before(w.to) || !slices.Equal(w.next.People, w.now.People) {
			return
		}
		w.now.End = w.next.End
	}
}

// piece is the stretch from an instant in which no shift begins or ends.
func (w *lookout) piece(t time.Time) Watch {
	out := Watch{Span: Span{Start: t, End: w.to}}
	if !t.Before(w.to) {
		return out
	}
	for i := range w.heads {
		var on bool
		if out.End, on = w.heads[i].state(t, out.End); !on {
			continue
		}
		members := w.heads[i].shift.Members
		if len(out.People) > 0 {
			members = append(slices.Clip(out.People), members...)
		}
		out.People = once(members)
	}
	return out
}

// once leaves out who was named before. What it leaves alone is not written to.
func once(people []string) []string {
	for i := range people {
		if slices.Contains(people[:i], people[i]) {
			out := slices.Clone(people[:i])
			for _, p := range people[i+1:] {
				if !slices.Contains(out, p) {
					out = append(out, p)
				}
			}
			return out
		}
	}
	return people
}
