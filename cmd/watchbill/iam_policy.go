package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/kind"
)

// Sizes of policies that AWS takes, in characters without white space
// [IAM and STS quotas].
const (
	managedPolicySize = 6144
	inlinePolicySize  = 10240 // of all inline policies of a role
)

// policyWish is what the command line asks of iam-policy.
type policyWish struct {
	command string
	compact bool
	dropSet bool
}

func (a *app) iamPolicyCommand() *cobra.Command {
	var w policyWish
	cmd := &cobra.Command{
		Use:   "iam-policy [PATH] --for COMMAND --target NAME",
		Short: "Print the least IAM policy that a command needs on a target",
		Long: `Print the IAM policy that lets a command do its work on a target with this plan, and
nothing else: the actions it calls, on the resources the plan names. What left the plan
is told by its ownership mark. Nothing is asked of AWS, and no credentials are needed.

  read      status, oncall, simulate and test with --live
  plan      plan: reads, and the addresses that the plan refers to
  apply     apply
  agent     agent, which does what apply does
  activate  activate
  respond   incident
  destroy   destroy; with --replication-set the set as well

The policy is for the plan as it is now: a new name needs a new policy. With --compact no
name stands in it, and it serves every plan of this owner and project.`,
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.iamPolicy(cmd.Context(), pathOf(args), w)
		},
	}
	cmd.Flags().StringVar(&w.command, "for", "", "the command: "+strings.Join(kind.PolicyCommands, ", "))
	cmd.Flags().BoolVar(&w.compact, "compact", false, "no names: allow what carries the ownership mark")
	cmd.Flags().BoolVar(&w.dropSet, "replication-set", false, "with --for destroy: also the rights to delete the replication set")
	completeWith(cmd, "for", func(*cobra.Command, []string) []string { return kind.PolicyCommands })
	return formats(cmd, "text", "json")
}

func (a *app) iamPolicy(ctx context.Context, path string, w policyWish) error {
	switch {
	case w.command == "":
		return usagef("iam-policy wants the command it is for").withHint("--for %s", strings.Join(kind.PolicyCommands, "|"))
	case !slices.Contains(kind.PolicyCommands, w.command):
		return unknownWord("policy for", quotable(w.command), kind.PolicyCommands)
	case w.dropSet && w.command != "destroy":
		return usagef("--replication-set goes with --for destroy only")
	}
	res, err := a.readPlan(ctx, path)
	if err != nil {
		return err
	}
	account, err := accountOf(res)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err = enc.Encode(kind.LeastPolicy(kind.PolicyFor{
		Account: account, Command: w.command, Desired: res.Desired, References: referencesOf(res),
		Prune: res.Settings.Prune == "owned", DropSet: w.dropSet, Compact: w.compact,
	}))
	if err != nil {
		return fmt.Errorf("write the policy: %w", err)
	}
	a.saySize(text.Bytes(), w)
	_, err = a.out.Write(text.Bytes())
	return err
}

// saySize warns of a policy that is larger than AWS takes.
func (a *app) saySize(policy []byte, w policyWish) {
	size := len(bytes.Join(bytes.Fields(policy), nil))
	if size <= managedPolicySize || a.quiet {
		return
	}
	a.sayf("watchbill: warning: the policy has %d characters; AWS takes %d in a managed policy and %d inline in a role", size, managedPolicySize, inlinePolicySize)
	if !w.compact {
		a.sayf("  hint: --compact names no resource and tells them by the ownership mark")
	}
}

// accountOf is the account of a plan's target, as far as a policy must know it.
func accountOf(res *compiler.Result) (kind.Account, error) {
	to := res.Settings.Target
	out := kind.Account{Number: to.Account, Region: to.Region, Partition: "aws", Owner: res.Settings.Owner.V, Project: res.Settings.Project.V}
	if to.Name == compiler.LocalTarget {
		out.Region = localRegionOf(res)
	}
	for prefix, partition := range map[string]string{"cn-": "aws-cn", "us-gov-": "aws-us-gov"} {
		if strings.HasPrefix(out.Region, prefix) {
			out.Partition = partition
		}
	}
	switch {
	case out.Number == "" && to.Name == compiler.LocalTarget:
		return out, usagef("the local target needs no policy").withHint("name another one: --target NAME")
	case out.Number == "":
		return out, usagef("target %s has no account, and a policy names one", to.Name).withHint("write it in watchbill.yaml: account: \"111122223333\"")
	case out.Region == "":
		return out, usagef("target %s has no region, and a policy names one", to.Name).withHint("write it in watchbill.yaml: region: eu-west-1")
	}
	return out, nil
}

// referencesOf are the addresses that the plan's target keeps.
func referencesOf(res *compiler.Result) []kind.Reference {
	var out []kind.Reference
	for _, c := range res.Plan.Contacts {
		for _, ch := range c.Channels {
			if from := ch.Address.From; from == kind.FromParameter || from == kind.FromSecret {
				out = append(out, kind.Reference{From: from, Ref: ch.Address.Ref})
			}
		}
	}
	return out
}
