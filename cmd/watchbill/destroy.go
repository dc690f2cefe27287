package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/watchbill/watchbill/agent"
	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/internal/resource"
)

func (a *app) destroyCommand() *cobra.Command {
	var yes bool
	var allowDeletes int
	var account string
	cmd := &cobra.Command{
		Use:   "destroy [PATH] --target NAME",
		Short: "Delete everything this plan's owner has on a target",
		Long: `Show and, after a question, delete every resource that carries the owner of the plan's
watchbill.yaml. The target must be named, local as well.

The replication set stays, unless --replication-set names the account: with the set AWS
deletes everything of the account, what others made included, and all incidents.
Protected resources are refused. With --yes nobody has read how much goes: the guards of
watchbill.yaml count, and --allow-deletes lifts them.`,
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.destroy(cmd.Context(), pathOf(args), guards{prune: "owned", allowEmpty: true, allowDeletes: allowDeletes}, yes, account)
		},
	}
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	cmd.Flags().IntVar(&allowDeletes, "allow-deletes", 0, "with --yes: accept up to so many deletions, whatever share they are")
	cmd.Flags().StringVar(&account, "replication-set", "", "delete the replication set, and so everything, of this account (its 12 digits)")
	return formats(cmd, "text", "json")
}

func (a *app) destroy(ctx context.Context, path string, g guards, yes bool, account string) error {
	if err := g.check(); err != nil {
		return err
	}
	if account != "" && !isAccount(account) {
		return usagef("--replication-set %q is no account", account).withHint("type the twelve digits of the account that loses everything")
	}
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
	t, err := a.openTarget(ctx, res)
	if err != nil {
		return err
	}
	owner := res.Settings.Owner.V
	pass := a.pass(t, res, g)
	if !yes {
		pass.Limits = nil // who answers the question has read the list
	}
	pass.DropSet = account
	return closing(t, a.planAndApply(ctx, t, pass, review{
		silent: yes, question: fmt.Sprintf("Delete all of this from %s, owner %s?", t.name, owner),
		reason: "its owner is " + owner,
	}))
}

// isAccount reports whether text is an account's number.
func isAccount(text string) bool {
	return len(text) == 12 && strings.Trim(text, "0123456789") == ""
}

// sayLosses says what goes with a replication set that is not ours to list as a change.
func (a *app) sayLosses(o *agent.Outcome) {
	if len(o.Live) == 0 || o.Refused() {
		return
	}
	if !hasSet(o.ChangeSet) {
		a.sayf("The replication set of account %s is not ours, so it stays; watchbill adopt takes it over.", o.Account)
		return
	}
	listed := map[resource.Addr]bool{}
	for _, c := range o.ChangeSet.Changes {
		listed[c.Addr] = true
	}
	var others []string
	for _, addr := range o.Live {
		if !listed[addr] {
			others = append(others, addr.String())
		}
	}
	a.sayf("With its replication set AWS deletes everything of account %s, and every incident with its timeline. It cannot be undone,", o.Account)
	a.sayf("and an account that is closed to new customers cannot make another set.")
	if len(others) > 0 {
		a.sayf("What is not ours goes as well: %s", strings.Join(others, ", "))
	}
}

func hasSet(cs *resource.ChangeSet) bool {
	return slices.ContainsFunc(cs.Changes, func(c *resource.Change) bool {
		return c.Addr.Kind == "replication_set" && c.Action == resource.Delete
	})
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
