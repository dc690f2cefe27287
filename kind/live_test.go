package kind_test

import (
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
)

// Alarms that somebody has switched off, or taken the response plan from, are told; those that are
// not there yet, and those that are meant to start nothing, are not.
func TestAskTellsSilentAlarms(t *testing.T) {
	a := open(t, emulator.Options{})
	const plan = `replication_set: {regions: {us-east-1: {}}}
contacts:
  aiko: {channels: {text: {sms: "+12025550101"}, phone: {voice: "+12025550102"}}, engagement_plan: [{page: [text, phone], wait: 5m}]}
  ben: {channels: {text: {sms: "+12025550103"}, phone: {voice: "+12025550104"}}, engagement_plan: [{page: [text, phone], wait: 5m}]}
response_plans:
  down: {title: Down, impact: high, engage: [aiko, ben]}
x-on: &on
  metric: {namespace: AWS/EC2, name: StatusCheckFailed, statistic: Maximum, period: 1m, dimensions: {InstanceId: i-0abc}}
  when: {at_least: 1}
monitors:
  fine: {<<: *on, response_plan: down}
  quiet: {<<: *on, response_plan: down}
  bare: {<<: *on, response_plan: down}
  part: {<<: *on}
  whole: {composite: {any: [part]}, response_plan: down}
`
	dir := unpack(t, []txtar.File{{Name: "plan.yaml", Data: []byte(plan)}})
	res, err := compiler.Compile(t.Context(), dir, compiler.Options{Values: true, Now: monday})
	if err != nil || res.Desired == nil {
		t.Fatal(err, res.Findings)
	}
	a.look(res.Desired).do()
	if _, err := a.hand.Alarms.DisableAlarmActions(t.Context(), &cloudwatch.DisableAlarmActionsInput{AlarmNames: []string{"watchbill/quiet"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.hand.Alarms.PutMetricAlarm(t.Context(), &cloudwatch.PutMetricAlarmInput{
		AlarmName: aws.String("watchbill/bare"), Namespace: aws.String("AWS/EC2"), MetricName: aws.String("StatusCheckFailed"), Statistic: types.StatisticMaximum,
		Period: aws.Int32(60), EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(1), ComparisonOperator: types.ComparisonOperatorGreaterThanOrEqualToThreshold,
	}); err != nil {
		t.Fatal(err)
	}
	got, err := kind.Ask(t.Context(), a.hand, res.Plan, res.Desired, monday)
	if err != nil || len(got.Unread) > 0 {
		t.Fatal(err, got.Unread)
	}
	want := map[string][]kind.SilentAlarm{
		"quiet": {{Name: "watchbill/quiet", Why: "its actions are switched off"}},
		"bare":  {{Name: "watchbill/bare", Why: "the action that starts the response plan is gone"}},
	}
	if diff := cmp.Diff(want, got.Silent); diff != "" {
		t.Error(diff)
	}
}

// Which workspaces are authorised is asked when the plan has rooms of the service, and a denial
// leaves that unknown.
func TestAskTellsWorkspaces(t *testing.T) {
	a := open(t, emulator.Options{})
	a.authorise(http.MethodDelete, `{"slack":"T0AAAAAAA"}`)
	rooms := &ast.Plan{ChatChannels: []*ast.ChatChannel{
		{Slack: &ast.Slack{Workspace: ast.Text{V: "T0AAAAAAA"}}},
		{Teams: &ast.Teams{Team: ast.Text{V: "12345678-1234-1234-1234-123456789012"}}},
	}}
	ask := func(p *ast.Plan) *kind.Answers {
		t.Helper()
		got, err := kind.Ask(t.Context(), a.hand, p, &resource.State{}, monday)
		if err != nil || len(got.Unread) > 0 {
			t.Fatal(err, got.Unread)
		}
		return got
	}
	if got := ask(rooms); got.Slack == nil || got.Teams == nil || len(got.Slack)+len(got.Teams) > 0 {
		t.Errorf("nobody has authorised anything, and the answer is %v and %v", got.Slack, got.Teams)
	}
	for _, order := range []string{`{"slack": "T0AAAAAAA"}`, `{"team": "12345678-1234-1234-1234-123456789012", "tenant": "12345678-1234-1234-1234-123456789013"}`} {
		a.authorise(http.MethodPost, order)
	}
	if got := ask(rooms); !got.Slack["T0AAAAAAA"] || !got.Teams["12345678-1234-1234-1234-123456789012"] {
		t.Errorf("authorised are %v and %v", got.Slack, got.Teams)
	}
	if got := ask(&ast.Plan{}); got.Slack != nil || got.Teams != nil {
		t.Error("a plan without rooms asks for workspaces")
	}
}
