package kind

// The services behind rooms: the chat service has operations of their own for each, with the
// same things under other names.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/chatbot"
	"github.com/aws/aws-sdk-go-v2/service/chatbot/types"
	"github.com/aws/smithy-go"

	"github.com/watchbill/watchbill/internal/awsapi"
)

// room is one service. What list finds has AWS's names; its Summary is a ChatConfiguration
// with ARNs. Specs that are written have ARNs, too.
type room struct {
	team      string // what a person authorises, "" if nothing must be
	authorise string // where to click for it
	list      func(ctx context.Context, e *Env) ([]Found, error)
	create    func(ctx context.Context, e *Env, name string, c ChatConfiguration, tags []types.Tag) (id string, err error)
	update    func(ctx context.Context, e *Env, id string, c ChatConfiguration) error
	remove    func(ctx context.Context, e *Env, id string) error
	// knows reports whether a person has authorised the team; nil when nothing must be.
	knows func(ctx context.Context, e *Env, c ChatConfiguration) (bool, error)
}

// rooms are by the service's word in plans.
var rooms = map[string]room{
	inSlack: {"Slack workspace", "Amazon Q Developer in chat applications → Configure new client → Slack → Allow",
		listSlack, createSlack, updateSlack, removeSlack, knowsSlack},
	inTeams: {"Microsoft Teams team", "Amazon Q Developer in chat applications → Configure new client → Microsoft Teams → paste the channel's address → Allow",
		listTeams, createTeams, updateTeams, removeTeams, knowsTeams},
	inChime: {list: listChime, create: createChime, update: updateChime, remove: removeChime},
}

func listSlack(ctx context.Context, e *Env) (out []Found, err error) {
	pages := chatbot.NewDescribeSlackChannelConfigurationsPaginator(e.aws.Chat, &chatbot.DescribeSlackChannelConfigurationsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, c := range page.SlackChannelConfigurations {
			out = append(out, Found{Name: aws.ToString(c.ConfigurationName), ID: aws.ToString(c.ChatConfigurationArn), Summary: ChatConfiguration{
				Service: inSlack, Team: aws.ToString(c.SlackTeamId), Channel: aws.ToString(c.SlackChannelId), Topics: c.SnsTopicArns,
				Role: aws.ToString(c.IamRoleArn), Guardrails: c.GuardrailPolicyArns, Logging: aws.ToString(c.LoggingLevel)}})
		}
	}
	return out, nil
}

func createSlack(ctx context.Context, e *Env, name string, c ChatConfiguration, tags []types.Tag) (string, error) {
	out, err := e.aws.Chat.CreateSlackChannelConfiguration(ctx, &chatbot.CreateSlackChannelConfigurationInput{
		ConfigurationName: &name, SlackTeamId: &c.Team, SlackChannelId: &c.Channel, SnsTopicArns: c.Topics, IamRoleArn: &c.Role,
		GuardrailPolicyArns: c.Guardrails, LoggingLevel: &c.Logging, Tags: tags})
	if err != nil || out.ChannelConfiguration == nil {
		return "", err
	}
	return aws.ToString(out.ChannelConfiguration.ChatConfigurationArn), nil
}

func updateSlack(ctx context.Context, e *Env, id string, c ChatConfiguration) error {
	_, err := e.aws.Chat.UpdateSlackChannelConfiguration(ctx, &chatbot.UpdateSlackChannelConfigurationInput{ChatConfigurationArn: &id,
		SlackChannelId: &c.Channel, SnsTopicArns: c.Topics, IamRoleArn: &c.Role, GuardrailPolicyArns: c.Guardrails, LoggingLevel: &c.Logging})
	return err
}

func removeSlack(ctx context.Context, e *Env, id string) error {
	_, err := e.aws.Chat.DeleteSlackChannelConfiguration(ctx, &chatbot.DeleteSlackChannelConfigurationInput{ChatConfigurationArn: &id})
	return err
}

func knowsSlack(ctx context.Context, e *Env, c ChatConfiguration) (bool, error) {
	ids, err := slackWorkspaces(ctx, e.aws)
	return ids[c.Team], err
}

func listTeams(ctx context.Context, e *Env) (out []Found, err error) {
	pages := chatbot.NewListMicrosoftTeamsChannelConfigurationsPaginator(e.aws.Chat, &chatbot.ListMicrosoftTeamsChannelConfigurationsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, c := range page.TeamChannelConfigurations {
			out = append(out, Found{Name: aws.ToString(c.ConfigurationName), ID: aws.ToString(c.ChatConfigurationArn), Summary: ChatConfiguration{
				Service: inTeams, Team: aws.ToString(c.TeamId), Tenant: aws.ToString(c.TenantId), Channel: aws.ToString(c.ChannelId), Topics: c.SnsTopicArns,
				Role: aws.ToString(c.IamRoleArn), Guardrails: c.GuardrailPolicyArns, Logging: aws.ToString(c.LoggingLevel)}})
		}
	}
	return out, nil
}

func createTeams(ctx context.Context, e *Env, name string, c ChatConfiguration, tags []types.Tag) (string, error) {
	out, err := e.aws.Chat.CreateMicrosoftTeamsChannelConfiguration(ctx, &chatbot.CreateMicrosoftTeamsChannelConfigurationInput{
		ConfigurationName: &name, TeamId: &c.Team, TenantId: &c.Tenant, ChannelId: &c.Channel, SnsTopicArns: c.Topics, IamRoleArn: &c.Role,
		GuardrailPolicyArns: c.Guardrails, LoggingLevel: &c.Logging, Tags: tags})
	if err != nil || out.ChannelConfiguration == nil {
		return "", err
	}
	return aws.ToString(out.ChannelConfiguration.ChatConfigurationArn), nil
}

func updateTeams(ctx context.Context, e *Env, id string, c ChatConfiguration) error {
	_, err := e.aws.Chat.UpdateMicrosoftTeamsChannelConfiguration(ctx, &chatbot.UpdateMicrosoftTeamsChannelConfigurationInput{ChatConfigurationArn: &id,
		ChannelId: &c.Channel, SnsTopicArns: c.Topics, IamRoleArn: &c.Role, GuardrailPolicyArns: c.Guardrails, LoggingLevel: &c.Logging})
	return err
}

func removeTeams(ctx context.Context, e *Env, id string) error {
	_, err := e.aws.Chat.DeleteMicrosoftTeamsChannelConfiguration(ctx, &chatbot.DeleteMicrosoftTeamsChannelConfigurationInput{ChatConfigurationArn: &id})
	return err
}

func knowsTeams(ctx context.Context, e *Env, c ChatConfiguration) (bool, error) {
	ids, err := teams(ctx, e.aws)
	for id := range ids {
		if strings.EqualFold(id, c.Team) {
			return true, err
		}
	}
	return false, err
}

func listChime(ctx context.Context, e *Env) (out []Found, err error) {
	pages := chatbot.NewDescribeChimeWebhookConfigurationsPaginator(e.aws.Chat, &chatbot.DescribeChimeWebhookConfigurationsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, c := range page.WebhookConfigurations {
			out = append(out, Found{Name: aws.ToString(c.ConfigurationName), ID: aws.ToString(c.ChatConfigurationArn), Summary: ChatConfiguration{
				Service: inChime, Topics: c.SnsTopicArns, Role: aws.ToString(c.IamRoleArn), Logging: aws.ToString(c.LoggingLevel),
				Description: aws.ToString(c.WebhookDescription)}})
		}
	}
	return out, nil
}

func createChime(ctx context.Context, e *Env, name string, c ChatConfiguration, tags []types.Tag) (string, error) {
	out, err := e.aws.Chat.CreateChimeWebhookConfiguration(ctx, &chatbot.CreateChimeWebhookConfigurationInput{
		ConfigurationName: &name, WebhookUrl: aws.String(c.Webhook.Reveal()), WebhookDescription: &c.Description,
		SnsTopicArns: c.Topics, IamRoleArn: &c.Role, LoggingLevel: &c.Logging, Tags: tags})
	if err != nil || out.WebhookConfiguration == nil {
		return "", err
	}
	return aws.ToString(out.WebhookConfiguration.ChatConfigurationArn), nil
}

func updateChime(ctx context.Context, e *Env, id string, c ChatConfiguration) error {
	_, err := e.aws.Chat.UpdateChimeWebhookConfiguration(ctx, &chatbot.UpdateChimeWebhookConfigurationInput{ChatConfigurationArn: &id,
		WebhookUrl: aws.String(c.Webhook.Reveal()), WebhookDescription: &c.Description, SnsTopicArns: c.Topics, IamRoleArn: &c.Role, LoggingLevel: &c.Logging})
	return err
}

func removeChime(ctx context.Context, e *Env, id string) error {
	_, err := e.aws.Chat.DeleteChimeWebhookConfiguration(ctx, &chatbot.DeleteChimeWebhookConfigurationInput{ChatConfigurationArn: &id})
	return err
}

// explainChat finds what a person must do before a room that was refused can be had: authorise
// its team, or end another configuration of the same room. Other trouble stays as it is.
func (e *Env) explainChat(ctx context.Context, want ChatConfiguration, err error) error {
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorFault() == smithy.FaultServer || awsapi.IsAccessDenied(err) || awsapi.IsThrottled(err) {
		return err
	}
	room := rooms[want.Service]
	if awsapi.IsConflict(err) {
		return &awsapi.HumanStepError{Err: err,
			What: fmt.Sprintf("the room %s has a chat configuration already, which watchbill did not make, and AWS allows one", cmp.Or(want.Channel, "behind the webhook")),
			Do:   "delete that one in the console (Amazon Q Developer in chat applications) and apply again; or let it listen to a topic of yours, and write only that topic here"}
	}
	if room.knows == nil {
		return err
	}
	if known, trouble := room.knows(ctx, e, want); known || trouble != nil {
		return err
	}
	return &awsapi.HumanStepError{Err: err,
		What: fmt.Sprintf("nobody has authorised the %s %s for this account yet", room.team, want.Team),
		Do:   "a person must do it, once, in the console: " + room.authorise + "; then apply again: everything else stays done"}
}
