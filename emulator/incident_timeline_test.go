package emulator_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"
	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/emulator"
)

func (c *clients) note(incident string, at time.Time, data string, refs ...types.EventReference) string {
	c.t.Helper()
	out := need(c.incidents.CreateTimelineEvent(c.ctx, &ssmincidents.CreateTimelineEventInput{IncidentRecordArn: &incident, EventTime: &at,
		EventType: aws.String("Note"), EventData: &data, EventReferences: refs}))(c.t)
	if *out.IncidentRecordArn != incident {
		c.t.Errorf("event of %s", *out.IncidentRecordArn)
	}
	return *out.EventId
}

func TestTimelineEvents(t *testing.T) {
	c, hands := byHand(t, emulator.Options{})
	arn := c.start(c.plan("down"))
	at := hands.Now().Add(-time.Hour).Add(345 * time.Millisecond)
	table := &types.EventReferenceMemberResource{Value: "arn:aws:dynamodb:ap-northeast-1:111122223333:table/t"}
	item := &types.EventReferenceMemberRelatedItemId{Value: *c.related(arn)[0].GeneratedId}
	id := c.note(arn, at, `"before"`, table, item)
	get := func() *types.TimelineEvent {
		return need(c.incidents.GetTimelineEvent(c.ctx, &ssmincidents.GetTimelineEventInput{EventId: &id, IncidentRecordArn: &arn}))(t).Event
	}
	want := &types.TimelineEvent{EventId: &id, IncidentRecordArn: &arn, EventData: aws.String(`"before"`), EventType: aws.String("Note"), EventTime: &at,
		EventUpdatedTime: aws.Time(hands.Now()), EventReferences: []types.EventReference{table, item}}
	if diff := cmp.Diff(want, get(), same); diff != "" {
		t.Error(diff)
	}
	hands.Advance(time.Minute)
	update := func(in ssmincidents.UpdateTimelineEventInput) {
		t.Helper()
		in.EventId, in.IncidentRecordArn = &id, &arn
		need(c.incidents.UpdateTimelineEvent(c.ctx, &in))(t)
		want.EventUpdatedTime = aws.Time(hands.Now())
		if diff := cmp.Diff(want, get(), same); diff != "" {
			t.Error(diff)
		}
	}
	update(ssmincidents.UpdateTimelineEventInput{})
	want.EventData, want.EventType = aws.String("{}"), aws.String("Custom Event")
	update(ssmincidents.UpdateTimelineEventInput{EventData: want.EventData, EventType: want.EventType})
	want.EventReferences, want.EventTime = []types.EventReference{item}, aws.Time(at.Add(time.Second))
	update(ssmincidents.UpdateTimelineEventInput{EventReferences: want.EventReferences, EventTime: want.EventTime})
	want.EventReferences = []types.EventReference{}
	update(ssmincidents.UpdateTimelineEventInput{EventReferences: want.EventReferences})

	for range 2 { // the second time there is nothing to delete, which is no error
		need(c.incidents.DeleteTimelineEvent(c.ctx, &ssmincidents.DeleteTimelineEventInput{EventId: &id, IncidentRecordArn: &arn}))(t)
	}
	_, err := c.incidents.GetTimelineEvent(c.ctx, &ssmincidents.GetTimelineEventInput{EventId: &id, IncidentRecordArn: &arn})
	if e := fails[*types.ResourceNotFoundException](t, err); e.ResourceType != types.ResourceTypeTimelineEvent || *e.ResourceIdentifier != id {
		t.Errorf("%+v", e)
	}
	if again := c.note(arn, at, "x"); again == id {
		t.Error("an id was used twice")
	}
}

func TestServiceEventsAreReadOnly(t *testing.T) {
	c, _ := byHand(t, emulator.Options{})
	arn := c.start(c.plan("down"))
	list := need(c.incidents.ListTimelineEvents(c.ctx, &ssmincidents.ListTimelineEventsInput{IncidentRecordArn: &arn}))(t).EventSummaries
	for _, e := range list {
		_, err := c.incidents.UpdateTimelineEvent(c.ctx, &ssmincidents.UpdateTimelineEventInput{EventId: e.EventId, IncidentRecordArn: &arn, EventType: aws.String("Note")})
		fails[*types.ValidationException](t, err)
		_, err = c.incidents.DeleteTimelineEvent(c.ctx, &ssmincidents.DeleteTimelineEventInput{EventId: e.EventId, IncidentRecordArn: &arn})
		fails[*types.ValidationException](t, err)
	}
	id := c.note(arn, time.Unix(0, 0), "x")
	for _, kind := range []string{"SSM Incident Trigger", "note", ""} {
		_, err := c.incidents.UpdateTimelineEvent(c.ctx, &ssmincidents.UpdateTimelineEventInput{EventId: &id, IncidentRecordArn: &arn, EventType: &kind})
		fails[*types.ValidationException](t, err)
		_, err = c.incidents.CreateTimelineEvent(c.ctx, &ssmincidents.CreateTimelineEventInput{IncidentRecordArn: &arn, EventTime: aws.Time(time.Unix(0, 0)),
			EventType: &kind, EventData: aws.String("x")})
		fails[*types.ValidationException](t, err)
	}
}

func TestListTimelineEvents(t *testing.T) {
	c, hands := byHand(t, emulator.Options{MaxPage: 2})
	plan := c.plan("down")
	other := c.start(plan)
	arn := c.start(plan)
	base := hands.Now().Add(time.Hour)
	table := "arn:aws:dynamodb:ap-northeast-1:111122223333:table/t"
	var ids []string // oldest first; those of one instant in the order in which they were made
	for _, second := range []int{5, 1, 3, 3, 9} {
		ids = append(ids, c.note(arn, base.Add(time.Duration(second)*time.Second), fmt.Sprint(second), &types.EventReferenceMemberResource{Value: table}))
	}
	c.note(other, base, "other")
	inOrder := []string{ids[1], ids[2], ids[3], ids[0], ids[4]}
	reverse := []string{ids[4], ids[0], ids[3], ids[2], ids[1]}
	list := func(order types.SortOrder, filters ...types.Filter) []string {
		var out []string
		pages := ssmincidents.NewListTimelineEventsPaginator(c.incidents, &ssmincidents.ListTimelineEventsInput{IncidentRecordArn: &arn, SortOrder: order,
			SortBy: types.TimelineEventSortEventTime, Filters: filters})
		for pages.HasMorePages() {
			for _, e := range need(pages.NextPage(c.ctx))(t).EventSummaries {
				out = append(out, *e.EventId)
			}
		}
		return out
	}
	late := types.Filter{Key: aws.String("eventTime"), Condition: &types.ConditionMemberAfter{Value: base}}
	for name, tc := range map[string]struct{ want, got []string }{
		"newest first":      {reverse, list("", late)},
		"descending":        {reverse, list(types.SortOrderDescending, texts("eventType", "Note"))},
		"ascending":         {inOrder, list(types.SortOrderAscending, texts("eventType", "Note", "Custom Event"))},
		"by reference":      {inOrder, list(types.SortOrderAscending, texts("eventReference", table))},
		"another reference": {nil, list(types.SortOrderAscending, texts("eventReference", "x"))},
		"between": {inOrder[1:3], list(types.SortOrderAscending, types.Filter{Key: aws.String("eventTime"), Condition: &types.ConditionMemberBefore{Value: base.Add(5 * time.Second)}},
			types.Filter{Key: aws.String("eventTime"), Condition: &types.ConditionMemberAfter{Value: base.Add(time.Second)}})},
	} {
		if diff := cmp.Diff(tc.want, tc.got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if all := list(""); len(all) != 8 {
		t.Errorf("%d events", len(all))
	}
	// Rows that come and go between two pages move nothing.
	first := need(c.incidents.ListTimelineEvents(c.ctx, &ssmincidents.ListTimelineEventsInput{IncidentRecordArn: &arn}))(t)
	need(c.incidents.DeleteTimelineEvent(c.ctx, &ssmincidents.DeleteTimelineEventInput{EventId: first.EventSummaries[1].EventId, IncidentRecordArn: &arn}))(t)
	c.note(arn, base.Add(time.Minute), "new")
	second := need(c.incidents.ListTimelineEvents(c.ctx, &ssmincidents.ListTimelineEventsInput{IncidentRecordArn: &arn, NextToken: first.NextToken}))(t)
	if *second.EventSummaries[0].EventId != reverse[2] {
		t.Error("the second page does not begin after the first")
	}
	_, err := c.incidents.ListTimelineEvents(c.ctx, &ssmincidents.ListTimelineEventsInput{IncidentRecordArn: &other, NextToken: first.NextToken})
	fails[*types.ValidationException](t, err)
}

func TestRelatedItems(t *testing.T) {
	c, hands := byHand(t, emulator.Options{MaxPage: 2})
	arn := c.start(c.plan("down"))
	values := []types.ItemValue{&types.ItemValueMemberUrl{Value: "https://example.com/graph?a=1&b=2"}, &types.ItemValueMemberArn{Value: "arn:aws:ec2:ap-northeast-1:111122223333:instance/i-0abc"},
		&types.ItemValueMemberMetricDefinition{Value: "{}"}, &types.ItemValueMemberPagerDutyIncidentDetail{Value: types.PagerDutyIncidentDetail{Id: aws.String("P1"), AutoResolve: aws.Bool(true)}}}
	change := func(update types.RelatedItemsUpdate) error {
		_, err := c.incidents.UpdateRelatedItems(c.ctx, &ssmincidents.UpdateRelatedItemsInput{IncidentRecordArn: &arn, RelatedItemsUpdate: update})
		return err
	}
	add := func(v types.ItemValue, title string) {
		t.Helper()
		item := types.RelatedItem{Title: &title, Identifier: &types.ItemIdentifier{Type: types.ItemTypeOther, Value: v}}
		if err := change(&types.RelatedItemsUpdateMemberItemToAdd{Value: item}); err != nil {
			t.Fatal(err)
		}
	}
	hands.Advance(time.Minute)
	for i, v := range values {
		add(v, fmt.Sprint(i))
	}
	items := c.related(arn)
	if len(items) != 5 {
		t.Fatalf("%d items", len(items))
	}
	for i, v := range values {
		if got := items[i+1]; *got.Title != fmt.Sprint(i) || !cmp.Equal(v, got.Identifier.Value, same) || !strings.HasPrefix(*got.GeneratedId, "related-item/OTHER/") {
			t.Errorf("item %d: %+v %+v", i, got, got.Identifier)
		}
	}
	if got := c.incident(arn); !got.LastModifiedTime.Equal(hands.Now()) {
		t.Error("the record was not modified")
	}
	before := len(c.timeline(arn))
	add(values[0], "0") // nothing new
	if len(c.timeline(arn)) != before {
		t.Error("nothing changed and the timeline tells of it")
	}
	add(values[0], "better")
	if got := c.related(arn); len(got) != 5 || *got[1].Title != "better" || *got[1].GeneratedId != *items[1].GeneratedId {
		t.Errorf("after a new title: %+v", got)
	}
	remove := &types.RelatedItemsUpdateMemberItemToRemove{Value: types.ItemIdentifier{Type: types.ItemTypeOther, Value: values[1]}}
	if err := change(remove); err != nil {
		t.Fatal(err)
	}
	fails[*types.ValidationException](t, change(remove))
	if got := c.related(arn); len(got) != 4 {
		t.Errorf("%d items are left", len(got))
	}
	events := c.timeline(arn)
	if last := events[len(events)-1].Data; !strings.Contains(last, `{\"itemToRemove\":{\"type\":\"OTHER\",\"value\":{\"arn\":\"arn:aws:ec2:ap-northeast-1:111122223333:instance/i-0abc\"}}}`) {
		t.Error(last)
	}
	gone := c.arn("incident-record/down/gone")
	_, err := c.incidents.UpdateRelatedItems(c.ctx, &ssmincidents.UpdateRelatedItemsInput{IncidentRecordArn: &gone, RelatedItemsUpdate: remove})
	fails[*types.ResourceNotFoundException](t, err)
	_, err = c.incidents.ListRelatedItems(c.ctx, &ssmincidents.ListRelatedItemsInput{IncidentRecordArn: &gone})
	fails[*types.ValidationException](t, err)
}

func TestIncidentTags(t *testing.T) {
	c, _ := byHand(t, emulator.Options{})
	arn := *need(c.incidents.StartIncident(c.ctx, &ssmincidents.StartIncidentInput{ResponsePlanArn: need(c.incidents.CreateResponsePlan(c.ctx, fullPlan("down")))(t).Arn}))(t).IncidentRecordArn
	need(c.incidents.TagResource(c.ctx, &ssmincidents.TagResourceInput{ResourceArn: &arn, Tags: map[string]string{"a": "1"}}))(t)
	need(c.incidents.UntagResource(c.ctx, &ssmincidents.UntagResourceInput{ResourceArn: &arn, TagKeys: []string{"service"}}))(t)
	if diff := cmp.Diff(map[string]string{"a": "1"}, need(c.incidents.ListTagsForResource(c.ctx, &ssmincidents.ListTagsForResourceInput{ResourceArn: &arn}))(t).Tags); diff != "" {
		t.Error(diff)
	}
	if plan := c.getPlan(c.arn("response-plan/down")).IncidentTemplate.IncidentTags; plan["service"] != "web" {
		t.Errorf("the template's tags changed: %v", plan)
	}
	found := need(c.tagging.GetResources(c.ctx, &resourcegroupstaggingapi.GetResourcesInput{ResourceTypeFilters: []string{"ssm-incidents:incident-record"}}))(t).ResourceTagMappingList
	if len(found) != 1 || *found[0].ResourceARN != arn || *found[0].Tags[0].Key != "a" {
		t.Errorf("tagged resources %+v", found)
	}
	gone := c.arn("incident-record/down/gone")
	_, err := c.incidents.ListTagsForResource(c.ctx, &ssmincidents.ListTagsForResourceInput{ResourceArn: &gone})
	fails[*types.ResourceNotFoundException](t, err)
}

// TestIncidentsOnTheWire: statuses, and what no SDK would send.
func TestIncidentsOnTheWire(t *testing.T) {
	c, _ := byHand(t, emulator.Options{})
	plan := c.plan("down")
	arn := c.start(plan)
	event := `{"incidentRecordArn":"` + arn + `","eventType":"Note","eventData":"x","eventTime":`
	for name, tc := range map[string]struct {
		in     raw
		status int
		body   string
	}{
		"scientific":        {incidentsCall("/createTimelineEvent", event+`1.628634837849E9}`), 201, `"eventId"`},
		"whole seconds":     {incidentsCall("/createTimelineEvent", event+`-1}`), 201, ""},
		"time as text":      {incidentsCall("/createTimelineEvent", event+`"2026-12-07T09:00:00Z"}`), 400, "STRING_VALUE at 'eventTime' can not be converted to a Timestamp"},
		"year 10000":        {incidentsCall("/createTimelineEvent", event+`253402300800}`), 400, "NUMBER_VALUE"},
		"impact 5E0":        {incidentsCall("/startIncident", `{"responsePlanArn":"`+plan+`","impact":5E0}`), 200, "incidentRecordArn"},
		"impact 6":          {incidentsCall("/startIncident", `{"responsePlanArn":"`+plan+`","impact":6}`), 400, "Value '6' at 'impact' failed to satisfy constraint: Member must have value less than or equal to 5"},
		"status":            {incidentsCall("/updateIncidentRecord", `{"arn":"`+arn+`","status":"CLOSED"}`), 400, "enum value set: [OPEN, RESOLVED]"},
		"nulls":             {incidentsCall("/updateIncidentRecord", `{"arn":"`+arn+`","status":null,"title":null}`), 204, ""},
		"condition of two":  {incidentsCall("/listIncidentRecords", `{"filters":[{"key":"creationTime","condition":{"after":1,"before":2}}]}`), 400, "exactly one"},
		"six filters":       {incidentsCall("/listIncidentRecords", `{"filters":[{},{},{},{},{},{}]}`), 400, "less than or equal to 5"},
		"item without one":  {incidentsCall("/updateRelatedItems", `{"incidentRecordArn":"`+arn+`","relatedItemsUpdate":{"itemToAdd":{"identifier":{"type":"OTHER","value":{}}}}}`), 400, "'relatedItemsUpdate.itemToAdd.identifier.value'"},
		"item of no type":   {incidentsCall("/updateRelatedItems", `{"incidentRecordArn":"`+arn+`","relatedItemsUpdate":{"itemToAdd":{"identifier":{"type":"X","value":{"url":"x"}}}}}`), 400, "ANALYSIS, INCIDENT"},
		"no trigger source": {incidentsCall("/startIncident", `{"responsePlanArn":"`+plan+`","triggerDetails":{"timestamp":1}}`), 400, "Value null at 'triggerDetails.source'"},
		"foreign incident":  {raw{service: "ssm-incidents", method: "GET", path: "/getIncidentRecord?arn=arn:aws:ssm-incidents::999900001111:incident-record/a/b"}, 403, "not authorized"},
		"not an incident":   {raw{service: "ssm-incidents", method: "GET", path: "/getIncidentRecord?arn=" + plan}, 400, "Invalid resource Arn"},
		"21 findings":       {incidentsCall("/listIncidentFindings", `{"incidentRecordArn":"`+arn+`","maxResults":21}`), 400, "less than or equal to 20"},
	} {
		got := c.send(tc.in)
		if got.status != tc.status || !strings.Contains(got.body, tc.body) {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	list := need(c.incidents.ListTimelineEvents(c.ctx, &ssmincidents.ListTimelineEventsInput{IncidentRecordArn: &arn, SortOrder: types.SortOrderAscending}))(t).EventSummaries
	if list[0].EventTime.UnixMilli() != -1000 || list[1].EventTime.UnixMilli() != 1628634837849 {
		t.Errorf("times %v %v", list[0].EventTime, list[1].EventTime)
	}
	events := c.send(incidentsCall("/listTimelineEvents", `{"incidentRecordArn":"`+arn+`","maxResults":1}`))
	if !strings.Contains(events.body, `"eventReferences":[]`) || strings.Contains(events.body, "eventData") || strings.Contains(events.body, `"nextToken":null`) {
		t.Error(events.body)
	}
}
