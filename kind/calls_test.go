package kind_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"

	"github.com/watchbill/watchbill/emulator"
)

// team is a plan of n people, an escalation plan for every ten and a response plan
// for every fifty.
func team(n int) string {
	var b strings.Builder
	b.WriteString(set + "contacts:\n")
	for i := range n {
		fmt.Fprintf(&b, `  p%04d:
    name: Person %d
    tags: {team: web}
    channels: {mail: {email: p%d@example.com}, text: {sms: "+12025550100"}, phone: {voice: "+12025550100"}}
    engagement_plan: [{page: [mail, text], retry: 2m, wait: 5m}, {page: [phone], wait: 20m}]
`, i, i, i)
	}
	b.WriteString("escalation_plans:\n")
	for i := 0; i < n; i += 10 {
		fmt.Fprintf(&b, "  e%04d: {stages: [{page: [p%04d], wait: 10m}, {page: [p%04d], wait: 10m}]}\n", i, i, min(i+1, n-1))
	}
	b.WriteString("response_plans:\n")
	for i := 0; i < n; i += 50 {
		fmt.Fprintf(&b, "  r%04d: {title: Trouble %d, impact: high, engage: [e%04d], share_with: [\"222233334444\"]}\n", i, i, i)
	}
	return b.String()
}

// A pass that finds nothing to do makes the fewest calls the API allows.
func TestCallsOfANoChangePass(t *testing.T) {
	a := open(t, emulator.Options{})
	desired := compile(t, team(120)) // 12 escalation plans, 3 response plans
	a.apply(desired)
	for i := range 30 { // neither desired nor ours
		tags := []types.Tag{{Key: aws.String("watchbill-owner"), Value: aws.String("others")}}
		if _, err := a.hand.Contacts.CreateContact(t.Context(), &ssmcontacts.CreateContactInput{Alias: aws.String(fmt.Sprintf("theirs-%d", i)),
			Type: types.ContactTypePersonal, Plan: &types.Plan{Stages: []types.Stage{}}, Tags: tags}); err != nil {
			t.Fatal(err)
		}
	}
	a.wire.taken()
	a.look(desired).expect("").do()
	want := map[string]int{
		"sts:GetCallerIdentity":             1,
		"ssm-incidents:ListReplicationSets": 1,
		"ssm-incidents:GetReplicationSet":   1,
		"ssm-contacts:ListContacts":         1,
		"ssm-contacts:ListRotations":        1,
		"ssm-contacts:ListContactChannels":  120,
		"ssm-contacts:GetContact":           120 + 12,
		"ssm-incidents:ListResponsePlans":   1,
		"ssm-incidents:GetResponsePlan":     3,
		"ssm-incidents:GetResourcePolicies": 3,
		"tag:GetResources":                  3, // 166 resources, a hundred a page, and none elsewhere
		"iam:ListRoles":                     1, // roles are in no bulk read
	}
	if got := a.wire.counted(); !maps.Equal(got, want) {
		t.Errorf("calls: %v\nwant:  %v", got, want)
	}
}

// A schedule costs a call, and each rotation of ours one for its overrides; those of others
// none.
func TestCallsOfSchedules(t *testing.T) {
	a := open(t, emulator.Options{})
	var b strings.Builder
	b.WriteString(team(4) + "schedules:\n")
	for i := range 10 {
		fmt.Fprintf(&b, "  s%d: {rotations: {", i)
		for _, r := range []string{"days", "nights"} {
			fmt.Fprintf(&b, `%s: {timezone: UTC, starts: 2026-12-07T09:00, members: [p0000, p0001], every: 1 day, handoff: ["09:00"], overrides: [{from: 2026-12-24T09:00, to: 2026-12-26T09:00, members: [p0001]}]}, `, r)
		}
		b.WriteString("}}\n")
	}
	desired := compile(t, b.String())
	a.apply(desired)
	for i := range 5 { // neither desired nor ours
		_, err := a.hand.Contacts.CreateRotation(t.Context(), &ssmcontacts.CreateRotationInput{Name: aws.String(fmt.Sprintf("theirs.%d", i)),
			ContactIds: []string{*contactID("p0000")}, TimeZoneId: aws.String("UTC"), Recurrence: &types.RecurrenceSettings{
				NumberOfOnCalls: aws.Int32(1), RecurrenceMultiplier: aws.Int32(1), DailySettings: []types.HandOffTime{{}}},
			Tags: []types.Tag{{Key: aws.String("watchbill-owner"), Value: aws.String("others")}}})
		a.must(err)
	}
	a.wire.taken()
	a.look(desired).expect("").do()
	got := a.wire.counted()
	for op, want := range map[string]int{"ssm-contacts:ListRotations": 1, "ssm-contacts:GetRotation": 0, "ssm-contacts:ListRotationOverrides": 20,
		"ssm-contacts:ListContacts": 1, "ssm-contacts:GetContact": 4 + 1 + 10, "ssm-contacts:ListTagsForResource": 0} {
		if got[op] != want {
			t.Errorf("%d calls of %s, want %d", got[op], op, want)
		}
	}
}

// Lists come in pages, and none of them is read twice.
func TestCallsOfPages(t *testing.T) {
	a := open(t, emulator.Options{MaxPage: 7})
	desired := compile(t, team(20))
	a.apply(desired)
	a.wire.taken()
	a.look(desired).expect("").do()
	got := a.wire.counted()
	for op, want := range map[string]int{"ssm-contacts:ListContacts": 4, "tag:GetResources": 5, "ssm-incidents:ListResponsePlans": 1} {
		if got[op] != want {
			t.Errorf("%d calls of %s, want %d", got[op], op, want)
		}
	}
	if n := got["ssm-contacts:ListTagsForResource"] + got["ssm-incidents:ListTagsForResource"]; n != 0 {
		t.Errorf("%d resources were asked for their tags", n)
	}
}

// monitors is a plan of n alarms on one metric each.
func monitors(n int) string {
	var b strings.Builder
	b.WriteString(set + incidents + "monitors:\n")
	for i := range n {
		fmt.Fprintf(&b, "  m%04d: {response_plan: down, metric: {namespace: AWS/EC2, name: CPUUtilization, statistic: Average, period: 5m, "+
			"dimensions: {InstanceId: i-%d}}, when: {at_least: 90}}\n", i, i)
	}
	return b.String()
}

// 5,000 alarms of which one changed: a hundred a page of alarms and of tags, one question whose
// the changed one is, one write.
func TestCallsOfAlarms(t *testing.T) {
	a := open(t, emulator.Options{})
	plan := monitors(5000)
	a.apply(compile(t, plan))
	a.wire.taken()
	a.look(compile(t, strings.Replace(plan, "at_least: 90", "at_least: 91", 1))).expect("update alarm/m0000 when.threshold").do()
	want := map[string]int{
		"sts:GetCallerIdentity": 1, "ssm-incidents:ListReplicationSets": 1, "ssm-incidents:GetReplicationSet": 1, "ssm-contacts:ListContacts": 1,
		"ssm-contacts:ListRotations": 1, "ssm-incidents:ListResponsePlans": 1, "ssm-incidents:GetResponsePlan": 2, "ssm-incidents:GetResourcePolicies": 2,
		"cloudwatch:DescribeAlarms": 50, "cloudwatch:ListTagsForResource": 1, "cloudwatch:PutMetricAlarm": 1,
		"tag:GetResources": 1 + 50,
	}
	got := a.wire.counted()
	for _, other := range []string{"iam:ListRoles", "cloudwatch:ListAlarmMuteRules"} { // what left the plan
		delete(got, other)
	}
	if !maps.Equal(got, want) {
		t.Errorf("calls: %v\nwant:  %v", got, want)
	}
}
