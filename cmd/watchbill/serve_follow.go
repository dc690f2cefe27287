package main

import (
	"context"
	"encoding/json"
	"fmt"
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
	return door(ctx, store, http.MethodPost, "clock", order, nil)
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
	err = door(ctx, store, http.MethodGet, "clock", nil, &clock)
	return clock, err
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

// readOutbox is what was sent after the message of an id; it waits for one. After ~ nothing comes
// but the newest id.
func readOutbox(ctx context.Context, store *emulator.Attachment, since string) (messages []sent, last string, err error) {
	q := url.Values{"since": {since}}
	if since != "~" {
		q.Set("wait", "30s")
	}
	return askOutbox(ctx, store, q)
}

// readOutboxNow is readOutbox without the wait.
func readOutboxNow(ctx context.Context, store *emulator.Attachment, since string) (messages []sent, last string, err error) {
	return askOutbox(ctx, store, url.Values{"since": {since}})
}

func askOutbox(ctx context.Context, store *emulator.Attachment, q url.Values) (messages []sent, last string, err error) {
	var box struct {
		Messages []sent `json:"messages"`
		Last     string `json:"last"`
	}
	err = door(ctx, store, http.MethodGet, "outbox?"+q.Encode(), nil, &box)
	return box.Messages, box.Last, err
}

// sentJSON is a message for programs.
type sentJSON struct {
	Time time.Time `json:"time"`
	Kind string    `json:"kind"`
	To   string    `json:"to"`
	Type string    `json:"type,omitempty"`
	Code string    `json:"code,omitempty"`
}

// to is the name of whom or what a message goes to.
func (m sent) to() string {
	if m.ContactARN != "" {
		return printable(m.ContactARN[strings.LastIndexByte(m.ContactARN, '/')+1:])
	}
	return printable(m.TopicARN)
}

func (m sent) json() sentJSON { return sentJSON{m.Time.UTC(), m.Kind, m.to(), m.Type, m.Code} }

// line is a message for people.
func (m sent) line() string {
	line := m.Time.UTC().Format("2006-01-02 15:04:05") + " " + m.Kind + " to " + m.to()
	if m.Type != "" {
		line += " by " + m.Type
	}
	if m.Code != "" {
		line += ", code " + m.Code
	}
	return line
}

// tell prints one message.
func (a *app) tell(m sent) error {
	if a.output == "json" {
		return json.NewEncoder(a.out).Encode(m.json())
	}
	_, err := fmt.Fprintln(a.out, m.line())
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
