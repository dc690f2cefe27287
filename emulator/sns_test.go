package emulator_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	snstypes "github.com/aws/aws-sdk-go-v2/service/sns/types"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"
	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/emulator"
)

func (c *clients) sns() *sns.Client { return sns.NewFromConfig(config(c.http, home)) }

func (c *clients) topic(name string, tags ...snstypes.Tag) string {
	c.t.Helper()
	return *need(c.sns().CreateTopic(c.ctx, &sns.CreateTopicInput{Name: &name, Tags: tags}))(c.t).TopicArn
}

func (c *clients) setTopic(arn, name, value string) error {
	_, err := c.sns().SetTopicAttributes(c.ctx, &sns.SetTopicAttributesInput{TopicArn: &arn, AttributeName: &name, AttributeValue: &value})
	return err
}

func snsTag(key, value string) snstypes.Tag { return snstypes.Tag{Key: &key, Value: &value} }

// publishing is the policy of a topic that lets Incident Manager publish [guide].
func publishing(topic, sourceAccount string) string {
	return `{"Version":"2012-10-17","Statement":[{"Sid":"IncidentManager","Effect":"Allow","Principal":{"Service":"ssm-incidents.amazonaws.com"},` +
		`"Action":"SNS:Publish","Resource":"` + topic + `","Condition":{"StringEqualsIfExists":{"AWS:SourceAccount":"` + sourceAccount + `"}}}]}`
}

func TestTopics(t *testing.T) {
	c := empty(t, emulator.Options{MaxPage: 2})
	arn := c.topic("ops", snsTag("team", "web"))
	if arn != "arn:aws:sns:"+home+":"+account+":ops" || c.topic("ops") != arn || c.topic("ops", snsTag("team", "web")) != arn {
		t.Errorf("topic %s", arn)
	}
	_, err := c.sns().CreateTopic(c.ctx, &sns.CreateTopicInput{Name: aws.String("ops"), Tags: []snstypes.Tag{snsTag("team", "db")}})
	fails[*snstypes.InvalidParameterException](t, err)
	_, err = c.sns().CreateTopic(c.ctx, &sns.CreateTopicInput{Name: aws.String("ops"), Attributes: map[string]string{"DisplayName": "Ops"}})
	fails[*snstypes.InvalidParameterException](t, err)
	for _, name := range []string{"", "a b", "a.fifo", strings.Repeat("a", 257)} {
		_, err := c.sns().CreateTopic(c.ctx, &sns.CreateTopicInput{Name: &name})
		fails[*snstypes.InvalidParameterException](t, err)
	}
	c.topic("a")
	c.topic("z")
	var arns []string
	pages := sns.NewListTopicsPaginator(c.sns(), &sns.ListTopicsInput{})
	for pages.HasMorePages() {
		for _, topic := range need(pages.NextPage(c.ctx))(t).Topics {
			arns = append(arns, (*topic.TopicArn)[strings.LastIndexByte(*topic.TopicArn, ':')+1:])
		}
	}
	if diff := cmp.Diff([]string{"a", "ops", "z"}, arns); diff != "" {
		t.Error(diff)
	}
	if err := c.setTopic(arn, "DisplayName", "Ops & <more>"); err != nil {
		t.Fatal(err)
	}
	if err := c.setTopic(arn, "Policy", publishing(arn, account)); err != nil {
		t.Fatal(err)
	}
	got := need(c.sns().GetTopicAttributes(c.ctx, &sns.GetTopicAttributesInput{TopicArn: &arn}))(t).Attributes
	if got["DisplayName"] != "Ops & <more>" || got["Policy"] != publishing(arn, account) || got["Owner"] != account || got["SubscriptionsConfirmed"] != "0" {
		t.Errorf("attributes %v", got)
	}
	for _, policy := range []string{"{", `{"Statement":[]}`, `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}]}`, `{"Statement":[{"Effect":"Allow","Action":"SNS:Publish"}]}`} {
		fails[*snstypes.InvalidParameterException](t, c.setTopic(arn, "Policy", policy))
	}
	fails[*snstypes.InvalidParameterException](t, c.setTopic(arn, "Colour", "red"))
	fails[*snstypes.NotFoundException](t, c.setTopic(arn+"x", "DisplayName", "x"))
	fails[*snstypes.InvalidParameterException](t, c.setTopic("ops", "DisplayName", "x"))
	for range 2 { // deleting what is gone succeeds
		need(c.sns().DeleteTopic(c.ctx, &sns.DeleteTopicInput{TopicArn: &arn}))(t)
	}
	_, err = c.sns().GetTopicAttributes(c.ctx, &sns.GetTopicAttributesInput{TopicArn: &arn})
	fails[*snstypes.NotFoundException](t, err)
}

func TestTopicPermissions(t *testing.T) {
	c := empty(t, emulator.Options{})
	arn := c.topic("ops")
	add := &sns.AddPermissionInput{TopicArn: &arn, Label: aws.String("them"), AWSAccountId: []string{"222233334444"}, ActionName: []string{"Publish"}}
	need(c.sns().AddPermission(c.ctx, add))(t)
	_, err := c.sns().AddPermission(c.ctx, add)
	fails[*snstypes.InvalidParameterException](t, err)
	policy := func() string {
		return need(c.sns().GetTopicAttributes(c.ctx, &sns.GetTopicAttributesInput{TopicArn: &arn}))(t).Attributes["Policy"]
	}
	if p := policy(); !strings.Contains(p, "arn:aws:iam::222233334444:root") || !strings.Contains(p, "__default_statement_ID") {
		t.Errorf("policy %s", p)
	}
	need(c.sns().RemovePermission(c.ctx, &sns.RemovePermissionInput{TopicArn: &arn, Label: aws.String("them")}))(t)
	if p := policy(); strings.Contains(p, "222233334444") {
		t.Errorf("policy %s", p)
	}
}

func TestSubscriptions(t *testing.T) {
	c := empty(t, emulator.Options{MaxPage: 1})
	arn := c.topic("ops")
	subscribe := func(protocol, endpoint string) string {
		return *need(c.sns().Subscribe(c.ctx, &sns.SubscribeInput{TopicArn: &arn, Protocol: &protocol, Endpoint: &endpoint}))(t).SubscriptionArn
	}
	queue := subscribe("sqs", "arn:aws:sqs:"+home+":"+account+":q")
	if again := subscribe("sqs", "arn:aws:sqs:"+home+":"+account+":q"); again != queue || !strings.HasPrefix(queue, arn+":") {
		t.Errorf("subscribed twice: %s and %s", queue, again)
	}
	if got := subscribe("email", "aiko@example.com"); got != "pending confirmation" {
		t.Errorf("a mail address is subscribed at once: %s", got)
	}
	var got []string
	pages := sns.NewListSubscriptionsByTopicPaginator(c.sns(), &sns.ListSubscriptionsByTopicInput{TopicArn: &arn})
	for pages.HasMorePages() {
		for _, s := range need(pages.NextPage(c.ctx))(t).Subscriptions {
			got = append(got, fmt.Sprint(*s.Protocol, " ", *s.SubscriptionArn == "PendingConfirmation"))
		}
	}
	if len(got) != 2 {
		t.Errorf("subscriptions %v", got)
	}
	about := need(c.sns().GetSubscriptionAttributes(c.ctx, &sns.GetSubscriptionAttributesInput{SubscriptionArn: &queue}))(t).Attributes
	if about["Protocol"] != "sqs" || about["PendingConfirmation"] != "false" {
		t.Errorf("attributes %v", about)
	}
	for range 2 {
		need(c.sns().Unsubscribe(c.ctx, &sns.UnsubscribeInput{SubscriptionArn: &queue}))(t)
	}
	attributes := need(c.sns().GetTopicAttributes(c.ctx, &sns.GetTopicAttributesInput{TopicArn: &arn}))(t).Attributes
	if attributes["SubscriptionsDeleted"] != "1" || attributes["SubscriptionsPending"] != "1" || attributes["SubscriptionsConfirmed"] != "0" {
		t.Errorf("attributes %v", attributes)
	}
	_, err := c.sns().Subscribe(c.ctx, &sns.SubscribeInput{TopicArn: &arn, Protocol: aws.String("pigeon"), Endpoint: aws.String("x")})
	fails[*snstypes.InvalidParameterException](t, err)
}

func TestTopicTags(t *testing.T) {
	c := empty(t, emulator.Options{})
	arn := c.topic("ops", snsTag("a", "1"))
	need(c.sns().TagResource(c.ctx, &sns.TagResourceInput{ResourceArn: &arn, Tags: []snstypes.Tag{snsTag("b", "2")}}))(t)
	need(c.sns().UntagResource(c.ctx, &sns.UntagResourceInput{ResourceArn: &arn, TagKeys: []string{"a"}}))(t)
	tags := need(c.sns().ListTagsForResource(c.ctx, &sns.ListTagsForResourceInput{ResourceArn: &arn}))(t).Tags
	if len(tags) != 1 || *tags[0].Key != "b" {
		t.Errorf("tags %v", tags)
	}
	found := c.resources(&resourcegroupstaggingapi.GetResourcesInput{ResourceTypeFilters: []string{"sns"}})
	if diff := cmp.Diff(map[string]map[string]string{arn: {"b": "2"}}, found); diff != "" {
		t.Error(diff)
	}
	_, err := c.sns().ListTagsForResource(c.ctx, &sns.ListTagsForResourceInput{ResourceArn: aws.String(arn + "x")})
	fails[*snstypes.ResourceNotFoundException](t, err)
}

// chatPlan is a response plan whose chat channel is a topic.
func chatPlan(name, topic string) *ssmincidents.CreateResponsePlanInput {
	in := planInput(name)
	in.ChatChannel = &types.ChatChannelMemberChatbotSns{Value: []string{topic}}
	return in
}

// A response plan can be saved only when Incident Manager may publish to the topics of its chat channel.
func TestChatTopicMustBePublishable(t *testing.T) {
	c, _ := byHand(t, emulator.Options{})
	topic := c.topic("ops")
	save := func(arn string) error {
		out, err := c.incidents.CreateResponsePlan(c.ctx, chatPlan("down", arn))
		if err == nil {
			need(c.incidents.DeleteResponsePlan(c.ctx, &ssmincidents.DeleteResponsePlanInput{Arn: out.Arn}))(t)
		}
		return err
	}
	if e := fails[*types.ValidationException](t, save(topic)); !strings.Contains(e.ErrorMessage(), "does not let ssm-incidents.amazonaws.com perform SNS:Publish") {
		t.Error(e.ErrorMessage())
	}
	for policy, ok := range map[string]bool{
		publishing(topic, account):        true,
		publishing(topic, "222233334444"): false,
		publishing(topic+"x", account):    false,
		strings.Replace(publishing(topic, account), "ssm-incidents.", "events.", 1):           false,
		strings.Replace(publishing(topic, account), "SNS:Publish", "sns:*", 1):                true,
		strings.Replace(publishing(topic, account), `"Effect":"Allow"`, `"Effect":"Deny"`, 1): false,
	} {
		if err := c.setTopic(topic, "Policy", policy); err != nil {
			t.Fatal(err)
		}
		if err := save(topic); (err == nil) != ok {
			t.Errorf("%s: %v", policy, err)
		}
	}
	if err := c.setTopic(topic, "Policy", publishing(topic, account)); err != nil {
		t.Fatal(err)
	}
	if err := c.setTopic(topic, "KmsMasterKeyId", "alias/aws/sns"); err != nil {
		t.Fatal(err)
	}
	if e := fails[*types.ValidationException](t, save(topic)); !strings.Contains(e.ErrorMessage(), "alias/aws/sns") {
		t.Error(e.ErrorMessage())
	}
	if err := c.setTopic(topic, "KmsMasterKeyId", ""); err != nil {
		t.Fatal(err)
	}
	if err := save(topic + "-unknown"); err != nil {
		t.Error(err)
	}
	plan := need(c.incidents.CreateResponsePlan(c.ctx, planInput("up")))(t).Arn
	_, err := c.incidents.UpdateResponsePlan(c.ctx, &ssmincidents.UpdateResponsePlanInput{Arn: plan, ChatChannel: &types.ChatChannelMemberChatbotSns{Value: []string{c.topic("closed")}}})
	fails[*types.ValidationException](t, err)
}

func TestUnknownTopicsFail(t *testing.T) {
	c, _ := byHand(t, emulator.Options{Rules: emulator.Rules{UnknownTopicsFail: true}})
	_, err := c.incidents.CreateResponsePlan(c.ctx, chatPlan("down", "arn:aws:sns:"+home+":"+account+":gone"))
	fails[*types.ValidationException](t, err)
	need(c.incidents.CreateResponsePlan(c.ctx, chatPlan("down", "arn:aws:sns:"+home+":222233334444:theirs")))(t)
}

// An incident tells its topics; one that has closed since hears nothing.
func TestTopicsHearOfIncidents(t *testing.T) {
	c, _ := byHand(t, emulator.Options{})
	topic := c.topic("ops")
	if err := c.setTopic(topic, "Policy", publishing(topic, account)); err != nil {
		t.Fatal(err)
	}
	plan := need(c.incidents.CreateResponsePlan(c.ctx, chatPlan("down", topic)))(t).Arn
	heard := func() (n int) {
		var box struct {
			Messages []struct {
				TopicARN string `json:"topic_arn"`
				Text     string
			}
		}
		c.door("outbox?kind=notification", &box)
		for _, m := range box.Messages {
			if m.TopicARN == topic {
				n++
			}
		}
		return n
	}
	start := func() {
		need(c.incidents.StartIncident(c.ctx, &ssmincidents.StartIncidentInput{ResponsePlanArn: plan}))(t)
	}
	if n := heard(); n != 1 { // the test message
		t.Errorf("%d messages before any incident", n)
	}
	start()
	before := heard()
	if before < 2 {
		t.Errorf("%d messages after an incident", before)
	}
	if err := c.setTopic(topic, "Policy", ""); err != nil {
		t.Fatal(err)
	}
	start()
	if n := heard(); n != before {
		t.Errorf("a closed topic got %d messages", n-before)
	}
	need(c.sns().Publish(c.ctx, &sns.PublishInput{TopicArn: &topic, Message: aws.String("hello"), Subject: aws.String("s")}))(t)
	if n := heard(); n != before+1 {
		t.Error("what is published is not in the outbox")
	}
	_, err := c.sns().Publish(c.ctx, &sns.PublishInput{TopicArn: &topic, Message: aws.String("")})
	fails[*snstypes.InvalidParameterException](t, err)
}
