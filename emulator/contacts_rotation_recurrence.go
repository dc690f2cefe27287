package emulator

// The recurrence of a rotation: as it travels and is stored, what the model does not say about it,
// and as oncall wants it.

import (
	"slices"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // a rotation names its zone, also where the machine has no zone data

	"github.com/watchbill/watchbill/oncall"
)

// recurrence keeps what was given, also the difference between an absent list and an empty one.
type recurrence struct {
	MonthlySettings      []monthlySetting          `json:",omitzero"`
	WeeklySettings       []weeklySetting           `json:",omitzero"`
	DailySettings        []handOff                 `json:",omitzero"`
	NumberOfOnCalls      int                       // more than there are members: all of them
	ShiftCoverages       map[string][]coverageTime `json:",omitzero"`
	RecurrenceMultiplier int
}

type handOff struct{ HourOfDay, MinuteOfHour int }

type weeklySetting struct {
	DayOfWeek   string
	HandOffTime handOff
}

type monthlySetting struct {
	DayOfMonth  int
	HandOffTime handOff
}

type coverageTime struct{ Start, End *handOff }

var weekdays = map[string]time.Weekday{"SUN": time.Sunday, "MON": time.Monday, "TUE": time.Tuesday, "WED": time.Wednesday,
	"THU": time.Thursday, "FRI": time.Friday, "SAT": time.Saturday}

// fit says what is wrong with a recurrence that satisfies the model.
func (r *recurrence) fit(c *call) error {
	families := 0
	for _, n := range []int{len(r.DailySettings), len(r.WeeklySettings), len(r.MonthlySettings)} {
		families += min(n, 1)
	}
	if families != 1 {
		return badContact("Exactly one of DailySettings, WeeklySettings and MonthlySettings must be set in Recurrence")
	}
	for _, day := range sortedKeys(r.ShiftCoverages) {
		for _, w := range r.ShiftCoverages[day] {
			if w.Start == nil || w.End == nil {
				return badContact("Start and End must be set in the ShiftCoverages of " + day)
			}
			if c.opts.Rules.ConsoleLimits && w.length() < shortest {
				return badContact("The ShiftCoverages of " + day + " must be at least 30 minutes long")
			}
		}
	}
	return nil
}

// shortest is the console's least length of a coverage and of an override [guide].
const shortest = 30 * time.Minute

// length of a coverage by the wall clock; one that ends at or before its start ends on the next day.
func (w coverageTime) length() time.Duration {
	d := time.Duration(w.End.HourOfDay-w.Start.HourOfDay)*time.Hour + time.Duration(w.End.MinuteOfHour-w.Start.MinuteOfHour)*time.Minute
	if d <= 0 {
		d += 24 * time.Hour
	}
	return d
}

func (h handOff) clock() oncall.Clock { return oncall.Clock{Hour: h.HourOfDay, Minute: h.MinuteOfHour} }

func (r *recurrence) oncall() oncall.Recurrence {
	out := oncall.Recurrence{Multiplier: r.RecurrenceMultiplier}
	for _, h := range r.DailySettings {
		out.Daily = append(out.Daily, h.clock())
	}
	for _, w := range r.WeeklySettings {
		out.Weekly = append(out.Weekly, oncall.WeekClock{Day: weekdays[w.DayOfWeek], Clock: w.HandOffTime.clock()})
	}
	for _, m := range r.MonthlySettings {
		out.Monthly = append(out.Monthly, oncall.MonthClock{Day: m.DayOfMonth, Clock: m.HandOffTime.clock()})
	}
	return out
}

// coverage is nil when the rotation covers all the time. A map that names no day is as good as none.
func (r *recurrence) coverage() map[time.Weekday][]oncall.Window {
	if len(r.ShiftCoverages) == 0 {
		return nil
	}
	out := make(map[time.Weekday][]oncall.Window, len(r.ShiftCoverages))
	for day, windows := range r.ShiftCoverages {
		list := make([]oncall.Window, len(windows))
		for i, w := range windows {
			list[i] = oncall.Window{Start: w.Start.clock(), End: w.End.clock()}
		}
		out[weekdays[day]] = list
	}
	return out
}

// notZones have data on this or that machine, and are none.
var notZones = []string{"", "Local", "EST", "MST", "HST", "Factory", "localtime", "posixrules"}

// zones holds the zones that were asked for; there are only so many that exist.
var zones sync.Map

// zoneOf is a time zone by its IANA name. Designators without rules for daylight saving time, such
// as PST and EST, are refused as AWS documents, and so is what Go alone calls a zone.
func zoneOf(id string) (*time.Location, error) {
	if zone, ok := zones.Load(id); ok {
		return zone.(*time.Location), nil
	}
	zone, err := time.LoadLocation(id)
	if err != nil || slices.Contains(notZones, id) || strings.HasPrefix(id, "posix/") || strings.HasPrefix(id, "right/") {
		return nil, badContact("Invalid time zone " + id)
	}
	zones.Store(id, zone)
	return zone, nil
}
