package oncall

import (
	"fmt"
	"testing"
	"time"
)

// hundred are 100 rotations in 25 schedules of 4: daily, weekly, monthly, with and
// without coverage and overrides, in zones that move their clocks.
func hundred(b *testing.B) (out []*Schedule) {
	b.Helper()
	for i := range 25 {
		var rotations []Rotation
		for j := range 4 {
			r := Rotation{Zone: zone(b, zoneNames[(4*i+j)%20]), Start: time.Date(2020, 1, 6+i, 9, 0, 0, 0, time.UTC), OnCalls: 1 + j%2}
			for m := range 5 + i%5 {
				r.Members = append(r.Members, fmt.Sprint("member", m))
			}
			r.Recurrence.Multiplier = 1
			switch j {
			case 0:
				r.Recurrence.Daily = []Clock{{9, 0}, {21, 0}}
				r.Coverage = everyDay(Window{Clock{9, 0}, Clock{21, 0}})
			case 1, 2:
				r.Recurrence.Weekly = []WeekClock{{time.Monday, Clock{9, 0}}}
				r.Coverage = workdays(Window{Clock{9, 0}, Clock{18, 0}}, Window{Clock{20, 0}, Clock{2, 0}})
			default:
				r.Recurrence.Monthly = []MonthClock{{1, Clock{9, 0}}, {15, Clock{9, 0}}}
				r.Coverage = everyDay(Window{Clock{8, 0}, Clock{16, 0}})
			}
			for k := range 12 {
				start := time.Date(2026, time.Month(k+1), 3, 8, 0, 0, 0, time.UTC)
				r.Overrides = append(r.Overrides, Override{Start: start, End: start.AddDate(0, 0, 2), Members: r.Members[:1]})
			}
			rotations = append(rotations, r)
		}
		s, err := NewSchedule(Rules{}, rotations...)
		if err != nil {
			b.Fatal(err)
		}
		out = append(out, s)
	}
	return out
}

func BenchmarkGapsOf100RotationsIn52Weeks(b *testing.B) {
	schedules := hundred(b)
	from := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for _, s := range schedules {
			for range s.Gaps(from, from.AddDate(0, 0, 7*52)) {
				n++
			}
		}
		b.ReportMetric(float64(n), "gaps")
	}
}

func BenchmarkLoadsOf100RotationsIn52Weeks(b *testing.B) {
	schedules := hundred(b)
	from := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	for b.Loop() {
		Loads(from, from.AddDate(0, 0, 7*52), UsualHours, schedules...)
	}
}

func BenchmarkAt(b *testing.B) {
	c := hundred(b)[0].calendars[1]
	t := time.Date(2026, 5, 5, 12, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	for b.Loop() {
		c.At(t)
	}
}

func BenchmarkSimulateEveryHourOfAYear(b *testing.B) {
	roster := team(b)
	r := mondays(b, "Europe/Berlin", "2026-01-05T08:00Z", "", "09:00")
	r.Members, r.OnCalls, r.Recurrence.Multiplier = []string{"aiko", "ben", "chie"}, 1, 1
	r.Coverage = workdays(window(b, "08:00-20:00"))
	primary, err := NewSchedule(Rules{}, r)
	if err != nil {
		b.Fatal(err)
	}
	roster.Schedules["primary"] = primary
	from := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for hour := range 365 * 24 {
			for range roster.Simulate("ec2-down", from.Add(time.Duration(hour)*time.Hour), nil) {
				n++
			}
		}
		b.ReportMetric(float64(n), "events")
	}
}

// followTheSun are three offices that hand over to each other on weekdays, one of them
// covering the weekends, and a secondary by the week.
func followTheSun(b *testing.B) *Roster {
	b.Helper()
	roster := team(b)
	var offices []Rotation
	for _, o := range []struct{ zone, start, hours string }{
		{"Asia/Tokyo", "2026-01-05T00:00Z", "09:00-17:00"},
		{"Europe/Berlin", "2026-01-05T08:00Z", "09:00-18:00"},
		{"America/Los_Angeles", "2026-01-05T17:00Z", "09:00-16:00"},
	} {
		r := mondays(b, o.zone, o.start, "", "09:00")
		r.Members, r.OnCalls, r.Recurrence.Multiplier = []string{"aiko", "ben", "chie"}, 1, 1
		r.Coverage = workdays(window(b, o.hours))
		offices = append(offices, r)
	}
	offices[1].Coverage[time.Saturday], offices[1].Coverage[time.Sunday] = []Window{{}}, []Window{{}}
	secondary := mondays(b, "UTC", "2026-01-05T09:00Z", "", "09:00")
	secondary.Members, secondary.OnCalls, secondary.Recurrence.Multiplier = []string{"ben", "chie", "aiko"}, 1, 1
	for name, rotations := range map[string][]Rotation{"primary": offices, "secondary": {secondary}} {
		s, err := NewSchedule(Rules{}, rotations...)
		if err != nil {
			b.Fatal(err)
		}
		roster.Schedules[name] = s
	}
	roster.Escalations["web"] = escalation(b, "primary wait 10", "secondary wait 15", "ben chie? wait 15")
	return roster
}

func BenchmarkSimulateEveryHourOfAYearThroughThreeStages(b *testing.B) {
	roster := followTheSun(b)
	from := time.Date(2026, 1, 5, 18, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for hour := range 365 * 24 {
			for range roster.Simulate("ec2-down", from.Add(time.Duration(hour)*time.Hour), nil) {
				n++
			}
		}
		b.ReportMetric(float64(n), "events")
	}
}

// Every moment of a year, exactly: no hour, and no minute, is left out.
func BenchmarkStoriesOfAYear(b *testing.B) {
	roster := followTheSun(b)
	from := time.Date(2026, 1, 5, 18, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for range roster.Stories("ec2-down", from, from.AddDate(1, 0, 0)) {
			n++
		}
		b.ReportMetric(float64(n), "stories")
	}
}

// The same question to a fresh rotation and to one that has run for two thousand years.
func BenchmarkAtAfterLong(b *testing.B) {
	for _, year := range []int{1, 1990, 2025} {
		b.Run(fmt.Sprint(year), func(b *testing.B) {
			r := daily(b, "America/New_York", "2025-01-01T00:00Z", "ABCDEFG", "09:00")
			r.Start = time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
			c := calendar(b, r, Rules{})
			t := time.Date(2026, 5, 5, 12, 0, 0, 0, time.UTC)
			b.ReportAllocs()
			for b.Loop() {
				c.At(t)
			}
		})
	}
}
