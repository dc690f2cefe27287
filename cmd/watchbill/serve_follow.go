package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/watchbill/watchbill/emulator"
)

// The embedded account's side doors, from inside: its host does not matter.
const doors = "http://localhost/_watchbill/"

// clockOrder is what the flags ask of the account's clock, nil for nothing. A speed is for
// a clock that runs.
func (o serveOptions) clockOrder() (map[string]any, error) {
	order := map[string]any{}
	switch o.clock {
	case "":
	case "real":
		order["run"], order["speed"] = true, 1
	case "stopped":
		order["stop"] = true
	default:
		return nil, usagef("--clock %q is not known", o.clock).withHint("--clock real or --clock stopped")
	}
	if o.speed < 0 || o.speed > 1e6 {
		return nil, usagef("--speed %g is not a speed", o.speed).withHint("a number up to 1000000; --speed 60 lets an hour pass in a minute")
	}
	if o.speed > 0 {
		order["speed"] = o.speed
		if o.clock == "" {
			order["run"] = true
		}
	}
	if len(order) == 0 {
		return nil, nil
	}
	return order, nil
}

// setClock gives the account, whoever owns it, the clock of the flags.
func setClock(ctx context.Context, store *emulator.Attachment, order map[string]any) error {
	if order == nil {
		return nil
	}
	body, err := json.Marshal(order)
	if err != nil {
		return fmt.Errorf("set the clock: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, doors+"clock", bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("set the clock: %w", err)
	}
	res, err := store.RoundTrip(r)
	if err != nil {
		return fmt.Errorf("set the clock: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		why, _ := io.ReadAll(io.LimitReader(res.Body, 1<<10))
		return fmt.Errorf("set the clock: %s", bytes.TrimSpace(why))
	}
	return nil
}

// accountTime is what time it is in the account, whoever owns it, to the second.
func accountTime(ctx context.Context, store *emulator.Attachment) (time.Time, error) {
	clock, err := readClock(ctx, store)
	return clock.Now.UTC().Truncate(time.Second), err
}

// accountClock is the clock of an embedded account.
type accountClock struct {
	Now     time.Time
	Running bool
}

func readClock(ctx context.Context, store *emulator.Attachment) (clock accountClock, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, doors+"clock", nil)
	if err != nil {
		return clock, fmt.Errorf("read the clock: %w", err)
	}
	res, err := store.RoundTrip(r)
	if err != nil {
		return clock, fmt.Errorf("read the clock: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return clock, errors.New("read the clock: it does not answer")
	}
	if err := json.NewDecoder(res.Body).Decode(&clock); err != nil {
		return clock, fmt.Errorf("read the clock: %w", err)
	}
	return clock, nil
}

// sent is a message to a device as it is told here. The address is left behind: what is
// not decoded cannot be printed.
type sent struct {
	ID         string    `json:"id"`
	Time       time.Time `json:"time"`
	Kind       string    `json:"kind"`
	ContactARN string    `json:"contact_arn"`
	TopicARN   string    `json:"topic_arn"`
	Type       string    `json:"type"`
	Code       string    `json:"code"`
}

// followPause is the wait after an owner of the store that did not answer.
const followPause = time.Second

// follow tells of each message from now on, until ctx is done or nobody reads.
func (a *app) follow(ctx context.Context, store *emulator.Attachment) {
	since := "~" // after every id: only the newest id is wanted
	for ctx.Err() == nil {
		messages, last, err := readOutbox(ctx, store, since)
		if err != nil {
			select {
			case <-ctx.Done():
			case <-time.After(followPause):
			}
			continue
		}
		for _, m := range messages {
			if err := a.tell(m); err != nil {
				return
			}
		}
		since = last
	}
}

func readOutbox(ctx context.Context, store *emulator.Attachment, since string) (messages []sent, last string, err error) {
	q := url.Values{"since": {since}}
	if since != "~" {
		q.Set("wait", "30s")
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, doors+"outbox?"+q.Encode(), nil)
	if err != nil {
		return nil, "", err
	}
	res, err := store.RoundTrip(r)
	if err != nil {
		return nil, "", err
	}
	defer res.Body.Close()
	var box struct {
		Messages []sent `json:"messages"`
		Last     string `json:"last"`
	}
	if res.StatusCode != http.StatusOK {
		return nil, "", errors.New("the outbox does not answer")
	}
	if err := json.NewDecoder(res.Body).Decode(&box); err != nil {
		return nil, "", fmt.Errorf("read the outbox: %w", err)
	}
	return box.Messages, box.Last, nil
}

// tell prints one message.
func (a *app) tell(m sent) error {
	to := m.TopicARN
	if m.ContactARN != "" {
		to = m.ContactARN[strings.LastIndexByte(m.ContactARN, '/')+1:]
	}
	to = printable(to)
	if a.output == "json" {
		return json.NewEncoder(a.out).Encode(struct {
			Time time.Time `json:"time"`
			Kind string    `json:"kind"`
			To   string    `json:"to"`
			Type string    `json:"type,omitempty"`
			Code string    `json:"code,omitempty"`
		}{m.Time, m.Kind, to, m.Type, m.Code})
	}
	line := m.Time.UTC().Format("2006-01-02 15:04:05") + " " + m.Kind + " to " + to
	if m.Type != "" {
		line += " by " + m.Type
	}
	if m.Code != "" {
		line += ", code " + m.Code
	}
	_, err := fmt.Fprintln(a.out, line)
	return err
}

// printable keeps what could steer a terminal out of a line.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, s)
}
