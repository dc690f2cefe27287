package emulator_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	contactstypes "github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"
	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/emulator"
)

const caller = "arn:aws:iam::" + account + ":user/local"

// byHand is an onboarded account whose time the test holds.
func byHand(t testing.TB, o emulator.Options) (*clients, *clock) {
	t.Helper()
	hands := newClock()
	o.Now = hands.Now
	return onboarded(t, o), hands
}

func (c *clients) start(plan string) string {
	c.t.Helper()
	return *need(c.incidents.StartIncident(c.ctx, &ssmincidents.StartIncidentInput{ResponsePlanArn: &plan}))(c.t).IncidentRecordArn
}

func (c *clients) incident(arn string) *types.IncidentRecord {
	c.t.Helper()
	return need(c.incidents.GetIncidentRecord(c.ctx, &ssmincidents.GetIncidentRecordInput{Arn: &arn}))(c.t).IncidentRecord
}

func (c *clients) resolve(arn string) {
	c.t.Helper()
	need(c.incidents.UpdateIncidentRecord(c.ctx, &ssmincidents.UpdateIncidentRecordInput{Arn: &arn, Status: types.IncidentRecordStatusResolved}))(c.t)
}

// event is an event of a timeline with its data.
type event struct{ Kind, Data string }

// timeline reads a whole timeline, oldest first, with the data of each event.
func (c *clients) timeline(arn string) []event {
	c.t.Helper()
	var out []event
	pages := ssmincidents.NewListTimelineEventsPaginator(c.incidents, &ssmincidents.ListTimelineEventsInput{IncidentRecordArn: &arn, SortOrder: types.SortOrderAscending})
	for pages.HasMorePages() {
		for _, e := range need(pages.NextPage(c.ctx))(c.t).EventSummaries {
			full := need(c.incidents.GetTimelineEvent(c.ctx, &ssmincidents.GetTimelineEventInput{EventId: e.EventId, IncidentRecordArn: &arn}))(c.t).Event
			out = append(out, event{*full.EventType, *full.EventData})
		}
	}
	return out
}

func kinds(events []event) []string {
	var out []string
	for _, e := range events {
		out = append(out, e.Kind)
	}
	return out
}

func (c *clients) related(arn string) []types.RelatedItem {
	c.t.Helper()
	var out []types.RelatedItem
	pages := ssmincidents.NewListRelatedItemsPaginator(c.incidents, &ssmincidents.ListRelatedItemsInput{IncidentRecordArn: &arn})
	for pages.HasMorePages() {
		out = append(out, need(pages.NextPage(c.ctx))(c.t).RelatedItems...)
	}
	return out
}

func TestIncidentFromPlan(t *testing.T) {
	c, hands := byHand(t, emulator.Options{})
	in := fullPlan("ec2-down")
	in.Actions, in.Integrations = nil, nil
	plan := *need(c.incidents.CreateResponsePlan(c.ctx, in))(t).Arn
	arn := c.start(plan)
	if !regexp.MustCompile(`^arn:aws:ssm-incidents::` + account + `:incident-record/ec2-down/[0-9a-f-]{36}$`).MatchString(arn) {
		t.Errorf("ARN %s", arn)
	}
	want := &types.IncidentRecord{
		Arn: &arn, AutomationExecutions: []types.AutomationExecution{}, ChatChannel: in.ChatChannel, CreationTime: aws.Time(hands.Now()),
		DedupeString: aws.String("ec2-down"), Impact: aws.Int32(2), LastModifiedBy: aws.String(caller), LastModifiedTime: aws.Time(hands.Now()),
		IncidentRecordSource: &types.IncidentRecordSource{CreatedBy: aws.String(caller), InvokedBy: aws.String(caller), Source: aws.String("aws.ssm-incidents.custom")},
		NotificationTargets:  in.IncidentTemplate.NotificationTargets, Status: types.IncidentRecordStatusOpen,
		Summary: in.IncidentTemplate.Summary, Title: in.IncidentTemplate.Title,
	}
	if diff := cmp.Diff(want, c.incident(arn), same); diff != "" {
		t.Error(diff)
	}
	tags := need(c.incidents.ListTagsForResource(c.ctx, &ssmincidents.ListTagsForResourceInput{ResourceArn: &arn}))(t).Tags
	if diff := cmp.Diff(map[string]string{"service": "web"}, tags); diff != "" {
		t.Error(diff)
	}
	parent := c.related(arn)
	if len(parent) != 1 || *parent[0].Title != "parentItem" || parent[0].Identifier.Type != types.ItemTypeParent ||
		!regexp.MustCompile(`^related-item/PARENT/[0-9A-F]{32}$`).MatchString(*parent[0].GeneratedId) {
		t.Fatalf("related items %+v", parent)
	}
	ops := parent[0].Identifier.Value.(*types.ItemValueMemberArn).Value
	events := c.timeline(arn)
	update, _ := json.Marshal(map[string]any{"itemToAdd": map[string]any{"identifier": map[string]any{"type": "PARENT", "value": map[string]any{"arn": ops}}, "title": "parentItem"}})
	updateText, _ := json.Marshal(string(update))
	if diff := cmp.Diff([]event{
		{"SSM Incident Trigger", `{"createdIncident":true,"incidentSource":"aws.ssm-incidents.custom"}`},
		{"SSM Incident Start", `{"contactsEngage":[],"incidentTitle":"EC2 is down"}`},
		{"SSM Incident Record Update", `{"incidentTitle":"EC2 is down","modifiedAttributes":[{"attributeName":"relatedItems","newValue":` + string(updateText) + `}],"modifiedBy":"` + caller + `"}`},
	}, events); diff != "" {
		t.Error(diff)
	}
}

func TestIncidentOverridesTheTemplate(t *testing.T) {
	c, hands := byHand(t, emulator.Options{})
	plan := c.plan("down")
	at := hands.Now().Add(-90 * time.Second).Add(678 * time.Millisecond)
	cpu := types.RelatedItem{Title: aws.String("CPU"), GeneratedId: aws.String("related-item/METRIC/00000000000000000000000000000000"),
		Identifier: &types.ItemIdentifier{Type: types.ItemTypeMetric, Value: &types.ItemValueMemberMetricDefinition{Value: "{}"}}}
	out := need(c.incidents.StartIncident(c.ctx, &ssmincidents.StartIncidentInput{ResponsePlanArn: &plan, Title: aws.String("Other"), Impact: aws.Int32(5),
		RelatedItems: []types.RelatedItem{cpu}, TriggerDetails: &types.TriggerDetails{Source: aws.String("com.example.probe"), Timestamp: &at,
			TriggerArn: aws.String("arn:aws:lambda:ap-northeast-1:111122223333:function:probe"), RawData: aws.String(`{"a":1}`)}}))(t)
	r := c.incident(*out.IncidentRecordArn)
	if *r.Title != "Other" || *r.Impact != 5 || *r.IncidentRecordSource.Source != "com.example.probe" || len(*r.DedupeString) != 36 ||
		*r.IncidentRecordSource.ResourceArn != "arn:aws:lambda:ap-northeast-1:111122223333:function:probe" {
		t.Errorf("record %+v %+v", r, r.IncidentRecordSource)
	}
	items := c.related(*out.IncidentRecordArn)
	if len(items) != 2 || *items[0].Title != "CPU" || *items[0].GeneratedId == *cpu.GeneratedId {
		t.Errorf("related items %+v", items)
	}
	list := need(c.incidents.ListTimelineEvents(c.ctx, &ssmincidents.ListTimelineEventsInput{IncidentRecordArn: out.IncidentRecordArn}))(t).EventSummaries
	if len(list) != 3 || *list[2].EventType != "SSM Incident Trigger" || !list[2].EventTime.Equal(at) || !list[2].EventUpdatedTime.Equal(hands.Now()) {
		t.Errorf("timeline, newest first: %+v", list)
	}
	if data := c.timeline(*out.IncidentRecordArn)[0].Data; data != `{"createdIncident":true,"incidentSource":"com.example.probe","rawData":"{\"a\":1}","triggerArn":"arn:aws:lambda:ap-northeast-1:111122223333:function:probe"}` {
		t.Errorf("trigger data %s", data)
	}
}

// TestIncidentNulls reads the bytes: absent members are null, empty lists [].
func TestIncidentNulls(t *testing.T) {
	c, hands := byHand(t, emulator.Options{})
	arn := c.start(c.plan("small"))
	got := c.send(raw{method: "GET", path: "/getIncidentRecord?arn=" + arn, service: "ssm-incidents"})
	var body struct{ IncidentRecord map[string]any }
	if err := json.Unmarshal([]byte(got.body), &body); err != nil {
		t.Fatal(err, got.body)
	}
	delete(body.IncidentRecord, "dedupeString")
	at := float64(hands.Now().UnixMilli()) / 1000
	want := map[string]any{"arn": arn, "automationExecutions": []any{}, "chatChannel": nil, "creationTime": at, "impact": 1.,
		"incidentRecordSource": map[string]any{"createdBy": caller, "invokedBy": caller, "resourceArn": nil, "source": "aws.ssm-incidents.custom"},
		"lastModifiedBy":       caller, "lastModifiedTime": at, "notificationTargets": []any{}, "resolvedTime": nil, "status": "OPEN", "summary": nil, "title": "It is down"}
	if diff := cmp.Diff(want, body.IncidentRecord); diff != "" {
		t.Error(diff)
	}
	list := c.send(incidentsCall("/listIncidentRecords", ""))
	if !strings.Contains(list.body, `"resolvedTime":null`) || !strings.Contains(list.body, `"nextToken":null`) || strings.Contains(list.body, "summary\"") {
		t.Error(list.body)
	}
}

func TestDedupe(t *testing.T) {
	const alarm = "arn:aws:cloudwatch:ap-northeast-1:111122223333:alarm:cpu"
	trigger := func(source, arn string) *types.TriggerDetails {
		return &types.TriggerDetails{Source: &source, Timestamp: aws.Time(time.Unix(1735787045, 0)), TriggerArn: &arn}
	}
	c, _ := byHand(t, emulator.Options{})
	withString := func(name, text string) string {
		in := planInput(name)
		in.IncidentTemplate.DedupeString = &text
		return *need(c.incidents.CreateResponsePlan(c.ctx, in))(t).Arn
	}
	a, b, other := withString("a", "same"), withString("b", "same"), withString("c", "")
	begin := func(plan string, d *types.TriggerDetails) string {
		return *need(c.incidents.StartIncident(c.ctx, &ssmincidents.StartIncidentInput{ResponsePlanArn: &plan, TriggerDetails: d}))(t).IncidentRecordArn
	}
	first := begin(a, nil)
	if again := begin(a, nil); again != first {
		t.Errorf("the same plan opened %s besides %s", again, first)
	}
	if again := begin(b, trigger("com.example", alarm)); again != first {
		t.Errorf("another plan with the same string opened %s", again)
	}
	want := []string{"SSM Incident Trigger", "SSM Incident Start", "SSM Incident Record Update", "SSM Incident Trigger", "SSM Incident Trigger"}
	events := c.timeline(first)
	slices.SortStableFunc(events, func(a, b event) int { return 0 })
	if len(events) != len(want) || len(c.related(first)) != 1 {
		t.Errorf("timeline of absorbed triggers: %v", kinds(events))
	}
	absorbed := 0
	for _, e := range events {
		if e.Kind == want[0] && strings.Contains(e.Data, `"createdIncident":false`) {
			absorbed++
		}
	}
	if absorbed != 2 {
		t.Errorf("%d absorbed triggers: %v", absorbed, events)
	}
	c.resolve(first)
	second := begin(b, nil)
	if second == first {
		t.Error("a resolved incident absorbed a trigger")
	}
	if once, again := begin(other, nil), begin(other, nil); once == again {
		t.Error("starting by hand without a dedupe string was deduplicated")
	}
	byAlarm := begin(other, trigger("com.example", alarm))
	if begin(other, trigger("com.example", alarm)) != byAlarm {
		t.Error("the same alarm opened two incidents")
	}
	if begin(other, trigger("com.example", alarm+"2")) == byAlarm {
		t.Error("another alarm was absorbed")
	}
	need(c.incidents.DeleteIncidentRecord(c.ctx, &ssmincidents.DeleteIncidentRecordInput{Arn: &second}))(t)
	if begin(a, nil) == second {
		t.Error("a deleted incident absorbed a trigger")
	}
	_, err := c.incidents.StartIncident(c.ctx, &ssmincidents.StartIncidentInput{ResponsePlanArn: &a, TriggerDetails: trigger("aws.cloudwatch", alarm)})
	fails[*types.ValidationException](t, err)

	alone := onboarded(t, emulator.Options{Rules: emulator.Rules{DedupeWithinPlan: true, ReservedSources: true}})
	c = alone
	a, b = withString("a", "same"), withString("b", "same")
	if begin(a, nil) == begin(b, trigger("aws.cloudwatch", alarm)) {
		t.Error("DedupeWithinPlan: two plans shared an incident")
	}
}

func TestStartIsIdempotent(t *testing.T) {
	c, _ := byHand(t, emulator.Options{})
	in := &ssmincidents.StartIncidentInput{ResponsePlanArn: aws.String(c.plan("down")), ClientToken: aws.String("once"),
		TriggerDetails: &types.TriggerDetails{Source: aws.String("x"), Timestamp: aws.Time(time.Unix(1735787045, 0))}}
	one := need(c.incidents.StartIncident(c.ctx, in))(t)
	two := need(c.incidents.StartIncident(c.ctx, in))(t)
	if *one.IncidentRecordArn != *two.IncidentRecordArn || len(c.timeline(*one.IncidentRecordArn)) != 3 {
		t.Error("one token started two incidents")
	}
	_, err := c.incidents.StartIncident(c.ctx, &ssmincidents.StartIncidentInput{ResponsePlanArn: aws.String(c.arn("response-plan/gone"))})
	if e := fails[*types.ResourceNotFoundException](t, err); e.ResourceType != types.ResourceTypeResponsePlan {
		t.Errorf("resource type %s", e.ResourceType)
	}
}

// arn is an ARN of ssm-incidents.
func (c *clients) arn(resource string) string {
	return "arn:aws:ssm-incidents::" + account + ":" + resource
}

func TestUpdateIncident(t *testing.T) {
	c, hands := byHand(t, emulator.Options{})
	arn := c.start(c.plan("down"))
	hands.Advance(time.Minute)
	in := &ssmincidents.UpdateIncidentRecordInput{Arn: &arn, Title: aws.String("New"), Impact: aws.Int32(4), Summary: aws.String("Better"),
		ChatChannel:         &types.ChatChannelMemberChatbotSns{Value: []string{"arn:aws:sns:ap-northeast-1:111122223333:ops"}},
		NotificationTargets: []types.NotificationTargetItem{&types.NotificationTargetItemMemberSnsTopicArn{Value: "arn:aws:sns:ap-northeast-1:111122223333:all"}}}
	need(c.incidents.UpdateIncidentRecord(c.ctx, in))(t)
	need(c.incidents.UpdateIncidentRecord(c.ctx, in))(t) // changes nothing, so it is not told
	got := c.incident(arn)
	if *got.Title != "New" || *got.Impact != 4 || *got.Summary != "Better" || !got.LastModifiedTime.Equal(hands.Now()) || got.ResolvedTime != nil {
		t.Errorf("record %+v", got)
	}
	hands.Advance(time.Minute)
	c.resolve(arn)
	if got = c.incident(arn); got.Status != types.IncidentRecordStatusResolved || !got.ResolvedTime.Equal(hands.Now()) || *got.Title != "New" {
		t.Errorf("resolved record %+v", got)
	}
	events := c.timeline(arn)
	if len(events) != 5 {
		t.Fatalf("timeline %v", kinds(events))
	}
	if want := `{"incidentTitle":"New","modifiedAttributes":[{"attributeName":"title","newValue":"New"},{"attributeName":"impact","newValue":"4"},` +
		`{"attributeName":"summary","newValue":"Better"},{"attributeName":"chatChannel","newValue":"{\"chatbotSns\":[\"arn:aws:sns:ap-northeast-1:111122223333:ops\"]}"},` +
		`{"attributeName":"notificationTargets","newValue":"[{\"snsTopicArn\":\"arn:aws:sns:ap-northeast-1:111122223333:all\"}]"}],"modifiedBy":"` + caller + `"}`; events[3].Data != want {
		t.Error(cmp.Diff(want, events[3].Data))
	}
	if !strings.Contains(events[4].Data, `{"attributeName":"status","newValue":"RESOLVED"}`) {
		t.Error(events[4].Data)
	}
	need(c.incidents.UpdateIncidentRecord(c.ctx, &ssmincidents.UpdateIncidentRecordInput{Arn: &arn, Status: types.IncidentRecordStatusOpen}))(t)
	if got = c.incident(arn); got.Status != types.IncidentRecordStatusOpen || got.ResolvedTime != nil {
		t.Errorf("opened again: %+v", got)
	}
	gone := c.arn("incident-record/down/gone")
	_, err := c.incidents.UpdateIncidentRecord(c.ctx, &ssmincidents.UpdateIncidentRecordInput{Arn: &gone})
	if e := fails[*types.ResourceNotFoundException](t, err); e.ResourceType != types.ResourceTypeIncidentRecord || *e.ResourceIdentifier != gone {
		t.Errorf("%+v", e)
	}
}

// activePerson is a person with one activated channel that is paged at once, and again every minute.
func (c *clients) activePerson(alias string) string {
	c.t.Helper()
	arn := c.person(alias)
	phone := *need(c.contacts.CreateContactChannel(c.ctx, &ssmcontacts.CreateContactChannelInput{ContactId: &arn, Name: aws.String("phone"),
		Type: contactstypes.ChannelTypeSms, DeliveryAddress: &contactstypes.ContactChannelAddress{SimpleAddress: aws.String("+12025550123")}}))(c.t).ContactChannelArn
	var box struct{ Messages []map[string]any }
	c.door("outbox", &box)
	code := box.Messages[len(box.Messages)-1]["code"].(string)
	need(c.contacts.ActivateContactChannel(c.ctx, &ssmcontacts.ActivateContactChannelInput{ContactChannelId: &phone, ActivationCode: &code}))(c.t)
	need(c.contacts.UpdateContact(c.ctx, &ssmcontacts.UpdateContactInput{ContactId: &arn, Plan: &contactstypes.Plan{Stages: []contactstypes.Stage{
		{DurationInMinutes: aws.Int32(5), Targets: []contactstypes.Target{{ChannelTargetInfo: &contactstypes.ChannelTargetInfo{
			ContactChannelId: &phone, RetryIntervalInMinutes: aws.Int32(1)}}}}}}}))(c.t)
	return arn
}

func TestIncidentPages(t *testing.T) {
	c, hands := byHand(t, emulator.Options{})
	aiko := c.activePerson("aiko")
	in := planInput("down")
	in.Engagements = []string{aiko, "arn:aws:ssm-contacts:" + home + ":" + account + ":contact/gone"}
	in.IncidentTemplate.NotificationTargets = []types.NotificationTargetItem{&types.NotificationTargetItemMemberSnsTopicArn{Value: "arn:aws:sns:ap-northeast-1:111122223333:all"}}
	arn := c.start(*need(c.incidents.CreateResponsePlan(c.ctx, in))(t).Arn)
	events := c.timeline(arn)
	if diff := cmp.Diff([]string{"SSM Incident Trigger", "SSM Incident Start", "SSM Incident Record Update", "SSM Contacts Page for Incident"}, kinds(events)); diff != "" {
		t.Fatal(diff)
	}
	if want := `{"contactsEngage":[{"contactArn":"` + aiko + `","contactName":"aiko"}],"incidentTitle":"It is down"}`; events[1].Data != want {
		t.Error(cmp.Diff(want, events[1].Data))
	}
	var paged struct{ ContactArn, EngagementArn string }
	if err := json.Unmarshal([]byte(events[3].Data), &paged); err != nil || paged.ContactArn != aiko || !strings.Contains(paged.EngagementArn, ":engagement/aiko/") {
		t.Errorf("page event %s", events[3].Data)
	}
	var box struct{ Messages []map[string]any }
	c.door("outbox", &box)
	var seen []string
	for _, m := range box.Messages {
		seen = append(seen, m["kind"].(string))
	}
	if diff := cmp.Diff([]string{"activation", "page", "notification"}, seen); diff != "" {
		t.Fatal(diff)
	}
	var envelope struct {
		Kind      string `json:"detail-type"`
		Source    string
		Resources []string
		Detail    struct{ IncidentTitle string }
	}
	if err := json.Unmarshal([]byte(box.Messages[2]["text"].(string)), &envelope); err != nil || envelope.Kind != "SSM Incident Start" ||
		envelope.Resources[0] != arn || envelope.Detail.IncidentTitle != "It is down" || envelope.Source != "aws.ssm-incidents" {
		t.Errorf("notification %v %+v", box.Messages[2], envelope)
	}
	hands.Advance(30 * time.Second)
	page := box.Messages[1]["page_arn"].(string)
	need(c.contacts.AcceptPage(c.ctx, &ssmcontacts.AcceptPageInput{PageId: &page, AcceptType: contactstypes.AcceptTypeRead,
		AcceptCode: aws.String(box.Messages[1]["code"].(string)), AcceptCodeValidation: contactstypes.AcceptCodeValidationEnforce}))(t)
	events = c.timeline(arn)
	if last := events[len(events)-1]; last.Kind != "SSM Contacts Page Acknowledgement for Incident" || last.Data != events[3].Data {
		t.Errorf("after the acknowledgement: %+v", last)
	}
	engagements := need(c.contacts.ListEngagements(c.ctx, &ssmcontacts.ListEngagementsInput{IncidentId: &arn}))(t).Engagements
	if len(engagements) != 1 || *engagements[0].Sender != "aws.ssm-incidents" || engagements[0].StopTime != nil {
		t.Errorf("engagements %+v", engagements)
	}
	c.resolve(arn)
	if got := need(c.contacts.DescribeEngagement(c.ctx, &ssmcontacts.DescribeEngagementInput{EngagementId: engagements[0].EngagementArn}))(t); got.StopTime == nil ||
		*got.Subject != "It is down" || *got.IncidentId != arn {
		t.Errorf("engagement of a resolved incident %+v", got)
	}
	hands.Advance(time.Hour)
	c.door("outbox", &box)
	for _, m := range box.Messages[3:] {
		if m["kind"] == "page" {
			t.Errorf("paged after the incident was resolved: %v", m)
		}
	}
}

func TestDeleteIncident(t *testing.T) {
	c, _ := byHand(t, emulator.Options{})
	plan := c.plan("down")
	arn, other := c.start(plan), c.start(plan)
	for range 2 { // what is not there is deleted too
		need(c.incidents.DeleteIncidentRecord(c.ctx, &ssmincidents.DeleteIncidentRecordInput{Arn: &arn}))(t)
	}
	_, err := c.incidents.GetIncidentRecord(c.ctx, &ssmincidents.GetIncidentRecordInput{Arn: &arn})
	fails[*types.ResourceNotFoundException](t, err)
	_, err = c.incidents.ListTimelineEvents(c.ctx, &ssmincidents.ListTimelineEventsInput{IncidentRecordArn: &arn})
	fails[*types.ValidationException](t, err)
	if len(c.timeline(other)) != 3 || len(c.related(other)) != 1 {
		t.Error("the other incident lost something")
	}
}

func TestIncidentsLeaveWithTheSet(t *testing.T) {
	c, hands := byHand(t, emulator.Options{RegionLock: -1})
	arn := c.start(c.plan("down"))
	set := need(c.incidents.ListReplicationSets(c.ctx, &ssmincidents.ListReplicationSetsInput{}))(t).ReplicationSetArns[0]
	need(c.incidents.DeleteReplicationSet(c.ctx, &ssmincidents.DeleteReplicationSetInput{Arn: &set}))(t)
	hands.Advance(time.Second)
	_, err := c.incidents.ListIncidentRecords(c.ctx, &ssmincidents.ListIncidentRecordsInput{})
	fails[*types.ValidationException](t, err)
	_, err = c.incidents.GetIncidentRecord(c.ctx, &ssmincidents.GetIncidentRecordInput{Arn: &arn})
	if e := fails[*types.ResourceNotFoundException](t, err); e.ResourceType != types.ResourceTypeReplicationSet {
		t.Errorf("%+v", e)
	}
	c.createSet(home)
	if got := need(c.incidents.ListIncidentRecords(c.ctx, &ssmincidents.ListIncidentRecordsInput{}))(t).IncidentRecordSummaries; len(got) != 0 {
		t.Errorf("incidents survived their account: %v", fmt.Sprint(got))
	}
}
