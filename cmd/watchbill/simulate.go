package main

import (
	"context"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/internal/chart"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/internal/when"
)

// simulateOptions are the flags of simulate.
type simulateOptions struct {
	at   string
	acks []string
	live bool
}

func (a *app) simulateCommand() *cobra.Command {
	var o simulateOptions
	cmd := &cobra.Command{
		Use:   "simulate RESPONSE_PLAN [PATH]",
		Short: "Tell how an incident would unfold: who is paged when, and how",
		Long: `Tell the story of an incident of a response plan, minute by minute: stages, pages,
repeated pages, answers, and where it finds nobody. Nothing is sent. With --live it is not
the plan that is asked but its target, where a channel pages only once it is activated.

  watchbill simulate ec2-down --at "2026-12-13 03:00 Asia/Tokyo" --ack ben@12m

Clock times are in the zone of --at. Without --ack nobody answers. An answer of somebody
who has not been paged by then does not happen, and that is said.

The exit code is 0 also when nobody is reached, which is said loudly; "watchbill test" and
promises fail. It is 4 when parts of the target could not be read.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("simulate wants a response plan").withHint("%s", cmd.UseLine())
			}
			return atMost(2)(cmd, args)
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveDefault
			}
			return readNames(cmd.Context(), ".").responsePlans, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.simulate(cmd.Context(), args[0], pathOf(args[1:]), o)
		},
	}
	cmd.Flags().StringVar(&o.at, "at", "", `when the incident opens: "2026-12-13 03:00 Asia/Tokyo", "next sun 03:00 Asia/Tokyo" (default now)`)
	cmd.Flags().StringArrayVar(&o.acks, "ack", nil, "somebody answers, so long after the opening: ben@12m; may be repeated")
	cmd.Flags().BoolVar(&o.live, "live", false, "ask the target, not the plan")
	completeWith(cmd, "ack", namesOf(func(n planNames) []string { return n.contacts }, func(args []string) string {
		return pathOf(args[min(1, len(args)):])
	}))
	return formats(cmd, "text", "json", "markdown", "svg")
}

func (a *app) simulate(ctx context.Context, responsePlan, path string, o simulateOptions) error {
	res, err := a.readPlan(ctx, path)
	if err != nil {
		return err
	}
	v, err := a.rosterOf(ctx, res, o.live)
	if err != nil {
		return err
	}
	if err := v.known(a, "response plan", responsePlan, slices.Sorted(maps.Keys(v.roster.ResponsePlans))); err != nil {
		return err
	}
	answers, err := v.answers(a, o.acks)
	if err != nil {
		return err
	}
	at := v.now
	if o.at != "" {
		if at, err = instantOf("at", o.at, v.now); err != nil {
			return err
		}
	}
	if err := a.printIncident(chart.NewIncident(v.roster, responsePlan, at, answers)); err != nil {
		return err
	}
	return v.finish(a)
}

// answers are the values of --ack.
func (v *view) answers(a *app, acks []string) (map[string]time.Duration, error) {
	out := map[string]time.Duration{}
	for _, ack := range acks {
		who, after, ok := strings.Cut(ack, "@")
		if !ok || who == "" {
			return nil, usagef("--ack %q does not say who answers when", diag.Cover(ack)).withHint("--ack ben@12m: ben answers twelve minutes after the incident opens")
		}
		d, err := when.Duration(after)
		if err != nil {
			return nil, usagef("--ack %s: %w", who, err)
		}
		if err := v.known(a, "contact", who, slices.Sorted(maps.Keys(v.roster.People))); err != nil {
			return nil, err
		}
		if _, twice := out[who]; twice {
			return nil, usagef("--ack lets %s answer twice", who).withHint("the first answer stops what can be stopped; leave the other one out")
		}
		out[who] = d
	}
	return out, nil
}

// printIncident prints the story as the result. What must not be missed stands on standard
// error too, where the result is for a program.
func (a *app) printIncident(i *chart.Incident) error {
	switch a.output {
	case "json":
		if err := a.printJSON(i.JSON()); err != nil {
			return err
		}
	case "markdown":
		a.print(a.out, i.WriteMarkdown)
	case "svg":
		if err := i.WriteSVG(a.out); err != nil {
			return err
		}
	default:
		a.print(a.out, func(w io.Writer) { i.WriteText(w, a.ink()) })
		return nil
	}
	if a.quiet {
		return nil
	}
	if sentence, bad := i.Verdict(); bad {
		a.sayf("watchbill: warning: %s", sentence)
	}
	for _, answer := range i.Answers {
		if !answer.Happened {
			a.sayf("watchbill: warning: %s does not answer: nothing was sent to %[1]s by then", answer.Contact)
		}
	}
	return nil
}

// planNames are the names a command line may mean.
type planNames struct{ contacts, schedules, responsePlans []string }

// readNames reads the names of the plan at path for the shell, as far as they can be read.
func readNames(ctx context.Context, path string) (n planNames) {
	res, err := compiler.Compile(ctx, path, compiler.Options{})
	if err != nil {
		return n
	}
	for _, c := range res.Plan.Contacts {
		n.contacts = append(n.contacts, c.Name.V)
	}
	for _, s := range res.Plan.Schedules {
		n.schedules = append(n.schedules, s.Name.V)
	}
	for _, r := range res.Plan.ResponsePlans {
		n.responsePlans = append(n.responsePlans, r.Name.V)
	}
	return n
}

// namesOf completes a flag with names of the plan that the rest of the line names.
func namesOf(which func(planNames) []string, path func(args []string) string) func(*cobra.Command, []string) []string {
	return func(cmd *cobra.Command, args []string) []string { return which(readNames(cmd.Context(), path(args))) }
}
