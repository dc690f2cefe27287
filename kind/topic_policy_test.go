package kind

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

const (
	testTopic   = "arn:aws:sns:us-east-1:111122223333:watchbill-ops"
	testAccount = "111122223333"

	// What SNS gives to every topic [sns guide].
	usualStatement = `{"Sid":"__default_statement_ID","Effect":"Allow","Principal":{"AWS":"*"},"Action":["SNS:GetTopicAttributes","SNS:Publish"],` +
		`"Resource":"` + testTopic + `","Condition":{"StringEquals":{"AWS:SourceOwner":"111122223333"}}}`
	guideStatement = `{"Sid":"IncidentManager","Effect":"Allow","Principal":{"Service":["ssm-incidents.amazonaws.com"]},"Action":"sns:publish",` +
		`"Resource":["` + testTopic + `"],"Condition":{"stringequalsifexists":{"aws:sourceaccount":"111122223333"}}}`
)

func topicPolicyOf(t *testing.T, text string) topicPolicy {
	t.Helper()
	p, err := parseTopicPolicy(testTopic, testAccount, text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Whoever lets Incident Manager publish, it is enough; nobody else's right is taken for that.
func TestTopicPublishers(t *testing.T) {
	ours, err := topicPolicyOf(t, "").withOurs()
	if err != nil {
		t.Fatal(err)
	}
	both := []string{otherRights, incidentManager}
	for what, c := range map[string]struct {
		statements string
		want       []string
	}{
		"nothing":               {``, nil},
		"the usual":             {usualStatement, nil},
		"by hand":               {usualStatement + "," + guideStatement, []string{incidentManager}},
		"for everything":        {`{"Effect":"Allow","Principal":{"Service":"ssm-incidents.amazonaws.com"},"Action":"*","Resource":"*"}`, []string{incidentManager}},
		"another account":       {strings.ReplaceAll(guideStatement, `"111122223333"`, `"444455556666"`), nil},
		"another topic":         {strings.ReplaceAll(guideStatement, "watchbill-ops", "watchbill-other"), nil},
		"another service":       {strings.ReplaceAll(guideStatement, "ssm-incidents", "events"), nil},
		"another action":        {strings.ReplaceAll(guideStatement, "sns:publish", "sns:Subscribe"), nil},
		"under a condition":     {strings.ReplaceAll(guideStatement, "aws:sourceaccount", "aws:SourceVpc"), nil},
		"a denial":              {strings.ReplaceAll(guideStatement, "Allow", "Deny") + "," + guideStatement, []string{incidentManager}},
		"ours, narrowed":        {strings.Replace(strings.ReplaceAll(guideStatement, `"111122223333"`, `"444455556666"`), `"IncidentManager"`, `"`+publishSid+`"`, 1), []string{otherRights}},
		"ours, and wider":       {`{"Sid":"` + publishSid + `","Effect":"Allow","Principal":"*","Action":"sns:*","Resource":"*"},` + guideStatement, both},
		"no statement of IAM's": {`"what"`, nil},
	} {
		p := topicPolicyOf(t, `{"Version":"2008-10-17","Id":"x","Statement":[`+c.statements+`]}`)
		if got := p.publishers(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", what, got, c.want)
		}
	}
	if got := topicPolicyOf(t, ours).publishers(); !slices.Equal(got, []string{incidentManager}) {
		t.Errorf("ours: %v", got)
	}
}

// Our statement comes in once, and what others wrote stays letter for letter.
func TestTopicPolicyKeepsOthers(t *testing.T) {
	const odd = `{"Sid":"odd","Effect":"Deny","Principal":"*","NotAction":"SNS:Publish","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":false},"X":{"a<b":"&"}}}`
	for what, text := range map[string]string{
		"a list":      `{"Version":"2008-10-17","Id":"theirs","Statement":[` + usualStatement + `,` + odd + `]}`,
		"a second us": `{"Version":"2008-10-17","Id":"theirs","Statement":[{"Sid":"` + publishSid + `"},` + usualStatement + `,{"Sid":"` + publishSid + `"},` + odd + `]}`,
	} {
		got, err := topicPolicyOf(t, text).withOurs()
		if err != nil {
			t.Fatal(err)
		}
		p := topicPolicyOf(t, got)
		if len(p.statements) != 3 || !slices.Equal(p.publishers(), []string{incidentManager}) || string(p.members["Id"]) != `"theirs"` ||
			string(p.members["Version"]) != `"2008-10-17"` {
			t.Errorf("%s: %s", what, got)
		}
		for _, theirs := range []string{usualStatement, odd} {
			if !strings.Contains(got, theirs) {
				t.Errorf("%s: %s is not as it was in %s", what, theirs, got)
			}
		}
		if again, err := p.withOurs(); err != nil || again != got {
			t.Errorf("%s: a second time gives %s, %v", what, again, err)
		}
	}
	alone, err := topicPolicyOf(t, `{"Statement":`+odd+`}`).withOurs()
	if err != nil || !strings.Contains(alone, odd) || !json.Valid([]byte(alone)) {
		t.Errorf("%s, %v", alone, err)
	}
	for _, broken := range []string{"{", "[]", `{"Statement":[}`} {
		if _, err := parseTopicPolicy(testTopic, testAccount, broken); err == nil {
			t.Errorf("%q is a policy", broken)
		}
	}
}
