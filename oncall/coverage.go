package oncall

// Coverage: the windows of the week as intervals of time. A window belongs to the date it
// begins on and covers what it covers, also of a turn that begins after midnight. A date
// that a zone skipped altogether (Samoa, 30 December 2011) brings none.

import (
	"cmp"
	"slices"
	"time"
)

// span is the interval [start, end) in Unix seconds.
type span struct{ start, end int64 }

// week holds the windows of each weekday in seconds after midnight, ascending by
// start. The end may lie on the next day.
type week [7][]span

// newWeek sorts the windows and leaves out those that are there twice. One that lies inside
// another stays: in the night the clocks jump, it may be the first to begin.
func newWeek(coverage map[time.Weekday][]Window) (w week) {
	for day := range w {
		var all []span
		for _, window := range coverage[time.Weekday(day)] {
			start, end := window.seconds()
			all = append(all, span{start, end})
		}
		slices.SortFunc(all, longestFirst)
		w[day] = slices.Compact(all)
	}
	return w
}

func (w *week) empty() bool {
	return !slices.ContainsFunc(w[:], func(day []span) bool { return len(day) > 0 })
}

// longestFirst orders by start; of two that start together the longer one comes first.
func longestFirst(a, b span) int {
	return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end))
}

// windows walks the windows of a week in ascending order, without overlaps: where the next
// begins before the last one ended, it begins then.
type windows struct {
	week    *week
	face    face
	day     date
	index   int
	exists  bool
	pending []span // ascending; later windows may still come in between
	covered int64  // the end of what was answered
	none    bool   // the week is empty
}

// windowsFrom begins early enough that every window that ends after the instant is right.
func windowsFrom(w *week, zone *time.Location, t time.Time) windows {
	out := windows{week: w, none: w.empty(), face: face{zone: zone}, covered: firstInstant.Unix() - 7*daySeconds}
	out.enter(dateOf(out.face.wall(t)) - sortMargin - 1)
	return out
}

// enter begins a day and finds out whether it exists.
func (w *windows) enter(day date) {
	w.day, w.index = day, 0
	midnight := w.face.resolve(day.wall(0))
	w.exists = dateOf(day.wall(midnight.jump)) == day
}

func (w *windows) next() (span, bool) {
	for {
		s, ok := w.pop()
		if !ok {
			return span{}, false
		}
		s.start = max(s.start, w.covered)
		if s.start < s.end {
			w.covered = s.end
			return s, true
		}
	}
}

// pop takes the pending window that starts first, once no later one can start before it.
func (w *windows) pop() (span, bool) {
	for !w.none && int64(w.day)*daySeconds <= horizon.Unix() {
		today := w.week[w.day.weekday()]
		if !w.exists || w.index >= len(today) {
			w.enter(w.day + 1)
			continue
		}
		start := w.face.resolve(w.day.wall(today[w.index].start))
		end := w.face.resolve(w.day.wall(today[w.index].end))
		w.index++
		ready := len(w.pending) > 0 && w.pending[0].start < start.floor
		s := span{start.at, end.at}
		i, _ := slices.BinarySearchFunc(w.pending, s, longestFirst)
		w.pending = slices.Insert(w.pending, i, s)
		if ready {
			break
		}
	}
	if len(w.pending) == 0 {
		return span{}, false
	}
	s := w.pending[0]
	w.pending = slices.Delete(w.pending, 0, 1)
	return s, true
}
