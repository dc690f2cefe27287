//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/watchbill/watchbill/internal/chart"
)

// page is a page as a served account keeps it.
type page struct {
	sent
	PageARN string `json:"page_arn"`
}

func (p page) contact() string { return p.ContactARN[strings.LastIndexByte(p.ContactARN, '/')+1:] }

// happens URL STORY starts the incident that simulate told as JSON in the file STORY, at the time
// of the story and with its answers, lets a served account play it, and demands the very
// same messages. The account's clock must be stopped, no later than the story begins.
func happens(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: happens URL STORY")
	}
	var story chart.IncidentJSON
	text, err := os.ReadFile(ts.MkAbs(args[1]))
	ts.Check(err)
	ts.Check(json.Unmarshal(text, &story))
	setTime := func(t time.Time) { clock(ts, false, []string{args[0], `{"set":"` + t.Format(time.RFC3339) + `"}`}) }
	setTime(story.At)
	incident := startIncident(ts, args[0], story.ResponsePlan)
	for _, a := range story.Acknowledge {
		setTime(story.At.Add(time.Duration(a.OffsetSeconds) * time.Second))
		pages := pagesOf(ts, args[0], url.Values{"incident": {incident}, "contact": {a.Contact}})
		if len(pages) == 0 != !a.Happened {
			ts.Fatalf("%s got %d pages to answer, and the story says happened: %v", a.Contact, len(pages), a.Happened)
		}
		if a.Happened {
			last := pages[len(pages)-1]
			contacts(ts, args[0], "AcceptPage", map[string]string{"PageId": last.PageARN, "AcceptType": "READ", "AcceptCode": last.Code})
		}
	}
	setTime(story.At.Add(24 * time.Hour))
	var want, got []string
	line := func(t time.Time, contact, kind string) string {
		return fmt.Sprintf("%s %s %s", t.UTC().Format(time.RFC3339), contact, strings.ToUpper(kind))
	}
	for _, e := range story.Events {
		if e.Type == "page" || e.Type == "retry" {
			want = append(want, line(e.Time, e.Contact, e.ChannelType))
		}
	}
	for _, p := range pagesOf(ts, args[0], url.Values{"incident": {incident}}) {
		got = append(got, line(p.Time, p.contact(), p.Type))
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" || len(got) == 0 {
		ts.Fatalf("%d messages; the story and the account differ (-story +account):\n%s", len(got), diff)
	}
}

func startIncident(ts *testscript.TestScript, endpoint, responsePlan string) string {
	body := `{"responsePlanArn":"arn:aws:ssm-incidents::111122223333:response-plan/` + responsePlan + `"}`
	resp, err := http.Post(endpoint+"/startIncident", "application/json", strings.NewReader(body))
	ts.Check(err)
	var started struct{ IncidentRecordArn string }
	ts.Check(json.Unmarshal(answered(ts, "StartIncident", resp), &started))
	return started.IncidentRecordArn
}

func pagesOf(ts *testscript.TestScript, endpoint string, query url.Values) []page {
	query.Set("kind", "page")
	resp, err := http.Get(endpoint + "/_watchbill/outbox?" + query.Encode())
	ts.Check(err)
	var box struct{ Messages []page }
	ts.Check(json.Unmarshal(answered(ts, "outbox", resp), &box))
	return box.Messages
}
