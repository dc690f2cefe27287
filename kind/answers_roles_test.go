package kind_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
)

// parsed is a plan with what it was lowered to.
func parsed(t *testing.T, plan string) (*ast.Plan, *resource.State) {
	t.Helper()
	files := txtar.Parse([]byte("version: 1\n" + plan))
	res, err := compiler.Compile(t.Context(), unpack(t, append(files.Files, txtar.File{Name: "plan.yaml", Data: files.Comment})), compiler.Options{Values: true, Now: monday})
	if err != nil || res.Desired == nil {
		t.Fatalf("the plan does not compile: %v %v", err, res.Findings)
	}
	return res.Plan, res.Desired
}

// lacks is what the role of the runbook "diagnose" is said to lack.
func (a *account) lacks(plan string) (kind.RoleAnswer, []kind.Unanswered) {
	a.t.Helper()
	p, desired := parsed(a.t.(*testing.T), plan)
	_, clients := a.env(desired)
	answers, err := kind.Ask(a.t.Context(), clients, p, desired, a.now)
	a.must(err)
	return answers.Roles["diagnose"], answers.Unread
}

func (a *account) clean(what, plan string) {
	a.t.Helper()
	if got, unread := a.lacks(plan); got.Absent || len(got.Trust)+len(got.Allow)+len(got.Denied)+len(got.Unsure)+len(unread) > 0 {
		a.t.Errorf("%s lacks %+v, unread %v", what, got, unread)
	}
}

// by is a plan with the role that was made for it, or another one, given by its ARN.
func by(plan, role string) string {
	before, after, _ := strings.Cut(plan[strings.LastIndex(plan, "  diagnose: {"):], "role: {")
	_, after, _ = strings.Cut(after, "}")
	return plan[:strings.LastIndex(plan, "  diagnose: {")] + before + `role: "` + role + `"` + after
}

const madeRole = "arn:aws:iam::111122223333:role/watchbill/watchbill-runbook-diagnose"

// rolePolicies reads the trust policy and our inline policy of the role that was made.
func (a *account) rolePolicies() (trust, allow string) {
	a.t.Helper()
	role, err := a.hand.Roles.GetRole(a.t.Context(), &iam.GetRoleInput{RoleName: roleName})
	a.must(err)
	policy, err := a.hand.Roles.GetRolePolicy(a.t.Context(), &iam.GetRolePolicyInput{RoleName: roleName, PolicyName: aws.String("watchbill")})
	a.must(err)
	trust, err = url.PathUnescape(*role.Role.AssumeRolePolicyDocument)
	a.must(err)
	allow, err = url.PathUnescape(*policy.PolicyDocument)
	a.must(err)
	return trust, allow
}

func (a *account) setPolicies(trust, allow string) {
	a.t.Helper()
	_, err := a.hand.Roles.UpdateAssumeRolePolicy(a.t.Context(), &iam.UpdateAssumeRolePolicyInput{RoleName: roleName, PolicyDocument: &trust})
	a.must(err)
	_, err = a.hand.Roles.PutRolePolicy(a.t.Context(), &iam.PutRolePolicyInput{RoleName: roleName, PolicyName: aws.String("watchbill"), PolicyDocument: &allow})
	a.must(err)
}

// Of every shape of runbook: the role that is made lacks nothing, one that allows something else
// lacks something, and with the statements that are said to be missing it lacks nothing and the
// runbook runs.
func TestGivenRoleLacks(t *testing.T) {
	const nothing = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`
	const nobody = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	for name, tc := range rolePlans {
		t.Run(name, func(t *testing.T) {
			a := open(t, emulator.Options{Rules: emulator.Rules{UnknownRolesFail: true, UnknownDocumentsFail: !tc.shared}})
			plan := set + "runbooks:\n" + strings.Replace(tc.runbooks, ", starts: [AWS-StopEC2Instance]", "", 1) + "\nresponse_plans: {down: {title: It is down, impact: high, runbook: diagnose}}\n"
			for source, text := range map[string]string{"diagnose.yaml": diagnose, "outer.yaml": outer} {
				if strings.Contains(tc.runbooks, source) {
					plan += text
				}
			}
			a.apply(compile(t, plan))
			given := by(plan, madeRole)
			trust, allow := a.rolePolicies()
			if got, _ := a.lacks(given); strings.Contains(tc.runbooks, "AWS-RestartEC2Instance") && !strings.Contains(tc.runbooks, "AutomationAssumeRole") && !strings.Contains(tc.runbooks, "arn:") {
				// What the steps need the author has to say, and here nobody did.
				if len(got.Allow) != 1 || !strings.Contains(got.Allow[0], "ec2:StopInstances") {
					t.Errorf("steps: %+v", got)
				}
				allow = strings.Replace(allow, `"Statement":[`, `"Statement":[`+got.Allow[0]+",", 1)
				a.setPolicies(trust, allow)
			}
			a.clean("the role that was made", given)
			a.setPolicies(nobody, nothing)
			got, _ := a.lacks(given)
			if len(got.Trust) == 0 || len(got.Allow) == 0 {
				t.Fatalf("a role that allows nothing: %+v", got)
			}
			list := func(s []string) string { return `{"Version":"2012-10-17","Statement":[` + strings.Join(s, ",") + `]}` }
			a.setPolicies(list(got.Trust), list(got.Allow))
			a.clean("the role with the statements that were missing", given)
			if _, why := a.start("down"); why != "" {
				t.Errorf("the runbook does not run with them: %s", why)
			}
		})
	}
}

// Where the rights come from does not matter, and what stands in the way is named.
func TestGivenRoleForms(t *testing.T) {
	plan := set + "runbooks:\n" + rolePlans["our own"].runbooks + "\nresponse_plans: {down: {title: It is down, impact: high, runbook: diagnose}}\n" + diagnose
	given := by(plan, madeRole)
	put := func(a *account, name, document string) {
		_, err := a.hand.Roles.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: roleName, PolicyName: &name, PolicyDocument: &document})
		a.must(err)
	}
	for name, tc := range map[string]struct {
		hand func(a *account, trust, allow string)
		want func(got kind.RoleAnswer) bool
	}{
		"by a managed policy": {func(a *account, trust, allow string) {
			out, err := a.hand.Roles.CreatePolicy(t.Context(), &iam.CreatePolicyInput{PolicyName: aws.String("shared"), PolicyDocument: &allow})
			a.must(err)
			_, err = a.hand.Roles.AttachRolePolicy(t.Context(), &iam.AttachRolePolicyInput{RoleName: roleName, PolicyArn: out.Policy.Arn})
			a.must(err)
			_, err = a.hand.Roles.DeleteRolePolicy(t.Context(), &iam.DeleteRolePolicyInput{RoleName: roleName, PolicyName: aws.String("watchbill")})
			a.must(err)
		}, nil},
		"by wildcards": {func(a *account, _, _ string) {
			put(a, "watchbill", `{"Statement":{"Effect":"Allow","Action":"ssm:Start*","Resource":"*"}}`)
		}, nil},
		"by what is not": {func(a *account, _, _ string) {
			put(a, "watchbill", `{"Statement":{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}}`)
		}, nil},
		"the older form": {func(a *account, trust, allow string) {
			a.setPolicies(trust, strings.ReplaceAll(allow, ":document/", ":x/"))
		}, nil},
		"the newer form": {func(a *account, trust, allow string) {
			a.setPolicies(trust, strings.ReplaceAll(allow, ":automation-definition/", ":x/"))
		}, nil},
		"an empty Region": {func(a *account, trust, allow string) {
			a.setPolicies(strings.Replace(trust, "ssm-incidents:*:", "ssm-incidents::", 1), allow)
		}, nil},
		"an empty account": {func(a *account, trust, allow string) {
			a.setPolicies(trust, strings.ReplaceAll(allow, "*:111122223333:", "*::"))
		}, func(got kind.RoleAnswer) bool { return len(got.Allow) == 1 && len(got.Trust) == 0 }},
		"another plan only": {func(a *account, trust, allow string) {
			a.setPolicies(strings.Replace(trust, "/down/", "/up/", 1), allow)
		}, func(got kind.RoleAnswer) bool {
			return len(got.Allow) == 0 && len(got.Trust) == 1 && strings.Contains(got.Trust[0], "/down/*")
		}},
		"a Deny": {func(a *account, _, _ string) {
			put(a, "no", `{"Statement":{"Effect":"Deny","Action":"ssm:Start*","Resource":"*"}}`)
		},
			func(got kind.RoleAnswer) bool { return len(got.Denied) == 1 && len(got.Allow) == 0 }},
		"a Deny elsewhere": {func(a *account, _, _ string) {
			put(a, "no", `{"Statement":{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"us-east-1"}}}}`)
		}, nil},
		"a condition that nobody can judge": {func(a *account, trust, allow string) {
			put(a, "no", `{"Statement":{"Effect":"Deny","Action":"ssm:*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}}}}`)
		}, func(got kind.RoleAnswer) bool {
			return len(got.Denied)+len(got.Allow) == 0 && len(got.Unsure) == 1 && got.Unsure[0] == "StringNotEquals aws:PrincipalOrgID"
		}},
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, emulator.Options{})
			a.apply(compile(t, plan))
			trust, allow := a.rolePolicies()
			tc.hand(a, trust, allow)
			got, unread := a.lacks(given)
			if tc.want == nil {
				a.clean("the role", given)
			} else if !tc.want(got) || len(unread) > 0 {
				t.Errorf("got %+v, unread %v", got, unread)
			}
			// Where the embedded account can tell, it is of the same opinion.
			if _, why := a.start("down"); len(got.Unsure) == 0 && (why == "") != (len(got.Trust)+len(got.Allow)+len(got.Denied) == 0) {
				t.Errorf("lacks %+v, and the runbook says %q", got, why)
			}
		})
	}
}

// A role that is not there, or at another path, is absent; one that cannot be read is unknown,
// and nothing is said of it; one of another account is not asked for.
func TestGivenRoleUnread(t *testing.T) {
	plan := set + "runbooks:\n" + rolePlans["our own"].runbooks + "\nresponse_plans: {down: {title: It is down, impact: high, runbook: diagnose}}\n" + diagnose
	a := open(t, emulator.Options{})
	a.apply(compile(t, plan))
	for arn, absent := range map[string]bool{"arn:aws:iam::111122223333:role/none": true, strings.Replace(madeRole, "/watchbill/", "/", 1): true, madeRole: false} {
		if got, _ := a.lacks(by(plan, arn)); got.Absent != absent {
			t.Errorf("%s: %+v", arn, got)
		}
	}
	a.wire.taken()
	if got, unread := a.lacks(by(plan, "arn:aws:iam::222233334444:role/theirs")); len(got.Allow)+len(unread) > 0 || a.wire.counted()["iam:GetRole"] > 0 {
		t.Errorf("another account's: %+v %v", got, unread)
	}
	_, err := a.hand.Roles.AttachRolePolicy(t.Context(), &iam.AttachRolePolicyInput{RoleName: roleName, PolicyArn: aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess")})
	a.must(err)
	for _, op := range []string{"iam:GetRole", "iam:ListRolePolicies", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:GetPolicy", "iam:GetPolicyVersion"} {
		a.wire.meddling(only(func(c call) bool { return c.op == op }, stsFails("AccessDenied", http.StatusForbidden)))
		if got, unread := a.lacks(by(plan, madeRole)); len(unread) != 1 || unread[0].What != "the role "+madeRole || got.Absent || len(got.Trust)+len(got.Allow) > 0 {
			t.Errorf("%s denied: %+v %v", op, got, unread)
		}
	}
}
