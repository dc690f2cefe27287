package paging

// What people read. English, one line each, without any name but people's.

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/watchbill/watchbill/oncall"
)

// Calendar says instants as people of one zone do, looking from now at the time From to To.
type Calendar struct {
	Zone          *time.Location
	Now, From, To time.Time
}

// When says when: "at any time", "Mon–Fri 09:00–18:00", "from 7 Dec 09:00 to 14 Dec 09:00",
// "Sat–Sun (7–20 Dec)", the dates in brackets because a comma would read as "and". At most limit
// dates are named, and how many more there are.
func (c Calendar) When(w When, limit int) string {
	if w.Always() {
		return "at any time"
	}
	hours := strings.Join(dailyHours(w.Hours), ", ")
	dates := make([]string, len(w.Dates))
	for i, d := range w.Dates {
		if hours == "" {
			dates[i] = c.Span(d)
		} else {
			dates[i] = c.Range(d)
		}
	}
	text := listed(dates, limit)
	if hours != "" && text != "" {
		return hours + " (" + text + ")"
	}
	return hours + text
}

// listed joins up to limit texts and counts the rest.
func listed(texts []string, limit int) string {
	if n := len(texts) - limit; n > 0 && limit > 0 {
		return strings.Join(texts[:limit], ", ") + fmt.Sprintf(" and %d more", n)
	}
	return strings.Join(texts, ", ")
}

// Span is a stretch as a sentence has it: "from 7 Dec 09:00 to 14 Dec 09:00", "until 7 Dec
// 09:00" when it holds now, "from 21 Dec 09:00 on" when no end was found.
func (c Calendar) Span(s oncall.Span) string {
	start, end := c.date(s.Start)+" "+c.clock(s.Start), c.date(s.End)+" "+c.clock(s.End)
	switch begun, open := s.Start.Equal(c.Now), !s.End.Before(c.To.Add(Ahead)); {
	case begun && open:
		return "at any time"
	case begun:
		return "until " + end
	case open:
		return "from " + start + " on"
	}
	return "from " + start + " to " + end
}

// Range is a stretch in a list: "7–14 Dec" of whole days, the last one included, otherwise
// with its clocks, "7 Dec 09:00–17:00". The first and the last day looked at count as whole.
func (c Calendar) Range(s oncall.Span) string {
	if (s.Start.Equal(c.From) || c.clock(s.Start) == midnight) && (s.End.Equal(c.To) || c.clock(s.End) == midnight) {
		return c.days(s.Start, s.End.Add(-1))
	}
	last := c.clock(s.End)
	if c.date(s.Start) != c.date(s.End) {
		last = c.date(s.End) + " " + last
	}
	if s.Start.Equal(c.Now) {
		return "until " + c.date(s.End) + " " + c.clock(s.End)
	}
	return c.date(s.Start) + " " + c.clock(s.Start) + "–" + last
}

// Shift is a stretch in a list of shifts that all change hands at one time of day: "7–14
// Dec", the day of the hand-off included.
func (c Calendar) Shift(s oncall.Span) string { return c.days(s.Start, s.End) }

// Days are the first and the last day looked at, and the zone: "Asia/Tokyo, 23 Nov–21 Dec".
func (c Calendar) Days() string {
	looked := Calendar{Zone: c.Zone, Now: c.From.Add(-1)}
	return c.Zone.String() + ", " + looked.days(c.From, c.To)
}

// days is a stretch from the day of an instant to the day of another one.
func (c Calendar) days(from, to time.Time) string {
	first, last := from.In(c.Zone), to.In(c.Zone)
	switch {
	case from.Equal(c.Now):
		return "until " + c.date(to)
	case c.date(from) == c.date(to):
		return c.date(to)
	case first.Year() == last.Year() && first.Month() == last.Month():
		return fmt.Sprintf("%d–%s", first.Day(), c.date(to))
	}
	return c.date(from) + "–" + c.date(to)
}

// date is the day in the zone, with its year when the day alone is not clear.
func (c Calendar) date(t time.Time) string {
	if t.Before(c.Now.AddDate(0, -1, 0)) || t.After(c.Now.AddDate(0, 11, 0)) {
		return t.In(c.Zone).Format("2 Jan 2006")
	}
	return t.In(c.Zone).Format("2 Jan")
}

// HandOff is the time of day at which every one of the dates begins and ends, but for the ends
// of the time looked at; false when there is no such time.
func (c Calendar) HandOff(dates []oncall.Span) (text string, ok bool) {
	for _, s := range dates {
		for _, t := range []time.Time{s.Start, s.End} {
			if t.Equal(c.From) || t.Equal(c.To) {
				continue
			}
			if at := c.clock(t); text == "" || text == at {
				text = at
			} else {
				return "", false
			}
		}
	}
	return text, text != ""
}

// clock is the time of day in the zone.
func (c Calendar) clock(t time.Time) string {
	if t = t.In(c.Zone); t.Second() != 0 {
		return t.Format("15:04:05")
	}
	return t.Format("15:04")
}

const midnight = "00:00"

var dayNames = []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}

// dailyHours are hours of the week in as few words as say them: the same hours of several
// days together ("Mon–Fri 09:00–18:00"), whole days by their names, longer stretches
// from end to end ("Fri 18:00–Mon 09:00").
func dailyHours(hours []Hours) []string {
	type daily struct{ start, length int64 }
	days := map[daily][]int{}
	var order []daily
	var out []string
	for _, h := range hours {
		start, length := h.Start%daySeconds, h.End-h.Start
		switch {
		case length > daySeconds && start == 0 && length%daySeconds == 0:
			first := int(h.Start / daySeconds)
			out = append(out, run(first, int(length/daySeconds)))
		case length > daySeconds:
			out = append(out, weekClock(h.Start)+"–"+weekClock(h.End))
		default:
			d := daily{start, length}
			if days[d] == nil {
				order = append(order, d)
			}
			days[d] = append(days[d], int(h.Start/daySeconds))
		}
	}
	var short []string
	for _, d := range order {
		text := dayList(days[d])
		if d.length < daySeconds || d.start != 0 {
			text += " " + dayClock(d.start) + "–" + dayClock(d.start+d.length)
		}
		short = append(short, text)
	}
	return append(short, out...)
}

// dayList names days of the week, Monday 0, ascending.
func dayList(days []int) string {
	if len(days) == 7 {
		return "daily"
	}
	for first := range 7 { // a row of three or more, also across Sunday
		isRow := len(days) > 2
		for i := range days {
			isRow = isRow && slices.Contains(days, (first+i)%7)
		}
		if isRow {
			return run(first, len(days))
		}
	}
	var names []string
	for _, d := range days {
		names = append(names, dayNames[d])
	}
	return strings.Join(names, ", ")
}

func run(first, n int) string {
	if n == 1 {
		return dayNames[first]
	}
	return dayNames[first] + "–" + dayNames[(first+n-1)%7]
}

func weekClock(s int64) string {
	return dayNames[s/daySeconds%7] + " " + dayClock(s)
}

// WeekClock is a second of the week as plans write it: mon 09:00.
func WeekClock(s int64) string { return strings.ToLower(weekClock(s)) }

func dayClock(s int64) string {
	s %= daySeconds
	text := fmt.Sprintf("%02d:%02d", s/3600, s/60%60)
	if s%60 != 0 {
		text += fmt.Sprintf(":%02d", s%60)
	}
	return text
}
