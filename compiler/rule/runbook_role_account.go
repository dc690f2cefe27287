package rule

import (
	"strings"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
)

// runbookRoleAccount reports accounts that are where none may be, or missing
// where one must be, in what a runbook runs as. All of it is accepted when the
// plan is saved, and fails when the incident starts; only the timeline says so. The same in
// policies is in role_policy.go.
func runbookRoleAccount(p *ast.Plan, in Input, r *Reporter) {
	for _, rb := range p.Runbooks {
		awsDocument(rb.Document, r)
		role(rb.Role, in, r)
		for _, param := range rb.Parameters {
			for _, v := range param.Values {
				if a, ok := parseARN(v.V); ok && isRole(a) && a.account == "" {
					noAccount(v, in, r)
				}
			}
		}
	}
}

// awsDocument wants AWS's own documents without an account: they are not in the
// author's. AWS reserves their prefixes, so an own document cannot look like one.
func awsDocument(doc ast.Text, r *Reporter) {
	a, ok := parseARN(doc.V)
	name, isDocument := strings.CutPrefix(a.resource, "document/")
	if !ok || !isDocument || a.account == "" || !reservedDocument(name) {
		return
	}
	r.Report(doc.At, "%s is AWS's own document; there is none of that name in the account %s", name, a.account).
		WithHint("write document: %s", name)
}

func reservedDocument(name string) bool {
	low := strings.ToLower(name)
	return strings.HasPrefix(low, "aws") || strings.HasPrefix(low, "amazon") || strings.HasPrefix(low, "amzn")
}

func isRole(a arn) bool {
	return a.service == "iam" && a.region == "" && strings.HasPrefix(a.resource, "role/")
}

func role(t ast.Text, in Input, r *Reporter) {
	a, ok := parseARN(t.V)
	switch {
	case !ok || !isRole(a): // bad-arn's
	case a.account == "":
		noAccount(t, in, r)
	case in.Account != "" && a.account != in.Account && twelveDigits(a.account):
		r.As(diag.Warning, t.At, "the role is in the account %s, but the target is the account %s", a.account, in.Account).
			WithHint("write a role of the target's account; a runbook that works elsewhere says account: impacted")
	}
}

func noAccount(t ast.Text, in Input, r *Reporter) {
	account := in.Account
	if account == "" {
		account = "111122223333"
	}
	a, _ := parseARN(t.V)
	r.Report(t.At, "the role's ARN names no account").
		WithHint("write arn:%s:iam::%s:%s, with the account the role is in", a.partition, account, a.resource)
}
