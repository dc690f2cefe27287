package emulator_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	incidentstypes "github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"
	"github.com/aws/smithy-go"

	"github.com/watchbill/watchbill/emulator"
)

// watcher is CloudWatch's client of an account.
type watcher struct {
	*clients
	cw *cloudwatch.Client
}

func watching(c *clients) *watcher {
	return &watcher{c, cloudwatch.NewFromConfig(config(c.http, home), func(o *cloudwatch.Options) { o.RetryMaxAttempts = 1 })}
}

// plan makes a response plan and returns the ARN that alarms name.
func (w *watcher) plan(name string, change func(*ssmincidents.CreateResponsePlanInput)) string {
	w.t.Helper()
	in := &ssmincidents.CreateResponsePlanInput{Name: &name, IncidentTemplate: &incidentstypes.IncidentTemplate{
		Title: aws.String("It is down"), Impact: aws.Int32(1)}}
	if change != nil {
		change(in)
	}
	return *need(w.incidents.CreateResponsePlan(w.ctx, in))(w.t).Arn
}

// statusAlarm is an alarm on the status check of an instance.
func statusAlarm(name, instance string, actions ...string) *cloudwatch.PutMetricAlarmInput {
	return &cloudwatch.PutMetricAlarmInput{AlarmName: &name, Namespace: aws.String("AWS/EC2"), MetricName: aws.String("StatusCheckFailed"),
		Statistic: cwtypes.StatisticMaximum, Period: aws.Int32(60), EvaluationPeriods: aws.Int32(2), Threshold: aws.Float64(1),
		ComparisonOperator: cwtypes.ComparisonOperatorGreaterThanOrEqualToThreshold, TreatMissingData: aws.String("missing"), AlarmActions: actions,
		Dimensions: []cwtypes.Dimension{{Name: aws.String("InstanceId"), Value: &instance}}}
}

func (w *watcher) put(in *cloudwatch.PutMetricAlarmInput) {
	w.t.Helper()
	need(w.cw.PutMetricAlarm(w.ctx, in))(w.t)
}

func (w *watcher) set(name string, state cwtypes.StateValue) {
	w.t.Helper()
	need(w.cw.SetAlarmState(w.ctx, &cloudwatch.SetAlarmStateInput{AlarmName: &name, StateValue: state, StateReason: aws.String("a test")}))(w.t)
}

// state is the state of an alarm of either kind.
func (w *watcher) state(name string) cwtypes.StateValue {
	w.t.Helper()
	out := need(w.cw.DescribeAlarms(w.ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{name},
		AlarmTypes: []cwtypes.AlarmType{cwtypes.AlarmTypeMetricAlarm, cwtypes.AlarmTypeCompositeAlarm}}))(w.t)
	for _, a := range out.MetricAlarms {
		return a.StateValue
	}
	for _, a := range out.CompositeAlarms {
		return a.StateValue
	}
	w.t.Fatalf("there is no alarm %s", name)
	return ""
}

// open is the incidents that are open, newest first.
func (w *watcher) open() []incidentstypes.IncidentRecordSummary {
	w.t.Helper()
	return need(w.incidents.ListIncidentRecords(w.ctx, &ssmincidents.ListIncidentRecordsInput{}))(w.t).IncidentRecordSummaries
}

// acts is the summaries of an alarm's actions, oldest first.
func (w *watcher) acts(name string) (acts []string) {
	w.t.Helper()
	out := need(w.cw.DescribeAlarmHistory(w.ctx, &cloudwatch.DescribeAlarmHistoryInput{AlarmName: &name, HistoryItemType: cwtypes.HistoryItemTypeAction,
		ScanBy: cwtypes.ScanByTimestampAscending, AlarmTypes: []cwtypes.AlarmType{cwtypes.AlarmTypeMetricAlarm, cwtypes.AlarmTypeCompositeAlarm}}))(w.t)
	for _, item := range out.AlarmHistoryItems {
		acts = append(acts, *item.HistorySummary)
	}
	return acts
}

func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return fmt.Sprint(err)
}

func TestAlarmIsReadAsItWasPut(t *testing.T) {
	w := watching(empty(t, emulator.Options{Now: newClock().Now}))
	in := statusAlarm("one", "i-0abc", "arn:aws:sns:ap-northeast-1:111122223333:ops")
	in.AlarmDescription, in.Tags = aws.String("down"), []cwtypes.Tag{{Key: aws.String("team"), Value: aws.String("web")}}
	w.put(in)
	out := need(w.cw.DescribeAlarms(w.ctx, &cloudwatch.DescribeAlarmsInput{AlarmNamePrefix: aws.String("on")}))(t).MetricAlarms
	if len(out) != 1 {
		t.Fatalf("%d alarms", len(out))
	}
	a := out[0]
	if *a.AlarmArn != "arn:aws:cloudwatch:"+home+":"+account+":alarm:one" || *a.Period != 60 || *a.Threshold != 1 || a.Statistic != "Maximum" ||
		!*a.ActionsEnabled || *a.TreatMissingData != "missing" || *a.Dimensions[0].Value != "i-0abc" || a.StateValue != "INSUFFICIENT_DATA" ||
		!a.StateUpdatedTimestamp.Equal(newClock().Now()) || *a.AlarmDescription != "down" {
		t.Errorf("read back as %+v", a)
	}
	// A second put replaces everything; tags it brings are ignored, and the state stays.
	w.set("one", cwtypes.StateValueOk)
	again := statusAlarm("one", "i-0abc")
	again.Threshold, again.Tags = aws.Float64(2.5), []cwtypes.Tag{{Key: aws.String("team"), Value: aws.String("app")}}
	w.put(again)
	a = need(w.cw.DescribeAlarms(w.ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{"one"}}))(t).MetricAlarms[0]
	if a.AlarmDescription != nil || len(a.AlarmActions) != 0 || *a.Threshold != 2.5 || a.StateValue != "OK" {
		t.Errorf("after the second put %+v", a)
	}
	tags := need(w.cw.ListTagsForResource(w.ctx, &cloudwatch.ListTagsForResourceInput{ResourceARN: a.AlarmArn}))(t).Tags
	if len(tags) != 1 || *tags[0].Value != "web" {
		t.Errorf("tags %+v", tags)
	}
	found := need(w.tagging.GetResources(w.ctx, &resourcegroupstaggingapi.GetResourcesInput{ResourceTypeFilters: []string{"cloudwatch:alarm"}}))(t)
	if len(found.ResourceTagMappingList) != 1 || *found.ResourceTagMappingList[0].ResourceARN != *a.AlarmArn {
		t.Errorf("found by tag: %+v", found.ResourceTagMappingList)
	}
}

func TestAlarmsInPages(t *testing.T) {
	w := watching(empty(t, emulator.Options{}))
	for i := range 120 {
		w.put(statusAlarm(fmt.Sprintf("a%03d", i), "i-0abc"))
	}
	var names []string
	pages := cloudwatch.NewDescribeAlarmsPaginator(w.cw, &cloudwatch.DescribeAlarmsInput{MaxRecords: aws.Int32(100), AlarmNamePrefix: aws.String("a")})
	n := 0
	for pages.HasMorePages() {
		n++
		for _, a := range need(pages.NextPage(w.ctx))(t).MetricAlarms {
			names = append(names, *a.AlarmName)
		}
	}
	if len(names) != 120 || n != 2 || !slices.IsSorted(names) {
		t.Errorf("%d alarms in %d pages", len(names), n)
	}
	_, err := w.cw.DescribeAlarms(w.ctx, &cloudwatch.DescribeAlarmsInput{NextToken: aws.String("x")})
	if code(err) != "InvalidNextToken" {
		t.Errorf("a token of nowhere: %v", err)
	}
}

func TestAlarmStartsAnIncident(t *testing.T) {
	w := watching(onboarded(t, emulator.Options{}))
	plan := w.plan("down", nil)
	w.put(statusAlarm("one", "i-0abc", plan))
	w.set("one", cwtypes.StateValueAlarm)
	w.set("one", cwtypes.StateValueAlarm) // already there: nothing happens
	got := w.open()
	if len(got) != 1 || *got[0].Title != "It is down: one" || *got[0].IncidentRecordSource.Source != "aws.cloudwatch" ||
		*got[0].IncidentRecordSource.ResourceArn != "arn:aws:cloudwatch:"+home+":"+account+":alarm:one" {
		t.Fatalf("incidents %+v", got)
	}
	items := need(w.incidents.ListRelatedItems(w.ctx, &ssmincidents.ListRelatedItemsInput{IncidentRecordArn: got[0].Arn}))(t).RelatedItems
	involved := ""
	for _, item := range items {
		if v, ok := item.Identifier.Value.(*incidentstypes.ItemValueMemberArn); ok && item.Identifier.Type == incidentstypes.ItemTypeInvolvedResource {
			involved = v.Value
		}
	}
	if involved != "arn:aws:ec2:"+home+":"+account+":instance/i-0abc" {
		t.Errorf("involved %q", involved)
	}
	// It comes back to OK, which resolves nothing, and goes off again: the open incident takes it.
	w.set("one", cwtypes.StateValueOk)
	w.set("one", cwtypes.StateValueAlarm)
	if got := w.open(); len(got) != 1 || got[0].Status != "OPEN" {
		t.Errorf("incidents %+v", got)
	}
	if acts := w.acts("one"); len(acts) != 2 || acts[0] != "Successfully executed action "+plan {
		t.Errorf("actions %q", acts)
	}
	events := need(w.incidents.ListTimelineEvents(w.ctx, &ssmincidents.ListTimelineEventsInput{IncidentRecordArn: got[0].Arn}))(t).EventSummaries
	triggers := 0
	for _, e := range events {
		if *e.EventType == "SSM Incident Trigger" {
			triggers++
			data := need(w.incidents.GetTimelineEvent(w.ctx, &ssmincidents.GetTimelineEventInput{EventId: e.EventId, IncidentRecordArn: got[0].Arn}))(t)
			if !strings.Contains(*data.Event.EventData, `\"dimensions\":{\"InstanceId\":\"i-0abc\"}`) {
				t.Errorf("the event's data: %s", *data.Event.EventData)
			}
		}
	}
	if triggers != 2 {
		t.Errorf("%d triggers", triggers)
	}
}

func TestActionsThatAreNotTaken(t *testing.T) {
	w := watching(onboarded(t, emulator.Options{}))
	gone := "arn:aws:ssm-incidents::" + account + ":response-plan/gone"
	w.put(statusAlarm("one", "i-0abc", gone))
	w.set("one", cwtypes.StateValueAlarm)
	if acts := w.acts("one"); len(acts) != 1 || acts[0] != "Failed to execute action "+gone {
		t.Errorf("actions %q", acts)
	}
	w.put(statusAlarm("two", "i-0abc", w.plan("down", nil)))
	need(w.cw.DisableAlarmActions(w.ctx, &cloudwatch.DisableAlarmActionsInput{AlarmNames: []string{"two", "nobody"}}))(t)
	w.set("two", cwtypes.StateValueAlarm)
	if acts := w.acts("two"); len(acts) != 0 || len(w.open()) != 0 {
		t.Errorf("disabled actions were taken: %q", acts)
	}
}

func TestMutedActionsWait(t *testing.T) {
	clock := newClock()
	w := watching(onboarded(t, emulator.Options{Now: clock.Now}))
	w.put(statusAlarm("one", "i-0abc", w.plan("down", nil)))
	need(w.cw.PutAlarmMuteRule(w.ctx, &cloudwatch.PutAlarmMuteRuleInput{Name: aws.String("night"), MuteTargets: &cwtypes.MuteTargets{AlarmNames: []string{"one"}},
		Rule: &cwtypes.Rule{Schedule: &cwtypes.Schedule{Expression: aws.String("cron(0 18 * * MON)"), Duration: aws.String("PT4H"), Timezone: aws.String("Asia/Tokyo")}}}))(t)
	rule := need(w.cw.GetAlarmMuteRule(w.ctx, &cloudwatch.GetAlarmMuteRuleInput{AlarmMuteRuleName: aws.String("night")}))(t)
	if rule.Status != "ACTIVE" || *rule.MuteType != "RECURRING" { // Monday 18:00 in Tokyo is 9:00 in London
		t.Errorf("rule %+v", rule)
	}
	w.set("one", cwtypes.StateValueAlarm)
	if len(w.open()) != 0 {
		t.Error("a muted alarm opened an incident")
	}
	need(w.cw.DeleteAlarmMuteRule(w.ctx, &cloudwatch.DeleteAlarmMuteRuleInput{AlarmMuteRuleName: aws.String("night")}))(t)
	if len(w.open()) != 1 {
		t.Error("the actions did not come when the rule went")
	}
}

func TestMuteWindowEnds(t *testing.T) {
	w, s := stopped(t)
	in := statusAlarm("one", "i-0abc", w.plan("down", nil))
	in.TreatMissingData = aws.String("ignore")
	w.put(in)
	mute := func(name, expression string) {
		need(w.cw.PutAlarmMuteRule(w.ctx, &cloudwatch.PutAlarmMuteRuleInput{Name: &name, MuteTargets: &cwtypes.MuteTargets{AlarmNames: []string{"one"}},
			Rule: &cwtypes.Rule{Schedule: &cwtypes.Schedule{Expression: &expression, Duration: aws.String("PT1H")}}}))(t)
	}
	mute("once", "at(2026-12-07T08:30)")
	mute("weekly", "cron(15 9 * DEC SUN-MON)")
	w.set("one", cwtypes.StateValueAlarm)
	w.pass(s, 74*time.Minute)
	if len(w.open()) != 0 {
		t.Error("the second window was not kept")
	}
	w.pass(s, 10*time.Minute)
	if got := w.open(); len(got) != 1 || !got[0].CreationTime.Equal(newClock().Now().Add(75*time.Minute)) {
		t.Errorf("incidents %+v", got)
	}
	out := need(w.cw.ListAlarmMuteRules(w.ctx, &cloudwatch.ListAlarmMuteRulesInput{Statuses: []cwtypes.AlarmMuteRuleStatus{cwtypes.AlarmMuteRuleStatusExpired}}))(t)
	if len(out.AlarmMuteRuleSummaries) != 1 || *out.AlarmMuteRuleSummaries[0].MuteType != "ONE_TIME" {
		t.Errorf("expired: %+v", out.AlarmMuteRuleSummaries)
	}
	for _, bad := range []string{"cron(0 9 * *)", "cron(60 9 * * *)", "cron(0 9 * * FUN)", "at(tomorrow)", "rate(5 minutes)", "cron(5-1 9 * * *)"} {
		_, err := w.cw.PutAlarmMuteRule(w.ctx, &cloudwatch.PutAlarmMuteRuleInput{Name: aws.String("bad"),
			Rule: &cwtypes.Rule{Schedule: &cwtypes.Schedule{Expression: &bad, Duration: aws.String("PT1H")}}})
		if err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}

func TestCompositeAlarm(t *testing.T) {
	w := watching(onboarded(t, emulator.Options{}))
	plan := w.plan("down", nil)
	w.put(statusAlarm("a", "i-0a"))
	w.put(statusAlarm("b", "i-0b"))
	put := func(name, rule string) error {
		_, err := w.cw.PutCompositeAlarm(w.ctx, &cloudwatch.PutCompositeAlarmInput{AlarmName: &name, AlarmRule: &rule, AlarmActions: []string{plan}})
		return err
	}
	for _, bad := range []string{"", "ALARM", "ALARM(a", "ALARM(a) b", "ALARM(nobody)", "maybe(a)", "(ALARM(a)", "NOT"} {
		if err := put("bad", bad); err == nil {
			t.Errorf("the rule %q was taken", bad)
		}
	}
	if err := put("both", `ALARM("a") AND (ALARM(b) OR FALSE) AND NOT INSUFFICIENT_DATA(a)`); err != nil {
		t.Fatal(err)
	}
	if got := w.state("both"); got != cwtypes.StateValueInsufficientData {
		t.Errorf("state %s", got)
	}
	w.set("a", cwtypes.StateValueAlarm)
	if got := w.state("both"); got != cwtypes.StateValueOk {
		t.Errorf("state %s", got)
	}
	w.set("b", cwtypes.StateValueAlarm)
	if got := w.state("both"); got != cwtypes.StateValueAlarm || len(w.open()) != 1 {
		t.Errorf("state %s, %d incidents", got, len(w.open()))
	}
	_, err := w.cw.DeleteAlarms(w.ctx, &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{"a"}})
	if code(err) != "ValidationError" && code(err) != "ValidationException" {
		t.Errorf("a child was deleted: %v", err)
	}
	need(w.cw.DeleteAlarms(w.ctx, &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{"a", "b", "both"}}))(t)
}

func TestDeletingAlarmsIsAllOrNothing(t *testing.T) {
	w := watching(empty(t, emulator.Options{}))
	w.put(statusAlarm("a", "i-0a"))
	_, err := w.cw.DeleteAlarms(w.ctx, &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{"a", "nobody"}})
	var missing *cwtypes.ResourceNotFound
	if !errors.As(err, &missing) {
		t.Errorf("got %v", err)
	}
	if got := w.state("a"); got == "" {
		t.Error("the alarm is gone")
	}
}

func TestPutMetricAlarmRefuses(t *testing.T) {
	w := watching(empty(t, emulator.Options{}))
	for what, change := range map[string]func(*cloudwatch.PutMetricAlarmInput){
		"an odd period":        func(in *cloudwatch.PutMetricAlarmInput) { in.Period = aws.Int32(61) },
		"more than a day":      func(in *cloudwatch.PutMetricAlarmInput) { in.EvaluationPeriods = aws.Int32(1441) },
		"no statistic":         func(in *cloudwatch.PutMetricAlarmInput) { in.Statistic = "" },
		"no threshold":         func(in *cloudwatch.PutMetricAlarmInput) { in.Threshold = nil },
		"M of N with M over N": func(in *cloudwatch.PutMetricAlarmInput) { in.DatapointsToAlarm = aws.Int32(3) },
		"an operator of bands": func(in *cloudwatch.PutMetricAlarmInput) {
			in.ComparisonOperator = cwtypes.ComparisonOperatorGreaterThanUpperThreshold
		},
		"missing data as it likes": func(in *cloudwatch.PutMetricAlarmInput) { in.TreatMissingData = aws.String("perhaps") },
		"a plan with a Region": func(in *cloudwatch.PutMetricAlarmInput) {
			in.AlarmActions = []string{"arn:aws:ssm-incidents:us-east-1:111122223333:response-plan/x"}
		},
		"a plan with the wrong word": func(in *cloudwatch.PutMetricAlarmInput) {
			in.AlarmActions = []string{"arn:aws:ssm-incidents::111122223333:responseplan/x"}
		},
		"two ways to say what": func(in *cloudwatch.PutMetricAlarmInput) {
			in.Metrics = []cwtypes.MetricDataQuery{{Id: aws.String("q"), Expression: aws.String("1")}}
		},
		"six actions": func(in *cloudwatch.PutMetricAlarmInput) {
			in.AlarmActions = slices.Repeat([]string{"arn:aws:sns:x:1:y"}, 6)
		},
		"a long name": func(in *cloudwatch.PutMetricAlarmInput) { in.AlarmName = aws.String(strings.Repeat("a", 256)) },
	} {
		in := statusAlarm("a", "i-0a")
		change(in)
		_, err := w.cw.PutMetricAlarm(w.ctx, in)
		if got := code(err); got != "ValidationError" && got != "ValidationException" {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestSuppressedActions(t *testing.T) {
	clock := newClock()
	s := open(t, emulator.Options{Now: clock.Now, ReplicationDelay: -1})
	c := connect(t, s.Transport(), home)
	c.createSet(home)
	w := watching(c)
	for _, name := range []string{"a", "quiet"} {
		in := statusAlarm(name, "i-0a")
		in.TreatMissingData = aws.String("ignore") // it stays as it is set
		w.put(in)
	}
	need(w.cw.PutCompositeAlarm(w.ctx, &cloudwatch.PutCompositeAlarmInput{AlarmName: aws.String("c"), AlarmRule: aws.String("ALARM(a)"),
		AlarmActions: []string{w.plan("down", nil)}, ActionsSuppressor: aws.String("quiet"), ActionsSuppressorWaitPeriod: aws.Int32(0),
		ActionsSuppressorExtensionPeriod: aws.Int32(60)}))(t)
	w.set("quiet", cwtypes.StateValueAlarm)
	w.set("a", cwtypes.StateValueAlarm)
	if len(w.open()) != 0 || w.state("c") != cwtypes.StateValueAlarm {
		t.Errorf("%d incidents", len(w.open()))
	}
	w.set("quiet", cwtypes.StateValueOk)
	if len(w.open()) != 0 {
		t.Error("the extension was not waited for")
	}
	clock.Advance(time.Minute)
	if len(w.open()) != 1 {
		t.Errorf("actions %q", w.acts("c"))
	}
}
