package emulator_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/watchbill/watchbill/emulator"
)

// fuzzed is one account that all inputs of a fuzzing process hit, one after the other.
var fuzzed = sync.OnceValue(func() http.RoundTripper {
	s, err := emulator.Open(emulator.Options{ReplicationDelay: -1})
	if err != nil {
		panic(err)
	}
	r, _ := http.NewRequest("POST", "http://x/createReplicationSet", strings.NewReader(`{"regions":{"us-east-1":{}}}`))
	if res, err := s.Transport().RoundTrip(r); err != nil || res.StatusCode != http.StatusCreated {
		panic("no replication set")
	}
	return s.Transport()
})

// wellFormed sends a request: whatever comes back must be JSON, and an error must name its type in
// header and body. 500 is never right.
func wellFormed(t *testing.T, r *http.Request) {
	res, err := fuzzed().RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode == http.StatusNoContent {
		return
	}
	var fields map[string]any
	if err := json.Unmarshal(body, &fields); err != nil {
		t.Fatalf("%d %q: %v", res.StatusCode, body, err)
	}
	if res.StatusCode < 300 {
		return
	}
	if kind := res.Header.Get("X-Amzn-ErrorType"); kind == "" || kind != fields["__type"] || res.StatusCode >= 500 {
		t.Fatalf("%d %s", res.StatusCode, body)
	}
}

func FuzzAWSJSON(f *testing.F) {
	arn := "arn:aws:ssm-contacts:us-east-1:111122223333:contact/aiko"
	rotation := "arn:aws:ssm-contacts:us-east-1:111122223333:rotation/0f7a3c5e-12ab-4cde-8f01-23456789abcd"
	engagement := "arn:aws:ssm-contacts:us-east-1:111122223333:engagement/aiko/0f7a3c5e-12ab-4cde-8f01-23456789abcd"
	page := "arn:aws:ssm-contacts:us-east-1:111122223333:page/aiko/0f7a3c5e-12ab-4cde-8f01-23456789abcd"
	for op, body := range map[string]string{
		"CreateContact":          `{"Alias":"aiko","DisplayName":"A","Type":"PERSONAL","Plan":{"Stages":[{"DurationInMinutes":1,"Targets":[{"ChannelTargetInfo":{"ContactChannelId":"x"}}]}]},"Tags":[{"Key":"a","Value":"b"}],"IdempotencyToken":"t"}`,
		"UpdateContact":          `{"ContactId":"` + arn + `","Plan":{"RotationIds":[]}}`,
		"GetContact":             `{"ContactId":"` + arn + `"}`,
		"ListContacts":           `{"NextToken":"abc","MaxResults":1,"AliasPrefix":"a"}`,
		"CreateContactChannel":   `{"ContactId":"` + arn + `","Name":"x","Type":"SMS","DeliveryAddress":{"SimpleAddress":"+12025550123"}}`,
		"ActivateContactChannel": `{"ContactChannelId":"` + arn + `","ActivationCode":"123456"}`,
		"TagResource":            `{"ResourceARN":"` + arn + `","Tags":[{"Key":"a","Value":"b"},{}]}`,
		"DeleteContact":          `{"ContactId":"` + arn + `"}`,
		"":                       `[`,

		"CreateRotation":            `{"Name":"r","ContactIds":["` + arn + `"],"TimeZoneId":"UTC","StartTime":1E9,"Recurrence":{"WeeklySettings":[{"DayOfWeek":"MON","HandOffTime":{"HourOfDay":9,"MinuteOfHour":0}}],"NumberOfOnCalls":1,"RecurrenceMultiplier":1,"ShiftCoverages":{"MON":[{"Start":{"HourOfDay":9,"MinuteOfHour":0},"End":{"HourOfDay":17,"MinuteOfHour":0}}]}},"Tags":[{"Key":"a","Value":"b"}]}`,
		"UpdateRotation":            `{"RotationId":"` + rotation + `","Recurrence":{"DailySettings":[],"NumberOfOnCalls":1,"RecurrenceMultiplier":1}}`,
		"CreateRotationOverride":    `{"RotationId":"` + rotation + `","NewContactIds":[],"StartTime":1,"EndTime":2}`,
		"ListRotationShifts":        `{"RotationId":"` + rotation + `","EndTime":1784000000.5}`,
		"ListPreviewRotationShifts": `{"Members":["a","b"],"TimeZoneId":"Asia/Tokyo","RotationStartTime":0,"StartTime":-1E9,"EndTime":2E11,"MaxResults":5,"Recurrence":{"MonthlySettings":[{"DayOfMonth":31,"HandOffTime":{"HourOfDay":23,"MinuteOfHour":59}}],"NumberOfOnCalls":2,"RecurrenceMultiplier":3,"ShiftCoverages":{"SUN":[]}},"Overrides":[{"NewMembers":[],"StartTime":5,"EndTime":6}]}`,
		"StartEngagement":           `{"ContactId":"` + arn + `","Sender":"s","Subject":"s","Content":"c","PublicSubject":"p","PublicContent":"p","IncidentId":"i","IdempotencyToken":"t"}`,
		"ListEngagements":           `{"IncidentId":"i","TimeRangeValue":{"StartTime":0,"EndTime":1E10},"MaxResults":1}`,
		"StopEngagement":            `{"EngagementId":"` + engagement + `","Reason":"r"}`,
		"AcceptPage":                `{"PageId":"` + page + `","ContactChannelId":"` + arn + `","AcceptType":"READ","AcceptCode":"123456","Note":"n","AcceptCodeValidation":"IGNORE"}`,
		"ListPageReceipts":          `{"PageId":"` + page + `","NextToken":"x"}`,
		"PutContactPolicy":          `{"ContactArn":"` + arn + `","Policy":"{}"}`,
	} {
		f.Add("SSMContacts."+op, []byte(body))
	}
	f.Add("AmazonSSM.CreateDocument", []byte(`{"Name":"abc","DocumentType":"Automation","DocumentFormat":"YAML","Content":"schemaVersion: '0.3'\nparameters: {A: {type: String, default: [1, {b: c}]}}\nmainSteps: [&x {a: 1}, *x]\n"}`))
	f.Add("AmazonSSM.DescribeDocument", []byte(`{"Name":"abc","DocumentVersion":"$LATEST"}`))
	f.Add("AmazonSSM.DescribeAutomationExecutions", []byte(`{"Filters":[{"Key":"StartTimeAfter","Values":["x"]}],"MaxResults":1}`))
	f.Add("AmazonSSM.PutParameter", []byte(`{"Name":"/a/b","Value":"v","Type":"SecureString","Overwrite":true,"AllowedPattern":"^v$","Tags":[]}`))
	f.Add("AmazonSSM.GetParameters", []byte(`{"Names":["/a/b:1","arn:aws:ssm:us-east-1:111122223333:parameter/a/b"],"WithDecryption":true}`))
	f.Add("AmazonSSM.DescribeParameters", []byte(`{"ParameterFilters":[{"Key":"tag:a","Option":"BeginsWith","Values":["b"]}],"Filters":[{"Key":"Name","Values":["a"]}]}`))
	f.Add("secretsmanager.CreateSecret", []byte(`{"Name":"a/b","SecretString":"{}","ClientRequestToken":"00000000000000000000000000000000","Tags":[{"Key":"a","Value":"b"}]}`))
	f.Add("secretsmanager.GetSecretValue", []byte(`{"SecretId":"arn:aws:secretsmanager:us-east-1:111122223333:secret:a/b-ABCDEF","VersionStage":"AWSCURRENT"}`))
	f.Add("secretsmanager.DeleteSecret", []byte(`{"SecretId":"a/b","RecoveryWindowInDays":7}`))
	f.Add("secretsmanager.ListSecrets", []byte(`{"Filters":[{"Key":"all","Values":["!a"]}],"SortOrder":"desc","NextToken":"x"}`))
	f.Add("ResourceGroupsTaggingAPI_20170126.GetResources", []byte(`{"TagFilters":[{"Key":"a","Values":["b"]}],"PaginationToken":"x"}`))
	f.Fuzz(func(t *testing.T, target string, body []byte) {
		r, err := http.NewRequest("POST", "http://x/", strings.NewReader(string(body)))
		if err != nil {
			t.Skip()
		}
		r.Header["X-Amz-Target"] = []string{target} // routed by target: there is no credential scope
		wellFormed(t, r)
	})
}

func FuzzRESTJSON(f *testing.F) {
	plan := url.PathEscape("arn:aws:ssm-incidents::111122223333:response-plan/x")
	incident := url.QueryEscape("arn:aws:ssm-incidents::111122223333:incident-record/x/y")
	for _, seed := range [][3]string{
		{"POST", "/createResponsePlan", `{"name":"x","incidentTemplate":{"title":"t","impact":1,"incidentTags":{"a":"b"}},"actions":[{"ssmAutomation":{"documentName":"abc","roleArn":"arn:aws:iam::111122223333:role/x","parameters":{"a":["b"]},"dynamicParameters":{"c":{"variable":"INVOLVED_RESOURCES"}}}}],"chatChannel":{"empty":{}},"tags":{"a":"b"}}`},
		{"POST", "/updateResponsePlan", `{"arn":"arn:aws:ssm-incidents::111122223333:response-plan/x","engagements":[]}`},
		{"GET", "/getResponsePlan?arn=" + plan, ""},
		{"GET", "/tags/" + plan, ""},
		{"POST", "/tags/" + plan, `{"tags":{"a":"b"}}`},
		{"DELETE", "/tags/" + plan + "?tagKeys=a&tagKeys=b", ""},
		{"POST", "/createReplicationSet", `{"regions":{"us-east-1":{"sseKmsKeyId":"k"}},"clientToken":"t"}`},
		{"POST", "/updateReplicationSet", `{"arn":"x","actions":[{"addRegionAction":{"regionName":"eu-west-1"}}]}`},
		{"POST", "/listResponsePlans", `{"maxResults":1,"nextToken":"x"}`},
		{"POST", "/putResourcePolicy", `{"policy":"{}","resourceArn":"x"}`},
		{"POST", "/startIncident", `{"responsePlanArn":"arn:aws:ssm-incidents::111122223333:response-plan/x","impact":1,"title":"t","relatedItems":[{"identifier":{"type":"INVOLVED_RESOURCE","value":{"arn":"arn:aws:ec2:us-east-1:111122223333:instance/i"}}}],"triggerDetails":{"source":"s","timestamp":1E9,"rawData":"{}","triggerArn":"arn:aws:events:us-east-1:111122223333:rule/r"}}`},
		{"GET", "/getIncidentRecord?arn=" + incident, ""},
		{"POST", "/listIncidentRecords", `{"filters":[{"key":"impact","condition":{"equals":{"integerValues":[1]}}},{"key":"creationTime","condition":{"after":0}}]}`},
		{"POST", "/updateIncidentRecord", `{"arn":"arn:aws:ssm-incidents::111122223333:incident-record/x/y","status":"RESOLVED","chatChannel":{"empty":{}},"notificationTargets":[{"snsTopicArn":"arn:aws:sns:us-east-1:111122223333:t"}]}`},
		{"POST", "/createTimelineEvent", `{"incidentRecordArn":"arn:aws:ssm-incidents::111122223333:incident-record/x/y","eventData":"d","eventTime":-62135596800,"eventType":"Note","eventReferences":[{"resource":"arn:aws:a:b::c"}]}`},
		{"GET", "/getTimelineEvent?eventId=00000000-0000-0000-0000-00000000000g&incidentRecordArn=" + incident, ""},
		{"POST", "/listTimelineEvents", `{"incidentRecordArn":"arn:aws:ssm-incidents::111122223333:incident-record/x/y","sortOrder":"ASCENDING","filters":[{"key":"eventReference","condition":{"equals":{"stringValues":["a"]}}}]}`},
		{"POST", "/updateRelatedItems", `{"incidentRecordArn":"arn:aws:ssm-incidents::111122223333:incident-record/x/y","relatedItemsUpdate":{"itemToRemove":{"type":"OTHER","value":{"url":"u"}}}}`},
		{"POST", "/batchGetIncidentFindings", `{"incidentRecordArn":"arn:aws:ssm-incidents::111122223333:incident-record/x/y","findingIds":["a/b"]}`},
	} {
		f.Add(seed[0], seed[1], []byte(seed[2]))
	}
	f.Fuzz(func(t *testing.T, method, path string, body []byte) {
		u, err := url.Parse("http://x" + path)
		if err != nil || strings.HasPrefix(u.Path, "/_watchbill/") {
			t.Skip()
		}
		r := (&http.Request{Method: method, URL: u, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(body)))}).WithContext(t.Context())
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=A/20261207/us-east-1/ssm-incidents/aws4_request")
		wellFormed(t, r)
	})
}
