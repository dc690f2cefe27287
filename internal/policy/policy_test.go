package policy_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/watchbill/watchbill/internal/policy"
)

func parse(t testing.TB, text string) policy.Document {
	t.Helper()
	d, err := policy.Parse(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return d
}

const start = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ssm:StartAutomationExecution","ssm:GetAutomationExecution"],
  "Resource":["arn:aws:ssm:*::document/AWS-RestartEC2Instance","arn:aws:ssm:*:111122223333:automation-execution/*"],
  "Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}}}]}`

func TestEqual(t *testing.T) {
	for name, tc := range map[string]struct {
		a, b string
		want bool
	}{
		"percent-encoded": {start, strings.ReplaceAll(url.QueryEscape(start), "+", "%20"), true},
		"taken apart": {start, `{"Statement":[
			{"Sid":"a","Effect":"Allow","Action":"SSM:getAutomationExecution","Resource":["arn:aws:ssm:*:111122223333:automation-execution/*","arn:aws:ssm:*::document/AWS-RestartEC2Instance"],"Condition":{"stringequals":{"AWS:sourceaccount":["111122223333"]}}},
			{"Sid":"b","Effect":"Allow","Action":"ssm:startautomationexecution","Resource":"arn:aws:ssm:*::document/AWS-RestartEC2Instance","Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}}},
			{"Sid":"b","Effect":"Allow","Action":"ssm:startautomationexecution","Resource":"arn:aws:ssm:*:111122223333:automation-execution/*","Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}}}]}`, true},
		"an account and its root": {
			`{"Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}}`,
			`{"Statement":[{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::111122223333:root"]},"Action":["sts:AssumeRole"]}]}`, true},
		"everybody": {
			`{"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}}`,
			`{"Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}}`, true},
		"what is included": {
			`{"Statement":[{"Effect":"Allow","Action":"ssm:*","Resource":"*"},{"Effect":"Allow","Action":"ssm:Get*","Resource":"arn:aws:ssm:*::document/A"}]}`,
			`{"Statement":{"Effect":"Allow","Action":"ssm:**","Resource":"*"}}`, true},
		"truth values": {
			`{"Statement":{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":false}}}}`,
			`{"Statement":{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":["false"]}}}}`, true},
		"ARN operators": {
			`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"ArnEquals":{"aws:SourceArn":"arn:aws:sns:*:1:x"}}}}`,
			`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:1:x"}}}}`, true},
		"nothing":            {"", `{"Statement":[]}`, true},
		"an account":         {start, strings.ReplaceAll(start, "*::document", "*:111122223333:document"), false},
		"a condition less":   {start, strings.Replace(start, `"Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}}`, `"Sid":"x"`, 1), false},
		"a value's case":     {start, strings.Replace(start, "document/AWS-", "document/aws-", 1), false},
		"an effect":          {start, strings.Replace(start, "Allow", "Deny", 1), false},
		"NotAction":          {start, strings.Replace(start, `"Action"`, `"NotAction"`, 1), false},
		"NotResource's list": {`{"Statement":{"Effect":"Allow","Action":"*","NotResource":["a","b"]}}`, `{"Statement":[{"Effect":"Allow","Action":"*","NotResource":"a"},{"Effect":"Allow","Action":"*","NotResource":"b"}]}`, false},
		"a service and an account": {
			`{"Statement":{"Effect":"Allow","Principal":{"Service":"a"},"Action":"*"}}`,
			`{"Statement":{"Effect":"Allow","Principal":{"AWS":"a"},"Action":"*"}}`, false},
		"a question mark is no star": {
			`{"Statement":[{"Effect":"Allow","Action":"a:?","Resource":"*"}]}`,
			`{"Statement":[{"Effect":"Allow","Action":"a:?","Resource":"*"},{"Effect":"Allow","Action":"a:*","Resource":"*"}]}`, false},
	} {
		a, b := parse(t, tc.a), parse(t, tc.b)
		if a.Equal(b) != tc.want || b.Equal(a) != tc.want {
			t.Errorf("%s: equal is %t", name, !tc.want)
		}
		if !parse(t, a.String()).Equal(a) {
			t.Errorf("%s: %s means something else", name, a)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{"{", "[]", "{}", "%zz", `{"Statement":7}`, `{"Statement":{"Effect":"allow"}}`, `{"Statement":{"Effect":"Allow","Action":{"a":1}}}`,
		`{"Statement":{"Effect":"Allow","Principal":[1]}}`, `{"Statement":[{"Effect":"Allow","Action":[["a"]]}]}`} {
		if d, err := policy.Parse(text); err == nil {
			t.Errorf("%s is read as %s", text, d)
		}
	}
}

func TestJudge(t *testing.T) {
	ask := policy.Question{Action: "ssm:StartAutomationExecution", Resource: "arn:aws:ssm:us-east-1::document/AWS-RestartEC2Instance",
		Context: map[string][]string{"aws:sourceaccount": {"111122223333"}, "aws:requestedregion": {"us-east-1"}, "aws:sourcevpc": {}}}
	statement := func(s string) string {
		return `{"Statement":[{"Effect":"Allow","Action":"ssm:Start*","Resource":"*"},` + s + `]}`
	}
	for name, tc := range map[string]struct {
		policy string
		want   policy.Verdict
		why    string
	}{
		"allowed":                       {start, policy.Allowed, ""},
		"another account in its ARN":    {strings.ReplaceAll(start, "*::document", "*:111122223333:document"), policy.Silent, ""},
		"another account's incidents":   {strings.ReplaceAll(start, `"aws:SourceAccount":"1111`, `"aws:SourceAccount":"2222`), policy.Silent, ""},
		"NotAction":                     {`{"Statement":{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}}`, policy.Allowed, ""},
		"NotAction that names it":       {`{"Statement":{"Effect":"Allow","NotAction":"SSM:*","Resource":"*"}}`, policy.Silent, ""},
		"NotResource":                   {`{"Statement":{"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::*"}}`, policy.Allowed, ""},
		"denied":                        {statement(`{"Effect":"Deny","Action":"ssm:*","Resource":"*"}`), policy.Denied, ""},
		"denied elsewhere":              {statement(`{"Effect":"Deny","Action":"ssm:*","Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"us-east-1"}}}`), policy.Allowed, ""},
		"denied where nobody knows":     {statement(`{"Effect":"Deny","Action":"ssm:*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}}}`), policy.Unsure, "StringNotEquals aws:PrincipalOrgID"},
		"allowed where nobody knows":    {`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"},"StringEquals":{"aws:RequestedRegion":"us-east-1"}}}}`, policy.Unsure, "IpAddress aws:SourceIp"},
		"one of its conditions fails":   {`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"},"StringEquals":{"aws:RequestedRegion":"eu-west-1"}}}}`, policy.Silent, ""},
		"a key that is absent":          {`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:SourceVpc":"vpc-1"}}}}`, policy.Silent, ""},
		"absent, if it exists":          {`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEqualsIfExists":{"aws:SourceVpc":"vpc-1"}}}}`, policy.Allowed, ""},
		"absent, and said to be":        {`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Null":{"aws:SourceVpc":"true"}}}}`, policy.Allowed, ""},
		"a variable":                    {`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:SourceAccount":"${aws:PrincipalAccount}"}}}}`, policy.Unsure, "StringEquals aws:SourceAccount"},
		"an operator that is not known": {`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"NumericEquals":{"aws:SourceAccount":"1"}}}}`, policy.Unsure, "NumericEquals aws:SourceAccount"},
	} {
		got, why := policy.Judge([]policy.Document{parse(t, tc.policy)}, ask)
		if got != tc.want || strings.Join(why, ", ") != tc.why {
			t.Errorf("%s: %v %q, want %v %q", name, got, why, tc.want, tc.why)
		}
	}
}

func TestJudgeTrust(t *testing.T) {
	ask := policy.Question{Action: "sts:AssumeRole", Service: "ssm-incidents.amazonaws.com"}
	for who, want := range map[string]policy.Verdict{
		`"Principal":{"Service":["ec2.amazonaws.com","ssm-incidents.amazonaws.com"]}`: policy.Allowed,
		`"Principal":"*"`: policy.Allowed,
		`"Principal":{"Service":"ec2.amazonaws.com"}`:              policy.Silent,
		`"Principal":{"AWS":"111122223333"}`:                       policy.Silent,
		`"NotPrincipal":{"Service":"ec2.amazonaws.com"}`:           policy.Allowed,
		`"NotPrincipal":{"Service":"ssm-incidents.amazonaws.com"}`: policy.Silent,
	} {
		if got, _ := policy.Judge([]policy.Document{parse(t, `{"Statement":{"Effect":"Allow",`+who+`,"Action":"sts:AssumeRole"}}`)}, ask); got != want {
			t.Errorf("%s: %v, want %v", who, got, want)
		}
	}
}
