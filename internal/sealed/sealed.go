// Package sealed opens plan files that are encrypted, so that phone numbers may stand
// in Git: with SOPS, by its own program, and with age.
//
// What is opened stays in memory. An *Error says why something could not be opened and
// what to do, and holds nothing of what is inside.
package sealed

import (
	"errors"
	"fmt"
	"os"
)

// MaxSize is how many bytes an opened file may have.
const MaxSize = 4 << 20

// Keys are where keys are looked for.
type Keys struct {
	// LookupEnv answers for the environment; os.LookupEnv when nil.
	LookupEnv func(string) (string, bool)
}

// env is a variable's value, "" when it is not set.
func (k Keys) env(name string) string {
	lookup := k.LookupEnv
	if lookup == nil {
		lookup = os.LookupEnv
	}
	value, _ := lookup(name)
	return value
}

// Error is why a file was not opened.
type Error struct {
	Why, Hint string
	// Locked is set when nothing is wrong with the file: the key, or the program, is not
	// here. Without it the file is damaged.
	Locked bool
}

func (e *Error) Error() string { return e.Why }

func locked(hint, format string, args ...any) *Error {
	return &Error{Why: fmt.Sprintf(format, args...), Hint: hint, Locked: true}
}

func damaged(hint, format string, args ...any) *Error {
	return &Error{Why: fmt.Sprintf(format, args...), Hint: hint}
}

// errTooLarge is what a full buffer answers.
var errTooLarge = errors.New("too large")

// limited keeps what is written, up to a number of bytes. Beyond it, strict ones refuse
// and the others forget.
type limited struct {
	text   []byte
	limit  int
	strict bool
	over   bool // more was written than there is room for
}

func (l *limited) Write(b []byte) (int, error) {
	room := max(0, l.limit-len(l.text))
	l.over = l.over || len(b) > room
	if l.over && l.strict {
		return 0, errTooLarge
	}
	l.text = append(l.text, b[:min(room, len(b))]...)
	return len(b), nil
}
