package agent_test

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/watchbill/watchbill/compiler"
)

// death ends a process at its nth call: before the call is made, or after it was
// and before the answer is heard.
type death struct {
	at    int
	after bool
	kill  context.CancelFunc
	// counts, when set, says which operations are counted.
	counts func(op string) bool
	n      int
	mu     sync.Mutex
}

func (d *death) meddle(op string, pass func() (*http.Response, error)) (*http.Response, error) {
	d.mu.Lock()
	counted := d.counts == nil || d.counts(op)
	if counted {
		d.n++
	}
	n := d.n
	d.mu.Unlock()
	if n < d.at {
		return pass()
	}
	if counted && n == d.at && d.after {
		if res, err := pass(); err == nil {
			res.Body.Close()
		}
	}
	d.kill()
	return nil, context.Canceled
}

// steps are pairs of plans whose way from one to the other has all there is:
// creation of the replication set, replacement, deletion, a name that moves.
var steps = map[string][2]string{
	"from nothing": {"", team},
	"a channel is replaced and people leave": {team, account + `
contacts:
  aiko:
    name: Aiko
    channels: {mail: {sms: "+12025550105"}, phone: {voice: "+12025550101"}}
    engagement_plan: [{page: [phone], wait: 5m}, {page: [mail], wait: 15m}]
response_plans:
  down: {title: It is down, impact: high, engage: [aiko]}
`},
	// Whoever refers to the channel is the same before and after: only its
	// identifier is another one.
	"a channel is replaced and nothing else": {team, strings.Replace(team, "mail: {email: aiko@example.com}", `mail: {sms: "+12025550105"}`, 1)},
	"a name moves from a person to an escalation plan": {
		strings.ReplaceAll(strings.ReplaceAll(team, "web", "webplan"), "ben", "web"),
		strings.ReplaceAll(team, "ben", "dora")},
	"a schedule comes, and is engaged": {team, strings.Replace(staffed, "[{page: [aiko], wait: 10m}", "[{page: [primary], wait: 10m}", 1)},
	"a rotation is renamed, an override moves and another one grows": {staffed,
		strings.NewReplacer("nights:", "late:", "2026-12-24T09:00", "2026-12-24T10:00").Replace(staffed)},
	"one override moves, one grows and one comes": {staffed,
		strings.NewReplacer("2026-12-24T09:00", "2026-12-24T10:00", "2027-01-01T09:00", "2027-01-02T09:00, members: [ben]}\n"+
			"          - {from: 2027-02-01T09:00, to: 2027-02-02T09:00").Replace(staffed)},
	"the schedule goes":          {staffed, team},
	"a runbook of our own comes": {team, automated},
	"a runbook, its role and its use change": {automated, strings.NewReplacer("PT1S", "PT2S", "{create: true}", `{create: true, allow: ["ec2:StopInstances"]}`, "busy:", "lazy:",
		"{team: web}", "{team: ops}").Replace(automated)},
	"a runbook goes":                  {automated, team},
	"from nothing, with all there is": {"", guardedTeam},
	"all there is changes": {guardedTeam, strings.NewReplacer("us-west-2: {}", "us-west-2: {}, eu-west-1: {}", `"333344445555"]`, `"444455556666"]`, "{team: web}", "{team: ops}",
		"mail: {email: aiko@example.com}", `mail: {sms: "+12025550105"}`, "nights:", "late:", "2026-12-24T09:00", "2026-12-24T10:00", "Web", "Escalation").Replace(guardedTeam)},
}

// automated is the team with a runbook of its own, whose document and role are made.
const automated = team + `
-- automated.yaml --
runbooks:
  diagnose: {source: diagnose.yaml, role: {create: true}, tags: {team: web}}
response_plans:
  busy: {title: It is busy, impact: high, engage: [aiko], runbook: diagnose}
-- diagnose.yaml --
schemaVersion: "0.3"
mainSteps: [{name: wait, action: "aws:sleep", inputs: {Duration: PT1S}}]
`

// standing is a target where the plan is live; "" is an account with nothing in it.
func standing(t testing.TB, plan string) *target {
	g := newTarget(t)
	if plan != "" {
		g.run(g.pass(compile(t, plan)))
	}
	return g
}

// deathAt is the death of a process at its nth call.
func (g *target) deathAt(n int) (context.Context, *death) {
	ctx, kill := context.WithCancel(g.t.Context())
	return ctx, &death{at: n, kill: kill}
}

// dies makes a pass that ends at a call, and reports whether it got that far.
func (g *target) dies(res *compiler.Result, at int, after bool) bool {
	ctx, kill := context.WithCancel(g.t.Context())
	defer kill()
	d := &death{at: at, after: after, kill: kill}
	g.meddling(d.meddle)
	defer g.meddling(nil)
	p := g.pass(res)
	p.Now = ctx
	_, err := p.Run(ctx)
	died := d.n >= at
	if !died && err != nil {
		g.t.Fatal(err)
	}
	return died
}

// stride is 1, so that every call is a death; in a short run, and under the race detector,
// some are left out.
func stride() int {
	if testing.Short() || raced {
		return 7
	}
	return 1
}

// Promise 7: dying after any single call and running again ends in the same state,
// without duplicates.
func TestCrashAnywhere(t *testing.T) {
	for name, step := range steps {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to := compile(t, step[1])
			for _, after := range []bool{false, true} {
				for at, died := 1, true; died; at += stride() {
					g := standing(t, step[0])
					died = g.dies(to, at, after)
					if o := g.run(g.pass(to)); !o.Complete() {
						t.Fatalf("after death at call %d (after it: %v):\n%s", at, after, report(o))
					}
					g.settled(to)
				}
			}
		})
	}
}

// Dying again while the debris of the last death is cleared away ends there too.
func TestCrashAgainAndAgain(t *testing.T) {
	for name, step := range steps {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to := compile(t, step[1])
			for seed := range uint64(8) {
				random := rand.New(rand.NewPCG(seed, 0))
				g := standing(t, step[0])
				for range 5 {
					g.dies(to, 1+random.IntN(30), random.IntN(2) == 0)
				}
				if o := g.run(g.pass(to)); !o.Complete() {
					t.Fatalf("seed %d:\n%s", seed, report(o))
				}
				g.settled(to)
			}
		})
	}
}

// Two passes at once may fail in part, each saying so; the next one finds its way.
func TestTwoAtOnce(t *testing.T) {
	for name, step := range steps {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to := compile(t, step[1])
			for range 10 {
				g := standing(t, step[0])
				var both sync.WaitGroup
				for range 2 {
					p := g.pass(to)
					both.Go(func() {
						if o, err := p.Run(t.Context()); err != nil {
							t.Error(err)
						} else if o.Refused() {
							t.Errorf("refused:\n%s", report(o))
						}
					})
				}
				both.Wait()
				if o := g.run(g.pass(to)); !o.Complete() {
					t.Fatalf("after two at once:\n%s", report(o))
				}
				g.settled(to)
			}
		})
	}
}

// Another pass is between a deletion and the creation that takes the name while
// this one reads: what was listed and is gone holds no name, and nothing is
// refused for its sake.
func TestGoneSinceItWasListed(t *testing.T) {
	step := steps["a name moves from a person to an escalation plan"]
	to := compile(t, step[1])
	g := standing(t, step[0])
	other := &target{t: t, base: g.base}
	ctx, kill := context.WithCancel(t.Context())
	defer kill()
	var deleted atomic.Int32
	other.meddling(func(op string, pass func() (*http.Response, error)) (*http.Response, error) {
		res, err := pass()
		if op == "DeleteContact" && deleted.Add(1) == 2 { // the old escalation plan, then the person
			kill()
		}
		return res, err
	})
	var once sync.Once
	g.meddling(func(op string, pass func() (*http.Response, error)) (*http.Response, error) {
		res, err := pass()
		if op == "ListContacts" {
			once.Do(func() {
				if _, err := other.pass(to).Run(ctx); err == nil {
					t.Error("the other pass was not interrupted")
				}
			})
		}
		return res, err
	})
	if o := g.run(g.pass(to)); o.Refused() {
		t.Errorf("refused:\n%s", report(o))
	}
	g.meddling(nil)
	g.run(g.pass(to))
	g.settled(to)
}

// Whatever died when, no override of ours is taken for a person's: the plan without
// them takes all of them away.
func TestCrashLeavesNoOverrideBehind(t *testing.T) {
	for _, to := range []string{staffed, steps["one override moves, one grows and one comes"][1]} {
		for _, after := range []bool{false, true} {
			for at, died := 1, true; died; at++ {
				g := standing(t, map[bool]string{true: quiet, false: staffed}[to == staffed])
				died = g.dies(compile(t, to), at, after)
				if at%2 == 0 { // both straight after the death and with a pass in between
					g.run(g.pass(compile(t, to)))
				}
				g.run(g.pass(compile(t, quiet)))
				if o := g.run(g.pass(compile(t, quiet))); !o.Complete() || !o.ChangeSet.Empty() || len(o.ChangeSet.Kept) > 0 {
					t.Fatalf("after death at call %d (after it: %v):\n%s\n%v", at, after, report(o), o.ChangeSet.Kept)
				}
			}
		}
	}
}
