package emulator_test

// What the SDK does not show: statuses, headers, bytes. And what no SDK would send.

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/emulator"
)

// raw is a request by hand.
type raw struct {
	method, path, service, target, body string
	header                              http.Header
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (c *clients) send(r raw) answer {
	c.t.Helper()
	if r.method == "" {
		r.method = http.MethodPost
	}
	if r.path == "" {
		r.path = "/"
	}
	req := need(http.NewRequest(r.method, "http://x"+r.path, strings.NewReader(r.body)))(c.t)
	if r.service != "" {
		req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=A/20261207/"+home+"/"+r.service+"/aws4_request, SignedHeaders=host, Signature=0")
	}
	if r.target != "" {
		req.Header.Set("X-Amz-Target", r.target)
	}
	maps.Copy(req.Header, r.header)
	res := need(c.http.RoundTrip(req))(c.t)
	defer res.Body.Close()
	return answer{res.StatusCode, res.Header, string(need(io.ReadAll(res.Body))(c.t))}
}

func contactsCall(op, body string) raw {
	return raw{service: "ssm-contacts", target: "SSMContacts." + op, body: body}
}
func incidentsCall(path, body string) raw {
	return raw{service: "ssm-incidents", path: path, body: body}
}

func TestErrorsOnTheWire(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	c.person("aiko")
	c.plan("down")
	goneContact := "arn:aws:ssm-contacts:" + home + ":" + account + ":contact/gone"
	gonePlan := url.QueryEscape("arn:aws:ssm-incidents::" + account + ":response-plan/gone")
	foreign := "arn:aws:ssm-contacts:" + home + ":999900001111:contact/x"
	for name, tc := range map[string]struct {
		in     raw
		status int
		kind   string
		member string // a piece of the body
	}{
		"contacts validation":     {contactsCall("GetContact", `{}`), 400, "ValidationException", `"Message":"1 validation error detected: Value null at 'contactId' failed to satisfy constraint: Member must not be null"`},
		"contacts null member":    {contactsCall("GetContact", `{"ContactId":null}`), 400, "ValidationException", `"Reason":"FIELD_VALIDATION_FAILED"`},
		"contacts not found":      {contactsCall("GetContact", `{"ContactId":"`+goneContact+`"}`), 404, "ResourceNotFoundException", `"ResourceType":"CONTACT"`},
		"contacts denied":         {contactsCall("GetContact", `{"ContactId":"`+foreign+`"}`), 403, "AccessDeniedException", "not authorized"},
		"contacts conflict":       {contactsCall("CreateContact", `{"Alias":"aiko","Type":"PERSONAL","Plan":{"Stages":[]}}`), 409, "ConflictException", `"ResourceId"`},
		"contacts unknown":        {contactsCall("DoIt", `{}`), 400, "UnknownOperationException", `"__type":"UnknownOperationException"`},
		"contacts no target":      {raw{service: "ssm-contacts"}, 400, "UnknownOperationException", ""},
		"contacts by GET":         {raw{service: "ssm-contacts", target: "SSMContacts.ListContacts", method: "GET"}, 400, "UnknownOperationException", ""},
		"not JSON":                {contactsCall("GetContact", `{"ContactId":`), 400, "SerializationException", ""},
		"two documents":           {contactsCall("ListContacts", `{} {}`), 400, "SerializationException", ""},
		"a list":                  {contactsCall("ListContacts", `[]`), 400, "SerializationException", ""},
		"number for text":         {contactsCall("GetContact", `{"ContactId":5}`), 400, "SerializationException", "NUMBER_VALUE at 'contactId' can not be converted to a String"},
		"text for number":         {contactsCall("ListContacts", `{"MaxResults":"5"}`), 400, "SerializationException", "can not be converted to an Integer"},
		"half a number":           {contactsCall("ListContacts", `{"MaxResults":1.5}`), 400, "SerializationException", ""},
		"a huge number":           {contactsCall("ListContacts", `{"MaxResults":1e400}`), 400, "SerializationException", ""},
		"text for bool":           {contactsCall("CreateContactChannel", `{"DeferActivation":"yes"}`), 400, "SerializationException", ""},
		"object for list":         {contactsCall("UntagResource", `{"TagKeys":{}}`), 400, "SerializationException", "STRUCTURE_VALUE at 'tagKeys' can not be converted to a List"},
		"null in a list":          {contactsCall("CreateContact", `{"Alias":"x","Type":"PERSONAL","Plan":{"Stages":[null]}}`), 400, "ValidationException", "plan.stages.1.member"},
		"null among strings":      {contactsCall("CreateContact", `{"Alias":"x","Type":"ONCALL_SCHEDULE","Plan":{"RotationIds":[null]}}`), 400, "ValidationException", "plan.rotationIds.1.member"},
		"deep":                    {contactsCall("ListContacts", strings.Repeat(`{"a":`, 20000)), 400, "SerializationException", ""},
		"too long":                {contactsCall("ListContacts", strings.Repeat(" ", 1<<20+1)), 413, "RequestEntityTooLargeException", ""},
		"incidents not found":     {raw{service: "ssm-incidents", method: "GET", path: "/getResponsePlan?arn=" + gonePlan}, 404, "ResourceNotFoundException", `"resourceType":"RESPONSE_PLAN"`},
		"incidents validation":    {incidentsCall("/createResponsePlan", `{}`), 400, "ValidationException", `"message":"2 validation errors detected: Value null at 'incidentTemplate' failed`},
		"incidents query missing": {raw{service: "ssm-incidents", method: "GET", path: "/getResponsePlan"}, 400, "ValidationException", "'arn'"},
		"arn in the body":         {raw{service: "ssm-incidents", path: "/deleteReplicationSet", body: `{"arn":"x"}`}, 400, "ValidationException", "Value null at 'arn'"},
		"incidents conflict":      {incidentsCall("/createResponsePlan", `{"name":"down","incidentTemplate":{"title":"x","impact":1}}`), 409, "ConflictException", `"resourceIdentifier"`},
		"incidents quota":         {incidentsCall("/createReplicationSet", `{"regions":{"`+home+`":{}}}`), 402, "ServiceQuotaExceededException", `"serviceCode":"ssm-incidents"`},
		"union with two":          {incidentsCall("/createResponsePlan", `{"name":"x","incidentTemplate":{"title":"x","impact":1},"chatChannel":{"empty":{},"chatbotSns":["a"]}}`), 400, "ValidationException", "'chatChannel'"},
		"union with none":         {incidentsCall("/createResponsePlan", `{"name":"x","incidentTemplate":{"title":"x","impact":1},"chatChannel":{"other":{}}}`), 400, "ValidationException", "'chatChannel'"},
		"incidents unknown":       {incidentsCall("/doIt", `{}`), 404, "UnknownOperationException", ""},
		"too much path":           {incidentsCall("/createResponsePlan/x", `{}`), 404, "UnknownOperationException", ""},
		"no path":                 {incidentsCall("/tags/", `{}`), 404, "UnknownOperationException", ""},
		"wrong method":            {raw{service: "ssm-incidents", method: "PUT", path: "/getResponsePlan"}, 404, "UnknownOperationException", ""},
		"bad escape":              {incidentsCall("/listResponsePlans?a=%25zz%zz", ``), 400, "SerializationException", ""},
		"another service":         {raw{service: "dynamodb", target: "DynamoDB_20120810.ListTables", body: `{}`}, 400, "UnknownOperationException", ""},
		"tagging unknown":         {raw{service: "tagging", target: "ResourceGroupsTaggingAPI_20170126.TagResources", body: `{}`}, 400, "UnknownOperationException", ""},
		"sts unknown":             {raw{service: "sts", body: "Action=AssumeRole&Version=2011-06-15"}, 400, "InvalidAction", "<Code>InvalidAction</Code>"},
		"sts nonsense":            {raw{service: "sts", body: "%zz"}, 400, "MalformedQueryString", "<Type>Sender</Type>"},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.send(tc.in)
			if got.status != tc.status || got.header.Get("X-Amzn-ErrorType") != tc.kind || !strings.Contains(got.body, tc.member) {
				t.Errorf("got %d %s: %.300s", got.status, got.header.Get("X-Amzn-ErrorType"), got.body)
			}
			if len(got.header.Get("x-amzn-RequestId")) != 36 || fmt.Sprint(len(got.body)) != got.header.Get("Content-Length") {
				t.Errorf("headers: %v", got.header)
			}
			if strings.HasPrefix(got.body, "<") {
				return
			}
			var body struct {
				Type string `json:"__type"`
			}
			if err := json.Unmarshal([]byte(got.body), &body); err != nil || body.Type != tc.kind {
				t.Errorf("type in the body: %q %v", body.Type, err)
			}
		})
	}
}

func TestSuccessOnTheWire(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	aiko := c.person("aiko")
	plan := c.plan("down")
	for name, tc := range map[string]struct {
		in     raw
		status int
		body   string
	}{
		"empty body is {}":      {contactsCall("ListContacts", ""), 200, `{"Contacts":[{"ContactArn":"` + aiko + `","Alias":"aiko","Type":"PERSONAL"}]}`},
		"empty answer is {}":    {contactsCall("UpdateContact", `{"ContactId":"`+aiko+`"}`), 200, "{}"},
		"unknown members":       {contactsCall("UpdateContact", `{"ContactId":"`+aiko+`","Nonsense":[1,{"a":null}]}`), 200, "{}"},
		"case counts":           {contactsCall("UpdateContact", `{"ContactId":"`+aiko+`","displayname":"%%%"}`), 200, "{}"},
		"whole floats":          {contactsCall("ListContactChannels", `{"ContactId":"`+aiko+`","MaxResults":1.0E1}`), 200, `{"ContactChannels":[]}`},
		"204 has no body":       {incidentsCall("/updateResponsePlan", `{"arn":"`+plan+`"}`), 204, ""},
		"201":                   {incidentsCall("/createResponsePlan", `{"name":"x","incidentTemplate":{"title":"x","impact":1}}`), 201, `{"arn":"arn:aws:ssm-incidents::` + account + `:response-plan/x"}`},
		"incidents list":        {incidentsCall("/listReplicationSets", ""), 200, ""},
		"tags in the path":      {raw{service: "ssm-incidents", path: "/tags/" + url.PathEscape(plan), body: `{"tags":{"a":"<&>"}}`}, 400, ""},
		"tags in plain path":    {raw{service: "ssm-incidents", path: "/tags/" + plan, method: "GET"}, 200, `{"tags":{}}`},
		"keys in the query":     {raw{service: "ssm-incidents", path: "/tags/" + url.PathEscape(plan) + "?tagKeys=a&tagKeys=b%20c", method: "DELETE"}, 204, ""},
		"without authorization": {raw{target: "SSMContacts.ListContacts"}, 400, ""}, // Region us-east-1, which is not in the set
		"incidents by path":     {raw{path: "/listReplicationSets"}, 200, `{"nextToken":null,"replicationSetArns":[]}`},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.send(tc.in)
			if got.status != tc.status || tc.body != "" && got.body != tc.body || tc.status == 204 && got.body != "" {
				t.Errorf("got %d %s", got.status, got.body)
			}
		})
	}
	if name := c.getContact(aiko).DisplayName; name != nil {
		t.Errorf("an unchecked member got in: %s", *name)
	}
}

func TestCallerIdentity(t *testing.T) {
	c := empty(t, emulator.Options{Account: "999900001111"})
	got := need(c.sts.GetCallerIdentity(c.ctx, &sts.GetCallerIdentityInput{}))(t)
	if *got.Account != "999900001111" || *got.Arn != "arn:aws:iam::999900001111:user/local" || *got.UserId == "" {
		t.Errorf("got %+v", got)
	}
	presigned := raw{method: "GET", path: "/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Credential=" +
		url.QueryEscape("A/20261207/"+home+"/sts/aws4_request")}
	if got := c.send(presigned); got.status != 200 || !strings.Contains(got.body, "<Account>999900001111</Account>") {
		t.Errorf("presigned: %d %s", got.status, got.body)
	}
}

func TestCallsAreCounted(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	reset := need(http.NewRequest(http.MethodDelete, "http://x/_watchbill/calls", nil))(t)
	if res := need(c.http.RoundTrip(reset))(t); res.StatusCode != http.StatusNoContent {
		t.Errorf("status %d", res.StatusCode)
	}
	c.aliases()
	c.aliases()
	create(c.contacts, "A") // also what is refused
	need(c.sts.GetCallerIdentity(c.ctx, &sts.GetCallerIdentityInput{}))(t)
	got := map[string]int64{}
	c.door("calls", &got)
	want := map[string]int64{"ssm-contacts.ListContacts": 2, "ssm-contacts.CreateContact": 1, "sts.GetCallerIdentity": 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSideDoorsRefuseOtherSites(t *testing.T) {
	c := empty(t, emulator.Options{})
	for name, tc := range map[string]struct {
		in   raw
		want int
	}{
		"no such door":   {raw{method: "GET", path: "/_watchbill/nothing"}, 404},
		"wrong method":   {raw{method: "POST", path: "/_watchbill/outbox"}, 404},
		"another origin": {raw{method: "DELETE", path: "/_watchbill/calls", header: http.Header{"Origin": {"https://evil.example.com"}}}, 403},
		"another site":   {raw{path: "/deleteResponsePlan", body: `{}`, header: http.Header{"Sec-Fetch-Site": {"cross-site"}}}, 403},
	} {
		if tc.in.header == nil {
		}
		if got := c.send(tc.in); got.status != tc.want {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
}
