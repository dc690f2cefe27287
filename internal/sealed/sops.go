package sealed

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/watchbill/watchbill/internal/mask"
)

// SOPS is not linked in: it would be ten times as large as watchbill. Its program is
// asked, as its user has set it up, with the file on its standard input and the answer
// on its output; nothing of either is in its arguments or on the disk.

const (
	// sopsTimeout bounds one run. A key service is asked over the network, and some ask
	// a person to touch a token.
	sopsTimeout = time.Minute
	// maxSopsWords is how much of what sops says is looked at, in bytes.
	maxSopsWords = 8 << 10
)

var sopsValue = regexp.MustCompile(`^ENC\[AES256_GCM,data:[^\]]*,type:[a-z]+\]$`)

// IsSOPSValue reports whether a text is a value that SOPS has encrypted.
func IsSOPSValue(text string) bool {
	return strings.HasPrefix(text, "ENC[") && sopsValue.MatchString(text)
}

// OpensOffline reports whether a SOPS file for these age recipients is opened by an identity
// that is here: sops tries those first, so no key service is asked.
func (k Keys) OpensOffline(recipients []string) bool {
	if len(recipients) == 0 {
		return false
	}
	if _, err := exec.LookPath("sops"); err != nil {
		return false
	}
	return slices.ContainsFunc(k.recipients(), func(r string) bool { return slices.Contains(recipients, r) })
}

// SOPS opens a YAML file that is encrypted with SOPS. The error is an *Error, or ctx's.
func (k Keys) SOPS(ctx context.Context, src []byte) ([]byte, error) {
	program, err := exec.LookPath("sops")
	if err != nil {
		return nil, locked("install it (github.com/getsops/sops), or put it on the PATH of whoever runs watchbill", "the program sops is not here to open it")
	}
	run, stop := context.WithTimeout(ctx, sopsTimeout)
	defer stop()
	out, words := &limited{limit: MaxSize, strict: true}, &limited{limit: maxSopsWords}
	cmd := exec.CommandContext(run, program, "--decrypt", "--input-type", "yaml", "--output-type", "yaml", "/dev/stdin")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(src), out, words
	cmd.WaitDelay = time.Second
	if own := k.env("WATCHBILL_AGE_IDENTITY_FILE"); own != "" && k.env("SOPS_AGE_KEY_FILE") == "" {
		cmd.Env = append(os.Environ(), "SOPS_AGE_KEY_FILE="+own)
	}
	err = cmd.Run()
	switch {
	case err == nil && !out.over:
		return out.text, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case out.over:
		return nil, damaged("spread its sections over several files", "it holds more than %d MiB", MaxSize>>20)
	case errors.Is(err, exec.ErrWaitDelay): // what came may not be all
		return nil, locked("try: sops --decrypt FILE; a key agent that starts with it must close what it inherits",
			"sops ended, and a program that it started still holds its output")
	case run.Err() != nil:
		return nil, locked("does it wait for somebody, or for a key service that cannot be reached?", "sops did not answer within %v", sopsTimeout)
	}
	return nil, sopsRefusal(err, words.text)
}

// The exit codes of sops that say something about the file [cmd/sops/codes].
const (
	sopsCannotReadMAC  = 24
	sopsCannotReadTree = 25
	sopsMACMismatch    = 51
	sopsMACMissing     = 52
	sopsNoKey          = 128
)

// sopsRefusal words a failed run by its exit code. Only when no key was found is sops itself
// repeated, covered: it has decrypted nothing then.
func sopsRefusal(err error, words []byte) *Error {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return locked("try: sops --version", "the program sops cannot be run")
	}
	const changed = "restore it from Git, or correct it with sops; whoever edits the file by hand breaks its signature"
	switch exit.ExitCode() {
	case sopsNoKey:
		return locked("sops needs a key for this file: age (SOPS_AGE_KEY_FILE), PGP, or the right to use its KMS key; it says: "+spoken(words),
			"sops has no key that opens it")
	case sopsMACMismatch, sopsMACMissing, sopsCannotReadMAC:
		return damaged(changed, "its signature (MAC) is not that of its values: the file was changed without sops")
	case sopsCannotReadTree:
		return damaged(changed, "sops cannot decrypt a value of it: the file was changed without sops")
	}
	return damaged("try: sops --decrypt FILE", "sops cannot open it (exit code %d)", exit.ExitCode())
}

// spoken is one line of what a program said, without what may be an address.
func spoken(words []byte) string {
	const longest = 300
	text := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, mask.Scrub(string(words)))
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > longest {
		text = string(runes[:longest]) + "…"
	}
	return text
}
