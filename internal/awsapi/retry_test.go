package awsapi_test

// What a retry may do, beyond being slow: bounded for a call and for all of them,
// never a second object, never an old signature.

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	incidents "github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"

	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/internal/awsapi"
)

func createPerson(t *testing.T, c *awsapi.Clients) error {
	t.Helper()
	_, err := c.Contacts.CreateContact(t.Context(), &ssmcontacts.CreateContactInput{
		Alias: aws.String("aiko"), Type: types.ContactTypePersonal, Plan: &types.Plan{Stages: []types.Stage{}}})
	return err
}

func TestRetriedCreateCarriesTheSameToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var tokens []string
		c := local(t, awsapi.Config{}, func(r *http.Request) (*http.Response, error) {
			var in struct{ IdempotencyToken string }
			if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
				t.Error(err)
			}
			if tokens = append(tokens, in.IdempotencyToken); len(tokens) < 3 {
				return respond(http.StatusInternalServerError, "InternalServerException", `{}`)
			}
			return respond(http.StatusOK, "", `{"ContactArn":"arn:aws:ssm-contacts:eu-west-1:111122223333:contact/aiko"}`)
		})
		for range 2 {
			if err := createPerson(t, c); err != nil {
				t.Fatal(err)
			}
		}
		if len(tokens) != 4 || tokens[0] == "" || tokens[1] != tokens[0] || tokens[2] != tokens[0] {
			t.Errorf("three attempts of a call, and another call, carried %q", tokens)
		} else if tokens[3] == tokens[0] {
			t.Errorf("two calls share the token %q", tokens[3])
		}
	})
}

// An answer that goes astray after the work is done is what the tokens are for.
func TestLostAnswerOfACreateLeavesOneObject(t *testing.T) {
	s, err := emulator.Open(emulator.Options{ReplicationDelay: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if _, err := s.AddFault(emulator.Fault{Operation: "ssm-contacts.CreateContact", Kind: emulator.FaultCloseAfter, Times: 1}); err != nil {
		t.Fatal(err)
	}
	attempts := 0
	c := local(t, awsapi.Config{}, func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".CreateContact") {
			attempts++
		}
		return s.Transport().RoundTrip(r)
	})
	if _, err := c.Incidents.CreateReplicationSet(t.Context(), &ssmincidents.CreateReplicationSetInput{
		Regions: map[string]incidents.RegionMapInputValue{c.Region(): {}}}); err != nil {
		t.Fatal(err)
	}
	if err := createPerson(t, c); err != nil || attempts != 2 {
		t.Fatalf("%d attempts, want 2: %v", attempts, err)
	}
	out, err := c.Contacts.ListContacts(t.Context(), &ssmcontacts.ListContactsInput{})
	if err != nil || len(out.Contacts) != 1 {
		t.Fatalf("%v, %v", out, err)
	}
}

func TestRefusedCallIsNotRepeated(t *testing.T) {
	for _, code := range []string{"ValidationException", "AccessDeniedException", "ConflictException",
		"ResourceNotFoundException", "ServiceQuotaExceededException", "ExpiredTokenException"} {
		attempts := 0
		c := local(t, awsapi.Config{}, func(*http.Request) (*http.Response, error) {
			attempts++
			return respond(http.StatusBadRequest, code, `{}`)
		})
		if err := createPerson(t, c); err == nil || attempts != 1 {
			t.Errorf("%s: %d attempts, want 1: %v", code, attempts, err)
		}
	}
}

func TestBrokenServerIsCalledSixTimesAtMost(t *testing.T) {
	for _, status := range []int{500, 503} {
		synctest.Test(t, func(t *testing.T) {
			attempts := 0
			c := local(t, awsapi.Config{}, func(*http.Request) (*http.Response, error) {
				attempts++
				return respond(status, "", "<html>not today</html>")
			})
			if err := createPerson(t, c); err == nil || attempts != 6 {
				t.Errorf("%d: %d attempts, want 6: %v", status, attempts, err)
			}
		})
	}
}

// The calls of a client share a bucket of retries: by the SDK's numbers a hundred of
// them when all that comes is throttling.
func TestRetriesOfManyCallsAreBoundedTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const calls, retries = 40, 500 / 5
		attempts := 0
		c := local(t, awsapi.Config{}, func(*http.Request) (*http.Response, error) {
			attempts++
			return respond(http.StatusBadRequest, "ThrottlingException", `{}`)
		})
		for range calls {
			if err := listContacts(t, c)(); !awsapi.IsThrottled(err) {
				t.Fatal(err)
			}
		}
		if attempts != calls+retries {
			t.Errorf("%d attempts of %d calls, want %d", attempts, calls, calls+retries)
		}
	})
}

// Neither the mode nor the number in the environment loosens the bound.
func TestEnvironmentDoesNotLoosenTheBound(t *testing.T) {
	withKeys(t)
	t.Setenv("AWS_RETRY_MODE", "adaptive")
	t.Setenv("AWS_MAX_ATTEMPTS", "40")
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	synctest.Test(t, func(t *testing.T) {
		c, err := awsapi.New(t.Context(), awsapi.Config{Region: "us-east-1"})
		if err != nil {
			t.Fatal(err)
		}
		err = listContacts(t, c)()
		if err == nil || !strings.Contains(err.Error(), "exceeded maximum number of attempts, 6,") {
			t.Errorf("got %v", err)
		}
	})
}

// A retried attempt waits for its turn as any other, and is signed after the wait: a
// signature of before could be too old when it arrives.
func TestRetriedAttemptIsPacedAndSignedWhenItIsSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Time
		c := local(t, awsapi.Config{Rate: 0.1}, func(r *http.Request) (*http.Response, error) {
			at = append(at, time.Now())
			if now, signed := time.Now().UTC().Format("20060102T150405Z"), r.Header.Get("X-Amz-Date"); now != signed {
				t.Errorf("attempt %d is of %s and signed %s", len(at), now, signed)
			}
			if len(at) < 4 {
				return respond(http.StatusBadRequest, "ThrottlingException", `{}`)
			}
			return fine(r)
		})
		if err := listContacts(t, c)(); err != nil || len(at) != 4 {
			t.Fatalf("%d attempts: %v", len(at), err)
		}
		for i := range len(at) - 1 { // no backoff of these attempts is ten seconds
			if took := at[i+1].Sub(at[i]).Round(time.Millisecond); took < 10*time.Second {
				t.Errorf("attempt %d came after %v", i+2, took)
			}
		}
	})
}

func TestWaitForATurnEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := local(t, awsapi.Config{Rate: 0.01}, fine)
		if err := listContacts(t, c)(); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		begin := time.Now()
		_, err := c.Contacts.ListContacts(ctx, &ssmcontacts.ListContactsInput{})
		if took := time.Since(begin); took != time.Second {
			t.Errorf("it took %v", took)
		}
		saysBoth(t, err, "interrupted before it was done", "")
	})
}

// One service's address can be another one than the rest's.
func TestEndpointOfOneServiceGoesBeforeTheGeneralOne(t *testing.T) {
	withKeys(t)
	var seen []string
	serve := func(name string) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			seen = append(seen, name)
			io.WriteString(w, `{"Contacts":[],"replicationSetArns":[]}`)
		}))
		t.Cleanup(s.Close)
		return s.URL
	}
	t.Setenv("AWS_ENDPOINT_URL", serve("general"))
	t.Setenv("AWS_ENDPOINT_URL_SSM_CONTACTS", serve("contacts"))
	c, err := awsapi.New(t.Context(), awsapi.Config{Region: "us-east-1"})
	if err != nil {
		t.Fatal(err)
	}
	for _, call := range []func() error{listContacts(t, c), listSets(t, c)} {
		if err := call(); err != nil {
			t.Error(err)
		}
	}
	if !slices.Equal(seen, []string{"contacts", "general"}) {
		t.Errorf("calls went to %q", seen)
	}
}

func TestIdentityTellsThePartition(t *testing.T) {
	for _, want := range []string{"aws", "aws-us-gov"} {
		c := local(t, awsapi.Config{Account: "111122223333"}, func(*http.Request) (*http.Response, error) {
			return respond(http.StatusOK, "", `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account><Arn>arn:`+
				want+`:sts::111122223333:assumed-role/x/y</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`)
		})
		id, err := c.Identity(t.Context())
		if err != nil || id != (awsapi.Identity{Account: "111122223333", Partition: want}) {
			t.Errorf("%+v, %v", id, err)
		}
	}
}
