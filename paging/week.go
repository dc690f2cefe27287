package paging

// Hours of the week on a wall clock: seconds since Monday 00:00. What a clock shows twice
// when it is set back is one hour of the week, and what it jumps over is none.

import (
	"time"
)

const (
	daySeconds  = 24 * 60 * 60
	weekSeconds = 7 * daySeconds
	// firstMonday is 1970-01-05 00:00 as a wall time.
	firstMonday = 4 * daySeconds
)

// era is a stretch of Unix seconds in which a zone keeps one offset.
type era struct {
	span
	offset int64
}

// eras cuts an interval where the clocks of the zone move.
func eras(zone *time.Location, s span) []era {
	var out []era
	for at := s.start; at < s.end; {
		t := time.Unix(at, 0).In(zone)
		_, offset := t.Zone()
		until := s.end
		if _, end := t.ZoneBounds(); !end.IsZero() {
			until = min(until, end.Unix())
		}
		if until <= at { // Go misreads the last day of leap years beyond the listed rules
			until = min(s.end, at+15*60)
		}
		out = append(out, era{span{at, until}, int64(offset)})
		at = until
	}
	return out
}

// project is every hour of the week that a set reaches, ascending in [0, a week).
func project(set []span, eras []era) []span {
	var out []span
	for _, e := range eras {
		for _, s := range intersect(set, []span{e.span}) {
			start, end := s.start+e.offset-firstMonday, s.end+e.offset-firstMonday
			if end-start >= weekSeconds {
				return []span{{0, weekSeconds}}
			}
			base := floorDiv(start, weekSeconds) * weekSeconds
			out = append(out, span{start - base, min(end-base, weekSeconds)}, span{0, end - base - weekSeconds})
		}
	}
	return union(out)
}

// expand is every instant of the eras at which the clock shows one of the hours.
func expand(hours []span, eras []era) []span {
	var out []span
	for _, e := range eras {
		shift := e.offset - firstMonday
		for week := floorDiv(e.start+shift, weekSeconds); week*weekSeconds < e.end+shift; week++ {
			for _, h := range hours {
				start, end := week*weekSeconds+h.start-shift, week*weekSeconds+h.end-shift
				out = append(out, span{max(start, e.start), min(end, e.end)})
			}
		}
	}
	return union(out)
}

// wrapped joins what ends with Sunday to what begins with Monday: its end then lies
// in the next week.
func wrapped(hours []span) []span {
	n := len(hours)
	if n < 2 || hours[0].start != 0 || hours[n-1].end != weekSeconds {
		return hours
	}
	return append(append([]span{}, hours[1:n-1]...), span{hours[n-1].start, weekSeconds + hours[0].end})
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
