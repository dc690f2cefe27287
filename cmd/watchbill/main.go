// Command watchbill compiles plan files that say who is woken when, and makes
// AWS Systems Manager Incident Manager agree with them.
//
// The room: main.go and root.go start a command line; one file a subcommand;
// exit.go and ui.go say how it ends and how people are spoken to; target.go
// opens what a plan is applied to; changes*.go and results.go print outcomes.
// Everything testable is in run. Only this package and agent log or print.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

func main() {
	signals := catchSignals()
	os.Exit(guarded(context.Background(), process{os.Stdin, os.Stdout, os.Stderr, signals}, os.Args[1:]))
}

// catchSignals delivers the signals that ask a command to stop.
func catchSignals() <-chan os.Signal {
	signals := make(chan os.Signal, 3)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	// A reader that left (plan | head) must not kill an apply between two calls:
	// the write fails instead, and run says so at the end.
	signal.Ignore(syscall.SIGPIPE)
	return signals
}

// process is what a command line has of the outer world. The first of signals
// asks the command to stop cleanly, the second to stop now.
type process struct {
	in       io.Reader
	out, err io.Writer
	signals  <-chan os.Signal
}

// guarded is run, with a bug answered by a sentence.
func guarded(ctx context.Context, p process, args []string) int {
	return p.guarded(func() int { return run(ctx, p, args) })
}

// guarded answers a bug in run with a sentence. The value of the panic is not printed:
// it may hold what somebody's phone is called by. Where it happened is; that is
// function names and lines only.
func (p process) guarded(run func() int) (exit int) {
	defer func() {
		if recover() == nil {
			return
		}
		fmt.Fprintln(p.err, "watchbill: internal error: the program met a state it does not expect and stopped")
		fmt.Fprintln(p.err, "  hint: run the same command again, it starts from the world as it is; then report these lines:")
		fmt.Fprintln(p.err, strings.Join(frames(), "\n"))
		exit = exitTrouble
	}()
	return run()
}

// run runs one command line and returns the exit code of exit.go.
func run(ctx context.Context, p process, args []string) int {
	now, stopNow := context.WithCancelCause(ctx)
	defer stopNow(nil)
	clean, stopCleanly := context.WithCancelCause(now)
	go func() {
		for _, stop := range []context.CancelCauseFunc{stopCleanly, stopNow} {
			select {
			case sig := <-p.signals:
				stop(&interrupted{sig})
			case <-now.Done():
				return
			}
		}
	}()

	out := &stickyWriter{w: p.out}
	p.out, p.err = out, &sharedWriter{w: p.err}
	a := &app{process: p, now: now}
	root := a.rootCommand()
	root.SetArgs(args)
	err := root.ExecuteContext(clean)
	if closed := a.held.close(); err == nil {
		err = closed
	}
	if err == nil {
		err = out.failed()
	}
	return a.finish(clean, err)
}

// frames is where the program is, innermost first, without a value in it.
func frames() []string {
	const enough = 8
	var pcs [64]uintptr
	it := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	var out []string
	for more := true; more && len(out) < enough; {
		var f runtime.Frame
		if f, more = it.Next(); !strings.HasPrefix(f.Function, "runtime.") {
			out = append(out, fmt.Sprintf("  %s %s:%d", f.Function, filepath.Base(f.File), f.Line))
		}
	}
	return out
}
