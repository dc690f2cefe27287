package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/watchbill/watchbill/agent"
	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/internal/resource"
)

// agentOptions are the flags of agent.
type agentOptions struct {
	resync, debounce time.Duration
	logFormat        string
	logLevel         string
	once             bool
}

func (a *app) agentCommand() *cobra.Command {
	var o agentOptions
	cmd := &cobra.Command{
		Use:   "agent [PATH]",
		Short: "Keep the target as the plan says, while people edit",
		Long: `Apply a plan, then again whenever its files change, and every now and then to repair
what was changed elsewhere. A revision that does not compile, or that a guard refuses,
leaves the last good one in force; the log says so.

SIGHUP makes a pass now. SIGTERM and Ctrl-C finish the object under way, report and
leave; a second one leaves at once.`,
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.agent(cmd.Context(), pathOf(args), o)
		},
	}
	flags := cmd.Flags()
	flags.DurationVar(&o.resync, "resync", agent.DefaultResync, "time between passes when no file changes, give or take a tenth")
	flags.DurationVar(&o.debounce, "debounce", agent.DefaultDebounce, "how long the files must be quiet before they are read")
	flags.StringVar(&o.logFormat, "log-format", "text", "text or json")
	flags.StringVar(&o.logLevel, "log-level", "info", "debug, info, warn or error")
	flags.BoolVar(&o.once, "once", false, "make one pass and leave; the exit code says how it went")
	completeWith(cmd, "log-format", func(*cobra.Command, []string) []string { return logFormats })
	completeWith(cmd, "log-level", func(*cobra.Command, []string) []string { return logLevels })
	return formats(knowsTargets(cmd), "text")
}

func (a *app) agent(ctx context.Context, path string, o agentOptions) error {
	log, err := a.logger(o)
	if err != nil {
		return err
	}
	if o.resync < time.Second || o.debounce < 0 || o.debounce > time.Minute {
		return usagef("--resync must be at least 1s, and --debounce between 0s and 1m")
	}
	dir, err := planFolder(path)
	if err != nil {
		return err
	}
	names, err := a.targetNames(ctx, dir)
	if err != nil {
		return err
	}
	if !a.severalTargets() {
		return a.agentOn(ctx, dir, log, o)
	}
	codes := make([]int, len(names))
	var all sync.WaitGroup
	for i, name := range names {
		one := a.forTarget(name)
		one.err = a.err // its log lines name the target
		all.Go(func() {
			codes[i] = one.guarded(func() int {
				return one.finish(ctx, one.agentOn(ctx, dir, log.With("target", name), o))
			})
		})
	}
	all.Wait()
	return said(together(codes, true))
}

// agentOn keeps one target as the plan says.
func (a *app) agentOn(ctx context.Context, dir string, log *slog.Logger, o agentOptions) error {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP) // before the first pass: unheard, it would kill
	defer signal.Stop(hangup)
	targets := &targetKeeper{}
	defer targets.close() // what was answered is on the disk already
	var history agent.History
	var inForce *resource.Limits // of the last revision that was enforced
	var enforced string          // that revision
	ag := &agent.Agent{
		Compile: func(ctx context.Context) (*compiler.Result, error) {
			return compiler.Compile(ctx, dir, compiler.Options{Target: a.target, Now: a.present, Values: true, References: a.readReferences(targets)})
		},
		Apply: func(ctx context.Context, res *compiler.Result, event func(agent.Event)) (*agent.Outcome, error) {
			t, err := targets.get(ctx, res)
			if err != nil {
				return nil, err
			}
			p := a.pass(t, res, guards{})
			p.OnEvent, p.History = event, &history
			// A commit that loosens a guard must not pass through it itself.
			own := *p.Limits
			if inForce != nil {
				*p.Limits = own.Stricter(*inForce)
			}
			p.HoldFleets = enforced != "" && res.Revision == enforced
			out, err := p.Run(ctx)
			if err == nil && !out.Refused() {
				inForce, enforced = &own, res.Revision
			}
			return out, err
		},
		Hangup: hangup, Resync: o.resync, Debounce: o.debounce, Log: log,
	}
	if o.once {
		ag.Pass(ctx, agent.Start)
		return a.leave(ctx, ag.Status())
	}
	return a.watchAndRun(ctx, dir, ag)
}

// watchAndRun runs the loop until a signal ends it.
func (a *app) watchAndRun(ctx context.Context, dir string, ag *agent.Agent) error {
	watcher, err := agent.Watch(dir, ag.Log)
	if err != nil {
		return fmt.Errorf("watch %s: %w", dir, err)
	}
	defer watcher.Close() // nothing is lost with it
	ag.Changed = watcher.Changed
	ag.Log.Info("watching", "plan", dir, "target", a.targetName(), "version", thisVersion().Version)
	defer context.AfterFunc(ctx, func() { ag.Log.Info("finishing what is under way", "why", context.Cause(ctx)) })()
	status := ag.Run(ctx)
	ag.Log.Info("leaving", "health", status.Health, "passes", status.Passes)
	return a.leave(ctx, status)
}

// leave is the exit of an agent: the signal's code, or how its last pass went.
func (a *app) leave(ctx context.Context, s agent.Status) error {
	if i := interruption(ctx); i != nil {
		return said(i.code())
	}
	return said(map[agent.Health]int{
		agent.Healthy: exitDone, agent.Broken: exitReport, agent.Refused: exitRefused,
		agent.Partial: exitPartial, agent.Trouble: exitTrouble,
	}[s.Health])
}

var (
	logFormats = []string{"text", "json"}
	logLevels  = []string{"debug", "info", "warn", "error"}
)

// logger writes to standard error; standard output is for results.
func (a *app) logger(o agentOptions) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(o.logLevel)); err != nil {
		return nil, unknownWord("log level", o.logLevel, logLevels)
	}
	options := &slog.HandlerOptions{Level: level}
	switch o.logFormat {
	case "text":
		return slog.New(slog.NewTextHandler(a.err, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(a.err, options)), nil
	}
	return nil, unknownWord("log format", o.logFormat, logFormats)
}
