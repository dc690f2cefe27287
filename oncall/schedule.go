package oncall

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"
)

// Schedule is rotations side by side. Who is on call in any of them is on call.
type Schedule struct{ calendars []*Calendar }

// NewSchedule lays out the rotations. The error joins those of all rotations, each
// with its place in the list.
func NewSchedule(rules Rules, rotations ...Rotation) (*Schedule, error) {
	s := &Schedule{}
	var bad []error
	for i, r := range rotations {
		c, err := NewCalendar(r, rules)
		if err != nil {
			bad = append(bad, fmt.Errorf("rotation %d %q: %w", i, r.Name, err))
		}
		s.calendars = append(s.calendars, c)
	}
	if err := errors.Join(bad...); err != nil {
		return nil, err
	}
	return s, nil
}

// ScheduleOf puts calendars side by side. The calendars may be shared.
func ScheduleOf(calendars ...*Calendar) *Schedule { return &Schedule{slices.Clone(calendars)} }

// Calendars are the rotations in the order of the schedule.
func (s *Schedule) Calendars() []*Calendar { return slices.Clone(s.calendars) }

// OnCall are the people on call at an instant, in the order of the rotations,
// everybody once.
func (s *Schedule) OnCall(t time.Time) []string {
	var out []string
	for _, c := range s.calendars {
		shift, _ := c.At(t)
		for _, m := range shift.Members {
			if !slices.Contains(out, m) {
				out = append(out, m)
			}
		}
	}
	return out
}

// Shifts are the shifts of all rotations that lie at least in part in [from, to), each
// with the index of its rotation, ascending by start and then by rotation.
func (s *Schedule) Shifts(from, to time.Time) iter.Seq2[int, Shift] {
	return func(yield func(int, Shift) bool) {
		heads := s.heads(from, to)
		for {
			first := -1
			for i := range heads {
				if heads[i].ok && (first < 0 || heads[i].shift.Start.Before(heads[first].shift.Start)) {
					first = i
				}
			}
			if first < 0 || !yield(first, heads[first].shift) {
				return
			}
			heads[first].advance()
		}
	}
}

// head is the shift a rotation has come to.
type head struct {
	shifts shifts
	shift  Shift
	ok     bool
}

func (h *head) advance() { h.shift, h.ok = h.shifts.next() }

func (s *Schedule) heads(from, to time.Time) []head {
	out := make([]head, len(s.calendars))
	for i, c := range s.calendars {
		out[i].shifts = c.shiftsFrom(from, to)
		out[i].advance()
	}
	return out
}

// Span is a stretch of time, half-open, in UTC.
type Span struct{ Start, End time.Time }

// Overlap is a stretch of time in which several rotations have people on call.
type Overlap struct {
	Span
	Rotations []int // their indexes, ascending
}

// Gaps are the parts of [from, to) in which nobody is on call in any rotation.
func (s *Schedule) Gaps(from, to time.Time) iter.Seq[Span] {
	return func(yield func(Span) bool) {
		for o := range s.sweep(from, to, func(rotations int) bool { return rotations == 0 }) {
			if !yield(o.Span) {
				return
			}
		}
	}
}

// Overlaps are the parts of [from, to) in which two or more rotations have people on call.
// A new one begins whenever their set changes.
func (s *Schedule) Overlaps(from, to time.Time) iter.Seq[Overlap] {
	return s.sweep(from, to, func(rotations int) bool { return rotations > 1 })
}

// sweep cuts [from, to) wherever the set of rotations with somebody on call changes and
// answers the stretches with a wanted number of them.
func (s *Schedule) sweep(from, to time.Time, wanted func(rotations int) bool) iter.Seq[Overlap] {
	return func(yield func(Overlap) bool) {
		heads := s.heads(from, to)
		from, to := from.Round(0).UTC(), to.Round(0).UTC()
		var current Overlap
		open := false
		set := make([]int, 0, len(heads))
		for t := from; t.Before(to); {
			until := to
			set = set[:0]
			for i := range heads {
				var on bool
				if until, on = heads[i].state(t, until); on {
					set = append(set, i)
				}
			}
			switch {
			case open && slices.Equal(set, current.Rotations):
				current.End = until
			default:
				if open && !yield(current) {
					return
				}
				if open = wanted(len(set)); open {
					current = Overlap{Span{t, until}, slices.Clone(set)}
				}
			}
			t = until
		}
		if open {
			yield(current)
		}
	}
}

// state is whether the rotation has somebody on call at t, and until when at most that
// stays so.
func (h *head) state(t, until time.Time) (time.Time, bool) {
	for h.ok && (!h.shift.End.After(t) || len(h.shift.Members) == 0) {
		h.advance()
	}
	switch {
	case !h.ok:
		return until, false
	case h.shift.Start.After(t):
		return earlier(until, h.shift.Start), false
	default:
		return earlier(until, h.shift.End), true
	}
}
