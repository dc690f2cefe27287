package emulator_test

import (
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"

	"github.com/watchbill/watchbill/emulator"
)

func iamCall(form string) raw {
	return raw{service: "iam", body: form, header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}}
}

func TestFormsOnTheWire(t *testing.T) {
	c := empty(t, emulator.Options{})
	role := "Action=CreateRole&Version=2010-05-08&RoleName=r&AssumeRolePolicyDocument=" + url.QueryEscape(trust)
	for _, tc := range []struct {
		name, form string
		status     int
		body       string
	}{
		{"lists by number", role + "&Description=%3C1%3E&Tags.member.10.Key=j&Tags.member.10.Value=2&Tags.member.9.Key=i&Tags.member.9.Value=1", 200, "<Description>&lt;1&gt;</Description><MaxSessionDuration>3600</MaxSessionDuration><Tags><member><Key>i</Key><Value>1</Value></member><member><Key>j</Key>"},
		{"again", role, 409, "<Code>EntityAlreadyExists</Code>"},
		{"no result", "Action=PutRolePolicy&RoleName=r&PolicyName=p&PolicyDocument=" + url.QueryEscape(`{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}`), 200, `<PutRolePolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ResponseMetadata>`},
		{"nothing given", "Action=GetRole", 400, "Value null at &#39;roleName&#39;"},
		{"unknown role", "Action=GetRole&RoleName=x", 404, "<Code>NoSuchEntity</Code>"},
		{"unknown action", "Action=CreateUser&UserName=x", 400, "<Code>InvalidAction</Code>"},
		{"deep", "Action=GetRole&RoleName=r&" + strings.Repeat("a.", 100_000) + "b=1", 200, "<RoleName>r</RoleName>"},
		{"contradictions", "Action=GetRole&RoleName=r&RoleName.x=1&RoleName.x.y=2&A.x.y=1&A.x=3", 200, "<RoleName>r</RoleName>"},
		{"a structure for a text", "Action=GetRole&RoleName.member.1=r", 400, "SerializationException"},
		{"a huge number", "Action=TagRole&RoleName=r&Tags.member.999999999999.Key=a&Tags.member.999999999999.Value=b", 200, ""},
		{"no number", "Action=TagRole&RoleName=r&Tags.member.x.Key=a&Tags.member.x.Value=b", 400, "SerializationException"},
		{"no tags", "Action=TagRole&RoleName=r", 400, "Value null at &#39;tags&#39;"},
		{"max items", "Action=ListRoles&MaxItems=0", 400, "ValidationError"},
		{"policies stop a deletion", "Action=DeleteRole&RoleName=r", 409, "<Code>DeleteConflict</Code>"},
	} {
		got := c.send(iamCall(tc.form))
		if got.status != tc.status || !strings.Contains(got.body, tc.body) {
			t.Errorf("%s: %d %.300s", tc.name, got.status, got.body)
		}
		if err := parseXML(got.body); err != nil {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}

func parseXML(s string) error {
	for d := xml.NewDecoder(strings.NewReader(s)); ; {
		if _, err := d.Token(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func FuzzForms(f *testing.F) {
	f.Add("Action=CreateRole&RoleName=r&AssumeRolePolicyDocument=%7B%7D&Tags.member.1.Key=a")
	f.Add("Action=PutRolePolicy&RoleName=r&PolicyName=p&PolicyDocument=%7B%22Statement%22%3A%5B%5D%7D")
	f.Add("Action=ListRoles&Marker=a&MaxItems=1&member=1&member.1=2")
	f.Fuzz(func(t *testing.T, form string) {
		r, err := http.NewRequest("POST", "http://x/", strings.NewReader(form))
		if err != nil {
			t.Skip()
		}
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=A/20261207/us-east-1/iam/aws4_request, Signature=0")
		res, err := fuzzed().RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode >= 500 {
			t.Fatal(res.StatusCode, err)
		}
		if strings.ContainsFunc(form, func(r rune) bool { return r < ' ' || r == '\uFFFD' }) || strings.Contains(form, "%") {
			return // XML cannot hold every character; they are replaced
		}
		if err := parseXML(string(body)); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
	})
}

func TestBusySetSaysWhen(t *testing.T) {
	c := empty(t, emulator.Options{Now: newClock().Now, RegionLock: -1})
	arn := c.createSet(home)
	err := c.updateSet(arn, addRegion(dr))
	if e := fails[*types.ConflictException](t, err); e.RetryAfter == nil || e.RetryAfter.Sub(newClock().Now()).Milliseconds() != 200 {
		t.Errorf("retry after %v", e.RetryAfter)
	}
}

// BenchmarkStartIncident opens incidents in memory, with engagements that page nobody.
func BenchmarkStartIncident(b *testing.B) {
	c := onboarded(b, emulator.Options{})
	plan := c.plan("down")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.incidents.StartIncident(c.ctx, &ssmincidents.StartIncidentInput{ResponsePlanArn: &plan}); err != nil {
			b.Fatal(err)
		}
	}
}
