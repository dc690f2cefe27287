package agent_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/watchbill/watchbill/agent"
	"github.com/watchbill/watchbill/internal/resource"
)

// Promise 8: a second run writes nothing.
func TestSecondRunWritesNothing(t *testing.T) {
	for _, dir := range []string{"../plans", "../plans/minimal", "../plans/follow-the-sun", "../plans/primary-secondary", "../plans/weekends", "../plans/holidays"} {
		g := newTarget(t)
		res := compileFolder(t, dir)
		if o := g.run(g.pass(res)); !o.Complete() {
			t.Fatalf("%s: %s", dir, report(o))
		}
		g.settled(res)
	}
}

// A shrinking plan: what left goes, children with their parents, the replication
// set stays.
func TestWhatLeftThePlanGoes(t *testing.T) {
	g := newTarget(t)
	g.run(g.pass(compile(t, team)))
	small := compile(t, `
version: 1
contacts:
  ben:
    name: Ben Okafor
    channels: {text: {sms: "+12025550102"}}
    engagement_plan: [{page: [text], wait: 5m}]
`)
	expect(t, report(g.run(g.pass(small))), `
delete channel/aiko/mail done
delete channel/aiko/phone done
delete channel/ben/phone done
delete contact/aiko done
delete engagement_plan/aiko done
update engagement_plan/ben done
delete escalation_plan/web done
delete response_plan/down done
kept replication_set/default: a replication_set is never deleted`)
	o := g.run(g.pass(small))
	expect(t, report(o), "kept replication_set/default: a replication_set is never deleted")
}

func TestPruneNone(t *testing.T) {
	g := newTarget(t)
	g.run(g.pass(compile(t, team)))
	p := g.pass(compile(t, account))
	p.KeepLeft = true
	if o := g.run(p); len(o.ChangeSet.Kept) != 10 || len(o.Results) != 0 {
		t.Errorf("got:\n%s", report(o))
	}
	g.settled(compile(t, team))
}

// Promise 1: what does not carry our mark is never changed, and a plan that says
// its name is refused as a whole.
func TestForeignIsRefused(t *testing.T) {
	g := newTarget(t)
	theirs := g.pass(compile(t, team))
	theirs.Owner = "others"
	g.run(theirs)
	o := g.refuses(g.pass(compile(t, strings.ReplaceAll(team, "ben", "dora"))))
	if !strings.Contains(report(o), `refused foreign: contact/aiko belongs to owner "others" and is not touched`) {
		t.Errorf("got:\n%s", report(o))
	}
	if strings.Contains(report(o), "channel/aiko") {
		t.Errorf("channels below somebody else's contact are planned:\n%s", report(o))
	}
}

// Promise 2: unknown is not absent. What could not be read is neither created nor
// deleted, nothing else is deleted meanwhile, and the rest is applied.
func TestUnknownIsNotAbsent(t *testing.T) {
	g := newTarget(t)
	g.run(g.pass(compile(t, team)))
	next := compile(t, account+`
contacts:
  ben:
    name: Benedict Okafor
    channels: {text: {sms: "+12025550102"}, phone: {voice: "+12025550102"}}
    engagement_plan: [{page: [text, phone], wait: 5m}]
`)
	for _, denied := range []string{"ListContacts", "GetContact", "ListContactChannels", "ListTagsForResource", "POST /listResponsePlans", "GET /getResponsePlan"} {
		t.Run(denied, func(t *testing.T) {
			g.meddling(denies(func(op string) bool { return op == denied || op == "GetResources" }))
			o := g.run(g.pass(next))
			if !o.Unread() || o.Complete() {
				t.Fatalf("nothing is unread:\n%s", report(o))
			}
			for _, r := range o.Results {
				if r.Action == resource.Create || r.Action == resource.Delete && r.Result == agent.Done {
					t.Errorf("%s %s was %s", r.Action, r.Addr, r.Result)
				}
			}
		})
	}
	g.meddling(nil)
	g.run(g.pass(next))
	o := g.run(g.pass(next))
	if !o.Complete() || !o.ChangeSet.Empty() {
		t.Errorf("in the end:\n%s", report(o))
	}
}

// Promise 3: a plan that wants nothing is an error unless that is allowed.
func TestEmptyPlanIsAnError(t *testing.T) {
	g := newTarget(t)
	g.run(g.pass(compile(t, team)))
	p := g.pass(compile(t, team))
	p.Desired = &resource.State{}
	if _, err := p.Run(t.Context()); !agent.IsEmptyPlan(err) {
		t.Fatalf("got %v", err)
	}
	p.AllowEmpty = true
	o := g.run(p)
	if !o.Complete() || o.ChangeSet.Count(resource.Delete) != 10 {
		t.Errorf("got:\n%s", report(o))
	}
}

// Promise 4: too much at once is refused; consent for other things does not lift it.
func TestMassChangeIsRefused(t *testing.T) {
	var people strings.Builder
	people.WriteString(account + "contacts:\n")
	for i := range 12 {
		fmt.Fprintf(&people, "  p%02d: {name: Person, channels: {mail: {email: p@example.com}, text: {sms: \"+12025550100\"}}, engagement_plan: [{page: [mail, text], wait: 5m}]}\n", i)
	}
	g := newTarget(t)
	g.run(g.pass(compile(t, people.String())))
	guarded := func() *agent.Pass {
		p := g.pass(compile(t, people.String()[:strings.Index(people.String(), "  p06")]))
		p.Limits = &resource.Limits{MaxDeletes: 5, MaxDeleteShare: 20, MaxChangeShare: 50}
		return p
	}
	o := g.refuses(guarded())
	if !strings.Contains(report(o), "refused mass-delete: 6 resources, and 18 that go with their parents, would be deleted, and at most 5 may be in one pass") {
		t.Errorf("got:\n%s", report(o))
	}
	p := guarded()
	p.Limits.AllowDeletes = 6
	if o := g.run(p); !o.Complete() {
		t.Errorf("got:\n%s", report(o))
	}
}

// A protected item stays until a commit has taken the protection away.
func TestProtectedStays(t *testing.T) {
	protected := strings.Replace(team, "name: Aiko Sato", "name: Aiko Sato\n    protect: true", 1)
	without := account + team[strings.Index(team, "contacts:"):strings.Index(team, "  aiko:")] +
		team[strings.Index(team, "  ben:"):strings.Index(team, "escalation_plans:")]
	g := newTarget(t)
	g.run(g.pass(compile(t, protected)))
	g.settled(compile(t, protected))
	g.refuses(g.pass(compile(t, without)))
	g.run(g.pass(compile(t, team)))
	if o := g.run(g.pass(compile(t, without))); !o.Complete() {
		t.Fatalf("got:\n%s", report(o))
	}
	g.settled(compile(t, without))
}

// Promise 9: a failure says who failed, and who was skipped for whose sake.
func TestPartialFailureIsCompleteInformation(t *testing.T) {
	g := newTarget(t)
	g.meddling(denies(func(op string) bool { return op == "CreateContactChannel" }))
	p := g.pass(compile(t, team))
	p.Parallel = 1 // so that who fails first is always the same
	o := g.run(p)
	var lines []string
	for _, r := range o.Results {
		lines = append(lines, fmt.Sprintf("%s %s %s", r.Addr, r.Result, r.Because))
	}
	expect(t, strings.Join(lines, "\n"), `
channel/aiko/mail failed 
channel/aiko/phone failed 
channel/ben/phone failed 
channel/ben/text failed 
contact/aiko done 
contact/ben done 
engagement_plan/aiko skipped channel/aiko/mail
engagement_plan/ben skipped channel/ben/phone
escalation_plan/web skipped channel/aiko/mail
replication_set/default done 
response_plan/down skipped channel/aiko/mail`)
	g.meddling(nil)
	g.run(g.pass(compile(t, team)))
	g.settled(compile(t, team))
}

// The first interrupt finishes what runs and begins nothing; the error says so.
func TestInterrupt(t *testing.T) {
	g := newTarget(t)
	ctx, stop := context.WithCancel(t.Context())
	g.meddling(func(op string, pass func() (*http.Response, error)) (*http.Response, error) {
		if op == "CreateContact" {
			stop()
		}
		return pass()
	})
	p := g.pass(compile(t, team))
	p.Parallel = 1
	o, err := p.Run(ctx)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	if o.Count(agent.Done) != 2 || o.Count(agent.Skipped) != 9 || o.Count(agent.Unknown) != 0 {
		t.Errorf("got:\n%s", report(o))
	}
	g.meddling(nil)
	g.run(g.pass(compile(t, team)))
	g.settled(compile(t, team))
}
