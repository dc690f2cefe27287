package kind

// The writing half of response_plan.go: how a spec looks on the wire. A nil list or
// map is absent there, which an update reads as "unchanged"; an empty one clears.

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"

	"github.com/watchbill/watchbill/internal/resource"
)

func createResponsePlan(ctx context.Context, env *Env, name string, want ResponsePlan) (string, error) {
	engage, err := env.identifiers(want.Engage)
	if err != nil {
		return "", err
	}
	role := want.Runbook.Role
	if want, err = env.withARNs(want); err != nil {
		return "", err
	}
	in := &ssmincidents.CreateResponsePlanInput{
		Name: &name, DisplayName: orNil(want.DisplayName), Engagements: engage,
		IncidentTemplate: &types.IncidentTemplate{
			Title: &want.Title, Impact: aws.Int32(int32(want.Impact)), Summary: orNil(want.Summary),
			DedupeString: orNil(want.Dedupe), IncidentTags: want.IncidentTags, NotificationTargets: want.topics(),
		},
		Actions: want.actions(), Integrations: want.integrations(),
		Tags: env.marked(want.Tags), ClientToken: aws.String(env.token("response plan", name)),
	}
	if len(want.Chat) > 0 {
		in.ChatChannel = want.chatChannel()
	}
	var arn string
	err = env.withRole(ctx, role, func() error {
		out, err := env.aws.Incidents.CreateResponsePlan(ctx, in)
		if err == nil {
			arn = aws.ToString(out.Arn)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	return arn, env.share(ctx, arn, nil, want.ShareWith)
}

// updateResponsePlan writes every field: what the plan does not have is cleared.
func updateResponsePlan(ctx context.Context, env *Env, f Found, have, want ResponsePlan) error {
	engage, err := env.identifiers(want.Engage)
	if err != nil {
		return err
	}
	if len(resource.Fields(have.bare(), want.bare())) > 0 {
		role := want.Runbook.Role
		if want, err = env.withARNs(want); err != nil {
			return err
		}
		in := &ssmincidents.UpdateResponsePlanInput{
			Arn: &f.ID, DisplayName: &want.DisplayName, Engagements: engage,
			IncidentTemplateTitle: &want.Title, IncidentTemplateImpact: aws.Int32(int32(want.Impact)),
			IncidentTemplateSummary: &want.Summary, IncidentTemplateDedupeString: &want.Dedupe,
			IncidentTemplateNotificationTargets: want.topics(), IncidentTemplateTags: orEmpty(want.IncidentTags),
			ChatChannel: want.chatChannel(), Actions: want.actions(), Integrations: want.integrations(),
		}
		err := env.withRole(ctx, role, func() error {
			_, err := env.aws.Incidents.UpdateResponsePlan(ctx, in)
			return err
		})
		if err != nil {
			return err
		}
	}
	if err := env.share(ctx, f.ID, have.ShareWith, want.ShareWith); err != nil {
		return err
	}
	return env.setTags(ctx, f.ID, have.Tags, want.Tags)
}

// withARNs is a spec with ARNs in the place of addresses.
func (e *Env) withARNs(p ResponsePlan) (out ResponsePlan, err error) {
	if p.Chat, err = e.targets(p.Chat); err != nil {
		return p, err
	}
	if p.Notify, err = e.targets(p.Notify); err != nil {
		return p, err
	}
	p.Runbook.Role, err = e.target(p.Runbook.Role)
	return p, err
}

// deleteResponsePlan: AWS answers a deletion of nothing with success.
func deleteResponsePlan(ctx context.Context, env *Env, f Found, _ ResponsePlan) error {
	_, err := env.aws.Incidents.DeleteResponsePlan(ctx, &ssmincidents.DeleteResponsePlanInput{Arn: &f.ID})
	return unlessGone(err)
}

// bare is the spec without what other calls than UpdateResponsePlan write.
func (p ResponsePlan) bare() ResponsePlan {
	p.Tags, p.ShareWith = nil, nil
	return p
}

// identifiers are never nil: an empty list clears.
func (e *Env) identifiers(addrs []resource.Addr) ([]string, error) {
	out := []string{}
	for _, a := range addrs {
		id, err := e.ID(a)
		if err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, nil
}

func (p ResponsePlan) topics() []types.NotificationTargetItem {
	out := []types.NotificationTargetItem{}
	for _, arn := range p.Notify {
		out = append(out, &types.NotificationTargetItemMemberSnsTopicArn{Value: arn})
	}
	return out
}

func (p ResponsePlan) chatChannel() types.ChatChannel {
	if len(p.Chat) == 0 {
		return &types.ChatChannelMemberEmpty{Value: types.EmptyChatChannel{}}
	}
	return &types.ChatChannelMemberChatbotSns{Value: p.Chat}
}

func (p ResponsePlan) actions() []types.Action {
	r := p.Runbook
	if r.Document == "" {
		return []types.Action{}
	}
	// AWS refuses empty maps here; absent is right, for an update too, because the
	// action is replaced as a whole.
	a := types.SsmAutomation{
		DocumentName: &r.Document, DocumentVersion: orNil(r.Version), RoleArn: &r.Role,
		TargetAccount: targetAccounts[r.Account], Parameters: noneIfEmpty(r.Parameters),
	}
	for key, word := range r.FromIncident {
		put(&a.DynamicParameters, key, types.DynamicSsmParameterValue(
			&types.DynamicSsmParameterValueMemberVariable{Value: incidentVariables[word]}))
	}
	return []types.Action{&types.ActionMemberSsmAutomation{Value: a}}
}

func (p ResponsePlan) integrations() []types.Integration {
	if p.PagerDuty == (PagerDuty{}) {
		return []types.Integration{}
	}
	return []types.Integration{&types.IntegrationMemberPagerDutyConfiguration{Value: types.PagerDutyConfiguration{
		Name: &p.PagerDuty.Name, SecretId: &p.PagerDuty.Secret,
		PagerDutyIncidentConfiguration: &types.PagerDutyIncidentConfiguration{ServiceId: &p.PagerDuty.Service},
	}}}
}

func orEmpty(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}
