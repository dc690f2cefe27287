package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/spf13/cobra"
	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/docs/codes"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/kind"
)

func (a *app) validateCommand() *cobra.Command {
	var live bool
	var policies []string
	cmd := &cobra.Command{
		Use:   "validate [PATH]...",
		Short: "Check plans; no network, no credentials",
		Long: `Check plan folders and print everything there is to say about them. A file stands for
its whole plan folder, and each folder is checked once, so that pre-commit may pass
the names of changed files. Test files (*_test.yaml) are checked with the plan; what is
wrong with them is no reason for apply to refuse the plan.

With --live the target of a plan without errors is read, too: whoever is on call in the
coming seven days, or engaged by name, and can be neither called nor texted there is a
finding (inactive-on-call); so are documents that are not there or take other parameters
(runbook-parameters), rights that the role of a runbook lacks (runbook-rights), fleets
without a resource (monitor-matches-nothing), alarms that start nothing any more
(alarm-without-response), and chat workspaces that nobody has authorised
(chat-unreachable).

IAM policies that the settings name (policies), and the files of --policy, are looked at for
what keeps a runbook from starting (runbook-role-account). With --policy and no PATH, a
plan is not needed.

Exit code 2 when there is an error or a warning; 4 when parts of the target could not be
read.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			shown, err := readPolicies(policies)
			if err != nil {
				return err
			}
			return a.validate(cmd.Context(), args, shown, live)
		},
	}
	cmd.Flags().StringArrayVar(&policies, "policy", nil, "check an IAM policy `FILE` (JSON), too; may be repeated")
	cmd.Flags().BoolVar(&live, "live", false, "read the target, too, and report what it lacks of what the plan needs")
	return formats(cmd, diag.Formats()...)
}

func (a *app) validate(ctx context.Context, paths []string, policies []compiler.PolicyFile, live bool) error {
	var findings []diag.Finding
	var trouble error // with the targets; what is wrong with the plans is said all the same
	var views []*lookedAt
	sources := diag.Sources{}
	dirs := planFolders(paths)
	if len(paths) == 0 && len(policies) > 0 && !holdsPlan(ctx, ".") {
		dirs = nil
		findings, sources = compiler.CheckPolicies(policies)
		if len(findings) == 0 && !a.quiet {
			a.sayf("nothing is wrong with %s", count(len(policies), "policy file"))
		}
	}
	for i, dir := range dirs {
		shown := policies
		if i > 0 {
			shown = nil // once is enough
		}
		compile := compiler.Compile
		if live {
			compile = compileWhole
		}
		res, err := compile(ctx, dir, compiler.Options{Target: a.target, Now: a.present, Tests: true, Policies: true, PolicyFiles: shown})
		if err != nil {
			return fmt.Errorf("validate %s: %w", dir, err)
		}
		if live && !diag.HasErrors(res.Findings) {
			seen, v, err := a.validateLive(ctx, dir, res, shown)
			if trouble = errors.Join(trouble, err); err == nil {
				res, views = seen, append(views, v)
			}
		}
		found := withTests(res)
		findings = append(findings, found...)
		maps.Copy(sources, res.Sources)
		if len(found) == 0 && !a.quiet {
			a.sayf("%s is valid (%s)", dir, files(res))
		}
	}
	if err := a.printFindings(a.output, findings, sources); err != nil {
		return err
	}
	for _, v := range views {
		trouble = cmp.Or(trouble, v.finish(a))
	}
	switch {
	case trouble != nil:
		return trouble
	case diag.Worst(findings) <= diag.Warning:
		return said(exitReport)
	}
	return nil
}

// validateLive compiles a plan once more, with its target in view.
func (a *app) validateLive(ctx context.Context, dir string, res *compiler.Result, policies []compiler.PolicyFile) (*compiler.Result, *lookedAt, error) {
	l, err := a.look(ctx, res)
	if err != nil {
		return nil, nil, err
	}
	seen, err := compileWhole(ctx, dir, compiler.Options{
		Target: a.target, Now: l.now, Tests: true, Policies: true, PolicyFiles: policies, Observed: l.state, Answers: l.answers,
	})
	if err != nil {
		return nil, nil, fmt.Errorf("validate %s: %w", dir, err)
	}
	return seen, l, nil
}

// lookedAt is a target as validate sees it: its people, and what it says of what the plan
// only names.
type lookedAt struct {
	*view
	answers *kind.Answers
}

func (a *app) look(ctx context.Context, res *compiler.Result) (*lookedAt, error) {
	t, err := a.openTarget(ctx, res)
	if err != nil {
		return nil, err
	}
	out := &lookedAt{}
	if out.view, err = a.observe(ctx, t, res); err == nil {
		out.answers, err = kind.Ask(ctx, t.clients, res.Plan, kind.Current(res.Desired, out.now), out.now)
	}
	return out, closing(t, err)
}

// finish says what could not be read, after the findings; then the exit code is 4.
func (l *lookedAt) finish(a *app) error {
	err := l.view.finish(a)
	for _, unread := range l.answers.Unread {
		a.sayf("watchbill: %s could not be read, so nothing is said of it: %s", unread.What, sentence(unread.Err))
		err = said(exitPartial)
	}
	return err
}

// readPolicies reads the files of --policy, wherever they are.
func readPolicies(paths []string) ([]compiler.PolicyFile, error) {
	var out []compiler.PolicyFile
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read the policy: %w", err)
		}
		out = append(out, compiler.PolicyFile{Name: path, Data: data})
	}
	return out, nil
}

// holdsPlan reports whether there is anything to compile in a folder.
func holdsPlan(ctx context.Context, dir string) bool {
	files, err := compiler.PlanFiles(ctx, dir)
	return err != nil || len(files) > 0
}

// withTests are the findings of a plan and of its tests. The sources of both are
// among those of the result then.
func withTests(res *compiler.Result) []diag.Finding {
	if res.Tests == nil {
		return res.Findings
	}
	maps.Copy(res.Sources, res.Tests.Sources)
	var all diag.List
	all.Add(res.Findings...)
	all.Add(res.Tests.Findings...)
	return all.Sorted()
}

// files is "3 files", "3 files and 1 of tests".
func files(res *compiler.Result) string {
	text := count(len(res.Files), "file")
	if res.Tests != nil && len(res.Tests.Files) > 0 {
		text += fmt.Sprintf(" and %d of tests", len(res.Tests.Files))
	}
	return text
}

// planFolders are the plan folders of paths, each once, in the order first
// named; the current folder when none is. A path that does not exist stands for
// itself: that it cannot be read is a finding.
func planFolders(paths []string) []string {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	var dirs []string
	for _, path := range paths {
		dir, err := compiler.Root(path)
		if err != nil {
			dir = path
		}
		if !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// printFindings prints findings as a command's result.
func (a *app) printFindings(format string, findings []diag.Finding, sources diag.Sources) error {
	return diag.Print(a.out, format, findings, sources, diag.PrintOptions{
		Color:   a.colored(a.out),
		Version: thisVersion().Version,
		Explain: codes.Explain,
	})
}

// count is "1 file", "2 files".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
