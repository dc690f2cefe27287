package emulator_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"testing"

	"github.com/watchbill/watchbill/emulator"
)

// boto3Alarms is the life of an alarm as a Python program lives it. It prints what it saw as JSON.
const boto3Alarms = `
import boto3, json, sys, urllib.request
cw, incidents = boto3.client("cloudwatch"), boto3.client("ssm-incidents")
def door(name, body):
    return json.load(urllib.request.urlopen(sys.argv[1] + "/_watchbill/" + name, json.dumps(body).encode()))
incidents.create_replication_set(regions={"ap-northeast-1": {}})
plan = incidents.create_response_plan(name="down", incidentTemplate={"title": "Down", "impact": 1})["arn"]
door("clock", {"stop": True})
door("hosts", {"id": "i-0abc", "tags": {"env": "production"}})
cw.put_metric_alarm(AlarmName="one", Namespace="AWS/EC2", MetricName="StatusCheckFailed", Dimensions=[{"Name": "InstanceId", "Value": "i-0abc"}],
    Statistic="Maximum", Period=60, EvaluationPeriods=2, Threshold=1, ComparisonOperator="GreaterThanOrEqualToThreshold", AlarmActions=[plan],
    Tags=[{"Key": "team", "Value": "web"}])
door("hosts", {"id": "i-0abc", "broken": True})
door("clock", {"advance": "5m"})
a = cw.describe_alarms(AlarmNames=["one"])["MetricAlarms"][0]
saw = {"alarm": [a["StateValue"], a["Threshold"], a["Period"], a["ActionsEnabled"], a["StateUpdatedTimestamp"].year > 2000]}
saw["tags"] = cw.list_tags_for_resource(ResourceARN=a["AlarmArn"])["Tags"]
saw["incidents"] = [r["title"] for r in incidents.list_incident_records()["incidentRecordSummaries"]]
try:
    cw.delete_alarms(AlarmNames=["nobody"])
except cw.exceptions.ResourceNotFound as e:
    saw["missing"] = [e.response["Error"]["Code"], e.response["ResponseMetadata"]["HTTPStatusCode"]]
try:
    cw.put_composite_alarm(AlarmName="c", AlarmRule="ALARM(nobody)")
except cw.exceptions.ClientError as e:
    saw["bad"] = e.response["Error"]["Code"]
cw.put_metric_data(Namespace="App", MetricData=[{"MetricName": "Errors", "Value": 2.5}] * 300)
saw["metrics"] = len(cw.list_metrics(Namespace="App")["Metrics"])
saw["history"] = sorted({i["HistoryItemType"] for p in cw.get_paginator("describe_alarm_history").paginate(AlarmName="one") for i in p["AlarmHistoryItems"]})
print(json.dumps(saw))
`

func TestBoto3Alarms(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil || exec.Command(python, "-c", "import boto3").Run() != nil {
		t.Skip("python3 with boto3 is not on this machine")
	}
	addr, _ := serve(t, open(t, emulator.Options{ReplicationDelay: -1}))
	cmd := exec.Command(python, "-c", boto3Alarms, "http://"+addr)
	cmd.Env = clientEnv(t, addr)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	const want = `{"alarm": ["ALARM", 1.0, 60, true, true], "tags": [{"Key": "team", "Value": "web"}], "incidents": ["Down: one"], ` +
		`"missing": ["ResourceNotFound", 404], "bad": "ValidationError", "metrics": 1, "history": ["Action", "ConfigurationUpdate", "StateUpdate"]}`
	if got := strings.TrimSpace(string(out)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestCommandLineAlarms(t *testing.T) {
	aws, err := exec.LookPath("aws")
	if err != nil || exec.Command(aws, "--version").Run() != nil {
		t.Skip("the AWS command line is not on this machine")
	}
	addr, _ := serve(t, open(t, emulator.Options{}))
	env := clientEnv(t, addr)
	run := func(v any, args ...string) {
		t.Helper()
		cmd := exec.Command(aws, append(append([]string{"cloudwatch"}, args...), "--output", "json")...)
		cmd.Env = env
		var stderr strings.Builder
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %v: %s", args, err, stderr.String())
		}
		if v != nil {
			if err := json.Unmarshal(out, v); err != nil {
				t.Fatalf("%v: %s", args, out)
			}
		}
	}
	run(nil, "put-metric-alarm", "--alarm-name", "one", "--namespace", "App", "--metric-name", "Errors", "--statistic", "Sum", "--period", "60",
		"--evaluation-periods", "1", "--threshold", "1.5", "--comparison-operator", "GreaterThanThreshold", "--dimensions", "Name=Host,Value=a", "--no-actions-enabled")
	run(nil, "set-alarm-state", "--alarm-name", "one", "--state-value", "ALARM", "--state-reason", "a test")
	var out struct {
		MetricAlarms []struct {
			AlarmName, StateValue string
			Threshold             float64
			ActionsEnabled        bool
			Dimensions            []struct{ Name, Value string }
		}
	}
	run(&out, "describe-alarms", "--alarm-name-prefix", "o")
	if len(out.MetricAlarms) != 1 || out.MetricAlarms[0].StateValue != "ALARM" || out.MetricAlarms[0].Threshold != 1.5 ||
		out.MetricAlarms[0].ActionsEnabled || out.MetricAlarms[0].Dimensions[0].Value != "a" {
		t.Errorf("%+v", out)
	}
}

// The oldest clients send forms and read XML.
func TestAlarmsInAwsQuery(t *testing.T) {
	c := empty(t, emulator.Options{Now: newClock().Now})
	form := func(values url.Values) answer {
		values.Set("Version", "2010-08-01")
		return c.send(raw{service: "monitoring", body: values.Encode(), header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}})
	}
	put := url.Values{"Action": {"PutMetricAlarm"}, "AlarmName": {"one"}, "EvaluationPeriods": {"1"}, "Threshold": {"1.5"}, "ActionsEnabled": {"false"},
		"ComparisonOperator": {"GreaterThanThreshold"}, "Metrics.member.1.Id": {"m"}, "Metrics.member.1.MetricStat.Metric.Namespace": {"App"},
		"Metrics.member.1.MetricStat.Metric.MetricName": {"Errors"}, "Metrics.member.1.MetricStat.Metric.Dimensions.member.1.Name": {"Host"},
		"Metrics.member.1.MetricStat.Metric.Dimensions.member.1.Value": {"a<b"}, "Metrics.member.1.MetricStat.Period": {"60"},
		"Metrics.member.1.MetricStat.Stat": {"Sum"}}
	if got := form(put); got.status != http.StatusOK || !strings.Contains(got.body, "<PutMetricAlarmResponse xmlns=\"http://monitoring.amazonaws.com/doc/2010-08-01/\">") {
		t.Fatalf("%d %s", got.status, got.body)
	}
	got := form(url.Values{"Action": {"DescribeAlarms"}, "AlarmNames.member.1": {"one"}, "MaxRecords": {"5"}})
	for _, want := range []string{"<AlarmName>one</AlarmName>", "<Threshold>1.5</Threshold>", "<ActionsEnabled>false</ActionsEnabled>", "<Value>a&lt;b</Value>",
		"<StateUpdatedTimestamp>2026-12-07T09:00:00.000Z</StateUpdatedTimestamp>", "<DescribeAlarmsResult>", "<Period>60</Period>"} {
		if !strings.Contains(got.body, want) {
			t.Errorf("the answer lacks %s: %s", want, got.body)
		}
	}
	if got := form(url.Values{"Action": {"DeleteAlarms"}, "AlarmNames.member.1": {"nobody"}}); got.status != http.StatusNotFound || !strings.Contains(got.body, "<Code>ResourceNotFound</Code>") {
		t.Errorf("%d %s", got.status, got.body)
	}
	if got := form(url.Values{"Action": {"DescribeAlarms"}, "MaxRecords": {"many"}}); got.status != http.StatusBadRequest {
		t.Errorf("%d %s", got.status, got.body)
	}
}
