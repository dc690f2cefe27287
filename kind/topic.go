package kind

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/resource"
)

// Topic is the SNS topic that feeds a chat channel. Incident Manager publishes there: it
// tries to when a response plan with the topic is saved, so the right to it comes first.
// A key that somebody encrypts the topic with is theirs and left alone.
type Topic struct {
	Publishers []string          `json:"publishers" diff:"set"` // services that the topic's policy lets publish
	Tags       map[string]string `json:"tags"`
	// Subscriptions are those that end with a topic which left the plan, without the chat
	// service's own; not counted otherwise.
	Subscriptions int `json:"subscriptions" diff:"note"`
}

var topic = &Kind[Topic]{
	Name:      topicKind,
	Neighbour: topicNeighbour,
	Desired:   desiredTopics,
	ARN:       func(env *Env, name string) string { return env.arn("sns", env.aws.Region(), ownName(name)) },
	Tags:      func(t Topic) map[string]string { return t.Tags },
	List:      listTopics,
	Read:      readTopic,
	Create:    createTopic,
	Update:    updateTopic,
	Delete:    deleteTopic,
	Notes:     topicNotes,
	Operations: Operations{
		Read: []string{"sns:ListTagsForResource", "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic"},
		Write: []string{"sns:CreateTopic", "sns:SetTopicAttributes", "sns:DeleteTopic",
			"sns:TagResource", "sns:UntagResource"},
		Leave: []string{"sns:DeleteTopic"},
	},
	Reach: []Reach{{iamTopic, ownName}},
}

// topicNeighbour: topics have no type of their own in the tagging API, only the service.
var topicNeighbour = &Neighbour{Type: "sns"}

func desiredTopics(p *ast.Plan, add func(Item[Topic])) {
	for _, c := range p.ChatChannels {
		if c.MakesTopic() {
			add(Item[Topic]{
				Name:    c.Name.V,
				Spec:    Topic{Publishers: []string{incidentManager}, Tags: tagged(c.Tags, c.Protect)},
				Origin:  c.Name.Pos(),
				Protect: c.Protect.V,
			})
		}
	}
}

func listTopics(ctx context.Context, env *Env, _ *Found) ([]Found, error) {
	return env.candidates(ctx, topicKind, topicNeighbour, func(o *resource.Object) string { return env.Identity(o.Addr) })
}

func readTopic(ctx context.Context, env *Env, f Found) (Topic, bool, error) {
	out, err := env.aws.Topics.GetTopicAttributes(ctx, &sns.GetTopicAttributesInput{TopicArn: &f.ID})
	if err != nil {
		return Topic{}, false, unlessGone(err)
	}
	policy, err := parseTopicPolicy(f.ID, env.Account(), out.Attributes["Policy"])
	if err != nil {
		return Topic{}, false, err
	}
	spec := Topic{Publishers: policy.publishers(), Tags: f.comparableTags()}
	if len(env.desired.Get(topicAddr(f.Name))) == 0 {
		spec.Subscriptions, err = env.subscriptions(ctx, f.ID)
	}
	return spec, err == nil, err
}

// subscriptions counts those of a topic that are not the chat service's own, which makes
// and ends them itself.
func (e *Env) subscriptions(ctx context.Context, topicARN string) (n int, err error) {
	pages := sns.NewListSubscriptionsByTopicPaginator(e.aws.Topics, &sns.ListSubscriptionsByTopicInput{TopicArn: &topicARN})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return 0, err
		}
		for _, s := range page.Subscriptions {
			if aws.ToString(s.Endpoint) != chatEndpoint {
				n++
			}
		}
	}
	return n, nil
}

// chatEndpoint is where topics deliver to for the chat service, in every Region and account
// [chatbot guide].
const chatEndpoint = "https://global.sns-api.chatbot.amazonaws.com"

// createTopic lets AWS give the topic its usual policy, which lets the account's own
// services publish, and adds to that.
func createTopic(ctx context.Context, env *Env, name string, want Topic) (string, error) {
	out, err := env.aws.Topics.CreateTopic(ctx, &sns.CreateTopicInput{Name: aws.String(ownName(name)), Tags: topicTags(env.marked(want.Tags))})
	if err != nil {
		return "", err
	}
	arn := aws.ToString(out.TopicArn)
	return arn, env.letPublish(ctx, arn)
}

func updateTopic(ctx context.Context, env *Env, f Found, have, want Topic) error {
	if !slices.Equal(have.Publishers, want.Publishers) {
		if err := env.letPublish(ctx, f.ID); err != nil {
			return err
		}
	}
	return env.setTags(ctx, f.ID, have.Tags, want.Tags)
}

// letPublish puts our statement into the policy that the topic has by now.
func (e *Env) letPublish(ctx context.Context, topicARN string) error {
	out, err := e.aws.Topics.GetTopicAttributes(ctx, &sns.GetTopicAttributesInput{TopicArn: &topicARN})
	if err != nil {
		return err
	}
	policy, err := parseTopicPolicy(topicARN, e.Account(), out.Attributes["Policy"])
	if err != nil {
		return err
	}
	text, err := policy.withOurs()
	if err != nil {
		return err
	}
	_, err = e.aws.Topics.SetTopicAttributes(ctx, &sns.SetTopicAttributesInput{
		TopicArn: &topicARN, AttributeName: aws.String("Policy"), AttributeValue: &text})
	return err
}

// deleteTopic: AWS answers a deletion of nothing with success.
func deleteTopic(ctx context.Context, env *Env, f Found, _ Topic) error {
	_, err := env.aws.Topics.DeleteTopic(ctx, &sns.DeleteTopicInput{TopicArn: &f.ID})
	return unlessGone(err)
}

func topicNotes(have, want *Topic) []string {
	switch {
	case want == nil && have.Subscriptions == 1:
		return []string{"one subscription that is not the chat service's ends with it, and nobody can bring it back"}
	case want == nil && have.Subscriptions > 1:
		return []string{fmt.Sprintf("%d subscriptions that are not the chat service's end with it, and nobody can bring them back", have.Subscriptions)}
	case have != nil && want != nil && !slices.Equal(have.Publishers, want.Publishers):
		return []string{"as long as Incident Manager may not publish there, response plans with it cannot be saved, and chat hears of no incident"}
	}
	return nil
}
