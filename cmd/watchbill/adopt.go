package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/watchbill/watchbill/agent"
	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
)

func (a *app) adoptCommand() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "adopt [PATH] ADDRESS...",
		Short: "Take over what is there already",
		Long: `Write this plan's ownership mark on live resources that were made by hand or by another
owner, each named by its address (contact/aiko) and written in the plan. What apply would
change about them afterwards is shown first; adopt itself changes nothing but the mark.

Channels and other parts come with what they belong to.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.adopt(cmd.Context(), args, yes)
		},
	}
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	return formats(cmd, "text", "json")
}

func (a *app) adopt(ctx context.Context, args []string, yes bool) error {
	path, addrs, err := pathAndAddresses(args)
	if err != nil {
		return err
	}
	res, err := a.compile(ctx, path, guards{})
	if err != nil {
		return err
	}
	wanted := map[resource.Addr]bool{}
	for _, addr := range addrs {
		if !res.Desired.Has(addr) && !kind.OfFleet(addr, res.Desired) {
			return usagef("%s is not in the plan", addr).withHint("write it into the plan first; then adopt takes the live one over as it is")
		}
		wanted[addr] = true
	}
	silent := yes || a.targetName() == compiler.LocalTarget
	if err := a.canAsk(silent, "adopt"); err != nil {
		return err
	}
	t, err := a.openTarget(ctx, res)
	if err != nil {
		return err
	}
	pass := a.pass(t, res, guards{})
	pass.Adopt = wanted
	return closing(t, a.takeOver(ctx, t, pass, addrs, silent))
}

// pathAndAddresses tells addresses from the path of a plan: an address begins with
// a kind.
func pathAndAddresses(args []string) (path string, addrs []resource.Addr, err error) {
	var paths []string
	for _, arg := range args {
		addr, err := resource.ParseAddr(arg)
		if err != nil || kind.Find(addr.Kind) == nil {
			paths = append(paths, arg)
			continue
		}
		if why := kind.Adoptable(addr); why != "" {
			return "", nil, usagef("%s cannot be adopted: %s", addr, why)
		}
		if !slices.Contains(addrs, addr) {
			addrs = append(addrs, addr)
		}
	}
	switch {
	case len(paths) > 1:
		return "", nil, usagef("adopt knows one plan and addresses, and %q is no address", paths[1]).
			withHint("an address is KIND/NAME, such as contact/aiko")
	case len(addrs) == 0:
		return "", nil, usagef("adopt wants the addresses of what is to be taken over").withHint("watchbill adopt contact/aiko")
	}
	slices.SortFunc(addrs, resource.Addr.Compare)
	return pathOf(paths), addrs, nil
}

// takeOver shows what is to become ours and what apply would change about it, asks,
// and writes the mark.
func (a *app) takeOver(ctx context.Context, t *target, p *agent.Pass, addrs []resource.Addr, silent bool) error {
	out, err := p.Plan(ctx)
	if err != nil {
		return err
	}
	if err := missing(t.name, out, addrs); err != nil {
		return err
	}
	if err := useless(out.ChangeSet, addrs); err != nil {
		return err
	}
	later := below(out.ChangeSet, addrs)
	if a.output == "text" {
		a.printAdoption(out.Adopted, later)
	}
	if len(out.Adopted) > 0 && !silent {
		if err := a.ask(ctx, fmt.Sprintf("Take over %s on %s?", count(len(out.Adopted), "resource"), t.name)); err != nil {
			return err
		}
	}
	done, err := p.TakeOver(ctx, out)
	if a.output == "json" {
		if err := a.printJSON(newAdoptionJSON(t.name, done, later)); err != nil {
			return err
		}
	} else if len(done) > 0 {
		fmt.Fprintf(a.out, "Adopted on %s: %s.\n", t.name, adoptedNames(done))
	}
	return err
}

// missing says which of the addresses cannot be adopted because nothing is known to be
// there.
func missing(target string, out *agent.Outcome, addrs []resource.Addr) error {
	for _, addr := range addrs {
		if err := out.Observed.Unknown(addr); err != nil {
			return &problem{exit: exitPartial, err: fmt.Errorf("%s could not be read: %s", addr, sentence(err))}
		}
		if !out.Observed.Has(addr) {
			return (&problem{exit: exitReport, err: fmt.Errorf("%s is not there on %s, so there is nothing to adopt", addr, target)}).
				withHint("watchbill apply creates it")
		}
	}
	return nil
}

// useless says which of the addresses would be ours and could never be what the plan says.
func useless(cs *resource.ChangeSet, addrs []resource.Addr) error {
	for _, r := range cs.Refusals {
		if slices.Contains(addrs, r.Addr) && r.Guard == r.Addr.Kind {
			return refusedf("cannot be adopted: %s", r.Why).withHint("%s", r.Lift)
		}
	}
	return nil
}

// below are the changes of the addresses and of what belongs to them.
func below(cs *resource.ChangeSet, addrs []resource.Addr) *resource.ChangeSet {
	out := &resource.ChangeSet{}
	for _, c := range cs.Changes {
		o := c.After
		if o == nil {
			o = c.Before
		}
		if slices.Contains(addrs, c.Addr) || slices.Contains(addrs, o.Parent) {
			out.Changes = append(out.Changes, c)
		}
	}
	return out
}

func (a *app) printAdoption(adopted []kind.Adoption, later *resource.ChangeSet) {
	p := newPaint(a.colored(a.out))
	if len(adopted) == 0 {
		fmt.Fprintln(a.out, "Nothing to adopt: it is ours already.")
		return
	}
	for _, ad := range adopted {
		fmt.Fprintln(a.out, p.bold.Sprint(ad.Addr.String())+" "+whose(ad))
	}
	if later.Empty() {
		fmt.Fprintln(a.out, "\nThey are as the plan says; apply would change nothing about them.")
		return
	}
	fmt.Fprintln(a.out, "\nOnce they are ours, apply makes them as the plan says:")
	for _, c := range later.Changes {
		for _, l := range changeLines(c) {
			fmt.Fprintln(a.out, p.line(l))
		}
	}
	fmt.Fprintln(a.out)
}

// whose says who owned a resource, in words after its address.
func whose(ad kind.Adoption) string {
	if ad.Owner == resource.Foreign {
		return "belongs to owner " + ad.OwnedBy
	}
	return "carries no ownership mark"
}

func adoptedNames(done []kind.Adoption) string {
	var names []string
	for _, ad := range done {
		names = append(names, ad.Addr.String())
	}
	return strings.Join(names, ", ")
}

// adoptionJSON is what adopt did, and what apply would do next.
type adoptionJSON struct {
	SchemaVersion int           `json:"schema_version"`
	Target        string        `json:"target"`
	Adopted       []adoptedJSON `json:"adopted"`
	Changes       []changeJSON  `json:"changes"`
}

// adoptedJSON is one resource; Owner is whose it was, null for nobody's.
type adoptedJSON struct {
	Address string  `json:"address"`
	Owner   *string `json:"owner"`
}

func newAdoptionJSON(target string, done []kind.Adoption, later *resource.ChangeSet) adoptionJSON {
	out := adoptionJSON{SchemaVersion: 1, Target: target, Adopted: []adoptedJSON{}, Changes: newChangesJSON(target, later, nil).Changes}
	for _, ad := range done {
		one := adoptedJSON{Address: ad.Addr.String()}
		if ad.Owner == resource.Foreign {
			one.Owner = &ad.OwnedBy
		}
		out.Adopted = append(out.Adopted, one)
	}
	return out
}
