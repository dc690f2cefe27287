//go:build unix

package emulator_test

import (
	"encoding/json"
	"net/http"
	"os"
	"strconv"
	"testing"
	"time"

	contactstypes "github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"

	"github.com/watchbill/watchbill/emulator"
)

// TestKillWhilePaging kills, at any moment, a process whose clock runs fast while people are paged:
// afterwards every message was sent once, at its time, and none that was seen is lost.
func TestKillWhilePaging(t *testing.T) {
	dir := t.TempDir()
	h := heldAccount(t, emulator.Options{Dir: dir})
	a := h.person("aiko")
	var want []string
	for minute := range 300 {
		want = append(want, (time.Duration(minute)*time.Minute).String()+" sms")
	}
	ten := make([]contactstypes.Stage, 10)
	phone := h.device(a, "sms", contactstypes.ChannelTypeSms)
	for i := range ten {
		ten[i] = stage(30, try(phone, 1))
	}
	h.plan(a, ten...)
	h.engage(h.escalation("web", stage(30, reach(a, true))), "shop")
	if err := h.server.SetSpeed(100 * 60); err != nil { // 100 minutes a second
		t.Fatal(err)
	}
	h.server.Close()

	seen := 0
	for round := 0; seen < 250 && round < 60; round++ {
		c := startChild(t, "run", dir)
		for range 3 + round%5 {
			seen = max(seen, atoi(t, c.line()))
		}
		c.cmd.Process.Kill()
		for _, line := range c.rest() {
			seen = max(seen, atoi(t, line))
		}
		c.kill()
		h.server = need(emulator.Open(emulator.Options{Dir: dir, Clock: emulator.ClockStopped}))(t)
		h.http = h.server.Transport()
		if got := h.sent(); len(got) < seen {
			t.Fatalf("round %d: %d messages were seen, %d are there", round, seen, len(got))
		}
		h.server.Close()
	}
	h.server = open(t, emulator.Options{Dir: dir})
	h.http = h.server.Transport()
	if err := h.server.Advance(24 * time.Hour); err != nil {
		t.Fatal(err)
	}
	equal(t, "messages", h.sent(), want)
}

func atoi(t *testing.T, line string) int {
	t.Helper()
	n, err := strconv.Atoi(line)
	if err != nil {
		t.Fatalf("the child says %q", line)
	}
	return n
}

// childRun lets the clock of the store run and prints how many messages there are, as it sees them.
func childRun(dir string, _ []string) error {
	s, err := emulator.Open(emulator.Options{Dir: dir, Clock: emulator.ClockRunning})
	if err != nil {
		return err
	}
	go func() {
		untilStdinEnds()
		os.Exit(0)
	}()
	for ; ; time.Sleep(3 * time.Millisecond) {
		r, err := http.NewRequest(http.MethodGet, "http://emulator.invalid/_watchbill/outbox", nil)
		if err != nil {
			return err
		}
		res, err := s.Transport().RoundTrip(r)
		if err != nil {
			return err
		}
		var out struct{ Messages []letter }
		if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
			return err
		}
		n := 0
		for _, m := range out.Messages {
			if m.Kind == "page" {
				n++
			}
		}
		os.Stdout.WriteString(strconv.Itoa(n) + "\n") // at once and whole
	}
}
