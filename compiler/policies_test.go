package compiler_test

import (
	"strings"
	"testing"

	"github.com/watchbill/watchbill/compiler"
)

// FuzzPolicies shows a policy file of any bytes: nothing panics, and every finding points into
// the file.
func FuzzPolicies(f *testing.F) {
	for _, seed := range []string{
		"", "[", "{", "{}", "null", `"\ud83d\ude00"`, "\uFEFF{}", "{} {}", `{"Statement": 3}`, `{"Statement": [[], 3, null, {}]}`,
		`{"Statement": {"Action": "*", "Resource": ["arn:aws:ssm:*:1:document/AWS-X", {"Fn::Sub": "arn:${x:y}"}], "Effect": 1}}`,
		"{\"Statement\":\r\n{\"Action\": \"ssm:*\",\t\"Resource\": \"arn:aws:ssm:::document/é\"}}",
		`{"Statement": {"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:ssm-incidents:x::response-plan/"}}, "Principal": {"AWS": "arn:aws:iam:::role/"}}}`,
		strings.Repeat(`{"a":`, 300) + "1" + strings.Repeat("}", 300), strings.Repeat("[", 5000),
		`{"Statement": {"Action": "ssm:StartAutomationExecution", "Resource": "arn:aws:ssm:*:1:automation-definition/*:"}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		found, _ := compiler.CheckPolicies([]compiler.PolicyFile{{Name: "p.json", Data: src}})
		text := strings.TrimPrefix(string(src), "\uFEFF")
		for _, x := range found {
			inside(t, x.Pos, text)
			if x.Code == "" || x.Message == "" || strings.HasSuffix(x.Message, ".") || strings.HasSuffix(x.Hint, ".") {
				t.Errorf("%+v", x)
			}
		}
	})
}

// A policy alone needs no plan, and says nothing when it is right.
func TestCheckPolicies(t *testing.T) {
	right := `{"Statement": {"Effect": "Allow", "Action": "ssm:StartAutomationExecution",
		"Resource": ["arn:aws:ssm:*::document/AWS-RestartEC2Instance", "arn:aws:ssm:*:111122223333:automation-execution/*"]}}`
	wrong := strings.Replace(right, "*::document", "*:111122223333:document", 1)
	found, sources := compiler.CheckPolicies([]compiler.PolicyFile{{Name: "right.json", Data: []byte(right)}, {Name: "wrong.json", Data: []byte(wrong)}})
	if len(found) != 1 || found[0].Pos.String() != "wrong.json:2:16" || found[0].Code != "runbook-role-account" {
		t.Errorf("found %v", found)
	}
	if string(sources["wrong.json"]) != wrong {
		t.Error("the file that a finding points into is not among the sources")
	}
}
