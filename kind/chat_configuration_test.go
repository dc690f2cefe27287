package kind_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/chatbot"

	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/internal/awsapi"
	"github.com/watchbill/watchbill/kind"
)

// A workspace that nobody has authorised keeps its room from being made and nothing else. The
// failure says what to click, and applying again finishes.
func TestRoomNobodyAuthorised(t *testing.T) {
	for team, plan := range map[string]string{
		`{"slack":"T0AAAAAAA"}`: roomPlan,
		`{"team":"11111111-2222-3333-4444-555555555555","tenant":"66666666-7777-8888-9999-000000000000"}`: strings.Replace(roomPlan, "slack: {workspace: T0AAAAAAA, channel: C0BBBBBBB}", teamsRoom, 1),
	} {
		a := open(t, emulator.Options{})
		a.authorise(http.MethodDelete, `{"slack":"T0AAAAAAA"}`)
		desired := compile(t, plan)
		l, failed := a.look(desired), 0
		for _, s := range l.steps() {
			err := kind.Do(t.Context(), l.env, s)
			if err == nil {
				continue
			}
			failed++
			sentence, hint := awsapi.Explain(err)
			if s.Change.Addr.Kind != "chat_configuration" || !strings.Contains(sentence, "nobody has authorised") || !strings.Contains(hint, "Configure new client") {
				t.Errorf("%s: %s; %s", s.Change.Addr, sentence, hint)
			}
		}
		if failed != 1 {
			t.Errorf("%d steps failed", failed)
		}
		a.look(desired).expect("create chat_configuration/ops")
		a.authorise(http.MethodPost, team)
		a.apply(desired)
	}
}

// AWS allows one configuration for a room; one that somebody made by hand is named as what it is.
func TestRoomThatSomebodyHas(t *testing.T) {
	a := open(t, emulator.Options{})
	_, err := a.hand.Chat.CreateSlackChannelConfiguration(t.Context(), &chatbot.CreateSlackChannelConfigurationInput{
		ConfigurationName: aws.String("theirs"), SlackTeamId: aws.String("T0AAAAAAA"), SlackChannelId: aws.String("C0BBBBBBB"),
		IamRoleArn: aws.String("arn:aws:iam::111122223333:role/theirs")})
	a.must(err)
	l := a.look(compile(t, roomPlan))
	for _, s := range l.steps() {
		err := kind.Do(t.Context(), l.env, s)
		if (err != nil) != (s.Change.Addr.Kind == "chat_configuration") {
			t.Errorf("%s: %v", s.Change.Addr, err)
		}
		if err == nil {
			continue
		}
		if sentence, hint := awsapi.Explain(err); !strings.Contains(sentence, "C0BBBBBBB has a chat configuration already") || !strings.Contains(hint, "delete that one") {
			t.Errorf("%s; %s", sentence, hint)
		}
	}
}

// A webhook is written, and never shown: not in a plan, not in a note, not in a tag.
func TestWebhookIsSecret(t *testing.T) {
	a := open(t, emulator.Options{})
	l := a.apply(compile(t, strings.Replace(roomPlan, "slack: {workspace: T0AAAAAAA, channel: C0BBBBBBB}", chimeRoom, 1)))
	var sent int
	for _, c := range a.wire.taken() {
		switch {
		case c.op == "chatbot:CreateChimeWebhookConfiguration":
			sent += strings.Count(c.text, "token=one")
		case strings.Contains(c.text, "token=one"):
			t.Errorf("%s has the webhook", c.op)
		}
	}
	if sent != 1 {
		t.Errorf("the webhook was sent %d times", sent)
	}
	if all := l.String() + details(l.cs); strings.Contains(all, "token=") || strings.Contains(all, "hooks.chime") {
		t.Error(all)
	}
}

// Without a room in the plan nobody asks the chat service anything; a role of a room that left
// is reason to.
func TestChatServiceIsAskedWithReason(t *testing.T) {
	a := open(t, emulator.Options{})
	a.apply(compile(t, chatPlan))
	for op := range a.wire.counted() {
		if strings.HasPrefix(op, "chatbot:") {
			t.Errorf("%s was called", op)
		}
	}
	a.apply(compile(t, roomPlan))
	a.look(compile(t, chatPlan)).expect(`
delete chat_configuration/ops
update response_plan/down notify
delete role/chat-ops`).do()
	a.settled(compile(t, chatPlan))
}
