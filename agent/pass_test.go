package agent_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/watchbill/watchbill/agent"
	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/internal/awsapi"
	"github.com/watchbill/watchbill/internal/resource"
)

// target is one embedded account with a wire that tests can cut.
type target struct {
	t    testing.TB
	base http.RoundTripper

	mu sync.Mutex
	// meddle, when set, may answer a call instead of the account.
	meddle func(op string, pass func() (*http.Response, error)) (*http.Response, error)
}

func newTarget(t testing.TB) *target {
	t.Helper()
	s, err := emulator.Open(emulator.Options{ReplicationDelay: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return &target{t: t, base: s.Transport()}
}

// operation is the name of the AWS operation a request is for.
func operation(r *http.Request) string {
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		return target[strings.LastIndexByte(target, '.')+1:]
	}
	return r.Method + " " + r.URL.Path
}

func (g *target) RoundTrip(r *http.Request) (*http.Response, error) {
	g.mu.Lock()
	meddle := g.meddle
	g.mu.Unlock()
	pass := func() (*http.Response, error) { return g.base.RoundTrip(r) }
	if meddle != nil {
		return meddle(operation(r), pass)
	}
	return pass()
}

// meddling sets what meddles with calls from now on, nil for nothing.
func (g *target) meddling(f func(op string, pass func() (*http.Response, error)) (*http.Response, error)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.meddle = f
}

// denies answers calls with AccessDenied that which chooses.
func denies(which func(op string) bool) func(string, func() (*http.Response, error)) (*http.Response, error) {
	return func(op string, pass func() (*http.Response, error)) (*http.Response, error) {
		if !which(op) {
			return pass()
		}
		body := `{"__type":"AccessDeniedException","Message":"not you"}`
		return &http.Response{StatusCode: 400, Header: http.Header{"Content-Type": {"application/x-amz-json-1.1"}, "X-Amzn-Errortype": {"AccessDeniedException"}},
			Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}, nil
	}
}

// compile compiles one plan file.
func compile(t testing.TB, plan string) *compiler.Result {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "plan.yaml"), []byte(plan), 0o600); err != nil {
		t.Fatal(err)
	}
	return compileFolder(t, dir)
}

func compileFolder(t testing.TB, dir string) *compiler.Result {
	t.Helper()
	res, err := compiler.Compile(t.Context(), dir, compiler.Options{Values: true})
	if err != nil {
		t.Fatal(err)
	}
	if res.Desired == nil {
		t.Fatalf("%s has errors: %v", dir, res.Findings)
	}
	return res
}

// pass is a new pass over the target, with its own clients as a new process has.
func (g *target) pass(res *compiler.Result) *agent.Pass {
	g.t.Helper()
	region := "us-east-1"
	if set := res.Plan.ReplicationSet; set != nil {
		region = set.Regions[0].Name.V
	}
	clients, err := awsapi.New(context.Background(), awsapi.Config{Region: region, Local: g})
	if err != nil {
		g.t.Fatal(err)
	}
	p := agent.NewPass(res, clients)
	p.Limits = nil
	return p
}

func (g *target) run(p *agent.Pass) *agent.Outcome {
	g.t.Helper()
	o, err := p.Run(g.t.Context())
	if err != nil {
		g.t.Fatal(err)
	}
	return o
}

// refuses fails unless a guard stops the whole pass.
func (g *target) refuses(p *agent.Pass) *agent.Outcome {
	g.t.Helper()
	o := g.run(p)
	if !o.Refused() || o.Results != nil || p.Clients.Writes() != 0 {
		g.t.Fatalf("not refused:\n%s", report(o))
	}
	return o
}

// settled fails unless the plan is live and another pass finds nothing to write.
func (g *target) settled(res *compiler.Result) {
	g.t.Helper()
	p := g.pass(res)
	if o := g.run(p); !o.Complete() || !o.ChangeSet.Empty() || p.Clients.Writes() > 0 {
		g.t.Fatalf("a second pass makes %d writing calls:\n%s", p.Clients.Writes(), report(o))
	}
}

// report prints an outcome, one line a change.
func report(o *agent.Outcome) string {
	var b strings.Builder
	for _, r := range o.Results {
		fmt.Fprintf(&b, "%s %s %s", r.Action, r.Addr, r.Result)
		if r.Err != nil {
			fmt.Fprintf(&b, ": %v", r.Err)
		}
		if r.Because != "" {
			fmt.Fprintf(&b, " because of %s", r.Because)
		}
		b.WriteByte('\n')
	}
	if o.Results == nil {
		for _, c := range o.ChangeSet.Changes {
			fmt.Fprintf(&b, "planned %s %s\n", c.Action, c.Addr)
		}
	}
	for _, r := range o.ChangeSet.Refusals {
		fmt.Fprintf(&b, "refused %s: %s\n", r.Guard, r.Why)
	}
	for _, k := range o.ChangeSet.Kept {
		fmt.Fprintf(&b, "kept %s: %s\n", k.Addr, k.Why)
	}
	for _, u := range o.ChangeSet.Unread {
		fmt.Fprintf(&b, "unread %s\n", u.Addr)
	}
	return b.String()
}

func expect(t testing.TB, got, want string) {
	t.Helper()
	if strings.TrimSpace(got) != strings.TrimSpace(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

const account = `
version: 1
replication_set: {regions: {us-east-1: {}}}
`

const team = account + `
contacts:
  aiko:
    name: Aiko Sato
    channels: {mail: {email: aiko@example.com}, phone: {voice: "+12025550101"}}
    engagement_plan: [{page: [mail], wait: 5m}, {page: [phone], wait: 15m}]
  ben:
    name: Ben Okafor
    channels: {text: {sms: "+12025550102"}, phone: {voice: "+12025550102"}}
    engagement_plan: [{page: [text, phone], wait: 5m}]
escalation_plans:
  web:
    name: Web
    stages: [{page: [aiko], wait: 10m}, {page: [ben], wait: 10m}]
response_plans:
  down: {title: It is down, impact: critical, engage: [web]}
`

// Promise 8: a second run writes nothing.
func TestSecondRunWritesNothing(t *testing.T) {
	for _, dir := range []string{"../plans", "../plans/minimal"} {
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
	if !strings.Contains(report(o), "refused mass-delete: 6 resources would be deleted, and at most 5 may be in one pass") {
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

// death ends a process at its nth call: before the call is made, or after it was
// and before the answer is heard.
type death struct {
	at    int
	after bool
	kill  context.CancelFunc
	n     int
	mu    sync.Mutex
}

func (d *death) meddle(_ string, pass func() (*http.Response, error)) (*http.Response, error) {
	d.mu.Lock()
	d.n++
	n := d.n
	d.mu.Unlock()
	if n < d.at {
		return pass()
	}
	if n == d.at && d.after {
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
	"a name moves from a person to an escalation plan": {
		strings.ReplaceAll(strings.ReplaceAll(team, "web", "webplan"), "ben", "web"),
		strings.ReplaceAll(team, "ben", "dora")},
}

// standing is a target where the plan is live; "" is an account with nothing in it.
func standing(t testing.TB, plan string) *target {
	g := newTarget(t)
	if plan != "" {
		g.run(g.pass(compile(t, plan)))
	}
	return g
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

// Promise 7: dying after any single call and running again ends in the same state,
// without duplicates.
func TestCrashAnywhere(t *testing.T) {
	for name, step := range steps {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to := compile(t, step[1])
			for _, after := range []bool{false, true} {
				for at, died := 1, true; died; at++ {
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
