package main

// How people are spoken to:
//
//   - Results go to standard output, everything else to standard error.
//   - A failure is one sentence, "watchbill: what failed: why", lower-case and
//     without a full stop, then one line "  hint: what to do".
//   - A question is asked on a terminal only, on standard error, and its default
//     is no.
//   - Colour carries no meaning of its own, so that nothing is lost without it.
//   - No delivery address and no secret is ever printed, masked or not, except
//     masked in the fields of a change and where a person's channels are told apart.

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/term"
)

// finish prints what a command's error says and returns the exit code.
func (a *app) finish(ctx context.Context, err error) int {
	var quiet said
	if errors.As(err, &quiet) {
		return int(quiet)
	}
	if err == nil {
		return exitDone
	}
	if i := interruption(ctx); i != nil && errors.Is(err, context.Canceled) {
		a.report(&problem{err: i})
		return i.code()
	}
	p := asProblem(err)
	a.report(p)
	return p.exit
}

// report prints a problem: for the person, and for the program that asked for JSON
// and has not got any.
func (a *app) report(p *problem) {
	fmt.Fprintf(a.err, "watchbill: %v\n", p.err)
	if p.hint != "" {
		fmt.Fprintf(a.err, "  hint: %s\n", p.hint)
	}
	out, sticky := a.out.(*stickyWriter)
	if a.output != "json" || sticky && out.begun {
		return
	}
	type errorJSON struct {
		Message string `json:"message"`
		Hint    string `json:"hint"`
	}
	// A failed write is kept by the stream, see stickyWriter.
	_ = a.printJSON(struct {
		SchemaVersion int       `json:"schema_version"`
		Error         errorJSON `json:"error"`
	}{1, errorJSON{p.err.Error(), p.hint}})
}

// sayf prints a line to the person on standard error.
func (a *app) sayf(format string, args ...any) {
	fmt.Fprintf(a.err, format+"\n", args...)
}

// printJSON prints v as a result.
func (a *app) printJSON(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// colored reports whether w gets colours.
func (a *app) colored(w io.Writer) bool {
	switch a.color {
	case "always":
		return true
	case "never":
		return false
	}
	return isTerminal(w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// isTerminal reports whether a stream is a terminal.
func isTerminal(stream any) bool {
	switch s := stream.(type) {
	case *stickyWriter:
		stream = s.w
	case *sharedWriter:
		stream = s.w
	}
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// interactive reports whether somebody is there to answer.
func (a *app) interactive() bool { return isTerminal(a.in) && isTerminal(a.err) }

// ask asks a yes-or-no question; the error says why the answer is not yes. It
// ends with ctx.
func (a *app) ask(ctx context.Context, question string) error {
	fmt.Fprintf(a.err, "%s [y/N] ", question)
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(a.in).ReadString('\n')
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(a.err)
		return context.Canceled
	case word := <-answer:
		if word == "y" || word == "yes" {
			return nil
		}
	}
	a.sayf("Nothing was changed.")
	return said(exitRefused)
}

// sharedWriter is a stream that goroutines share.
type sharedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *sharedWriter) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(b)
}

// stickyWriter remembers the first failed write: a result that could not be
// written is a failure of the command, and one check at the end sees it.
type stickyWriter struct {
	w     io.Writer
	begun bool // something was written
	err   error
}

func (s *stickyWriter) Write(b []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	s.begun = s.begun || len(b) > 0
	n, err := s.w.Write(b)
	s.err = err
	return n, err
}

// failed is the problem to report, nil when everything was written. A reader
// that has left (plan | head) has seen what it wanted: no message.
func (s *stickyWriter) failed() error {
	switch {
	case s.err == nil:
		return nil
	case errors.Is(s.err, syscall.EPIPE):
		return said(exitTrouble)
	}
	return fmt.Errorf("write the output: %w", bare(s.err))
}
