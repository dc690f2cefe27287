package oncall

// What is decided about zones that change their rules, and about leap days. A hand-off is
// a time on the wall: whatever is done to the clocks, nobody's turn moves to another
// day, and only its length in hours differs.

import (
	"testing"
	"time"
)

// Brazil moved its clocks for the last time in February 2019. In November 2018 midnight of
// the 4th was skipped; in 2019 nothing happened, and 09:00 stayed 12:00 UTC.
func TestZoneThatGaveUpSummerTime(t *testing.T) {
	r := daily(t, "America/Sao_Paulo", "2018-11-02T12:00Z", "ABC", "09:00")
	wantShifts(t, calendar(t, r, Rules{}), "2018-11-02T12:00Z", "2018-11-06T00:00Z", `
		A 11-02 12:00–11-03 12:00
		B 11-03 12:00–11-04 11:00
		C 11-04 11:00–11-05 11:00
		A 11-05 11:00–11-06 11:00`)
	wantShifts(t, calendar(t, r, Rules{}), "2019-02-15T12:00Z", "2019-02-18T12:00Z", `
		A 02-15 11:00–02-16 11:00
		B 02-16 11:00–02-17 12:00
		C 02-17 12:00–02-18 12:00`)
	wantShifts(t, calendar(t, r, Rules{}), "2019-11-02T12:00Z", "2019-11-04T12:00Z", `
		C 11-02 12:00–11-03 12:00
		A 11-03 12:00–11-04 12:00`) // day 365 of the deal, and no hour is missing
}

// The midnight that was skipped is 01:00 of the same day: the turn before it is whole, and
// the one after it an hour short.
func TestHandOffAtAMissingMidnight(t *testing.T) {
	r := daily(t, "America/Sao_Paulo", "2018-11-02T03:00Z", "ABC", "00:00")
	wantShifts(t, calendar(t, r, Rules{}), "2018-11-02T03:00Z", "2018-11-06T00:00Z", `
		A 11-02 03:00–11-03 03:00
		B 11-03 03:00–11-04 03:00
		C 11-04 03:00–11-05 02:00
		A 11-05 02:00–11-06 02:00`)
}

// North Korea moved by half an hour twice: in August 2015 the last half hour of the 14th
// came again, and on 4 May 2018 the last half hour was skipped.
func TestZoneThatMovedByHalfAnHour(t *testing.T) {
	r := daily(t, "Asia/Pyongyang", "2015-08-12T14:45Z", "ABC", "23:45")
	wantShifts(t, calendar(t, r, Rules{}), "2015-08-12T14:45Z", "2015-08-16T00:00Z", `
		A 08-12 14:45–08-13 14:45
		B 08-13 14:45–08-14 14:45
		C 08-14 14:45–08-15 15:15
		A 08-15 15:15–08-16 15:15`)
	r.Start = at(t, "2018-05-02T15:15Z")
	wantShifts(t, calendar(t, r, Rules{}), "2018-05-02T15:15Z", "2018-05-06T00:00Z", `
		A 05-02 15:15–05-03 15:15
		B 05-03 15:15–05-04 15:15
		C 05-04 15:15–05-05 14:45
		A 05-05 14:45–05-06 14:45`)
}

// Samoa went to the other side of the date line and had no 30 December 2011, a Friday. A
// week of turns is then a day short, a hand-off on the Friday itself comes on
// Saturday at its time, and the day is not made up for.
func TestWeekWithoutAFriday(t *testing.T) {
	r := mondays(t, "Pacific/Apia", "2011-12-19T19:00Z", "ABC", "09:00")
	wantShifts(t, calendar(t, r, Rules{}), "2011-12-19T19:00Z", "2012-01-09T00:00Z", `
		A 12-19 19:00–12-26 19:00
		B 12-26 19:00–01-01 19:00
		C 01-01 19:00–01-08 19:00
		A 01-08 19:00–01-15 19:00`)
	r.Recurrence.Weekly = []WeekClock{{time.Friday, Clock{Hour: 9}}}
	r.Start = at(t, "2011-12-16T19:00Z") // Friday 16th there
	wantShifts(t, calendar(t, r, Rules{}), "2011-12-16T19:00Z", "2012-01-10T00:00Z", `
		A 12-16 19:00–12-23 19:00
		B 12-23 19:00–12-30 19:00
		C 12-30 19:00–01-05 19:00
		A 01-05 19:00–01-12 19:00`)
}

// Morocco is an hour ahead but in Ramadan: clocks move four times in some years, on dates
// that follow the moon.
func TestZoneThatFollowsTheMoon(t *testing.T) {
	r := mondays(t, "Africa/Casablanca", "2024-03-04T08:00Z", "AB", "09:00")
	wantShifts(t, calendar(t, r, Rules{}), "2024-03-04T08:00Z", "2024-04-23T00:00Z", `
		A 03-04 08:00–03-11 09:00
		B 03-11 09:00–03-18 09:00
		A 03-18 09:00–03-25 09:00
		B 03-25 09:00–04-01 09:00
		A 04-01 09:00–04-08 09:00
		B 04-08 09:00–04-15 08:00
		A 04-15 08:00–04-22 08:00
		B 04-22 08:00–04-29 08:00`)
}

// A leap day is a day like any other: turns of a day count it, and so do turns of two days.
func TestTurnsOverALeapDay(t *testing.T) {
	r := daily(t, "Europe/Berlin", "2028-02-27T08:00Z", "ABC", "09:00")
	wantShifts(t, calendar(t, r, Rules{}), "2028-02-27T08:00Z", "2028-03-02T08:00Z", `
		A 02-27 08:00–02-28 08:00
		B 02-28 08:00–02-29 08:00
		C 02-29 08:00–03-01 08:00
		A 03-01 08:00–03-02 08:00`)
	r.Recurrence.Multiplier = 2
	wantShifts(t, calendar(t, r, Rules{}), "2028-02-27T08:00Z", "2028-03-04T08:00Z", `
		A 02-27 08:00–02-29 08:00
		B 02-29 08:00–03-02 08:00
		C 03-02 08:00–03-04 08:00`)
}

// A hand-off on 29 February, every twelve months: in other years on the 28th, or, when
// short months are skipped, once in four years. The year 2100 is no leap year.
func TestYearlyHandOffOnALeapDay(t *testing.T) {
	r := Rotation{Zone: time.UTC, Start: at(t, "2028-02-29T09:00Z"), Members: members("ABCDE"),
		Recurrence: Recurrence{Monthly: []MonthClock{{29, Clock{Hour: 9}}}, Multiplier: 12}}
	wantYears(t, calendar(t, r, Rules{}), "2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29")
	wantYears(t, calendar(t, r, Rules{SkipShortMonths: true}), "2028-02-29", "2032-02-29", "2036-02-29")
	r.Start = at(t, "2096-02-29T09:00Z")
	wantYears(t, calendar(t, r, Rules{SkipShortMonths: true}), "2096-02-29", "2104-02-29", "2108-02-29")
}

// wantYears compares the days on which the first turns begin.
func wantYears(t *testing.T, c *Calendar, days ...string) {
	t.Helper()
	i := 0
	for s := range c.Shifts(c.Start(), horizon) {
		if got := s.Start.Format(time.DateOnly); got != days[i] {
			t.Errorf("turn %d begins on %s, want %s", i, got, days[i])
		}
		if i++; i == len(days) {
			return
		}
	}
}

// Minutes of an incident are minutes of a stopwatch: clocks that move neither stretch a
// stage nor skip one. Who is on call is asked on the wall, when the stage begins:
// 03:05 is ten minutes after 01:55, and aiko's turn ended at 03:00.
func TestIncidentWhileClocksAreMoved(t *testing.T) {
	r := daily(t, "Europe/Berlin", "2026-03-28T02:00Z", "AB", "03:00")
	r.Members, r.OnCalls, r.Recurrence.Multiplier = []string{"aiko", "ben"}, 1, 1
	primary, err := NewSchedule(Rules{}, r)
	if err != nil {
		t.Fatal(err)
	}
	roster := team(t)
	roster.Schedules["primary"] = primary
	roster.Escalations["web"] = escalation(t, "primary wait 10", "primary wait 10")
	roster.People["aiko"], roster.People["ben"] = person(t, "phone@4 wait 10"), person(t, "phone wait 10")
	wantStory(t, roster.story(t, at(t, "2026-03-29T00:55Z"), nil), `
		0:00 incident
		0:00 stage stage 0 by escalation_plan/web
		0:00 stage aiko stage 0 by escalation_plan/web > schedule/primary
		0:00 page aiko/phone by escalation_plan/web > schedule/primary
		4:00 retry aiko/phone attempt 2 by escalation_plan/web > schedule/primary
		8:00 retry aiko/phone attempt 3 by escalation_plan/web > schedule/primary
		10:00 stage stage 1 by escalation_plan/web
		10:00 stage ben stage 0 by escalation_plan/web > schedule/primary
		10:00 page ben/phone by escalation_plan/web > schedule/primary
		20:00 end (over)`)
}
