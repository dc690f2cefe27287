package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/watchbill/watchbill/agent"
	"github.com/watchbill/watchbill/internal/resource"
)

// partly is an apply that failed halfway.
func partly() *agent.Outcome {
	addr := func(kind, name string) resource.Addr { return resource.Addr{Kind: kind, Name: name} }
	o := &agent.Outcome{ChangeSet: &resource.ChangeSet{}}
	for _, r := range []agent.Report{
		{Addr: addr("contact", "aiko"), Action: resource.Create, Result: agent.Done},
		{Addr: addr("channel", "aiko/phone"), Action: resource.Create, Result: agent.Failed, Err: errors.New("refused +12025550101")},
		{Addr: addr("engagement_plan", "aiko"), Action: resource.Update, Result: agent.Skipped, Because: "channel/aiko/phone"},
		{Addr: addr("contact", "ben"), Action: resource.Delete, Result: agent.Skipped, Because: agent.Interrupt},
		{Addr: addr("response_plan", "down"), Action: resource.Update, Result: agent.Unknown, Err: errors.New("cut off")},
	} {
		o.Results = append(o.Results, r)
		o.ChangeSet.Changes = append(o.ChangeSet.Changes, &resource.Change{Addr: r.Addr, Action: r.Action})
	}
	return o
}

// Whatever is not done is named, with the reason; the numbers add up.
func TestPartlyApplied(t *testing.T) {
	var out bytes.Buffer
	writeUndone(&out, partly().Results)
	want := `watchbill: channel/aiko/phone: failed to create: refused +***01
watchbill: engagement_plan/aiko: not updated because of channel/aiko/phone
watchbill: contact/ben: not deleted because of the interrupt
watchbill: response_plan/down: not known whether it is updated: cut off
`
	if d := cmp.Diff(want, out.String()); d != "" {
		t.Error(d)
	}
	line := "Applied to local: 1 created, 0 updated, 0 replaced, 0 deleted. Not done: 1 failed, 2 skipped, 1 unknown; run it again to go on."
	if d := cmp.Diff(line, outcome("local", partly())); d != "" {
		t.Error(d)
	}
	if err := exitOf(partly(), nil); err != said(exitPartial) {
		t.Errorf("ends with %v", err)
	}
}

// The JSON has the keys of the issue.
func TestResultsJSON(t *testing.T) {
	text, err := json.Marshal(newResultsJSON(partly().Results[1:3]))
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"address":"channel/aiko/phone","action":"create","result":"failed","error":"refused +***01","because":""},` +
		`{"address":"engagement_plan/aiko","action":"update","result":"skipped","error":"","because":"channel/aiko/phone"}]`
	if d := cmp.Diff(want, string(text)); d != "" {
		t.Error(d)
	}
}

// Progress is one line an object where nobody watches, and a bar that is gone in the end
// where somebody does.
func TestProgress(t *testing.T) {
	events := []agent.Event{
		{Report: agent.Report{Addr: resource.Addr{Kind: "contact", Name: "aiko"}, Action: resource.Create, Result: agent.Started}, Of: 2},
		{Report: agent.Report{Addr: resource.Addr{Kind: "contact", Name: "aiko"}, Action: resource.Create, Result: agent.Done}, N: 1, Of: 2},
		{Report: agent.Report{Addr: resource.Addr{Kind: "contact", Name: "ben"}, Action: resource.Delete, Result: agent.Failed, Err: errors.New("odd")}, N: 2, Of: 2},
	}
	shown := map[bool]string{}
	for _, live := range []bool{false, true} {
		var out bytes.Buffer
		p := &progress{w: &out, live: live, paint: newPaint(false)}
		for _, e := range events {
			p.event(e)
		}
		p.finish()
		shown[live] = out.String()
	}
	if d := cmp.Diff("created contact/aiko\n", shown[false]); d != "" {
		t.Error(d)
	}
	for _, want := range []string{"0/2", "create contact/aiko", "1/2", "delete contact/ben"} {
		if !strings.Contains(shown[true], want) {
			t.Errorf("the bar does not show %q: %q", want, shown[true])
		}
	}
	if !strings.HasSuffix(shown[true], clearLine) || strings.Contains(shown[true], "\n") {
		t.Errorf("the bar leaves something behind: %q", shown[true])
	}
	var none *progress // --quiet
	none.event(events[0])
	none.finish()
}
