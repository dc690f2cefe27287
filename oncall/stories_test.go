package oncall

// Laws of stories and watches: they part the time, are exact, and differ from their neighbours.

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// anySchedules replaces the schedules of a roster by ones of any kind.
func anySchedules(t *rapid.T, roster *Roster) {
	for _, name := range []string{"s1", "s2"} {
		var rotations []Rotation
		for range rapid.IntRange(0, 3).Draw(t, "rotations") {
			rotations = append(rotations, anyRotation(t))
		}
		s, err := NewSchedule(anyRules(t), rotations...)
		if err != nil {
			t.Fatal(err)
		}
		roster.Schedules[name] = s
	}
}

// anyInterval lies where the schedules have something to say.
func anyInterval(t *rapid.T, roster *Roster) (from, to time.Time) {
	near, _ := time.Parse(time.DateOnly, rapid.SampledFrom(movedClocks).Draw(t, "from"))
	if c := roster.Schedules["s1"].calendars; len(c) > 0 {
		near = c[0].start
	}
	from = near.Add(time.Duration(rapid.IntRange(-3*1440, 5*1440).Draw(t, "minute")) * time.Minute)
	return from, from.Add(time.Duration(rapid.IntRange(0, 20*1440).Draw(t, "minutes")) * time.Minute)
}

func sameEvents(a, b []Event, later time.Duration) bool {
	return slices.EqualFunc(a, b, func(a, b Event) bool {
		pathA, pathB := a.Path, b.Path
		sameTime := b.Time.Sub(a.Time) == later
		a.Time, b.Time, a.Path, b.Path = time.Time{}, time.Time{}, nil, nil
		return sameTime && slices.Equal(pathA, pathB) && a.Contact == b.Contact && a.Type == b.Type && a.Engaged == b.Engaged &&
			a.Root == b.Root && a.Channel == b.Channel && a.ChannelType == b.ChannelType && a.Stage == b.Stage &&
			a.Attempt == b.Attempt && a.Reason == b.Reason
	})
}

func TestStoriesPartTheOpenings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		roster := anyRoster(t)
		anySchedules(t, roster)
		from, to := anyInterval(t, roster)
		all := slices.Collect(roster.Stories("rp", from, to))
		if (len(all) == 0) != !from.Before(to) {
			t.Fatalf("%d stories from %s to %s", len(all), from, to)
		}
		until := from
		for i, s := range all {
			if !s.Start.Equal(until) || !s.Start.Before(s.End) {
				t.Fatalf("story %d is told from %s to %s, the one before ended %s", i, s.Start, s.End, until)
			}
			until = s.End
			if i > 0 && sameEvents(all[i-1].Events, s.Events, s.Start.Sub(all[i-1].Start)) {
				t.Fatalf("stories %d and %d are the same", i-1, i)
			}
			inside := []time.Duration{0, s.End.Sub(s.Start) - 1, time.Duration(rapid.Int64Range(0, int64(s.End.Sub(s.Start)-1)).Draw(t, "inside"))}
			for _, d := range inside {
				got := slices.Collect(roster.Simulate("rp", s.Start.Add(d), nil))
				if !sameEvents(s.Events, got, d) {
					t.Fatalf("%s after the start of story %d:\n%v\nwant\n%v", d, i, got, s.Events)
				}
			}
		}
		if len(all) > 0 && !until.Equal(to) {
			t.Fatalf("the last story ends %s, not %s", until, to)
		}
	})
}

func TestWatchesPartTheTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		roster := anyRoster(t)
		anySchedules(t, roster)
		from, to := anyInterval(t, roster)
		s := roster.Schedules["s1"]
		until, boundaries := from, []time.Time{}
		var before []string
		for w := range s.Watches(from, to) {
			if !w.Start.Equal(until) || !w.Start.Before(w.End) {
				t.Fatalf("%+v does not follow %s", w, until)
			}
			if until.After(from) {
				boundaries = append(boundaries, w.Start)
				if slices.Equal(before, w.People) {
					t.Fatalf("%+v goes on as before", w)
				}
			}
			until, before = w.End, w.People
			for _, at := range []time.Time{w.Start, w.End.Add(-1)} {
				if on := s.OnCall(at); !slices.Equal(on, w.People) {
					t.Fatalf("%s: on call %v, want %v", at, w.People, on)
				}
			}
			middle := w.Start.Add(time.Duration(rapid.Int64Range(0, int64(w.End.Sub(w.Start)-1)).Draw(t, "inside")))
			if on := s.OnCall(middle); !slices.Equal(on, w.People) {
				t.Fatalf("%s: on call %v, want %v", middle, w.People, on)
			}
		}
		if from.Before(to) && !until.Equal(to) {
			t.Fatalf("the last watch ends %s, not %s", until, to)
		}
		if got := slices.Collect(s.Boundaries(from, to)); !slices.EqualFunc(got, boundaries, time.Time.Equal) {
			t.Fatalf("boundaries %v, want %v", got, boundaries)
		}
	})
}

// An escalation plan asks the schedule ten minutes after the opening, so its story
// changes ten minutes before the shift does.
func TestStoriesChangeBeforeTheShiftDoes(t *testing.T) {
	roster := team(t)
	roster.Escalations["web"] = escalation(t, "ben wait 10", "primary wait 5")
	r := daily(t, "Asia/Tokyo", "2026-12-07T00:00Z", "A", "09:00")
	r.Members, r.OnCalls, r.Recurrence.Multiplier = []string{"aiko", "chie"}, 1, 1
	primary, err := NewSchedule(Rules{}, r)
	if err != nil {
		t.Fatal(err)
	}
	roster.Schedules["primary"] = primary
	var got []string
	for s := range roster.Stories("ec2-down", at(t, "2026-12-08T12:00Z"), at(t, "2026-12-10T12:00Z")) {
		got = append(got, s.Start.Format("02T15:04"))
	}
	if want := []string{"08T12:00", "08T23:50", "09T23:50"}; !slices.Equal(got, want) {
		t.Errorf("stories begin %v, want %v", got, want)
	}
	for range roster.Stories("ec2-down", at(t, "2026-12-08T12:00Z"), at(t, "9000-01-01T00:00Z")) {
		break // whoever has read enough may stop
	}
}

// A hand-off between people who are paged in the same stage anyway changes nothing.
func TestStoriesThatAreToldAlikeAreOne(t *testing.T) {
	roster := team(t)
	roster.Escalations["web"] = escalation(t, "aiko ben primary wait 10")
	r := daily(t, "Asia/Tokyo", "2026-12-07T00:00Z", "A", "09:00")
	r.Members, r.OnCalls, r.Recurrence.Multiplier = []string{"aiko", "ben"}, 1, 1
	primary, err := NewSchedule(Rules{}, r)
	if err != nil {
		t.Fatal(err)
	}
	roster.Schedules["primary"] = primary
	if all := slices.Collect(roster.Stories("ec2-down", at(t, monday), at(t, sunday))); len(all) != 1 {
		t.Errorf("%d stories", len(all))
	}
	roster.Escalations["web"] = escalation(t, "aiko primary wait 10")
	if all := slices.Collect(roster.Stories("ec2-down", at(t, monday), at(t, sunday))); len(all) != 7 {
		t.Errorf("%d stories when ben is paged every other day", len(all))
	}
}

func TestNextShift(t *testing.T) {
	first := daily(t, "Asia/Tokyo", "2026-12-07T00:00Z", "AB", "09:00")
	second := mondays(t, "Europe/Berlin", "2026-12-07T08:00Z", "CA", "09:00")
	fixed := daily(t, "UTC", "2026-12-07T00:00Z", "D", "00:00")
	fixed.Coverage = workdays(Window{})
	cut := daily(t, "UTC", "2026-12-07T00:00Z", "E", "00:00")
	cut.Overrides = []Override{{Start: at(t, "2026-12-10T06:00Z"), End: at(t, "2026-12-10T07:00Z"), Members: members("F")}}
	roster := &Roster{Schedules: map[string]*Schedule{
		"primary": ScheduleOf(calendar(t, first, Rules{}), calendar(t, cut, Rules{})),
		"night":   ScheduleOf(calendar(t, second, Rules{})), "office": ScheduleOf(calendar(t, fixed, Rules{}))}}
	from := at(t, "2026-12-08T12:00Z")
	for who, want := range map[string]string{
		"A": "primary 2026-12-09T00:00Z 2026-12-10T00:00Z", // in both
		"B": "primary 2026-12-08T00:00Z 2026-12-09T00:00Z", // on call already
		"C": "night 2026-12-07T08:00Z 2026-12-14T08:00Z",
		"D": "office 2026-12-08T00:00Z 2026-12-12T00:00Z", // four shifts without a break
		"E": "primary 2026-12-08T00:00Z 2026-12-10T06:00Z",
		"F": "primary 2026-12-10T06:00Z 2026-12-10T07:00Z",
	} {
		d, ok := roster.NextShift(who, from, 14*24*time.Hour)
		const layout = "2006-01-02T15:04Z"
		if got := d.Schedule + " " + d.Shift.Start.Format(layout) + " " + d.Until.Format(layout); !ok || got != want {
			t.Errorf("%s: %s %v, want %s", who, got, ok, want)
		}
	}
	for who, within := range map[string]time.Duration{"F": 24 * time.Hour, "G": 1e6 * time.Hour} {
		if d, ok := roster.NextShift(who, from, within); ok {
			t.Errorf("%s: %+v", who, d)
		}
	}
}

func TestReadings(t *testing.T) {
	for _, c := range []struct{ name, zone, wall, at, again, jump string }{
		{"ordinary", "Europe/Berlin", "2026-07-01 09:00", "2026-07-01T07:00Z", "", "0s"},
		{"missing", "Europe/Berlin", "2026-03-29 02:30", "2026-03-29T01:30Z", "", "1h0m0s"},
		{"first after the missing", "Europe/Berlin", "2026-03-29 03:00", "2026-03-29T01:00Z", "", "0s"},
		{"twice", "Europe/Berlin", "2026-10-25 02:30", "2026-10-25T00:30Z", "2026-10-25T01:30Z", "0s"},
		{"last before the repeat", "Europe/Berlin", "2026-10-25 01:59", "2026-10-24T23:59Z", "", "0s"},
		{"first after the repeat", "Europe/Berlin", "2026-10-25 03:00", "2026-10-25T02:00Z", "", "0s"},
		{"half an hour twice", "Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04T14:45Z", "2026-04-04T15:15Z", "0s"},
		{"a day missing", "Pacific/Apia", "2011-12-30 09:00", "2011-12-30T19:00Z", "", "24h0m0s"},
		{"a day twice", "Pacific/Kwajalein", "1969-09-30 12:00", "1969-09-30T01:00Z", "1969-10-01T00:00Z", "0s"},
		{"no zone", "UTC", "2026-10-25 02:30", "2026-10-25T02:30Z", "", "0s"},
	} {
		wall, err := time.Parse("2006-01-02 15:04", c.wall)
		if err != nil {
			t.Fatal(err)
		}
		got := Read(wall, zone(t, c.zone))
		if !got.At.Equal(at(t, c.at)) || got.Jump.String() != c.jump || c.again == "" != got.Again.IsZero() ||
			c.again != "" && !got.Again.Equal(at(t, c.again)) {
			t.Errorf("%s: %+v, want %s, again %s, jump %s", c.name, got, c.at, c.again, c.jump)
		}
		if other := Instant(wall.In(zone(t, "UTC")), zone(t, c.zone)); !other.Equal(got.At) {
			t.Errorf("%s: %s and %s", c.name, other, got.At)
		}
	}
}
