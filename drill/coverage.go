package drill

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/watchbill/watchbill/oncall"
)

// Stage is a stage of an escalation plan, or of the engagement plan of a contact.
type Stage struct {
	Kind  oncall.Kind // Contact or EscalationPlan
	Name  string
	Index int // from 0
}

func stageOf(e oncall.Event) Stage {
	if e.Contact == "" && len(e.Path) > 0 {
		return Stage{oncall.EscalationPlan, e.Path[len(e.Path)-1].Name, e.Stage}
	}
	return Stage{oncall.Contact, e.Contact, e.Stage}
}

// hoursOfWeek from Monday, 00:00.
const hoursOfWeek = 7 * 24

// Hours are hours of the week from Monday 00:00 on, half-open: 0 to 168.
type Hours struct{ From, To int }

// PlanCoverage is which openings of a response plan's incidents tests try.
type PlanCoverage struct {
	Name  string
	Tests int
	// Zone is whose clock the hours of the week are read from.
	Zone *time.Location
	// Alike: the same happens whenever an incident opens, so that one test is as good as
	// one for every hour.
	Alike bool
	// Hours is how many of the 168 hours of the week a test opens an incident in, Untested
	// are the others, ascending.
	Hours    int
	Untested []Hours
}

// StageCoverage is a stage and whether an incident of some test got there. Begins is how
// long after the beginning of its plan the stage begins.
type StageCoverage struct {
	Stage
	Begins  time.Duration
	Reached bool
}

// Coverage is what tests touch of a roster. Both lists are sorted by name.
type Coverage struct {
	Plans  []PlanCoverage
	Stages []StageCoverage
}

// alikeFor is how far ahead a response plan is looked at to see whether the same
// happens at every hour.
const alikeFor = 8 * 7 * 24 * time.Hour

// Cover says what the results of tests touch of the roster they ran on, looked at from now.
func Cover(roster *oncall.Roster, results []Result, now time.Time) Coverage {
	var out Coverage
	for _, name := range slices.Sorted(maps.Keys(roster.ResponsePlans)) {
		out.Plans = append(out.Plans, coverPlan(roster, name, results, now))
	}
	reached := map[Stage]bool{}
	for i := range results {
		maps.Copy(reached, results[i].stages)
	}
	for _, name := range slices.Sorted(maps.Keys(roster.Escalations)) {
		out.Stages = append(out.Stages, coverStages(oncall.EscalationPlan, name, roster.Escalations[name], reached)...)
	}
	for _, name := range slices.Sorted(maps.Keys(roster.People)) {
		out.Stages = append(out.Stages, coverStages(oncall.Contact, name, roster.People[name].Stages, reached)...)
	}
	return out
}

// coverStages leaves out stages without targets: they only wait.
func coverStages(kind oncall.Kind, name string, stages []oncall.Stage, reached map[Stage]bool) (out []StageCoverage) {
	var begins time.Duration
	for i, s := range stages {
		stage := Stage{kind, name, i}
		if len(s.Targets) > 0 {
			out = append(out, StageCoverage{stage, begins, reached[stage]})
		}
		begins += max(s.Wait, 0)
	}
	return out
}

func coverPlan(roster *oncall.Roster, name string, results []Result, now time.Time) PlanCoverage {
	c := PlanCoverage{Name: name, Zone: zoneOf(roster, name, ""), Alike: alike(roster, name, now)}
	var touched [hoursOfWeek]bool
	for i := range results {
		if results[i].Test.ResponsePlan.V != name {
			continue
		}
		c.Tests++
		for _, s := range results[i].spans {
			touch(&touched, s, c.Zone)
		}
	}
	if c.Alike && c.Tests > 0 {
		c.Hours = hoursOfWeek
		return c
	}
	for h, yes := range touched {
		last := len(c.Untested) - 1
		switch {
		case yes:
			c.Hours++
		case last >= 0 && c.Untested[last].To == h:
			c.Untested[last].To++
		default:
			c.Untested = append(c.Untested, Hours{h, h + 1})
		}
	}
	return c
}

// touch marks the hours of the week in which something of the span lies.
func touch(hours *[hoursOfWeek]bool, s oncall.Span, zone *time.Location) {
	// Two weeks have all hours there are, also the one that the clocks jump over in one of them.
	const enough = 2 * hoursOfWeek * time.Hour
	end := s.End
	if s.End.Sub(s.Start) > enough {
		end = s.Start.Add(enough)
	}
	for t := s.Start; t.Before(end); {
		wall := t.In(zone)
		hours[(int(wall.Weekday())+6)%7*24+wall.Hour()] = true
		left := time.Hour - time.Duration(wall.Minute())*time.Minute - time.Duration(wall.Second())*time.Second - time.Duration(wall.Nanosecond())
		t = t.Add(cmp.Or(left, time.Hour))
	}
}

// alike reports whether the same happens whenever an incident opens.
func alike(roster *oncall.Roster, plan string, now time.Time) bool {
	n := 0
	for range roster.Stories(plan, now, now.Add(alikeFor)) {
		if n++; n > 1 {
			return false
		}
	}
	return true
}
