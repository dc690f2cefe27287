package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/watchbill/watchbill/agent"
	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/internal/awsapi"
	"github.com/watchbill/watchbill/kind"
)

// asProblem says an error to a person: what it means, what to do, which exit
// code. The rooms below return typed errors for whatever needs its own sentence.
func asProblem(err error) *problem {
	var (
		known   *problem
		target  *compiler.UnknownTargetError
		corrupt *emulator.CorruptError
		future  *emulator.VersionError
		account *emulator.AccountError
		wrong   *awsapi.WrongAccountError
		noSet   *kind.NoReplicationSetError
	)
	switch {
	case errors.As(err, &known):
		return known
	case agent.IsEmptyPlan(err):
		return (&problem{exit: exitRefused, err: err}).withHint("if that is meant: --allow-empty")
	case errors.As(err, &target):
		return usagef("%w", target).withHint("choose one with --target, or add it to watchbill.yaml")
	case errors.As(err, &corrupt):
		return troublef("the local Incident Manager %s is damaged (%s); nothing was changed", shown(corrupt.Path), corrupt.Why).
			withHint("put a backup in its place, or move it away to start with an empty one")
	case errors.As(err, &future):
		return troublef("the local Incident Manager %s was written by a newer watchbill (format %d, this one knows up to %d); nothing was changed",
			shown(future.Path), future.Found, future.Supported).
			withHint("use the newer watchbill, or another plan folder")
	case errors.As(err, &account):
		return refusedf("the local Incident Manager %s is account %s, and the target says %s", shown(account.Path), account.Found, account.Wanted).
			withHint("correct the target's account in watchbill.yaml, or move the store away to start with an empty one")
	case errors.As(err, &wrong):
		sentence, hint := awsapi.Explain(err)
		return refusedf("%s", sentence).withHint("%s", hint)
	case errors.Is(err, emulator.ErrLocked):
		return (&problem{exit: exitLocked, err: err}).withHint("wait for the other watchbill to end, or stop it")
	case errors.Is(err, syscall.EADDRINUSE):
		return troublef("%w", err).withHint("choose another port with --listen, for example --listen 127.0.0.1:0 for any free one")
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EFBIG), errors.Is(err, syscall.EDQUOT):
		return troublef("%w", err).withHint("make room on the disk and run it again; what was answered as done is kept")
	case errors.As(err, &noSet):
		return troublef("%w", noSet).withHint("add a replication_set section to the plan: it says in which Regions the account's data is kept")
	}
	sentence, hint := awsapi.Explain(err) // also takes out what could be an address
	return &problem{exit: exitTrouble, err: errors.New(sentence), hint: hint}
}

// sentence is what an error of one object says, without what to do.
func sentence(err error) string {
	if err == nil {
		return ""
	}
	text, _ := awsapi.Explain(err)
	return text
}

// list is "a, b and c".
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// shown is a path as the user would write it: relative when it is below the
// current folder.
func shown(path string) string {
	here, err := os.Getwd()
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(here, path); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return path
}

// bare is the system's own word for what went wrong with a file or a socket,
// without the layers around it that name the path; err itself when there is none.
func bare(err error) error {
	var path *fs.PathError
	var call *os.SyscallError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &call):
		return call.Err
	}
	return err
}
