package oncall

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestLoadOfAWeek(t *testing.T) {
	// Berlin, the week the clocks go forward: A from Monday 09:00 to Monday 09:00.
	c := calendar(t, mondays(t, "Europe/Berlin", "2026-03-23T08:00Z", "AB", "09:00"), Rules{})
	got := Loads(at(t, "2026-03-23T08:00Z"), at(t, "2026-03-30T07:00Z"), UsualHours, ScheduleOf(c))
	// Seven nights of eight hours, one of them an hour short, and a weekend of 47 hours.
	want := Load{Total: 167 * time.Hour, Night: 55 * time.Hour, Weekend: 47 * time.Hour}
	if got["A"] != want {
		t.Errorf("A: %+v, want %+v", got["A"], want)
	}
	if b, named := got["B"]; !named || b != (Load{}) {
		t.Errorf("B is named with nothing, not %+v", b)
	}
}

// Two rotations at once are one load, also where their zones disagree about the night.
func TestLoadCountsAnHourOnce(t *testing.T) {
	tokyo := calendar(t, daily(t, "Asia/Tokyo", "2026-01-05T00:00Z", "A", "09:00"), Rules{})
	utc := calendar(t, daily(t, "UTC", "2026-01-05T00:00Z", "A", "00:00"), Rules{})
	from, to := at(t, "2026-01-06T00:00Z"), at(t, "2026-01-07T00:00Z")
	for name, schedules := range map[string][]*Schedule{
		"one schedule":  {ScheduleOf(tokyo, utc)},
		"two schedules": {ScheduleOf(tokyo), ScheduleOf(utc)},
	} {
		// Nights: 13:00 to 21:00 by Tokyo, 22:00 to 06:00 by UTC.
		if got := Loads(from, to, UsualHours, schedules...)["A"]; got != (Load{Total: 24 * time.Hour, Night: 16 * time.Hour}) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestLoadHoursAreAParameter(t *testing.T) {
	c := calendar(t, daily(t, "UTC", "2026-01-05T00:00Z", "AB", "00:00"), Rules{})
	hours := LoadHours{Night: window(t, "00:00-04:00"), Weekend: []time.Weekday{time.Friday}}
	got := Loads(at(t, "2026-01-05T00:00Z"), at(t, "2026-01-12T00:00Z"), hours, ScheduleOf(c))
	if want := (Load{Total: 96 * time.Hour, Night: 16 * time.Hour, Weekend: 24 * time.Hour}); got["A"] != want {
		t.Errorf("%+v, want %+v", got["A"], want)
	}
}

// Half a minute by half a minute (Liberia was 44:30 behind UTC), the load is the same.
func TestLoadEqualsStepByStep(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyRotation(t), anyRotation(t)
		b.Start = a.Start.Add(time.Duration(rapid.IntRange(-3*1440, 3*1440).Draw(t, "apart")) * time.Minute)
		s, err := NewSchedule(anyRules(t), a, b)
		if err != nil {
			t.Fatal(err)
		}
		from := a.Start.AddDate(0, 0, rapid.IntRange(-1, 4).Draw(t, "from")).Truncate(time.Minute)
		to := from.AddDate(0, 0, rapid.IntRange(1, 2).Draw(t, "days"))
		want := map[string]*Load{}
		seen := watches(s, from, to)
		const step = 30 * time.Second
		for now := from; now.Before(to); now = now.Add(step) {
			var on, night, weekend = map[string]bool{}, map[string]bool{}, map[string]bool{}
			for i, c := range s.Calendars() {
				local := now.In(c.Zone())
				for _, m := range seen[i].at(now) {
					on[m] = true
					night[m] = night[m] || local.Hour() >= 22 || local.Hour() < 6
					weekend[m] = weekend[m] || local.Weekday() == time.Saturday || local.Weekday() == time.Sunday
				}
			}
			for m := range on {
				if want[m] == nil {
					want[m] = &Load{}
				}
				want[m].Total += step
				if night[m] {
					want[m].Night += step
				}
				if weekend[m] {
					want[m].Weekend += step
				}
			}
		}
		got := Loads(from, to, UsualHours, s)
		for m, load := range got {
			if want[m] == nil {
				want[m] = &Load{}
			}
			if load != *want[m] {
				t.Fatalf("%s: %+v, want %+v", m, load, *want[m])
			}
		}
		for m := range want {
			if _, ok := got[m]; !ok {
				t.Fatalf("%s is missing", m)
			}
		}
	})
}
