package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/mask"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
)

// activation is what the command line asks of activate. Code is as it was typed, "" without
// --code.
type activation struct {
	send bool
	code mask.String
}

func (a *app) activateCommand() *cobra.Command {
	var send bool
	var code string
	cmd := &cobra.Command{
		Use:   "activate CONTACT/CHANNEL [PATH] (--send | --code CODE)",
		Short: "Have a channel's activation code sent, and enter it",
		Long: `AWS pages a channel only once the code it sent to the device has been entered. That is
for the owner of the device to do, so apply never does it:

  watchbill activate aiko/text --send
  watchbill activate aiko/text --code 123456

--code - reads the code from standard input, so that it does not stand in the list of
processes. "watchbill status" lists the channels that wait. The Incident Manager inside
watchbill delivers nothing: there "watchbill messages" shows the code.

Whoever answered UNSUBSCRIBE to a text message first answers START, then enters a new code.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("activate wants a channel").withHint("for example watchbill activate aiko/text --send; watchbill status lists the channels that wait")
			}
			return atMost(2)(cmd, args)
		},
		ValidArgsFunction: channelsOf,
		RunE: func(cmd *cobra.Command, args []string) error {
			if send == cmd.Flags().Changed("code") {
				return usagef("activate wants one of --send and --code").withHint("--send has a code sent to the device, --code CODE enters it")
			}
			return a.activate(cmd.Context(), args[0], pathOf(args[1:]), activation{send, mask.New(code)})
		},
	}
	cmd.Flags().BoolVar(&send, "send", false, "have a new code sent to the device; older codes are void then")
	cmd.Flags().StringVar(&code, "code", "", "enter the code, six to ten digits; - reads it from standard input")
	return formats(cmd, "text", "json")
}

// channelsOf are the channels of the plan in the current folder, or in the one named
// behind, for the shell to complete.
func channelsOf(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	res, err := compiler.Compile(cmd.Context(), ".", compiler.Options{})
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []string
	for _, c := range res.Plan.Contacts {
		for _, ch := range c.Channels {
			names = append(names, c.Name.V+"/"+ch.Name.V)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

func (a *app) activate(ctx context.Context, name, path string, do activation) error {
	contact, channel, ok := strings.Cut(strings.TrimPrefix(name, "channel/"), "/")
	if !ok || contact == "" || channel == "" {
		return usagef("%s is not a channel", quoted(name)).withHint("write it as CONTACT/CHANNEL, for example aiko/text")
	}
	if !do.send {
		var err error
		if do.code, err = a.readCode(ctx, do.code, contact+"/"+channel); err != nil {
			return err
		}
	}
	res, err := a.readPlan(ctx, path)
	if err != nil {
		return err
	}
	if err := knownChannel(res.Plan, contact, channel); err != nil {
		return err
	}
	t, err := a.openTarget(ctx, res)
	if err != nil {
		return err
	}
	return closing(t, a.activateOn(ctx, t, res, resource.Addr{Kind: "channel", Name: contact + "/" + channel}, path, do))
}

// activateOn does it on an open target.
func (a *app) activateOn(ctx context.Context, t *target, res *compiler.Result, addr resource.Addr, path string, do activation) error {
	env := kind.NewEnv(t.clients, res.Settings.Owner.V, res.Desired)
	env.Project = res.Settings.Project.V
	contact, _, _ := strings.Cut(addr.Name, "/")
	observed, err := kind.ObserveChannels(ctx, env, contact)
	if err != nil {
		return err
	}
	live, err := a.liveChannel(t, res, observed, addr, path)
	switch {
	case err != nil:
		return err
	case live.Status == kind.Activated:
		return a.printActivation(t, live, path, "already-activated")
	case do.send:
		if err := kind.SendCode(ctx, env, live); err != nil {
			return err
		}
		return a.printActivation(t, live, path, "sent")
	}
	err = kind.EnterCode(ctx, env, live, do.code)
	var wrong *kind.WrongCodeError
	if errors.As(err, &wrong) {
		return troublef("%s stays inactive: the code is not accepted (%s)", addr.Name, wrong.Said).
			withHint("only the newest code counts, once, and not for long; have another one sent with: %s",
				a.again(path, "activate", addr.Name)+" --send")
	}
	if err != nil {
		return err
	}
	return a.printActivation(t, live, path, "activated")
}

// liveChannel is the live channel at addr, ready to be activated or activated.
func (a *app) liveChannel(t *target, res *compiler.Result, observed *resource.State, addr resource.Addr, path string) (*resource.Object, error) {
	name, _, _ := strings.Cut(addr.Name, "/")
	apply := "apply the plan first: " + a.again(path, "apply")
	owners := observed.Get(resource.Addr{Kind: "contact", Name: name})
	if len(owners) == 0 {
		return nil, troublef("contact/%s is not on %s yet", name, t.name).withHint("%s", apply)
	}
	if owner := owners[0]; owner.Owner != resource.Ours {
		whose, hint := "carries no ownership mark", "activate it by hand, or take the contact over first: watchbill adopt"
		if owner.Owner == resource.Foreign {
			whose, hint = "belongs to owner "+quoted(owner.OwnedBy), "activate the channel where the contact is managed"
		}
		return nil, (&problem{exit: exitRefused, err: fmt.Errorf("contact/%s on %s %s, so watchbill does not touch its channels", name, t.name, whose)}).
			withHint("%s", hint)
	}
	live := observed.Get(addr)
	if len(live) == 0 {
		return nil, troublef("%s is not on %s yet", addr, t.name).withHint("%s", apply)
	}
	want := res.Desired.Get(addr)[0]
	nearest := resource.Nearest(want, live)
	if w, have := want.Spec.(kind.Channel), nearest.Spec.(kind.Channel); w.Type != have.Type || !w.Address.IsZero() && w.Address != have.Address {
		a.sayf("watchbill: warning: the plan has another address for %s, which needs a code of its own once it is applied", addr.Name)
	}
	return nearest, nil
}

// knownChannel refuses what the plan does not have, with what may be meant.
func knownChannel(p *ast.Plan, contact, channel string) error {
	var contacts, channels []string
	for _, c := range p.Contacts {
		contacts = append(contacts, c.Name.V)
		if c.Name.V != contact {
			continue
		}
		for _, ch := range c.Channels {
			if ch.Name.V == channel {
				return nil
			}
			channels = append(channels, ch.Name.V)
		}
		return unknownWord("channel of "+contact, quotable(channel), channels)
	}
	if len(contacts) == 0 {
		return usagef("the plan has no contact")
	}
	return unknownWord("contact", quotable(contact), contacts)
}

var codeDigits = regexp.MustCompile(`^[0-9]{6,10}$`)

// readCode is the code of the command line, or of standard input for -. What is typed
// wrongly is not repeated: it is nearly a code.
func (a *app) readCode(ctx context.Context, typed mask.String, channel string) (mask.String, error) {
	text := typed.Reveal()
	if text == "-" {
		if a.interactive() {
			fmt.Fprintf(a.err, "Code for %s: ", quoted(channel))
		}
		line := make(chan string, 1)
		go func() {
			text, _ := bufio.NewReader(io.LimitReader(a.in, 1<<10)).ReadString('\n')
			line <- text
		}()
		select {
		case <-ctx.Done():
			return mask.String{}, context.Canceled
		case text = <-line:
		}
	}
	text = strings.Join(strings.Fields(text), "") // messages part the digits now and then
	if !codeDigits.MatchString(text) {
		return mask.String{}, usagef("that is no activation code").withHint("a code is six to ten digits, as they stand in the newest message")
	}
	return mask.New(text), nil
}

// printActivation prints what became of a channel.
func (a *app) printActivation(t *target, live *resource.Object, path, result string) error {
	spec := live.Spec.(kind.Channel)
	if a.output == "json" {
		return a.printJSON(struct {
			SchemaVersion int    `json:"schema_version"`
			Target        string `json:"target"`
			Channel       string `json:"channel"`
			Type          string `json:"type"`
			Address       string `json:"address"`
			Result        string `json:"result"` // sent, activated or already-activated
		}{1, t.name, live.Addr.Name, strings.ToLower(spec.Type), spec.Address.String(), result})
	}
	switch result {
	case "sent":
		fmt.Fprintf(a.out, "Sent a code to %s (%s %s).\n", live.Addr.Name, spokenType(spec.Type), spec.Address)
		if a.quiet {
			return nil
		}
		a.sayf("next: %s --code CODE", a.again(path, "activate", live.Addr.Name))
		if t.name == compiler.LocalTarget {
			a.sayf("The Incident Manager inside watchbill delivers nothing: the code is shown by \"%s\".", a.again(path, "messages"))
		}
	case "activated":
		fmt.Fprintf(a.out, "%s is activated: it is paged from now on.\n", live.Addr.Name)
	default:
		fmt.Fprintf(a.out, "%s is activated already.\n", live.Addr.Name)
	}
	return nil
}

// again is a command line of this program for the same plan and target.
func (a *app) again(path string, words ...string) string {
	line := append([]string{"watchbill"}, words...)
	if path != "." {
		line = append(line, path)
	}
	if a.targetName() != compiler.LocalTarget && words[0] != "serve" {
		line = append(line, "--target", a.targetName())
	}
	return strings.Join(line, " ")
}

// spokenType is a channel's type in prose.
func spokenType(channelType string) string {
	return map[string]string{"EMAIL": "mail", "SMS": "text", "VOICE": "call"}[channelType]
}

// quoted is a word of the command line or of somebody else's tag as it may be repeated.
func quoted(word string) string { return fmt.Sprintf("%q", quotable(word)) }

func quotable(word string) string { return mask.Scrub(printable(word)) }
