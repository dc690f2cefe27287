package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/watchbill/watchbill/emulator"
)

// failingWriter is a full disk behind a redirect.
type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

// A result that cannot be written is a failure; a reader that has left is none
// to speak of.
func TestOutputFails(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{syscall.ENOSPC, "watchbill: write the output: no space left on device\n" +
			"  hint: make room on the disk and run it again; what was answered as done is kept\n"},
		{syscall.EPIPE, ""},
	} {
		var stderr bytes.Buffer
		exit := run(t.Context(), process{out: failingWriter{c.err}, err: &stderr}, []string{"version"})
		if exit != exitTrouble {
			t.Errorf("%v: exit code %d", c.err, exit)
		}
		if d := cmp.Diff(c.want, stderr.String()); d != "" {
			t.Error(d)
		}
	}
}

// Whatever an error is wrapped in, it has one exit code and one sentence.
func TestProblems(t *testing.T) {
	for _, c := range []struct {
		err  error
		exit int
		say  string
	}{
		{errors.New("odd"), exitTrouble, "odd"},
		{usagef("no such thing"), exitUsage, "no such thing"},
		{fmt.Errorf("open: %w", emulator.ErrLocked), exitLocked, "open: the local Incident Manager store is in use by another process"},
		{fmt.Errorf("open: %w", &emulator.CorruptError{Path: "/x/db", Why: "odd"}), exitTrouble,
			"the local Incident Manager /x/db is damaged (odd); nothing was changed"},
	} {
		p := asProblem(fmt.Errorf("doing it: %w", c.err))
		if p.exit != c.exit {
			t.Errorf("%v: exit code %d, want %d", c.err, p.exit, c.exit)
		}
		if p.Error() != c.say && p.Error() != "doing it: "+c.say {
			t.Errorf("%v is said as %q", c.err, p)
		}
	}
}

// The code of a signal is the one shells use.
func TestInterruption(t *testing.T) {
	for sig, want := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		ctx, stop := context.WithCancelCause(t.Context())
		stop(&interrupted{sig})
		if i := interruption(ctx); i == nil || i.code() != want {
			t.Errorf("%v: %v", sig, i)
		}
	}
	if i := interruption(t.Context()); i != nil {
		t.Errorf("a context that nobody ended: %v", i)
	}
}
