package kind_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	incidenttypes "github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"

	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/internal/resource"
)

var roleName = aws.String("watchbill-runbook-diagnose")

// rolePlans are runbooks as they differ in what their role has to allow. Each is run by the
// response plan "down".
var rolePlans = map[string]struct {
	runbooks string
	plan     string   // what else the response plan says
	shared   bool     // the document is another account's, so nobody here knows it
	allows   []string // stands in the policy, and nothing here asks for it
}{
	"AWS's own":        {runbooks: `  diagnose: {document: AWS-RestartEC2Instance, parameters: {InstanceId: [i-0abc]}, role: {create: true}}`},
	"AWS's own by ARN": {runbooks: `  diagnose: {document: "arn:aws:ssm:us-east-1::document/AWS-RestartEC2Instance", parameters: {InstanceId: [i-0abc]}, role: {create: true}}`},
	"AWS's, assuming": {runbooks: `  diagnose: {document: AWS-RestartEC2Instance, parameters: {InstanceId: [i-0abc], AutomationAssumeRole: ["arn:aws:iam::111122223333:role/steps"]}, role: {create: true}}`,
		allows: []string{"iam:PassRole", `"arn:aws:iam::111122223333:role/steps"`}},
	"our own":         {runbooks: `  diagnose: {source: diagnose.yaml, role: {create: true}}`},
	"our own, newest": {runbooks: `  diagnose: {source: diagnose.yaml, version: $LATEST, role: {create: true}}`},
	"our own, pinned": {runbooks: `  diagnose: {source: diagnose.yaml, version: "1", role: {create: true}}`},
	"impacted": {runbooks: `  diagnose: {source: diagnose.yaml, account: impacted, role: {create: true, accounts: ["222233334444"]}}`,
		allows: []string{"sts:AssumeRole", "arn:aws:iam::222233334444:role/AWS-SystemsManager-AutomationExecutionRole"}},
	"impacted, by those it is shared with": {runbooks: `  diagnose: {source: diagnose.yaml, account: impacted, role: {create: true}}`, plan: `, share_with: ["222233334444"]`,
		allows: []string{"arn:aws:iam::111122223333:role/AWS-SystemsManager-AutomationExecutionRole", "arn:aws:iam::222233334444:role/AWS-SystemsManager-AutomationExecutionRole"}},
	"nested": {runbooks: "  inner: {source: diagnose.yaml, document: Inner-One, role: {create: true}}\n" +
		"  diagnose: {source: outer.yaml, role: {create: true, starts: [AWS-StopEC2Instance]}}",
		allows: []string{":111122223333:document/Inner-One", "::document/AWS-StopEC2Instance", "ssm:GetAutomationExecution"}},
	"shared by another account": {runbooks: `  diagnose: {document: "arn:aws:ssm:us-east-1:222233334444:document/Shared-One", role: {create: true}}`, shared: true},
}

const outer = `
-- outer.yaml --
schemaVersion: "0.3"
mainSteps:
  - name: again
    action: "aws:loop"
    inputs: {MaxIterations: 2, Steps: [{name: child, action: "aws:executeAutomation", inputs: {DocumentName: Inner-One}}]}
`

// start starts an incident of a response plan and returns the executions of its runbook, and why
// it did not start.
func (a *account) start(plan string) (executions []incidenttypes.AutomationExecution, why string) {
	a.t.Helper()
	ctx := a.t.Context()
	out, err := a.hand.Incidents.StartIncident(ctx, &ssmincidents.StartIncidentInput{ResponsePlanArn: aws.String("arn:aws:ssm-incidents::111122223333:response-plan/" + plan)})
	a.must(err)
	record, err := a.hand.Incidents.GetIncidentRecord(ctx, &ssmincidents.GetIncidentRecordInput{Arn: out.IncidentRecordArn})
	a.must(err)
	events, err := a.hand.Incidents.ListTimelineEvents(ctx, &ssmincidents.ListTimelineEventsInput{IncidentRecordArn: out.IncidentRecordArn})
	a.must(err)
	for _, e := range events.EventSummaries {
		if *e.EventType == "SSM Automation Execution Start Failure for Incident" {
			event, err := a.hand.Incidents.GetTimelineEvent(ctx, &ssmincidents.GetTimelineEventInput{EventId: e.EventId, IncidentRecordArn: out.IncidentRecordArn})
			a.must(err)
			why = *event.Event.EventData
		}
	}
	return record.IncidentRecord.AutomationExecutions, why
}

// A role that was made is right the first time: the incident starts the runbook.
func TestRoleIsRightTheFirstTime(t *testing.T) {
	for name, tc := range rolePlans {
		t.Run(name, func(t *testing.T) {
			a := open(t, emulator.Options{Rules: emulator.Rules{UnknownRolesFail: true, UnknownDocumentsFail: !tc.shared}})
			plan := set + "runbooks:\n" + tc.runbooks + "\nresponse_plans: {down: {title: It is down, impact: high, runbook: diagnose" + tc.plan + "}}\n"
			for source, text := range map[string]string{"diagnose.yaml": diagnose, "outer.yaml": outer} {
				if strings.Contains(tc.runbooks, source) {
					plan += text
				}
			}
			a.apply(compile(t, plan))
			if executions, why := a.start("down"); len(executions) != 1 || why != "" {
				t.Fatalf("the runbook does not run: %s", why)
			}
			// The role is the reason: without what it allows nothing runs.
			policy, err := a.hand.Roles.GetRolePolicy(t.Context(), &iam.GetRolePolicyInput{RoleName: roleName, PolicyName: aws.String("watchbill")})
			a.must(err)
			text, err := url.PathUnescape(*policy.PolicyDocument)
			a.must(err)
			for _, want := range tc.allows {
				if !strings.Contains(text, want) {
					t.Errorf("%s is not in the policy %s", want, text)
				}
			}
			_, err = a.hand.Roles.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: roleName, PolicyName: aws.String("watchbill"),
				PolicyDocument: aws.String(strings.ReplaceAll(text, "ssm:StartAutomationExecution", "ssm:GetAutomationExecution"))})
			a.must(err)
			if executions, why := a.start("down"); len(executions) != 0 || !strings.Contains(why, "not authorized") {
				t.Errorf("it runs without the right to: %v %s", executions, why)
			}
		})
	}
}

// The role of one runbook serves the incidents of all its response plans and of no other.
func TestRoleTrustsItsOwnPlans(t *testing.T) {
	a := open(t, emulator.Options{Rules: emulator.Rules{UnknownRolesFail: true}})
	plan := set + "runbooks:\n" + rolePlans["our own"].runbooks + `
response_plans:
  down: {title: It is down, impact: high, runbook: diagnose}
  slow: {title: It is slow, impact: low, runbook: diagnose}
` + diagnose
	a.apply(compile(t, plan))
	for _, name := range []string{"down", "slow"} {
		if _, why := a.start(name); why != "" {
			t.Errorf("%s: %s", name, why)
		}
	}
	_, err := a.hand.Incidents.CreateResponsePlan(t.Context(), &ssmincidents.CreateResponsePlanInput{Name: aws.String("other"),
		IncidentTemplate: &incidenttypes.IncidentTemplate{Title: aws.String("x"), Impact: aws.Int32(3)},
		Actions: []incidenttypes.Action{&incidenttypes.ActionMemberSsmAutomation{Value: incidenttypes.SsmAutomation{DocumentName: aws.String("diagnose"),
			RoleArn: aws.String("arn:aws:iam::111122223333:role/watchbill/" + *roleName)}}}})
	a.must(err)
	if _, why := a.start("other"); !strings.Contains(why, "sts:AssumeRole") {
		t.Errorf("another plan may use the role: %q", why)
	}
}

// What was done to a role by hand is seen by what it means.
func TestRoleDrift(t *testing.T) {
	put := func(a *account, name, document string) {
		_, err := a.hand.Roles.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: roleName, PolicyName: &name, PolicyDocument: &document})
		a.must(err)
	}
	spelled := func(a *account, f func(string) string) {
		out, err := a.hand.Roles.GetRolePolicy(t.Context(), &iam.GetRolePolicyInput{RoleName: roleName, PolicyName: aws.String("watchbill")})
		a.must(err)
		text, err := url.PathUnescape(*out.PolicyDocument)
		a.must(err)
		put(a, "watchbill", f(text))
	}
	trust := func(a *account, f func(string) string) {
		out, err := a.hand.Roles.GetRole(t.Context(), &iam.GetRoleInput{RoleName: roleName})
		a.must(err)
		text, err := url.PathUnescape(*out.Role.AssumeRolePolicyDocument)
		a.must(err)
		_, err = a.hand.Roles.UpdateAssumeRolePolicy(t.Context(), &iam.UpdateAssumeRolePolicyInput{RoleName: roleName, PolicyDocument: aws.String(f(text))})
		a.must(err)
	}
	for name, tc := range map[string]struct {
		hand    func(a *account)
		changes string
	}{
		"said in other words": {func(a *account) {
			spelled(a, func(s string) string {
				return strings.NewReplacer("ssm:StartAutomationExecution", "SSM:startautomationexecution", `"Statement":[`, `"Statement":[`+
					`{"Sid":"Again","Effect":"Allow","Action":["ssm:StartAutomationExecution"],"Resource":["arn:aws:ssm:*:111122223333:document/diagnose"]},`).Replace(s)
			})
			trust(a, func(s string) string { return strings.Replace(s, "StringEquals", "stringequals", 1) })
		}, ""},
		"the account taken out": {func(a *account) {
			spelled(a, func(s string) string { return strings.ReplaceAll(s, "111122223333", "") })
		}, "update role/runbook-diagnose allow"},
		"a right more in our place": {func(a *account) { put(a, "watchbill", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`) }, "update role/runbook-diagnose allow"},
		"trusting another service": {func(a *account) {
			trust(a, func(s string) string { return strings.Replace(s, "ssm-incidents.amazonaws", "ec2.amazonaws", 1) })
		}, "update role/runbook-diagnose trust"},
		"trusting without a guard": {func(a *account) {
			trust(a, func(string) string {
				return `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ssm-incidents.amazonaws.com"},"Action":"sts:AssumeRole"}}`
			})
		}, "update role/runbook-diagnose trust"},
		"our policy deleted, as by a death in between": {func(a *account) {
			_, err := a.hand.Roles.DeleteRolePolicy(t.Context(), &iam.DeleteRolePolicyInput{RoleName: roleName, PolicyName: aws.String("watchbill")})
			a.must(err)
		}, "update role/runbook-diagnose allow"},
		"a tag": {func(a *account) {
			_, err := a.hand.Roles.TagRole(t.Context(), &iam.TagRoleInput{RoleName: roleName, Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("x")}}})
			a.must(err)
		}, "update role/runbook-diagnose tags"},
		"a policy of somebody's": {func(a *account) { put(a, "theirs", `{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, emulator.Options{})
			desired := compile(t, whole)
			a.apply(desired)
			tc.hand(a)
			a.look(desired).expect(tc.changes).do()
			a.settled(desired)
			if _, why := a.start("busy"); why != "" {
				t.Errorf("the runbook does not run: %s", why)
			}
		})
	}
}

// What others put on a role of ours stays, is said when the role changes, and goes with it.
func TestRoleWithOthersPolicies(t *testing.T) {
	a := open(t, emulator.Options{})
	a.apply(compile(t, whole))
	ctx := t.Context()
	_, err := a.hand.Roles.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: roleName, PolicyName: aws.String("theirs"),
		PolicyDocument: aws.String(`{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`)})
	a.must(err)
	_, err = a.hand.Roles.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: roleName, PolicyArn: aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess")})
	a.must(err)
	a.settled(compile(t, whole))
	more := replaced(whole, "{create: true}", `{create: true, allow: ["ec2:StopInstances"]}`)
	if got := told(a.look(compile(t, more)).do()); !strings.Contains(got, "note: others put policies on it, which stay: theirs, arn:aws:iam::aws:policy/ReadOnlyAccess") {
		t.Errorf("told:\n%s", got)
	}
	a.settled(compile(t, more))
	out, err := a.hand.Roles.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: roleName, PolicyName: aws.String("theirs")})
	if err != nil || *out.PolicyName != "theirs" {
		t.Errorf("it is gone: %v", err)
	}
	l := a.look(compile(t, staffed))
	if got := told(l); !strings.Contains(got, "note: takes along what others put on it: theirs, arn:aws:iam::aws:policy/ReadOnlyAccess") {
		t.Errorf("told:\n%s", got)
	}
	l.do()
	a.settled(compile(t, staffed))
	if _, err := a.hand.Roles.GetRole(ctx, &iam.GetRoleInput{RoleName: roleName}); err == nil {
		t.Error("the role is there")
	}
}

// A role of our name at another path is refused, whoever's it is: there can be no second one,
// and what takes a role on is told the ARN at our path, where nothing is.
func TestRoleElsewhere(t *testing.T) {
	for why, tags := range map[string][]types.Tag{
		"role/runbook-diagnose exists and carries no ownership mark":                           nil,
		"role/runbook-diagnose: it stands at the path / and not at /watchbill/, and IAM moves": {{Key: aws.String("watchbill-owner"), Value: aws.String("tests")}},
	} {
		a := open(t, emulator.Options{})
		_, err := a.hand.Roles.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: roleName, Tags: tags,
			AssumeRolePolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}`)})
		a.must(err)
		l := a.look(compile(t, whole))
		if !slices.ContainsFunc(l.cs.Refusals, func(r resource.Refusal) bool {
			return strings.Contains(r.Addr.String()+": "+r.Why, why) || strings.Contains(r.Why, why)
		}) {
			t.Errorf("tags %v: %+v", tags, l.cs.Refusals)
		}
	}
}

// An answer that is lost does not make the second try fail: the role is ours already.
func TestRoleMadeTwice(t *testing.T) {
	a := open(t, emulator.Options{})
	l := a.look(compile(t, whole))
	done := false
	a.wire.meddling(only(func(c call) bool { return c.op == "iam:CreateRole" && !done }, cutAfter(&done)))
	l.do()
	a.wire.meddling(nil)
	a.settled(compile(t, whole))
}

// Policies that IAM would not take are refused before anything is made.
func TestRoleTooLong(t *testing.T) {
	var plans, allow strings.Builder
	for i := range 30 {
		fmt.Fprintf(&plans, "  plan-with-quite-a-long-name-%d: {title: It is down, impact: high, runbook: diagnose}\n", i)
	}
	for i := range 100 {
		fmt.Fprintf(&allow, `"service:AnActionWithAVeryLongNameIndeedThatGoesOnAndOnAndOnUntilNobodyCanReadItAnyMoreAtAllAndThenSomeMore%d",`, i)
	}
	for what, plan := range map[string]string{
		"its trust policy would have": set + "runbooks:\n" + rolePlans["our own"].runbooks + "\nresponse_plans:\n" + plans.String() + diagnose,
		"its policy would have": set + "runbooks:\n" + strings.Replace(rolePlans["our own"].runbooks, "create: true", "create: true, allow: ["+allow.String()+"]", 1) +
			"\nresponse_plans: {down: {title: It is down, impact: high, runbook: diagnose}}\n" + diagnose,
	} {
		a := open(t, emulator.Options{})
		l := a.look(compile(t, plan))
		if len(l.cs.Refusals) != 1 || !strings.Contains(l.cs.Refusals[0].Why, what) || l.cs.Refusals[0].Lift == "" {
			t.Errorf("%s: %+v", what, l.cs.Refusals)
		}
	}
}

// A response plan that takes a role of this pass is tried again while the service does not know
// the role yet; nothing else that is refused is.
func TestPlanAfterANewRole(t *testing.T) {
	refusing := func(a *account, op string, times int, says string) *int {
		tries := 0
		a.wire.meddling(only(func(c call) bool { return c.op == op }, func(p pass) (*http.Response, error) {
			if tries++; tries <= times {
				return answer(http.StatusBadRequest, "ValidationException", `{"message":"`+says+`"}`), nil
			}
			return p()
		}))
		return &tries
	}
	synctest.Test(t, func(t *testing.T) {
		const unknown = "Unable to assume the role of the runbook"
		a := open(t, emulator.Options{})
		a.apply(compile(t, staffed))
		tries := refusing(a, "ssm-incidents:CreateResponsePlan", 3, unknown)
		a.look(compile(t, whole)).do()
		if *tries != 4 {
			t.Errorf("a new role: %d tries", *tries)
		}
		// An old role is not waited for.
		tries = refusing(a, "ssm-incidents:UpdateResponsePlan", 100, unknown)
		if err := a.look(compile(t, replaced(whole, "It is busy", "It is lazy"))).attempt(); err == nil || *tries != 1 {
			t.Errorf("an old role: %v after %d tries", err, *tries)
		}
		for says, want := range map[string]int{unknown: 7, "Title is too long": 1} {
			a = open(t, emulator.Options{})
			a.apply(compile(t, staffed))
			tries = refusing(a, "ssm-incidents:CreateResponsePlan", 100, says)
			if err := a.look(compile(t, whole)).attempt(); err == nil || *tries != want {
				t.Errorf("%s: %v after %d tries", says, err, *tries)
			}
		}
	})
}
