package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/internal/resource"
)

func (a *app) destroyCommand() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "destroy [PATH] --target NAME",
		Short: "Delete everything this plan's owner has on a target",
		Long: `Show and, after a question, delete every resource that carries the owner of the plan's
watchbill.yaml. The target must be named, local as well.

The replication set stays: with it AWS deletes everything of the account, what others
made included. Protected resources are refused.`,
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.destroy(cmd.Context(), pathOf(args), yes)
		},
	}
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	return formats(cmd, "text", "json")
}

func (a *app) destroy(ctx context.Context, path string, yes bool) error {
	if !a.targetTyped {
		return usagef("destroy wants its target named").withHint("watchbill destroy %s --target %s", path, a.targetName())
	}
	res, err := a.settingsOf(ctx, path)
	if err != nil {
		return err
	}
	if err := a.canAsk(yes, "destroy"); err != nil {
		return err
	}
	t, err := openTarget(ctx, res)
	if err != nil {
		return err
	}
	owner := res.Settings.Owner.V
	pass := a.pass(t, res, guards{prune: "owned", allowEmpty: true})
	pass.Limits = nil // deleting all of it is what was asked for
	return closing(t, a.planAndApply(ctx, t, pass, review{
		silent: yes, question: fmt.Sprintf("Delete all of this from %s, owner %s?", t.name, owner),
		reason: "its owner is " + owner,
	}))
}

// settingsOf compiles a plan for its settings alone. What is wrong with the plan
// itself does not matter: nothing of it is wanted any more.
func (a *app) settingsOf(ctx context.Context, path string) (*compiler.Result, error) {
	res, err := compiler.Compile(ctx, path, compiler.Options{Target: a.target, Now: a.present})
	if err != nil {
		return nil, err
	}
	var wrong []diag.Finding
	for _, f := range res.Findings {
		if f.Severity == diag.Error && (f.Pos.File == res.Settings.File || f.Code == "unreadable") {
			wrong = append(wrong, f)
		}
	}
	if len(wrong) > 0 {
		err := diag.Print(a.err, "text", wrong, res.Sources, diag.PrintOptions{Color: a.colored(a.err)})
		if err == nil && a.output == "json" {
			err = a.printFindings("json", wrong, res.Sources)
		}
		if err != nil {
			return nil, fmt.Errorf("print the findings: %w", err)
		}
		return nil, said(exitReport)
	}
	res.Desired = &resource.State{}
	return res, nil
}
