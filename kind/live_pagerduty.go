package kind

// The secrets of PagerDuty: Incident Manager tries one when a response plan is saved, and says
// only that it could not validate it.

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/awsapi"
	"github.com/watchbill/watchbill/internal/policy"
)

// pagerDutyKeys are what Incident Manager wants in the secret, which is a JSON object [guide].
var pagerDutyKeys = []string{"pagerDutyToken", "pagerDutyServiceRegion", "pagerDutyFromEmail"}

// pagerDuty looks at each secret once.
func (a *Answers) pagerDuty(ctx context.Context, clients *awsapi.Clients, plan *ast.Plan) {
	for _, rp := range plan.ResponsePlans {
		if rp.PagerDuty == nil || rp.PagerDuty.Secret.V == "" {
			continue
		}
		arn := rp.PagerDuty.Secret.V
		if _, asked := a.PagerDuty[arn]; asked {
			continue
		}
		wrong, err := secretFaults(ctx, clients, arn)
		if err != nil {
			a.unread("the secret "+arn, err)
			continue
		}
		put(&a.PagerDuty, arn, wrong)
	}
}

// secretFaults are what keeps Incident Manager from using a secret, nothing of which holds what
// is in it. An error is that it could not be looked at.
func secretFaults(ctx context.Context, clients *awsapi.Clients, arn string) (wrong []string, err error) {
	secret, err := clients.Secrets.DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: &arn})
	switch {
	case awsapi.IsNotFound(err):
		return []string{"there is no such secret in " + clients.Region()}, nil
	case err != nil:
		return nil, err
	case secret.DeletedDate != nil:
		return []string{"it is going to be deleted"}, nil
	}
	if key := aws.ToString(secret.KmsKeyId); key == "" || strings.HasSuffix(key, "alias/aws/secretsmanager") {
		wrong = append(wrong, "it is encrypted with AWS's own key, which Incident Manager refuses: encrypt it with a key of your own")
	}
	out, err := clients.Secrets.GetResourcePolicy(ctx, &secretsmanager.GetResourcePolicyInput{SecretId: &arn})
	if err != nil {
		return nil, err
	}
	if !letsRead(aws.ToString(out.ResourcePolicy), arn) {
		wrong = append(wrong, "its policy does not let "+incidentManager+" do secretsmanager:GetSecretValue")
	}
	value, err := clients.Secrets.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &arn})
	if err != nil {
		return nil, err
	}
	return append(wrong, missingKeys(aws.ToString(value.SecretString))...), nil
}

// letsRead gives a policy whose conditions nobody here can judge the benefit of the doubt.
func letsRead(text, arn string) bool {
	doc, err := policy.Parse(text)
	if err != nil {
		return false
	}
	verdict, _ := policy.Judge([]policy.Document{doc}, policy.Question{Action: "secretsmanager:GetSecretValue", Resource: arn, Service: incidentManager})
	return verdict == policy.Allowed || verdict == policy.Unsure
}

func missingKeys(text string) []string {
	var object map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &object) != nil || object == nil {
		return []string{"it is no JSON object with " + strings.Join(pagerDutyKeys, ", ")}
	}
	var missing []string
	for _, key := range pagerDutyKeys {
		var v string
		if json.Unmarshal(object[key], &v) != nil || v == "" {
			missing = append(missing, key)
		}
	}
	if missing == nil {
		return nil
	}
	return []string{"its JSON has no " + strings.Join(missing, " and no ")}
}
