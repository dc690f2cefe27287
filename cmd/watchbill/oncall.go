package main

import (
	"context"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/watchbill/watchbill/internal/chart"
	"github.com/watchbill/watchbill/internal/when"
)

const (
	// usualStretch is how far a calendar looks ahead when nobody says.
	usualStretch = 14 * 24 * time.Hour
	// longestStretch bounds a calendar: short turns make many shifts.
	longestStretch = 5 * 366 * 24 * time.Hour
)

// oncallOptions are the flags of oncall.
type oncallOptions struct {
	at, from, to      string
	schedule, contact string
	live              bool
}

func (a *app) oncallCommand() *cobra.Command {
	var o oncallOptions
	cmd := &cobra.Command{
		Use:   "oncall [PATH]",
		Short: "Show who is on call, and when nobody is",
		Long: `Show the shifts of a plan's on-call schedules, the gaps in which nobody is on call, and
how many hours fall to whom: the coming two weeks, a stretch of time (--from, --to), or one
instant (--at). With --live it is not the plan that is asked but its target.

Times are printed in the zone of each schedule (its first rotation's) and in UTC. Shifts
stand in full length. Night is 22:00 to 06:00.

  watchbill oncall --from "mon 00:00 Asia/Tokyo" --to +4w --output svg > oncall.svg

A gap is information: the exit code is 0. It is 4 when parts of the target could not be
read.`,
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.oncall(cmd.Context(), pathOf(args), o)
		},
	}
	cmd.Flags().StringVar(&o.at, "at", "", `one instant: "2026-12-13 03:00 Asia/Tokyo", now+2h, "next sun 03:00 Asia/Tokyo"`)
	cmd.Flags().StringVar(&o.from, "from", "", "the beginning of a stretch of time (default now)")
	cmd.Flags().StringVar(&o.to, "to", "", "its end; +4w is four weeks after its beginning (default +2w)")
	cmd.Flags().StringVar(&o.schedule, "schedule", "", "only this schedule")
	cmd.Flags().StringVar(&o.contact, "contact", "", "only this person's shifts")
	cmd.Flags().BoolVar(&o.live, "live", false, "ask the target, not the plan")
	completeWith(cmd, "schedule", namesOf(func(n planNames) []string { return n.schedules }, pathOf))
	completeWith(cmd, "contact", namesOf(func(n planNames) []string { return n.contacts }, pathOf))
	return formats(cmd, "text", "json", "ical", "svg")
}

func (a *app) oncall(ctx context.Context, path string, o oncallOptions) error {
	if err := o.check(a.output); err != nil {
		return err
	}
	res, err := a.readPlan(ctx, path)
	if err != nil {
		return err
	}
	v, err := a.rosterOf(ctx, res, o.live)
	if err != nil {
		return err
	}
	v.shiftsOnly()
	if err := v.known(a, "schedule", o.schedule, slices.Sorted(maps.Keys(v.roster.Schedules))); err != nil {
		return err
	}
	if err := v.known(a, "contact", o.contact, slices.Sorted(maps.Keys(v.roster.People))); err != nil {
		return err
	}
	if len(v.roster.Schedules) == 0 && !a.quiet {
		a.sayf("watchbill: %s has no schedules", v.from)
	}
	if o.at != "" {
		err = a.printOnCall(v, o)
	} else {
		err = a.printCalendar(v, o)
	}
	if err != nil {
		return err
	}
	return v.finish(a)
}

// check refuses flags that contradict each other.
func (o oncallOptions) check(output string) error {
	switch {
	case o.at != "" && (o.from != "" || o.to != ""):
		return usagef("--at asks about an instant, and --from and --to about a stretch of time").withHint("leave one of them out")
	case o.at != "" && output != "text" && output != "json":
		return usagef("%s shows a stretch of time, and --at is one instant", output).withHint("use --from and --to")
	}
	return nil
}

func (a *app) printOnCall(v *view, o oncallOptions) error {
	at, err := instantOf("at", o.at, v.now)
	if err != nil {
		return err
	}
	answer := chart.NewOnCall(v.roster, at, o.schedule, o.contact)
	if a.output == "json" {
		return a.printJSON(answer.JSON())
	}
	a.print(a.out, func(w io.Writer) { answer.WriteText(w, a.ink()) })
	return nil
}

func (a *app) printCalendar(v *view, o oncallOptions) error {
	q, err := o.question(v.now)
	if err != nil {
		return err
	}
	c := chart.NewCalendar(v.roster, q)
	switch a.output {
	case "json":
		return a.printJSON(c.JSON())
	case "ical":
		return c.WriteICalendar(a.out, v.now)
	case "svg":
		return c.WriteSVG(a.out, v.now)
	}
	a.print(a.out, func(w io.Writer) { c.WriteText(w, a.ink()) })
	return nil
}

// question is what the flags ask of a calendar.
func (o oncallOptions) question(now time.Time) (q chart.Question, err error) {
	q = chart.Question{From: now, Schedule: o.schedule, Contact: o.contact}
	if o.from != "" {
		if q.From, err = instantOf("from", o.from, now); err != nil {
			return q, err
		}
	}
	q.To = q.From.Add(usualStretch)
	if o.to != "" {
		after := now
		if o.to[0] == '+' {
			after = q.From
		}
		if q.To, err = instantOf("to", o.to, after); err != nil {
			return q, err
		}
	}
	switch length := q.To.Sub(q.From); {
	case length <= 0:
		return q, usagef("--to %s is not after --from %s", q.To.Format(time.RFC3339), q.From.Format(time.RFC3339))
	case length > longestStretch:
		return q, usagef("--from and --to lie more than five years apart").withHint("ask for less at a time")
	}
	return q, nil
}

// instantOf reads the instant of a flag.
func instantOf(flag, text string, now time.Time) (time.Time, error) {
	t, err := when.Parse(text, now)
	if err != nil {
		return t, usagef("--%s %w", flag, err).withHint("%s", when.Forms)
	}
	return t, nil
}

// known refuses a name that the roster has not; "" is none. Where parts of the target were
// not read, nobody knows: that is said instead.
func (v *view) known(a *app, what, name string, names []string) error {
	if name == "" || slices.Contains(names, name) {
		return nil
	}
	if err := v.finish(a); err != nil {
		return err
	}
	if len(names) == 0 && v.live {
		return usagef("there is no %s %q: %s has none", what, name, v.from).withHint("apply the plan first, or leave out --live")
	}
	if len(names) == 0 {
		return usagef("there is no %s %q: %s has none", what, name, v.from)
	}
	return unknownWord(what, name, names)
}

// ink are the colours of charts on standard output.
func (a *app) ink() chart.Ink {
	if !a.colored(a.out) {
		return chart.Ink{}
	}
	p := newPaint(true)
	return chart.Ink{Bold: p.bold.Sprint, Dim: p.dim.Sprint, Good: p.add.Sprint, Warn: p.change.Sprint, Bad: p.remove.Sprint}
}
