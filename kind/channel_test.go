package kind_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"

	"github.com/watchbill/watchbill/emulator"
)

// sent is a message to a device.
type sent struct {
	Time       time.Time `json:"time"`
	Kind       string    `json:"kind"` // page, or what asks for a code
	ChannelARN string    `json:"channel_arn"`
	Address    string    `json:"address"`
	Code       string    `json:"code"`
}

// outbox are all messages so far, oldest first.
func (a *account) outbox() []sent {
	a.t.Helper()
	r, err := http.NewRequestWithContext(a.t.Context(), http.MethodGet, "http://embedded/_watchbill/outbox", nil)
	if err != nil {
		a.t.Fatal(err)
	}
	res, err := a.base.Transport().RoundTrip(r)
	if err != nil {
		a.t.Fatal(err)
	}
	defer res.Body.Close()
	var out struct{ Messages []sent }
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
		a.t.Fatal(err)
	}
	return out.Messages
}

// activate enters the newest code of every channel of a contact.
func (a *account) activate(alias string) {
	a.t.Helper()
	newest := map[string]string{}
	for _, m := range a.outbox() {
		newest[m.ChannelARN] = m.Code
	}
	for _, c := range a.channels(alias) {
		if _, err := a.hand.Contacts.ActivateContactChannel(a.t.Context(), &ssmcontacts.ActivateContactChannelInput{
			ContactChannelId: c.ContactChannelArn, ActivationCode: aws.String(newest[*c.ContactChannelArn]),
		}); err != nil {
			a.t.Fatal(err)
		}
	}
}

func contactID(alias string) *string {
	return aws.String("arn:aws:ssm-contacts:" + region + ":111122223333:contact/" + alias)
}

// channels are a contact's as they are.
func (a *account) channels(alias string) []types.ContactChannel {
	a.t.Helper()
	out, err := a.hand.Contacts.ListContactChannels(a.t.Context(), &ssmcontacts.ListContactChannelsInput{ContactId: contactID(alias)})
	if err != nil {
		a.t.Fatal(err)
	}
	return out.ContactChannels
}

// statuses are lines of a contact's channels: "mail EMAIL ACTIVATED".
func (a *account) statuses(alias string) string {
	a.t.Helper()
	var out []string
	for _, c := range a.channels(alias) {
		out = append(out, *c.Name+" "+string(c.Type)+" "+*c.DeliveryAddress.SimpleAddress+" "+string(c.ActivationStatus))
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

func (a *account) hasChannels(alias string, want ...string) {
	a.t.Helper()
	if got := a.statuses(alias); got != strings.Join(want, "\n") {
		a.t.Fatalf("channels of %s:\n%s\n\nwant:\n%s", alias, got, strings.Join(want, "\n"))
	}
}

const duo = set + `
contacts:
  aiko:
    channels: {post: {email: aiko@example.com}, phone: {voice: "+12025550101"}}
    engagement_plan: [{page: [post, phone], wait: 5m}]
`

func replaced(plan string, oldnew ...string) string {
	return strings.NewReplacer(oldnew...).Replace(plan)
}

// A new channel is sent its code at once.
func TestNewChannelIsSentItsCode(t *testing.T) {
	a := open(t, emulator.Options{})
	a.apply(compile(t, duo))
	var to []string
	for _, m := range a.outbox() {
		to = append(to, m.Address)
	}
	slices.Sort(to)
	if want := []string{"+12025550101", "aiko@example.com"}; !slices.Equal(to, want) {
		t.Fatalf("codes went to %v, want %v", to, want)
	}
}

// A key is a label: who renames a channel in the plan keeps its activation.
func TestRenamedChannelKeepsItsActivation(t *testing.T) {
	a := open(t, emulator.Options{})
	a.apply(compile(t, duo))
	a.activate("aiko")
	a.look(compile(t, replaced(duo, "post", "inbox"))).expect("update channel/aiko/inbox name").do()
	a.hasChannels("aiko", "inbox EMAIL aiko@example.com ACTIVATED", "phone VOICE +12025550101 ACTIVATED")
	if n := len(a.outbox()); n != 2 {
		t.Errorf("%d codes were sent, want 2", n)
	}
}

// The old key may stand for another address at once: the activation goes with the
// address all the same.
func TestRenamedChannelWhoseKeyIsTakenKeepsItsActivation(t *testing.T) {
	a := open(t, emulator.Options{})
	a.apply(compile(t, duo))
	a.activate("aiko")
	next := replaced(duo, `phone: {voice: "+12025550101"}`, `phone: {voice: "+12025550199"}, mobile: {voice: "+12025550101"}`,
		"[post, phone]", "[post, phone, mobile]")
	a.apply(compile(t, next))
	a.hasChannels("aiko", "mobile VOICE +12025550101 ACTIVATED", "phone VOICE +12025550199 NOT_ACTIVATED",
		"post EMAIL aiko@example.com ACTIVATED")
}

// One channel leaves and another takes its key: the one that stays is kept, whatever
// AWS lists first.
func TestChannelThatTakesALeavingOnesKey(t *testing.T) {
	a := open(t, emulator.Options{})
	both := replaced(duo, `phone: {voice: "+12025550101"}`, `phone: {voice: "+12025550101"}, work: {voice: "+12025550102"}`,
		"[post, phone]", "[post, phone, work]")
	a.apply(compile(t, both))
	a.activate("aiko")
	a.apply(compile(t, replaced(duo, "+12025550101", "+12025550102")))
	a.hasChannels("aiko", "phone VOICE +12025550102 ACTIVATED", "post EMAIL aiko@example.com ACTIVATED")
}

// A new address is not activated, gets a code, and the change says so beforehand,
// without the address.
func TestNewAddressNeedsANewActivation(t *testing.T) {
	a := open(t, emulator.Options{})
	a.apply(compile(t, duo))
	a.activate("aiko")
	l := a.look(compile(t, replaced(duo, "+12025550101", "+12025550142"))).expect("update channel/aiko/phone address")
	c := l.cs.Changes[0]
	if len(c.Notes) != 1 || !strings.Contains(c.Notes[0], "by phone call") || !strings.Contains(c.Notes[0], "+***42") {
		t.Errorf("notes: %q", c.Notes)
	}
	if f := c.Fields[0]; !f.Sensitive {
		t.Errorf("the address is not sensitive: %v", f)
	}
	l.do()
	a.settled(l.desired)
	a.hasChannels("aiko", "phone VOICE +12025550142 NOT_ACTIVATED", "post EMAIL aiko@example.com ACTIVATED")
	if out := a.outbox(); out[len(out)-1].Address != "+12025550142" {
		t.Error("no code was sent to the new address")
	}
}

// AWS cannot change the type of a channel: another one is made, the engagement plan
// is pointed at it, and only then the old one goes.
func TestChannelOfAnotherTypeIsReplaced(t *testing.T) {
	a := open(t, emulator.Options{})
	a.apply(compile(t, duo))
	a.activate("aiko")
	a.wire.taken()
	l := a.look(compile(t, replaced(duo, `phone: {voice:`, `phone: {sms:`))).expect(`
		replace channel/aiko/phone type
		update engagement_plan/aiko (channel/aiko/phone is replaced)`)
	if n := l.cs.Changes[0].Notes; len(n) != 1 || !strings.Contains(n[0], "by text message") {
		t.Errorf("notes: %q", n)
	}
	a.wire.taken()
	l.do()
	var writes []string
	for _, c := range a.wire.taken() {
		if isWrite(c.op) {
			writes = append(writes, c.op)
		}
	}
	if want := []string{"ssm-contacts:CreateContactChannel", "ssm-contacts:UpdateContact", "ssm-contacts:DeleteContactChannel"}; !slices.Equal(writes, want) {
		t.Errorf("calls %v, want %v", writes, want)
	}
	a.settled(l.desired)
	a.hasChannels("aiko", "phone SMS +12025550101 NOT_ACTIVATED", "post EMAIL aiko@example.com ACTIVATED")
	plan := a.stages("aiko")
	for _, target := range plan[0].Targets {
		if !slices.ContainsFunc(a.channels("aiko"), func(c types.ContactChannel) bool {
			return *c.ContactChannelArn == *target.ChannelTargetInfo.ContactChannelId
		}) {
			t.Error("the engagement plan pages a channel that does not exist")
		}
	}
}

// stages are a contact's as they are.
func (a *account) stages(alias string) []types.Stage {
	a.t.Helper()
	out, err := a.hand.Contacts.GetContact(a.t.Context(), &ssmcontacts.GetContactInput{ContactId: contactID(alias)})
	if err != nil {
		a.t.Fatal(err)
	}
	return out.Plan.Stages
}

// A second live channel under one key is debris: the one that fits stays, the other
// goes, and the engagement plan is written anew, because nobody knows which of the
// two it meant.
func TestSecondChannelOfAKeyGoes(t *testing.T) {
	a := open(t, emulator.Options{Rules: emulator.Rules{DuplicateChannels: true}})
	desired := compile(t, duo)
	a.apply(desired)
	a.activate("aiko")
	if _, err := a.hand.Contacts.CreateContactChannel(t.Context(), &ssmcontacts.CreateContactChannelInput{
		ContactId: contactID("aiko"), Name: aws.String("phone"), Type: types.ChannelTypeVoice,
		DeliveryAddress: &types.ContactChannelAddress{SimpleAddress: aws.String("+12025550177")},
	}); err != nil {
		t.Fatal(err)
	}
	a.look(desired).expect(`
		delete channel/aiko/phone
		update engagement_plan/aiko (there is more than one channel/aiko/phone)`).do()
	a.settled(desired)
	a.hasChannels("aiko", "phone VOICE +12025550101 ACTIVATED", "post EMAIL aiko@example.com ACTIVATED")
}

// Activation is the person's doing: it is neither a difference nor undone.
func TestActivationIsNoDifference(t *testing.T) {
	a := open(t, emulator.Options{})
	desired := compile(t, duo)
	a.apply(desired)
	a.activate("aiko")
	a.settled(desired)
	for _, c := range a.channels("aiko") {
		if _, err := a.hand.Contacts.DeactivateContactChannel(t.Context(), &ssmcontacts.DeactivateContactChannelInput{ContactChannelId: c.ContactChannelArn}); err != nil {
			t.Fatal(err)
		}
	}
	a.settled(desired)
}
