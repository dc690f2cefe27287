package awsapi

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"github.com/watchbill/watchbill/internal/mask"
)

// CallError is a failed call. Its text is short, names the action, and has no
// phone number and no mail address in it, though AWS repeats wrong values.
type CallError struct {
	Action string // ssm-contacts:CreateContact
	err    error
}

func (e *CallError) Error() string {
	var api smithy.APIError
	if errors.As(e.err, &api) {
		return fmt.Sprintf("%s: %s (%s)", e.Action, cmpOr(mask.Scrub(api.ErrorMessage()), "AWS gave no reason"), api.ErrorCode())
	}
	return e.Action + ": " + mask.Scrub(e.err.Error())
}

// Unwrap gives the SDK's error, for errors.As. Do not print it.
func (e *CallError) Unwrap() error { return e.err }

// RequestID is the identifier AWS's support asks for, "" when there is none.
func (e *CallError) RequestID() string {
	var res *awshttp.ResponseError
	if errors.As(e.err, &res) {
		return res.ServiceRequestID()
	}
	return ""
}

// HumanStepError says that AWS wants something that only a person can do. Do says what, to the
// click; doing the same again finishes then.
type HumanStepError struct {
	What, Do string
	Err      error
}

func (e *HumanStepError) Error() string {
	if e.Err == nil {
		return e.What
	}
	return e.What + ": " + e.Err.Error()
}
func (e *HumanStepError) Unwrap() error { return e.Err }

func cmpOr(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// code is the API's error code, "" when err is no answer of an API.
func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

func message(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return mask.Scrub(api.ErrorMessage())
	}
	return ""
}

// IsNotFound reports that the thing asked for does not exist.
func IsNotFound(err error) bool { return slices.Contains(notFound, code(err)) }

// notFound are the codes of the services for what does not exist: Incident Manager,
// EventBridge and Chatbot; CloudWatch and tags of SNS; SNS; IAM; SSM's documents and what
// else there has tags.
var notFound = []string{"ResourceNotFoundException", "ResourceNotFound", "NotFound", "NoSuchEntity", "InvalidDocument", "InvalidResourceId"}

// IsConflict reports that the state of something forbids the call.
func IsConflict(err error) bool { return code(err) == "ConflictException" }

// atOnce are the codes with which neighbours ask for the same call again: somebody else
// wrote to the same thing in that moment.
var atOnce = map[string]struct{}{
	"ConcurrentModificationException": {}, // EventBridge
	"ConcurrentModification":          {}, // IAM
	"ConcurrentAccess":                {}, // tags of SNS
}

// Invalid returns AWS's reason for not taking what a call said, and whether that is what
// went wrong.
func Invalid(err error) (reason string, ok bool) {
	if code(err) != "ValidationException" {
		return "", false
	}
	return cmpOr(message(err), "AWS gave no reason"), true
}

// IsAccessDenied reports that the credentials may not do this.
func IsAccessDenied(err error) bool {
	return slices.Contains([]string{"AccessDeniedException", "AccessDenied", "UnauthorizedOperation"}, code(err))
}

// IsThrottled reports that AWS asked to be called less often.
func IsThrottled(err error) bool {
	return err != nil && retry.IsErrorThrottles(retry.DefaultThrottles).IsErrorThrottle(err).Bool()
}

// IsAccountGate reports that the account cannot use Incident Manager: it was
// never enrolled before the service closed to new customers (on creation of a
// replication set; the code is in no model), or it has no replication set in
// this Region (on every call of ssm-contacts, as a validation error).
func IsAccountGate(err error) bool {
	return code(err) == "UnsupportedOperationException" || noAccount(err)
}

func noAccount(err error) bool {
	return code(err) == "ValidationException" && strings.Contains(message(err), "Account not found")
}

// badCredentials are the codes with which AWS refuses the credentials
// themselves, expired those that were good before.
var (
	expired        = []string{"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
	badCredentials = []string{"InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch",
		"InvalidSignatureException", "MissingAuthenticationToken", "IncompleteSignature"}
)

// IsHopeless reports that no further call can succeed either: the credentials,
// the account or the network is the trouble, not the object.
func IsHopeless(err error) bool {
	var wrong *WrongAccountError
	var none *NoCredentialsError
	return errors.As(err, &wrong) || errors.As(err, &none) || isUnreachable(err) ||
		slices.Contains(expired, code(err)) || slices.Contains(badCredentials, code(err)) ||
		errors.Is(err, context.Canceled)
}

// usedUp are the codes of services for a quota: Incident Manager; IAM; SSM's documents.
// alreadyThere are those for a name that is taken since it was looked for: IAM; SSM's documents.
var (
	usedUp       = []string{"ServiceQuotaExceededException", "LimitExceeded", "DocumentLimitExceeded"}
	alreadyThere = []string{"EntityAlreadyExists", "DocumentAlreadyExists"}
)

// isUnreachable reports that no answer came: no name, no route, no connection.
func isUnreachable(err error) bool {
	var dns *net.DNSError
	var op *net.OpError
	return errors.As(err, &dns) || errors.As(err, &op)
}

// Explain says what went wrong as one would to a person, and what to do about
// it. Neither ends with a full stop, and neither has an address in it; hint is
// "" when there is nothing to advise.
func Explain(err error) (sentence, hint string) {
	var wrong *WrongAccountError
	var none *NoCredentialsError
	var step *HumanStepError
	switch c := code(err); {
	case errors.As(err, &step):
		return mask.Scrub(step.What), step.Do
	case errors.As(err, &wrong):
		return wrong.Error(), "use credentials of account " + wrong.Want + ", or correct the target's account in watchbill.yaml"
	case errors.As(err, &none):
		return "no usable AWS credentials were found",
			"set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with \"aws sso login\""
	case errors.Is(err, context.Canceled):
		return "interrupted before it was done", ""
	case slices.Contains(expired, c):
		return "the AWS credentials have expired", "sign in again, for example with \"aws sso login\", and repeat"
	case slices.Contains(badCredentials, c):
		return "AWS does not accept the credentials", "check which profile is in use with \"aws sts get-caller-identity\""
	case isUnreachable(err):
		return unreachable(err), "check the network, a proxy, and the target's region in watchbill.yaml"
	case c == "UnsupportedOperationException":
		return "AWS does not let this account use Incident Manager: since 2025-11-07 it takes no new customers",
			"use the embedded target, which is the default: leave --target out"
	case noAccount(err):
		return "the account has no replication set that covers this Region",
			"add a replication_set section to the plan, or correct the target's region in watchbill.yaml"
	case IsAccessDenied(err):
		return "AWS denied " + action(err), "allow this action to the role or user whose credentials are used"
	case IsThrottled(err):
		return "AWS kept throttling " + action(err), "run it again later; what is done already stays done"
	case IsTimeout(err):
		return "AWS did not answer " + action(err) + " in time", "run it again later; what is done already stays done"
	case c == "ServiceQuotaExceededException" && strings.HasSuffix(action(err), ":CreateReplicationSet"):
		return "the account has got a replication set meanwhile", "somebody else writes to this account at the same time; run it again"
	case c == "ConflictException" && strings.Contains(action(err), ":Create"):
		return action(err) + ": " + message(err), "somebody else writes to this account at the same time; run it again"
	case c == "DocumentVersionLimitExceeded":
		return "the document has as many versions as AWS keeps",
			"delete old ones: aws ssm delete-document --name NAME --document-version NUMBER"
	case slices.Contains(alreadyThere, c):
		return action(err) + ": " + message(err), "somebody else writes to this account at the same time; run it again"
	case slices.Contains(usedUp, c):
		return "a quota of the account is used up: " + message(err), "ask for a higher quota in the Service Quotas console"
	}
	var call *CallError
	if errors.As(err, &call) {
		return call.Error(), ""
	}
	return mask.Scrub(err.Error()), ""
}

func action(err error) string {
	var call *CallError
	if errors.As(err, &call) {
		return call.Action
	}
	return "a call"
}

func unreachable(err error) string {
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return "the name " + dns.Name + " cannot be resolved"
	}
	return "AWS cannot be reached for " + action(err)
}
