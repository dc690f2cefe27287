package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/watchbill/watchbill/agent"
	"github.com/watchbill/watchbill/compiler"
)

// guards are the flags that choose and lift guards. Lifting one takes its own
// flag: --yes lifts none.
type guards struct {
	prune           string
	allowEmpty      bool
	allowDeletes    int
	allowMassChange bool
}

func (g *guards) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&g.prune, "prune", "", "our resources that left the plan: owned deletes, none keeps them (default as watchbill.yaml says)")
	flags.BoolVar(&g.allowEmpty, "allow-empty", false, "accept a plan with nothing in it")
	flags.IntVar(&g.allowDeletes, "allow-deletes", 0, "accept up to so many deletions, whatever share they are")
	flags.BoolVar(&g.allowMassChange, "allow-mass-change", false, "accept that a large share changes")
	completeWith(cmd, "prune", func(*cobra.Command, []string) []string { return prunes })
}

var prunes = []string{"owned", "none"}

// check refuses flags that mean nothing, before anything is done.
func (g *guards) check() error {
	switch {
	case g.prune != "" && !slices.Contains(prunes, g.prune):
		return usagef("--prune %q means nothing", g.prune).withHint("--prune %s", strings.Join(prunes, "|"))
	case g.allowDeletes < 0:
		return usagef("--allow-deletes %d is less than none", g.allowDeletes)
	}
	return nil
}

// pass is the pass for a compiled plan as the command line wants it.
func (a *app) pass(t *target, res *compiler.Result, g guards) *agent.Pass {
	p := agent.NewPass(res, t.clients)
	p.Parallel, p.Now, p.Clock = a.parallel, a.now, t.now
	if !a.present.IsZero() {
		p.Clock = func(context.Context) (time.Time, error) { return a.present, nil }
	}
	if g.prune != "" {
		p.KeepLeft = g.prune == "none"
	}
	p.AllowEmpty = g.allowEmpty
	p.Limits.AllowDeletes, p.Limits.AllowMassChange = g.allowDeletes, g.allowMassChange
	return p
}
