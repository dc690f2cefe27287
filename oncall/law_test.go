package oncall

// Laws that hold for every rotation.

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// lawful checks that shifts are in order, not empty, and do not overlap.
func lawful(t fataler, all []Shift) {
	for i, s := range all {
		if !s.Start.Before(s.End) {
			t.Fatalf("empty shift %+v", s)
		}
		if i > 0 && s.Start.Before(all[i-1].End) {
			t.Fatalf("%+v overlaps %+v", s, all[i-1])
		}
	}
}

func sameShift(a, b Shift) bool {
	return a.Start.Equal(b.Start) && a.End.Equal(b.End) && slices.Equal(a.Members, b.Members) &&
		slices.Equal(a.Replaced, b.Replaced) && a.Override == b.Override && a.Turn == b.Turn
}

func TestShiftsEqualMinuteByMinute(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, rules := anyRotation(t), anyRules(t)
		days := 21
		if len(r.Recurrence.Monthly) > 0 {
			days = 70
		}
		from := r.Start.AddDate(0, 0, rapid.IntRange(-2, 10).Draw(t, "from"))
		to := from.AddDate(0, 0, rapid.IntRange(1, days).Draw(t, "days"))
		m := newModel(r, rules, to)
		c, err := NewCalendar(r, rules)
		if err != nil {
			t.Fatal(err)
		}
		all := slices.Collect(c.Shifts(from, to))
		lawful(t, all)
		i := 0
		for minute := from; minute.Before(to); minute = minute.Add(time.Minute) {
			for i < len(all) && !all[i].End.After(minute) {
				i++
			}
			var got Shift
			if i < len(all) && all[i].Contains(minute) {
				got = all[i]
			}
			on, replaced, override := m.at(minute)
			if !slices.Equal(got.Members, on) || !slices.Equal(got.Replaced, replaced) || (got.Override != nil) != (override >= 0) {
				t.Fatalf("%s: on call %v instead of %v, want %v instead of %v by override %d",
					minute.Format(time.RFC3339), got.Members, got.Replaced, on, replaced, override)
			}
		}
	})
}

func TestAtIsTheShiftThatContains(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, rules := anyRotation(t), anyRules(t)
		c, err := NewCalendar(r, rules)
		if err != nil {
			t.Fatal(err)
		}
		when := r.Start.Add(time.Duration(rapid.Int64Range(-1440, 400*1440).Draw(t, "minute")) * time.Minute)
		var want Shift
		for s := range c.Shifts(when.AddDate(0, 0, -1), when.AddDate(0, 0, 1)) {
			if s.Contains(when) {
				want = s
			}
		}
		got, ok := c.At(when)
		if !sameShift(got, want) || ok != !want.End.IsZero() {
			t.Fatalf("at %s: %+v, want %+v", when, got, want)
		}
	})
}

// However the question is cut, the shifts are the same; so jumping near the
// question gives what walking there gives.
func TestShiftsOfAWindowAreThoseOfALargerOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, rules := anyRotation(t), anyRules(t)
		if rapid.Bool().Draw(t, "long ago") {
			r.Start = r.Start.AddDate(-rapid.IntRange(1, 90).Draw(t, "years"), 0, 0)
		}
		from := r.Start.AddDate(0, rapid.IntRange(0, 30).Draw(t, "months"), rapid.IntRange(-2, 60).Draw(t, "later"))
		to := from.Add(time.Duration(rapid.IntRange(1, 60*1440).Draw(t, "minutes")) * time.Minute)
		c, err := NewCalendar(r, rules)
		if err != nil {
			t.Fatal(err)
		}
		rules.ClipShifts = true
		clipping, _ := NewCalendar(r, rules)
		inner := slices.Collect(c.Shifts(from, to))
		clipped := slices.Collect(clipping.Shifts(from, to))
		wider := from.AddDate(0, 0, -rapid.IntRange(0, 700).Draw(t, "wider"))
		i := 0
		for s := range c.Shifts(wider, to.AddDate(0, 0, 40)) {
			if !s.End.After(from) || !s.Start.Before(to) {
				continue
			}
			if i >= len(inner) || !sameShift(s, inner[i]) {
				t.Fatalf("shift %d of the larger window is %+v\n%+v", i, s, inner)
			}
			s.Start, s.End = later(s.Start, from), earlier(s.End, to)
			if got := clipped[i]; !got.Start.Equal(s.Start) || !got.End.Equal(s.End) {
				t.Fatalf("clipped shift %d is %+v, want %+v", i, got, s)
			}
			i++
		}
		if i != len(inner) || i != len(clipped) {
			t.Fatalf("%d shifts, the larger window has %d of them, %d clipped", len(inner), i, len(clipped))
		}
	})
}

// watch answers who is on call in a rotation at instants that only grow.
type watch struct{ shifts []Shift }

func watches(s *Schedule, from, to time.Time) (out []watch) {
	for _, c := range s.Calendars() {
		out = append(out, watch{slices.Collect(c.Shifts(from, to))})
	}
	return out
}

func (w *watch) at(t time.Time) []string {
	for len(w.shifts) > 0 && !w.shifts[0].End.After(t) {
		w.shifts = w.shifts[1:]
	}
	if len(w.shifts) > 0 && w.shifts[0].Contains(t) {
		return w.shifts[0].Members
	}
	return nil
}

// Gaps and what is covered part the time between them; overlaps are where two cover.
func TestGapsAndOverlapsPartTheTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rotations []Rotation
		for range rapid.IntRange(0, 3).Draw(t, "rotations") {
			rotations = append(rotations, anyRotation(t))
		}
		s, err := NewSchedule(anyRules(t), rotations...)
		if err != nil {
			t.Fatal(err)
		}
		from := at(t, "2026-03-20T00:00Z").Add(time.Duration(rapid.IntRange(0, 20*1440).Draw(t, "from")) * time.Minute)
		to := from.AddDate(0, 0, rapid.IntRange(1, 14).Draw(t, "days"))
		gaps, overlaps := slices.Collect(s.Gaps(from, to)), slices.Collect(s.Overlaps(from, to))
		seen := watches(s, from, to)
		for minute := from; minute.Before(to); minute = minute.Add(time.Minute) {
			var on []int
			for i := range seen {
				if len(seen[i].at(minute)) > 0 {
					on = append(on, i)
				}
			}
			inGap := slices.ContainsFunc(gaps, func(g Span) bool { return !minute.Before(g.Start) && minute.Before(g.End) })
			if inGap != (len(on) == 0) {
				t.Fatalf("%s: on call %v, gaps %v", minute, on, gaps)
			}
			if minute.Minute() == 7 && inGap != (len(s.OnCall(minute)) == 0) {
				t.Fatalf("%s: on call %v in a gap", minute, s.OnCall(minute))
			}
			i := slices.IndexFunc(overlaps, func(o Overlap) bool { return !minute.Before(o.Start) && minute.Before(o.End) })
			if (i >= 0) != (len(on) > 1) || i >= 0 && !slices.Equal(overlaps[i].Rotations, on) {
				t.Fatalf("%s: on call %v, overlaps %v", minute, on, overlaps)
			}
		}
		for i := 1; i < len(gaps); i++ {
			if !gaps[i-1].End.Before(gaps[i].Start) {
				t.Fatalf("gaps %v touch", gaps)
			}
		}
	})
}

func TestScheduleShiftsAreThoseOfItsRotations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyRotation(t), anyRotation(t)
		s, err := NewSchedule(Rules{}, a, b)
		if err != nil {
			t.Fatal(err)
		}
		from, to := a.Start, a.Start.AddDate(0, 0, 30)
		var last time.Time
		of := make([][]Shift, 2)
		for i, shift := range s.Shifts(from, to) {
			if shift.Start.Before(last) {
				t.Fatalf("%+v comes after %s", shift, last)
			}
			last = shift.Start
			of[i] = append(of[i], shift)
		}
		for i, c := range s.Calendars() {
			if !slices.EqualFunc(of[i], slices.Collect(c.Shifts(from, to)), sameShift) {
				t.Fatalf("rotation %d", i)
			}
		}
	})
}

// The two nearest hand-offs have none between them, and a rotation that starts on
// one has its first turn from there.
func TestHandOffsAreNearest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, rules := anyRotation(t), anyRules(t)
		r.Coverage, r.Overrides = nil, nil
		before, after, err := r.Recurrence.HandOffs(r.Zone, r.Start, rules)
		if err != nil || before.After(r.Start) || !after.After(r.Start) || r.Start.Sub(before) > 64*24*time.Hour {
			t.Fatalf("%s is not between %s and %s: %v", r.Start, before, after, err)
		}
		r.Recurrence.Multiplier = 1
		early := r
		early.Start = before.AddDate(0, 0, -3)
		c, err := NewCalendar(early, rules)
		if err != nil {
			t.Fatal(err)
		}
		for s := range c.Shifts(before, after) {
			if !s.Start.Equal(before) && s.Turn > 0 || !s.End.Equal(after) {
				t.Fatalf("shift %+v between hand-offs %s and %s", s, before, after)
			}
		}
	})
}

// Without coverage and overrides, shifts meet at the hand-offs and nowhere else.
func TestHandOffsAreWhereShiftsMeet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, rules := anyRotation(t), anyRules(t)
		r.Coverage, r.Overrides = nil, nil
		c, err := NewCalendar(r, rules)
		if err != nil {
			t.Fatal(err)
		}
		from := r.Start.Add(time.Duration(rapid.IntRange(-3*1440, 60*1440).Draw(t, "from")) * time.Minute)
		to := from.Add(time.Duration(rapid.IntRange(0, 60*1440).Draw(t, "minutes")) * time.Minute)
		var want []time.Time
		for s := range c.Shifts(from.Add(-time.Second), to) {
			if !s.End.Before(from) && s.End.Before(to) {
				want = append(want, s.End)
			}
		}
		if got := slices.Collect(c.HandOffs(from, to)); !slices.Equal(got, want) {
			t.Fatalf("hand-offs from %s to %s: %v, want %v", from, to, got, want)
		}
	})
}

func TestNextShiftOfAMember(t *testing.T) {
	r := daily(t, "UTC", "2026-01-05T11:00Z", "ABC", "11:00")
	r.Overrides = []Override{{Start: at(t, "2026-01-06T12:00Z"), End: at(t, "2026-01-06T18:00Z"), Members: members("D")}}
	c := calendar(t, r, Rules{})
	from, to := at(t, "2026-01-05T12:00Z"), at(t, "2026-01-12T00:00Z")
	for who, want := range map[string]string{"A": "2026-01-05T11:00Z", "B": "2026-01-06T11:00Z", "C": "2026-01-07T11:00Z", "D": "2026-01-06T12:00Z"} {
		if s, ok := c.Next(who, from, to); !ok || !s.Start.Equal(at(t, want)) {
			t.Errorf("%s: %s, want %s", who, s.Start, want)
		}
	}
	if s, ok := c.Next("E", from, horizon); ok {
		t.Errorf("a stranger is on call: %+v", s)
	}
	if s, ok := c.Next("C", from, from.AddDate(0, 0, 1)); ok {
		t.Errorf("not that soon: %+v", s)
	}
}

// Hand-offs are counted by formula; here they are counted.
func TestHandOffsAreCounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyRecurrence(t)
		if rapid.Bool().Draw(t, "at the end of the month") {
			r = Recurrence{Monthly: []MonthClock{{rapid.IntRange(28, 30).Draw(t, "day"), Clock{}}, {31, Clock{}}}}
		}
		r.Multiplier = rapid.IntRange(1, MaxMultiplier).Draw(t, "multiplier")
		first := date(rapid.IntRange(-719_162, 2_932_896).Draw(t, "first"))
		p := newPattern(r, first, anyRules(t))
		var count int64
		most := int64(rapid.IntRange(1, 5000).Draw(t, "units"))
		for k := range most {
			if got := p.before(k); got != count {
				t.Fatalf("%d before unit %d, want %d", got, k, count)
			}
			day, marks := p.unit(k)
			if p.unitOf(day) != k || k > 0 && p.unitOf(day-1) != k-1 {
				t.Fatalf("unit %d begins on day %d of unit %d", k, day, p.unitOf(day))
			}
			count += int64(len(marks))
		}
		if p.never && count > 0 {
			t.Fatalf("%d hand-offs never come", count)
		}
	})
}
