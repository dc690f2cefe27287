package kind

// What the roles lack that runbooks name by their ARN: the half of Ask that reads policies. It
// judges them as IAM would, for the calls that an incident makes.

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/automation"
	"github.com/watchbill/watchbill/internal/awsapi"
	"github.com/watchbill/watchbill/internal/policy"
	"github.com/watchbill/watchbill/internal/resource"
)

// RoleAnswer is what the role of a runbook lacks. Trust and Allow are statements to add to its
// trust policy and to a policy of it, as JSON. Denied is what a Deny forbids, Unsure the
// conditions that decide and that nobody can judge from here.
type RoleAnswer struct {
	Absent         bool
	Trust, Allow   []string
	Denied, Unsure []string
}

// givenRole is a role as it is.
type givenRole struct {
	absent   bool
	trust    []policy.Document
	allows   []policy.Document
	boundary bool
}

// roles judges the roles that are given. Those of other accounts cannot be read.
func (a *Answers) roles(ctx context.Context, clients *awsapi.Clients, plan *ast.Plan, desired *resource.State) error {
	given := slices.DeleteFunc(slices.Clone(plan.Runbooks), func(r *ast.Runbook) bool { return r.MakeRole != nil || len(plansOf(plan, r)) == 0 })
	if a.Roles = map[string]RoleAnswer{}; len(given) == 0 {
		return nil
	}
	env := NewEnv(clients, "", desired)
	if err := env.identify(ctx); err != nil {
		return err
	}
	for _, r := range given {
		arn := r.Role.V
		if accountOf(arn) != env.Account() || !strings.Contains(arn, ":role/") {
			continue
		}
		live, err := once(env, "role "+arn, func() (*givenRole, error) { return env.givenRole(ctx, arn) })
		switch {
		case err != nil:
			a.unreadOnce("the role "+arn, err)
		case live.absent:
			a.Roles[r.Name.V] = RoleAnswer{Absent: true}
		default:
			a.Roles[r.Name.V] = env.lacks(plan, r, live)
		}
	}
	return nil
}

// unreadOnce is unread for what several items share.
func (a *Answers) unreadOnce(what string, err error) {
	if !slices.ContainsFunc(a.Unread, func(u Unanswered) bool { return u.What == what }) {
		a.unread(what, err)
	}
}

func (e *Env) givenRole(ctx context.Context, arn string) (*givenRole, error) {
	name := aws.String(lastPart(arn))
	out, err := e.aws.Roles.GetRole(ctx, &iam.GetRoleInput{RoleName: name})
	if awsapi.IsNotFound(err) || err == nil && aws.ToString(out.Role.Arn) != arn {
		return &givenRole{absent: true}, nil
	} else if err != nil {
		return nil, err
	}
	role := &givenRole{boundary: out.Role.PermissionsBoundary != nil}
	if role.trust, err = documents(role.trust, aws.ToString(out.Role.AssumeRolePolicyDocument)); err != nil {
		return nil, err
	}
	inline, err := e.inlinePolicies(ctx, name)
	if err != nil {
		return nil, err
	}
	for _, p := range inline {
		out, err := e.aws.Roles.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: name, PolicyName: &p})
		if err != nil {
			return nil, err
		}
		if role.allows, err = documents(role.allows, aws.ToString(out.PolicyDocument)); err != nil {
			return nil, err
		}
	}
	managed, err := e.managedPolicies(ctx, name)
	if err != nil {
		return nil, err
	}
	for _, p := range managed {
		text, err := e.managedPolicy(ctx, p)
		if err != nil {
			return nil, err
		}
		if role.allows, err = documents(role.allows, text); err != nil {
			return nil, err
		}
	}
	return role, nil
}

func documents(list []policy.Document, text string) ([]policy.Document, error) {
	d, err := policy.Parse(text)
	return append(list, d), err
}

// managedPolicy is the text of a managed policy's default version.
func (e *Env) managedPolicy(ctx context.Context, arn string) (string, error) {
	p, err := e.aws.Roles.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: &arn})
	if err != nil {
		return "", err
	}
	v, err := e.aws.Roles.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: &arn, VersionId: p.Policy.DefaultVersionId})
	if err != nil {
		return "", err
	}
	return aws.ToString(v.PolicyVersion.Document), nil
}

// roleJudge collects what a role lacks.
type roleJudge struct {
	*Env
	role *givenRole
	out  RoleAnswer
}

func (e *Env) lacks(plan *ast.Plan, r *ast.Runbook, role *givenRole) RoleAnswer {
	j := &roleJudge{Env: e, role: role}
	j.trusts(plan, r)
	w := walkRunbook(plan, r)
	for i, d := range append([]string{r.DocumentName()}, w.nested...) {
		pinned := ""
		if i == 0 {
			pinned = r.Version.V
		}
		j.starts(d, pinned)
	}
	for _, s := range w.statements(plan, r) {
		switch {
		case s.Action[0] == startExecution: // asked by document
		case s.Action[0] == "sts:AssumeRole" && j.goesElsewhere():
		default:
			j.does(s)
		}
	}
	if needs := w.needs(r); len(needs) > 0 {
		j.steps(needs)
	}
	if role.boundary {
		j.out.Unsure = append(j.out.Unsure, "its permissions boundary")
	}
	for _, list := range []*[]string{&j.out.Trust, &j.out.Allow, &j.out.Denied, &j.out.Unsure} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return j.out
}

// someID stands in the place of what AWS will make up.
const someID = "00000000-0000-0000-0000-000000000000"

// trusts asks for the incidents of each response plan. How AWS writes the Region of an incident
// there, its pages say both ways.
func (j *roleJudge) trusts(plan *ast.Plan, r *ast.Runbook) {
	var missing []string
	for _, name := range plansOf(plan, r) {
		ask := func(region string) (policy.Verdict, []string) {
			return policy.Judge(j.role.trust, policy.Question{Action: "sts:AssumeRole", Service: incidentManager, Context: map[string][]string{
				"aws:sourceaccount": {j.Account()}, "aws:sourcearn": {j.arn("ssm-incidents", region, "incident-record/"+name+"/"+someID)}}})
		}
		v, why := ask(j.aws.Region())
		if v == policy.Silent {
			v, why = ask("")
		}
		if j.note(v, why, "sts:AssumeRole by "+incidentManager+" for incidents of "+name) {
			missing = append(missing, ownARN("ssm-incidents", "*", "incident-record/"+name+"/*"))
		}
	}
	if missing != nil {
		j.out.Trust = append(j.out.Trust, j.spelledOut(serviceTrust(incidentManager, missing...).String()))
	}
}

// note keeps what is no plain yes, and reports whether a statement is missing.
func (j *roleJudge) note(v policy.Verdict, why []string, what string) (missing bool) {
	switch v {
	case policy.Denied:
		j.out.Denied = append(j.out.Denied, what)
	case policy.Unsure:
		j.out.Unsure = append(j.out.Unsure, why...)
	}
	return v == policy.Silent
}

// may asks for one action on one resource, in the target's Region. A resource "" is any.
func (j *roleJudge) may(action, on, version string) (policy.Verdict, []string) {
	return policy.Judge(j.role.allows, policy.Question{Action: action, Resource: on, Context: map[string][]string{
		"aws:requestedregion": {j.aws.Region()}, "aws:calledvialast": {systemsManager}, "aws:calledviafirst": {systemsManager},
		"aws:principalaccount": {j.Account()}, "iam:passedtoservice": {systemsManager}, "ssm:documentversion": {version}}})
}

const startExecution = "ssm:StartAutomationExecution"

// starts asks in both spellings: one of them is enough, the newer one with the execution.
func (j *roleJudge) starts(document, pinned string) {
	byDocument, byDefinition, version := startable(document, pinned)
	if version == "" {
		version = defaultVersion
		if pinned != "" {
			version = pinned
		}
	}
	execution := ownARN("ssm", "*", "automation-execution/*")
	definition, why := j.may(startExecution, j.here(strings.TrimSuffix(byDefinition, ":*")+":"+version, byDefinition), version)
	direct, why2 := j.may(startExecution, j.here(byDocument, ""), version)
	run, why3 := j.may(startExecution, strings.Replace(j.here(execution, ""), "/*", "/"+someID, 1), version)
	v := policy.Silent
	switch {
	case definition == policy.Denied || direct == policy.Denied || run == policy.Denied:
		v = policy.Denied
	case definition == policy.Allowed || direct == policy.Allowed && run == policy.Allowed:
		return
	case definition == policy.Unsure || direct != policy.Silent && run != policy.Silent:
		v = policy.Unsure
	}
	if j.note(v, slices.Concat(why, why2, why3), startExecution+" of "+document) {
		j.add(allowing([]string{startExecution}, []string{byDocument, byDefinition, execution}))
	}
}

// here is a resource in the target's Region; pinned ones keep the version they have.
func (j *roleJudge) here(on, definition string) string {
	if definition != "" && !strings.HasSuffix(definition, ":*") {
		on = definition
	}
	return strings.Replace(j.spelledOut(on), ":ssm:*:", ":ssm:"+j.aws.Region()+":", 1)
}

func (j *roleJudge) add(s policy.Statement) {
	j.out.Allow = append(j.out.Allow, j.spelledOut(s.String()))
}

// does asks for what a statement allows.
func (j *roleJudge) does(s policy.Statement) {
	missing := false
	for _, action := range s.Action {
		for _, on := range s.Resource {
			v, why := j.may(action, strings.Replace(j.here(on, ""), "automation-execution/*", "automation-execution/"+someID, 1), "")
			missing = j.note(v, why, fmt.Sprintf("%s on %s", action, j.spelledOut(on))) || missing
		}
	}
	if missing {
		j.add(s)
	}
}

// goesElsewhere reports whether the role may go to any account at all: to which it should, only
// the author knows.
func (j *roleJudge) goesElsewhere() bool {
	for _, d := range j.role.allows {
		for _, s := range d.Statements {
			for _, on := range s.Resource {
				if v, _ := j.may("sts:AssumeRole", on, ""); strings.HasSuffix(on, executionRole) && v != policy.Silent {
					return true
				}
			}
		}
	}
	return false
}

// steps asks for what the document's steps do, on whatever.
func (j *roleJudge) steps(needs []string) {
	var missing []string
	for _, action := range needs {
		v, why := j.may(action, "", "")
		if j.note(v, why, action) {
			missing = append(missing, action)
		}
	}
	if missing != nil {
		j.add(allowing(missing, []string{"*"}))
	}
}

// StepRights are the actions that a runbook's steps need of its own role, sorted, as far as
// anybody can know: none when the document names another role for them.
func StepRights(plan *ast.Plan, r *ast.Runbook) []string { return walkRunbook(plan, r).needs(r) }

func (w *runbookWalk) needs(r *ast.Runbook) []string {
	if own := w.own[r.DocumentName()]; own != nil {
		d, err := automation.Parse(own.Content, own.Format)
		if err != nil || assumes(d.AssumeRole, r) {
			return nil
		}
		return d.Needs()
	}
	if assumes("{{ "+assumeParameter+" }}", r) {
		return nil
	}
	return automation.ShippedNeeds(r.DocumentName())
}

// assumes reports whether a document's assumeRole is a role for this runbook: an ARN, or a
// parameter with a value.
func assumes(role string, r *ast.Runbook) bool {
	name := strings.TrimSpace(strings.Trim(strings.TrimSpace(role), "{}"))
	if !strings.Contains(role, "{{") {
		return role != ""
	}
	for _, p := range r.Parameters {
		if p.Key.V == name && slices.ContainsFunc(p.Values, func(v ast.Text) bool { return v.V != "" }) {
			return true
		}
	}
	return strings.Contains(name, ":") // {{global:ACCOUNT_ID}} within an ARN
}
