package emulator_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/chatbot"
	chattypes "github.com/aws/aws-sdk-go-v2/service/chatbot/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/emulator"
)

const (
	chatRole   = "arn:aws:iam::" + account + ":role/watchbill/chat"
	workspace  = "T0AAAAAAA"
	teamID     = "11111111-2222-3333-4444-555555555555"
	tenantID   = "66666666-7777-8888-9999-000000000000"
	teamsRoom  = "19%3Aabc%40thread.tacv2"
	chimeHook  = "https://hooks.chime.aws/incomingwebhooks/11111111-2222-3333-4444-555555555555?token=secret-canary"
	chatOrders = "chat"
)

func (c *clients) chat() *chatbot.Client { return chatbot.NewFromConfig(config(c.http, home)) }

func slackInput(name, channel string, topics ...string) *chatbot.CreateSlackChannelConfigurationInput {
	return &chatbot.CreateSlackChannelConfigurationInput{ConfigurationName: &name, SlackTeamId: aws.String(workspace), SlackChannelId: &channel,
		IamRoleArn: aws.String(chatRole), SnsTopicArns: topics}
}

// Nobody can be written to in Slack before a person has authorised the workspace, once.
func TestSlackMustBeAuthorised(t *testing.T) {
	c := empty(t, emulator.Options{})
	_, err := c.chat().CreateSlackChannelConfiguration(c.ctx, slackInput("ops", "C0BBBBBBB"))
	if e := fails[*chattypes.InvalidRequestException](t, err); !strings.Contains(e.ErrorMessage(), "is not authorized with AWS account "+account) {
		t.Error(e.ErrorMessage())
	}
	if status := c.postDoor(chatOrders, `{"slack":"`+workspace+`","name":"Shop"}`); status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	list := need(c.chat().DescribeSlackWorkspaces(c.ctx, &chatbot.DescribeSlackWorkspacesInput{}))(t).SlackWorkspaces
	if len(list) != 1 || *list[0].SlackTeamId != workspace || *list[0].SlackTeamName != "Shop" {
		t.Errorf("workspaces %+v", list)
	}
	need(c.chat().CreateSlackChannelConfiguration(c.ctx, slackInput("ops", "C0BBBBBBB")))(t)
	need(c.chat().DeleteSlackWorkspaceAuthorization(c.ctx, &chatbot.DeleteSlackWorkspaceAuthorizationInput{SlackTeamId: aws.String(workspace)}))(t)
	_, err = c.chat().CreateSlackChannelConfiguration(c.ctx, slackInput("other", "C0CCCCCCC"))
	fails[*chattypes.InvalidRequestException](t, err)
	for _, bad := range []string{`{}`, `{"slack":"lower"}`, `{"team":"x","tenant":"y"}`, `{"team":"` + teamID + `"}`, `{"colour":"red"}`, `{`} {
		if status := c.postDoor(chatOrders, bad); status != http.StatusBadRequest {
			t.Errorf("%s: status %d", bad, status)
		}
	}
}

func (c *clients) listeners(topic string) (endpoints []string) {
	for _, s := range need(c.sns().ListSubscriptionsByTopic(c.ctx, &sns.ListSubscriptionsByTopicInput{TopicArn: &topic}))(c.t).Subscriptions {
		endpoints = append(endpoints, *s.Endpoint)
		if !strings.HasPrefix(*s.SubscriptionArn, "arn:") {
			c.t.Errorf("the chat service's subscription is %s", *s.SubscriptionArn)
		}
	}
	return endpoints
}

func TestSlackRooms(t *testing.T) {
	c := empty(t, emulator.Options{MaxPage: 1})
	c.postDoor(chatOrders, `{"slack":"`+workspace+`"}`)
	ops, dev := c.topic("ops"), c.topic("dev")
	in := slackInput("ops", "C0BBBBBBB", ops)
	in.Tags = []chattypes.Tag{{TagKey: aws.String("a"), TagValue: aws.String("1")}}
	made := need(c.chat().CreateSlackChannelConfiguration(c.ctx, in))(t).ChannelConfiguration
	arn := *made.ChatConfigurationArn
	if arn != "arn:aws:chatbot::"+account+":chat-configuration/slack-channel/ops" || *made.LoggingLevel != "NONE" ||
		!slices.Equal(made.GuardrailPolicyArns, []string{"arn:aws:iam::aws:policy/AdministratorAccess"}) {
		t.Errorf("made %+v", made)
	}
	for _, again := range []*chatbot.CreateSlackChannelConfigurationInput{slackInput("ops", "C0DDDDDDD"), slackInput("other", "C0BBBBBBB")} {
		_, err := c.chat().CreateSlackChannelConfiguration(c.ctx, again)
		fails[*chattypes.ConflictException](t, err)
	}
	need(c.chat().CreateSlackChannelConfiguration(c.ctx, slackInput("dev", "C0CCCCCCC", ops)))(t)
	if got := c.listeners(ops); len(got) != 1 {
		t.Errorf("two rooms listen with %v", got)
	}
	update := &chatbot.UpdateSlackChannelConfigurationInput{ChatConfigurationArn: &arn, SlackChannelId: aws.String("C0EEEEEEE"),
		SnsTopicArns: []string{dev}, GuardrailPolicyArns: []string{resolver}, LoggingLevel: aws.String("ERROR")}
	need(c.chat().UpdateSlackChannelConfiguration(c.ctx, update))(t)
	if len(c.listeners(ops)) != 1 || len(c.listeners(dev)) != 1 {
		t.Errorf("listeners %v and %v", c.listeners(ops), c.listeners(dev))
	}
	var names []string
	pages := chatbot.NewDescribeSlackChannelConfigurationsPaginator(c.chat(), &chatbot.DescribeSlackChannelConfigurationsInput{})
	for pages.HasMorePages() {
		for _, r := range need(pages.NextPage(c.ctx))(t).SlackChannelConfigurations {
			names = append(names, *r.ConfigurationName+" "+*r.SlackChannelId)
		}
	}
	if diff := cmp.Diff([]string{"dev C0CCCCCCC", "ops C0EEEEEEE"}, names); diff != "" {
		t.Error(diff)
	}
	got := need(c.chat().DescribeSlackChannelConfigurations(c.ctx, &chatbot.DescribeSlackChannelConfigurationsInput{ChatConfigurationArn: &arn}))(t).SlackChannelConfigurations
	if len(got) != 1 || *got[0].IamRoleArn != chatRole || !slices.Equal(got[0].SnsTopicArns, []string{dev}) || *got[0].LoggingLevel != "ERROR" ||
		!slices.Equal(got[0].GuardrailPolicyArns, []string{resolver}) {
		t.Errorf("room %+v", got)
	}
	need(c.chat().TagResource(c.ctx, &chatbot.TagResourceInput{ResourceARN: &arn, Tags: []chattypes.Tag{{TagKey: aws.String("b"), TagValue: aws.String("2")}}}))(t)
	need(c.chat().UntagResource(c.ctx, &chatbot.UntagResourceInput{ResourceARN: &arn, TagKeys: []string{"a"}}))(t)
	if tags := need(c.chat().ListTagsForResource(c.ctx, &chatbot.ListTagsForResourceInput{ResourceARN: &arn}))(t).Tags; len(tags) != 1 || *tags[0].TagKey != "b" {
		t.Errorf("tags %v", tags)
	}
	need(c.chat().DeleteSlackChannelConfiguration(c.ctx, &chatbot.DeleteSlackChannelConfigurationInput{ChatConfigurationArn: &arn}))(t)
	if len(c.listeners(dev)) != 0 {
		t.Error("a room that is gone listens")
	}
	_, err := c.chat().UpdateSlackChannelConfiguration(c.ctx, update)
	fails[*chattypes.ResourceNotFoundException](t, err)
}

func TestTeamsAndChimeRooms(t *testing.T) {
	c := empty(t, emulator.Options{})
	in := &chatbot.CreateMicrosoftTeamsChannelConfigurationInput{ConfigurationName: aws.String("ops"), TeamId: aws.String(teamID), TenantId: aws.String(tenantID),
		ChannelId: aws.String(teamsRoom), IamRoleArn: aws.String(chatRole)}
	_, err := c.chat().CreateMicrosoftTeamsChannelConfiguration(c.ctx, in)
	fails[*chattypes.InvalidRequestException](t, err)
	c.postDoor(chatOrders, `{"team":"`+teamID+`","tenant":"`+tenantID+`"}`)
	arn := need(c.chat().CreateMicrosoftTeamsChannelConfiguration(c.ctx, in))(t).ChannelConfiguration.ChatConfigurationArn
	if got := need(c.chat().GetMicrosoftTeamsChannelConfiguration(c.ctx, &chatbot.GetMicrosoftTeamsChannelConfigurationInput{ChatConfigurationArn: arn}))(t).ChannelConfiguration; *got.ChannelId != teamsRoom || *got.TenantId != tenantID {
		t.Errorf("room %+v", got)
	}
	if teams := need(c.chat().ListMicrosoftTeamsConfiguredTeams(c.ctx, &chatbot.ListMicrosoftTeamsConfiguredTeamsInput{}))(t).ConfiguredTeams; len(teams) != 1 || *teams[0].TeamId != teamID {
		t.Errorf("teams %+v", teams)
	}
	if rooms := need(c.chat().ListMicrosoftTeamsChannelConfigurations(c.ctx, &chatbot.ListMicrosoftTeamsChannelConfigurationsInput{TeamId: aws.String(tenantID)}))(t).TeamChannelConfigurations; len(rooms) != 0 {
		t.Errorf("rooms of another team %+v", rooms)
	}
	need(c.chat().DeleteMicrosoftTeamsChannelConfiguration(c.ctx, &chatbot.DeleteMicrosoftTeamsChannelConfigurationInput{ChatConfigurationArn: arn}))(t)

	hook := &chatbot.CreateChimeWebhookConfigurationInput{ConfigurationName: aws.String("ops"), WebhookUrl: aws.String(chimeHook), WebhookDescription: aws.String("d"),
		SnsTopicArns: []string{}, IamRoleArn: aws.String(chatRole)}
	chime := need(c.chat().CreateChimeWebhookConfiguration(c.ctx, hook))(t).WebhookConfiguration
	hook.WebhookUrl = aws.String(chimeHook + "!")
	_, err = c.chat().CreateChimeWebhookConfiguration(c.ctx, hook)
	if e := fails[*chattypes.InvalidParameterException](t, err); strings.Contains(e.ErrorMessage(), "canary") {
		t.Error("a webhook is repeated: " + e.ErrorMessage())
	}
	hook.WebhookUrl = aws.String(chimeHook)
	_, err = c.chat().CreateChimeWebhookConfiguration(c.ctx, hook)
	if e := fails[*chattypes.ConflictException](t, err); strings.Contains(e.ErrorMessage(), "canary") {
		t.Error("a webhook is repeated: " + e.ErrorMessage())
	}
	need(c.chat().UpdateChimeWebhookConfiguration(c.ctx, &chatbot.UpdateChimeWebhookConfigurationInput{ChatConfigurationArn: chime.ChatConfigurationArn, WebhookDescription: aws.String("e")}))(t)
	hooks := need(c.chat().DescribeChimeWebhookConfigurations(c.ctx, &chatbot.DescribeChimeWebhookConfigurationsInput{}))(t).WebhookConfigurations
	if len(hooks) != 1 || *hooks[0].WebhookDescription != "e" {
		t.Errorf("hooks %+v", hooks)
	}
	_, err = c.chat().DeleteMicrosoftTeamsChannelConfiguration(c.ctx, &chatbot.DeleteMicrosoftTeamsChannelConfigurationInput{ChatConfigurationArn: chime.ChatConfigurationArn})
	fails[*chattypes.ResourceNotFoundException](t, err)
}

func TestGuardrails(t *testing.T) {
	c := empty(t, emulator.Options{})
	c.postDoor(chatOrders, `{"slack":"`+workspace+`"}`)
	in := slackInput("ops", "C0BBBBBBB")
	in.GuardrailPolicyArns = []string{"arn:aws:iam::aws:policy/aws-service-role/X"}
	_, err := c.chat().CreateSlackChannelConfiguration(c.ctx, in)
	if err == nil {
		t.Error("a policy of a service-linked role is a guardrail")
	}
	in.GuardrailPolicyArns = []string{"arn:aws:s3:::x"}
	_, err = c.chat().CreateSlackChannelConfiguration(c.ctx, in)
	fails[*chattypes.InvalidParameterException](t, err)
}
