package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/emulator"
)

func (a *app) hostsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "hosts COMMAND",
		Short: "Add, tag, break and mend hosts of the Incident Manager inside watchbill",
		Long: `The Incident Manager inside watchbill has an inventory of things to watch: EC2 instances, and
by --type databases, functions, queues and more. They are found by their tags, as in AWS, and
tell each minute of the account's clock how they are; one that is broken says so, one that
was removed says nothing.

What runs in an AWS account is not watchbill's to break.`,
		Args: a.knownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	broken, mended := true, false
	cmd.AddCommand(a.hostsListCommand(), a.hostsAddCommand(), a.hostsTagCommand(),
		a.hostsTurnCommand("break", "Break hosts: their metrics say so from the next minute on", &broken),
		a.hostsTurnCommand("mend", "Mend hosts", &mended), a.hostsRemoveCommand())
	for _, c := range cmd.Commands() {
		c.DisableFlagsInUseLine = true
	}
	return cmd
}

// hostJSON is a host at the side door and for programs.
type hostJSON struct {
	ID          string            `json:"id"`
	Type        string            `json:"type"`
	Region      string            `json:"region"`
	ARN         string            `json:"arn"`
	Tags        map[string]string `json:"tags"`
	Added       time.Time         `json:"added"`
	Broken      bool              `json:"broken"`
	BrokenSince *time.Time        `json:"broken_since"`
}

// hostOrder changes a host, or makes one. A tag that is nil goes.
type hostOrder struct {
	ID     string             `json:"id"`
	Type   string             `json:"type,omitempty"`
	Region string             `json:"region,omitempty"`
	Tags   map[string]*string `json:"tags,omitempty"`
	Broken *bool              `json:"broken,omitempty"`
}

// hostWish is what the command line says of hosts beside their IDs.
type hostWish struct {
	kind string
	tags []string
}

func (w *hostWish) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&w.kind, "type", "ec2:instance", "what they are, as AWS's tagging calls it: rds:db, lambda:function, sqs:queue, …")
}

func (w *hostWish) registerTags(cmd *cobra.Command, usage string) {
	w.register(cmd)
	cmd.Flags().StringArrayVar(&w.tags, "tag", nil, usage)
}

// orders are the changes for each host of a list like i-0abc,i-0def.
func (w *hostWish) orders(ids, region string, broken *bool) ([]hostOrder, error) {
	tags := map[string]*string{}
	for _, t := range w.tags {
		key, value, ok := strings.Cut(t, "=")
		switch {
		case ok && key != "":
			tags[key] = &value
		case strings.HasSuffix(t, "-") && !ok && len(t) > 1:
			tags[strings.TrimSuffix(t, "-")] = nil
		default:
			return nil, usagef("--tag %s is no tag", quoted(t)).withHint("--tag env=production; --tag env- takes one away")
		}
	}
	var out []hostOrder
	for _, id := range splitIDs(ids) {
		out = append(out, hostOrder{ID: id, Type: w.kind, Region: region, Tags: tags, Broken: broken})
	}
	return out, nil
}

func splitIDs(ids string) []string {
	var out []string
	for _, id := range strings.Split(ids, ",") {
		if id = strings.TrimSpace(id); id != "" && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

func (a *app) hostsListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list [PATH]",
		Short: "List the hosts and how they are",
		Args:  atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.onHosts(cmd.Context(), pathOf(args), func(store *emulator.Attachment, region string) error {
				hosts, err := readHosts(cmd.Context(), store, url.Values{"region": {region}})
				if err != nil {
					return err
				}
				return a.printHosts(hosts)
			})
		},
	}
	return formats(cmd, "text", "json")
}

func (a *app) hostsAddCommand() *cobra.Command {
	var w hostWish
	cmd := &cobra.Command{
		Use:   "add ID[,ID…] [PATH] [--tag KEY=VALUE] [--type TYPE]",
		Short: "Add hosts",
		Args:  hostArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.changeHosts(cmd.Context(), w, args, nil, false, "added")
		},
	}
	w.registerTags(cmd, "a tag, KEY=VALUE; may be repeated")
	return formats(cmd, "text", "json")
}

func (a *app) hostsTagCommand() *cobra.Command {
	var w hostWish
	cmd := &cobra.Command{
		Use:   "tag ID[,ID…] [PATH] --tag KEY=VALUE",
		Short: "Tag hosts, or take tags away",
		Args:  hostArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(w.tags) == 0 {
				return usagef("tag wants a tag").withHint("--tag env=production; --tag env- takes one away")
			}
			return a.changeHosts(cmd.Context(), w, args, nil, true, "tagged")
		},
	}
	w.registerTags(cmd, "a tag, KEY=VALUE, or KEY- to take it away; may be repeated")
	return formats(cmd, "text", "json")
}

func (a *app) hostsTurnCommand(verb, short string, broken *bool) *cobra.Command {
	var w hostWish
	cmd := &cobra.Command{
		Use:   verb + " ID[,ID…] [PATH]",
		Short: short,
		Args:  hostArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.changeHosts(cmd.Context(), w, args, broken, true, map[bool]string{true: "broken", false: "mended"}[*broken])
		},
	}
	w.register(cmd)
	return formats(cmd, "text", "json")
}

func (a *app) hostsRemoveCommand() *cobra.Command {
	var w hostWish
	cmd := &cobra.Command{
		Use:   "remove ID[,ID…] [PATH]",
		Short: "Remove hosts: they say nothing any more",
		Args:  hostArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return a.onHosts(ctx, pathOf(args[1:]), func(store *emulator.Attachment, region string) error {
				hosts, err := known(ctx, store, w, args[0], region)
				if err != nil {
					return err
				}
				for _, h := range hosts {
					q := url.Values{"id": {h.ID}, "type": {h.Type}, "region": {h.Region}}
					if err := door(ctx, store, http.MethodDelete, "hosts?"+q.Encode(), nil, nil); err != nil {
						return err
					}
				}
				return a.printChangedHosts(hosts, "removed")
			})
		},
	}
	w.register(cmd)
	return formats(cmd, "text", "json")
}

// hostArgs accepts IDs and a path.
func hostArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 || len(splitIDs(args[0])) == 0 {
		return usagef("%s wants a host", cmd.Name()).withHint("%s i-0abc", cmd.CommandPath())
	}
	return atMost(2)(cmd, args)
}

// onHosts runs a command on the inventory of a plan folder's account, in the Region of its plan.
func (a *app) onHosts(ctx context.Context, path string, command func(store *emulator.Attachment, region string) error) error {
	store, err := a.openDoors(ctx, "hosts", path)
	if err != nil {
		return err
	}
	region := ""
	if res, err := compiler.Compile(ctx, path, compiler.Options{}); err == nil && res.Plan != nil {
		region = localRegionOf(res)
	}
	return closing(&target{close: store.Close}, command(store, region))
}

func readHosts(ctx context.Context, store *emulator.Attachment, q url.Values) ([]hostJSON, error) {
	var out struct {
		Hosts []hostJSON `json:"hosts"`
	}
	err := door(ctx, store, http.MethodGet, "hosts?"+q.Encode(), nil, &out)
	return out.Hosts, err
}

// known are the hosts of a list of IDs, all of which must be there.
func known(ctx context.Context, store *emulator.Attachment, w hostWish, ids, region string) ([]hostJSON, error) {
	all, err := readHosts(ctx, store, url.Values{"type": {w.kind}, "region": {region}})
	if err != nil {
		return nil, err
	}
	var names []string
	for _, h := range all {
		names = append(names, h.ID)
	}
	var out []hostJSON
	for _, id := range splitIDs(ids) {
		i := slices.Index(names, id)
		if i < 0 && len(names) == 0 {
			return nil, usagef("there is no %s", quotable(w.kind)).withHint("watchbill hosts add %s", quotable(id))
		}
		if i < 0 {
			return nil, unknownWord("host", quotable(id), names)
		}
		out = append(out, all[i])
	}
	return out, nil
}

// changeHosts sends one order for all hosts of the first argument: all or none are changed.
func (a *app) changeHosts(ctx context.Context, w hostWish, args []string, broken *bool, mustBe bool, done string) error {
	return a.onHosts(ctx, pathOf(args[1:]), func(store *emulator.Attachment, region string) error {
		if mustBe {
			if _, err := known(ctx, store, w, args[0], region); err != nil {
				return err
			}
		}
		orders, err := w.orders(args[0], region, broken)
		if err != nil {
			return err
		}
		var out struct {
			Hosts []hostJSON `json:"hosts"`
		}
		if err := door(ctx, store, http.MethodPost, "hosts", map[string]any{"hosts": orders}, &out); err != nil {
			return err
		}
		return a.printChangedHosts(out.Hosts, done)
	})
}

func (a *app) printChangedHosts(hosts []hostJSON, done string) error {
	if a.output == "json" {
		return a.printHosts(hosts)
	}
	for _, h := range hosts {
		fmt.Fprintf(a.out, "%s %s %s%s\n", done, printable(h.Type), printable(h.ID), tagWords(h.Tags))
	}
	return nil
}

func tagWords(tags map[string]string) string {
	var words []string
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		words = append(words, k+"="+tags[k])
	}
	if len(words) == 0 {
		return ""
	}
	return " (" + quotable(strings.Join(words, ", ")) + ")"
}

func (a *app) printHosts(hosts []hostJSON) error {
	if a.output == "json" {
		return a.printJSON(struct {
			SchemaVersion int        `json:"schema_version"`
			Hosts         []hostJSON `json:"hosts"`
		}{1, append([]hostJSON{}, hosts...)})
	}
	a.print(a.out, func(w io.Writer) {
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, h := range hosts {
			state := "ok"
			if h.Broken {
				state = "BROKEN"
				if h.BrokenSince != nil {
					state += " since " + clockTime(*h.BrokenSince)
				}
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", printable(h.ID), printable(h.Type), strings.Trim(tagWords(h.Tags), " ()"), state)
		}
		t.Flush()
		if len(hosts) == 0 {
			fmt.Fprintln(w, "There are no hosts.")
		}
	})
	return nil
}
