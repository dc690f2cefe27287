package rule

import (
	"slices"
	"strings"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/automation"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/internal/policy"
)

// runbookRights reports roles without a right that the runbook needs. Of a role that watchbill
// makes everything is known but what the steps do, which the author allows; of a given one the
// target knows all (validate --live). What is missing fails when the incident comes.
func runbookRights(p *ast.Plan, in Input, r *Reporter) {
	for _, rb := range p.Runbooks {
		if rb.MakeRole != nil {
			stepsAllowed(rb, in.Steps[rb.Name.V], r)
			startsNamed(rb, r)
		} else if in.Live != nil {
			if lack, judged := in.Live.Roles[rb.Name.V]; judged {
				roleLacks(rb, lack, in, r)
			}
		}
	}
}

// stepsAllowed compares what the steps do with what the author lets the role do.
func stepsAllowed(rb *ast.Runbook, needs []string, r *Reporter) {
	var allowed policy.Document
	for _, a := range rb.MakeRole.Allow {
		allowed.Statements = append(allowed.Statements, policy.Statement{Effect: "Allow", Action: texts(a.Actions)})
	}
	var missing []string
	for _, action := range needs {
		if v, _ := policy.Judge([]policy.Document{allowed}, policy.Question{Action: action}); v != policy.Allowed {
			missing = append(missing, action)
		}
	}
	if len(missing) == 0 {
		return
	}
	r.As(diag.Warning, rb.MakeRole.At, "the steps of %s run with this role, and it does not allow %s", rb.DocumentName(), listed(missing)).
		WithHint("add to allow: %s; or name the role of the steps in parameters: {AutomationAssumeRole: [ARN]}", quotedList(missing))
}

// startsNamed asks for the documents that only a run can tell.
func startsNamed(rb *ast.Runbook, r *Reporter) {
	if !rb.Source.Set() || len(rb.MakeRole.Starts) > 0 {
		return
	}
	d, err := automation.Parse(rb.Content, rb.Format)
	if err != nil {
		return // bad-document's
	}
	for _, name := range d.Starts() {
		if strings.Contains(name, "{{") {
			r.As(diag.Info, rb.MakeRole.At, "a step of %s starts %s, which only a run can tell, so the role may not start it", rb.DocumentName(), name).
				WithHint("name what it may be: starts: [DOCUMENT]")
		}
	}
}

func quotedList(actions []string) string { return `"` + strings.Join(actions, `", "`) + `"` }

// roleLacks says what is wrong with a given role, each with what to add.
func roleLacks(rb *ast.Runbook, lack RoleLack, in Input, r *Reporter) {
	at, name := rb.Role.At, rb.Role.V[strings.LastIndexByte(rb.Role.V, '/')+1:]
	if lack.Absent {
		// The embedded account runs runbooks with roles that it does not know: most people have none there.
		if in.Account != "" || in.Region != "" {
			r.Report(at, "there is no role %s", rb.Role.V).
				WithHint("make it, or write role: {create: true}")
		}
		return
	}
	for _, s := range lack.Trust {
		r.Report(at, "Incident Manager may not take on the role %s for this runbook", name).
			WithHint("add to its trust policy: %s", s)
	}
	for _, s := range lack.Allow {
		r.Report(at, "the role %s lacks a right that the runbook needs", name).
			WithHint("add to a policy of it: %s", s)
	}
	for _, what := range lack.Denied {
		r.Report(at, "a Deny in a policy of the role %s forbids %s", name, what).
			WithHint("take it out of the statement with the Deny")
	}
	if len(lack.Unsure) > 0 && !slices.ContainsFunc([][]string{lack.Trust, lack.Allow, lack.Denied}, func(l []string) bool { return len(l) > 0 }) {
		r.As(diag.Info, at, "whether the role %s has all rights depends on what cannot be judged from here: %s", name, strings.Join(lack.Unsure, ", ")).
			WithHint("start an incident once and look at its timeline")
	}
}
