// Package rule holds what can be said about a plan that its schema cannot say:
// names that lead nowhere, people nobody can reach, pages that come too late.
//
// One code, one rule, one file: a finding's code with underscores is the name of
// the file that reports it, and all.go lists them. Rules are pure: they read the
// resolved plan and report. Settle then applies the settings' severities and the
// watchbill:ignore comments, in one place for all.
package rule

import (
	"time"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/oncall"
)

// Rule is one thing that is checked. Check reads a plan that Resolve has been
// over; names that lead nowhere are nil in it, are reported once as
// unknown-reference, and get the benefit of the doubt everywhere else.
type Rule struct {
	Code string
	// Severity is the rule's own; settings may set another, unless Fixed.
	Severity diag.Severity
	// Fixed findings can be neither ignored nor set to another severity: the
	// plan could not be lowered with them.
	Fixed bool
	// Varies says that what is found depends on the target, on addresses that
	// validate does not read, or on the time: an ignore may be unused here and now,
	// and needed elsewhere or next month.
	Varies bool
	// Local says that each finding judges one written value, whatever stands
	// around it: it is so in an item that is broken elsewhere.
	Local bool
	// Tests says that the rule is about test files: Check finds nothing in a plan alone.
	Tests bool
	// Check is nil for the two codes that are about ignores: Settle reports them.
	Check func(p *ast.Plan, in Input, r *Reporter)
}

// Input is what rules are told beside the plan.
type Input struct {
	// Region and Account are the target's; "" when the target names none, as
	// the embedded one.
	Region, Account string
	// Severities are the settings' rules: code -> severity. A rule that is off
	// is not run.
	Severities map[string]diag.Severity
	// Marks is how many tags watchbill puts on everything; 0 is 1.
	Marks int
	// Now is the instant from which the rules about time look ahead.
	Now time.Time
	// Roster is who is paged when; nil while something stands in the way of
	// knowing that, and rules about time then say nothing.
	Roster *oncall.Roster
	// Live is what the target has; nil unless it was looked at.
	Live *Live
	// Steps are the actions that the steps of a runbook do with the runbook's own role, by its
	// name, as far as they are known.
	Steps map[string][]string
	// Tests are the cases of the test files; nil unless CheckTests runs.
	Tests []*ast.Test
	// Partial says that something is wrong with the plan already, so that a use
	// may be missing from it.
	Partial bool

	// Computed once for all rules: names by Resolve for the Fixed ones, uses and
	// openings by Check for the others.
	names    *names
	uses     *uses
	openings *openings
}

// Reporter collects one rule's findings.
type Reporter struct {
	rule *Rule
	set  map[string]diag.Severity
	list *diag.List
	said []*diag.Finding

	marks int // Input.Marks
}

// run lets the rule look at the plan. What it says is covered afterwards, whole:
// anything in it may repeat the author, who may have written a number to dial in
// the place of a name.
func (r *Rule) run(p *ast.Plan, in Input, l *diag.List) {
	rep := &Reporter{rule: r, set: in.Severities, list: l, marks: in.Marks}
	r.Check(p, in, rep)
	for _, f := range rep.said {
		f.Message, f.Hint = diag.Cover(f.Message), diag.Cover(f.Hint)
		for i := range f.Notes {
			f.Notes[i].Message = diag.Cover(f.Notes[i].Message)
		}
	}
}

// Report adds a finding at the rule's severity.
func (r *Reporter) Report(pos diag.Pos, format string, args ...any) *diag.Finding {
	return r.As(r.rule.Severity, pos, format, args...)
}

// As adds a finding that weighs less or more than the rule usually does. A
// severity in the settings goes before either.
func (r *Reporter) As(sev diag.Severity, pos diag.Pos, format string, args ...any) *diag.Finding {
	if set, ok := r.set[r.rule.Code]; ok && !r.rule.Fixed {
		sev = set
	}
	f := r.list.Report(sev, pos, r.rule.Code, format, args...)
	r.said = append(r.said, f)
	return f
}

// Check runs the rules that are neither off nor Fixed (Resolve has run those)
// over a resolved plan.
func Check(p *ast.Plan, in Input, l *diag.List) {
	in.uses, in.openings = usesOf(p), openingsOf(in)
	for i := range All {
		rule := &All[i]
		if !rule.Fixed && rule.Check != nil && rule.effective(in.Severities) != diag.Off {
			rule.run(p, in, l)
		}
	}
}

// CheckTests says what is wrong with the tests in in.Tests about a plan that Resolve has
// been over. Of in it needs Now beside them.
func CheckTests(p *ast.Plan, in Input, l *diag.List) {
	in.names = namesOf(p)
	for i := range All {
		rule := &All[i]
		switch {
		case rule.Code == "unknown-reference":
			named := *rule
			named.Check = unknownInTests
			named.run(p, in, l)
		case rule.Tests:
			rule.run(p, in, l)
		}
	}
}

// effective is the severity the rule runs with.
func (r *Rule) effective(set map[string]diag.Severity) diag.Severity {
	if sev, ok := set[r.Code]; ok && !r.Fixed {
		return sev
	}
	return r.Severity
}

// Find returns the rule with the code. Settings may name the codes that are
// found and not Fixed; the others are about files and cannot be set.
func Find(code string) (*Rule, bool) {
	for i := range All {
		if All[i].Code == code {
			return &All[i], true
		}
	}
	return nil, false
}

// Codes are the codes of all rules in the order of All.
func Codes() []string {
	codes := make([]string, 0, len(All))
	for _, r := range All {
		codes = append(codes, r.Code)
	}
	return codes
}
