package rule

import (
	"fmt"
	"strings"
)

// arn is arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE.
type arn struct{ partition, service, region, account, resource string }

// parseARN returns ok for anything with six parts that begins with arn:.
func parseARN(s string) (a arn, ok bool) {
	parts := strings.SplitN(s, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" {
		return arn{}, false
	}
	return arn{parts[1], parts[2], parts[3], parts[4], parts[5]}, true
}

// arnForm is what the ARNs of one kind of thing look like.
type arnForm struct {
	what     string // "a topic", as the message calls it
	service  string
	regional bool   // has a Region, or must have none
	account  bool   // must have an account; without, the account is not looked at
	resource string // what the resource begins with
	example  string
}

var (
	topicARN   = arnForm{"an SNS topic", "sns", true, true, "", "arn:aws:sns:ap-northeast-1:111122223333:ops"}
	keyARN     = arnForm{"a KMS key", "kms", true, true, "key/", "arn:aws:kms:ap-northeast-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"}
	secretARN  = arnForm{"a secret", "secretsmanager", true, true, "secret:", "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:pagerduty-AbCdEf"}
	queueARN   = arnForm{"an SQS queue", "sqs", true, true, "", "arn:aws:sqs:ap-northeast-1:111122223333:lost-events"}
	policyARN  = arnForm{"a managed IAM policy", "iam", false, false, "policy/", "arn:aws:iam::aws:policy/ReadOnlyAccess"}
	ownRoleARN = arnForm{"an IAM role", "iam", false, true, "role/", "arn:aws:iam::111122223333:role/events"}
	// Empty accounts of roles and documents are runbook-role-account's to judge.
	roleARN     = arnForm{"an IAM role", "iam", false, false, "role/", "arn:aws:iam::111122223333:role/runbook"}
	documentARN = arnForm{"an SSM document", "ssm", true, false, "document/", "arn:aws:ssm:ap-northeast-1:111122223333:document/restart"}
)

// fault says what keeps s from being an ARN of the form, "" when it is one.
func (form arnForm) fault(s string) string {
	a, ok := parseARN(s)
	switch {
	case !strings.HasPrefix(s, "arn:"):
		return "it does not begin with arn:"
	case !ok:
		return fmt.Sprintf("it has %d parts between the colons instead of six", strings.Count(s, ":")+1)
	case a.partition != "aws" && a.partition != "aws-cn" && a.partition != "aws-us-gov":
		return fmt.Sprintf("there is no partition %q; write aws", a.partition)
	case a.service != form.service:
		return fmt.Sprintf("it is of the service %q, not %s", a.service, form.service)
	case form.regional && a.region == "":
		return "the Region, its fourth part, is missing"
	case !form.regional && a.region != "":
		return fmt.Sprintf("it has the Region %q, but %s belongs to no Region", a.region, form.what)
	case form.account && a.account == "":
		return "the account, its fifth part, is missing"
	case a.account != "" && !twelveDigits(a.account) && !(a.account == "aws" && form.resource == policyARN.resource):
		return fmt.Sprintf("its account has %d characters instead of 12 digits", len(a.account))
	case !strings.HasPrefix(a.resource, form.resource) || a.resource == form.resource:
		return fmt.Sprintf("behind the account it must go on with %sNAME", form.resource)
	}
	return ""
}

func twelveDigits(s string) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(s) == 12
}
