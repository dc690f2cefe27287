package paging

import (
	"slices"
	"time"

	"github.com/watchbill/watchbill/oncall"
)

// When is a set of instants in the words of people: those on one of the Hours of the
// week and in one of the Dates. No hours means all, no dates the whole time looked at.
type When struct {
	Hours []Hours
	Dates []oncall.Span // ascending
}

// Hours is a part of the week by the wall clock of a zone: seconds since Monday 00:00. The
// end is greater than the start and may lie in the next week, beyond 7 × 24 hours.
type Hours struct{ Start, End int64 }

// Always reports whether the whole time looked at is meant.
func (w When) Always() bool { return len(w.Hours)+len(w.Dates) == 0 }

// Spans are the instants of [from, to) that are meant, ascending. Hours hang in the zone.
func (w When) Spans(zone *time.Location, from, to time.Time) []oncall.Span {
	window := span{from.Unix(), to.Unix()}
	set := []span{window}
	if len(w.Hours) > 0 {
		var hours []span
		for _, h := range w.Hours {
			hours = append(hours, span{h.Start, min(h.End, weekSeconds)}, span{0, h.End - weekSeconds})
		}
		set = expand(union(hours), eras(zone, window))
	}
	if len(w.Dates) > 0 {
		var dates []span
		for _, d := range w.Dates {
			dates = append(dates, spanOf(d))
		}
		set = intersect(set, union(dates))
	}
	return public(set)
}

// folder says sets of instants of one window in the fewest words.
type folder struct {
	zone   *time.Location
	window span
	eras   []era
}

func newFolder(zone *time.Location, window span) *folder {
	return &folder{zone, window, eras(zone, window)}
}

// fold finds the shortest way to say a set: always, hours of the week, dates, or hours of
// the week in dates. A way is only taken when what it says, written out again, is the set.
func (f *folder) fold(set []span) When {
	if slices.Equal(set, []span{f.window}) {
		return When{}
	}
	best := When{Dates: public(set)}
	if len(set) == 1 {
		return best
	}
	hours := project(set, f.eras)
	weekly := expand(hours, f.eras)
	said := When{Hours: publicHours(hours)}
	if slices.Equal(weekly, set) {
		if said.words() <= best.words() {
			return said
		}
		return best
	}
	for _, dates := range [][]span{f.wholeDays(f.clusters(set, hours)), f.clusters(set, hours)} {
		both := When{Hours: said.Hours, Dates: public(dates)}
		if both.words() < best.words() && slices.Equal(intersect(weekly, dates), set) {
			best = both
		}
	}
	return best
}

func publicHours(hours []span) []Hours {
	var out []Hours
	for _, h := range wrapped(hours) {
		out = append(out, Hours{h.start, h.end})
	}
	return out
}

// words is how much there is to read.
func (w When) words() int {
	return len(dailyHours(w.Hours)) + len(w.Dates)
}

// clusters are the stretches from the first to the last of a row of intervals that lie no
// further apart than hours of the week do, however the clocks move.
func (f *folder) clusters(set, hours []span) []span {
	const move = 2 * 60 * 60 // more than clocks are moved, but in Samoa once
	widest := int64(0)
	for i, h := range hours {
		next := hours[0].start + weekSeconds
		if i+1 < len(hours) {
			next = hours[i+1].start
		}
		widest = max(widest, next-h.end)
	}
	var out []span
	for _, s := range set {
		if n := len(out); n > 0 && s.start-out[n-1].end <= widest+move {
			out[n-1].end = s.end
			continue
		}
		out = append(out, s)
	}
	return out
}

// wholeDays widens intervals to whole days of the zone, within the window.
func (f *folder) wholeDays(set []span) []span {
	var out []span
	for _, s := range set {
		first, last := time.Unix(s.start, 0).In(f.zone), time.Unix(s.end-1, 0).In(f.zone)
		y, m, d := first.Date()
		start := time.Date(y, m, d, 0, 0, 0, 0, f.zone)
		y, m, d = last.Date()
		end := time.Date(y, m, d+1, 0, 0, 0, 0, f.zone)
		out = append(out, span{max(start.Unix(), f.window.start), min(end.Unix(), f.window.end)})
	}
	return union(out)
}
