package agent_test

// Two writers of one account: agents of one owner with different revisions of a plan, a
// person at the console, and a pass that wakes up after the world has moved on.

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/watchbill/watchbill/agent"
	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/internal/resource"
)

// writer is an agent as far as a target sees it: pass after pass with one memory.
type writer struct {
	*target
	history agent.History
	plan    *compiler.Result
	writes  map[string]int // by operation and address of the change, all passes together
	last    *agent.Outcome
}

func (g *target) writer(plan *compiler.Result) *writer {
	return &writer{target: g, plan: plan, writes: map[string]int{}}
}

func (w *writer) turn() *agent.Outcome {
	w.t.Helper()
	p := w.pass(w.plan)
	p.History = &w.history
	o, err := p.Run(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, r := range o.Results {
		w.writes[fmt.Sprintf("%s %s", r.Action, r.Addr)]++
		if r.Result != agent.Done {
			w.t.Errorf("%s %s %s: %v %s", r.Action, r.Addr, r.Result, r.Err, r.Because)
		}
	}
	w.last = o
	return o
}

func (w *writer) writesOf(action resource.Action) []string {
	var out []string
	for _, change := range slices.Sorted(maps.Keys(w.writes)) {
		if strings.HasPrefix(change, string(action)+" ") {
			out = append(out, fmt.Sprintf("%d %s", w.writes[change], change))
		}
	}
	return out
}

func contested(o *agent.Outcome) string {
	var b strings.Builder
	for _, c := range o.Contested {
		fmt.Fprintf(&b, "%s %s\n", c.Addr, c.Field)
	}
	return b.String()
}

// The second revision renames a person, takes another one away and brings a third.
var secondTeam = strings.NewReplacer("Aiko Sato", "Aiko S.", "stages: [{page: [aiko], wait: 10m}, {page: [ben], wait: 10m}]", "stages: [{page: [aiko], wait: 12m}]").
	Replace(team[:strings.Index(team, "  ben:")] + `  chie:
    name: Chie
    channels: {text: {sms: "+12025550103"}, phone: {voice: "+12025550103"}}
    engagement_plan: [{page: [text, phone], wait: 5m}]
` + team[strings.Index(team, "escalation_plans:"):])

// Promise 11: two agents of one owner with two revisions come to rest. What is changed
// back and forth is set right three times, then one of them leaves it and says so;
// nothing is deleted that the other one made.
func TestTwoWritersComeToRest(t *testing.T) {
	g := newTarget(t)
	one, two := g.writer(compile(t, team)), g.writer(compile(t, secondTeam))
	for range 12 {
		one.turn()
		two.turn()
	}
	before := maps.Clone(one.writes)
	beforeTwo := maps.Clone(two.writes)
	for range 5 {
		one.turn()
		two.turn()
	}
	if !maps.Equal(before, one.writes) || !maps.Equal(beforeTwo, two.writes) {
		t.Errorf("they still write:\n%v\n%v", one.writes, two.writes)
	}
	for change, n := range one.writes {
		if n > 4 {
			t.Errorf("the first writer: %d times %s", n, change)
		}
	}
	// The second one met Ben when it began: nobody can tell that from a revision without him.
	expect(t, strings.Join(one.writesOf(resource.Delete), "\n"), "")
	expect(t, strings.Join(two.writesOf(resource.Delete), "\n"), `
1 delete channel/ben/phone
1 delete channel/ben/text
1 delete contact/ben
1 delete engagement_plan/ben`)
	expect(t, contested(one.last)+"--\n"+contested(two.last), `
channel/chie/phone 
channel/chie/text 
contact/aiko display_name
contact/chie 
engagement_plan/chie 
escalation_plan/web stages
--
channel/ben/phone 
channel/ben/text 
contact/ben 
engagement_plan/ben`)
	for _, c := range one.last.Contested {
		if c.Field == "display_name" {
			if want := `somebody else keeps writing display_name of contact/aiko: it was set right 3 times in `; !strings.HasPrefix(c.Why, want) ||
				!strings.HasSuffix(c.Why, ` and is left alone, last seen as "Aiko S."; the same value each time: another watchbill of owner "watchbill" with another revision of the plan, or a person`) {
				t.Errorf("why: %s", c.Why)
			}
			if !strings.Contains(c.Hint, "ssm-contacts:UpdateContact") {
				t.Errorf("hint: %s", c.Hint)
			}
		}
	}
	if one.last.Complete() || !one.last.Tried() {
		t.Errorf("a contested pass is complete, or is to be tried again")
	}

	// The first one's plan takes the other's word: then nothing is contested there.
	one.plan = compile(t, strings.Replace(team, "Aiko Sato", "Aiko S.", 1))
	if one.turn(); strings.Contains(contested(one.last), "contact/aiko") {
		t.Errorf("contested:\n%s", contested(one.last))
	}
	// It says something new: that is a change, not a revert.
	one.plan = compile(t, strings.Replace(team, "Aiko Sato", "A. Sato", 1))
	if one.turn(); one.last.Count(agent.Done) != 1 || strings.Contains(contested(one.last), "contact/aiko") {
		t.Errorf("done:\n%s", report(one.last))
	}
}

// A field that is left alone keeps nobody from changing another one of the same resource.
func TestContestedFieldOnly(t *testing.T) {
	g := newTarget(t)
	one, two := g.writer(compile(t, team)), g.writer(compile(t, strings.Replace(team, "name: Web", "name: Else", 1)))
	for range 6 {
		one.turn()
		two.turn()
	}
	expect(t, contested(one.last), "escalation_plan/web display_name")
	one.plan = compile(t, strings.Replace(team, "page: [aiko], wait: 10m", "page: [aiko], wait: 20m", 1))
	o := one.turn()
	expect(t, report(o), "update escalation_plan/web done")
	expect(t, contested(o), "escalation_plan/web display_name")
	if live := o.Observed.Get(resource.Addr{Kind: "escalation_plan", Name: "web"}); !strings.Contains(fmt.Sprintf("%+v", live[0].Spec), "Else") {
		t.Errorf("found as %+v", live[0].Spec)
	}
	o = g.run(g.pass(one.plan)) // a person's apply has no such memory
	expect(t, report(o), "update escalation_plan/web done")
	if one.turn(); !one.last.Complete() {
		t.Errorf("contested:\n%s", contested(one.last))
	}
}

// What is deleted by hand again and again is created again three times.
func TestDeletedAgainAndAgain(t *testing.T) {
	g := newTarget(t)
	one := g.writer(compile(t, team))
	one.turn()
	for range 6 {
		other := g.pass(compile(t, secondTeam))
		g.run(other)
		one.turn()
	}
	if n := one.writes["create contact/ben"]; n != 4 {
		t.Errorf("created %d times", n)
	}
	if s := contested(one.last); !strings.Contains(s, "contact/ben \n") || !strings.Contains(s, "escalation_plan/web") {
		t.Errorf("contested:\n%s", s)
	}
}

// Drift that a person makes now and then is repaired.
func TestDriftIsNoContest(t *testing.T) {
	g := newTarget(t)
	one := g.writer(compile(t, team))
	one.turn()
	for i := range 3 {
		g.run(g.pass(compile(t, strings.Replace(team, "Aiko Sato", fmt.Sprint("Aiko ", i), 1))))
		if o := one.turn(); !o.Complete() || o.Count(agent.Done) != 1 {
			t.Fatalf("round %d:\n%s%s", i, report(o), contested(o))
		}
	}
}

// What could not be read is not taken for having been absent, so it may go when it leaves
// the plan; what was a stranger stays one while it cannot be read.
func TestUnreadIsNoStranger(t *testing.T) {
	g := newTarget(t)
	full := compile(t, team)
	g.run(g.pass(full))
	one := g.writer(full)
	g.meddling(denies(func(op string) bool { return op == "ListContactChannels" }))
	p := g.pass(full)
	p.History = &one.history
	g.run(p)
	g.meddling(nil)
	one.plan = compile(t, strings.NewReplacer(`text: {sms: "+12025550102"}, phone`, "phone", "page: [text, phone]", "page: [phone]").Replace(team))
	if o := one.turn(); !o.Complete() {
		t.Errorf("contested:\n%s", contested(o))
	}
	// Now a stranger.
	g.run(g.pass(full))
	if one.turn(); contested(one.last) != "channel/ben/text \n" {
		t.Fatalf("contested:\n%s", contested(one.last))
	}
	g.meddling(denies(func(op string) bool { return op == "ListContactChannels" }))
	p = g.pass(one.plan)
	p.History = &one.history
	g.run(p)
	g.meddling(nil)
	if one.turn(); contested(one.last) != "channel/ben/text \n" {
		t.Errorf("contested:\n%s", contested(one.last))
	}
}

// A process that is stopped past its turn does not act on what it had read before: what had
// not begun is left, and nothing is deleted any more.
func TestStandstillEndsThePass(t *testing.T) {
	g := newTarget(t)
	g.run(g.pass(compile(t, team)))
	p := g.pass(compile(t, secondTeam))
	p.Parallel = 1
	var once sync.Once
	g.meddling(func(op string, pass func() (*http.Response, error)) (*http.Response, error) {
		if op == "CreateContact" {
			once.Do(func() { p.StandStill(time.Minute) })
		}
		return pass()
	})
	o := g.run(p)
	if o.Complete() || o.Count(agent.Done) == 0 || o.Count(agent.Failed) > 0 {
		t.Errorf("got:\n%s", report(o))
	}
	for _, r := range o.Results {
		if r.Action == resource.Delete && (r.Result != agent.Skipped || r.Because != agent.Stall) {
			t.Errorf("%s %s was %s because of %s", r.Action, r.Addr, r.Result, r.Because)
		}
	}
	g.meddling(nil)
	g.settledAfter(compile(t, secondTeam))

	// While it reads.
	p = g.pass(compile(t, team))
	g.meddling(func(op string, pass func() (*http.Response, error)) (*http.Response, error) {
		if op == "ListContacts" {
			p.StandStill(time.Minute)
		}
		return pass()
	})
	var stalled *agent.StalledError
	if _, err := p.Run(t.Context()); !errors.As(err, &stalled) || p.Clients.Writes() > 0 {
		t.Errorf("%d writes: %v", p.Clients.Writes(), err)
	}
}

// settledAfter makes one more pass and fails unless the plan is live then.
func (g *target) settledAfter(res *compiler.Result) {
	g.t.Helper()
	g.run(g.pass(res))
	g.settled(res)
}
