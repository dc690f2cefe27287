package oncall

// Turns: the time between two hand-offs, numbered from the rotation's start.
//
// The deal depends on the calendar alone. Hand-offs are counted by their wall times; two
// of them that a clock change pushes onto one instant leave an empty turn between them,
// and the next member is on call as on any other day. So a new edition of the time zone
// data moves hours, and never re-deals the people.

import (
	"iter"
	"slices"
	"time"
)

// sortMargin is more than a clock change ever moved a wall time, in days (Samoa skipped
// one), and a window may begin the day before.
const sortMargin = 3

// handOffs walks the instants of a pattern in ascending order.
type handOffs struct {
	pattern *pattern
	face    face
	unit    int64 // the next mark to look at
	index   int
	left    bool    // whether any mark is left
	pending []int64 // resolved, ascending; later marks may still come in between
	number  int64   // how many came before pending[0], counted from unit 0
}

// handOffsFrom begins early enough that every hand-off from two before the wall time on
// is right and has its right number.
func handOffsFrom(p *pattern, zone *time.Location, wall int64) handOffs {
	h := handOffs{pattern: p, face: face{zone: zone}, left: !p.never}
	if !h.left {
		return h
	}
	unit := p.unitOf(dateOf(wall) - sortMargin)
	for back := 0; unit > 0 && back < 2; {
		unit--
		if _, marks := p.unit(unit); len(marks) > 0 {
			back++
		}
	}
	h.unit = max(unit, 0)
	h.number = p.before(h.unit)
	return h
}

// next is the next hand-off, and how many came before it.
func (h *handOffs) next() (at, number int64, ok bool) {
	for h.left {
		m, ok := h.resolveNext()
		if !ok {
			h.left = false
			break
		}
		ready := len(h.pending) > 0 && h.pending[0] <= m.floor
		i, _ := slices.BinarySearch(h.pending, m.at)
		h.pending = slices.Insert(h.pending, i, m.at)
		if ready {
			break
		}
	}
	if len(h.pending) == 0 {
		return 0, 0, false
	}
	at, number = h.pending[0], h.number
	h.pending = slices.Delete(h.pending, 0, 1)
	h.number++
	return at, number, true
}

// resolveNext takes the next mark in the order of wall times; none comes after the horizon.
func (h *handOffs) resolveNext() (moment, bool) {
	first, marks := h.pattern.unit(h.unit)
	for h.index >= len(marks) {
		h.unit, h.index = h.unit+1, 0
		first, marks = h.pattern.unit(h.unit)
		if int64(first)*daySeconds > horizon.Unix() {
			return moment{}, false
		}
	}
	m := marks[h.index]
	h.index++
	return h.face.resolve((first + date(m.day)).wall(m.seconds)), true
}

// turn is the time from a hand-off to the next; the first begins with the rotation.
type turn struct {
	number     int64
	start, end time.Time
}

// turns walks the turns of a calendar in ascending order; empty ones are left out.
type turns struct {
	handOffs handOffs
	skip     int64 // hand-offs that lie before the rotation's start, or on it
	current  turn  // its end is not known yet
	begun    bool
	over     bool
}

// turnsFrom begins with the turn that contains the instant, or with the first.
func (c *Calendar) turnsFrom(t time.Time) turns {
	f := face{zone: c.rotation.Zone}
	w := turns{handOffs: handOffsFrom(&c.pattern, c.rotation.Zone, f.wall(later(t, c.start))), skip: c.skip}
	if w.handOffs.unit == 0 {
		w.current, w.begun = turn{start: c.start}, true
	}
	return w
}

func (w *turns) next() (turn, bool) {
	for !w.over {
		at, before, ok := w.handOffs.next()
		if !ok {
			w.over = true
			w.current.end = horizon
			return w.current, w.begun && w.current.end.After(w.current.start)
		}
		if before < w.skip {
			continue
		}
		ended, begun := w.current, w.begun
		ended.end = instant(at)
		w.current, w.begun = turn{number: before - w.skip + 1, start: ended.end}, true
		if begun && ended.end.After(ended.start) {
			return ended, true
		}
	}
	return turn{}, false
}

// countSkipped counts the hand-offs of unit 0 and on that are not after the start.
func (c *Calendar) countSkipped() int64 {
	f := face{zone: c.rotation.Zone}
	h := handOffsFrom(&c.pattern, c.rotation.Zone, f.wall(c.start))
	for {
		at, number, ok := h.next()
		if !ok || instant(at).After(c.start) {
			return number
		}
	}
}

// HandOffs are the instants in [from, to) at which a turn ends and the next begins,
// ascending, whatever the coverage and the overrides make of it. The rotation's start is none.
func (c *Calendar) HandOffs(from, to time.Time) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		if from = later(from, c.start); !from.Before(to) {
			return
		}
		w := c.turnsFrom(from)
		for t, ok := w.next(); ok && t.end.Before(to) && t.end.Before(horizon); t, ok = w.next() {
			if !t.end.Before(from) && !yield(t.end) {
				return
			}
		}
	}
}

// HandOffs are the hand-offs nearest to an instant: the last one that is not after it and
// the first one that is. They answer whether a rotation may well start at t (it may
// when before equals t) and what to write instead, so the multiplier, which only counts
// from the start, is left out. The error is that of [Rotation.Check].
func (r Recurrence) HandOffs(zone *time.Location, t time.Time, rules Rules) (before, after time.Time, err error) {
	check := Rotation{Start: t, Zone: zone, Members: []string{""}, OnCalls: 1, Recurrence: r}
	if err := check.Check(); err != nil {
		return before, after, err
	}
	r.Multiplier = 1
	const furthest = 4 * 31 // days back to a hand-off: from May 30th to January 31st, and some
	f := face{zone: zone}
	wall := f.wall(t)
	p := newPattern(r, dateOf(wall)-furthest, rules)
	h := handOffsFrom(&p, zone, wall)
	for {
		at, _, ok := h.next()
		if !ok || instant(at).After(t) {
			return before, instant(at), nil
		}
		before = instant(at)
	}
}
