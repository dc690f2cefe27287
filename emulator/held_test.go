package emulator_test

// An account whose clock the test holds, and people in it who can be paged.

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	contactstypes "github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/emulator"
)

// held is an account whose clock the test holds.
type held struct {
	*clients
	server *emulator.Server
	start  time.Time
	names  map[string]string // of channels, by ARN
}

var firstOfDay = time.Date(2026, 12, 7, 9, 0, 0, 0, time.UTC)

// heldAccount is onboarded and has a stopped clock.
func heldAccount(t testing.TB, o emulator.Options) *held {
	t.Helper()
	o.Clock, o.ReplicationDelay = emulator.ClockStopped, -1
	if o.Now == nil {
		o.Now = func() time.Time { return firstOfDay }
	}
	s := open(t, o)
	h := &held{clients: connect(t, s.Transport(), home), server: s, start: firstOfDay, names: map[string]string{}}
	h.createSet(home)
	return h
}

// after moves the clock to a time after the start.
func (h *held) after(d time.Duration) {
	h.t.Helper()
	if err := h.server.SetClock(h.start.Add(d)); err != nil {
		h.t.Fatal(err)
	}
}

// device creates a channel that is activated.
func (h *held) device(contact, name string, kind contactstypes.ChannelType) string {
	h.t.Helper()
	address := "+1202555" + fmt.Sprintf("%04d", 100+len(h.names))
	if kind == contactstypes.ChannelTypeEmail {
		address = fmt.Sprintf("mail%d@example.com", len(h.names))
	}
	ch := h.channel(contact, name, kind, address)
	h.names[ch] = name
	h.activate(ch)
	return ch
}

func (h *held) activate(ch string) {
	h.t.Helper()
	need(h.contacts.SendActivationCode(h.ctx, &ssmcontacts.SendActivationCodeInput{ContactChannelId: &ch}))(h.t)
	outbox := h.outbox()
	need(h.contacts.ActivateContactChannel(h.ctx, &ssmcontacts.ActivateContactChannelInput{
		ContactChannelId: &ch, ActivationCode: &outbox[len(outbox)-1].Code}))(h.t)
}

// letter is a message to a device.
type letter struct {
	Time    time.Time
	Kind    string
	Type    string
	Code    string
	Text    string
	Channel string `json:"channel_arn"`
	Page    string `json:"page_arn"`
}

func (h *held) outbox() []letter {
	h.t.Helper()
	var out struct{ Messages []letter }
	h.door("outbox", &out)
	return out.Messages
}

// sent is every message of a page so far: when, to which device.
func (h *held) sent() []string {
	h.t.Helper()
	var out []string
	for _, m := range h.outbox() {
		if m.Kind == "page" {
			out = append(out, m.Time.Sub(h.start).String()+" "+h.names[m.Channel])
		}
	}
	return out
}

// last is the newest message of a page to a device.
func (h *held) last(device string) letter {
	h.t.Helper()
	for _, m := range slices.Backward(h.outbox()) {
		if m.Kind == "page" && h.names[m.Channel] == device {
			return m
		}
	}
	h.t.Fatalf("%s got no page", device)
	return letter{}
}

// accept acknowledges the newest page of a device.
func (h *held) accept(device string) {
	h.t.Helper()
	m := h.last(device)
	need(h.contacts.AcceptPage(h.ctx, &ssmcontacts.AcceptPageInput{PageId: &m.Page, AcceptType: contactstypes.AcceptTypeRead,
		AcceptCode: &m.Code}))(h.t)
}

// try is a channel with a retry interval in minutes; 0 is none.
func try(channel string, retry int32) contactstypes.Target {
	t := contactstypes.Target{ChannelTargetInfo: &contactstypes.ChannelTargetInfo{ContactChannelId: &channel}}
	if retry > 0 {
		t.ChannelTargetInfo.RetryIntervalInMinutes = &retry
	}
	return t
}

func reach(contact string, essential bool) contactstypes.Target {
	return contactstypes.Target{ContactTargetInfo: &contactstypes.ContactTargetInfo{ContactId: &contact, IsEssential: &essential}}
}

func (h *held) plan(contact string, stages ...contactstypes.Stage) {
	h.t.Helper()
	need(h.contacts.UpdateContact(h.ctx, &ssmcontacts.UpdateContactInput{ContactId: &contact, Plan: &contactstypes.Plan{Stages: stages}}))(h.t)
}

func (h *held) escalation(alias string, stages ...contactstypes.Stage) string {
	h.t.Helper()
	return h.contact(alias, contactstypes.ContactTypeEscalation, &contactstypes.Plan{Stages: stages})
}

// pager is a person with one phone that is paged at once and then, by default, once a minute.
func (h *held) pager(alias string, minutes, retry int32) (arn string) {
	h.t.Helper()
	arn = h.person(alias)
	h.plan(arn, stage(minutes, try(h.device(arn, alias, contactstypes.ChannelTypeSms), retry)))
	return arn
}

func (h *held) engage(contact, incident string) string {
	h.t.Helper()
	in := &ssmcontacts.StartEngagementInput{ContactId: &contact, Sender: aws.String("tests"), Subject: aws.String("down"),
		Content: aws.String("The shop is down"), PublicSubject: aws.String("call in")}
	if incident != "" {
		in.IncidentId = &incident
	}
	return *need(h.contacts.StartEngagement(h.ctx, in))(h.t).EngagementArn
}

// equal compares, line by line.
func equal[T any](t testing.TB, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// status is what a side door answers to an order.
func (h *held) status(method, door, body string) int {
	h.t.Helper()
	r := need(http.NewRequestWithContext(h.ctx, method, "http://emulator.invalid/_watchbill/"+door, strings.NewReader(body)))(h.t)
	res := need(h.http.RoundTrip(r))(h.t)
	res.Body.Close()
	return res.StatusCode
}

// dropSet deletes the replication set, and with it everything.
func (h *held) dropSet() {
	h.t.Helper()
	arn := need(h.incidents.ListReplicationSets(h.ctx, &ssmincidents.ListReplicationSetsInput{}))(h.t).ReplicationSetArns[0]
	need(h.incidents.DeleteReplicationSet(h.ctx, &ssmincidents.DeleteReplicationSetInput{Arn: &arn}))(h.t)
}

// rotation takes turns of a day, that begin at the given times of day in UTC.
func (h *held) rotation(name string, members []string, times ...string) string {
	h.t.Helper()
	in := &ssmcontacts.CreateRotationInput{Name: &name, ContactIds: members, StartTime: &h.start, TimeZoneId: aws.String("UTC"),
		Recurrence: &contactstypes.RecurrenceSettings{NumberOfOnCalls: aws.Int32(1), RecurrenceMultiplier: aws.Int32(1)}}
	for _, at := range times {
		t := need(time.Parse("15:04", at))(h.t)
		in.Recurrence.DailySettings = append(in.Recurrence.DailySettings,
			contactstypes.HandOffTime{HourOfDay: int32(t.Hour()), MinuteOfHour: int32(t.Minute())})
	}
	return *need(h.contacts.CreateRotation(h.ctx, in))(h.t).RotationArn
}

func (h *held) schedule(alias string, rotations ...string) string {
	h.t.Helper()
	return h.contact(alias, contactstypes.ContactTypeOncallSchedule, &contactstypes.Plan{RotationIds: rotations})
}
