package emulator

// monitoring, that is CloudWatch, API version 2010-08-01: alarms with their actions and history, mute
// rules, and as much of metrics as alarms need. Alarms are evaluated by the account's clock:
// cloudwatch_evaluate.go. Everything is regional and survives the replication set.

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/watchbill/watchbill/emulator/wire"
)

func cloudWatchService() *service {
	return &service{
		name: "monitoring",
		ops: modelled(cloudWatchModel,
			writing("PutMetricAlarm", putMetricAlarm),
			writing("PutCompositeAlarm", putCompositeAlarm),
			reading("DescribeAlarms", describeAlarms),
			reading("DescribeAlarmsForMetric", describeAlarmsForMetric),
			reading("DescribeAlarmHistory", describeAlarmHistory),
			reading("DescribeAlarmContributors", describeAlarmContributors),
			writing("DeleteAlarms", deleteAlarms),
			writing("SetAlarmState", setAlarmState),
			writing("EnableAlarmActions", enableAlarmActions),
			writing("DisableAlarmActions", disableAlarmActions),

			writing("TagResource", tagAlarm),
			writing("UntagResource", untagAlarm),
			reading("ListTagsForResource", listAlarmTags),

			writing("PutAlarmMuteRule", putMuteRule),
			reading("GetAlarmMuteRule", getMuteRule),
			reading("ListAlarmMuteRules", listMuteRules),
			writing("DeleteAlarmMuteRule", deleteMuteRule),

			writing("PutMetricData", putMetricData),
			reading("GetMetricData", getMetricData),
			reading("ListMetrics", listMetrics),
		),
		gate:    func(*call, *state) error { return nil },
		invalid: func(ps problems) *wire.Error { return badAlarm(ps.message()) },
	}
}

// double is a number of the model's type Double: 1 is written 1.0, so that clients that tell the two
// apart read the right one.
type double float64

func (d double) MarshalJSON() ([]byte, error) {
	text := strconv.FormatFloat(float64(d), 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return []byte(text), nil
}

// badAlarm is CloudWatch's answer to a request that breaks a rule, whether of the model or not.
func badAlarm(text string) *wire.Error {
	return &wire.Error{Type: "ValidationException", Code: "ValidationError", Status: http.StatusBadRequest, Message: text}
}

func noAlarm(text string) *wire.Error {
	return &wire.Error{Type: "ResourceNotFound", Status: http.StatusNotFound, Message: text}
}

// notTagged is the not-found of the calls that name their resource by ARN, and of mute rules.
func noAlarmResource(kind, id string) *wire.Error {
	return &wire.Error{Type: "ResourceNotFoundException", Status: http.StatusNotFound, Message: "The " + kind + " " + id + " does not exist",
		Members: map[string]any{"ResourceType": kind, "ResourceId": id}}
}

func badAlarmToken() *wire.Error {
	return &wire.Error{Type: "InvalidNextToken", Status: http.StatusBadRequest, Message: "The next token is not valid"}
}

func alarmLimit(text string) *wire.Error {
	return &wire.Error{Type: "LimitExceededFault", Code: "LimitExceeded", Status: http.StatusBadRequest, Message: text}
}

// monitoringARN is the ARN of an alarm ("alarm") or of a mute rule ("alarm-mute-rule").
func monitoringARN(account, region, kind, name string) string {
	return "arn:aws:cloudwatch:" + region + ":" + account + ":" + kind + ":" + name
}

// monitoringName takes kind and name out of an ARN of the call's account and Region.
func monitoringName(c *call, arn string) (kind, name string, ok bool) {
	rest, ok := strings.CutPrefix(arn, "arn:aws:cloudwatch:"+c.region+":"+c.account+":")
	if !ok {
		return "", "", false
	}
	kind, name, ok = strings.Cut(rest, ":")
	return kind, name, ok && name != ""
}
