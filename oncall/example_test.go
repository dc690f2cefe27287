package oncall

// The worked examples of the fact sheet about rotations, by their numbers, and what is
// decided about clocks and calendars that do odd things.

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// fataler is a testing.TB or a *rapid.T.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// at reads 2026-01-05T11:00Z, or any RFC 3339 with or without seconds.
func at(t fataler, text string) time.Time {
	t.Helper()
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02T15Z07:00"} {
		if v, err := time.Parse(layout, text); err == nil {
			return v
		}
	}
	t.Fatalf("not an instant: %s", text)
	return time.Time{}
}

func clock(t testing.TB, text string) Clock {
	t.Helper()
	var c Clock
	if _, err := fmt.Sscanf(text, "%d:%d", &c.Hour, &c.Minute); err != nil {
		t.Fatalf("not a clock: %s", text)
	}
	return c
}

func window(t testing.TB, text string) Window {
	t.Helper()
	start, end, _ := strings.Cut(text, "-")
	return Window{clock(t, start), clock(t, end)}
}

func calendar(t testing.TB, r Rotation, rules Rules) *Calendar {
	t.Helper()
	r.OnCalls, r.Recurrence.Multiplier = max(r.OnCalls, 1), max(r.Recurrence.Multiplier, 1)
	c, err := NewCalendar(r, rules)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// show prints shifts one a line: people, start and end, and who was replaced.
func show(c *Calendar, from, to time.Time) string {
	const layout = "01-02 15:04"
	var out strings.Builder
	for s := range c.Shifts(from, to) {
		fmt.Fprintf(&out, "%s %s–%s", strings.Join(s.Members, "+"), s.Start.Format(layout), s.End.Format(layout))
		if s.Override != nil {
			fmt.Fprintf(&out, " instead of %s", strings.Join(append(s.Replaced, "nobody")[:max(len(s.Replaced), 1)], "+"))
		}
		out.WriteString("\n")
	}
	return out.String()
}

func wantShifts(t *testing.T, c *Calendar, from, to, want string) {
	t.Helper()
	want = strings.ReplaceAll(strings.TrimSpace(want), "\t", "") + "\n"
	if got := show(c, at(t, from), at(t, to)); got != want {
		t.Errorf("shifts\n%swant\n%s", got, want)
	}
}

func members(names string) []string { return strings.Split(names, "") }

func everyDay(w ...Window) map[time.Weekday][]Window {
	out := map[time.Weekday][]Window{}
	for day := time.Sunday; day <= time.Saturday; day++ {
		out[day] = w
	}
	return out
}

func workdays(w ...Window) map[time.Weekday][]Window {
	out := everyDay(w...)
	delete(out, time.Saturday)
	delete(out, time.Sunday)
	return out
}

func daily(t testing.TB, zoneName, start, people, handOff string) Rotation {
	return Rotation{Zone: zone(t, zoneName), Start: at(t, start), Members: members(people),
		Recurrence: Recurrence{Daily: []Clock{clock(t, handOff)}}}
}

func mondays(t testing.TB, zoneName, start, people, handOff string) Rotation {
	return Rotation{Zone: zone(t, zoneName), Start: at(t, start), Members: members(people),
		Recurrence: Recurrence{Weekly: []WeekClock{{time.Monday, clock(t, handOff)}}}}
}

func TestExample1Daily(t *testing.T) {
	c := calendar(t, daily(t, "UTC", "2026-01-05T11:00Z", "ABC", "11:00"), Rules{})
	wantShifts(t, c, "2026-01-05T11:00Z", "2026-01-09T11:00Z", `
		A 01-05 11:00–01-06 11:00
		B 01-06 11:00–01-07 11:00
		C 01-07 11:00–01-08 11:00
		A 01-08 11:00–01-09 11:00`)
}

func TestExample2WeekOverSpringChange(t *testing.T) {
	c := calendar(t, mondays(t, "Europe/Berlin", "2026-03-23T08:00Z", "AB", "09:00"), Rules{})
	wantShifts(t, c, "2026-03-23T08:00Z", "2026-04-06T07:00Z", `
		A 03-23 08:00–03-30 07:00
		B 03-30 07:00–04-06 07:00`)
	var hours []float64
	for s := range c.Shifts(at(t, "2026-03-23T08:00Z"), at(t, "2026-04-06T07:00Z")) {
		hours = append(hours, s.End.Sub(s.Start).Hours())
	}
	if !slices.Equal(hours, []float64{167, 168}) {
		t.Errorf("hours %v", hours)
	}
	first, _ := c.At(time.Unix(1774252800, 0))
	second, _ := c.At(time.Unix(1774854000, 0))
	if first.Start.Unix() != 1774252800 || second.Start.Unix() != 1774854000 {
		t.Errorf("starts %d, %d", first.Start.Unix(), second.Start.Unix())
	}
}

func TestExample3DayOverAutumnChange(t *testing.T) {
	c := calendar(t, daily(t, "America/Los_Angeles", "2026-10-30T18:00Z", "AB", "11:00"), Rules{})
	wantShifts(t, c, "2026-10-31T18:00Z", "2026-11-02T19:00Z", `
		B 10-31 18:00–11-01 19:00
		A 11-01 19:00–11-02 19:00`)
	if s, _ := c.At(time.Unix(1793559600, 0)); s.Start.Unix() != 1793559600 {
		t.Errorf("start %d", s.Start.Unix())
	}
}

func TestExample4Coverage(t *testing.T) {
	r := mondays(t, "Asia/Seoul", "2026-01-05T00:00Z", "AB", "09:00")
	r.Coverage = workdays(window(t, "09:00-17:00"))
	wantShifts(t, calendar(t, r, Rules{}), "2026-01-05T00:00Z", "2026-01-19T00:00Z", `
		A 01-05 00:00–01-05 08:00
		A 01-06 00:00–01-06 08:00
		A 01-07 00:00–01-07 08:00
		A 01-08 00:00–01-08 08:00
		A 01-09 00:00–01-09 08:00
		B 01-12 00:00–01-12 08:00
		B 01-13 00:00–01-13 08:00
		B 01-14 00:00–01-14 08:00
		B 01-15 00:00–01-15 08:00
		B 01-16 00:00–01-16 08:00`)
}

func TestExample5TwoAtATime(t *testing.T) {
	r := daily(t, "UTC", "2026-01-05T00:00Z", "0123456789", "00:00")
	r.OnCalls = 2
	wantShifts(t, calendar(t, r, Rules{}), "2026-01-05T00:00Z", "2026-01-08T00:00Z", `
		0+1 01-05 00:00–01-06 00:00
		2+3 01-06 00:00–01-07 00:00
		4+5 01-07 00:00–01-08 00:00`)
	wantShifts(t, calendar(t, r, Rules{AdvanceByOne: true}), "2026-01-05T00:00Z", "2026-01-08T00:00Z", `
		0+1 01-05 00:00–01-06 00:00
		1+2 01-06 00:00–01-07 00:00
		2+3 01-07 00:00–01-08 00:00`)
	r.OnCalls = 30
	s, _ := calendar(t, r, Rules{}).At(at(t, "2026-01-06T12:00Z"))
	if len(s.Members) != 10 {
		t.Errorf("more on call than members: %v", s.Members)
	}
}

func TestExample6ThreeWeeks(t *testing.T) {
	r := mondays(t, "Europe/Berlin", "2026-03-16T08:00Z", "AB", "09:00")
	r.Recurrence.Multiplier = 3
	wantShifts(t, calendar(t, r, Rules{}), "2026-03-16T08:00Z", "2026-04-20T00:00Z", `
		A 03-16 08:00–04-06 07:00
		B 04-06 07:00–04-27 07:00`)
}

func TestExample7FollowTheSun(t *testing.T) {
	dublin := daily(t, "Europe/Dublin", "2026-01-01T08:00Z", "A", "08:00")
	dublin.Coverage = everyDay(window(t, "08:00-16:00"))
	angeles := daily(t, "America/Los_Angeles", "2026-01-01T16:00Z", "B", "08:00")
	angeles.Coverage = everyDay(window(t, "08:00-16:00"))
	s := ScheduleOf(calendar(t, dublin, Rules{}), calendar(t, angeles, Rules{}))
	describe := func(from, to string) string {
		var out []string
		for g := range s.Gaps(at(t, from), at(t, to)) {
			out = append(out, "gap "+g.Start.Format("15:04")+"–"+g.End.Format("15:04"))
		}
		for o := range s.Overlaps(at(t, from), at(t, to)) {
			out = append(out, fmt.Sprint("both ", o.Start.Format("15:04"), "–", o.End.Format("15:04"), o.Rotations))
		}
		return strings.Join(out, ", ")
	}
	if got := describe("2026-01-12T08:00Z", "2026-01-13T00:00Z"); got != "" {
		t.Errorf("winter: %s", got)
	}
	if got, want := describe("2026-03-16T08:00Z", "2026-03-17T00:00Z"),
		"gap 23:00–00:00, both 15:00–16:00[0 1]"; got != want {
		t.Errorf("march: %s, want %s", got, want)
	}
}

func TestExample8Override(t *testing.T) {
	r := daily(t, "UTC", "2026-01-05T11:00Z", "ABC", "11:00")
	r.Overrides = []Override{{Start: at(t, "2026-01-06T12:00Z"), End: at(t, "2026-01-06T18:00Z"), Members: members("C")}}
	wantShifts(t, calendar(t, r, Rules{}), "2026-01-05T11:00Z", "2026-01-07T11:00Z", `
		A 01-05 11:00–01-06 11:00
		B 01-06 11:00–01-06 12:00
		C 01-06 12:00–01-06 18:00 instead of B
		B 01-06 18:00–01-07 11:00`)
}

func TestCheckNamesEveryField(t *testing.T) {
	r := Rotation{Recurrence: Recurrence{
		Daily: []Clock{{24, 0}}, Weekly: []WeekClock{{7, Clock{}}}, Monthly: []MonthClock{{32, Clock{0, -1}}}, Multiplier: 101,
	},
		Coverage:  map[time.Weekday][]Window{1: {{End: Clock{Minute: 60}}}, -1: {}},
		Overrides: []Override{{}},
	}
	r.Start = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	err := r.Check()
	for _, want := range []error{ErrNoMembers, ErrNoZone, ErrStart, ErrOnCalls, ErrMixed, ErrMultiplier,
		ErrClock, ErrWeekday, ErrDayOfMonth, ErrEmptyWindow} {
		if !errors.Is(err, want) {
			t.Errorf("%v is missing", want)
		}
	}
	if !errors.Is(Rotation{}.Check(), ErrNoHandOff) {
		t.Error("an empty rotation has no hand-off")
	}
	var field *FieldError
	if !errors.As(err, &field) || field.Field != "members" {
		t.Errorf("first field %+v", field)
	}
	want := `members needs at least one member
zone needs a time zone
start must lie in the years 1 to 9999
on_calls needs at least one person on call
recurrence takes only one of daily, weekly and monthly hand-offs
recurrence.multiplier must be 1 to 100
recurrence.daily[0] must be a time from 00:00 to 23:59
recurrence.weekly[0] must be a day from Sunday (0) to Saturday (6)
recurrence.monthly[0] must be a time from 00:00 to 23:59
recurrence.monthly[0] must be a day from 1 to 31
coverage[Monday][0] must be a time from 00:00 to 23:59
coverage must be a day from Sunday (0) to Saturday (6)
overrides[0] must end after it starts`
	if err.Error() != want {
		t.Errorf("got\n%s", err)
	}
}
