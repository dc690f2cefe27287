package awsapi_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"

	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/internal/awsapi"
)

// wire is a transport made of a function.
type wire func(*http.Request) (*http.Response, error)

func (w wire) RoundTrip(r *http.Request) (*http.Response, error) { return w(r) }

func respond(status int, code, body string) (*http.Response, error) {
	h := http.Header{"Content-Type": {"application/json"}, "X-Amzn-Requestid": {"request-1"}}
	if code != "" {
		h.Set("X-Amzn-ErrorType", code)
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}, nil
}

func local(t *testing.T, c awsapi.Config, w wire) *awsapi.Clients {
	t.Helper()
	c.Region, c.Local = "eu-west-1", w
	clients, err := awsapi.New(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return clients
}

// clean is an environment without a trace of AWS in it.
func clean(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "") // puts it back afterwards
			os.Unsetenv(name)
		}
	}
	t.Setenv("HOME", dir)
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(dir, "none"))
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(dir, "none"))
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
}

// withKeys is a clean environment with credentials.
func withKeys(t *testing.T) {
	clean(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
}

// The environment cannot send a run on the embedded target anywhere else, nor break
// it.
func TestEnvironmentDoesNotDisturbTheEmbeddedTarget(t *testing.T) {
	clean(t)
	t.Setenv("AWS_CA_BUNDLE", "/nowhere/bundle.pem")
	t.Setenv("AWS_PROFILE", "nobody")
	t.Setenv("AWS_REGION", "mars-1")
	t.Setenv("AWS_RETRY_MODE", "nonsense")
	for _, name := range []string{"", "_SSM_CONTACTS", "_SSM_INCIDENTS", "_STS", "_RESOURCE_GROUPS_TAGGING_API", "_SSM", "_SECRETS_MANAGER"} {
		t.Setenv("AWS_ENDPOINT_URL"+name, "http://127.0.0.1:1")
	}
	s, err := emulator.Open(emulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	hosts := map[string]bool{}
	c := local(t, awsapi.Config{}, func(r *http.Request) (*http.Response, error) {
		hosts[r.URL.Host] = true
		return s.Transport().RoundTrip(r)
	})
	if account, err := c.Identify(t.Context()); err != nil || account != "111122223333" {
		t.Errorf("account %q, %v", account, err)
	}
	if _, err := c.Incidents.ListReplicationSets(t.Context(), &ssmincidents.ListReplicationSetsInput{}); err != nil {
		t.Error(err)
	}
	if _, err := c.SSM.GetParameters(t.Context(), &ssm.GetParametersInput{Names: []string{"/none"}}); err != nil {
		t.Error(err)
	}
	if _, err := c.Secrets.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: aws.String("none")}); !awsapi.IsNotFound(err) {
		t.Error(err)
	}
	if len(hosts) != 1 || !hosts["watchbill.invalid"] {
		t.Errorf("calls went to %v", hosts)
	}
	if c.Region() != "eu-west-1" {
		t.Errorf("Region %s", c.Region())
	}
}

// A target on AWS honours the SDK's overrides: a test account behind another
// address, a proxy of the platform team.
func TestEndpointOverridesApplyToOtherTargets(t *testing.T) {
	withKeys(t)
	s, err := emulator.Open(emulator.Options{ReplicationDelay: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
	c, err := awsapi.New(t.Context(), awsapi.Config{Region: "us-east-1", Account: "111122223333"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Identify(t.Context()); err != nil {
		t.Error(err)
	}
	_, err = c.Contacts.ListContacts(t.Context(), &ssmcontacts.ListContactsInput{})
	if !awsapi.IsAccountGate(err) {
		t.Errorf("the emulator's gate did not answer: %v", err)
	}
}

func TestWrongAccount(t *testing.T) {
	s, err := emulator.Open(emulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	c := local(t, awsapi.Config{Account: "999999999999"}, s.Transport().RoundTrip)
	_, err = c.Identify(t.Context())
	var wrong *awsapi.WrongAccountError
	if !errors.As(err, &wrong) || wrong.Have != "111122223333" || !awsapi.IsHopeless(err) {
		t.Fatalf("got %v", err)
	}
	saysBoth(t, err, "the credentials are of account 111122223333, and the target is account 999999999999",
		"use credentials of account 999999999999, or correct the target's account in watchbill.yaml")
}

func saysBoth(t *testing.T, err error, sentence, hint string) {
	t.Helper()
	if s, h := awsapi.Explain(err); s != sentence || h != hint {
		t.Errorf("%v\n got: %q\n      %q\nwant: %q\n      %q", err, s, h, sentence, hint)
	}
}

func TestNoCredentials(t *testing.T) {
	clean(t)
	for name, role := range map[string]string{"none": "", "none to take on a role with": "arn:aws:iam::111122223333:role/watchbill"} {
		c, err := awsapi.New(t.Context(), awsapi.Config{Region: "us-east-1", AssumeRole: role})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Identify(t.Context())
		var none *awsapi.NoCredentialsError
		if !errors.As(err, &none) || !awsapi.IsHopeless(err) {
			t.Errorf("%s: %v", name, err)
		}
		saysBoth(t, err, "no usable AWS credentials were found",
			`set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with "aws sso login"`)
	}
}

// A role that may not be taken on is something else than no credentials.
func TestRoleIsDenied(t *testing.T) {
	withKeys(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		io.WriteString(w, `<ErrorResponse><Error><Code>AccessDenied</Code><Message>not you</Message></Error></ErrorResponse>`)
	}))
	t.Cleanup(server.Close)
	t.Setenv("AWS_ENDPOINT_URL_STS", server.URL)
	c, err := awsapi.New(t.Context(), awsapi.Config{Region: "us-east-1", AssumeRole: "arn:aws:iam::111122223333:role/watchbill"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Identify(t.Context())
	if err == nil || !strings.Contains(err.Error(), "take on the role arn:aws:iam::111122223333:role/watchbill") {
		t.Errorf("got %v", err)
	}
	saysBoth(t, err, "AWS denied sts:AssumeRole", "allow this action to the role or user whose credentials are used")
}

// No network is found out after three tries, not after a minute.
func TestNobodyListens(t *testing.T) {
	withKeys(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_ENDPOINT_URL", "http://"+l.Addr().String())
	l.Close()
	synctest.Test(t, func(t *testing.T) {
		c, err := awsapi.New(t.Context(), awsapi.Config{Region: "us-east-1"})
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		_, err = c.Identify(t.Context())
		if took := time.Since(begin); took > 10*time.Second {
			t.Errorf("it took %v", took)
		}
		if !awsapi.IsHopeless(err) {
			t.Errorf("not hopeless: %v", err)
		}
		saysBoth(t, err, "AWS cannot be reached for sts:GetCallerIdentity", "check the network, a proxy, and the target's region in watchbill.yaml")
	})
}

// A broken configuration is told at once.
func TestBrokenConfiguration(t *testing.T) {
	withKeys(t)
	t.Setenv("AWS_CA_BUNDLE", filepath.Join(t.TempDir(), "none.pem"))
	if _, err := awsapi.New(t.Context(), awsapi.Config{Region: "us-east-1"}); err == nil || !strings.Contains(err.Error(), "read the AWS configuration") {
		t.Errorf("got %v", err)
	}
}

func TestCancelledBeforeItBegan(t *testing.T) {
	s, err := emulator.Open(emulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	c := local(t, awsapi.Config{}, s.Transport().RoundTrip)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = c.Identify(ctx)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	saysBoth(t, err, "interrupted before it was done", "")
}

// Calls are counted by action, a retried one once, and writes beside reads.
func TestCallsAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		c := local(t, awsapi.Config{}, func(*http.Request) (*http.Response, error) {
			if attempts++; attempts < 3 {
				return respond(http.StatusInternalServerError, "InternalServerException", `{"Message":"again"}`)
			}
			return respond(http.StatusOK, "", `{}`)
		})
		if _, err := c.Contacts.ListContacts(t.Context(), &ssmcontacts.ListContactsInput{}); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := c.Contacts.DeleteContact(t.Context(), &ssmcontacts.DeleteContactInput{ContactId: aws.String("arn:aws:ssm-contacts:eu-west-1:111122223333:contact/a")}); err != nil {
				t.Fatal(err)
			}
		}
		calls := c.Calls()
		if len(calls) != 2 || calls["ssm-contacts:ListContacts"] != 1 || calls["ssm-contacts:DeleteContact"] != 2 || c.Writes() != 2 {
			t.Errorf("calls %v, %d writes", calls, c.Writes())
		}
	})
}

func TestIsWrite(t *testing.T) {
	for action, want := range map[string]bool{
		"ssm-contacts:ListContacts": false, "tag:GetResources": false, "ssm-incidents:BatchGetIncidentFindings": false,
		"ssm-contacts:DescribePage": false, "ssm-contacts:SendActivationCode": true, "ssm-incidents:TagResource": true,
		"ssm-incidents:PutResourcePolicy": true, "ssm-contacts:CreateContact": true,
	} {
		if got := awsapi.IsWrite(action); got != want {
			t.Errorf("IsWrite(%s) = %v", action, got)
		}
	}
}
