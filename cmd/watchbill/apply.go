package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/watchbill/watchbill/agent"
	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/internal/resource"
)

func (a *app) applyCommand() *cobra.Command {
	var yes bool
	var g guards
	var e expectation
	cmd := &cobra.Command{
		Use:   "apply [PATH]",
		Short: "Make the target agree with a plan",
		Long: `Show what would change, ask, and do it. Nothing is asked for the local target or with
--yes. What watchbill did not make is never touched, and if a guard refuses one change,
none is made.

It can be interrupted and run again at any time: it starts from the world as it is.
With --expect it does what plan showed under that digest, or nothing.`,
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			e.given = cmd.Flags().Changed("expect")
			if a.severalTargets() && !yes {
				return usagef("apply cannot ask about several targets").withHint("look with watchbill plan --target %s, then add --yes", a.target)
			}
			if a.severalTargets() && e.given {
				return usagef("--expect is the digest of one target").withHint("apply each target by itself")
			}
			return a.onTargets(cmd.Context(), pathOf(args), true, func(a *app) error {
				return a.apply(cmd.Context(), pathOf(args), g, e, yes)
			})
		},
	}
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	g.register(cmd)
	e.register(cmd)
	return formats(knowsTargets(cmd), "text", "json")
}

func (a *app) apply(ctx context.Context, path string, g guards, e expectation, yes bool) error {
	silent := yes || a.targetName() == compiler.LocalTarget
	if err := g.check(); err != nil {
		return err
	}
	digest, err := e.check(time.Now()) // the real time: --now must not make an old review young
	if err != nil {
		return err
	}
	res, err := a.compile(ctx, path, g)
	if err != nil {
		return err
	}
	if err := a.canAsk(silent, "apply"); err != nil {
		return err
	}
	t, err := a.openTarget(ctx, res)
	if err != nil {
		return err
	}
	pass := a.pass(t, res, g)
	pass.Expect = digest
	return closing(t, a.planAndApply(ctx, t, pass, review{
		silent: silent, question: fmt.Sprintf("Apply these changes to %s?", t.name),
	}))
}

// review is how a change set is put before a person.
type review struct {
	silent   bool // nothing is asked
	question string
	// reason, when not "", stands in the place of the changes' own reasons.
	reason string
}

// canAsk refuses, before anything is done, a command that would ask where nobody
// is to answer.
func (a *app) canAsk(silent bool, what string) error {
	if silent || a.interactive() {
		return nil
	}
	return usagef("%s asks before it changes %s, and there is no terminal to ask on", what, a.targetName()).
		withHint("look at what would change, then add --yes")
}

// closing gives a target back after err.
func closing(t *target, err error) error {
	closed := t.close()
	if closed == nil {
		return err
	}
	return errors.Join(err, fmt.Errorf("close the local Incident Manager: %w", closed))
}

// planAndApply shows what a pass would change, asks unless silent, does it, and
// reports.
func (a *app) planAndApply(ctx context.Context, t *target, p *agent.Pass, r review) error {
	out, err := p.Plan(ctx)
	if err != nil {
		return err
	}
	if p.DropSet != "" {
		a.sayLosses(out)
	}
	paged, err := pagingOf(out)
	if err != nil {
		return err
	}
	if err := a.review(ctx, t, out.ChangeSet, paged, r); err != nil {
		return err
	}
	if t.stands != nil && movesSet(out.ChangeSet) && t.stands(ctx) {
		a.sayf("The clock of the local Incident Manager is stopped: its replication set is ready only once somebody moves the clock,")
		a.sayf("and everything else waits for that. Move it, or interrupt this and let the clock run first.")
	}
	progress := a.newProgress()
	p.OnEvent = progress.event
	quiet := a.whenInterrupted(ctx, "watchbill: finishing what is under way; interrupt again to cut it off")
	err = p.Apply(ctx, out)
	quiet()
	progress.finish()
	if printed := a.printOutcome(t.name, out, paged); printed != nil {
		return printed
	}
	return exitOf(out, err)
}

// movesSet reports whether the replication set is created or changes its Regions,
// which takes time.
func movesSet(cs *resource.ChangeSet) bool {
	return slices.ContainsFunc(cs.Changes, func(c *resource.Change) bool {
		return c.Addr.Kind == "replication_set" && c.Action != resource.Delete
	})
}

// whenInterrupted says text when ctx ends, unless it is stopped before; then the
// text stands or never will.
func (a *app) whenInterrupted(ctx context.Context, text string) (stop func()) {
	told := make(chan struct{})
	cancel := context.AfterFunc(ctx, func() {
		if isTerminal(a.err) {
			fmt.Fprint(a.err, clearLine) // of progress
		}
		a.sayf("%s", text)
		close(told)
	})
	return func() {
		if !cancel() {
			<-told
		}
	}
}

// review shows a change set and, unless that is not needed, asks. The error says
// why the answer is not yes.
func (a *app) review(ctx context.Context, t *target, cs *resource.ChangeSet, paged *pagingReport, r review) error {
	for _, c := range cs.Changes {
		c.Reason = cmp.Or(r.reason, c.Reason)
	}
	asks := !r.silent && len(cs.Refusals) == 0 && !cs.Empty()
	switch {
	case a.output == "text":
		a.printText(a.out, t.name, cs, paged)
	case asks: // the result is for a program; the question needs its subject
		a.printText(a.err, t.name, cs, paged)
	}
	writeHindrances(a.err, cs)
	if !asks {
		return nil
	}
	return a.ask(ctx, r.question)
}

// printOutcome prints what became of a change set: what is not done on standard
// error, the whole as the result.
func (a *app) printOutcome(target string, o *agent.Outcome, paged *pagingReport) error {
	writeUndone(a.err, o.Results)
	switch {
	case a.output == "json":
		return a.printJSON(struct {
			changesJSON
			Results []resultJSON `json:"results"`
		}{a.changesOf(target, o, paged), newResultsJSON(o.Results)})
	case o.Refused():
		a.sayf("Nothing was changed.")
	case !o.ChangeSet.Empty():
		fmt.Fprintln(a.out, outcome(target, o))
	}
	return nil
}

// exitOf is how a pass ends; err is what Apply returned.
func exitOf(o *agent.Outcome, err error) error {
	switch {
	case err != nil:
		return err
	case o.Refused():
		return said(exitRefused)
	case !o.Complete():
		return said(exitPartial)
	}
	return nil
}
