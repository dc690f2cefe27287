package kind

// Sharing a response plan with other accounts: a resource policy with a statement
// of ours. Policies of others on the same plan (AWS RAM writes some) are left alone.

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
)

// shareSid marks our statement.
const shareSid = "WatchbillShare"

// shareActions is what AWS's own example of a shared plan allows [cli-ex].
var shareActions = []string{
	"ssm-incidents:CreateTimelineEvent", "ssm-incidents:GetIncidentRecord", "ssm-incidents:GetResponsePlan",
	"ssm-incidents:GetTimelineEvent", "ssm-incidents:ListRelatedItems", "ssm-incidents:ListTimelineEvents",
	"ssm-incidents:StartIncident", "ssm-incidents:UpdateIncidentRecord", "ssm-incidents:UpdateRelatedItems",
	"ssm-incidents:UpdateTimelineEvent",
}

// otherRights stands in an observed list for a statement of ours that somebody has
// changed: no plan can say it, so it shows as a difference and is put right.
const otherRights = "(other rights than watchbill gives)"

type resourcePolicy struct {
	Version   string               `json:"Version"`
	Statement oneOrMany[statement] `json:"Statement"`
}

type statement struct {
	Sid       string            `json:"Sid"`
	Effect    string            `json:"Effect"`
	Principal principals        `json:"Principal"`
	Action    oneOrMany[string] `json:"Action"`
	Resource  oneOrMany[string] `json:"Resource"`
	Condition json.RawMessage   `json:"Condition,omitempty"`
}

// oneOrMany is a policy's list, which may be written as its only element.
type oneOrMany[T any] []T

func (l *oneOrMany[T]) UnmarshalJSON(data []byte) error {
	var one T
	if json.Unmarshal(data, &one) == nil {
		*l = oneOrMany[T]{one}
		return nil
	}
	return json.Unmarshal(data, (*[]T)(l))
}

// principals are who a statement is for, by type: AWS, Service and so on. Everybody
// may be written as a single star.
type principals map[string]oneOrMany[string]

func (p *principals) UnmarshalJSON(data []byte) error {
	var star string
	if json.Unmarshal(data, &star) == nil {
		*p = principals{star: nil}
		return nil
	}
	return json.Unmarshal(data, (*map[string]oneOrMany[string])(p))
}

// accounts are the accounts among p: a bare account means its root.
func (p principals) accounts() []string {
	var out []string
	for _, who := range p["AWS"] {
		if parts := strings.Split(who, ":"); len(parts) == 6 && parts[5] == "root" {
			who = parts[4]
		}
		out = append(out, who)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (e *Env) sharePolicy(planARN string, accounts []string) resourcePolicy {
	var who oneOrMany[string]
	for _, a := range accounts {
		who = append(who, strings.Replace(e.arn("iam", "", "root"), ":"+e.Account()+":", ":"+a+":", 1))
	}
	name := planARN[strings.LastIndexByte(planARN, '/')+1:]
	return resourcePolicy{Version: "2012-10-17", Statement: []statement{{
		Sid: shareSid, Effect: "Allow", Principal: principals{"AWS": who}, Action: shareActions,
		// The Region is open: these ARNs have none, and older policies are written with one.
		Resource: oneOrMany[string]{e.arn("ssm-incidents", "*", "incident-record/"+name+"/*"), e.arn("ssm-incidents", "*", "response-plan/"+name)},
	}}}
}

// ourPolicies are the identifiers and statements of our policies on a plan.
func (e *Env) ourPolicies(ctx context.Context, planARN string) (ids []string, found []statement, err error) {
	pages := ssmincidents.NewGetResourcePoliciesPaginator(e.aws.Incidents, &ssmincidents.GetResourcePoliciesInput{ResourceArn: &planARN})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, nil, err
		}
		for _, p := range page.ResourcePolicies {
			var doc resourcePolicy
			if json.Unmarshal([]byte(aws.ToString(p.PolicyDocument)), &doc) != nil {
				continue // nothing of ours looks like this
			}
			if len(doc.Statement) == 1 && doc.Statement[0].Sid == shareSid {
				ids, found = append(ids, aws.ToString(p.PolicyId)), append(found, doc.Statement[0])
			}
		}
	}
	return ids, found, nil
}

// sharedWith are the accounts our policy shares a plan with.
func (e *Env) sharedWith(ctx context.Context, f Found) ([]string, error) {
	_, found, err := e.ourPolicies(ctx, f.ID)
	if err != nil {
		return nil, unlessGone(err)
	}
	var out []string
	for _, s := range found {
		accounts := s.Principal.accounts()
		out = append(out, accounts...)
		if want := e.sharePolicy(f.ID, accounts).Statement[0]; !s.means(want) || len(found) > 1 {
			out = append(out, otherRights)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// means compares by meaning, but for which accounts: lists have no order, actions no
// case.
func (s statement) means(o statement) bool {
	_, accounts := s.Principal["AWS"]
	return s.Effect == o.Effect && accounts && len(s.Principal) == 1 && len(s.Condition) == 0 &&
		slices.Equal(folded(s.Action), folded(o.Action)) &&
		slices.Equal(slices.Sorted(slices.Values(s.Resource)), slices.Sorted(slices.Values(o.Resource)))
}

// folded are actions in lower case and in order.
func folded(actions []string) []string {
	out := make([]string, len(actions))
	for i, a := range actions {
		out[i] = strings.ToLower(a)
	}
	slices.Sort(out)
	return out
}

// share brings our policy on a plan from have to want. The new policy is written
// before the others of ours go, so that nobody is shut out in between; which others
// there are is asked afterwards, because a repeated call may have written it twice.
func (e *Env) share(ctx context.Context, planARN string, have, want []string) error {
	if slices.Equal(have, want) {
		return nil
	}
	written := ""
	if len(want) > 0 {
		doc, err := json.Marshal(e.sharePolicy(planARN, want))
		if err != nil {
			return err
		}
		out, err := e.aws.Incidents.PutResourcePolicy(ctx, &ssmincidents.PutResourcePolicyInput{ResourceArn: &planARN, Policy: aws.String(string(doc))})
		if err != nil {
			return err
		}
		written = aws.ToString(out.PolicyId)
	}
	ids, _, err := e.ourPolicies(ctx, planARN)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if id == written {
			continue
		}
		if _, err := e.aws.Incidents.DeleteResourcePolicy(ctx, &ssmincidents.DeleteResourcePolicyInput{ResourceArn: &planARN, PolicyId: &id}); unlessGone(err) != nil {
			return err
		}
	}
	return nil
}
