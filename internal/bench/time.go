package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/kind"
)

// yearBegins is the first Monday of the year that is looked at.
var yearBegins = time.Date(2027, time.January, 4, 0, 0, 0, 0, time.UTC)

// times measures what is asked about time: gaps, load, and incidents at every moment.
func (b *bench) times() error {
	dir := filepath.Join(b.dir, "times")
	if err := writeSchedules(dir); err != nil {
		return err
	}
	fmt.Print(`
## schedules and time

A plan of 100 rotations in 25 schedules (three offices that follow the sun and a secondary by the week, each), 25
escalation plans and 25 response plans with promises. The first two figures are the arithmetic alone, one goroutine,
without starting a process.

| what | command | wall | peak memory | aim |
|---|---|---|---|---|
`)
	result, err := compiler.Compile(context.Background(), dir, compiler.Options{Now: yearBegins})
	if err != nil || result.Desired == nil {
		return errors.Join(err, fmt.Errorf("the plan with schedules does not compile: %v", result.Findings))
	}
	roster, err := kind.RosterOf(result.Desired)
	if err != nil {
		return fmt.Errorf("deal the turns: %w", err)
	}
	end := yearBegins.AddDate(0, 0, 52*7)
	fmt.Printf("| gaps of 100 rotations in 52 weeks | `Schedule.Gaps` | %s | | under 1 s |\n", ms(b.repeated(func() {
		for _, s := range roster.Schedules {
			for range s.Gaps(yearBegins, end) {
			}
		}
	})))
	fmt.Printf("| one response plan, an incident in every hour of 52 weeks | `Roster.Simulate`, 8736 times | %s | | under 1 s |\n", ms(b.repeated(func() {
		for at := yearBegins; at.Before(end); at = at.Add(time.Hour) {
			for range roster.Simulate("down0", at, nil) {
			}
		}
	})))
	return b.timeCommands(dir, end)
}

func (b *bench) timeCommands(dir string, end time.Time) error {
	for _, c := range []struct {
		what, aim string
		args      []string
	}{
		{"findings about time and promises", "", []string{"validate"}},
		{"every shift, gap and load of 52 weeks, as JSON", "under 1 s", []string{"oncall", "--output", "json",
			"--from", yearBegins.Format(time.RFC3339), "--to", end.Format(time.RFC3339)}},
		{"one test of a response plan at every moment of 52 weeks", "under 1 s", []string{"test"}},
	} {
		m, err := b.median(b.program, append(c.args, "--now", yearBegins.Format(time.RFC3339), dir)...)
		if err != nil {
			return err
		}
		fmt.Printf("| %s | `watchbill %s DIR` | %s | %s | %s |\n", c.what, strings.Join(c.args, " "), ms(m.wall), mb(m.peakKB), c.aim)
	}
	return nil
}

// repeated is the median time of doing something.
func (b *bench) repeated(do func()) time.Duration {
	var all []time.Duration
	for range b.runs {
		start := time.Now()
		do()
		all = append(all, time.Since(start))
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// writeSchedules writes the plan. It has no findings.
func writeSchedules(dir string) error {
	var plan strings.Builder
	plan.WriteString("replication_set: {regions: {us-east-1: {}, us-west-2: {}}}\nimpact_levels: {critical: {require: {page_within: 5m, human_stages: 2}}}\ncontacts:\n")
	for i := range 25 * 8 {
		fmt.Fprintf(&plan, "  p%d: {channels: {text: {sms: {env: T%d}}, phone: {voice: {env: P%d}}}, engagement_plan: [{page: [text], retry: 2m, wait: 5m}, {page: [phone], retry: 2m, wait: 10m}]}\n", i, i, i)
	}
	plan.WriteString("schedules:\n")
	for i := range 25 {
		fmt.Fprintf(&plan, "  s%d:\n    rotations:\n", i)
		for j, hours := range []string{"00:00-08:00", "08:00-16:00", "16:00-24:00"} {
			fmt.Fprintf(&plan, "      office%d: {timezone: UTC, starts: 2026-01-05T%s, members: [p%d, p%d], every: 1 week, handoff: [mon %s], coverage: {daily: [\"%s\"]}}\n",
				j, hours[:5], 8*i+2*j, 8*i+2*j+1, hours[:5], hours)
		}
		fmt.Fprintf(&plan, "      second: {timezone: UTC, starts: 2026-01-05T09:00, members: [p%d, p%d], every: 1 week, handoff: [mon 09:00]}\n", 8*i+6, 8*i+7)
	}
	plan.WriteString("escalation_plans:\n")
	for i := range 25 {
		fmt.Fprintf(&plan, "  e%d: {stages: [{page: [s%d], wait: 10m}, {page: [s%d], wait: 10m}, {page: [p%d], wait: 15m}]}\n", i, i, (i+1)%25, 8*i)
	}
	plan.WriteString("response_plans:\n")
	for i := range 25 {
		fmt.Fprintf(&plan, "  down%d: {title: Service %d is down, impact: critical, engage: [e%d]}\n", i, i, i)
	}
	const test = `tests:
  - name: Somebody is texted at once, whenever it breaks
    response_plan: down0
    at: every hour of 52 weeks from 2027-01-04 00:00 UTC
    expect: [{first_page: 0m}]
`
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write a plan: %w", err)
	}
	for name, text := range map[string]string{"plan.yaml": plan.String(), "down_test.yaml": test} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return fmt.Errorf("write a plan: %w", err)
		}
	}
	return nil
}
