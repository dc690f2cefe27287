package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"github.com/spf13/cobra"
)

// messageKinds are what devices and topics get.
var messageKinds = []string{"activation", "page", "notification"}

func (a *app) messagesCommand() *cobra.Command {
	var contact, only string
	var limit int
	cmd := &cobra.Command{
		Use:   "messages [PATH] [--contact NAME] [--kind page]",
		Short: "Show what devices would have got from the Incident Manager inside watchbill",
		Long: `The Incident Manager inside watchbill calls, texts and mails nobody. What the devices would have
got is listed here, oldest first: to whom, how, and the code to activate a channel or to
acknowledge a page with. Addresses are not shown.`,
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if only != "" && !slices.Contains(messageKinds, only) {
				return unknownWord("kind of message", quotable(only), messageKinds)
			}
			if limit < 1 {
				return usagef("--limit %d lists nothing", limit)
			}
			q := url.Values{"contact": {contact}, "kind": {only}, "limit": {strconv.Itoa(limit)}}
			return a.messages(cmd.Context(), pathOf(args), q)
		},
	}
	cmd.Flags().StringVar(&contact, "contact", "", "only to this person")
	cmd.Flags().StringVar(&only, "kind", "", "only activation, page or notification")
	cmd.Flags().IntVar(&limit, "limit", 100, "only the newest so many")
	completeWith(cmd, "contact", namesOf(func(n planNames) []string { return n.contacts }, pathOf))
	completeWith(cmd, "kind", func(*cobra.Command, []string) []string { return messageKinds })
	return formats(cmd, "text", "json")
}

func (a *app) messages(ctx context.Context, path string, q url.Values) error {
	store, err := a.openDoors(ctx, "messages", path)
	if err != nil {
		return err
	}
	messages, _, err := askOutbox(ctx, store, q)
	if closed := store.Close(); closed != nil {
		err = errors.Join(err, fmt.Errorf("close the local Incident Manager: %w", closed))
	}
	if err != nil {
		return err
	}
	if a.output == "json" {
		return a.printJSON(struct {
			SchemaVersion int        `json:"schema_version"`
			Messages      []sentJSON `json:"messages"`
		}{1, messagesJSON(messages)})
	}
	for _, m := range messages {
		fmt.Fprintln(a.out, m.line())
	}
	if len(messages) == 0 && !a.quiet {
		a.sayf("Nothing was sent.")
	}
	return nil
}

func messagesJSON(messages []sent) []sentJSON {
	out := []sentJSON{}
	for _, m := range messages {
		out = append(out, m.json())
	}
	return out
}
