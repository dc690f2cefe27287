package awsapi_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"

	"github.com/watchbill/watchbill/internal/awsapi"
)

// failed is what a call returns when AWS answers with a code and a message.
func failed(t *testing.T, status int, code, message string) error {
	t.Helper()
	c := local(t, awsapi.Config{}, func(*http.Request) (*http.Response, error) {
		return respond(status, code, fmt.Sprintf(`{"Message":%q,"message":%q}`, message, message))
	})
	_, err := c.Contacts.UpdateContactChannel(t.Context(), &ssmcontacts.UpdateContactChannelInput{ContactChannelId: aws.String("arn:aws:ssm-contacts:eu-west-1:111122223333:contact-channel/a/b")})
	if err == nil {
		t.Fatal("no error")
	}
	return err
}

const action = "ssm-contacts:UpdateContactChannel"

// What a person reads of each trouble.
func TestSentences(t *testing.T) {
	for _, c := range []struct {
		status         int
		code, message  string
		sentence, hint string
	}{
		{403, "AccessDeniedException", "no", "AWS denied " + action, "allow this action to the role or user whose credentials are used"},
		{403, "ExpiredTokenException", "old", "the AWS credentials have expired", `sign in again, for example with "aws sso login", and repeat`},
		{403, "UnrecognizedClientException", "who", "AWS does not accept the credentials", `check which profile is in use with "aws sts get-caller-identity"`},
		{400, "ValidationException", "Invalid value provided - Account not found for the request", "the account has no replication set that covers this Region",
			"add a replication_set section to the plan, or correct the target's region in watchbill.yaml"},
		{400, "UnsupportedOperationException", "closed", "AWS does not let this account use Incident Manager: since 2025-11-07 it takes no new customers",
			"use the embedded target, which is the default: leave --target out"},
		{402, "ServiceQuotaExceededException", "too many", "a quota of the account is used up: too many", "ask for a higher quota in the Service Quotas console"},
		{409, "LimitExceeded", "1000 roles", "a quota of the account is used up: 1000 roles", "ask for a higher quota in the Service Quotas console"},
		{400, "DocumentVersionLimitExceeded", "1000", "the document has as many versions as AWS keeps",
			"delete old ones: aws ssm delete-document --name NAME --document-version NUMBER"},
		{400, "DocumentAlreadyExists", "there is one", action + ": there is one", "somebody else writes to this account at the same time; run it again"},
		{400, "ValidationException", "wrong", action + ": wrong (ValidationException)", ""},
		{409, "ConflictException", "", action + ": AWS gave no reason (ConflictException)", ""},
		{404, "ResourceNotFoundException", "gone", action + ": gone (ResourceNotFoundException)", ""},
	} {
		saysBoth(t, failed(t, c.status, c.code, c.message), c.sentence, c.hint)
	}
}

func TestWhatAnErrorIs(t *testing.T) {
	is := map[string]func(error) bool{
		"not found": awsapi.IsNotFound, "conflict": awsapi.IsConflict, "denied": awsapi.IsAccessDenied,
		"throttled": awsapi.IsThrottled, "gate": awsapi.IsAccountGate, "hopeless": awsapi.IsHopeless,
	}
	for code, want := range map[string]string{
		"ResourceNotFoundException": "not found", "ConflictException": "conflict", "AccessDeniedException": "denied",
		"UnsupportedOperationException": "gate", "ExpiredTokenException": "hopeless", "InvalidSignatureException": "hopeless",
		"ValidationException": "",
	} {
		err := fmt.Errorf("read it: %w", failed(t, 400, code, "x"))
		for name, f := range is {
			if f(err) != (name == want) {
				t.Errorf("%s is %s: %v", code, name, f(err))
			}
		}
	}
	for name, f := range is {
		if f(nil) {
			t.Errorf("nil is %s", name)
		}
		if f(context.Canceled) != (name == "hopeless") {
			t.Errorf("an interrupt is %s: %v", name, f(context.Canceled))
		}
	}
}

// AWS repeats wrong values; no form of an error repeats an address.
func TestNoErrorHoldsAnAddress(t *testing.T) {
	for _, address := range []string{"aiko.sato@example.com", "+12025550123", "+1 (202) 555-0123", "aiko+pager@mail.example.com"} {
		for _, quoted := range []string{address, "'" + address + "'", `"` + address + `"`, "<" + address + ">", "address=" + address + ", name", "mailto:" + address} {
			err := fmt.Errorf("update channel/aiko/phone: %w", failed(t, 400, "ValidationException", "Invalid value "+quoted+" at deliveryAddress"))
			sentence, hint := awsapi.Explain(err)
			for _, text := range []string{err.Error(), fmt.Sprintf("%v", err), fmt.Sprintf("%s", err), sentence, hint} {
				if holds(text, address) {
					t.Errorf("%s stands in %q", address, text)
				}
			}
			if !strings.Contains(sentence, "Invalid value") || !strings.Contains(sentence, "at deliveryAddress") {
				t.Errorf("too much is gone: %q", sentence)
			}
		}
	}
}

// holds reports an address in a text: a local part, or a number but for its last two
// digits.
func holds(text, address string) bool {
	if user, _, ok := strings.Cut(address, "@"); ok {
		return strings.Contains(text, user)
	}
	return strings.Contains(text, address) || strings.Contains(text, "2025550") || strings.Contains(text, "555-01")
}

// What went wrong below the API is scrubbed as well.
func TestTransportErrorsHoldNoAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := local(t, awsapi.Config{}, func(*http.Request) (*http.Response, error) {
			return nil, errors.New("proxy says: cannot send to aiko@example.com")
		})
		_, err := c.Contacts.ListContacts(t.Context(), &ssmcontacts.ListContactsInput{})
		if sentence, _ := awsapi.Explain(err); strings.Contains(err.Error(), "aiko@") || strings.Contains(sentence, "aiko@") {
			t.Errorf("%q, %q", err, sentence)
		}
	})
}

func TestNameThatDoesNotResolve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := local(t, awsapi.Config{}, func(*http.Request) (*http.Response, error) {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "ssm-contacts.mars-1.amazonaws.com", IsNotFound: true}}
		})
		_, err := c.Contacts.ListContacts(t.Context(), &ssmcontacts.ListContactsInput{})
		saysBoth(t, err, "the name ssm-contacts.mars-1.amazonaws.com cannot be resolved", "check the network, a proxy, and the target's region in watchbill.yaml")
	})
}

// Support asks for the identifier of a request.
func TestRequestID(t *testing.T) {
	var call *awsapi.CallError
	if err := failed(t, 400, "ValidationException", "x"); !errors.As(err, &call) || call.RequestID() != "request-1" || call.Action != action {
		t.Errorf("%+v", call)
	}
}
