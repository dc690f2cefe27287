package emulator_test

// Shifts against a model that looks at every minute by itself: it finds wall-clock times by looking
// for them on the clock, and counts hand-offs from the start of the rotation.

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"
	"pgregory.net/rapid"

	"github.com/watchbill/watchbill/emulator"
)

var dayNames = []types.DayOfWeek{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}

// naive is the clock of a zone, minute by minute, and the rotation that hangs on it. Wall times are
// minutes since 1970 as the wall shows them.
type naive struct {
	rules  emulator.Rules
	start  time.Time
	team   []string
	rec    *types.RecurrenceSettings
	others []naiveOverride // in the order of their creation

	first   time.Time
	walls   []int       // by minutes since first
	minutes map[int]int // the first minute that shows a wall time
}

type naiveOverride struct {
	from, to time.Time
	team     []string
}

func (n *naive) lookAtTheClock(zone *time.Location, to time.Time) {
	n.first = n.start.AddDate(0, 0, -40)
	n.minutes = map[int]int{}
	for m := n.first; m.Before(to.AddDate(0, 0, 3)); m = m.Add(time.Minute) {
		_, offset := m.In(zone).Zone()
		wall := int(m.Unix()+int64(offset)) / 60
		if _, seen := n.minutes[wall]; !seen {
			n.minutes[wall] = len(n.walls)
		}
		n.walls = append(n.walls, wall)
	}
}

// minuteOf is the minute that a wall time means: its first coming, or, when the clocks jump over it,
// later by the length of the jump. False: not on this clock.
func (n *naive) minuteOf(wall int) (int, bool) {
	if m, ok := n.minutes[wall]; ok {
		return m, true
	}
	for m := 1; m < len(n.walls); m++ {
		if n.walls[m-1] < wall && wall < n.walls[m] {
			m, ok := n.minutes[wall+n.walls[m]-n.walls[m-1]-1]
			return m, ok
		}
	}
	return 0, false
}

func date(wall int) time.Time { return time.Unix(int64(wall)*60, 0).UTC().Truncate(24 * time.Hour) }

// wallTimes are the hand-offs on a date, of a rotation that starts on another.
func (n *naive) wallTimes(first, day time.Time) map[int]bool {
	out := map[int]bool{}
	add := func(h *types.HandOffTime) { out[int(day.Unix()/60)+int(h.HourOfDay)*60+int(h.MinuteOfHour)] = true }
	every := int(*n.rec.RecurrenceMultiplier)
	monday := func(t time.Time) time.Time { return t.AddDate(0, 0, -(int(t.Weekday())+6)%7) }
	days := int(day.Sub(first).Hours() / 24)
	weeks := int(monday(day).Sub(monday(first)).Hours() / 24 / 7)
	months := (day.Year()-first.Year())*12 + int(day.Month()-first.Month())
	lastDay := day.AddDate(0, 1, -day.Day()).Day()
	for _, h := range n.rec.DailySettings {
		if days%every == 0 {
			add(&h)
		}
	}
	for _, w := range n.rec.WeeklySettings {
		if weeks%every == 0 && dayNames[day.Weekday()] == w.DayOfWeek {
			add(w.HandOffTime)
		}
	}
	for _, m := range n.rec.MonthlySettings {
		on := int(*m.DayOfMonth)
		if on > lastDay && !n.rules.SkipShortMonths {
			on = lastDay
		}
		if months%every == 0 && day.Day() == on {
			add(m.HandOffTime)
		}
	}
	return out
}

// handOffs counts, by minutes since first, the hand-offs after the start.
func (n *naive) handOffs() []int {
	out := make([]int, len(n.walls))
	begin := int(n.start.Sub(n.first) / time.Minute)
	first := date(n.walls[begin])
	for day := first; day.Before(date(n.walls[len(n.walls)-1])); day = day.AddDate(0, 0, 1) {
		for wall := range n.wallTimes(first, day) {
			if m, ok := n.minuteOf(wall); ok && m > begin {
				out[m]++
			}
		}
	}
	return out
}

func (n *naive) covered() []bool {
	out := make([]bool, len(n.walls))
	if len(n.rec.ShiftCoverages) == 0 {
		return slices.Repeat([]bool{true}, len(out))
	}
	for day := date(n.walls[0]); day.Before(date(n.walls[len(n.walls)-1])); day = day.AddDate(0, 0, 1) {
		for _, w := range n.rec.ShiftCoverages[string(dayNames[day.Weekday()])] {
			midnight := int(day.Unix() / 60)
			from := midnight + int(w.Start.HourOfDay)*60 + int(w.Start.MinuteOfHour)
			to := midnight + int(w.End.HourOfDay)*60 + int(w.End.MinuteOfHour)
			if to <= from {
				to += 24 * 60
			}
			a, okA := n.minuteOf(from)
			b, okB := n.minuteOf(to)
			for m := a; okA && okB && m < b; m++ {
				out[m] = true
			}
		}
	}
	return out
}

// tell is one line a minute of [from, to): who is on call, and for whom.
func (n *naive) tell(from, to time.Time) map[time.Time]string {
	out := map[time.Time]string{}
	handOffs, covered := n.handOffs(), n.covered()
	turn := 0
	for i := range n.walls {
		m := n.first.Add(time.Duration(i) * time.Minute)
		turn += handOffs[i]
		if m.Before(n.start) || m.Before(from) || !m.Before(to) {
			continue
		}
		var group []string
		step := int(*n.rec.NumberOfOnCalls)
		if n.rules.AdvanceByOne {
			step = 1
		}
		for j := range min(int(*n.rec.NumberOfOnCalls), len(n.team)) {
			group = append(group, n.team[(turn*step+j)%len(n.team)])
		}
		if !covered[i] {
			group = nil
		}
		line, any := strings.Join(group, "+"), covered[i]
		for _, o := range n.others {
			if !m.Before(o.from) && m.Before(o.to) && (covered[i] || n.rules.OverrideFillsGaps) {
				line, any = strings.Join(o.team, "+")+" for "+strings.Join(group, "+"), true
			}
		}
		if any {
			out[m] = line
		}
	}
	return out
}

// minuteByMinute tells shifts the same way.
func minuteByMinute(rt *rapid.T, shifts []types.RotationShift, from, to time.Time) map[time.Time]string {
	out := map[time.Time]string{}
	for i, s := range shifts {
		if !s.StartTime.Before(*s.EndTime) || !s.EndTime.After(from) || !s.StartTime.Before(to) || i > 0 && s.StartTime.Before(*shifts[i-1].EndTime) {
			rt.Fatalf("shift %d of %s – %s is from %s to %s", i, from, to, s.StartTime, s.EndTime)
		}
		line := strings.Join(s.ContactIds, "+")
		if s.Type == types.ShiftTypeOverridden {
			line += " for " + strings.Join(s.ShiftDetails.OverriddenContactIds, "+")
		}
		for m := s.StartTime.UTC(); m.Before(*s.EndTime) && m.Before(to); m = m.Add(time.Minute) {
			if !m.Before(from) {
				out[m] = line
			}
		}
	}
	return out
}

func someClock(rt *rapid.T, name string) types.HandOffTime {
	m := rapid.OneOf(rapid.SampledFrom([]int32{0, 60, 90, 119, 120, 150, 180, 540, 1020, 1380, 1439}), rapid.Int32Range(0, 1439)).Draw(rt, name)
	return handOff(m/60, m%60)
}

func someRecurrence(rt *rapid.T) *types.RecurrenceSettings {
	r := &types.RecurrenceSettings{NumberOfOnCalls: aws.Int32(rapid.Int32Range(1, 3).Draw(rt, "on call")),
		RecurrenceMultiplier: aws.Int32(rapid.SampledFrom([]int32{1, 1, 1, 2, 3}).Draw(rt, "multiplier"))}
	family := rapid.IntRange(0, 2).Draw(rt, "family")
	for range rapid.IntRange(1, 3).Draw(rt, "hand-offs") {
		h := someClock(rt, "hand-off")
		switch family {
		case 0:
			r.DailySettings = append(r.DailySettings, h)
		case 1:
			r.WeeklySettings = append(r.WeeklySettings, types.WeeklySetting{DayOfWeek: rapid.SampledFrom(dayNames).Draw(rt, "day"), HandOffTime: &h})
		default:
			day := rapid.SampledFrom([]int32{1, 2, 28, 29, 30, 31}).Draw(rt, "day")
			r.MonthlySettings = append(r.MonthlySettings, types.MonthlySetting{DayOfMonth: &day, HandOffTime: &h})
		}
	}
	for range rapid.IntRange(0, 5).Draw(rt, "windows") {
		if r.ShiftCoverages == nil {
			r.ShiftCoverages = map[string][]types.CoverageTime{}
		}
		day := string(rapid.SampledFrom(dayNames).Draw(rt, "covered day"))
		from, to := someClock(rt, "from"), someClock(rt, "to")
		r.ShiftCoverages[day] = append(r.ShiftCoverages[day], types.CoverageTime{Start: &from, End: &to})
	}
	return r
}

// someRotation begins near a change of the clocks in its zone.
func someRotation(rt *rapid.T, people []string) (*naive, string) {
	where := rapid.SampledFrom([][]string{{"UTC", "2026-02-27"}, {"Europe/Berlin", "2026-03-28", "2026-10-24"}, {"America/New_York", "2026-03-07", "2026-10-31"},
		{"America/St_Johns", "2026-03-07"}, {"Australia/Lord_Howe", "2026-04-03", "2026-10-03"}, {"America/Santiago", "2026-04-04", "2026-09-05"},
		{"Africa/Cairo", "2026-04-23", "2026-10-29"}, {"Asia/Kathmandu", "2026-12-30"}, {"Africa/Casablanca", "2026-02-14"}}).Draw(rt, "zone")
	day, err := time.Parse(time.DateOnly, rapid.SampledFrom(where[1:]).Draw(rt, "near"))
	if err != nil {
		rt.Fatal(err)
	}
	n := &naive{start: day.Add(time.Duration(rapid.IntRange(-3*1440, 1440).Draw(rt, "start")) * time.Minute), rec: someRecurrence(rt),
		team:  people[:rapid.IntRange(1, 5).Draw(rt, "members")],
		rules: emulator.Rules{AdvanceByOne: rapid.Bool().Draw(rt, "one"), SkipShortMonths: rapid.Bool().Draw(rt, "skip"), OverrideFillsGaps: rapid.Bool().Draw(rt, "fill")}}
	for range rapid.IntRange(0, 3).Draw(rt, "overrides") {
		from := n.start.Add(time.Duration(rapid.IntRange(-1440, 8*1440).Draw(rt, "override")) * time.Minute)
		n.others = append(n.others, naiveOverride{from, from.Add(time.Duration(rapid.IntRange(1, 3*1440).Draw(rt, "lasts")) * time.Minute),
			people[:rapid.IntRange(0, 3).Draw(rt, "substitutes")]})
	}
	return n, where[0]
}

func TestShiftsMinuteByMinute(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var people []string
		for i := range 5 {
			people = append(people, fmt.Sprintf("arn:aws:ssm-contacts:%s:%s:contact/p%d", home, account, i))
		}
		n, zone := someRotation(rt, people)
		s, err := emulator.Open(emulator.Options{Rules: n.rules, ReplicationDelay: -1, MaxPage: rapid.IntRange(1, 20).Draw(rt, "page")})
		if err != nil {
			rt.Fatal(err)
		}
		defer s.Close()
		c := connect(t, s.Transport(), home)
		c.createSet(home)
		c.people("p0", "p1", "p2", "p3", "p4")

		arn := c.rotation(&ssmcontacts.CreateRotationInput{Name: aws.String("x"), ContactIds: n.team, StartTime: &n.start, TimeZoneId: &zone, Recurrence: n.rec})
		preview := ssmcontacts.ListPreviewRotationShiftsInput{RotationStartTime: &n.start, Members: n.team, TimeZoneId: &zone, Recurrence: n.rec}
		for _, o := range n.others {
			need(c.contacts.CreateRotationOverride(c.ctx, &ssmcontacts.CreateRotationOverrideInput{RotationId: &arn, StartTime: &o.from, EndTime: &o.to,
				NewContactIds: append([]string{}, o.team...)}))(t)
			preview.Overrides = append(preview.Overrides, types.PreviewOverride{StartTime: &o.from, EndTime: &o.to, NewMembers: o.team})
		}
		from := n.start.Add(time.Duration(rapid.IntRange(-1440, 5*1440).Draw(rt, "from")) * time.Minute)
		to := from.Add(time.Duration(rapid.IntRange(1, 8*1440).Draw(rt, "to")) * time.Minute)
		n.lookAtTheClock(need(time.LoadLocation(zone))(t), to)
		want := n.tell(from, to)
		if got := minuteByMinute(rt, c.shifts(arn, &from, to, 0), from, to); !maps.Equal(want, got) {
			rt.Fatal(firstDifference(want, got, from, to))
		}
		preview.StartTime, preview.EndTime = &from, &to
		if got := minuteByMinute(rt, c.preview(preview), from, to); !maps.Equal(want, got) {
			rt.Fatal("preview: " + firstDifference(want, got, from, to))
		}
	})
}

func firstDifference(want, got map[time.Time]string, from, to time.Time) string {
	for m := from.UTC(); m.Before(to); m = m.Add(time.Minute) {
		if want[m] != got[m] {
			return fmt.Sprintf("at %s: want %q, got %q", m, want[m], got[m])
		}
	}
	return "minutes outside"
}
