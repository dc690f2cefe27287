package kind

// When turns pass on, and which hours they cover: as specs compare them, as AWS's
// rotations hold them, and as oncall deals them.

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/oncall"
)

// Recurrence is when a turn ends and the next begins: at the hand-offs of every Every-th
// day, week or month.
type Recurrence struct {
	Unit     string    `json:"unit"` // day, week or month
	Every    int       `json:"every"`
	Handoffs []Handoff `json:"handoffs"` // ascending
}

// Handoff is a time of the day, of the week or of the month. Day is 0 when Unit is day,
// 1 (Monday) to 7 of a week, 1 to 31 of a month.
type Handoff struct {
	Unit string
	Day  int
	Clock
}

// Clock is a time of day.
type Clock struct{ Hour, Minute int }

// String writes the clock as plans do.
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", c.Hour, c.Minute) }

// String writes the hand-off as plans do: 09:00, mon 09:00, 15 09:00.
func (h Handoff) String() string {
	switch h.Unit {
	case string(ast.Week):
		return dayName(h.Day) + " " + h.Clock.String()
	case string(ast.Month):
		return fmt.Sprintf("%d %s", h.Day, h.Clock)
	}
	return h.Clock.String()
}

// MarshalText is String.
func (h Handoff) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// Coverage is a part of a day of the week, 1 (Monday) to 7, in which somebody is on
// call. One that ends at or before its start ends on the next day. Nothing stands
// for a day that AWS was told of without a time: alone it covers nothing at all.
type Coverage struct {
	Day        int
	Start, End Clock
	Nothing    bool
}

// String writes the coverage nearly as plans do: mon 09:00-18:00.
func (c Coverage) String() string {
	if c.Nothing {
		return dayName(c.Day) + " nothing"
	}
	return fmt.Sprintf("%s %s-%s", dayName(c.Day), c.Start, c.End)
}

// MarshalText is String.
func (c Coverage) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// days are AWS's words, Monday first.
var days = []types.DayOfWeek{types.DayOfWeekMon, types.DayOfWeekTue, types.DayOfWeekWed, types.DayOfWeekThu,
	types.DayOfWeekFri, types.DayOfWeekSat, types.DayOfWeekSun}

var dayNames = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

func dayName(day int) string {
	if day < 1 || day > len(dayNames) {
		return fmt.Sprintf("day %d", day)
	}
	return dayNames[day-1]
}

// isoDay numbers a weekday from Monday, 1, to Sunday, 7; goDay takes it back.
func isoDay(d time.Weekday) int { return (int(d)+6)%7 + 1 }

func goDay(day int) time.Weekday { return time.Weekday(day % 7) }

func (r Recurrence) canonical() Recurrence {
	slices.SortFunc(r.Handoffs, func(a, b Handoff) int {
		return cmp.Or(cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Day, b.Day), a.Clock.compare(b.Clock))
	})
	r.Handoffs = slices.Compact(r.Handoffs)
	return r
}

func (c Clock) compare(other Clock) int {
	return cmp.Or(cmp.Compare(c.Hour, other.Hour), cmp.Compare(c.Minute, other.Minute))
}

func canonicalCoverage(c []Coverage) []Coverage {
	slices.SortFunc(c, func(a, b Coverage) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), a.Start.compare(b.Start), a.End.compare(b.End))
	})
	return slices.Compact(c)
}

func desiredRecurrence(r *ast.Rotation) Recurrence {
	out := Recurrence{Unit: string(r.Every.Unit), Every: r.Every.Count}
	for _, h := range r.Handoffs {
		handoff := Handoff{Unit: string(h.Unit), Clock: Clock(h.Clock)}
		switch h.Unit {
		case ast.Week:
			handoff.Day = isoDay(h.Weekday)
		case ast.Month:
			handoff.Day = h.DayOfMonth
		}
		out.Handoffs = append(out.Handoffs, handoff)
	}
	return out.canonical()
}

func desiredCoverage(coverage []*ast.Coverage) []Coverage {
	var out []Coverage
	for _, c := range coverage {
		for _, d := range c.Days {
			for _, w := range c.Windows {
				out = append(out, Coverage{Day: isoDay(d), Start: Clock(w.Start), End: endOfDay(w.End)})
			}
		}
	}
	return canonicalCoverage(out)
}

// endOfDay is 24:00 as AWS says it: 00:00, of the next day because it does not come
// after the start.
func endOfDay(c ast.Clock) Clock {
	c.Hour %= 24
	return Clock(c)
}

// observedRecurrence also tells a mixture that no plan can say: it shows, and is put
// right.
func observedRecurrence(r *types.RecurrenceSettings) Recurrence {
	out := Recurrence{Every: int(aws.ToInt32(r.RecurrenceMultiplier))}
	add := func(unit ast.Unit, day int, at *types.HandOffTime) {
		out.Unit = string(unit)
		out.Handoffs = append(out.Handoffs, Handoff{Unit: out.Unit, Day: day, Clock: observedClock(at)})
	}
	for _, m := range r.MonthlySettings {
		add(ast.Month, int(aws.ToInt32(m.DayOfMonth)), m.HandOffTime)
	}
	for _, w := range r.WeeklySettings {
		add(ast.Week, slices.Index(days, w.DayOfWeek)+1, w.HandOffTime)
	}
	for _, h := range r.DailySettings {
		add(ast.Day, 0, &h)
	}
	return out.canonical()
}

func observedClock(h *types.HandOffTime) Clock {
	if h == nil {
		return Clock{}
	}
	return Clock{int(h.HourOfDay), int(h.MinuteOfHour)}
}

func observedCoverage(m map[string][]types.CoverageTime) []Coverage {
	var out, none []Coverage
	for name, windows := range m {
		day := slices.Index(days, types.DayOfWeek(name)) + 1
		for _, w := range windows {
			out = append(out, Coverage{Day: day, Start: observedClock(w.Start), End: observedClock(w.End)})
		}
		none = append(none, Coverage{Day: day, Nothing: true})
	}
	if len(out) == 0 {
		out = none
	}
	return canonicalCoverage(out)
}

// recurrence is the form AWS wants.
func (r Rotation) recurrence() *types.RecurrenceSettings {
	out := &types.RecurrenceSettings{
		NumberOfOnCalls: aws.Int32(int32(r.OnCall)), RecurrenceMultiplier: aws.Int32(int32(r.Recurrence.Every)),
	}
	for _, h := range r.Recurrence.Handoffs {
		switch at := h.wire(); h.Unit {
		case string(ast.Month):
			out.MonthlySettings = append(out.MonthlySettings, types.MonthlySetting{DayOfMonth: aws.Int32(int32(h.Day)), HandOffTime: at})
		case string(ast.Week):
			out.WeeklySettings = append(out.WeeklySettings, types.WeeklySetting{DayOfWeek: days[h.Day-1], HandOffTime: at})
		default:
			out.DailySettings = append(out.DailySettings, *at)
		}
	}
	for _, c := range r.Coverage {
		put(&out.ShiftCoverages, string(days[c.Day-1]),
			append(out.ShiftCoverages[string(days[c.Day-1])], types.CoverageTime{Start: c.Start.wire(), End: c.End.wire()}))
	}
	return out
}

func (c Clock) wire() *types.HandOffTime {
	return &types.HandOffTime{HourOfDay: int32(c.Hour), MinuteOfHour: int32(c.Minute)}
}

// dealt is the recurrence as oncall wants it.
func (r Recurrence) dealt() oncall.Recurrence {
	out := oncall.Recurrence{Multiplier: r.Every}
	for _, h := range r.Handoffs {
		switch clock := oncall.Clock(h.Clock); h.Unit {
		case string(ast.Month):
			out.Monthly = append(out.Monthly, oncall.MonthClock{Day: h.Day, Clock: clock})
		case string(ast.Week):
			out.Weekly = append(out.Weekly, oncall.WeekClock{Day: goDay(h.Day), Clock: clock})
		default:
			out.Daily = append(out.Daily, clock)
		}
	}
	return out
}

func dealtCoverage(coverage []Coverage) map[time.Weekday][]oncall.Window {
	out := make(map[time.Weekday][]oncall.Window, len(days))
	for _, c := range coverage {
		day := goDay(c.Day)
		out[day] = append(out[day], oncall.Window{Start: oncall.Clock(c.Start), End: oncall.Clock(c.End)})
		if c.Nothing {
			out[day] = nil
		}
	}
	return out
}
