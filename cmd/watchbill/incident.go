package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/watchbill/watchbill/internal/mask"
	"github.com/watchbill/watchbill/kind"
)

func (a *app) incidentCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "incident COMMAND",
		Short: "List, read, answer, end and start incidents",
		Long: `Work with the incidents of a target, the Incident Manager inside watchbill as well as AWS. An
incident is called by its ID, by what the ID begins with, by its ARN, or latest.`,
		Args: a.knownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.incidentListCommand(), a.incidentShowCommand(), a.incidentAcknowledgeCommand(), a.incidentResolveCommand(), a.incidentStartCommand())
	for _, c := range cmd.Commands() {
		c.DisableFlagsInUseLine = true
	}
	return cmd
}

func (a *app) incidentListCommand() *cobra.Command {
	var open bool
	var limit int
	cmd := &cobra.Command{
		Use:   "list [PATH] [--open]",
		Short: "List incidents, the newest first",
		Args:  atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if limit < 1 {
				return usagef("--limit %d lists nothing", limit)
			}
			return a.onIncidents(cmd.Context(), pathOf(args), func(t *target) error {
				all, err := kind.ListIncidents(cmd.Context(), t.clients, open, limit)
				if err != nil {
					return err
				}
				return a.printIncidents(t.name, all)
			})
		},
	}
	cmd.Flags().BoolVar(&open, "open", false, "only those that are open")
	cmd.Flags().IntVar(&limit, "limit", 50, "at most so many")
	return formats(cmd, "text", "json", "markdown")
}

func (a *app) incidentShowCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show INCIDENT [PATH]",
		Short: "Tell an incident: who was paged when, what the runbook did, the timeline",
		Long: `Tell the story of an incident: who was paged when and who acknowledged, what became of its
runbooks, and the timeline in order. Addresses are not shown. As Markdown it is the
beginning of a post-mortem.`,
		Args: incidentArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.onIncident(cmd.Context(), args, false, func(t *target, i kind.Incident) error {
				s, err := kind.ReadIncident(cmd.Context(), t.clients, i, a.parallel)
				if err != nil {
					return err
				}
				return a.printStory(t.name, s)
			})
		},
	}
	return formats(cmd, "text", "json", "markdown")
}

func (a *app) incidentAcknowledgeCommand() *cobra.Command {
	var contact, code string
	cmd := &cobra.Command{
		Use:   "acknowledge INCIDENT [PATH] --contact NAME --code CODE",
		Short: "Answer the page that somebody got, with its code",
		Long: `Acknowledge an incident for a person who was paged, with the code that stands in the message. Their
own further pages stop, and the escalation plan goes no further if they count there.

--code - reads the code from standard input. The Incident Manager inside watchbill delivers
nothing: there "watchbill messages" shows the codes.`,
		Args: incidentArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if contact == "" || code == "" {
				return usagef("acknowledge wants the person and the code of the page").withHint("--contact aiko --code 123456")
			}
			typed, err := a.readCode(cmd.Context(), mask.New(code), contact)
			if err != nil {
				return err
			}
			return a.onIncident(cmd.Context(), args, true, func(t *target, i kind.Incident) error {
				return a.acknowledge(cmd.Context(), t, i, contact, typed)
			})
		},
	}
	cmd.Flags().StringVar(&contact, "contact", "", "who answers")
	cmd.Flags().StringVar(&code, "code", "", "the code of the message, six to ten digits; - reads it from standard input")
	completeWith(cmd, "contact", namesOf(func(n planNames) []string { return n.contacts }, func(args []string) string { return pathOf(args[min(1, len(args)):]) }))
	return formats(cmd, "text", "json")
}

func (a *app) acknowledge(ctx context.Context, t *target, i kind.Incident, contact string, code mask.String) error {
	done, err := kind.Acknowledge(ctx, t.clients, i, contact, code)
	var none *kind.NotPagedError
	var wrong *kind.WrongCodeError
	switch {
	case errors.As(err, &none):
		p := troublef("%s has no page of incident %s to answer", quoted(contact), shortID(i))
		if len(none.Paged) == 0 {
			return p.withHint("nobody was paged yet")
		}
		return p.withHint("paged were %s", quotable(list(none.Paged)))
	case errors.As(err, &wrong):
		return troublef("the page of %s is not acknowledged: the code is not accepted (%s)", quotable(contact), wrong.Said).
			withHint("the code stands in the message about this incident, and is another one for each person")
	case err != nil:
		return err
	}
	if a.output == "json" {
		return a.printAnswer(t.name, i, map[bool]string{true: "acknowledged", false: "already-acknowledged"}[done])
	}
	if !done {
		fmt.Fprintf(a.out, "%s has acknowledged %s already.\n", contact, title(i))
		return nil
	}
	fmt.Fprintf(a.out, "%s acknowledges %s.\n", contact, title(i))
	return nil
}

func (a *app) incidentResolveCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "resolve INCIDENT [PATH]",
		Short: "End an incident: nobody is paged for it any more",
		Args:  incidentArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.onIncident(cmd.Context(), args, true, func(t *target, i kind.Incident) error {
				now, changed, err := kind.ResolveIncident(cmd.Context(), t.clients, i)
				if err != nil {
					return err
				}
				if a.output == "json" {
					return a.printAnswer(t.name, now, map[bool]string{true: "resolved", false: "already-resolved"}[changed])
				}
				if !changed {
					fmt.Fprintf(a.out, "%s is resolved already.\n", title(now))
					return nil
				}
				fmt.Fprintf(a.out, "%s is resolved, %s after it opened.\n", title(now), since(now.Resolved.Sub(now.Created)))
				return nil
			})
		},
	}
	return formats(cmd, "text", "json")
}

func (a *app) incidentStartCommand() *cobra.Command {
	var text string
	var impact int
	cmd := &cobra.Command{
		Use:   "start RESPONSE_PLAN [PATH]",
		Short: "Start an incident by hand",
		Long: `Start an incident of a response plan, as somebody does who sees trouble before any alarm. People
are paged for it. An open incident of the same dedupe string takes it instead: then nobody
new is paged.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("start wants the response plan").withHint("watchbill incident start ec2-down")
			}
			return atMost(2)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if impact < 0 || impact > 5 {
				return usagef("--impact %d is none", impact).withHint("1, the worst, to 5")
			}
			return a.onIncidents(cmd.Context(), pathOf(args[1:]), func(t *target) error {
				i, err := kind.StartIncident(cmd.Context(), t.clients, args[0], text, impact)
				if err != nil {
					return err
				}
				if a.output == "json" {
					return a.printAnswer(t.name, i, "open")
				}
				fmt.Fprintf(a.out, "%s is open since %s, ID %s.\n", title(i), clockTime(i.Created), i.ID)
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&text, "title", "", "another title than the plan's")
	cmd.Flags().IntVar(&impact, "impact", 0, "another impact level than the plan's, 1 to 5")
	return formats(cmd, "text", "json")
}

// incidentArgs accepts an incident and a path.
func incidentArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usagef("%s wants an incident", cmd.Name()).withHint("%s latest; watchbill incident list lists them", cmd.CommandPath())
	}
	return atMost(2)(cmd, args)
}

// onIncidents runs a command on the target of a plan, which need not compile: somebody may be
// in a hurry.
func (a *app) onIncidents(ctx context.Context, path string, command func(*target) error) error {
	res, err := a.settingsOf(ctx, path)
	if err != nil {
		return err
	}
	t, err := a.openTarget(ctx, res)
	if err != nil {
		return err
	}
	return closing(t, command(t))
}

// onIncident runs a command on the incident of the first argument.
func (a *app) onIncident(ctx context.Context, args []string, onlyOpen bool, command func(*target, kind.Incident) error) error {
	return a.onIncidents(ctx, pathOf(args[1:]), func(t *target) error {
		i, err := kind.FindIncident(ctx, t.clients, args[0], onlyOpen)
		var none *kind.NoIncidentError
		switch {
		case !errors.As(err, &none):
		case len(none.Several) > 0:
			return usagef("%w", none).withHint("write more of one of %s", strings.Join(none.Several, ", "))
		case none.Name == kind.Latest && onlyOpen:
			return troublef("no incident on %s is open", t.name).withHint("watchbill incident list shows the others")
		case none.Name == kind.Latest:
			return troublef("there is no incident on %s", t.name)
		default:
			return troublef("%w", none).withHint("watchbill incident list shows them; latest means the newest")
		}
		if err != nil {
			return err
		}
		return command(t, i)
	})
}

func (a *app) printIncidents(target string, all []kind.Incident) error {
	switch a.output {
	case "json":
		out := []incidentJSON{}
		for _, i := range all {
			out = append(out, newIncidentJSON(i))
		}
		return a.printJSON(struct {
			SchemaVersion int            `json:"schema_version"`
			Target        string         `json:"target"`
			Incidents     []incidentJSON `json:"incidents"`
		}{1, target, out})
	case "markdown":
		a.print(a.out, func(w io.Writer) { writeIncidentsMarkdown(w, all) })
	default:
		a.print(a.out, func(w io.Writer) { writeIncidents(w, target, all) })
	}
	return nil
}

// printAnswer prints what became of an incident, for programs.
func (a *app) printAnswer(target string, i kind.Incident, result string) error {
	return a.printJSON(struct {
		SchemaVersion int          `json:"schema_version"`
		Target        string       `json:"target"`
		Incident      incidentJSON `json:"incident"`
		Result        string       `json:"result"`
	}{1, target, newIncidentJSON(i), result})
}

func (a *app) printStory(target string, s *kind.IncidentStory) error {
	switch a.output {
	case "json":
		return a.printJSON(newStoryJSON(target, s))
	case "markdown":
		a.print(a.out, func(w io.Writer) { writeStoryMarkdown(w, s) })
	default:
		a.print(a.out, func(w io.Writer) { writeStory(w, s, newPaint(a.colored(a.out))) })
	}
	return nil
}
