package oncall

import (
	"iter"
	"slices"
	"time"
)

// Shift is a stretch of time in which the same people of one rotation are on call.
type Shift struct {
	Start, End time.Time // UTC; half-open
	// Members are on call. An override may leave it empty.
	Members []string
	// Override is what put them on call, nil on a regular shift.
	Override *Override
	// Replaced are the people the override takes off call.
	Replaced []string
	// Turn numbers the turn the shift is a part of; the rotation starts with turn 0. It
	// is -1 where an override covers time that no turn does.
	Turn int64
}

// Contains reports whether the instant lies in the shift.
func (s Shift) Contains(t time.Time) bool { return !t.Before(s.Start) && t.Before(s.End) }

// Calendar is a rotation ready to be asked. The slices in its answers are its own:
// read them only. Questions cost time in proportion to their answer, however far
// from the rotation's start.
type Calendar struct {
	rotation Rotation
	rules    Rules
	start    time.Time
	pattern  pattern
	skip     int64 // see turns
	week     week
	limited  bool // there is a coverage
	reigns   []reign
	members  []string // twice over, so that any group is one slice
}

// NewCalendar lays out a rotation. The error is that of [Rotation.Check].
func NewCalendar(r Rotation, rules Rules) (*Calendar, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	r.Overrides = slices.Clone(r.Overrides)
	c := &Calendar{rotation: r, rules: rules, start: r.Start.Round(0).UTC(), limited: len(r.Coverage) > 0}
	f := face{zone: r.Zone}
	c.pattern = newPattern(r.Recurrence, dateOf(f.wall(c.start)), rules)
	c.skip = c.countSkipped()
	c.week = newWeek(r.Coverage)
	c.reigns = newReigns(r.Overrides)
	c.members = slices.Concat(r.Members, r.Members)
	return c, nil
}

// Name of the rotation.
func (c *Calendar) Name() string { return c.rotation.Name }

// Zone of the rotation.
func (c *Calendar) Zone() *time.Location { return c.rotation.Zone }

// Start is when the rotation goes into effect, in UTC.
func (c *Calendar) Start() time.Time { return c.start }

// group is who has the turn.
func (c *Calendar) group(number int64) []string {
	n := int64(len(c.rotation.Members))
	advance := int64(c.rotation.OnCalls)
	if c.rules.AdvanceByOne {
		advance = 1
	}
	first := (number % n) * (advance % n) % n
	end := first + min(n, int64(c.rotation.OnCalls))
	return c.members[first:end:end]
}

// Shifts are the shifts that lie at least in part in [from, to), ascending, without
// overlaps, in full length unless [Rules.ClipShifts] says otherwise.
func (c *Calendar) Shifts(from, to time.Time) iter.Seq[Shift] {
	return func(yield func(Shift) bool) {
		s := c.shiftsFrom(from, to)
		for {
			shift, ok := s.next()
			if !ok || !yield(shift) {
				return
			}
		}
	}
}

// At is the shift that contains the instant; false when the rotation does not cover it.
func (c *Calendar) At(t time.Time) (Shift, bool) {
	s := c.shiftsFrom(t, t.Add(time.Nanosecond))
	s.clip = false
	return s.next()
}

// Next is the first shift of a member that lies at least in part in [from, to),
// so it may have begun before. It looks through all shifts until it finds one.
func (c *Calendar) Next(member string, from, to time.Time) (Shift, bool) {
	is := func(o reign) bool { return slices.Contains(o.override.Members, member) }
	if !slices.Contains(c.rotation.Members, member) && !slices.ContainsFunc(c.reigns, is) {
		return Shift{}, false
	}
	for s := range c.Shifts(from, to) {
		if slices.Contains(s.Members, member) {
			return s, true
		}
	}
	return Shift{}, false
}

// shifts walks the shifts of a calendar in ascending order.
type shifts struct {
	calendar *Calendar
	from, to time.Time
	clip     bool
	pieces   pieces
	piece    piece     // what is left of it
	reigns   []reign   // those that end after from
	border   time.Time // the end of the one before them: no shift at from began earlier
}

// fillMargin is how far back the end of the shift before any instant lies at most: windows come
// at least once a week, but a zone may have skipped the day, or a clock change the hour.
const fillMargin = 21 * 24 * time.Hour

func (c *Calendar) shiftsFrom(from, to time.Time) shifts {
	s := shifts{calendar: c, from: later(from, c.start), to: earlier(to, horizon), clip: c.rules.ClipShifts}
	if !s.from.Before(s.to) {
		return s
	}
	back := s.from
	if c.limited && c.rules.OverrideFillsGaps {
		back = later(s.from.Add(-fillMargin), c.start)
	}
	s.pieces = c.piecesFrom(back)
	first, _ := slices.BinarySearchFunc(c.reigns, s.from, func(r reign, t time.Time) int {
		if r.end.After(t) {
			return 1
		}
		return -1
	})
	s.reigns = c.reigns[first:]
	if first > 0 {
		s.border = c.reigns[first-1].end
	}
	return s
}

func (s *shifts) next() (Shift, bool) {
	for s.from.Before(s.to) {
		shift, ok := s.cut()
		if !ok || !shift.Start.Before(s.to) {
			s.to = s.from // over
			break
		}
		if !shift.End.After(s.from) {
			continue
		}
		if s.clip {
			shift.Start, shift.End = later(shift.Start, s.from), earlier(shift.End, s.to)
		}
		return shift, true
	}
	return Shift{}, false
}

// cut takes the next shift off the piece at hand: up to the next border of an override.
func (s *shifts) cut() (Shift, bool) {
	for {
		for !s.piece.start.Before(s.piece.end) {
			var ok bool
			if s.piece, ok = s.pieces.next(); !ok {
				return Shift{}, false
			}
			s.piece.start = later(s.piece.start, s.border)
		}
		for len(s.reigns) > 0 && !s.reigns[0].end.After(s.piece.start) {
			s.reigns = s.reigns[1:]
		}
		out := Shift{Start: s.piece.start, End: s.piece.end, Turn: s.piece.turn}
		overridden := false
		if len(s.reigns) > 0 {
			r := s.reigns[0]
			if overridden = !r.start.After(out.Start); overridden {
				out.End, out.Override, out.Members = earlier(out.End, r.end), r.override, r.override.Members
			} else {
				out.End = earlier(out.End, r.start)
			}
		}
		s.piece.start = out.End
		if s.piece.covered {
			if group := s.calendar.group(out.Turn); overridden {
				out.Replaced = group
			} else {
				out.Members = group
			}
		}
		if s.piece.covered || overridden {
			return out, true
		}
	}
}
