package oncall

// The story of an incident, told as lines, against what it must be.

import (
	"encoding/json"
	"errors"
	"maps"
	"testing"
	"time"
)

// team is the roster of the design: aiko is on call on weekdays, ben and chie follow.
func team(t testing.TB) *Roster {
	t.Helper()
	r := daily(t, "Asia/Tokyo", "2026-12-07T00:00Z", "A", "09:00")
	r.Members, r.OnCalls, r.Recurrence.Multiplier = []string{"aiko"}, 1, 1
	r.Coverage = workdays(Window{})
	primary, err := NewSchedule(Rules{}, r)
	if err != nil {
		t.Fatal(err)
	}
	return &Roster{
		People: map[string]Person{
			"aiko": person(t, "mail text@2 wait 5", "phone@3 wait 8"),
			"ben":  person(t, "phone@5 wait 10"),
			"chie": person(t, "text wait 0", "phone wait 3"),
		},
		Schedules:     map[string]*Schedule{"primary": primary},
		Escalations:   map[string][]Stage{"web": escalation(t, "primary wait 10", "ben? chie wait 15")},
		ResponsePlans: map[string][]string{"ec2-down": {"web"}},
	}
}

const monday = "2026-12-07T03:00Z" // noon in Tokyo
const sunday = "2026-12-13T03:00Z"

func (r *Roster) story(t *testing.T, at time.Time, acknowledge map[string]time.Duration) string {
	t.Helper()
	return tell(at, r.Simulate("ec2-down", at, acknowledge))
}

// AWS published one run: an escalation plan engages akuam, whose plan is five minutes of
// mail and five of texts, each repeated every minute; the answer came 13 minutes too late.
func TestSampleRunOfAWS(t *testing.T) {
	roster := &Roster{
		People:      map[string]Person{"akuam": person(t, "mail@1 wait 5", "text@1 wait 5")},
		Escalations: map[string][]Stage{"test_escalation_plan": escalation(t, "akuam wait 5")},
	}
	start := at(t, "2021-05-11T18:48:50Z")
	run := &Run{}
	run.Engage("test_escalation_plan", start)
	events := run.Advance(roster, start.Add(23*time.Minute))
	events = append(events, run.Acknowledge(roster, "akuam", start.Add(23*time.Minute+8*time.Second))...)
	wantStory(t, tell(start, func(yield func(Event) bool) {
		for _, e := range events {
			yield(e)
		}
	}), `
		0:00 stage stage 0 by escalation_plan/test_escalation_plan
		0:00 stage akuam stage 0 by escalation_plan/test_escalation_plan
		0:00 page akuam/mail by escalation_plan/test_escalation_plan
		1:00 retry akuam/mail attempt 2 by escalation_plan/test_escalation_plan
		2:00 retry akuam/mail attempt 3 by escalation_plan/test_escalation_plan
		3:00 retry akuam/mail attempt 4 by escalation_plan/test_escalation_plan
		4:00 retry akuam/mail attempt 5 by escalation_plan/test_escalation_plan
		5:00 stage akuam stage 1 by escalation_plan/test_escalation_plan
		5:00 page akuam/text by escalation_plan/test_escalation_plan
		6:00 retry akuam/text attempt 2 by escalation_plan/test_escalation_plan
		7:00 retry akuam/text attempt 3 by escalation_plan/test_escalation_plan
		8:00 retry akuam/text attempt 4 by escalation_plan/test_escalation_plan
		9:00 retry akuam/text attempt 5 by escalation_plan/test_escalation_plan
		10:00 end (over)
		23:08 acknowledge akuam by escalation_plan/test_escalation_plan`)
}

func TestNobodyAnswers(t *testing.T) {
	wantStory(t, team(t).story(t, at(t, monday), nil), `
		0:00 incident
		0:00 stage stage 0 by escalation_plan/web
		0:00 stage aiko stage 0 by escalation_plan/web > schedule/primary
		0:00 page aiko/mail by escalation_plan/web > schedule/primary
		0:00 page aiko/text by escalation_plan/web > schedule/primary
		2:00 retry aiko/text attempt 2 by escalation_plan/web > schedule/primary
		4:00 retry aiko/text attempt 3 by escalation_plan/web > schedule/primary
		5:00 stage aiko stage 1 by escalation_plan/web > schedule/primary
		5:00 page aiko/phone by escalation_plan/web > schedule/primary
		8:00 retry aiko/phone attempt 2 by escalation_plan/web > schedule/primary
		10:00 stage stage 1 by escalation_plan/web
		10:00 stage ben stage 0 by escalation_plan/web
		10:00 page ben/phone by escalation_plan/web
		10:00 stage chie stage 0 by escalation_plan/web
		10:00 page chie/text by escalation_plan/web
		10:00 stage chie stage 1 by escalation_plan/web
		10:00 page chie/phone by escalation_plan/web
		11:00 retry aiko/phone attempt 3 by escalation_plan/web > schedule/primary
		15:00 retry ben/phone attempt 2 by escalation_plan/web
		25:00 end (over)`)
}

func TestEssentialAnswerStopsTheEscalation(t *testing.T) {
	wantStory(t, team(t).story(t, at(t, monday), map[string]time.Duration{"aiko": 4 * time.Minute}), `
		0:00 incident
		0:00 stage stage 0 by escalation_plan/web
		0:00 stage aiko stage 0 by escalation_plan/web > schedule/primary
		0:00 page aiko/mail by escalation_plan/web > schedule/primary
		0:00 page aiko/text by escalation_plan/web > schedule/primary
		2:00 retry aiko/text attempt 2 by escalation_plan/web > schedule/primary
		4:00 retry aiko/text attempt 3 by escalation_plan/web > schedule/primary
		4:00 acknowledge aiko by escalation_plan/web > schedule/primary
		4:00 end (nothing_pending)`)
}

// On Sundays nobody is on call, ben does not count, and chie, who was paged with him, is
// paged on.
func TestOthersArePagedOn(t *testing.T) {
	roster := team(t)
	roster.Escalations["web"] = append(roster.Escalations["web"], stage(t, "aiko wait 0"))
	wantStory(t, roster.story(t, at(t, sunday), map[string]time.Duration{"ben": 10 * time.Minute, "chie": 24 * time.Minute, "aiko": 9 * time.Minute}), `
		0:00 incident
		0:00 stage stage 0 by escalation_plan/web
		0:00 nobody_on_call by escalation_plan/web > schedule/primary
		10:00 stage stage 1 by escalation_plan/web
		10:00 stage ben stage 0 by escalation_plan/web
		10:00 page ben/phone by escalation_plan/web
		10:00 stage chie stage 0 by escalation_plan/web
		10:00 page chie/text by escalation_plan/web
		10:00 stage chie stage 1 by escalation_plan/web
		10:00 page chie/phone by escalation_plan/web
		10:00 acknowledge ben by escalation_plan/web
		24:00 acknowledge chie by escalation_plan/web
		24:00 end (nothing_pending)`)
}

func TestUnreachable(t *testing.T) {
	roster := team(t)
	off := person(t, "mail gone wait 1")
	off.Channels["mail"] = Channel{Type: Email}
	half := person(t, "mail text wait 1")
	half.Channels["mail"] = Channel{Type: Email}
	roster.People = map[string]Person{"off": off, "half": half, "planless": person(t)}
	roster.Escalations = map[string][]Stage{"web": escalation(t, "off half planless gone web wait 0"), "empty": nil}
	roster.ResponsePlans["ec2-down"] = []string{"web", "empty", "nothing"}
	wantStory(t, roster.story(t, at(t, monday), map[string]time.Duration{"off": time.Minute}), `
		0:00 incident
		0:00 stage stage 0 by escalation_plan/web
		0:00 unreachable gone by escalation_plan/web (unknown_target)
		0:00 unreachable web by escalation_plan/web (unknown_target)
		0:00 unreachable off by escalation_plan/web (no_active_page)
		0:00 stage off stage 0 by escalation_plan/web
		0:00 unreachable off/mail by escalation_plan/web (not_activated)
		0:00 unreachable off/gone by escalation_plan/web (no_channel)
		0:00 stage half stage 0 by escalation_plan/web
		0:00 unreachable half/mail by escalation_plan/web (not_activated)
		0:00 page half/text by escalation_plan/web
		0:00 unreachable planless by escalation_plan/web (no_stages)
		0:00 unreachable by escalation_plan/empty (no_stages)
		0:00 unreachable nothing (unknown_target)
		1:00 end (over)`)
	wantStory(t, tell(at(t, monday), roster.Simulate("no such plan", at(t, monday), nil)), `
		0:00 incident
		0:00 end (over)`)
}

// Who was engaged twice at once is paged once; and is essential if either says so.
func TestNamedAndOnCall(t *testing.T) {
	roster := team(t)
	roster.Escalations["web"] = escalation(t, "aiko? primary wait 6", "ben wait 1")
	wantStory(t, roster.story(t, at(t, monday), map[string]time.Duration{"aiko": 1 * time.Minute}), `
		0:00 incident
		0:00 stage stage 0 by escalation_plan/web
		0:00 stage aiko stage 0 by escalation_plan/web
		0:00 page aiko/mail by escalation_plan/web
		0:00 page aiko/text by escalation_plan/web
		1:00 acknowledge aiko by escalation_plan/web
		1:00 end (nothing_pending)`)
}

// An acknowledgement answers the incident: chie is not paged again when the second
// plan comes to her, unless the rule says that it answers one engagement.
func TestAcknowledgementHoldsForTheIncident(t *testing.T) {
	roster := team(t)
	roster.Escalations = map[string][]Stage{"web": escalation(t, "chie? wait 1"), "db": escalation(t, "ben wait 2", "chie wait 1")}
	roster.People["ben"] = person(t, "mail wait 0")
	roster.People["chie"] = person(t, "text wait 0")
	roster.ResponsePlans["ec2-down"] = []string{"web", "db"}
	answers := map[string]time.Duration{"chie": 0}
	begin := `
		0:00 incident
		0:00 stage stage 0 by escalation_plan/web
		0:00 stage chie stage 0 by escalation_plan/web
		0:00 page chie/text by escalation_plan/web
		0:00 stage stage 0 by escalation_plan/db
		0:00 stage ben stage 0 by escalation_plan/db
		0:00 page ben/mail by escalation_plan/db
		0:00 acknowledge chie by escalation_plan/web
		2:00 stage stage 1 by escalation_plan/db`
	wantStory(t, roster.story(t, at(t, monday), answers), begin+`
		3:00 end (over)`)
	roster.Rules.AcknowledgeOneEngagement = true
	wantStory(t, roster.story(t, at(t, monday), answers), begin+`
		2:00 stage chie stage 0 by escalation_plan/db
		2:00 page chie/text by escalation_plan/db
		3:00 end (over)`)
}

// By either rule, the engagement that was answered does not page the person again.
func TestLaterStageLeavesWhoAnsweredAlone(t *testing.T) {
	roster := team(t)
	roster.Escalations["web"] = escalation(t, "chie? wait 1", "chie ben wait 1")
	roster.People["ben"], roster.People["chie"] = person(t, "mail wait 0"), person(t, "text wait 0")
	for _, one := range []bool{false, true} {
		roster.Rules.AcknowledgeOneEngagement = one
		wantStory(t, roster.story(t, at(t, monday), map[string]time.Duration{"chie": 0}), `
			0:00 incident
			0:00 stage stage 0 by escalation_plan/web
			0:00 stage chie stage 0 by escalation_plan/web
			0:00 page chie/text by escalation_plan/web
			0:00 acknowledge chie by escalation_plan/web
			1:00 stage stage 1 by escalation_plan/web
			1:00 stage ben stage 0 by escalation_plan/web
			1:00 page ben/mail by escalation_plan/web
			2:00 end (over)`)
	}
}

func TestDeliveredPagesAreRepeatedByRule(t *testing.T) {
	roster := &Roster{People: map[string]Person{"ben": person(t, "mail@2 text@2 wait 4")}, Rules: Rules{DeliveredOnce: true}}
	roster.People["ben"].Channels["text"] = Channel{Type: SMS, Active: true, Undelivered: true}
	wantStory(t, tell(at(t, monday), roster.SimulateTargets([]string{"ben"}, at(t, monday), nil)), `
		0:00 incident
		0:00 stage ben stage 0
		0:00 page ben/mail
		0:00 page ben/text
		2:00 retry ben/text attempt 2
		4:00 end (over)`)
}

func TestResolveAndStopAndEngage(t *testing.T) {
	roster := team(t)
	start := at(t, monday)
	run := NewIncident(start, "web")
	run.Advance(roster, start.Add(3*time.Minute))
	extra := run.Engage("ben", start.Add(3*time.Minute))
	story := func(events []Event) string {
		return tell(start, func(yield func(Event) bool) {
			for _, e := range events {
				if e.Type != StageBegan {
					yield(e)
				}
			}
		})
	}
	wantStory(t, story(run.Advance(roster, start.Add(4*time.Minute))), `
		3:00 page ben/phone
		4:00 retry aiko/text attempt 3 by escalation_plan/web > schedule/primary`)
	wantStory(t, story(run.Stop(roster, 0, start.Add(6*time.Minute))), `
		5:00 page aiko/phone by escalation_plan/web > schedule/primary`)
	wantStory(t, story(run.Resolve(roster, start.Add(8*time.Minute))), `
		8:00 retry ben/phone attempt 2
		8:00 end (resolved)`)
	if _, ok := run.Next(); ok || !run.Roots[0].Stopped || run.Roots[extra].Stopped {
		t.Errorf("%+v", run)
	}
	if run.Engage("ben", start) != -1 {
		t.Error("a resolved incident takes no engagement")
	}
	wantStory(t, story(run.Acknowledge(roster, "ben", start.Add(9*time.Minute))), `
		9:00 acknowledge ben`)
	if again := run.Acknowledge(roster, "ben", start.Add(10*time.Minute)); len(again) > 0 {
		t.Errorf("acknowledged twice: %v", again)
	}

	roster.Rules.ResolveKeepsPaging = true
	run = NewIncident(start, "ben")
	run.Resolve(roster, start.Add(time.Minute))
	wantStory(t, story(run.Advance(roster, start.Add(time.Hour))), `
		5:00 retry ben/phone attempt 2
		10:00 end (over)`)
}

// What was engaged after the end brings the run back, and it ends again.
func TestEngageAfterTheEnd(t *testing.T) {
	roster := team(t)
	start := at(t, monday)
	run := NewIncident(start)
	run.Advance(roster, start.Add(time.Hour))
	run.Engage("chie", start) // not in the past: nothing happened there any more
	wantStory(t, tell(start, run.Events(roster, start.Add(2*time.Hour))), `
		60:00 stage chie stage 0
		60:00 page chie/text
		60:00 stage chie stage 1
		60:00 page chie/phone
		63:00 end (over)`)
}

// The plan is looked up when its time comes: stages that went away do not begin.
func TestRosterChangesUnderWay(t *testing.T) {
	roster := team(t)
	start := at(t, monday)
	run := NewIncident(start, "web")
	run.Advance(roster, start.Add(time.Minute))
	roster.Escalations["web"] = roster.Escalations["web"][:1]
	delete(roster.People, "aiko")
	wantStory(t, tell(start, run.Events(roster, start.Add(time.Hour))), `
		2:00 unreachable aiko/text attempt 2 by escalation_plan/web > schedule/primary (no_channel)
		10:00 end (over)`)
}

func TestRunIsPlainData(t *testing.T) {
	roster := team(t)
	start := at(t, monday)
	run := NewIncident(start, "web")
	run.Advance(roster, start.Add(6*time.Minute))
	text, err := json.Marshal(run)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"now":"2026-12-07T03:06:00Z","roots":[{"target":"web"}],"climbs":[{"root":0,"plan":"web"}],` +
		`"engaged":[{"root":0,"climb":0,"contact":"aiko","path":[{"kind":"escalation_plan","name":"web","stage":0},` +
		`{"kind":"schedule","name":"primary","stage":0}],"essential":true,"begun":"2026-12-07T03:00:00Z","pages":5}],` +
		`"due":[{"at":"2026-12-07T03:08:00Z","serial":7,"kind":"retry","of":0,"stage":1,"channel":"phone","attempt":2,` +
		`"retry":180000000000,"until":"2026-12-07T03:13:00Z"},{"at":"2026-12-07T03:10:00Z","serial":2,"kind":"climb","of":0,"stage":1},` +
		`{"at":"2026-12-07T03:13:00Z","serial":6,"kind":"stage","of":0,"stage":2}],"serial":8}`
	if string(text) != want {
		t.Errorf("got %s", text)
	}
	if next, ok := run.Next(); !ok || !next.Equal(start.Add(8*time.Minute)) {
		t.Errorf("next at %s", next)
	}
}

func TestSimulateStopsWhenTheListenerDoes(t *testing.T) {
	roster := team(t)
	roster.People["ben"] = Person{Channels: maps.Clone(roster.People["ben"].Channels),
		Stages: []Stage{{Wait: 1 << 62, Targets: []Target{{Channel: "mail", Retry: 1}}}}}
	n := 0
	for range roster.SimulateTargets([]string{"ben"}, at(t, monday), map[string]time.Duration{"ben": 1 << 61}) {
		if n++; n == 1000 {
			break
		}
	}
	if n != 1000 {
		t.Errorf("%d events", n)
	}
}

func TestRunThatDoesNotHoldTogether(t *testing.T) {
	for name, text := range map[string]string{
		"climb without its root":        `{"climbs":[{"root":0}]}`,
		"engagement without its root":   `{"engaged":[{"root":-1,"climb":-1}]}`,
		"engagement without its climb":  `{"roots":[{}],"engaged":[{"root":0,"climb":0}]}`,
		"task without its engagement":   `{"due":[{"kind":"stage","of":0}],"serial":1}`,
		"task of no kind":               `{"due":[{"kind":"dance","of":0}],"serial":1}`,
		"task before the first stage":   `{"roots":[{}],"climbs":[{"root":0}],"due":[{"kind":"climb","stage":-1}],"serial":1}`,
		"tasks out of order":            `{"due":[{"kind":"open","serial":1},{"kind":"open","serial":0}],"serial":2}`,
		"a serial that will come again": `{"due":[{"kind":"open","serial":1}],"serial":1}`,
	} {
		var run Run
		if err := json.Unmarshal([]byte(text), &run); err != nil {
			t.Fatal(err)
		}
		if err := run.Check(); !errors.Is(err, ErrRun) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
