package main

import (
	"context"
	"errors"
	"maps"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/watchbill/watchbill/agent"
	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/internal/when"
)

// app is one command line: the process it runs in and the flags every command
// has.
type app struct {
	process
	// now ends when the user insists (a second interrupt). A command's own
	// context ends with the first one: what runs may finish.
	now context.Context

	target   string
	output   string
	color    string
	parallel int
	quiet    bool
	// targetTyped: --target stands on the command line, not only in the environment.
	targetTyped bool
	// held is the target that was opened to compile a plan, until openTarget takes it.
	held targetKeeper
	// nowText is --now as it was written, present what it means: zero without it.
	nowText string
	present time.Time
}

// instant is the instant the command line looks at things from: --now, or the real one.
func (a *app) instant() time.Time {
	if a.present.IsZero() {
		return time.Now().UTC().Truncate(time.Second)
	}
	return a.present
}

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "watchbill",
		Short: "Who is woken when: on-call plans as files, applied to AWS Incident Manager",
		Long: `watchbill compiles plan files that say who is reachable how, who is paged when and
what happens when something breaks, shows what would change, and makes AWS Systems
Manager Incident Manager agree.

Without --target everything happens on the Incident Manager inside watchbill, kept in
.watchbill/ beside the plan. No AWS account is needed or touched.

Every flag but those that give consent (--yes, --allow-...) can also be set as an
environment variable: --log-format is WATCHBILL_LOG_FORMAT.`,
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		Args:              a.knownCommand,
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: a.before,
	}
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetFlagErrorFunc(flagProblem)

	flags := root.PersistentFlags()
	flags.StringVar(&a.target, "target", "", "where plans are applied: a target of watchbill.yaml (default local); a,b or all where several make sense")
	flags.StringVarP(&a.output, "output", "o", "text", "what results look like: text, json, and what the command adds")
	flags.StringVar(&a.color, "color", "auto", "colours: auto (on a terminal, unless NO_COLOR is set), always, never")
	flags.IntVar(&a.parallel, "parallel", agent.DefaultParallel, "AWS calls in flight at once")
	flags.StringVar(&a.nowText, "now", "", "look at plans from another instant than the present: 2026-12-13T03:00:00Z, \"2026-12-13 03:00 Asia/Tokyo\"")
	flags.BoolVarP(&a.quiet, "quiet", "q", false, "no progress and no warnings; errors and results are still printed")
	root.Version = thisVersion().Version
	completeWith(root, "color", func(*cobra.Command, []string) []string { return colorModes })
	completeWith(root, "output", func(cmd *cobra.Command, _ []string) []string { return formatsOf(cmd) })
	completeWith(root, "target", targetsOf)

	group := func(id, title string, cmds ...*cobra.Command) {
		root.AddGroup(&cobra.Group{ID: id, Title: title})
		for _, c := range cmds {
			c.GroupID = id
			root.AddCommand(c)
		}
	}
	group("plan", "Write plans:", a.initCommand(), a.validateCommand(), a.fmtCommand(), a.explainCommand(), a.schemaCommand())
	group("time", "Ask who is woken when:", a.oncallCommand(), a.simulateCommand(), a.testCommand())
	group("target", "Make a target agree with them:", a.planCommand(), a.applyCommand(), a.importCommand(), a.adoptCommand(), a.destroyCommand(), a.agentCommand(), a.serveCommand(), a.iamPolicyCommand())
	group("people", "See who can be paged:", a.statusCommand(), a.activateCommand())
	group("incident", "When something breaks:", a.coverageCommand(), a.incidentCommand(), a.hostsCommand(), a.clockCommand(), a.messagesCommand())
	root.AddCommand(a.versionCommand(), a.completionCommand())
	root.SetHelpCommand(a.helpCommand())
	for _, c := range root.Commands() {
		c.DisableFlagsInUseLine = true
	}
	return root
}

var colorModes = []string{"auto", "always", "never"}

// completeWith lets the shell complete the values of a flag.
func completeWith(cmd *cobra.Command, flag string, values func(cmd *cobra.Command, args []string) []string) {
	err := cmd.RegisterFlagCompletionFunc(flag, func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		return values(cmd, args), cobra.ShellCompDirectiveNoFileComp
	})
	if err != nil {
		panic(err) // the flag does not exist: a bug, and every test sees it
	}
}

// targetsOf are the targets of the plan that the rest of the line names.
func targetsOf(cmd *cobra.Command, args []string) []string {
	res, err := compiler.Compile(cmd.Context(), pathOf(args), compiler.Options{})
	if err != nil {
		return nil
	}
	return slices.Sorted(maps.Keys(res.Settings.Targets))
}

// before runs before every command: environment below flags, then the checks of
// the flags that every command has.
func (a *app) before(cmd *cobra.Command, _ []string) error {
	if cmd.Name() != "agent" && cmd.Name() != "serve" && os.Getenv("GOGC") == "" {
		// Memory of a command that ends soon is not worth collecting often: with 400
		// a large plan is validated up to twice as fast.
		debug.SetGCPercent(400)
	}
	a.targetTyped = cmd.Flags().Changed("target")
	formatTyped := cmd.Flags().Changed("output")
	if err := fromEnvironment(cmd.Flags()); err != nil {
		return err
	}
	allowed := formatsOf(cmd)
	if !formatTyped && knownFormat(cmd.Root(), a.output) && !slices.Contains(allowed, a.output) {
		a.output = "text" // WATCHBILL_OUTPUT=sarif is meant for the commands that know it
	}
	if !slices.Contains(allowed, a.output) {
		return usagef("%s cannot print %q", cmd.Name(), a.output).withHint("--output %s", strings.Join(allowed, "|"))
	}
	// From the environment several targets are meant for the commands that know them.
	if a.targetTyped && a.severalTargets() && cmd.Annotations["targets"] == "" {
		return usagef("%s works on one target", cmd.Name()).withHint("--target NAME; plan, apply, status and agent know several")
	}
	if !slices.Contains(colorModes, a.color) {
		return usagef("--color %q means nothing", a.color).withHint("--color auto|always|never")
	}
	if a.parallel < 1 || a.parallel > 1000 {
		return usagef("--parallel %d is outside 1 to 1000", a.parallel)
	}
	if a.nowText != "" {
		var err error
		if a.present, err = when.Parse(a.nowText, time.Now().Truncate(time.Second)); err != nil {
			return usagef("--now %w", err).withHint("%s", when.Forms)
		}
	}
	return nil
}

// consent are the flags by which a person takes a risk. They count only when
// typed: an environment that agrees to everything agrees to nothing.
var consent = []string{"yes", "allow-empty", "allow-deletes", "allow-mass-change", "allow-remote", "replication-set", "plain", "help"}

// fromEnvironment sets the flags that were not given from WATCHBILL_NAME.
func fromEnvironment(flags *pflag.FlagSet) (err error) {
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Changed || err != nil || slices.Contains(consent, f.Name) {
			return
		}
		name := "WATCHBILL_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		v := os.Getenv(name)
		if f.Name == "prune" && v == "owned" {
			v = "" // it may keep what the settings delete, and not delete what they keep
		}
		if v != "" {
			if flags.Set(f.Name, v) != nil {
				err = usagef("%s: %q is not %s", name, v, typeName(f)).withHint("%s", f.Usage)
			}
		}
	})
	return err
}

// formats says which values of --output the command knows; the first is what it
// prints when it knows only one.
func formats(cmd *cobra.Command, names ...string) *cobra.Command {
	if cmd.Annotations == nil {
		cmd.Annotations = map[string]string{}
	}
	cmd.Annotations["formats"] = strings.Join(names, " ")
	return cmd
}

func formatsOf(cmd *cobra.Command) []string {
	if words := strings.Fields(cmd.Annotations["formats"]); len(words) > 0 {
		return words
	}
	return []string{"text"}
}

// knownFormat reports whether any command prints the format.
func knownFormat(root *cobra.Command, format string) bool {
	return slices.ContainsFunc(root.Commands(), func(c *cobra.Command) bool {
		return slices.Contains(formatsOf(c), format) || knownFormat(c, format)
	})
}

// helpCommand is cobra's, but for an unknown command, which is wrong usage.
func (a *app) helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Say what a command does",
		Args:  atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return a.knownCommand(cmd.Root(), args)
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}

// knownCommand refuses what is no command, with the nearest one.
func (a *app) knownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	if near := diag.Nearest(args[0], names); near != "" {
		return usagef("there is no command %q; did you mean %q?", args[0], near)
	}
	if cmd.HasParent() {
		return usagef("%s has no command %q", cmd.Name(), args[0]).withHint("%s --help lists them", cmd.CommandPath())
	}
	return usagef("there is no command %q", args[0]).withHint("watchbill help lists the commands")
}

// flagProblem turns what the flag parser says into a sentence with a way out.
func flagProblem(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &invalid):
		f := invalid.GetFlag()
		return usagef("--%s %q is not %s", f.Name, invalid.GetValue(), typeName(f)).withHint("%s", f.Usage)
	case !errors.As(err, &unknown):
		return usagef("%w", err).withHint("%s --help", cmd.CommandPath())
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	cmd.InheritedFlags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if unknown.GetSpecifiedShortnames() != "" {
		return usagef("%s has no flag -%s", cmd.Name(), unknown.GetSpecifiedName()).withHint("%s --help", cmd.CommandPath())
	}
	if near := diag.Nearest(unknown.GetSpecifiedName(), names); near != "" {
		return usagef("%s has no flag --%s; did you mean --%s?", cmd.Name(), unknown.GetSpecifiedName(), near)
	}
	return usagef("%s has no flag --%s", cmd.Name(), unknown.GetSpecifiedName()).withHint("%s --help", cmd.CommandPath())
}

// typeName says what a flag wants, in words.
func typeName(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "int", "uint":
		return "a number"
	case "duration":
		return "a duration like 90s or 5m"
	case "bool":
		return "true or false"
	}
	return "a value of it"
}

// noArgs accepts no positional argument.
func noArgs(cmd *cobra.Command, args []string) error { return atMost(0)(cmd, args) }

// atMost accepts up to n positional arguments.
func atMost(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) <= n {
			return nil
		}
		return usagef("%s does not know what to do with %q", cmd.Name(), args[n]).withHint("%s", cmd.UseLine())
	}
}

// oneOf accepts exactly one positional argument, one of known.
func oneOf(what string, known []string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usagef("%s wants one %s", cmd.Name(), what).withHint("one of %s", list(known))
		}
		if !slices.Contains(known, args[0]) {
			return unknownWord(what, args[0], known)
		}
		return nil
	}
}

// unknownWord is wrong usage: word is not one of known.
func unknownWord(what, word string, known []string) *problem {
	if near := diag.Nearest(word, known); near != "" {
		return usagef("there is no %s %q; did you mean %q?", what, word, near)
	}
	return usagef("there is no %s %q", what, word).withHint("known are %s", list(known))
}
