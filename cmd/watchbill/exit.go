package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
)

// Exit codes, with one meaning for every command.
const (
	exitDone    = 0  // done; nothing to report
	exitTrouble = 1  // our own trouble: network, credentials, internal
	exitReport  = 2  // something to report: findings, differences with --detailed-exitcode
	exitRefused = 3  // a guard refused; nothing was changed
	exitPartial = 4  // applied in part; the report says what is left
	exitLocked  = 5  // the store's lock was not obtained
	exitUsage   = 64 // wrong usage
	exitSignal  = 128
)

// said is the error of a command that has printed all there is to say; only the
// exit code is left.
type said int

func (s said) Error() string { return fmt.Sprintf("exit code %d", int(s)) }

// problem is an error as a person reads it: the sentence, what to do about it,
// and the exit code.
type problem struct {
	exit int
	err  error
	hint string
}

func (p *problem) Error() string { return p.err.Error() }
func (p *problem) Unwrap() error { return p.err }

// withHint returns p with what to do about it.
func (p *problem) withHint(format string, args ...any) *problem {
	p.hint = fmt.Sprintf(format, args...)
	return p
}

// usagef is wrong usage: the command line asks for something that makes no sense.
func usagef(format string, args ...any) *problem {
	return &problem{exit: exitUsage, err: fmt.Errorf(format, args...)}
}

// refusedf is a guard's refusal of the whole command, with what to do about it.
func refusedf(format string, args ...any) *problem {
	return &problem{exit: exitRefused, err: fmt.Errorf(format, args...)}
}

// troublef is our own trouble with what to do about it.
func troublef(format string, args ...any) *problem {
	return &problem{exit: exitTrouble, err: fmt.Errorf(format, args...)}
}

// interrupted is the cause of a context that a signal ended.
type interrupted struct{ sig os.Signal }

func (i *interrupted) Error() string {
	if i.sig == os.Interrupt {
		return "interrupted"
	}
	return "asked to stop (" + i.sig.String() + ")"
}

// Is makes an interruption a cancellation for whoever asks: a transport may hand
// on the cause instead of the context's own error.
func (i *interrupted) Is(target error) bool { return target == context.Canceled }

// code is 130 for an interrupt, 143 for SIGTERM, as shells count.
func (i *interrupted) code() int {
	if sig, ok := i.sig.(syscall.Signal); ok {
		return exitSignal + int(sig)
	}
	return exitTrouble
}

// interruption returns the signal that ended ctx, nil when none did.
func interruption(ctx context.Context) *interrupted {
	var i *interrupted
	if errors.As(context.Cause(ctx), &i) {
		return i
	}
	return nil
}
