package chart_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/watchbill/watchbill/internal/chart"
	"github.com/watchbill/watchbill/oncall"
)

func calendarFile(t *testing.T, r *oncall.Roster, now time.Time) string {
	t.Helper()
	from := at(t, "2026-12-21T00:00Z")
	var out bytes.Buffer
	if err := chart.NewCalendar(r, chart.Question{From: from, To: from.Add(14 * day), Schedule: "primary"}).WriteICalendar(&out, now); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestICalendar(t *testing.T) {
	now := at(t, "2026-11-23T12:00Z")
	text := calendarFile(t, roster(t), now)
	golden(t, "weeks.ics", []byte(text))
	if strings.Count(text, "\n") != strings.Count(text, "\r\n") {
		t.Error("a line does not end as RFC 5545 wants")
	}
	for line := range strings.SplitSeq(text, "\r\n") {
		if len(line) > 75 {
			t.Errorf("%d octets: %s", len(line), line)
		}
	}
	cal, err := ics.ParseCalendar(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	uids := map[string]bool{}
	for _, e := range cal.Events() {
		uids[e.Id()] = true
	}
	// Six rows of the text, less the one in which nobody is on call.
	if len(cal.Events()) != 5 || len(uids) != 5 {
		t.Errorf("%d events, %d UIDs; want 5", len(cal.Events()), len(uids))
	}
}

// Who takes a shift changes, and a calendar that reads the file again moves no event.
func TestUIDStays(t *testing.T) {
	uids := func(r *oncall.Roster, now string) (out []string) {
		for line := range strings.Lines(calendarFile(t, r, at(t, now))) {
			if strings.HasPrefix(line, "UID:") {
				out = append(out, line)
			}
		}
		return out
	}
	before, changed := roster(t), roster(t)
	rotation := week(t)
	rotation.Members = []string{"ben", "aiko"}
	changed.Schedules["primary"] = schedule(t, rotation)
	if a, b := uids(before, "2026-11-23T12:00Z"), uids(changed, "2026-11-24T12:00Z"); strings.Join(a, "") != strings.Join(b, "") {
		t.Errorf("before:\n%s\nafter:\n%s", a, b)
	}
}

// Names that an account may hold and the language would not allow.
func TestICalendarEscapes(t *testing.T) {
	r := roster(t)
	rotation := week(t)
	name := "semi;comma,back\\slash\nEND:VCALENDAR " + strings.Repeat("ünlong ", 30)
	rotation.Name, rotation.Members = name, []string{name}
	r.Schedules["primary"] = schedule(t, rotation)
	cal, err := ics.ParseCalendar(strings.NewReader(calendarFile(t, r, at(t, "2026-11-23T12:00Z"))))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range cal.Events() {
		if e.GetProperty(ics.ComponentPropertySummary).Value == "On call: "+name+" (primary)" {
			return
		}
	}
	t.Error("the name did not come back as it was")
}
