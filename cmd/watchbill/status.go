package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"
	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/kind"
)

func (a *app) statusCommand() *cobra.Command {
	var contact string
	cmd := &cobra.Command{
		Use:   "status [PATH]",
		Short: "List people, what keeps them from being paged, and their next shift",
		Long: `Read the target and list the people of the plan, and those of its owner that are live:
how each can be paged, what keeps them from it (no channel, no stage that pages one, a
channel that is not activated or not applied yet), and when they are on call next. If the
plan has monitors, the alarms of theirs that are raised are listed below.

! marks who is engaged by a response plan or an escalation plan, or has a shift in the
coming year, and can be neither called nor texted: a mail wakes nobody. Then the exit code
is 2. It is 4 when parts of the target could not be read.

AWS does not say why a channel is not activated: the code may never have been entered, or
the owner of the device may have answered UNSUBSCRIBE since.`,
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.onTargets(cmd.Context(), pathOf(args), false, func(a *app) error {
				return a.status(cmd.Context(), pathOf(args), contact)
			})
		},
	}
	cmd.Flags().StringVar(&contact, "contact", "", "only this person")
	completeWith(cmd, "contact", namesOf(func(n planNames) []string { return n.contacts }, pathOf))
	return formats(knowsTargets(cmd), "text", "json")
}

func (a *app) status(ctx context.Context, path, contact string) error {
	res, err := a.readPlan(ctx, path)
	if err != nil {
		return err
	}
	planned, err := kind.RosterOf(res.Desired)
	if err != nil {
		return fmt.Errorf("deal the turns of the plan: %w", err)
	}
	v, err := a.rosterOf(ctx, res, true)
	if err != nil {
		return err
	}
	v.shiftsOnly()
	people := (&survey{desired: res.Desired, observed: v.state, planned: planned, live: v.roster, now: v.now}).people()
	if contact != "" {
		if people, err = only(people, contact); err != nil {
			return err
		}
	}
	alarms, unread := a.raised(ctx, res, contact)
	if a.output == "json" {
		err = a.printJSON(newStatusJSON(v, path, people, alarms, a.again))
	} else {
		a.print(a.out, func(w io.Writer) {
			writeStatus(w, v.from, people, newPaint(a.colored(a.out)))
			writeRaised(w, alarms, newPaint(a.colored(a.out)))
		})
		a.sayNext(path, people)
	}
	if err != nil {
		return err
	}
	if err := v.finish(a); err != nil {
		return err
	}
	if unread != nil {
		a.sayf("watchbill: which alarms are raised could not be read: %s", sentence(unread))
		return said(exitPartial)
	}
	if slices.ContainsFunc(people, (*person).attention) {
		return said(exitReport)
	}
	return nil
}

// raised are the alarms of the plan's monitors that are in ALARM; a plan without any makes no call.
// With one person in question nobody asks for them.
func (a *app) raised(ctx context.Context, res *compiler.Result, contact string) ([]kind.RaisedAlarm, error) {
	if contact != "" || !kind.WantsAlarms(res.Desired) {
		return nil, nil
	}
	t, err := a.openTarget(ctx, res)
	if err != nil {
		return nil, err
	}
	alarms, err := kind.RaisedAlarms(ctx, t.clients)
	return alarms, closing(t, err)
}

// only is the one person of that name.
func only(people []*person, contact string) ([]*person, error) {
	var names []string
	for _, p := range people {
		if p.contact == contact {
			return []*person{p}, nil
		}
		names = append(names, p.contact)
	}
	if len(names) == 0 {
		return nil, usagef("there are no people, neither in the plan nor on the target")
	}
	return nil, unknownWord("contact", quotable(contact), names)
}

// sayNext names the command that helps first: somebody who is needed, a channel that rings.
func (a *app) sayNext(path string, people []*person) {
	if a.quiet {
		return
	}
	best, worth := "", -1
	for _, p := range people {
		for _, h := range p.hindrances {
			if h.code != notActivated {
				continue
			}
			this := 0
			if p.attention() {
				this += 2
			}
			if slices.ContainsFunc(p.channels, func(c channelStatus) bool { return c.name == h.channel && c.rings() }) {
				this++
			}
			if this > worth {
				best, worth = p.contact+"/"+h.channel, this
			}
		}
	}
	if worth >= 0 {
		a.sayf("next: %s --send, then the same with --code and the code that arrives", a.again(path, "activate", best))
	}
}
