package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/watchbill/watchbill/drill"
	"github.com/watchbill/watchbill/internal/when"
	"github.com/watchbill/watchbill/oncall"
	"github.com/watchbill/watchbill/paging"
)

// maxMissed is how many lines of one kind text prints; JSON has them all.
const maxMissed = 20

// writeCoverage says what no test touches.
func writeCoverage(w io.Writer, c *drill.Coverage) {
	var untested, hours []string
	for _, p := range c.Plans {
		switch {
		case p.Tests == 0:
			untested = append(untested, "no test opens an incident of "+p.Name)
		case p.Alike:
			hours = append(hours, p.Name+": all, since the same happens at every hour")
		case len(p.Untested) == 0:
			hours = append(hours, p.Name+": all")
		case p.Hours < hoursOfWeek/2:
			hours = append(hours, fmt.Sprintf("%s: %d of 168, only %s (%s)", p.Name, p.Hours, hoursText(p, others(p.Untested)), p.Zone))
		default:
			hours = append(hours, fmt.Sprintf("%s: %d of 168, not %s (%s)", p.Name, p.Hours, hoursText(p, p.Untested), p.Zone))
		}
	}
	fmt.Fprintf(w, "\nresponse plans: %d of %d tested\n", len(c.Plans)-len(untested), len(c.Plans))
	writeSome(w, untested)
	missed, reached := missedStages(c.Stages)
	fmt.Fprintf(w, "stages: %d of %d reached by the incident of a test\n", reached, len(c.Stages))
	writeSome(w, missed)
	if len(hours) > 0 {
		fmt.Fprintln(w, "hours of the week in which a test opens an incident:")
		writeSome(w, hours)
	}
}

func writeSome(w io.Writer, lines []string) {
	for _, line := range lines[:min(len(lines), maxMissed)] {
		fmt.Fprintf(w, "  %s\n", line)
	}
	if more := len(lines) - maxMissed; more > 0 {
		fmt.Fprintf(w, "  and %d more; --output json lists them all\n", more)
	}
}

// missedStages has a line for every plan that is not followed to its end. Who gets to a
// stage has been through those before, so that the missed ones are the last ones.
func missedStages(stages []drill.StageCoverage) (lines []string, reached int) {
	for i, s := range stages {
		first := i == 0 || stages[i-1].Kind != s.Kind || stages[i-1].Name != s.Name
		switch {
		case s.Reached:
			reached++
		case first:
			lines = append(lines, "not "+planText(s.Stage))
		case stages[i-1].Reached:
			lines = append(lines, fmt.Sprintf("not %s from stage %d on (%s in)", planText(s.Stage), s.Index+1, when.Length(s.Begins)))
		}
	}
	return lines, reached
}

func planText(s drill.Stage) string {
	if s.Kind == oncall.EscalationPlan {
		return "the escalation plan " + s.Name
	}
	return "the engagement plan of " + s.Name
}

const hoursOfWeek = 7 * 24

// others are the hours of the week between those given, which ascend.
func others(all []drill.Hours) (out []drill.Hours) {
	from := 0
	for _, h := range append(slices.Clip(all), drill.Hours{From: hoursOfWeek, To: hoursOfWeek}) {
		if h.From > from {
			out = append(out, drill.Hours{From: from, To: h.From})
		}
		from = h.To
	}
	return out
}

// hoursText are hours of the week in words.
func hoursText(p drill.PlanCoverage, hours []drill.Hours) string {
	return paging.Calendar{Zone: p.Zone}.When(paging.When{Hours: weekOf(hours)}, 0)
}

// weekOf are hours as paging has them: one stretch over the end of the week, not two.
func weekOf(all []drill.Hours) (out []paging.Hours) {
	for _, h := range all {
		out = append(out, paging.Hours{Start: int64(h.From) * 3600, End: int64(h.To) * 3600})
	}
	const week = hoursOfWeek * 3600
	if last := len(out) - 1; last > 0 && out[0].Start == 0 && out[last].End == week {
		out[last].End += out[0].End
		out = out[1:]
	}
	return out
}

// The coverage in the JSON of test.
type coverageJSON struct {
	ResponsePlans []planCoverageJSON  `json:"response_plans"`
	Stages        []stageCoverageJSON `json:"stages"`
}

type planCoverageJSON struct {
	ResponsePlan string `json:"response_plan"`
	Tests        int    `json:"tests"`
	Zone         string `json:"zone"`
	// SameAtEveryHour: one test is as good as one for every hour.
	SameAtEveryHour bool        `json:"same_at_every_hour"`
	HoursOfWeek     int         `json:"hours_of_week"` // of 168
	Untested        []hoursJSON `json:"untested_hours"`
}

type stageCoverageJSON struct {
	Address       string `json:"address"` // escalation_plan/web, contact/aiko
	Stage         int    `json:"stage"`   // from 1
	OffsetSeconds int64  `json:"offset_seconds"`
	Reached       bool   `json:"reached"`
}

func newCoverageJSON(c *drill.Coverage) *coverageJSON {
	if c == nil {
		return nil
	}
	out := &coverageJSON{ResponsePlans: []planCoverageJSON{}, Stages: []stageCoverageJSON{}}
	for _, p := range c.Plans {
		j := planCoverageJSON{
			ResponsePlan: p.Name, Tests: p.Tests, Zone: p.Zone.String(), SameAtEveryHour: p.Alike,
			HoursOfWeek: p.Hours, Untested: []hoursJSON{},
		}
		for _, h := range weekOf(p.Untested) {
			j.Untested = append(j.Untested, hoursJSON{paging.WeekClock(h.Start), paging.WeekClock(h.End)})
		}
		out.ResponsePlans = append(out.ResponsePlans, j)
	}
	for _, s := range c.Stages {
		address := strings.Join([]string{string(s.Kind), s.Name}, "/")
		out.Stages = append(out.Stages, stageCoverageJSON{address, s.Index + 1, int64(s.Begins.Seconds()), s.Reached})
	}
	return out
}
