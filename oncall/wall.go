package oncall

// Wall-clock arithmetic. A wall time is the number of seconds since 1970-01-01 00:00 that
// a clock on the wall seems to show; a date is the number of days. Both are plain
// integers, so adding a week is adding seven, and only resolve knows about time zones.

import (
	"math"
	"time"
)

const (
	daySeconds = 24 * 60 * 60
	// farOffset is more than any zone was ever away from UTC (Manila, 15:56 behind).
	farOffset = 26 * 60 * 60
)

// Instants outside of these years cannot be written as RFC 3339, and nothing is dealt there.
var (
	firstInstant = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	horizon      = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
)

// date is a calendar date: days since 1970-01-01.
type date int64

func dateOf(wall int64) date { return date(floorDiv(wall, daySeconds)) }

func (d date) wall(seconds int64) int64 { return int64(d)*daySeconds + seconds }

// weekday of the date; 1970-01-01 was a Thursday.
func (d date) weekday() time.Weekday { return time.Weekday(mod(int64(d)+4, 7)) }

// monday of the ISO week the date is in.
func (d date) monday() date { return d - date(mod(int64(d)+3, 7)) }

// A month is counted from January of the year 0.
func monthOf(d date) int64 {
	y, m, _ := time.Unix(int64(d)*daySeconds, 0).UTC().Date()
	return int64(y)*12 + int64(m) - 1
}

func firstOfMonth(month int64) date {
	t := time.Date(int(floorDiv(month, 12)), time.Month(mod(month, 12)+1), 1, 0, 0, 0, 0, time.UTC)
	return date(t.Unix() / daySeconds)
}

func leap(year int64) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

// face turns wall times of a zone into instants. It remembers the stretch of constant
// offset it looked at last: neighbours cost no look-up. One goroutine.
type face struct {
	zone *time.Location
	last stretch
}

// stretch is an interval [lo, hi) of Unix seconds in which a zone keeps one offset.
type stretch struct{ lo, hi, offset int64 }

func (f *face) stretch(unix int64) stretch {
	t := time.Unix(unix, 0).In(f.zone)
	_, offset := t.Zone()
	from, to := t.ZoneBounds()
	s := stretch{math.MinInt64, math.MaxInt64, int64(offset)}
	if !from.IsZero() {
		s.lo = from.Unix()
	}
	if !to.IsZero() {
		s.hi = to.Unix()
	}
	if s.hi <= unix {
		// On the last day of a leap year beyond the listed rules (from 2040 on) Go says that the
		// stretch ended as the day began. A short stretch is right too: no rule moves
		// clocks between quarters of an hour.
		s.hi = (floorDiv(unix, 900) + 1) * 900
	}
	return s
}

// moment is the instant a wall time means, in Unix seconds.
type moment struct {
	at int64
	// floor is the instant at which the clock first reaches or passes the wall time. It
	// never decreases from a wall time to a later one; at may, across a jump.
	floor int64
	// jump is how far the clocks jumped when they passed over the wall time; 0: it exists.
	jump int64
}

// resolve finds the first instant at which the clock shows wall, or moves a time that
// the clock jumps over forward by the length of the jump.
func (f *face) resolve(wall int64) moment {
	if at := wall - f.last.offset; at < f.last.hi && at-farOffset >= f.last.lo {
		return moment{at: at, floor: at} // far enough from the last change to come only once
	}
	s := f.stretch(wall - farOffset)
	before := s.offset
	for {
		at := wall - s.offset
		if at < s.lo {
			return moment{at: wall - before, floor: s.lo, jump: s.offset - before}
		}
		if at < s.hi {
			f.last = s
			return moment{at: at, floor: at}
		}
		before, s = s.offset, f.stretch(s.hi)
	}
}

// Instant is what the two rules of the package make of a written time: when the wall
// clocks of a zone show the date and the time of day of wall, whose own zone
// means nothing. Fractions of a second are left out.
func Instant(wall time.Time, zone *time.Location) time.Time {
	f := face{zone: zone}
	return instant(f.resolve(wallOf(wall)).at)
}

// wallOf is the date and the time of day that a time shows.
func wallOf(t time.Time) int64 {
	y, m, d := t.Date()
	hour, minute, second := t.Clock()
	return time.Date(y, m, d, hour, minute, second, 0, time.UTC).Unix()
}

// wall is what the clock shows at an instant, without its fraction of a second.
func (f *face) wall(t time.Time) int64 {
	unix := t.Unix()
	if unix < f.last.lo || unix >= f.last.hi {
		f.last = f.stretch(unix)
	}
	return unix + f.last.offset
}

func instant(unix int64) time.Time { return time.Unix(unix, 0).UTC() }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

func mod(a, b int64) int64 { return a - floorDiv(a, b)*b }

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
