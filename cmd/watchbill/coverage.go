package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/kind"
)

func (a *app) coverageCommand() *cobra.Command {
	var least string
	cmd := &cobra.Command{
		Use:   "coverage [PATH] [--min 95%]",
		Short: "Say which resources of the fleets an alarm watches",
		Long: `Ask a target which resources each monitor with "each" is for, and which of them an alarm
watches that starts an incident. What has no alarm yet, or one that is switched off, is
listed with the reason.

With --min the exit code is 2 when less than that share of a monitor's resources is
covered, and when nobody can tell. Without it the exit code is 4 when something could not
be read.`,
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			share := -1.0
			if least != "" {
				var err error
				if share, err = percent(least); err != nil {
					return err
				}
			}
			return a.onTargets(cmd.Context(), pathOf(args), false, func(a *app) error {
				return a.coverage(cmd.Context(), pathOf(args), share)
			})
		},
	}
	cmd.Flags().StringVar(&least, "min", "", "exit 2 when less of a monitor's resources is covered: 100%, 95%")
	return formats(knowsTargets(cmd), "text", "json", "markdown")
}

// percent reads a share like 95%, from 0 to 1.
func percent(text string) (float64, error) {
	n, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(text, "%")), 64)
	if err != nil || math.IsNaN(n) || n < 0 || n > 100 {
		return 0, usagef("--min %s is no share", quoted(text)).withHint("from 0%% to 100%%, for example --min 95%%")
	}
	return n / 100, nil
}

// coverage reads how the fleets are covered and prints it. A negative least asks for nothing.
func (a *app) coverage(ctx context.Context, path string, least float64) error {
	res, err := a.readPlan(ctx, path)
	if err != nil {
		return err
	}
	t, err := a.openTarget(ctx, res)
	if err != nil {
		return err
	}
	all, err := a.covered(ctx, t, res)
	if err := closing(t, err); err != nil {
		return err
	}
	switch a.output {
	case "json":
		err = a.printCoverageJSON(t.name, all)
	case "markdown":
		a.print(a.out, func(w io.Writer) { writeFleetsMarkdown(w, &fleetReport{now: all, after: all}) })
	default:
		a.print(a.out, func(w io.Writer) { writeFleetCoverage(w, t.name, all, newPaint(a.colored(a.out))) })
	}
	if err != nil {
		return err
	}
	return a.judgeCoverage(all, least)
}

// covered observes a target for its fleets.
func (a *app) covered(ctx context.Context, t *target, res *compiler.Result) ([]kind.MonitorCoverage, error) {
	now, err := t.now(ctx)
	if err != nil {
		return nil, err
	}
	desired, fleets, err := kind.Expand(ctx, t.clients, kind.Current(res.Desired, now), now)
	if err != nil {
		return nil, fmt.Errorf("read the fleets: %w", err)
	}
	env := kind.NewEnv(t.clients, res.Settings.Owner.V, desired)
	env.Project, env.Now = res.Settings.Project.V, now
	observed, err := kind.Observe(ctx, env, a.parallel)
	if err != nil {
		return nil, fmt.Errorf("read the target: %w", err)
	}
	return kind.FleetCoverage(fleets, observed, false), nil
}

// shareOf is how much of a fleet is covered, from 0 to 1; a fleet without a resource is.
func shareOf(covered, of int) float64 {
	if of == 0 {
		return 1
	}
	return float64(covered) / float64(of)
}

// percentage is a share for people. What is not everything is never called 100%.
func percentage(share float64) string { return fmt.Sprintf("%d%%", int(math.Floor(share*100+1e-9))) }

func (a *app) judgeCoverage(all []kind.MonitorCoverage, least float64) error {
	unknown, below := false, false
	for _, c := range all {
		share := shareOf(len(c.Covered), len(c.Covered)+len(c.Uncovered))
		switch {
		case c.Err != nil:
			unknown = true
			a.sayf("watchbill: what %s is for could not be read: %s", c.Monitor, sentence(c.Err))
		case share < least:
			below = true
			a.sayf("watchbill: %s of the resources of %s are covered, and --min is %s", percentage(share), c.Monitor, percentage(least))
		}
	}
	switch {
	case below, unknown && least >= 0:
		return said(exitReport)
	case unknown:
		return said(exitPartial)
	}
	return nil
}

func writeFleetCoverage(w io.Writer, target string, all []kind.MonitorCoverage, p paint) {
	covered, of, known := 0, 0, 0
	for _, c := range all {
		if c.Err != nil {
			fmt.Fprintf(w, "%s: not known\n", p.bold.Sprint(c.Monitor))
			continue
		}
		n := len(c.Covered) + len(c.Uncovered)
		covered, of, known = covered+len(c.Covered), of+n, known+1
		fmt.Fprintf(w, "%s: %d of %s covered (%s)%s\n", p.bold.Sprint(c.Monitor), len(c.Covered), count(n, "resource"),
			percentage(shareOf(len(c.Covered), n)), exceptedWords(c))
		below := shortcomings(c)
		if c.Refused != "" {
			below = append(below, "refused: "+c.Refused)
		}
		for _, l := range below {
			fmt.Fprintf(w, "    %s\n", l)
		}
	}
	if len(all) == 0 {
		fmt.Fprintln(w, "No monitor of the plan is for a fleet.")
		return
	}
	fmt.Fprintf(w, "%s on %s: %d of %s covered (%s)", count(len(all), "monitor"), target, covered, count(of, "resource"), percentage(shareOf(covered, of)))
	if n := len(all) - known; n > 0 {
		fmt.Fprintf(w, ", %d not known", n)
	}
	fmt.Fprintln(w, ".")
}

func (a *app) printCoverageJSON(target string, all []kind.MonitorCoverage) error {
	out := struct {
		SchemaVersion int         `json:"schema_version"`
		Target        string      `json:"target"`
		Resources     int         `json:"resources"` // without the excepted, and without fleets that are not known
		Covered       int         `json:"covered"`
		Monitors      []fleetJSON `json:"monitors"`
	}{SchemaVersion: 1, Target: target, Monitors: []fleetJSON{}}
	for _, c := range all {
		out.Resources += len(c.Covered) + len(c.Uncovered)
		out.Covered += len(c.Covered)
		out.Monitors = append(out.Monitors, newFleetJSON(c))
	}
	return a.printJSON(out)
}
