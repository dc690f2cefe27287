package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/watchbill/watchbill/drill"
	"github.com/watchbill/watchbill/oncall"
	"github.com/watchbill/watchbill/paging"
)

// writeCoverage says what no test touches.
func writeCoverage(w io.Writer, c *drill.Coverage) {
	var untested []string
	for _, p := range c.Plans {
		if p.Tests == 0 {
			untested = append(untested, p.Name)
		}
	}
	reached := 0
	var missed []string
	for _, s := range c.Stages {
		if s.Reached {
			reached++
		} else {
			missed = append(missed, stageText(s))
		}
	}
	fmt.Fprintf(w, "\nresponse plans: %d of %d tested\n", len(c.Plans)-len(untested), len(c.Plans))
	for _, name := range untested {
		fmt.Fprintf(w, "  no test opens an incident of %s\n", name)
	}
	fmt.Fprintf(w, "stages: %d of %d reached by the incident of a test\n", reached, len(c.Stages))
	for _, text := range missed {
		fmt.Fprintf(w, "  not %s\n", text)
	}
	fmt.Fprintln(w, "hours of the week in which a test opens an incident:")
	for _, p := range c.Plans {
		switch {
		case p.Tests == 0:
		case p.Alike:
			fmt.Fprintf(w, "  %s: all, since the same happens at every hour\n", p.Name)
		case len(p.Untested) == 0:
			fmt.Fprintf(w, "  %s: all\n", p.Name)
		default:
			fmt.Fprintf(w, "  %s: %d of 168; not %s (%s)\n", p.Name, p.Hours, hoursText(p), p.Zone)
		}
	}
}

// hoursText are the hours no test opens an incident in.
func hoursText(p drill.PlanCoverage) string {
	return paging.Calendar{Zone: p.Zone}.When(paging.When{Hours: weekOf(p.Untested)}, 0)
}

// weekOf are hours as paging has them: one stretch over the end of the week, not two.
func weekOf(all []drill.Hours) (out []paging.Hours) {
	for _, h := range all {
		out = append(out, paging.Hours{Start: int64(h.From) * 3600, End: int64(h.To) * 3600})
	}
	const week = 7 * 24 * 3600
	if last := len(out) - 1; last > 0 && out[0].Start == 0 && out[last].End == week {
		out[last].End += out[0].End
		out = out[1:]
	}
	return out
}

func stageText(s drill.StageCoverage) string {
	begins := "at once"
	if s.Begins > 0 {
		begins = drill.Length(s.Begins) + " in"
	}
	if s.Kind == oncall.EscalationPlan {
		return fmt.Sprintf("stage %d of the escalation plan %s (%s)", s.Index+1, s.Name, begins)
	}
	return fmt.Sprintf("stage %d of the engagement plan of %s (%s)", s.Index+1, s.Name, begins)
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
