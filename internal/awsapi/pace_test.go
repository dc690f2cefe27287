package awsapi_test

import (
	"bytes"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"

	"github.com/watchbill/watchbill/internal/awsapi"
)

func fine(*http.Request) (*http.Response, error) {
	return respond(http.StatusOK, "", `{"replicationSetArns":[],"Contacts":[]}`)
}

// many makes n calls of one operation at once and returns how long they took.
func many(t *testing.T, n int, call func() error) time.Duration {
	t.Helper()
	begin := time.Now()
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			if err := call(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	return time.Since(begin)
}

func listContacts(t *testing.T, c *awsapi.Clients) func() error {
	return func() error {
		_, err := c.Contacts.ListContacts(t.Context(), &ssmcontacts.ListContactsInput{})
		return err
	}
}

func listSets(t *testing.T, c *awsapi.Clients) func() error {
	return func() error {
		_, err := c.Incidents.ListReplicationSets(t.Context(), &ssmincidents.ListReplicationSetsInput{})
		return err
	}
}

func near(t *testing.T, what string, got, want time.Duration) {
	t.Helper()
	if got < want-want/10 || got > want+want/10 {
		t.Errorf("%s took %v, want about %v", what, got, want)
	}
}

// Each operation has its own pace: five at once, then five a second.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := local(t, awsapi.Config{Rate: 5}, fine)
		near(t, "105 calls", many(t, 105, listContacts(t, c)), 20*time.Second)
		if took := many(t, 5, listSets(t, c)); took != 0 {
			t.Errorf("another operation waited %v for its first five calls", took)
		}
	})
}

// Where the limit is known no second has more calls than it, the first one neither.
func TestNeverAboveAKnownLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var sent []time.Time
		c := local(t, awsapi.Config{Rate: awsapi.DefaultRate}, func(*http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			sent = append(sent, time.Now())
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Smithy-Protocol": {"rpc-v2-cbor"}, "Content-Type": {"application/cbor"}},
				Body: io.NopCloser(bytes.NewReader([]byte{0xa0}))}, nil
		})
		many(t, 30, func() error {
			_, err := c.Alarms.PutMetricAlarm(t.Context(), &cloudwatch.PutMetricAlarmInput{AlarmName: aws.String("one")})
			return err
		})
		for i := 3; i < len(sent); i++ {
			if took := sent[i].Sub(sent[i-3]); took < 999*time.Millisecond {
				t.Errorf("calls %d to %d were made within %v", i-3, i, took)
			}
		}
		if len(sent) != 30 {
			t.Errorf("%d calls", len(sent))
		}
	})
}

// The embedded target is not paced, and neither is one whose rate is negative.
func TestNoPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, rate := range []float64{0, -1} {
			if took := many(t, 500, listContacts(t, local(t, awsapi.Config{Rate: rate}, fine))); took != 0 {
				t.Errorf("rate %v: 500 calls took %v", rate, took)
			}
		}
	})
}

// A throttled attempt halves the pace of its operation; successes win it back.
// Other operations keep theirs.
func TestThrottlingSlowsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var throttle atomic.Int32
		c := local(t, awsapi.Config{Rate: 10}, func(r *http.Request) (*http.Response, error) {
			if throttle.Add(-1) >= 0 {
				return respond(http.StatusTooManyRequests, "ThrottlingException", `{"Message":"slow down"}`)
			}
			return fine(r)
		})
		call := listContacts(t, c)
		ten := func() time.Duration {
			begin := time.Now()
			for range 10 {
				many(t, 1, call)
			}
			return time.Since(begin)
		}
		ten() // the burst is gone
		near(t, "ten at full pace", ten(), time.Second)
		throttle.Store(5) // 5, 2.5, 1.25, 0.625 and 0.5 a second
		many(t, 1, call)
		ten() // what the bucket took in while the call waited
		if took := ten(); took < 1100*time.Millisecond {
			t.Errorf("ten after throttling took %v", took)
		}
		ten()
		near(t, "ten when the pace is won back", ten(), time.Second)
		near(t, "twenty of another operation", many(t, 20, listSets(t, c)), time.Second)
	})
}

// However often AWS throttles, half a call a second is left, a call gives up after
// six tries, and its sentence says what to do.
func TestThrottledOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		c := local(t, awsapi.Config{Rate: 5}, func(*http.Request) (*http.Response, error) {
			attempts++
			return respond(http.StatusTooManyRequests, "ThrottlingException", `{"Message":"slow down"}`)
		})
		begin := time.Now()
		err := listContacts(t, c)()
		if !awsapi.IsThrottled(err) || awsapi.IsHopeless(err) || attempts != 6 {
			t.Errorf("%d attempts: %v", attempts, err)
		}
		if took := time.Since(begin); took > 90*time.Second {
			t.Errorf("it took %v", took)
		}
		saysBoth(t, err, "AWS kept throttling ssm-contacts:ListContacts", "run it again later; what is done already stays done")
	})
}
