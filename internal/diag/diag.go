// Package diag is what is said about plan files: findings with a place, a code
// and a hint, collected and sorted, and their printed forms (text with a caret,
// JSON, SARIF, GitHub annotations, JUnit; one file each).
//
// A finding is data about the author's mistake. Our own trouble (a network, a
// disk, a bug) is an error and never a finding.
package diag

import (
	"cmp"
	"fmt"
	"slices"
)

// Severity says how much a finding weighs.
type Severity int

// Errors stop plan and apply; warnings are printed, make validate exit 2, and
// do not stop anything else; infos are printed and change no exit code. Off is
// a setting, never the severity of a finding that is reported.
const (
	Error Severity = iota
	Warning
	Info
	Off
)

func (s Severity) String() string {
	return [...]string{"error", "warning", "info", "off"}[s]
}

// MarshalText writes the severity as the word the user sees.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// ParseSeverity reads the words error, warning, info and off.
func ParseSeverity(word string) (Severity, bool) {
	for s := Error; s <= Off; s++ {
		if s.String() == word {
			return s, true
		}
	}
	return Error, false
}

// Pos is a place in a plan file. Line and Col count from 1, Col in characters
// (runes); 0 means "the whole file". End is the column after the last
// character on the same line, 0 when unknown. File is the path as the user
// would write it, with forward slashes.
type Pos struct {
	File           string
	Line, Col, End int
}

// IsZero reports whether the place is unknown.
func (p Pos) IsZero() bool { return p == Pos{} }

// String is the clickable form FILE:LINE:COL.
func (p Pos) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// Compare orders places by file, line, column.
func (p Pos) Compare(q Pos) int {
	return cmp.Or(cmp.Compare(p.File, q.File), cmp.Compare(p.Line, q.Line), cmp.Compare(p.Col, q.Col))
}

// Note is a second place that explains a finding: the first definition of a
// duplicate, the channel that is never paged.
type Note struct {
	Pos     Pos
	Message string
}

// Finding is one thing to say to the author. Message says what is wrong, Hint
// what to write instead; neither ends with a full stop. Code names the rule,
// its file, its test pair and its paragraph in the docs.
type Finding struct {
	Code     string
	Severity Severity
	Pos      Pos
	Message  string
	Hint     string
	Notes    []Note
	// Detail is what there is to see below the finding, in lines: the timeline of a
	// failed test. "" for most.
	Detail string
	// Private says that the text at Pos is an address: printers cover it.
	Private bool
}

// String is the one-line form: place: severity: message [code].
func (f Finding) String() string {
	return fmt.Sprintf("%s: %s: %s [%s]", f.Pos, f.Severity, f.Message, f.Code)
}

// WithHint returns f with what to write instead.
func (f *Finding) WithHint(format string, args ...any) *Finding {
	f.Hint = fmt.Sprintf(format, args...)
	return f
}

// WithNote returns f with one more place.
func (f *Finding) WithNote(pos Pos, format string, args ...any) *Finding {
	f.Notes = append(f.Notes, Note{pos, fmt.Sprintf(format, args...)})
	return f
}

// List collects findings. The zero value is ready; it is not safe for
// concurrent use (collect one a goroutine, then Add).
type List struct{ all []*Finding }

// Report adds a finding and returns it, for WithHint and WithNote.
func (l *List) Report(sev Severity, pos Pos, code, format string, args ...any) *Finding {
	f := &Finding{Code: code, Severity: sev, Pos: pos, Message: fmt.Sprintf(format, args...)}
	l.all = append(l.all, f)
	return f
}

// Errorf reports an error.
func (l *List) Errorf(pos Pos, code, format string, args ...any) *Finding {
	return l.Report(Error, pos, code, format, args...)
}

// Warnf reports a warning.
func (l *List) Warnf(pos Pos, code, format string, args ...any) *Finding {
	return l.Report(Warning, pos, code, format, args...)
}

// Infof reports something worth knowing that needs no change.
func (l *List) Infof(pos Pos, code, format string, args ...any) *Finding {
	return l.Report(Info, pos, code, format, args...)
}

// Add appends findings made elsewhere.
func (l *List) Add(fs ...Finding) {
	for _, f := range fs {
		l.all = append(l.all, &f)
	}
}

// Len is the number of findings so far.
func (l *List) Len() int { return len(l.all) }

// Sorted returns the findings in their stable order: place, then code, then
// message; exact repeats are dropped.
func (l *List) Sorted() []Finding {
	out := make([]Finding, 0, len(l.all))
	for _, f := range l.all {
		out = append(out, *f)
	}
	slices.SortStableFunc(out, func(a, b Finding) int {
		return cmp.Or(a.Pos.Compare(b.Pos), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message))
	})
	return slices.CompactFunc(out, func(a, b Finding) bool {
		return a.Pos == b.Pos && a.Code == b.Code && a.Message == b.Message
	})
}

// HasErrors reports whether any finding is an error.
func HasErrors(fs []Finding) bool { return Worst(fs) == Error }

// Worst is the heaviest severity among fs, Off when there is none.
func Worst(fs []Finding) Severity {
	worst := Off
	for _, f := range fs {
		worst = min(worst, f.Severity)
	}
	return worst
}
