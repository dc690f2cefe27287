package oncall

// What is decided about clocks that jump, repeat, skip a day or change their rules, and about
// months without the day a hand-off names.

import (
	"testing"
	"time"
)

func TestWallTimes(t *testing.T) {
	for _, c := range []struct{ name, zone, wall, want string }{
		{"ordinary", "Europe/Berlin", "2026-07-01 09:00", "2026-07-01T07:00Z"},
		{"missing, moved by the hour that is missing", "Europe/Berlin", "2026-03-29 02:30", "2026-03-29T01:30Z"},
		{"first missing", "Europe/Berlin", "2026-03-29 02:00", "2026-03-29T01:00Z"},
		{"first after the missing", "Europe/Berlin", "2026-03-29 03:00", "2026-03-29T01:00Z"},
		{"twice, the first", "Europe/Berlin", "2026-10-25 02:30", "2026-10-25T00:30Z"},
		{"last before the repeat", "Europe/Berlin", "2026-10-25 01:59", "2026-10-24T23:59Z"},
		{"first after the repeat", "Europe/Berlin", "2026-10-25 03:00", "2026-10-25T02:00Z"},
		{"missing in the west", "America/Los_Angeles", "2026-03-08 02:30", "2026-03-08T10:30Z"},
		{"half an hour missing", "Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03T15:45Z"},
		{"half an hour twice", "Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04T14:45Z"},
		{"a day missing", "Pacific/Apia", "2011-12-30 09:00", "2011-12-30T19:00Z"}, // 31 December 09:00 there
		{"the day after it", "Pacific/Apia", "2011-12-31 09:00", "2011-12-30T19:00Z"},
		{"a day twice", "Pacific/Kwajalein", "1969-09-30 12:00", "1969-09-30T01:00Z"},
		{"midnight missing", "America/Sao_Paulo", "2018-11-04 00:00", "2018-11-04T03:00Z"},
		{"midnight twice", "America/Havana", "2026-11-01 00:30", "2026-11-01T04:30Z"},
		{"Ramadan begins", "Africa/Casablanca", "2024-03-10 02:30", "2024-03-10T01:30Z"},
		{"Ramadan is over", "Africa/Casablanca", "2024-04-14 02:30", "2024-04-14T02:30Z"},
		{"winter time is the negative one", "Europe/Dublin", "2026-10-25 01:30", "2026-10-25T00:30Z"},
		{"two hours at the Pole", "Antarctica/Troll", "2026-03-29 01:30", "2026-03-29T01:30Z"},
		{"before there were zones", "Europe/Paris", "1850-01-01 00:00", "1849-12-31T23:50:39Z"},
		{"after the last listed rule", "Europe/Berlin", "2499-07-01 09:00", "2499-07-01T07:00Z"},
		{"the last day of a far leap year", "Europe/Berlin", "2040-12-31 23:30", "2040-12-31T22:30Z"},
		{"an abolished rule", "Europe/Moscow", "2014-10-26 01:30", "2014-10-25T21:30Z"},
		{"a leap day", "Asia/Kolkata", "2028-02-29 09:00", "2028-02-29T03:30Z"},
	} {
		wall, err := time.Parse("2006-01-02 15:04", c.wall)
		if err != nil {
			t.Fatal(err)
		}
		f := face{zone: zone(t, c.zone)}
		for range 2 { // the second time from memory
			if got := instant(f.resolve(wall.Unix()).at); !got.Equal(at(t, c.want)) {
				t.Errorf("%s: %s %s is %s, want %s", c.name, c.zone, c.wall, got.Format(time.RFC3339), c.want)
			}
		}
		if got := Instant(wall.Add(999*time.Millisecond), f.zone); !got.Equal(at(t, c.want)) {
			t.Errorf("%s: Instant is %s, want %s", c.name, got.Format(time.RFC3339Nano), c.want)
		}
	}
}

// Two hand-offs that the clock change pushes onto one instant leave an empty turn:
// B has no shift on that night, and the deal goes on as on any other.
func TestTurnInsideTheJumpIsEmpty(t *testing.T) {
	r := daily(t, "Europe/Berlin", "2026-03-28T01:30Z", "ABCDE", "02:30")
	r.Recurrence.Daily = append(r.Recurrence.Daily, clock(t, "03:30"))
	wantShifts(t, calendar(t, r, Rules{}), "2026-03-28T01:30Z", "2026-03-30T00:30Z", `
		A 03-28 01:30–03-28 02:30
		B 03-28 02:30–03-29 01:30
		D 03-29 01:30–03-30 00:30`)
}

// 02:30 does not exist and becomes 03:30, behind 03:00: the earlier instant takes the
// earlier turn.
func TestHandOffsThatSwapStaySorted(t *testing.T) {
	r := daily(t, "Europe/Berlin", "2026-03-28T01:30Z", "ABCDE", "02:30")
	r.Recurrence.Daily = append(r.Recurrence.Daily, clock(t, "03:00"))
	wantShifts(t, calendar(t, r, Rules{}), "2026-03-28T02:00Z", "2026-03-30T01:00Z", `
		B 03-28 02:00–03-29 01:00
		C 03-29 01:00–03-29 01:30
		D 03-29 01:30–03-30 00:30
		E 03-30 00:30–03-30 01:00`)
}

func TestThreeHandOffsThatSwap(t *testing.T) {
	r := daily(t, "Europe/Berlin", "2026-03-28T02:00Z", "ABCDEFGH", "02:10")
	r.Recurrence.Daily = append(r.Recurrence.Daily, clock(t, "02:30"), clock(t, "03:00"))
	wantShifts(t, calendar(t, r, Rules{}), "2026-03-29T00:30Z", "2026-03-30T00:10Z", `
		A 03-28 02:00–03-29 01:00
		B 03-29 01:00–03-29 01:10
		C 03-29 01:10–03-29 01:30
		D 03-29 01:30–03-30 00:10`)
}

// The windows that begin in the hour that does not exist begin behind the other one; the
// first of them loses what that one covers.
func TestWindowsThatSwapStaySorted(t *testing.T) {
	r := daily(t, "Europe/Berlin", "2026-03-28T00:00Z", "A", "01:00")
	r.Coverage = everyDay(window(t, "02:10-02:20"), window(t, "02:30-04:00"), window(t, "03:00-03:15"))
	wantShifts(t, calendar(t, r, Rules{}), "2026-03-28T00:00Z", "2026-03-30T00:00Z", `
		A 03-28 01:10–03-28 01:20
		A 03-28 01:30–03-28 03:00
		A 03-29 01:00–03-29 01:15
		A 03-29 01:15–03-29 01:20
		A 03-29 01:30–03-29 02:00`)
}

func TestOverrideOverAGap(t *testing.T) {
	r := mondays(t, "UTC", "2026-01-05T09:00Z", "A", "09:00")
	r.Coverage = map[time.Weekday][]Window{time.Monday: {window(t, "09:00-10:00")}}
	r.Overrides = []Override{{Start: at(t, "2026-03-05T00:00Z"), End: at(t, "2026-03-09T09:30Z"), Members: members("X")}}
	wantShifts(t, calendar(t, r, Rules{}), "2026-03-07T00:00Z", "2026-03-10T00:00Z", `
		X 03-09 09:00–03-09 09:30 instead of A
		A 03-09 09:30–03-09 10:00`)
	wantShifts(t, calendar(t, r, Rules{OverrideFillsGaps: true}), "2026-03-08T23:00Z", "2026-03-10T00:00Z", `
		X 03-05 00:00–03-09 09:00 instead of nobody
		X 03-09 09:00–03-09 09:30 instead of A
		A 03-09 09:30–03-09 10:00`)
	r.Coverage = map[time.Weekday][]Window{time.Monday: nil} // covers nothing
	wantShifts(t, calendar(t, r, Rules{OverrideFillsGaps: true}), "2026-03-08T23:00Z", "2026-03-10T00:00Z", `
		X 03-05 00:00–03-09 09:30 instead of nobody`)
}

func TestRepeatedHour(t *testing.T) {
	r := daily(t, "Europe/Berlin", "2026-10-24T00:00Z", "AB", "02:00")
	r.Coverage = everyDay(window(t, "02:30-02:45"))
	// The window is open from the first 02:30 to the first 02:45.
	wantShifts(t, calendar(t, r, Rules{}), "2026-10-25T00:00Z", "2026-10-26T00:00Z", `
		B 10-25 00:30–10-25 00:45`)
	r.Coverage = everyDay(window(t, "01:30-03:30"))
	wantShifts(t, calendar(t, r, Rules{}), "2026-10-25T00:00Z", "2026-10-26T00:00Z", `
		B 10-25 00:00–10-25 02:30`)
}

// Friday 30 December 2011 did not happen in Samoa. Whoever had that day had no shift, its
// windows are not made up for on Saturday, and Thursday's night ends on Saturday morning.
func TestSkippedDay(t *testing.T) {
	r := daily(t, "Pacific/Apia", "2011-12-28T19:00Z", "ABCD", "09:00") // Wednesday 28th there
	wantShifts(t, calendar(t, r, Rules{}), "2011-12-28T19:00Z", "2012-01-01T00:00Z", `
		A 12-28 19:00–12-29 19:00
		B 12-29 19:00–12-30 19:00
		D 12-30 19:00–12-31 19:00
		A 12-31 19:00–01-01 19:00`)
	r.Coverage = map[time.Weekday][]Window{
		time.Thursday: {window(t, "22:00-06:00")}, time.Friday: {window(t, "10:00-12:00")}, time.Saturday: {window(t, "11:00-13:00")}}
	wantShifts(t, calendar(t, r, Rules{}), "2011-12-28T19:00Z", "2012-01-01T00:00Z", `
		B 12-30 08:00–12-30 16:00
		D 12-30 21:00–12-30 23:00`)
}

func TestMonthEnds(t *testing.T) {
	r := Rotation{Zone: time.UTC, Start: at(t, "2027-12-31T09:00Z"), Members: members("ABC"),
		Recurrence: Recurrence{Monthly: []MonthClock{{31, Clock{Hour: 9}}}}}
	wantShifts(t, calendar(t, r, Rules{}), "2027-12-31T09:00Z", "2028-05-01T00:00Z", `
		A 12-31 09:00–01-31 09:00
		B 01-31 09:00–02-29 09:00
		C 02-29 09:00–03-31 09:00
		A 03-31 09:00–04-30 09:00
		B 04-30 09:00–05-31 09:00`)
	wantShifts(t, calendar(t, r, Rules{SkipShortMonths: true}), "2027-12-31T09:00Z", "2028-05-01T00:00Z", `
		A 12-31 09:00–01-31 09:00
		B 01-31 09:00–03-31 09:00
		C 03-31 09:00–05-31 09:00`)
	// The 30th and the 31st are one hand-off in months that have no 31st.
	r.Recurrence.Monthly = append(r.Recurrence.Monthly, MonthClock{30, Clock{Hour: 9}})
	wantShifts(t, calendar(t, r, Rules{}), "2028-01-31T09:00Z", "2028-05-01T00:00Z", `
		C 01-31 09:00–02-29 09:00
		A 02-29 09:00–03-30 09:00
		B 03-30 09:00–03-31 09:00
		C 03-31 09:00–04-30 09:00
		A 04-30 09:00–05-30 09:00`)
}

func TestMonthlyHandOffThatNeverComes(t *testing.T) {
	r := Rotation{Zone: time.UTC, Start: at(t, "2026-06-01T00:00Z"), Members: members("AB"),
		Recurrence: Recurrence{Monthly: []MonthClock{{31, Clock{}}}, Multiplier: 12}}
	c := calendar(t, r, Rules{SkipShortMonths: true})
	s, ok := c.At(at(t, "9876-05-04T00:00Z"))
	if !ok || s.Turn != 0 || !s.End.Equal(horizon) {
		t.Errorf("%+v", s)
	}
}

func TestStartBetweenHandOffs(t *testing.T) {
	r := mondays(t, "UTC", "2026-01-07T12:00Z", "AB", "09:00")
	r.Recurrence.Multiplier = 2
	wantShifts(t, calendar(t, r, Rules{}), "2026-01-01T00:00Z", "2026-02-01T00:00Z", `
		A 01-07 12:00–01-19 09:00
		B 01-19 09:00–02-02 09:00`)
}

func TestStartKeepsItsFraction(t *testing.T) {
	c := calendar(t, daily(t, "UTC", "2026-01-05T10:59:59.5Z", "AB", "11:00"), Rules{})
	first, _ := c.At(at(t, "2026-01-05T10:59:59.5Z"))
	if got := first.End.Sub(first.Start); got != 500*time.Millisecond {
		t.Errorf("first shift lasts %s", got)
	}
}

func TestHandOffsAroundAnInstant(t *testing.T) {
	week := Recurrence{Weekly: []WeekClock{{time.Friday, Clock{Hour: 17}}, {time.Monday, Clock{Hour: 9}}}, Multiplier: 5}
	month := Recurrence{Monthly: []MonthClock{{31, Clock{Hour: 9}}}, Multiplier: 12}
	for _, c := range []struct {
		name                string
		r                   Recurrence
		zone                string
		rules               Rules
		at, before, further string
	}{
		{"between", week, "Asia/Tokyo", Rules{}, "2026-12-08T00:00Z", "2026-12-07T00:00Z", "2026-12-11T08:00Z"},
		{"on one", week, "Asia/Tokyo", Rules{}, "2026-12-07T00:00Z", "2026-12-07T00:00Z", "2026-12-11T08:00Z"},
		{"over the year", week, "UTC", Rules{}, "2027-01-02T00:00Z", "2027-01-01T17:00Z", "2027-01-04T09:00Z"},
		{"month end", month, "UTC", Rules{}, "2026-02-10T00:00Z", "2026-01-31T09:00Z", "2026-02-28T09:00Z"},
		{"long month", month, "UTC", Rules{SkipShortMonths: true}, "2026-02-10T00:00Z", "2026-01-31T09:00Z", "2026-03-31T09:00Z"},
		{"two months back", month, "UTC", Rules{SkipShortMonths: true}, "2026-03-30T00:00Z", "2026-01-31T09:00Z", "2026-03-31T09:00Z"},
		{"missing hour", Recurrence{Daily: []Clock{{2, 30}}, Multiplier: 1}, "Europe/Berlin", Rules{},
			"2026-03-29T01:30Z", "2026-03-29T01:30Z", "2026-03-30T00:30Z"},
	} {
		before, after, err := c.r.HandOffs(zone(t, c.zone), at(t, c.at), c.rules)
		if err != nil || !before.Equal(at(t, c.before)) || !after.Equal(at(t, c.further)) {
			t.Errorf("%s: %s and %s, %v; want %s and %s", c.name, before, after, err, c.before, c.further)
		}
	}
	if _, _, err := (Recurrence{}).HandOffs(time.UTC, time.Now(), Rules{}); err == nil {
		t.Error("a recurrence without hand-offs has none")
	}
}

// Whatever the rotation says, answers come at once: nothing is walked from the start.
func TestFarAway(t *testing.T) {
	r := Rotation{Zone: zone(t, "America/New_York"), Start: time.Time{}, Members: members("ABCDEFG"), OnCalls: 1 << 40,
		Recurrence: Recurrence{Daily: []Clock{{11, 0}, {23, 0}}, Multiplier: 100}, Coverage: workdays(Window{}),
		Overrides: []Override{{Start: time.Time{}, End: horizon, Members: nil}}}
	c := calendar(t, r, Rules{OverrideFillsGaps: true})
	for _, when := range []string{"0001-01-01T00:00Z", "2026-01-06T11:00Z", "9999-12-31T23:59Z"} {
		if s, ok := c.At(at(t, when)); !ok || len(s.Members) != 0 {
			t.Errorf("%s: %+v %v", when, s, ok)
		}
	}
	for range c.Shifts(time.Time{}.AddDate(-1<<20, 0, 0), horizon.AddDate(1<<20, 0, 0)) {
		break
	}
	if _, ok := c.At(horizon); ok {
		t.Error("nothing is dealt beyond the year 9999")
	}
}
