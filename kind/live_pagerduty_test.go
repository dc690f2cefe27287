package kind_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
)

// Each thing that Incident Manager wants of a secret is missed by its name, and nothing of what
// is in the secret is said.
func TestPagerDutySecret(t *testing.T) {
	const (
		full    = `{"pagerDutyToken":"t0ken","pagerDutyServiceRegion":"US","pagerDutyFromEmail":"aiko@example.com"}`
		letting = `{"Statement":{"Effect":"Allow","Principal":{"Service":"ssm-incidents.amazonaws.com"},"Action":"secretsmanager:GetSecretValue","Resource":"*"}}`
		own     = "arn:aws:kms:us-east-1:111122223333:key/1"
	)
	for what, c := range map[string]struct {
		value, key, policy string
		want               []string
	}{
		"fine":         {full, own, letting, nil},
		"by condition": {full, own, strings.Replace(letting, `"Resource":"*"`, `"Resource":"*","Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}}`, 1), nil},
		"keys":         {`{"pagerDutyToken":"t0ken","pagerDutyFromEmail":7}`, own, letting, []string{"no pagerDutyServiceRegion and no pagerDutyFromEmail"}},
		"no object":    {`t0ken`, own, letting, []string{"no JSON object"}},
		"AWS's key":    {full, "", letting, []string{"AWS's own key"}},
		"named so":     {full, "alias/aws/secretsmanager", letting, []string{"AWS's own key"}},
		"no policy":    {full, own, "", []string{"does not let"}},
		"all of it":    {`{}`, "", strings.Replace(letting, "ssm-incidents", "events", 1), []string{"AWS's own key", "does not let", "no pagerDutyToken"}},
	} {
		a := open(t, emulator.Options{})
		secret, err := a.hand.Secrets.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: aws.String("duty"), SecretString: &c.value, KmsKeyId: &c.key})
		a.must(err)
		if c.policy != "" {
			_, err = a.hand.Secrets.PutResourcePolicy(t.Context(), &secretsmanager.PutResourcePolicyInput{SecretId: secret.ARN, ResourcePolicy: &c.policy})
			a.must(err)
		}
		plan := &ast.Plan{ResponsePlans: []*ast.ResponsePlan{{PagerDuty: &ast.PagerDuty{Secret: ast.Text{V: *secret.ARN}}}}}
		answers, err := kind.Ask(t.Context(), a.hand, plan, &resource.State{}, monday)
		a.must(err)
		got := answers.PagerDuty[*secret.ARN]
		ok := len(got) == len(c.want) && len(answers.Unread) == 0
		for i := range min(len(got), len(c.want)) {
			ok = ok && strings.Contains(got[i], c.want[i])
		}
		if all := strings.Join(got, "; "); !ok || strings.Contains(all, "t0ken") || strings.Contains(all, "example.com") {
			t.Errorf("%s: %s", what, all)
		}
	}

	a := open(t, emulator.Options{})
	const none = "arn:aws:secretsmanager:us-east-1:111122223333:secret:none-AbCdEf"
	plan := &ast.Plan{ResponsePlans: []*ast.ResponsePlan{{PagerDuty: &ast.PagerDuty{Secret: ast.Text{V: none}}}}}
	answers, err := kind.Ask(t.Context(), a.hand, plan, &resource.State{}, monday)
	a.must(err)
	if got := answers.PagerDuty[none]; len(got) != 1 || !strings.Contains(got[0], "no such secret in us-east-1") {
		t.Errorf("%v", got)
	}
}
