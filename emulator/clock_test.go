package emulator_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	contactstypes "github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"

	"github.com/watchbill/watchbill/emulator"
)

// shownClock is what the side door tells.
type shownClock struct {
	Now     time.Time
	Speed   float64
	Running bool
	Next    *time.Time
}

func (h *held) clock() (out shownClock) {
	h.t.Helper()
	h.door("clock", &out)
	return out
}

func TestClockDoor(t *testing.T) {
	h := heldAccount(t, emulator.Options{})
	if c := h.clock(); !c.Now.Equal(firstOfDay) || c.Running || c.Speed != 1 || c.Next != nil {
		t.Errorf("a stopped clock shows %+v", c)
	}
	h.engage(h.pager("aiko", 5, 1), "")
	for _, step := range []struct {
		order  string
		status int
		after  time.Duration
	}{
		{`{"advance": "10s"}`, 200, 10 * time.Second},
		{`{"advance": "1m30s"}`, 200, 100 * time.Second},
		{`{"set": "2026-12-07T09:02:00Z"}`, 200, 2 * time.Minute},
		{`{"set": "2026-12-07T18:03:00+09:00"}`, 200, 3 * time.Minute},
		{`{"speed": 60}`, 200, 3 * time.Minute},
		{`{"set": "2026-12-07T09:00:00Z"}`, 400, 3 * time.Minute},
		{`{"set": "9999-12-07T09:00:00Z"}`, 400, 3 * time.Minute},
		{`{"advance": "2000000h"}`, 400, 3 * time.Minute},
		{`{"advance": "-1m"}`, 400, 3 * time.Minute},
		{`{"advance": "soon"}`, 400, 3 * time.Minute},
		{`{"advance": 5}`, 400, 3 * time.Minute},
		{`{"speed": 0}`, 400, 3 * time.Minute},
		{`{"speed": -1}`, 400, 3 * time.Minute},
		{`{"speed": 1e9}`, 400, 3 * time.Minute},
		{`{"stop": true, "run": true}`, 400, 3 * time.Minute},
		{`{"advance": "1m", "set": "2026-12-07T10:00:00Z"}`, 400, 3 * time.Minute},
		{`{"advance": "1m", "speed": -1}`, 400, 3 * time.Minute},
		{`{"forward": "1m"}`, 400, 3 * time.Minute},
		{`{}`, 400, 3 * time.Minute},
		{``, 400, 3 * time.Minute},
		{`[]`, 400, 3 * time.Minute},
		{`{"advance": "1m", "speed": 2, "stop": true}`, 200, 4 * time.Minute},
	} {
		if got := h.status(http.MethodPost, "clock", step.order); got != step.status {
			t.Errorf("%s: status %d, want %d", step.order, got, step.status)
		}
		if got := h.clock().Now.Sub(firstOfDay); got != step.after {
			t.Errorf("after %s it is %s, want %s", step.order, got, step.after)
		}
	}
	equal(t, "messages", h.sent(), []string{"0s aiko", "1m0s aiko", "2m0s aiko", "3m0s aiko", "4m0s aiko"})
	if c := h.clock(); c.Speed != 2 || c.Running || c.Next == nil || !c.Next.Equal(firstOfDay.Add(5*time.Minute)) {
		t.Errorf("the clock shows %+v", c)
	}
}

func TestClockRuns(t *testing.T) {
	outside := newClock()
	o := emulator.Options{Dir: t.TempDir(), Now: outside.Now, ReplicationDelay: -1}
	show := func(s *emulator.Server) time.Duration { return s.Clock().Now.Sub(firstOfDay) }
	s := need(emulator.Open(o))(t)
	outside.Advance(time.Minute)
	equal(t, "an untouched clock is the time outside", show(s), time.Minute)
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	do(s.SetSpeed(60))
	outside.Advance(time.Minute)
	equal(t, "at speed 60", show(s), 61*time.Minute)
	do(s.Close())
	outside.Advance(time.Minute)
	s = need(emulator.Open(o))(t)
	equal(t, "a running clock runs on while nobody has it open", show(s), 121*time.Minute)
	do(s.StopClock())
	outside.Advance(time.Hour)
	do(s.Advance(time.Second))
	equal(t, "stopped and advanced", show(s), 121*time.Minute+time.Second)
	do(s.Close())
	s = need(emulator.Open(o))(t)
	outside.Advance(time.Hour)
	equal(t, "a stopped clock stands", show(s), 121*time.Minute+time.Second)
	do(s.RunClock())
	do(s.SetSpeed(1))
	outside.Advance(time.Second)
	equal(t, "it goes on from where it stood", show(s), 121*time.Minute+2*time.Second)
	outside.Advance(-time.Hour)
	if got := show(s); got > 121*time.Minute+2*time.Second || got < 121*time.Minute {
		t.Errorf("it is %s when the time outside runs back", got)
	}
	do(s.Close())
	if err := s.Advance(time.Minute); !errors.Is(err, emulator.ErrClosed) {
		t.Errorf("advancing a closed account: %v", err)
	}
	for _, bad := range []emulator.Options{{Clock: "sundial"}, {Speed: -1}} {
		if _, err := emulator.Open(bad); !errors.Is(err, emulator.ErrClock) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	s = open(t, emulator.Options{Dir: o.Dir, Now: outside.Now, Clock: emulator.ClockStopped, Speed: 7})
	if c := s.Clock(); c.Running || c.Speed != 7 {
		t.Errorf("options are not followed: %+v", c)
	}
}

// TestAlarm: messages go out when they are due although nobody asks the account anything. The
// outbox is read without waking it.
func TestAlarm(t *testing.T) {
	for _, speed := range []float64{1, 30} {
		synctest.Test(t, func(t *testing.T) {
			s := need(emulator.Open(emulator.Options{ReplicationDelay: -1, Speed: speed}))(t)
			defer s.Close()
			h := &held{clients: connect(t, s.Transport(), home), server: s, names: map[string]string{}}
			h.createSet(home)
			a := h.pager("aiko", 4, 1)
			h.start = s.Clock().Now
			h.engage(a, "")
			for minute := range 6 {
				time.Sleep(time.Duration(float64(time.Minute) / speed / 2))
				if got, want := len(h.sent()), min(minute+1, 4); got != want {
					t.Errorf("speed %v: %d messages after %d and a half minutes, want %d", speed, got, minute, want)
				}
				time.Sleep(time.Duration(float64(time.Minute)/speed) - time.Duration(float64(time.Minute)/speed/2))
			}
			equal(t, "messages", h.sent(), []string{"0s aiko", "1m0s aiko", "2m0s aiko", "3m0s aiko"})
		})
	}
}

// TestClockOutlivesData: deleting the replication set deletes everything but the time of day.
func TestClockOutlivesData(t *testing.T) {
	h := heldAccount(t, emulator.Options{RegionLock: -1})
	h.engage(h.pager("aiko", 30, 1), "")
	h.after(time.Minute)
	h.dropSet()
	h.after(2 * time.Minute)
	equal(t, "time", h.clock().Now.Sub(firstOfDay), 2*time.Minute)
	if c := h.clock(); c.Next != nil || c.Running {
		t.Errorf("the clock shows %+v", c)
	}
	equal(t, "messages", len(h.sent()), 0)
}

// TestWeek: seven days with people who never answer pass in one step. BenchmarkWeek says how long
// that takes.
func TestWeek(t *testing.T) {
	h := heldAccount(t, emulator.Options{Dir: t.TempDir()})
	a := h.week()
	h.after(7 * 24 * time.Hour)
	pages := 0
	for p := ssmcontacts.NewListPagesByContactPaginator(h.contacts, &ssmcontacts.ListPagesByContactInput{ContactId: &a, MaxResults: aws.Int32(1000)}); p.HasMorePages(); {
		pages += len(need(p.NextPage(context.Background()))(t).Pages)
	}
	equal(t, "pages", pages, 3*7*48)
}

// week begins three engagements that page somebody every five minutes for a week.
func (h *held) week() string {
	h.t.Helper()
	a := h.person("aiko")
	phone := h.device(a, "sms", contactstypes.ChannelTypeSms)
	h.plan(a, slices.Repeat([]contactstypes.Stage{stage(30, try(phone, 5))}, 7*48)...)
	for range 3 {
		h.engage(a, "")
	}
	return a
}
