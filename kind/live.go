package kind

// What a target says of things that a plan only names: documents, chat workspaces, fleets. No
// pass needs it; validate asks when it is told to.

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/chatbot"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/automation"
	"github.com/watchbill/watchbill/internal/awsapi"
	"github.com/watchbill/watchbill/internal/resource"
)

// Look are the AWS actions of Ask; those that a pass has too are for things it does not read.
var Look = Operations{Read: []string{"iam:GetRole", "iam:ListRolePolicies", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:GetPolicy", "iam:GetPolicyVersion",
	"ssm:DescribeDocument", "chatbot:DescribeSlackWorkspaces", "chatbot:ListMicrosoftTeamsConfiguredTeams",
	"secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy", "secretsmanager:GetSecretValue"}}

// asks adds what it takes to read what response plans name and the plan does not make: documents,
// of which AWS's own are in no account, and roles with the policies that are attached to them.
func (b *policyBuilder) asks() {
	for _, o := range b.Desired.All() {
		spec, ok := o.Spec.(ResponsePlan)
		if !ok || spec.Runbook.Document == "" {
			continue
		}
		if !b.Desired.Has(resource.Addr{Kind: documentKind, Name: spec.Runbook.Document}) {
			b.add("ReadNamedDocuments", []string{"ssm:DescribeDocument"}, b.document(spec.Runbook.Document), nil)
		}
		if strings.HasPrefix(spec.Runbook.Role, "arn:") {
			names := []string{spec.Runbook.Role}
			if b.Compact {
				names = []string{b.Account.arn("iam", "", "role/*")}
			}
			b.add("ReadNamedRoles", []string{"iam:GetRole", "iam:ListRolePolicies", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies"}, names, nil)
			amazon := b.Account
			amazon.Number = "aws"
			b.add("ReadManagedPolicies", []string{"iam:GetPolicy", "iam:GetPolicyVersion"}, slices.Concat(b.Account.arns(iamManaged, "*"), amazon.arns(iamManaged, "*")), nil)
		}
	}
}

// document are the ARNs of a document that is named; compact, of all.
func (b *policyBuilder) document(name string) []string {
	switch {
	case b.Compact:
		return slices.Concat(b.Account.arns(iamDocument, "*"), b.Account.unowned(iamDocument, "*"))
	case strings.HasPrefix(name, "arn:"):
		return []string{name}
	case ownedByAWS(name):
		return b.Account.unowned(iamDocument, name)
	}
	return b.Account.arns(iamDocument, name)
}

// unowned are the ARNs of what is AWS's own and in no account.
func (a Account) unowned(t *iamType, name string) []string {
	a.Number = ""
	return a.arns(t, name)
}

// Answers are what a target says. What could not be read is in Unread and nowhere else: a map
// that is nil was not filled, and nothing follows from what is not in it.
type Answers struct {
	// Documents are the Automation documents that runbooks name, as they name them.
	Documents map[string]automation.Live
	// Slack and Teams are the workspaces and teams that somebody has authorised, by ID.
	Slack, Teams map[string]bool
	// PagerDuty is what keeps Incident Manager from using the secrets of response plans, by ARN.
	PagerDuty map[string][]string
	Fleets    []Fleet
	// Silent are the alarms by their monitors that are there and start nothing, although the
	// plan wants them to.
	Silent map[string][]SilentAlarm
	// Roles are what the roles lack that runbooks name by their ARN, by the runbook's name.
	Roles map[string]RoleAnswer
	// Unread is what could not be read.
	Unread []Unanswered
}

// Unanswered is a question without an answer: what was asked for, in words, and why.
type Unanswered struct {
	What string
	Err  error
}

// SilentAlarm is an alarm by its name in CloudWatch, and why it starts nothing.
type SilentAlarm struct{ Name, Why string }

// Ask asks a target about a plan and what it was lowered to; at is the pass's instant. The error is ctx's, or trouble that no
// question escapes.
func Ask(ctx context.Context, clients *awsapi.Clients, plan *ast.Plan, desired *resource.State, at time.Time) (*Answers, error) {
	out := &Answers{Documents: map[string]automation.Live{}}
	out.documents(ctx, clients, plan)
	out.rooms(ctx, clients, plan)
	if err := out.roles(ctx, clients, plan, desired); err != nil {
		return nil, err
	}
	out.pagerDuty(ctx, clients, plan)
	if len(plan.Monitors) > 0 {
		if err := out.alarms(ctx, clients, desired, at); err != nil {
			return nil, err
		}
	}
	return out, ctx.Err()
}

func (a *Answers) unread(what string, err error) {
	a.Unread = append(a.Unread, Unanswered{what, err})
}

// documents describes each document once. What the plan makes may not be there yet.
func (a *Answers) documents(ctx context.Context, clients *awsapi.Clients, plan *ast.Plan) {
	made := map[string]bool{}
	for _, rb := range plan.Runbooks {
		made[rb.DocumentName()] = made[rb.DocumentName()] || rb.Source.Set()
	}
	for _, rb := range plan.Runbooks {
		name := rb.DocumentName()
		if _, asked := a.Documents[name]; asked || made[name] || name == "" {
			continue
		}
		live := describe(ctx, clients, name, rb.Version.V)
		if live.Err != nil {
			a.unread("the document "+name, live.Err)
		}
		a.Documents[name] = live
	}
}

func describe(ctx context.Context, clients *awsapi.Clients, name, version string) automation.Live {
	in := &ssm.DescribeDocumentInput{Name: aws.String(name)}
	if version != "" {
		in.DocumentVersion = aws.String(version)
	}
	out, err := clients.SSM.DescribeDocument(ctx, in)
	switch {
	case awsapi.IsNotFound(err):
		return automation.Live{Absent: true}
	case err != nil:
		return automation.Live{Err: err}
	}
	doc := &automation.Document{}
	for _, p := range out.Document.Parameters {
		doc.Parameters = append(doc.Parameters, automation.Parameter{
			Name: aws.ToString(p.Name), Type: string(p.Type), Optional: p.DefaultValue != nil,
		})
	}
	slices.SortFunc(doc.Parameters, func(x, y automation.Parameter) int { return strings.Compare(x.Name, y.Name) })
	return automation.Live{Document: doc, Type: string(out.Document.DocumentType)}
}

// rooms asks which workspaces are authorised, for the services that the plan has rooms of.
func (a *Answers) rooms(ctx context.Context, clients *awsapi.Clients, plan *ast.Plan) {
	if slices.ContainsFunc(plan.ChatChannels, func(c *ast.ChatChannel) bool { return c.Slack != nil }) {
		ids, err := slackWorkspaces(ctx, clients)
		if a.Slack = ids; err != nil {
			a.unread("the authorised Slack workspaces", err)
		}
	}
	if slices.ContainsFunc(plan.ChatChannels, func(c *ast.ChatChannel) bool { return c.Teams != nil }) {
		ids, err := teams(ctx, clients)
		if a.Teams = ids; err != nil {
			a.unread("the authorised Microsoft Teams teams", err)
		}
	}
}

func slackWorkspaces(ctx context.Context, clients *awsapi.Clients) (map[string]bool, error) {
	ids := map[string]bool{}
	pages := chatbot.NewDescribeSlackWorkspacesPaginator(clients.Chat, &chatbot.DescribeSlackWorkspacesInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, w := range page.SlackWorkspaces {
			ids[aws.ToString(w.SlackTeamId)] = true
		}
	}
	return ids, nil
}

func teams(ctx context.Context, clients *awsapi.Clients) (map[string]bool, error) {
	ids := map[string]bool{}
	pages := chatbot.NewListMicrosoftTeamsConfiguredTeamsPaginator(clients.Chat, &chatbot.ListMicrosoftTeamsConfiguredTeamsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, t := range page.ConfiguredTeams {
			ids[aws.ToString(t.TeamId)] = true
		}
	}
	return ids, nil
}

// alarms asks which resources the fleets have, and what the alarms do that are there.
func (a *Answers) alarms(ctx context.Context, clients *awsapi.Clients, desired *resource.State, at time.Time) error {
	wanted, fleets, err := Expand(ctx, clients, desired, at)
	if err != nil {
		return err
	}
	a.Fleets = fleets
	for _, f := range fleets {
		if f.Err != nil {
			a.unread("what "+f.Monitor+" is for", f.Err)
		}
	}
	env := NewEnv(clients, "", wanted)
	if err := env.identify(ctx); err != nil {
		return err
	}
	found, err := listAlarms(ctx, env, nil)
	if err != nil {
		a.unread("the alarms", err)
		return nil
	}
	a.Silent = map[string][]SilentAlarm{}
	for _, f := range found {
		live, _, err := readAlarm(ctx, env, f)
		if err != nil || env.wantedAlarm(f.Name).ResponsePlan == "" {
			continue
		}
		why := ""
		switch {
		case live.Disabled:
			why = "its actions are switched off"
		case live.ResponsePlan == "":
			why = "the action that starts the response plan is gone"
		default:
			continue
		}
		monitor, _, _ := strings.Cut(f.Name, "/")
		a.Silent[monitor] = append(a.Silent[monitor], SilentAlarm{alarmPrefix + f.Name, why})
	}
	return nil
}
