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

type policy struct {
	Version   string      `json:"Version"`
	Statement []statement `json:"Statement"`
}

type statement struct {
	Sid       string                `json:"Sid"`
	Effect    string                `json:"Effect"`
	Principal map[string]oneOrMany  `json:"Principal"`
	Action    oneOrMany             `json:"Action"`
	Resource  oneOrMany             `json:"Resource"`
	Condition map[string]policyTest `json:"Condition,omitempty"`
}

type policyTest map[string]oneOrMany

// oneOrMany is a policy's list, which may be written as a single text.
type oneOrMany []string

func (l *oneOrMany) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*l = oneOrMany{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(l))
}

func (e *Env) sharePolicy(planARN string, accounts []string) policy {
	var who oneOrMany
	for _, a := range accounts {
		who = append(who, strings.Replace(e.arn("iam", "", "root"), ":"+e.Account()+":", ":"+a+":", 1))
	}
	name := planARN[strings.LastIndexByte(planARN, '/')+1:]
	return policy{Version: "2012-10-17", Statement: []statement{{
		Sid: shareSid, Effect: "Allow", Principal: map[string]oneOrMany{"AWS": who}, Action: shareActions,
		// The Region is open: these ARNs have none, and older policies are written with one.
		Resource: oneOrMany{e.arn("ssm-incidents", "*", "incident-record/"+name+"/*"), e.arn("ssm-incidents", "*", "response-plan/"+name)},
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
			var doc policy
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
		accounts := principals(s)
		out = append(out, accounts...)
		if want := e.sharePolicy(f.ID, accounts).Statement[0]; !s.means(want) || len(found) > 1 {
			out = append(out, otherRights)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// principals are the accounts a statement is for: a bare account means its root.
func principals(s statement) []string {
	var out []string
	for _, p := range s.Principal["AWS"] {
		if parts := strings.Split(p, ":"); len(parts) == 6 && parts[5] == "root" {
			p = parts[4]
		}
		out = append(out, p)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// means compares by meaning: the order of lists and the case of actions have none.
func (s statement) means(o statement) bool {
	same := func(a, b []string) bool {
		a, b = slices.Clone(a), slices.Clone(b)
		slices.Sort(a)
		slices.Sort(b)
		return slices.EqualFunc(a, b, strings.EqualFold)
	}
	return s.Effect == o.Effect && len(s.Condition) == 0 && len(s.Principal) == 1 && same(s.Action, o.Action) && same(s.Resource, o.Resource)
}

// share brings our policy on a plan from have to want. The new policy is written
// before an old one goes, so that nobody is shut out in between.
func (e *Env) share(ctx context.Context, planARN string, have, want []string) error {
	if slices.Equal(have, want) {
		return nil
	}
	old, _, err := e.ourPolicies(ctx, planARN)
	if err != nil {
		return err
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
	for _, id := range old {
		if id == written {
			continue // AWS gave the new policy the old one's identifier
		}
		if _, err := e.aws.Incidents.DeleteResourcePolicy(ctx, &ssmincidents.DeleteResourcePolicyInput{ResourceArn: &planARN, PolicyId: &id}); unlessGone(err) != nil {
			return err
		}
	}
	return nil
}
