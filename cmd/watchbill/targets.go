package main

// One command line for many accounts and Regions: --target a,b or all. Each target
// is worked on as if it were alone, a few at a time; there is one report, target by
// target in the order they were named, and one exit code.

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/watchbill/watchbill/compiler"
	"golang.org/x/sync/errgroup"
)

// atOnce is how many targets are worked on at the same time. Each has limits of its
// own at AWS; what is bounded is our memory.
const atOnce = 4

// knowsTargets marks a command that can work on several targets.
func knowsTargets(cmd *cobra.Command) *cobra.Command {
	if cmd.Annotations == nil {
		cmd.Annotations = map[string]string{}
	}
	cmd.Annotations["targets"] = "several"
	return cmd
}

// severalTargets reports whether --target asks for more than one.
func (a *app) severalTargets() bool {
	return a.target == compiler.AllTargets || strings.Contains(a.target, ",")
}

// targetNames are the targets that --target asks for.
func (a *app) targetNames(ctx context.Context, path string) ([]string, error) {
	if !a.severalTargets() {
		return []string{a.target}, nil
	}
	res, err := compiler.Compile(ctx, path, compiler.Options{})
	if err != nil {
		return nil, err
	}
	if a.target == compiler.AllTargets {
		names := slices.Sorted(maps.Keys(res.Settings.Targets))
		if res.Settings.Targets[compiler.LocalTarget].At.IsZero() { // there without being named
			names = slices.DeleteFunc(names, func(n string) bool { return n == compiler.LocalTarget })
		}
		if len(names) == 0 {
			return nil, usagef("watchbill.yaml names no target").withHint("add one, or leave --target out for the local one")
		}
		return names, distinct(res, names)
	}
	var names []string
	for _, name := range strings.Split(a.target, ",") {
		name = strings.TrimSpace(name)
		if res.Settings.Targets[name] == nil {
			// Settings with a mistake in them may have it all the same; then the findings are told instead.
			if _, err := compiler.Compile(ctx, path, compiler.Options{Target: name}); err != nil {
				return nil, err
			}
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, distinct(res, names)
}

// distinct refuses two names for one account and Region: two command lines would write
// there at once, each with its own variables.
func distinct(res *compiler.Result, names []string) error {
	taken := map[[2]string]string{}
	for _, name := range names {
		to := res.Settings.Targets[name]
		if to == nil {
			continue // in the part of the settings that could not be read
		}
		where := [2]string{to.Account, to.Region}
		if other := taken[where]; other != "" && to.Account != "" {
			return usagef("targets %s and %s are the same account and Region", other, name).withHint("name one of them")
		}
		taken[where] = name
	}
	return nil
}

// onTargets runs a command on every target that --target asks for. A command that
// writes is done in part when it is done on some of them.
func (a *app) onTargets(ctx context.Context, path string, writes bool, command func(*app) error) error {
	if !a.severalTargets() {
		return command(a)
	}
	names, err := a.targetNames(ctx, path)
	if err != nil {
		return err
	}
	done := make([]targetDone, len(names))
	work := errgroup.Group{}
	work.SetLimit(atOnce)
	for i, name := range names {
		done[i].ended = make(chan struct{})
		work.Go(func() error {
			defer close(done[i].ended)
			one := a.forTarget(name)
			one.out = &stickyWriter{w: &done[i].out}
			done[i].name = name
			done[i].exit = one.guarded(func() int { return one.finish(ctx, command(one)) })
			return nil
		})
	}
	if err := a.printTargets(done); err != nil {
		return err
	}
	work.Wait() // every goroutine has ended: its result was printed
	codes := make([]int, len(done))
	for i := range done {
		codes[i] = done[i].exit
	}
	return said(together(codes, writes))
}

// forTarget is the command line for one of several targets. What it says to the
// person begins with the target's name.
func (a *app) forTarget(name string) *app {
	one := *a
	one.target = name
	one.in = bytes.NewReader(nil) // nobody can answer several questions at once
	one.err = &sharedWriter{w: &prefixWriter{w: a.err, prefix: name + ": "}}
	return &one
}

// targetDone is what a command came to on one target.
type targetDone struct {
	name  string
	ended chan struct{}
	out   bytes.Buffer
	exit  int
}

// printTargets prints the results as they come, in the order of the targets.
func (a *app) printTargets(done []targetDone) error {
	type targetJSON struct {
		Target string          `json:"target"`
		Exit   int             `json:"exit"`
		Result json.RawMessage `json:"result"` // what the command prints for one target
	}
	results := []targetJSON{}
	for i := range done {
		d := &done[i]
		<-d.ended
		switch a.output {
		case "json":
			raw := json.RawMessage(bytes.TrimSpace(d.out.Bytes()))
			if len(raw) == 0 {
				raw = json.RawMessage("null")
			}
			results = append(results, targetJSON{d.name, d.exit, raw})
		case "markdown":
			fmt.Fprintf(a.out, "## Target %s\n\n%s\n", d.name, d.out.String())
		default:
			fmt.Fprintf(a.out, "== %s\n%s", d.name, d.out.String())
			if i+1 < len(done) {
				fmt.Fprintln(a.out)
			}
		}
	}
	if a.output != "json" {
		return nil
	}
	return a.printJSON(struct {
		SchemaVersion int          `json:"schema_version"`
		Targets       []targetJSON `json:"targets"`
	}{1, results})
}

// together is the exit code of several: the signal's; else, of writes of which some
// are done and others are not, "in part"; else the worst, trouble first.
func together(codes []int, writes bool) int {
	for _, c := range codes {
		if c > exitSignal {
			return c
		}
	}
	undone := slices.ContainsFunc(codes, func(c int) bool { return c != exitDone })
	if writes && undone && slices.Contains(codes, exitDone) {
		return exitPartial
	}
	for _, worst := range []int{exitUsage, exitTrouble, exitLocked, exitRefused, exitPartial, exitReport} {
		if slices.Contains(codes, worst) {
			return worst
		}
	}
	return exitDone
}

// prefixWriter begins every line with a prefix, and writes whole lines only.
type prefixWriter struct {
	w       io.Writer
	prefix  string
	pending []byte
}

func (p *prefixWriter) Write(b []byte) (int, error) {
	p.pending = append(p.pending, b...)
	var whole bytes.Buffer
	for {
		i := bytes.IndexByte(p.pending, '\n')
		if i < 0 {
			break
		}
		whole.WriteString(p.prefix)
		whole.Write(p.pending[:i+1])
		p.pending = p.pending[i+1:]
	}
	if whole.Len() == 0 {
		return len(b), nil
	}
	if _, err := p.w.Write(whole.Bytes()); err != nil {
		return 0, err
	}
	return len(b), nil
}
