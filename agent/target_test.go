package agent_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/watchbill/watchbill/agent"
	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/internal/awsapi"
)

// target is one embedded account with a wire that tests can cut.
type target struct {
	t      testing.TB
	server *emulator.Server
	base   http.RoundTripper

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
	return &target{t: t, server: s, base: s.Transport()}
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

// monday is when plans are compiled and applied.
var monday = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

// compile compiles one plan file, and files that follow it, each after a line -- NAME --.
func compile(t testing.TB, plan string) *compiler.Result {
	t.Helper()
	dir := t.TempDir()
	files := txtar.Parse([]byte(plan))
	for _, f := range append(files.Files, txtar.File{Name: "plan.yaml", Data: files.Comment}) {
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return compileFolder(t, dir)
}

func compileFolder(t testing.TB, dir string) *compiler.Result {
	t.Helper()
	res, err := compiler.Compile(t.Context(), dir, compiler.Options{Values: true, Now: monday})
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
	p.Clock = func(context.Context) (time.Time, error) { return monday, nil }
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

// staffed is the team with a schedule of two rotations, one of which has overrides.
const staffed = team + `
schedules:
  primary:
    name: Primary on-call
    rotations:
      days:
        {timezone: Asia/Tokyo, starts: 2026-12-07T09:00, members: [aiko, ben], every: 1 week, handoff: [mon 09:00], coverage: {daily: ["09:00-21:00"]}}
      nights:
        timezone: Asia/Tokyo
        starts: 2026-12-07T21:00
        members: [ben, aiko]
        every: 1 week
        handoff: [mon 21:00]
        coverage: {daily: ["21:00-09:00"]}
        overrides:
          - {from: 2026-12-24T09:00, to: 2026-12-26T09:00, members: [ben]}
          - {from: 2026-12-31T09:00, to: 2027-01-01T09:00, members: [aiko]}
`

// quiet is staffed without its overrides.
var quiet = staffed[:strings.Index(staffed, "        overrides:")]
