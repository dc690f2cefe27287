package paging

// Rosters of any kind, and any one change of them.

import (
	"maps"
	"slices"
	"time"

	"github.com/watchbill/watchbill/oncall"
	"pgregory.net/rapid"
)

var zones = []string{"UTC", "Asia/Tokyo", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"}

// Days near which some of the zones move their clocks, and one on which none does.
var starts = []string{"2026-12-02", "2026-10-20", "2026-03-05", "2026-03-25", "2026-10-29", "2027-04-01"}

var crew = []string{"aiko", "ben", "chie", "dora", "emil"}

func anyClock(t *rapid.T, name string) oncall.Clock {
	quarter := rapid.IntRange(0, 95).Draw(t, name)
	return oncall.Clock{Hour: quarter / 4, Minute: quarter % 4 * 15}
}

func anyPeople(t *rapid.T, name string, least int) []string {
	return rapid.SliceOfNDistinct(rapid.SampledFrom(crew), least, 4, rapid.ID[string]).Draw(t, name)
}

func anyRotation(t *rapid.T, from time.Time) oncall.Rotation {
	zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	r := oncall.Rotation{Name: "r", Zone: zone, Members: anyPeople(t, "members", 1), OnCalls: rapid.IntRange(1, 2).Draw(t, "on call"),
		Start:      from.Add(time.Duration(rapid.IntRange(-60*24, 10*24).Draw(t, "start")) * time.Hour),
		Recurrence: oncall.Recurrence{Multiplier: rapid.IntRange(1, 2).Draw(t, "multiplier")}}
	switch rapid.IntRange(0, 3).Draw(t, "family") {
	case 0:
		r.Recurrence.Daily = []oncall.Clock{anyClock(t, "daily")}
	case 1:
		r.Recurrence.Monthly = []oncall.MonthClock{{Day: rapid.IntRange(1, 28).Draw(t, "day"), Clock: anyClock(t, "monthly")}}
	default:
		r.Recurrence.Weekly = []oncall.WeekClock{{Day: time.Weekday(rapid.IntRange(0, 6).Draw(t, "day")), Clock: anyClock(t, "weekly")}}
	}
	if rapid.Bool().Draw(t, "covers parts") {
		r.Coverage = map[time.Weekday][]oncall.Window{}
		w := oncall.Window{Start: anyClock(t, "window start"), End: anyClock(t, "window end")}
		for _, day := range rapid.SliceOfDistinct(rapid.IntRange(0, 6), rapid.ID[int]).Draw(t, "days") {
			r.Coverage[time.Weekday(day)] = []oncall.Window{w}
		}
	}
	for range rapid.IntRange(0, 2).Draw(t, "overrides") {
		start := from.Add(time.Duration(rapid.IntRange(-48, 40*24).Draw(t, "override")) * time.Hour)
		r.Overrides = append(r.Overrides, oncall.Override{Start: start,
			End: start.Add(time.Duration(rapid.IntRange(1, 100).Draw(t, "lasts")) * time.Hour), Members: anyPeople(t, "substitutes", 0)})
	}
	return r
}

func anyMinutes(t *rapid.T, name string) time.Duration {
	return time.Duration(rapid.IntRange(0, 30).Draw(t, name)) * time.Minute
}

// parts are what a roster is made of, so that one part can be made anew.
type parts struct {
	rotations map[string][]oncall.Rotation
	roster    *oncall.Roster
}

func anyPerson(t *rapid.T) oncall.Person {
	p := oncall.Person{Channels: map[string]oncall.Channel{}}
	for _, kind := range []oncall.ChannelType{oncall.Email, oncall.SMS, oncall.Voice} {
		if rapid.Bool().Draw(t, "has") {
			p.Channels["my-"+string(kind)] = oncall.Channel{Type: kind, Active: rapid.IntRange(0, 4).Draw(t, "active") > 0}
		}
	}
	for range rapid.IntRange(0, 2).Draw(t, "stages") {
		stage := oncall.Stage{Wait: anyMinutes(t, "wait")}
		for _, name := range slices.Sorted(maps.Keys(p.Channels)) {
			stage.Targets = append(stage.Targets, oncall.Target{Channel: name, Retry: anyMinutes(t, "retry")})
		}
		p.Stages = append(p.Stages, stage)
	}
	return p
}

func anyEscalation(t *rapid.T) (out []oncall.Stage) {
	for range rapid.IntRange(0, 3).Draw(t, "climb") {
		stage := oncall.Stage{Wait: anyMinutes(t, "climb wait")}
		for range rapid.IntRange(1, 2).Draw(t, "targets") {
			stage.Targets = append(stage.Targets, oncall.Target{Contact: rapid.SampledFrom([]string{"aiko", "ben", "s1", "s2"}).Draw(t, "target")})
		}
		out = append(out, stage)
	}
	return out
}

func anyParts(t *rapid.T, from time.Time) parts {
	p := parts{map[string][]oncall.Rotation{}, &oncall.Roster{People: map[string]oncall.Person{}, Escalations: map[string][]oncall.Stage{},
		ResponsePlans: map[string][]string{"down": {"web"}, "slow": {"s1", "aiko"}}}}
	for _, name := range crew {
		p.roster.People[name] = anyPerson(t)
	}
	for _, name := range []string{"s1", "s2"} {
		for range rapid.IntRange(0, 2).Draw(t, "rotations") {
			p.rotations[name] = append(p.rotations[name], anyRotation(t, from))
		}
	}
	p.roster.Escalations["web"] = anyEscalation(t)
	return p
}

func (p parts) build(t *rapid.T) *oncall.Roster {
	r := *p.roster
	r.Schedules = map[string]*oncall.Schedule{}
	for _, name := range []string{"s1", "s2"} {
		s, err := oncall.NewSchedule(r.Rules, p.rotations[name]...)
		if err != nil {
			t.Fatal(err)
		}
		r.Schedules[name] = s
	}
	return &r
}

// anyChange makes some part of a roster anew.
func (p parts) anyChange(t *rapid.T, from time.Time) parts {
	r := *p.roster
	q := parts{maps.Clone(p.rotations), &r}
	r.People, r.Escalations, r.ResponsePlans = maps.Clone(r.People), maps.Clone(r.Escalations), maps.Clone(r.ResponsePlans)
	switch rapid.IntRange(0, 5).Draw(t, "change") {
	case 0:
		r.People[rapid.SampledFrom(crew).Draw(t, "who")] = anyPerson(t)
	case 1:
		r.Escalations["web"] = anyEscalation(t)
	case 2:
		delete(r.ResponsePlans, "slow")
	case 3:
		q.rotations["s1"] = []oncall.Rotation{anyRotation(t, from)}
	default: // one thing about a rotation, as people do
		all := slices.Clone(q.rotations["s1"])
		if len(all) == 0 {
			break
		}
		if rapid.Bool().Draw(t, "members") {
			all[0].Members = anyPeople(t, "new members", 1)
		} else {
			all[0].Coverage = map[time.Weekday][]oncall.Window{time.Monday: {{Start: anyClock(t, "new start"), End: anyClock(t, "new end")}}}
		}
		q.rotations["s1"] = all
	}
	return q
}

func anyStart(t *rapid.T) time.Time {
	day, _ := time.Parse(time.DateOnly, rapid.SampledFrom(starts).Draw(t, "from"))
	return day.Add(time.Duration(rapid.IntRange(0, 1439).Draw(t, "minute")) * time.Minute)
}
