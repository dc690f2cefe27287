package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"
	"github.com/watchbill/watchbill/agent"
	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/internal/resource"
)

func (a *app) planCommand() *cobra.Command {
	var detailed bool
	var g guards
	cmd := &cobra.Command{
		Use:   "plan [PATH]",
		Short: "Show what apply would change",
		Long: `Compare a plan with the target and show what apply would do: + create, ~ update,
-/+ replace, - delete. Then, of every response plan whose incidents would page otherwise, who
is paged before and after, and whose shifts move. Nothing is changed.`,
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.onTargets(cmd.Context(), pathOf(args), false, func(a *app) error {
				return a.plan(cmd.Context(), pathOf(args), g, detailed)
			})
		},
	}
	cmd.Flags().BoolVar(&detailed, "detailed-exitcode", false, "exit 2 when there are changes")
	g.register(cmd)
	return formats(knowsTargets(cmd), "text", "json", "markdown")
}

func (a *app) plan(ctx context.Context, path string, g guards, detailed bool) error {
	if err := g.check(); err != nil {
		return err
	}
	res, err := a.compile(ctx, path, g)
	if err != nil {
		return err
	}
	t, err := a.openTarget(ctx, res)
	if err != nil {
		return err
	}
	defer t.close() // it was only read
	out, err := a.pass(t, res, g).Plan(ctx)
	if err != nil {
		return err
	}
	paged, err := pagingOf(out)
	if err != nil {
		return err
	}
	if err := a.printChanges(t.name, out, paged); err != nil {
		return err
	}
	switch {
	case out.Refused():
		return said(exitRefused)
	case out.Unread():
		return said(exitPartial)
	case detailed && !out.ChangeSet.Empty():
		return said(exitReport)
	}
	return nil
}

// printChanges prints a change set as the result, and what stands in its way as
// text for the person.
func (a *app) printChanges(target string, out *agent.Outcome, paged *pagingReport) error {
	cs := out.ChangeSet
	switch a.output {
	case "json":
		if err := a.printJSON(a.changesOf(target, out, paged)); err != nil {
			return err
		}
	case "markdown":
		a.print(a.out, func(w io.Writer) { writeMarkdown(w, target, cs, paged) })
		fmt.Fprintf(a.out, "\nDigest: `%s`\n", out.Digest)
	default:
		a.printText(a.out, target, cs, paged)
		fmt.Fprintf(a.out, "Digest: %s\n", out.Digest)
	}
	writeHindrances(a.err, cs)
	return nil
}

// changesOf is a comparison for programs.
func (a *app) changesOf(target string, out *agent.Outcome, paged *pagingReport) changesJSON {
	j := newChangesJSON(target, out.ChangeSet, paged)
	j.Digest, j.Expect = out.Digest, expected(out.Digest, a.instant())
	return j
}

// printText prints a change set for people on one of the two streams.
func (a *app) printText(on io.Writer, target string, cs *resource.ChangeSet, paged *pagingReport) {
	a.print(on, func(w io.Writer) { writeChanges(w, target, cs, paged, a.colored(on)) })
}

// print collects many small writes. A failed one is kept by the stream, see
// stickyWriter.
func (a *app) print(on io.Writer, write func(io.Writer)) {
	w := bufio.NewWriter(on)
	write(w)
	w.Flush()
}

// compile compiles a plan that is about to be compared with the world. Findings
// go to standard error, infos left out: they are for who writes, not for who runs.
// With an error among them there is no result, and with --output json the findings
// are what is printed instead.
func (a *app) compile(ctx context.Context, path string, g guards) (res *compiler.Result, err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, a.held.close())
		}
	}()
	res, err = compiler.Compile(ctx, path, compiler.Options{Target: a.target, Now: a.present, Values: true, References: a.readReferences(&a.held)})
	if err != nil {
		return nil, err
	}
	if g.allowEmpty {
		acceptEmpty(res)
	}
	least := diag.Warning
	if a.quiet {
		least = diag.Error
	}
	if err := a.sound(res, least); err != nil {
		return nil, err
	}
	return res, nil
}

// sound prints the findings of a compiled plan that are at least so severe, as compile
// does; the error is that the plan has no result.
func (a *app) sound(res *compiler.Result, least diag.Severity) (err error) {
	failed := diag.HasErrors(res.Findings) && res.Desired == nil
	shown := slices.DeleteFunc(slices.Clone(res.Findings), func(f diag.Finding) bool { return f.Severity > least })
	if len(shown) > 0 {
		err = diag.Print(a.err, "text", shown, res.Sources, diag.PrintOptions{Color: a.colored(a.err)})
	}
	if failed && err == nil && a.output == "json" {
		err = a.printFindings("json", res.Findings, res.Sources)
	}
	switch {
	case err != nil:
		return fmt.Errorf("print the findings: %w", err)
	case failed:
		return said(exitReport)
	}
	return nil
}

// acceptEmpty takes a folder without a plan for a plan that wants nothing, if that
// is all that is wrong with it.
func acceptEmpty(res *compiler.Result) {
	isEmpty := func(f diag.Finding) bool { return f.Code == "empty-plan" }
	if !slices.ContainsFunc(res.Findings, isEmpty) {
		return
	}
	res.Findings = slices.DeleteFunc(res.Findings, isEmpty)
	if !diag.HasErrors(res.Findings) {
		res.Desired = &resource.State{}
	}
}
