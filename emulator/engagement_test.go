package emulator_test

// How engagements run, told by hand: what AWS's own sample run shows, and what its documentation says.

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	contactstypes "github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"

	"github.com/watchbill/watchbill/emulator"
)

// TestSampleRun is the run of AWS's own API samples: an escalation plan that engages a person whose
// plan is mail for five minutes and then text messages for five minutes, each minute again. [api-ref]
func TestSampleRun(t *testing.T) {
	h := heldAccount(t, emulator.Options{})
	akuam := h.person("akuam")
	mail, sms := h.device(akuam, "mail", contactstypes.ChannelTypeEmail), h.device(akuam, "sms", contactstypes.ChannelTypeSms)
	h.plan(akuam, stage(5, try(mail, 1)), stage(5, try(sms, 1)))
	plan := h.escalation("test_escalation_plan", stage(5, reach(akuam, true)))
	engagement := h.engage(plan, "")
	if !strings.Contains(engagement, ":engagement/test_escalation_plan/") {
		t.Errorf("engagement ARN %s", engagement)
	}
	h.after(23*time.Minute + 8*time.Second)
	equal(t, "messages", h.sent(), []string{"0s mail", "1m0s mail", "2m0s mail", "3m0s mail", "4m0s mail",
		"5m0s sms", "6m0s sms", "7m0s sms", "8m0s sms", "9m0s sms"})
	h.accept("sms")

	pages := need(h.contacts.ListPagesByEngagement(h.ctx, &ssmcontacts.ListPagesByEngagementInput{EngagementId: &engagement}))(t).Pages
	if len(pages) != 2 {
		t.Fatalf("%d pages, want 2: repetitions are the same page", len(pages))
	}
	page := pages[0] // newest first
	if *page.EngagementArn != engagement || *page.ContactArn != akuam || page.IncidentId != nil {
		t.Errorf("page in the list: %+v", page)
	}
	equal(t, "sent", page.SentTime.UTC(), h.start.Add(9*time.Minute))
	equal(t, "read", page.ReadTime.UTC(), h.start.Add(23*time.Minute+8*time.Second))
	if page.DeliveryTime != nil {
		t.Errorf("delivered at %s, nobody said so", page.DeliveryTime)
	}
	receipts := need(h.contacts.ListPageReceipts(h.ctx, &ssmcontacts.ListPageReceiptsInput{PageId: page.PageArn}))(t).Receipts
	if len(receipts) != 6 || receipts[5].ReceiptType != contactstypes.ReceiptTypeRead || receipts[5].ContactChannelArn != nil {
		t.Errorf("receipts %+v", receipts)
	}
	for _, r := range receipts[:5] {
		if r.ReceiptType != contactstypes.ReceiptTypeSent || *r.ContactChannelArn != sms {
			t.Errorf("receipt %+v", r)
		}
	}
	own := strings.Replace(engagement, "test_escalation_plan", "akuam", 1)
	described := need(h.contacts.DescribePage(h.ctx, &ssmcontacts.DescribePageInput{PageId: page.PageArn}))(t)
	if *described.EngagementArn != own || *described.Subject != "down" || *described.PublicSubject != "call in" || *described.Sender != "tests" {
		t.Errorf("page %+v", described)
	}
	h.after(35 * time.Minute)
	for _, arn := range []string{engagement, own} {
		got := need(h.contacts.DescribeEngagement(h.ctx, &ssmcontacts.DescribeEngagementInput{EngagementId: &arn}))(t)
		if got.StopTime != nil || !got.StartTime.Equal(h.start) || *got.EngagementArn != arn {
			t.Errorf("engagement %+v", got)
		}
	}
	equal(t, "messages afterwards", len(h.sent()), 10)
}

// timeline is a story told by hand: plans, what people do, and every message in order.
type timeline struct {
	name  string
	rules emulator.Rules
	tell  func(*held)
	want  []string
}

func TestTimelines(t *testing.T) {
	const mail, sms, voice = contactstypes.ChannelTypeEmail, contactstypes.ChannelTypeSms, contactstypes.ChannelTypeVoice
	for _, tt := range []timeline{
		{name: "without a retry interval a message is sent once", tell: func(h *held) {
			h.engage(h.pager("aiko", 5, 0), "")
			h.after(time.Hour)
		}, want: []string{"0s aiko"}},
		{name: "the end of a stage bounds its retries", tell: func(h *held) {
			h.engage(h.pager("aiko", 4, 2), "")
			h.after(time.Hour)
		}, want: []string{"0s aiko", "2m0s aiko"}},
		{name: "a stage without a wait engages together with the next", tell: func(h *held) {
			a := h.person("aiko")
			h.plan(a, stage(0, try(h.device(a, "mail", mail), 1)), stage(2, try(h.device(a, "sms", sms), 1)))
			h.engage(a, "")
			h.after(time.Hour)
		}, want: []string{"0s mail", "0s sms", "1m0s sms"}},
		{name: "a stage without targets is a pause", tell: func(h *held) {
			a := h.person("aiko")
			h.plan(a, stage(7), stage(1, try(h.device(a, "voice", voice), 0)))
			h.engage(a, "")
			h.after(time.Hour)
		}, want: []string{"7m0s voice"}},
		{name: "acknowledging stops retries and later stages of the person", tell: func(h *held) {
			a := h.person("aiko")
			h.plan(a, stage(5, try(h.device(a, "mail", mail), 1)), stage(5, try(h.device(a, "sms", sms), 1)))
			h.engage(a, "")
			h.after(2*time.Minute + time.Second)
			h.accept("mail")
			h.after(time.Hour)
		}, want: []string{"0s mail", "1m0s mail", "2m0s mail"}},
		{name: "a channel that was deactivated meanwhile is skipped without error", tell: func(h *held) {
			a := h.person("aiko")
			phone := h.device(a, "sms", sms)
			h.plan(a, stage(3, try(phone, 1)), stage(3, try(phone, 1), try(h.device(a, "mail", mail), 1)))
			h.engage(a, "")
			h.after(90 * time.Second)
			need(h.contacts.DeactivateContactChannel(h.ctx, &ssmcontacts.DeactivateContactChannelInput{ContactChannelId: &phone}))(h.t)
			h.after(time.Hour)
		}, want: []string{"0s sms", "1m0s sms", "3m0s mail", "4m0s mail", "5m0s mail"}},
		{name: "a deleted channel is skipped, the plan goes on", tell: func(h *held) {
			a := h.person("aiko")
			gone := h.device(a, "gone", sms)
			h.plan(a, stage(3, try(gone, 1)), stage(2, try(h.device(a, "mail", mail), 1)))
			need(h.contacts.DeleteContactChannel(h.ctx, &ssmcontacts.DeleteContactChannelInput{ContactChannelId: &gone}))(h.t)
			h.engage(a, "")
			h.after(time.Hour)
		}, want: []string{"3m0s mail", "4m0s mail"}},
		{name: "an escalation plan engages everybody of a stage at once", tell: func(h *held) {
			a, b, c := h.pager("aiko", 1, 0), h.pager("bea", 1, 0), h.pager("chidi", 1, 0)
			h.engage(h.escalation("web", stage(10, reach(a, true), reach(b, false)), stage(5, reach(c, true))), "")
			h.after(time.Hour)
		}, want: []string{"0s aiko", "0s bea", "10m0s chidi"}},
		{name: "an essential acknowledgement ends the escalation, others are paged on", tell: func(h *held) {
			a, b, c := h.pager("aiko", 5, 1), h.pager("bea", 5, 2), h.pager("chidi", 1, 0)
			h.engage(h.escalation("web", stage(10, reach(a, true), reach(b, false)), stage(5, reach(c, true))), "")
			h.after(90 * time.Second)
			h.accept("aiko")
			h.after(time.Hour)
		}, want: []string{"0s aiko", "0s bea", "1m0s aiko", "2m0s bea", "4m0s bea"}},
		{name: "an acknowledgement that is not essential does not end it", tell: func(h *held) {
			a, b, c := h.pager("aiko", 2, 1), h.pager("bea", 5, 2), h.pager("chidi", 1, 0)
			h.engage(h.escalation("web", stage(10, reach(a, true), reach(b, false)), stage(5, reach(c, true))), "")
			h.after(90 * time.Second)
			h.accept("bea")
			h.after(time.Hour)
		}, want: []string{"0s aiko", "0s bea", "1m0s aiko", "10m0s chidi"}},
		{name: "a plan that changes counts from its next stage", tell: func(h *held) {
			a, b := h.pager("aiko", 1, 0), h.pager("bea", 1, 0)
			plan := h.escalation("web", stage(10, reach(a, true)), stage(10, reach(a, true)))
			h.engage(plan, "")
			h.after(5 * time.Minute)
			h.plan(plan, stage(10, reach(a, true)), stage(10, reach(b, true)))
			h.after(time.Hour)
		}, want: []string{"0s aiko", "10m0s bea"}},
		{name: "two engagements of an incident: who answered one is left alone by the other", tell: func(h *held) {
			a := h.pager("aiko", 5, 2)
			h.engage(a, "shop")
			h.after(time.Minute)
			h.accept("aiko")
			h.engage(a, "shop")
			h.after(time.Hour)
		}, want: []string{"0s aiko"}},
		{name: "two engagements of an incident, with the rule: each one pages", rules: emulator.Rules{AcknowledgeOneEngagement: true}, tell: func(h *held) {
			a := h.pager("aiko", 5, 2)
			h.engage(a, "shop")
			h.after(time.Minute)
			h.accept("aiko")
			h.engage(a, "shop")
			h.after(time.Hour)
		}, want: []string{"0s aiko", "1m0s aiko", "3m0s aiko", "5m0s aiko"}},
		{name: "with the rule what is delivered is not repeated", rules: emulator.Rules{DeliveredOnce: true}, tell: func(h *held) {
			h.engage(h.pager("aiko", 5, 1), "")
			h.after(time.Hour)
		}, want: []string{"0s aiko"}},
		{name: "a stopped engagement pages nobody any more", tell: func(h *held) {
			a, b := h.pager("aiko", 5, 1), h.pager("bea", 5, 1)
			e := h.engage(h.escalation("web", stage(3, reach(a, true)), stage(3, reach(b, true))), "shop")
			h.engage(b, "shop")
			h.after(90 * time.Second)
			need(h.contacts.StopEngagement(h.ctx, &ssmcontacts.StopEngagementInput{EngagementId: &e, Reason: aws.String("fixed")}))(h.t)
			h.after(time.Hour)
		}, want: []string{"0s aiko", "0s bea", "1m0s aiko", "1m0s bea", "2m0s bea", "3m0s bea", "4m0s bea"}},
		{name: "a person who is deleted meanwhile is not paged", tell: func(h *held) {
			a, b := h.pager("aiko", 5, 1), h.pager("bea", 1, 0)
			h.engage(h.escalation("web", stage(3, reach(a, true)), stage(3, reach(b, true))), "")
			h.after(90 * time.Second)
			need(h.contacts.DeleteContact(h.ctx, &ssmcontacts.DeleteContactInput{ContactId: &a}))(h.t)
			h.after(time.Hour)
		}, want: []string{"0s aiko", "1m0s aiko", "3m0s bea"}},
		{name: "a schedule resolves to whoever is on call at that instant", tell: func(h *held) {
			a, b := h.pager("aiko", 2, 1), h.pager("bea", 2, 1)
			primary := h.schedule("primary", h.rotation("r", []string{a, b}, "09:00", "09:10"))
			h.engage(h.escalation("web", stage(9, reach(primary, true)), stage(9, reach(primary, true)), stage(9, reach(primary, true))), "")
			h.after(time.Hour)
		}, want: []string{"0s aiko", "1m0s aiko", "9m0s aiko", "10m0s aiko", "18m0s bea", "19m0s bea"}},
		{name: "who is on call when the plan is begun stays engaged after the hand-off", tell: func(h *held) {
			a, b := h.pager("aiko", 5, 1), h.pager("bea", 5, 1)
			h.after(8 * time.Minute)
			h.engage(h.schedule("primary", h.rotation("r", []string{a, b}, "09:00", "09:10")), "")
			h.after(time.Hour)
		}, want: []string{"8m0s aiko", "9m0s aiko", "10m0s aiko", "11m0s aiko", "12m0s aiko"}},
		{name: "every rotation of a schedule pages, everybody once", tell: func(h *held) {
			a, b := h.pager("aiko", 1, 0), h.pager("bea", 1, 0)
			h.engage(h.schedule("all", h.rotation("r", []string{a, b}, "09:00"), h.rotation("s", []string{b, a}, "09:00"),
				h.rotation("t", []string{a, b}, "09:00")), "")
			h.after(time.Hour)
		}, want: []string{"0s aiko", "0s bea"}},
		{name: "nobody on call: nothing is sent, the plan goes on", tell: func(h *held) {
			a := h.pager("aiko", 1, 0)
			h.engage(h.escalation("web", stage(5, reach(h.schedule("empty"), true)), stage(5, reach(a, true))), "")
			h.after(time.Hour)
		}, want: []string{"5m0s aiko"}},
		{name: "an override pages the people it names", tell: func(h *held) {
			a, b := h.pager("aiko", 1, 0), h.pager("bea", 1, 0)
			r := h.rotation("r", []string{a, b}, "09:00")
			need(h.contacts.CreateRotationOverride(h.ctx, &ssmcontacts.CreateRotationOverrideInput{RotationId: &r, NewContactIds: []string{b},
				StartTime: aws.Time(h.start.Add(time.Minute)), EndTime: aws.Time(h.start.Add(time.Hour))}))(h.t)
			primary := h.schedule("primary", r)
			h.engage(primary, "")
			h.after(time.Minute)
			h.engage(primary, "")
			h.after(time.Hour)
			h.engage(primary, "")
		}, want: []string{"0s aiko", "1m0s bea", "1h0m0s aiko"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := heldAccount(t, emulator.Options{Rules: tt.rules})
			tt.tell(h)
			equal(t, "messages", h.sent(), tt.want)
		})
	}
}
