package agent_test

// No uncovered minute, call by call: wherever a pass dies, whoever was paged before and
// would be after is paged by what stands there then.

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"

	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
	"github.com/watchbill/watchbill/oncall"
)

// handing is a plan in which one person takes over from another: with any other order
// than gains first, nobody is paged for a while.
const handing = account + `
contacts:
  aiko:
    channels: {phone: {voice: "+12025550101"}}
    engagement_plan: [{page: [phone], wait: 15m}]
  ben:
    channels: {text: {sms: "+12025550102"}, phone: {voice: "+12025550102"}}
escalation_plans:
  web: {stages: [{page: [aiko], wait: 10m}]}
schedules:
  primary:
    rotations:
      days:   {timezone: UTC, starts: 2026-11-16T09:00, members: [aiko], every: 1 day, handoff: ["09:00"], coverage: {daily: ["09:00-21:00"]}}
      nights: {timezone: UTC, starts: 2026-11-16T21:00, members: [aiko], every: 1 day, handoff: ["21:00"], coverage: {daily: ["21:00-09:00"]}}
response_plans:
  down: {title: It is down, impact: critical, engage: [web]}
  slow: {title: It is slow, impact: high, engage: [primary]}
`

var coverSteps = map[string][2]string{
	"a person takes over": {handing, strings.NewReplacer(
		"[{page: [phone], wait: 15m}]\n  ben", "[{wait: 15m, page: []}]\n  ben",
		`phone: {voice: "+12025550102"}}`, `phone: {voice: "+12025550102"}}
    engagement_plan: [{page: [text, phone], wait: 15m}]`,
		"page: [aiko], wait: 10m", "page: [ben], wait: 10m", "members: [aiko]", "members: [ben]").Replace(handing)},
	"a rotation goes and the other grows": {handing, strings.NewReplacer(
		`, coverage: {daily: ["09:00-21:00"]}`, "",
		`      nights: {timezone: UTC, starts: 2026-11-16T21:00, members: [aiko], every: 1 day, handoff: ["21:00"], coverage: {daily: ["21:00-09:00"]}}`+"\n", "").Replace(handing)},
	"an override empties hours that a rotation comes to cover": {
		strings.Replace(handing, `["09:00-21:00"]}}`, `["09:00-21:00"]}, overrides: [{from: 2026-11-24T09:00, to: 2026-11-24T21:00, members: []}]}`, 1),
		strings.Replace(handing, `["21:00-09:00"]}}`, `["21:00-09:00"]}, overrides: [{from: 2026-11-25T21:00, to: 2026-11-26T09:00, members: [aiko]}]}`, 1)},
	"a channel is replaced and people leave": steps["a channel is replaced and people leave"],
	"a schedule comes, and is engaged":       steps["a schedule comes, and is engaged"],
}

// activate enters the code of every channel there is.
func (g *target) activate(res *compiler.Result) {
	g.t.Helper()
	r, err := http.NewRequestWithContext(g.t.Context(), http.MethodGet, "http://embedded/_watchbill/outbox", nil)
	if err != nil {
		g.t.Fatal(err)
	}
	answer, err := g.base.RoundTrip(r)
	if err != nil {
		g.t.Fatal(err)
	}
	defer answer.Body.Close()
	var sent struct {
		Messages []struct {
			ChannelARN string `json:"channel_arn"`
			Code       string `json:"code"`
		}
	}
	if err := json.NewDecoder(answer.Body).Decode(&sent); err != nil {
		g.t.Fatal(err)
	}
	contacts := g.pass(res).Clients.Contacts
	for _, m := range sent.Messages {
		if _, err := contacts.ActivateContactChannel(g.t.Context(), &ssmcontacts.ActivateContactChannelInput{
			ContactChannelId: &m.ChannelARN, ActivationCode: &m.Code,
		}); err != nil {
			g.t.Fatal(err)
		}
	}
}

// stands is who is paged by what is live.
func (g *target) stands(res *compiler.Result) (*oncall.Roster, *resource.ChangeSet) {
	g.t.Helper()
	o, err := g.pass(res).Plan(g.t.Context())
	if err != nil {
		g.t.Fatal(err)
	}
	// Of a channel and the one that takes its place, a stage pages the one it was written with;
	// as addresses in a state they are one.
	r, err := kind.RosterOf(o.Observed.Without(func(c *resource.Object) bool {
		return c.Addr.Kind == "channel" && c.Status != kind.Activated && len(o.Observed.Get(c.Addr)) > 1
	}))
	if err != nil {
		g.t.Fatal(err)
	}
	return r, o.ChangeSet
}

func firstPage(r *oncall.Roster, plan string, at time.Time) (time.Duration, bool) {
	for e := range r.Simulate(plan, at, nil) {
		if e.Type == oncall.Paged {
			return e.Time.Sub(at), true
		}
	}
	return 0, false
}

func TestPromiseNoUncoveredMinuteAtAnyCall(t *testing.T) {
	for name, step := range coverSteps {
		for _, parallel := range []int{1, 4} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				to := compile(t, step[1])
				done := standing(t, step[0])
				done.activate(to)
				before, _ := done.stands(to)
				done.run(done.pass(to))
				after, _ := done.stands(to)
				covered := 0
				for at, died := 1, true; died; at++ {
					g := standing(t, step[0])
					g.activate(to)
					died = g.diesAtWrite(to, at, parallel)
					now, _ := g.stands(to)
					covered += heldAgainst(t, before, after, now, at)
				}
				if covered == 0 {
					t.Error("no incident pages anybody before and after")
				}
			})
		}
	}
}

// heldAgainst compares a state in between with both ends, and returns how many openings
// page somebody in both.
func heldAgainst(t *testing.T, before, after, now *oncall.Roster, call int) (covered int) {
	for plan := range before.ResponsePlans {
		for at := monday; at.Before(monday.AddDate(0, 0, 7)); at = at.Add(3 * time.Hour) {
			was, b := firstPage(before, plan, at)
			is, a := firstPage(after, plan, at)
			if !b || !a {
				continue
			}
			covered++
			if d, ok := firstPage(now, plan, at); !ok || d > max(was, is) {
				t.Fatalf("after death at writing call %d: %s opened at %s pages after %v before, %v in the end, and %v (%v) in between", call, plan, at, was, is, d, ok)
			}
		}
	}
	return covered
}

// diesAtWrite makes a pass that ends at a writing call, and reports whether it got so far.
func (g *target) diesAtWrite(res *compiler.Result, at, parallel int) bool {
	ctx, d := g.deathAt(at)
	d.counts = isWrite
	g.meddling(d.meddle)
	defer g.meddling(nil)
	defer d.kill()
	p := g.pass(res)
	p.Now, p.Parallel = ctx, parallel
	_, err := p.Run(ctx)
	if d.n < at && err != nil {
		g.t.Fatal(err)
	}
	return d.n >= at
}

// isWrite reports whether an operation changes something.
func isWrite(op string) bool {
	name := op[strings.LastIndexByte(op, '/')+1:]
	return !slices.ContainsFunc([]string{"List", "Get", "Describe", "list", "get"}, func(p string) bool { return strings.HasPrefix(name, p) })
}
