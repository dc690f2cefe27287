package kind_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/internal/resource"
)

var opsARN = aws.String("arn:aws:sns:us-east-1:111122223333:watchbill-ops")

func (a *account) topicPolicy() string {
	a.t.Helper()
	out, err := a.hand.Topics.GetTopicAttributes(a.t.Context(), &sns.GetTopicAttributesInput{TopicArn: opsARN})
	a.must(err)
	return out.Attributes["Policy"]
}

func (a *account) setTopicPolicy(text string) {
	a.t.Helper()
	_, err := a.hand.Topics.SetTopicAttributes(a.t.Context(), &sns.SetTopicAttributesInput{TopicArn: opsARN, AttributeName: aws.String("Policy"), AttributeValue: &text})
	a.must(err)
}

// Incident Manager may publish before the response plan is saved, which tries it; what
// somebody takes away from the right to it is put back, and what others allow stays.
func TestTopicPublishes(t *testing.T) {
	a := open(t, emulator.Options{})
	desired := compile(t, chatPlan)
	a.wire.taken()
	a.apply(desired)
	var order []string
	for _, c := range a.wire.taken() {
		if op := c.op; op == "sns:CreateTopic" || op == "sns:SetTopicAttributes" || op == "ssm-incidents:CreateResponsePlan" {
			order = append(order, op)
		}
	}
	if want := []string{"sns:CreateTopic", "sns:SetTopicAttributes", "ssm-incidents:CreateResponsePlan"}; !slices.Equal(order, want) {
		t.Errorf("calls in the order %v", order)
	}

	const theirs = `{"Sid":"theirs","Effect":"Allow","Principal":{"Service":"budgets.amazonaws.com"},"Action":"SNS:Publish","Resource":"*"}`
	a.setTopicPolicy(`{"Version":"2012-10-17","Id":"x","Statement":[` + theirs + `]}`)
	l := a.look(desired).expect("update topic/ops publishers").do()
	if notes := l.cs.Changes[0].Notes; len(notes) != 1 || !strings.Contains(notes[0], "chat hears of no incident") {
		t.Errorf("notes: %v", notes)
	}
	a.settled(desired)
	if got := a.topicPolicy(); !strings.Contains(got, theirs) || !strings.Contains(got, `"Id":"x"`) {
		t.Errorf("what others allow is gone: %s", got)
	}

	// Ours, by somebody's doing for another account.
	a.setTopicPolicy(strings.ReplaceAll(a.topicPolicy(), `"AWS:SourceAccount":"111122223333"`, `"AWS:SourceAccount":"444455556666"`))
	a.look(desired).expect("update topic/ops publishers").do()
	a.settled(desired)
}

// Subscriptions end with their topic, so they are counted before it goes: those of people,
// without a word about who they are.
func TestTopicLeavesWithSubscriptions(t *testing.T) {
	for n, want := range []string{"", "one subscription that", "2 subscriptions that"} {
		a := open(t, emulator.Options{})
		a.apply(compile(t, chatPlan))
		for i, endpoint := range []string{"aiko@example.com", "ben@example.com"}[:n] {
			_, err := a.hand.Topics.Subscribe(t.Context(), &sns.SubscribeInput{TopicArn: opsARN, Protocol: aws.String("email"), Endpoint: &endpoint})
			if err != nil {
				t.Fatal(i, err)
			}
		}
		_, err := a.hand.Topics.Subscribe(t.Context(), &sns.SubscribeInput{TopicArn: opsARN, Protocol: aws.String("https"),
			Endpoint: aws.String("https://global.sns-api.chatbot.amazonaws.com")})
		a.must(err)
		l := a.look(compile(t, set))
		for _, c := range l.cs.Changes {
			notes := strings.Join(c.Notes, "; ")
			if c.Addr.Kind == "topic" && (c.Action != resource.Delete || !strings.HasPrefix(notes, want) || want == "" && notes != "" || strings.Contains(notes, "example.com")) {
				t.Errorf("%d subscriptions: %s with the notes %q", n, c.Action, notes)
			}
		}
		l.do()
		a.settled(compile(t, set))
	}
}

// A topic of our name that is not ours is neither used nor changed.
func TestTopicOfOthers(t *testing.T) {
	a := open(t, emulator.Options{})
	_, err := a.hand.Topics.CreateTopic(t.Context(), &sns.CreateTopicInput{Name: aws.String("watchbill-ops")})
	a.must(err)
	before := a.topicPolicy()
	l := a.look(compile(t, chatPlan))
	if got := l.String(); !strings.Contains(got, "refused") {
		t.Errorf("got:\n%s", got)
	}
	if len(l.cs.Refusals) != 1 || a.topicPolicy() != before {
		t.Errorf("%v", l.cs.Refusals)
	}
}
