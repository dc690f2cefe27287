package kind_test

// What schedules and rotations promise beyond every kind's contract.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"

	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
)

// writes are the writing calls since the last time, in their order.
func (a *account) writes() []string {
	var out []string
	for _, c := range a.wire.taken() {
		if isWrite(c.op) {
			_, op, _ := strings.Cut(c.op, ":")
			out = append(out, op)
		}
	}
	return out
}

// A rotation with another name is another rotation: it is made, with its overrides, before the
// schedule takes it, and the old one goes when the schedule has left it.
func TestRotationIsRenamed(t *testing.T) {
	a := open(t, emulator.Options{Clock: emulator.ClockStopped})
	a.apply(compile(t, staffed))
	a.wire.taken()
	renamed := compile(t, replaced(staffed, "weekly:", "days:"))
	l := a.look(renamed).expect(`
		create override/primary/days/2026-12-24T00:00Z
		delete override/primary/weekly/2026-12-24T00:00Z
		create rotation/primary/days
		delete rotation/primary/weekly
		update schedule/primary rotations[0]`)
	steps := l.steps()
	for _, s := range steps {
		if s.Change.Addr.Kind == "schedule" && !slices.ContainsFunc(s.After, func(i int) bool { return steps[i].Change.Addr.Kind == "override" }) {
			t.Error("the schedule does not wait for the override") // steps may be done at once
		}
	}
	l.do()
	if got, want := a.writes(), []string{"CreateRotation", "CreateRotationOverride", "UpdateContact", "DeleteRotationOverride", "DeleteRotation"}; !slices.Equal(got, want) {
		t.Errorf("calls %v, want %v", got, want)
	}
	a.settled(renamed)
}

// The choices AWS documents nowhere make no difference: whether it lets a rotation go
// that a schedule has, and whether a schedule reads back with an empty list of stages.
func TestSchedulesUnderOtherRules(t *testing.T) {
	a := open(t, emulator.Options{Rules: emulator.Rules{KeepUsedRotations: true, ScheduleStages: true}})
	for _, plan := range []string{staffed, replaced(staffed, "weekly:", "days:"), staffed, all} {
		a.apply(compile(t, plan))
	}
}

// An update sends the recurrence always, as AWS wants it, and of the rest what differs. A
// start that is sent for nothing could deal the future anew.
func TestRotationUpdateSendsWhatDiffers(t *testing.T) {
	always := "Recurrence RotationId"
	for edit, want := range map[string]string{
		"2026-12-07 → 2026-12-14":   always + " StartTime",
		"[aiko, ben] → [ben, aiko]": "ContactIds " + always,
		"every: 1 week → every: 1 week\n        coverage: {daily: [00:00-24:00]}": always,
		"1 week → 2 weeks":                                   always,
		"Asia/Tokyo → Asia/Seoul":                            always + " TimeZoneId",
		"on_call: 1 → on_call: 1\n        tags: {team: web}": "",
	} {
		t.Run(edit, func(t *testing.T) {
			a := open(t, emulator.Options{})
			quiet := staffed[:strings.Index(staffed, "        overrides:")]
			a.apply(compile(t, quiet))
			a.wire.taken()
			old, new, _ := strings.Cut(edit, " → ")
			a.look(compile(t, replaced(quiet, old, new))).do()
			sent := ""
			for _, c := range a.wire.taken() {
				if c.op == "ssm-contacts:UpdateRotation" {
					var body map[string]any
					_, text, _ := strings.Cut(c.text, " ")
					if err := json.Unmarshal([]byte(text), &body); err != nil {
						t.Fatal(err)
					}
					sent = strings.Join(slices.Sorted(maps.Keys(body)), " ")
				}
			}
			if sent != want {
				t.Errorf("sent %q, want %q", sent, want)
			}
		})
	}
}

// A plan of a schedule has rotations and no stages, not even none, when it is made and
// when it changes.
func TestSchedulePlanHasNoStages(t *testing.T) {
	a := open(t, emulator.Options{})
	a.apply(compile(t, staffed))
	a.apply(compile(t, replaced(staffed, "weekly:", "days:")))
	n := 0
	for _, c := range a.wire.taken() {
		if strings.Contains(c.text, "RotationIds") {
			n++
			if strings.Contains(c.text, "Stages") {
				t.Errorf("%s %s", c.op, c.text)
			}
		}
	}
	if n != 2 {
		t.Errorf("%d calls with rotations", n)
	}
}

// The creations that the SDK gives no idempotency token carry one of ours, a different
// one each, and repeat it when an answer is lost.
func TestRotationTokens(t *testing.T) {
	a := open(t, emulator.Options{})
	desired := compile(t, replaced(staffed, "{from: 2026-12-24T09:00, ", "{from: 2026-12-20T09:00, to: 2026-12-21T09:00, members: [aiko]}\n          - {from: 2026-12-24T09:00, "))
	lost := map[string]bool{}
	a.wire.meddling(func(c call, p pass) (*http.Response, error) {
		res, err := p()
		if err == nil && strings.HasPrefix(c.op, "ssm-contacts:CreateRotation") && !lost[c.text] {
			lost[c.text] = true
			res.Body.Close()
			return answer(http.StatusInternalServerError, "InternalServerException", `{"__type":"InternalServerException","Message":"lost"}`), nil
		}
		return res, err
	})
	a.look(desired).do()
	a.wire.meddling(nil)
	a.settled(desired)
	token := regexp.MustCompile(`"IdempotencyToken":"([0-9a-f]{64})"`)
	seen := map[string]int{}
	for _, c := range a.wire.taken() {
		if strings.HasPrefix(c.op, "ssm-contacts:CreateRotation") {
			m := token.FindStringSubmatch(c.text)
			if m == nil {
				t.Fatalf("no token: %s %s", c.op, c.text)
			}
			seen[m[1]]++
		}
	}
	if got := slices.Sorted(maps.Values(seen)); !slices.Equal(got, []int{2, 2, 2}) {
		t.Errorf("each of three creations should be sent twice with its token: %v", got)
	}
	if n := len(a.liveRotations()); n != 1 {
		t.Errorf("%d rotations", n)
	}
}

// A list may leave out what its model says is optional, and show 25 of 30 members: then the
// rotation itself is asked.
func TestRotationCutShort(t *testing.T) {
	for name, cut := range map[string]string{
		"no recurrence": `"Recurrence":\{.*?"RecurrenceMultiplier":[0-9]+\},?`,
		"no start":      `"StartTime":[0-9.e+]+,?`,
		"no zone":       `"TimeZoneId":"[^"]*",?`,
		"no members":    `"ContactIds":\[[^\]]*\],?`,
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, emulator.Options{})
			desired := compile(t, staffed)
			a.apply(desired)
			a.wire.meddling(func(c call, p pass) (*http.Response, error) {
				res, err := p()
				if err != nil || c.op != "ssm-contacts:ListRotations" {
					return res, err
				}
				body, err := io.ReadAll(res.Body)
				less := regexp.MustCompile(cut).ReplaceAll(body, nil)
				less = bytes.ReplaceAll(less, []byte(",}"), []byte("}"))
				if len(less) == len(body) {
					t.Errorf("nothing to cut in %s", body)
				}
				res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(less)), int64(len(less))
				return res, err
			})
			a.wire.taken()
			a.look(desired).expect("")
			if n := a.wire.counted()["ssm-contacts:GetRotation"]; n != 1 {
				t.Errorf("the rotation was asked %d times", n)
			}
		})
	}
}

func TestRotationOfThirty(t *testing.T) {
	a := open(t, emulator.Options{})
	var contacts, members strings.Builder
	for i := range 30 {
		fmt.Fprintf(&contacts, "  p%02d: {channels: {text: {sms: \"+120255501%02d\"}, phone: {voice: \"+120255501%02d\"}}, engagement_plan: [{page: [text, phone], wait: 5m}]}\n", i, i, i)
		fmt.Fprintf(&members, "p%02d, ", i)
	}
	desired := compile(t, set+"contacts:\n"+contacts.String()+`
schedules:
  primary: {rotations: {daily: {timezone: UTC, starts: 2026-12-07T09:00, members: [`+members.String()+`], every: 1 day, handoff: ["09:00"]}}}
`)
	a.apply(desired)
	a.wire.taken()
	a.look(desired).expect("")
	if n := a.wire.counted()["ssm-contacts:GetRotation"]; n != 1 {
		t.Errorf("the rotation was asked %d times", n)
	}
}

// Rotations of several owners, of nobody, and of a name that no plan can say.
func TestRotationsThatAreNotOurs(t *testing.T) {
	hand := func(a *account, name string, tags ...types.Tag) {
		t.Helper()
		_, err := a.hand.Contacts.CreateRotation(t.Context(), &ssmcontacts.CreateRotationInput{
			Name: &name, ContactIds: []string{*contactID("ben")}, StartTime: &monday, TimeZoneId: aws.String("UTC"), Tags: tags,
			Recurrence: &types.RecurrenceSettings{NumberOfOnCalls: aws.Int32(1), RecurrenceMultiplier: aws.Int32(1), DailySettings: []types.HandOffTime{{}}}})
		a.must(err)
	}
	a := open(t, emulator.Options{RegionLock: -1})
	a.apply(compile(t, all))
	ours := types.Tag{Key: aws.String("watchbill-owner"), Value: aws.String("tests")}
	hand(a, "Weekly of nobody")
	hand(a, "primary.nightly", types.Tag{Key: aws.String("watchbill-owner"), Value: aws.String("others")})
	a.apply(compile(t, staffed)) // neither is in the way
	a.apply(compile(t, all))

	hand(a, "Of ours. once", ours)
	live := a.look(compile(t, all)).expect("delete rotation/?Of ours. once")
	live.do()

	hand(a, "primary.weekly")
	for _, r := range a.look(compile(t, staffed)).expect(`
		create schedule/primary
		refused foreign rotation/primary/weekly`).cs.Refusals {
		if !strings.Contains(r.Lift, "another name") {
			t.Errorf("%+v", r)
		}
	}
}

// Two passes at once may make one rotation each, under one name: the next one keeps one,
// with its overrides, and the schedule has that.
func TestRotationTwice(t *testing.T) {
	a := open(t, emulator.Options{})
	desired := compile(t, staffed)
	first, second := a.look(desired), a.look(desired)
	first.do()
	for _, s := range second.steps() {
		if strings.HasPrefix(s.Change.Addr.String(), "rotation/") || strings.HasPrefix(s.Change.Addr.String(), "override/") {
			// What the first pass made is there: only what AWS lets be made twice is.
			for _, need := range []string{"contact/aiko", "contact/ben"} {
				addr, _ := resource.ParseAddr(need)
				second.env.SetID(addr, *contactID(addr.Name))
			}
			if err := kind.Do(t.Context(), second.env, s); err != nil {
				t.Fatal(err)
			}
		}
	}
	l := a.look(desired)
	if !strings.Contains(l.String(), "delete rotation/primary/weekly") {
		t.Errorf("got %s", l)
	}
	l.do()
	a.settled(desired)
	rotation := a.liveRotations()["primary/weekly"]
	if n := len(a.overrides(rotation.RotationArn)); n != 1 {
		t.Errorf("the rotation that stayed has %d overrides", n)
	}
	out, err := a.hand.Contacts.GetContact(t.Context(), &ssmcontacts.GetContactInput{ContactId: contactID("primary")})
	a.must(err)
	if got := out.Plan.RotationIds; len(got) != 1 || got[0] != *rotation.RotationArn {
		t.Errorf("the schedule has %v", got)
	}
}
