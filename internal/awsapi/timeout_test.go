package awsapi_test

// Servers that never answer: an attempt is given up and made again, a call ends, and
// nobody waits for good.

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	incidents "github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"

	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/internal/awsapi"
)

func hang(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func TestHungAttemptIsMadeAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		c := local(t, awsapi.Config{AttemptTimeout: 30 * time.Second}, func(r *http.Request) (*http.Response, error) {
			if attempts++; attempts < 3 {
				return hang(r)
			}
			return fine(r)
		})
		begin := time.Now()
		if err := listContacts(t, c)(); err != nil || attempts != 3 {
			t.Errorf("%d attempts: %v", attempts, err)
		}
		if took := time.Since(begin); took < time.Minute || took > 2*time.Minute {
			t.Errorf("two attempts of half a minute took %v", took)
		}
	})
}

func TestServerThatNeverAnswersIsCalledSixTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		c := local(t, awsapi.Config{AttemptTimeout: time.Second}, func(r *http.Request) (*http.Response, error) {
			attempts++
			return hang(r)
		})
		err := listContacts(t, c)()
		if !awsapi.IsTimeout(err) || awsapi.IsHopeless(err) || attempts != 6 {
			t.Errorf("%d attempts: %v", attempts, err)
		}
		saysBoth(t, err, "AWS did not answer ssm-contacts:ListContacts in time", "run it again later; what is done already stays done")
	})
}

// The whole call has an end of its own, in an attempt as in a wait for its turn.
func TestCallEnds(t *testing.T) {
	for name, c := range map[string]awsapi.Config{
		"hung attempts": {CallTimeout: 40 * time.Second, AttemptTimeout: 15 * time.Second},
		"one attempt":   {CallTimeout: 40 * time.Second},
		"its turn":      {CallTimeout: 40 * time.Second, Rate: 0.001},
	} {
		synctest.Test(t, func(t *testing.T) {
			wire := hang
			if c.Rate > 0 {
				wire = fine
			}
			clients := local(t, c, wire)
			if c.Rate > 0 { // the burst is gone
				if err := listContacts(t, clients)(); err != nil {
					t.Fatal(err)
				}
			}
			begin := time.Now()
			err := listContacts(t, clients)()
			if took := time.Since(begin); !awsapi.IsTimeout(err) || took > 40*time.Second {
				t.Errorf("%s: %v after %v", name, err, took)
			}
		})
	}
}

// Who gives up is told so, and not that AWS was slow.
func TestInterruptIsNoTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		c := local(t, awsapi.Config{AttemptTimeout: time.Minute, CallTimeout: time.Hour}, func(r *http.Request) (*http.Response, error) {
			attempts++
			return hang(r)
		})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, err := c.Contacts.ListContacts(ctx, &ssmcontacts.ListContactsInput{})
		if awsapi.IsTimeout(err) || !errors.Is(err, context.Canceled) || attempts != 1 {
			t.Errorf("%d attempts: %v", attempts, err)
		}
	})
}

// A create that hangs after it took effect is made again with its token: one object.
func TestHungCreateLeavesOneObject(t *testing.T) {
	s, err := emulator.Open(emulator.Options{ReplicationDelay: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	attempts := 0
	c := local(t, awsapi.Config{AttemptTimeout: time.Second}, func(r *http.Request) (*http.Response, error) {
		res, err := s.Transport().RoundTrip(r)
		if r.Header.Get("X-Amz-Target") == "SSMContacts.CreateContact" {
			if attempts++; attempts == 1 {
				return hang(r)
			}
		}
		return res, err
	})
	if _, err := c.Incidents.CreateReplicationSet(t.Context(), &ssmincidents.CreateReplicationSetInput{
		Regions: map[string]incidents.RegionMapInputValue{c.Region(): {}}}); err != nil {
		t.Fatal(err)
	}
	if err := createPerson(t, c); err != nil || attempts != 2 {
		t.Fatalf("%d attempts: %v", attempts, err)
	}
	out, err := c.Contacts.ListContacts(t.Context(), &ssmcontacts.ListContactsInput{})
	if err != nil || len(out.Contacts) != 1 {
		t.Errorf("%v, %v", out, err)
	}
}

// Callers that failed together do not come again together: pauses are drawn from the
// whole range, and never longer than twenty seconds.
func TestPausesAreSpread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var pauses []time.Duration
		for range 20 {
			var at []time.Time
			c := local(t, awsapi.Config{}, func(r *http.Request) (*http.Response, error) {
				if at = append(at, time.Now()); len(at) < 2 {
					return respond(http.StatusTooManyRequests, "ThrottlingException", `{}`)
				}
				return fine(r)
			})
			if err := listContacts(t, c)(); err != nil {
				t.Fatal(err)
			}
			pauses = append(pauses, at[1].Sub(at[0]))
		}
		slices.Sort(pauses)
		if pauses[0] == pauses[len(pauses)-1] || pauses[len(pauses)-1] > 20*time.Second {
			t.Errorf("pauses of callers that were throttled at once: %v", pauses)
		}
	})
}
