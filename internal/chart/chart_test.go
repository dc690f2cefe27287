package chart_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"
	"github.com/watchbill/watchbill/oncall"
)

// golden compares with a file in testdata; UPDATE=1 writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		t.Errorf("%s differs (-want +got):\n%s", name, cmp.Diff(string(want), string(got)))
	}
}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	out, err := time.Parse("2006-01-02T15:04Z07:00", text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	out, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func schedule(t *testing.T, rotations ...oncall.Rotation) *oncall.Schedule {
	t.Helper()
	s, err := oncall.NewSchedule(oncall.Rules{}, rotations...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// week is one rotation a week, Mondays at nine in Tokyo, with a holiday.
func week(t *testing.T) oncall.Rotation {
	return oncall.Rotation{
		Name: "weekly", Zone: zone(t, "Asia/Tokyo"), Start: at(t, "2026-11-30T09:00+09:00"), OnCalls: 1,
		Members:    []string{"aiko", "ben", "chie"},
		Recurrence: oncall.Recurrence{Weekly: []oncall.WeekClock{{Day: time.Monday, Clock: oncall.Clock{Hour: 9}}}, Multiplier: 1},
		Overrides: []oncall.Override{
			{Start: at(t, "2026-12-24T09:00+09:00"), End: at(t, "2026-12-26T09:00+09:00"), Members: []string{"ben"}},
			{Start: at(t, "2026-12-31T09:00+09:00"), End: at(t, "2027-01-02T09:00+09:00")},
		},
	}
}

// office is one office of a sun that does not quite go round.
func office(t *testing.T, name, place string, from, to int, members ...string) oncall.Rotation {
	windows := []oncall.Window{{Start: oncall.Clock{Hour: from}, End: oncall.Clock{Hour: to}}}
	r := oncall.Rotation{
		Name: name, Zone: zone(t, place), OnCalls: 1, Members: members,
		Recurrence: oncall.Recurrence{Daily: []oncall.Clock{{Hour: from}}, Multiplier: 1},
		Coverage:   map[time.Weekday][]oncall.Window{},
	}
	r.Start = time.Date(2026, 11, 2, from, 0, 0, 0, r.Zone)
	for day := time.Sunday; day <= time.Saturday; day++ {
		r.Coverage[day] = windows
	}
	return r
}

// weekend is one watch from Friday evening to Monday morning, which its coverage cuts at midnight.
func weekend(t *testing.T) oncall.Rotation {
	nine, six := oncall.Clock{Hour: 9}, oncall.Clock{Hour: 18}
	return oncall.Rotation{
		Name: "weekend", Zone: zone(t, "Asia/Tokyo"), Start: at(t, "2026-11-27T18:00+09:00"), OnCalls: 2,
		Members:    []string{"aiko", "ben", "chie"},
		Recurrence: oncall.Recurrence{Weekly: []oncall.WeekClock{{Day: time.Friday, Clock: six}}, Multiplier: 1},
		Coverage: map[time.Weekday][]oncall.Window{
			time.Friday: {{Start: six}}, time.Saturday: {{}}, time.Sunday: {{}}, time.Monday: {{End: nine}},
		},
		Overrides: []oncall.Override{{Start: at(t, "2026-12-26T09:00+09:00"), End: at(t, "2026-12-26T21:00+09:00"), Members: []string{"aiko"}}},
	}
}

func roster(t *testing.T) *oncall.Roster {
	person := func(channels map[string]oncall.ChannelType, asleep string, stages ...oncall.Stage) oncall.Person {
		p := oncall.Person{Channels: map[string]oncall.Channel{}, Stages: stages}
		for name, kind := range channels {
			p.Channels[name] = oncall.Channel{Type: kind, Active: name != asleep}
		}
		return p
	}
	stage := func(wait, retry int, channels ...string) oncall.Stage {
		s := oncall.Stage{Wait: time.Duration(wait) * time.Minute}
		for _, c := range channels {
			s.Targets = append(s.Targets, oncall.Target{Channel: c, Retry: time.Duration(retry) * time.Minute})
		}
		return s
	}
	all := map[string]oncall.ChannelType{"mail": oncall.Email, "text": oncall.SMS, "phone": oncall.Voice}
	return &oncall.Roster{
		People: map[string]oncall.Person{
			"aiko": person(all, "", stage(5, 2, "mail", "text"), stage(15, 4, "phone")),
			"ben":  person(all, "text", stage(5, 2, "mail", "text"), stage(10, 5, "phone")),
			"chie": person(all, "", stage(10, 3, "phone")),
			"dana": person(map[string]oncall.ChannelType{"mail": oncall.Email}, "", stage(5, 0, "mail")),
			"emil": person(all, ""),
		},
		Schedules: map[string]*oncall.Schedule{
			"primary": schedule(t, week(t)),
			"weekend": schedule(t, weekend(t)),
			"sun": schedule(t,
				office(t, "tokyo", "Asia/Tokyo", 9, 17, "aiko", "chie"),
				office(t, "berlin", "Europe/Berlin", 9, 17, "ben", "dana"),
				office(t, "denver", "America/Denver", 9, 16, "emil", "fay", "gus")),
		},
		Escalations: map[string][]oncall.Stage{
			"web": {
				{Wait: 10 * time.Minute, Targets: []oncall.Target{{Contact: "primary", Essential: true}}},
				{Wait: 15 * time.Minute, Targets: []oncall.Target{{Contact: "chie", Essential: true}, {Contact: "ben"}, {Contact: "emil"}}},
			},
		},
		ResponsePlans: map[string][]string{"ec2-down": {"web"}, "report": {"dana"}, "silent": {"emil", "nobody"}},
	}
}
