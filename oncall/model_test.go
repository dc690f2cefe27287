package oncall

// A second reading of the rules that shares no line with the first: it looks at every minute
// by itself, converts wall times by looking for them on the clock, and walks hand-offs
// from the rotation's start.

import (
	"slices"
	"time"

	"pgregory.net/rapid"
)

// Zones that do odd things, and some that do not.
var zoneNames = []string{
	"UTC", "Europe/Berlin", "Europe/Dublin", "Europe/London", "Europe/Lisbon", "Europe/Moscow", "Europe/Istanbul", "Europe/Chisinau",
	"America/New_York", "America/Los_Angeles", "America/Sao_Paulo", "America/Havana", "America/St_Johns", "America/Caracas",
	"America/Santiago", "America/Asuncion", "America/Nuuk", "America/Scoresbysund", "America/Argentina/San_Luis", "America/Phoenix",
	"Africa/Casablanca", "Africa/El_Aaiun", "Africa/Cairo", "Africa/Monrovia", "Africa/Juba", "Africa/Lagos",
	"Asia/Tokyo", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tehran", "Asia/Gaza", "Asia/Beirut", "Asia/Pyongyang", "Asia/Amman",
	"Asia/Colombo", "Australia/Lord_Howe", "Australia/Eucla", "Australia/Sydney", "Antarctica/Troll", "Antarctica/Casey",
	"Pacific/Apia", "Pacific/Kiritimati", "Pacific/Chatham", "Pacific/Fakaofo", "Pacific/Kwajalein", "Pacific/Norfolk", "Etc/GMT+12",
}

// movedClocks are dates near which some of the zones moved their clocks.
var movedClocks = []string{
	"1972-01-07", "1993-08-20", "1994-12-30", "2007-12-09", "2011-12-28", "2014-10-24", "2015-08-14", "2016-05-01", "2018-11-02",
	"2024-03-09", "2026-03-07", "2026-03-27", "2026-04-03", "2026-10-02", "2026-10-23", "2026-10-31", "2028-02-27", "2040-03-23",
	"2040-12-30", "2072-12-28", "2100-02-27", "2400-12-31",
}

func anyClock(t *rapid.T, name string) Clock {
	minutes := rapid.OneOf(rapid.SampledFrom([]int{0, 1, 30, 60, 90, 119, 120, 121, 150, 180, 210, 540, 1020, 1380, 1410, 1439}), rapid.IntRange(0, 1439)).Draw(t, name)
	return Clock{minutes / 60, minutes % 60}
}

func anyRecurrence(t *rapid.T) Recurrence {
	r := Recurrence{Multiplier: rapid.OneOf(rapid.Just(1), rapid.IntRange(1, 4)).Draw(t, "multiplier")}
	n := rapid.IntRange(1, 3).Draw(t, "hand-offs")
	for family := rapid.IntRange(0, 2).Draw(t, "family"); n > 0; n-- {
		switch c := anyClock(t, "hand-off"); family {
		case 0:
			r.Daily = append(r.Daily, c)
		case 1:
			r.Weekly = append(r.Weekly, WeekClock{time.Weekday(rapid.IntRange(0, 6).Draw(t, "weekday")), c})
		default:
			r.Monthly = append(r.Monthly, MonthClock{rapid.IntRange(1, 31).Draw(t, "day"), c})
		}
	}
	return r
}

func anyRotation(t *rapid.T) Rotation {
	loc, err := time.LoadLocation(rapid.SampledFrom(zoneNames).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	day, _ := time.Parse(time.DateOnly, rapid.SampledFrom(movedClocks).Draw(t, "near"))
	start := day.Add(time.Duration(rapid.IntRange(-4*1440, 4*1440).Draw(t, "start")) * time.Minute)
	r := Rotation{Zone: loc, Start: start, Recurrence: anyRecurrence(t),
		Members: members("ABCDEFG"[:rapid.IntRange(1, 7).Draw(t, "members")]), OnCalls: rapid.IntRange(1, 3).Draw(t, "on call")}
	if rapid.Bool().Draw(t, "limited") {
		r.Coverage = map[time.Weekday][]Window{}
		for day := range rapid.IntRange(0, 7).Draw(t, "covered days") {
			for range rapid.IntRange(0, 3).Draw(t, "windows") {
				r.Coverage[time.Weekday(day)] = append(r.Coverage[time.Weekday(day)], Window{anyClock(t, "from"), anyClock(t, "to")})
			}
		}
	}
	for range rapid.IntRange(0, 4).Draw(t, "overrides") {
		from := start.Add(time.Duration(rapid.IntRange(-1440, 20*1440).Draw(t, "override")) * time.Minute)
		r.Overrides = append(r.Overrides, Override{Start: from,
			End:     from.Add(time.Duration(rapid.IntRange(1, 5*1440).Draw(t, "lasts")) * time.Minute),
			Members: members("XYZ")[:rapid.IntRange(0, 3).Draw(t, "substitutes")]})
	}
	return r
}

func anyRules(t *rapid.T) Rules {
	return Rules{AdvanceByOne: rapid.Bool().Draw(t, "advance by one"), SkipShortMonths: rapid.Bool().Draw(t, "skip"),
		OverrideFillsGaps: rapid.Bool().Draw(t, "fill")}
}

// model knows the wall clock at every minute of some weeks.
type model struct {
	r        Rotation
	rules    Rules
	first    time.Time
	walls    []int64 // seconds, minute by minute
	covered  []bool  // minute by minute
	handOffs []time.Time
}

// aside is how much more the model knows on both sides: a day may be skipped, a
// window may begin the day before.
const aside = 6

func newModel(r Rotation, rules Rules, to time.Time) *model {
	m := &model{r: r, rules: rules, first: r.Start.AddDate(0, 0, -aside).Truncate(time.Minute)}
	for t := m.first; t.Before(to.AddDate(0, 0, aside)); t = t.Add(time.Minute) {
		_, offset := t.In(r.Zone).Zone()
		m.walls = append(m.walls, t.Unix()+int64(offset))
	}
	first, _ := m.civil(r.Start)
	for d := first; d.Before(to.AddDate(0, 0, 3)); d = d.AddDate(0, 0, 1) {
		for _, c := range m.clocksOf(first, d) {
			if at := m.instant(d, c.seconds()); at.After(r.Start) {
				m.handOffs = append(m.handOffs, at)
			}
		}
	}
	slices.SortFunc(m.handOffs, time.Time.Compare)
	m.covered = slices.Repeat([]bool{len(r.Coverage) == 0}, len(m.walls))
	for d := first.AddDate(0, 0, -3); d.Before(to.AddDate(0, 0, 3)); d = d.AddDate(0, 0, 1) {
		if !m.exists(d) {
			continue
		}
		for _, w := range r.Coverage[d.Weekday()] {
			end := w.End.seconds()
			if end <= w.Start.seconds() {
				end += 86400
			}
			m.cover(m.instant(d, w.Start.seconds()), m.instant(d, end))
		}
	}
	return m
}

// cover marks the minutes that begin in [start, end).
func (m *model) cover(start, end time.Time) {
	for i := max(int(start.Sub(m.first)/time.Minute), 0); i < len(m.covered); i++ {
		if minute := m.first.Add(time.Duration(i) * time.Minute); !minute.Before(end) {
			return
		} else if !minute.Before(start) {
			m.covered[i] = true
		}
	}
}

// civil is the date of an instant there, as midnight UTC.
func (m *model) civil(t time.Time) (time.Time, error) {
	return time.Parse(time.DateOnly, t.In(m.r.Zone).Format(time.DateOnly))
}

func (m *model) exists(d time.Time) bool {
	i := int(d.Sub(m.first)/time.Minute) - 30*60
	for ; i < len(m.walls) && m.walls[i] < d.Unix()+86400; i++ {
		if m.walls[i] >= d.Unix() {
			return true
		}
	}
	return false
}

// clocksOf are the different hand-offs of a date, of a rotation that starts on the first.
func (m *model) clocksOf(first, d time.Time) []Clock {
	var out []Clock
	add := func(c Clock) {
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	rec := m.r.Recurrence
	days := int(d.Sub(first).Hours()) / 24
	weeks := (days + (int(first.Weekday())+6)%7) / 7
	months := (d.Year()-first.Year())*12 + int(d.Month()) - int(first.Month())
	for _, c := range rec.Daily {
		if days%rec.Multiplier == 0 {
			add(c)
		}
	}
	for _, c := range rec.Weekly {
		if weeks%rec.Multiplier == 0 && c.Day == d.Weekday() {
			add(c.Clock)
		}
	}
	for _, c := range rec.Monthly {
		isLast := d.AddDate(0, 0, 1).Day() == 1
		if months%rec.Multiplier == 0 && (c.Day == d.Day() || isLast && c.Day > d.Day() && !m.rules.SkipShortMonths) {
			add(c.Clock)
		}
	}
	return out
}

// instant looks for the wall time on the clock.
func (m *model) instant(day time.Time, seconds int64) time.Time {
	wall := day.Unix() + seconds
	i := max(int(time.Unix(wall, 0).Sub(m.first)/time.Minute)-17*60, 1)
	for m.walls[i] <= wall-60 { // up to the first minute that shows it or a later time
		i++
	}
	// The clock runs on from the minute before as if nothing happened.
	at := m.first.Add(time.Duration(i-1) * time.Minute).Add(time.Duration(wall-m.walls[i-1]) * time.Second)
	if _, offset := at.In(m.r.Zone).Zone(); at.Unix()+int64(offset) == wall || m.walls[i] > wall+59 {
		return at
	}
	return m.first.Add(time.Duration(i) * time.Minute).Add(time.Duration(wall-m.walls[i]) * time.Second)
}

// at is who is on call, and who is replaced by which override.
func (m *model) at(t time.Time) (on, replaced []string, override int) {
	override = -1
	if t.Before(m.r.Start) {
		return nil, nil, override
	}
	for i, o := range m.r.Overrides {
		if !t.Before(o.Start) && t.Before(o.End) {
			override = i
		}
	}
	covered := m.covered[t.Sub(m.first)/time.Minute]
	turn := 0
	for turn < len(m.handOffs) && !m.handOffs[turn].After(t) {
		turn++
	}
	if m.rules.AdvanceByOne {
		on = m.group(turn)
	} else {
		on = m.group(turn * m.r.OnCalls)
	}
	switch {
	case !covered && (override < 0 || !m.rules.OverrideFillsGaps):
		return nil, nil, -1
	case !covered:
		return m.r.Overrides[override].Members, nil, override
	case override >= 0:
		return m.r.Overrides[override].Members, on, override
	}
	return on, nil, override
}

func (m *model) group(first int) (out []string) {
	n := len(m.r.Members)
	for j := range min(m.r.OnCalls, n) {
		out = append(out, m.r.Members[(first+j)%n])
	}
	return out
}
