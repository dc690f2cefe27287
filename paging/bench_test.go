package paging

import (
	"fmt"
	"testing"
	"time"

	"github.com/watchbill/watchbill/oncall"
)

// team is 300 people in 30 groups, each with a schedule of three rotations around the
// world, an escalation plan and a response plan.
func team(b *testing.B, wait time.Duration, extra ...string) *oncall.Roster {
	r := &oncall.Roster{People: map[string]oncall.Person{}, Schedules: map[string]*oncall.Schedule{},
		Escalations: map[string][]oncall.Stage{}, ResponsePlans: map[string][]string{}}
	for g := range 30 {
		var members []string
		for p := range 10 {
			name := fmt.Sprintf("person-%d-%d", g, p)
			members = append(members, name)
			r.People[name] = oncall.Person{
				Channels: map[string]oncall.Channel{"text": {Type: oncall.SMS, Active: true}, "phone": {Type: oncall.Voice, Active: true}},
				Stages: []oncall.Stage{
					{Wait: 5 * time.Minute, Targets: []oncall.Target{{Channel: "text", Retry: 2 * time.Minute}}},
					{Wait: 15 * time.Minute, Targets: []oncall.Target{{Channel: "phone", Retry: 3 * time.Minute}}},
				},
			}
		}
		schedule, plan := fmt.Sprintf("primary-%d", g), fmt.Sprintf("web-%d", g)
		r.Schedules[schedule] = aroundTheWorld(b, append(members[:9:9], extra...))
		r.Escalations[plan] = []oncall.Stage{
			{Wait: wait, Targets: []oncall.Target{{Contact: schedule, Essential: true}}},
			{Wait: 15 * time.Minute, Targets: []oncall.Target{{Contact: schedule}, {Contact: members[9]}}},
		}
		r.ResponsePlans[fmt.Sprintf("down-%d", g)] = []string{plan}
	}
	return r
}

func aroundTheWorld(b *testing.B, members []string) *oncall.Schedule {
	var rotations []oncall.Rotation
	for i, name := range []string{"Asia/Tokyo", "Europe/Berlin", "America/New_York"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			b.Fatal(err)
		}
		w := []oncall.Window{{Start: oncall.Clock{Hour: 9}, End: oncall.Clock{Hour: 17}}}
		r := oncall.Rotation{Name: name, Zone: zone, OnCalls: 1, Members: members[3*i : 3*i+3 : 3*i+3],
			Start:      time.Date(2026, 11, 2, 9, 0, 0, 0, zone),
			Recurrence: oncall.Recurrence{Multiplier: 1, Weekly: []oncall.WeekClock{{Day: time.Monday, Clock: oncall.Clock{Hour: 9}}}},
			Coverage:   map[time.Weekday][]oncall.Window{}}
		if i == 2 {
			r.Members = members[6:]
		}
		for day := range time.Weekday(7) {
			r.Coverage[day] = w
		}
		rotations = append(rotations, r)
	}
	s, err := oncall.NewSchedule(oncall.Rules{}, rotations...)
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// Every response plan pages a minute later: nothing is shared, everything differs.
func BenchmarkCompareWaits(b *testing.B) {
	before, after := team(b, 10*time.Minute), team(b, 11*time.Minute)
	benchmark(b, before, after, 30, 0)
}

// One member more everywhere.
func BenchmarkCompareMembers(b *testing.B) {
	before, after := team(b, 10*time.Minute), team(b, 10*time.Minute, "newcomer")
	after.People["newcomer"] = after.People["person-0-0"]
	before.People["newcomer"] = after.People["newcomer"]
	benchmark(b, before, after, 30, 30)
}

// Nothing differs, and a year is looked at to know that.
func BenchmarkCompareSame(b *testing.B) {
	benchmark(b, team(b, 10*time.Minute), team(b, 10*time.Minute), 0, 0)
}

func benchmark(b *testing.B, before, after *oncall.Roster, changes, shifts int) {
	from := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for b.Loop() {
		if c := Compare(before, after, from, nil); len(c) != changes {
			b.Fatalf("%d changes, want %d", len(c), changes)
		}
		if s := Shifts(before, after, from, nil); len(s) != shifts {
			b.Fatalf("%d schedules move, want %d", len(s), shifts)
		}
	}
}
