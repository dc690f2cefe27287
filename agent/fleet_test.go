package agent_test

// Fleets over the embedded account: hosts that are added, tagged and removed by its side door.

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/watchbill/watchbill/agent"
	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
)

// fleet is a plan for hosts by tag.
const fleet = account + `
response_plans:
  down: {title: It is down, impact: high}
monitors:
  web:
    response_plan: down
    metric: {namespace: AWS/EC2, name: StatusCheckFailed, statistic: Maximum, period: 1m}
    when: {at_least: 1, for: 2}
    missing_data: breaching
    each: {resource: ec2:instance, tags: {env: [production]}}
`

// hosts orders hosts at the side door.
func (g *target) hosts(method, query, body string) {
	g.t.Helper()
	g.door(method, "hosts"+query, body)
}

// door asks one of the account's side doors.
func (g *target) door(method, path, body string) {
	g.t.Helper()
	w := httptest.NewRecorder()
	g.server.ServeHTTP(w, httptest.NewRequest(method, "/_watchbill/"+path, strings.NewReader(body)))
	if w.Code/100 != 2 {
		g.t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
}

// add adds production hosts i-0 … of a number.
func (g *target) add(ids ...string) {
	g.t.Helper()
	var list []string
	for _, id := range ids {
		list = append(list, fmt.Sprintf(`{"id": %q, "region": "us-east-1", "tags": {"env": "production"}}`, id))
	}
	g.hosts(http.MethodPost, "", `{"hosts": [`+strings.Join(list, ",")+`]}`)
}

func (g *target) remove(ids ...string) {
	g.t.Helper()
	for _, id := range ids {
		g.hosts(http.MethodDelete, "?region=us-east-1&id="+id, "")
	}
}

func numbered(n int) (ids []string) {
	for i := range n {
		ids = append(ids, fmt.Sprintf("i-%04d", i))
	}
	return ids
}

// told is an outcome in lines, with the reasons of its changes.
func told(o *agent.Outcome) string {
	var b strings.Builder
	for _, c := range o.ChangeSet.Changes {
		fmt.Fprintf(&b, "%s %s", c.Action, c.Addr)
		if c.Reason != "" {
			b.WriteString(" " + c.Reason)
		}
		b.WriteByte('\n')
	}
	for _, r := range o.ChangeSet.Refusals {
		fmt.Fprintf(&b, "refused %s: %s (%s)\n", r.Guard, r.Why, r.Lift)
	}
	for _, k := range o.ChangeSet.Kept {
		fmt.Fprintf(&b, "kept %s: %s\n", k.Addr, k.Why)
	}
	for _, u := range o.ChangeSet.Unread {
		fmt.Fprintf(&b, "unread %s\n", u.Addr)
	}
	return strings.TrimSpace(b.String())
}

// Targets that come and go are covered at the next pass without an edit.
func TestFleet(t *testing.T) {
	g := newTarget(t)
	g.add("i-0aaa", "i-0bbb")
	g.hosts(http.MethodPost, "", `{"id": "i-0test", "region": "us-east-1", "tags": {"env": "test"}}`)
	res := compile(t, fleet)
	o := g.run(g.pass(res))
	expect(t, told(o), "create alarm/web/i-0aaa\ncreate alarm/web/i-0bbb\ncreate replication_set/default\ncreate response_plan/down")
	g.settled(res)

	g.add("i-0ccc")
	expect(t, told(g.run(g.pass(res))), "create alarm/web/i-0ccc i-0ccc appeared")
	g.remove("i-0aaa")
	expect(t, told(g.run(g.pass(res))), "delete alarm/web/i-0aaa i-0aaa is gone")
	g.hosts(http.MethodPost, "", `{"id": "i-0bbb", "region": "us-east-1", "tags": {"env": "retired"}}`)
	expect(t, told(g.run(g.pass(res))), "delete alarm/web/i-0bbb i-0bbb no longer has the tags of the fleet")
	g.settled(res)

	except := compile(t, strings.Replace(fleet, "[production]}}", "[production]}, except: [i-0ddd, i-0zzz]}", 1))
	g.add("i-0ddd")
	o = g.run(g.pass(except))
	expect(t, told(o), "")
	if f := o.Fleets[0]; len(f.Excepted) != 1 || f.Excepted[0].ID != "i-0ddd" || len(f.Targets) != 1 ||
		!slices.Contains(f.Notes, "except has i-0zzz, and nothing of the fleet is called that") {
		t.Errorf("%+v", f)
	}
}

// A fleet in which nothing is found is refused, and what watches stays.
func TestFleetThatMatchesNothing(t *testing.T) {
	g := newTarget(t)
	g.add("i-0aaa")
	g.run(g.pass(compile(t, fleet)))
	expect(t, told(g.refuses(g.pass(compile(t, strings.Replace(fleet, "[production]", "[prodution]", 1))))),
		"refused monitor-matches-nothing: monitor web: nothing matches its each (correct resource and tags, or write \"allow_none: true\" if the fleet may be empty)")
	allowed := compile(t, strings.Replace(fleet, "[production]}}", "[prodution]}, allow_none: true}", 1))
	expect(t, told(g.run(g.pass(allowed))), "delete alarm/web/i-0aaa i-0aaa no longer has the tags of the fleet")
	g.settled(allowed)
}

// However a fleet cannot be read whole, its alarms are unknown: none is made, none goes, and what
// looks at them stays too.
func TestFleetThatCannotBeRead(t *testing.T) {
	composite := fleet + `  any: {response_plan: down, composite: {any: [web]}}
`
	answer := func(code string) func() (*http.Response, error) {
		return func() (*http.Response, error) {
			body := `{"__type":"` + code + `","Message":"no"}`
			return &http.Response{StatusCode: 400, Header: http.Header{"Content-Type": {"application/x-amz-json-1.1"}, "X-Amzn-Errortype": {code}},
				Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}, nil
		}
	}
	for _, trouble := range []string{"AccessDeniedException", "ThrottlingException", "PaginationTokenExpiredException", "InternalServiceException"} {
		inBubble(t, trouble, func(t *testing.T) { // the pauses between tries take no time
			g := newTarget(t)
			g.add(numbered(3)...)
			g.run(g.pass(compile(t, composite)))
			g.remove("i-0000")
			g.add("i-0new")
			g.meddling(func(op string, pass func() (*http.Response, error)) (*http.Response, error) {
				if op == "GetResources" {
					return answer(trouble)()
				}
				return pass()
			})
			o := g.run(g.pass(compile(t, composite)))
			expect(t, told(o), "unread alarm/any\nunread alarm/web\nunread alarm/web/")
			g.meddling(nil)
			expect(t, told(g.run(g.pass(compile(t, composite)))),
				"update alarm/any\ndelete alarm/web/i-0000 i-0000 is gone\ncreate alarm/web/i-0new i-0new appeared")
		})
	}
}

func inBubble(t *testing.T, name string, test func(t *testing.T)) {
	t.Run(name, func(t *testing.T) { synctest.Test(t, test) })
}

// A page that expired while the fleet was read means to begin again, not to give up.
func TestFleetWithAnExpiredPage(t *testing.T) {
	g := newTarget(t)
	g.add(numbered(250)...)
	asked := 0
	g.meddling(func(op string, pass func() (*http.Response, error)) (*http.Response, error) {
		if asked++; op == "GetResources" && asked == 2 {
			body := `{"__type":"PaginationTokenExpiredException","Message":"too late"}`
			return &http.Response{StatusCode: 400, Header: http.Header{"X-Amzn-Errortype": {"PaginationTokenExpiredException"}},
				Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}, nil
		}
		return pass()
	})
	res := compile(t, fleet)
	o, err := g.pass(res).Plan(t.Context())
	if err != nil || len(o.Fleets[0].Targets) != 250 {
		t.Errorf("%d targets, %v", len(o.Fleets[0].Targets), err)
	}
}

// A fleet that loses more than half of its targets at once is refused; a few may go whatever
// the share, and many of a large fleet although they are more than max_deletes.
func TestFleetThatShrinks(t *testing.T) {
	g := newTarget(t)
	g.add(numbered(30)...)
	res := compile(t, fleet)
	g.run(g.pass(res))
	guarded := func() *agent.Pass {
		p := g.pass(res)
		p.Limits = &resource.Limits{MaxDeletes: 5, MaxDeleteShare: 20, MaxChangeShare: 50, MaxVanishedShare: 50}
		return p
	}
	g.remove(numbered(16)...)
	o := g.refuses(guarded())
	if !strings.Contains(told(o), "refused vanished-targets: 16 of the 30 targets of monitor web (53%) seem to be gone at once, and at most 50% may be in one pass (if they are gone: --allow-deletes 16)") {
		t.Errorf("got:\n%s", told(o))
	}
	p := guarded()
	p.Limits.AllowDeletes = 16
	if o := g.run(p); !o.Complete() || o.ChangeSet.Count(resource.Delete) != 16 {
		t.Errorf("got:\n%s", report(o))
	}
	ids := numbered(30)
	g.remove(ids[16:22]...) // six of fourteen
	if o := g.run(guarded()); !o.Complete() || o.ChangeSet.Count(resource.Delete) != 6 {
		t.Errorf("got:\n%s", report(o))
	}
	g.remove(ids[22:27]...) // five of eight
	if o := g.run(guarded()); !o.Complete() || o.ChangeSet.Count(resource.Delete) != 5 {
		t.Errorf("got:\n%s", report(o))
	}
}

// A target that the fleet was read without and that is there when it is asked for by name keeps
// its alarm; one that cannot be asked for keeps it too.
func TestVanishedTargetsAreAskedTwice(t *testing.T) {
	g := newTarget(t)
	g.add(numbered(3)...)
	res := compile(t, fleet)
	g.run(g.pass(res))
	g.remove("i-0000")
	// Lists are behind, as they can be: the first answer is without the second host too.
	var byName string
	g.meddling(func(op string, pass func() (*http.Response, error)) (*http.Response, error) {
		resp, err := pass()
		if op != "GetResources" || err != nil {
			return resp, err
		}
		body, err := io.ReadAll(resp.Body)
		if strings.Contains(string(body), "alarm:") || byName == "" && strings.Contains(string(body), "i-0001") && strings.Contains(string(body), "i-0002") {
			if !strings.Contains(string(body), "alarm:") {
				byName = "asked"
				list := string(body)
				at := strings.Index(list, `{"ResourceARN":"arn:aws:ec2:us-east-1:111122223333:instance/i-0001"`)
				end := at + strings.Index(list[at:], `]}`) + len(`]}`)
				body = []byte(list[:at] + strings.TrimPrefix(list[end:], ","))
			}
		}
		resp.Body, resp.ContentLength = io.NopCloser(strings.NewReader(string(body))), int64(len(body))
		return resp, err
	})
	o := g.run(g.pass(res))
	expect(t, told(o), `
delete alarm/web/i-0000 i-0000 is gone
kept alarm/web/i-0001: the fleet was read without i-0001, and asked for by name it is there`)
}

// With a plan that is in force already a fleet that vanishes keeps its own alarms, and what looks at
// them, and nobody's paging waits for it.
func TestFleetThatVanishesKeepsOnlyItsOwn(t *testing.T) {
	plan := fleet + "  any: {response_plan: down, composite: {any: [web]}}\n" + `contacts:
  ann: {channels: {phone: {voice: "+12025550101"}}, engagement_plan: [{page: [phone], wait: 5m}]}
`
	g := newTarget(t)
	g.add(numbered(12)...)
	g.run(g.pass(compile(t, plan)))
	calls := compile(t, strings.Replace(plan, "wait: 5m", "wait: 9m", 1)) // as if a hand had made it 5
	pass := func() *agent.Pass {
		p := g.pass(calls)
		p.HoldFleets = true
		p.Limits = &resource.Limits{MaxDeletes: 5, MaxDeleteShare: 100, MaxChangeShare: 100, MaxVanishedShare: 50}
		return p
	}
	g.remove(numbered(12)[1:]...)
	g.add("i-0new")
	o := g.run(pass())
	expect(t, told(o), "create alarm/web/i-0new i-0new appeared\nupdate engagement_plan/ann")
	if len(o.Held) != 1 || o.Held[0].Guard != "vanished-targets" || o.Complete() || !o.Tried() {
		t.Errorf("%+v", o.Held)
	}
	g.remove("i-0000", "i-0new")
	calls = compile(t, plan)
	o = g.run(pass())
	expect(t, told(o), "update engagement_plan/ann")
	if len(o.Held) != 1 || o.Held[0].Guard != "monitor-matches-nothing" {
		t.Errorf("%+v", o.Held)
	}
	p := pass()
	p.HoldFleets = false
	g.refuses(p)
}

// What looks at the alarm of a target that a list was without goes on looking at it.
func TestWhatLooksAtVanishedTargetsStays(t *testing.T) {
	looking := compile(t, strings.Replace(fleet, "    each:", "    mute: [{starts: cron(0 2 * * SUN), for: 4h}]\n    each:", 1)+"  any: {response_plan: down, composite: {any: [web]}}\n")
	g := newTarget(t)
	g.add(numbered(3)...)
	g.run(g.pass(looking))
	if _, err := g.server.AddFault(emulator.Fault{Operation: "GetResources", Kind: emulator.FaultShort, Times: 1}); err != nil {
		t.Fatal(err)
	}
	expect(t, told(g.run(g.pass(looking))), `
kept alarm/any: alarm/web/i-0001 stays, and it looks at that
kept alarm/web/i-0001: the fleet was read without i-0001, and asked for by name it is there
kept alarm/web/i-0002: the fleet was read without i-0002, and asked for by name it is there
kept mute_rule/web/w1: alarm/web/i-0001 stays, and it looks at that`)
	g.settled(looking)
}

// Changing the encoding makes the new alarm before the old ones go, whatever the limits, and a
// query over nothing stays.
func TestFleetChangesItsEncoding(t *testing.T) {
	g := newTarget(t)
	g.add(numbered(12)...)
	g.run(g.pass(compile(t, fleet)))
	query := compile(t, strings.Replace(fleet, "    each:", "    encoding: query\n    each:", 1))
	p := g.pass(query)
	p.Limits = &resource.Limits{MaxDeletes: 5, MaxDeleteShare: 20, MaxChangeShare: 50, MaxVanishedShare: 50}
	var order []string
	p.OnEvent = func(e agent.Event) {
		if e.Result == agent.Done {
			order = append(order, fmt.Sprintf("%s %s", e.Action, e.Addr))
		}
	}
	o := g.run(p)
	if !o.Complete() || len(order) != 13 || order[0] != "create alarm/web" {
		t.Fatalf("%v\n%s", order, told(o))
	}
	if c := o.ChangeSet.Changes[1]; c.Reason != "one query over the fleet watches it now" {
		t.Errorf("%s %s", c.Addr, c.Reason)
	}
	want := `SELECT MAX(StatusCheckFailed) FROM SCHEMA("AWS/EC2", InstanceId) WHERE tag.env = 'production' GROUP BY InstanceId ORDER BY MAX() DESC`
	if o.Fleets[0].Query != want || !strings.Contains(o.Fleets[0].Why, want) || !strings.Contains(o.Fleets[0].Why, "falls silent") {
		t.Errorf("%+v", o.Fleets[0])
	}
	g.settled(query)
	o = g.run(g.pass(query))
	for _, c := range kind.FleetCoverage(o.Fleets, o.Observed, false) {
		if len(c.Covered) != 12 {
			t.Errorf("%d covered, uncovered %v", len(c.Covered), c.Uncovered)
		}
	}
}

// advance turns the account's clock on.
func (g *target) advance(by string) {
	g.t.Helper()
	w := httptest.NewRecorder()
	g.server.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/_watchbill/clock", strings.NewReader(`{"advance": "`+by+`"}`)))
	if w.Code != http.StatusOK {
		g.t.Fatalf("clock: %d %s", w.Code, w.Body)
	}
}

// Auto takes a query where the response plan merges incidents in any case, nothing is lost when a
// host falls silent, and the query was asked and answered with the fleet; and what it took stays.
func TestFleetEncodingAuto(t *testing.T) {
	merged := strings.NewReplacer("impact: high}", "impact: high, dedupe: down}", "missing_data: breaching", "missing_data: ignore").Replace(fleet)
	g := newTarget(t)
	g.run(g.pass(compile(t, account)))
	g.add(numbered(3)...)
	look := func(plan string) kind.Fleet {
		t.Helper()
		p := g.pass(compile(t, plan))
		p.Clock = func(context.Context) (time.Time, error) { return g.server.Clock().Now, nil }
		o := g.run(p)
		if !o.Complete() {
			t.Fatalf("got:\n%s", told(o))
		}
		return o.Fleets[0]
	}
	for _, c := range []struct{ plan, encoding, why string }{
		{fleet, "per_target", "a resource that falls silent is not in a query's answer, and missing_data is breaching"},
		{strings.Replace(fleet, "missing_data: breaching", "missing_data: ignore", 1), "per_target", "the response plan has no dedupe"},
		{strings.Replace(merged, "statistic: Maximum", "statistic: p99", 1), "per_target", "a query has no statistic p99"},
		{strings.Replace(merged, "[production]", "[production, prod]", 1), "per_target", "a query asks for one value of a tag, and env has 2"},
		{strings.Replace(merged, "period: 1m", "period: 2h", 1), "per_target", "a query sees three hours, and the monitor looks back further"},
	} {
		if f := look(c.plan); f.Encoding != c.encoding || !strings.Contains(f.Why, c.why) {
			t.Errorf("%s: %s", f.Encoding, f.Why)
		}
	}
	if f := look(merged); f.Encoding != "per_target" || !strings.Contains(f.Why, "it has them already") {
		t.Errorf("with alarms of their own: %s: %s", f.Encoding, f.Why)
	}
	nothing := func() {
		g.run(g.pass(compile(t, account+"response_plans: {down: {title: It is down, impact: high}}")))
	}
	nothing()
	g.advance("10m")
	g.remove("i-0002")
	if f := look(merged); f.Encoding != "per_target" || !strings.Contains(f.Why, "also finds i-0002, which is not in it") {
		t.Errorf("beside one that is gone: %s: %s", f.Encoding, f.Why)
	}
	nothing()
	g.meddling(denies(func(op string) bool { return strings.HasSuffix(op, "/GetMetricData") }))
	if f := look(merged); f.Encoding != "per_target" || !strings.Contains(f.Why, "whether a query finds the fleet could not be asked") {
		t.Errorf("when it cannot be asked: %s: %s", f.Encoding, f.Why)
	}
	g.meddling(nil)
	nothing()
	g.advance("1h")
	if f := look(merged); f.Encoding != "query" || !strings.Contains(f.Why, "none for a second resource while the alarm is raised") ||
		!strings.Contains(f.Why, "200 such alarms a Region, 500 resources an alarm") {
		t.Errorf("%s: %s", f.Encoding, f.Why)
	}
	g.add("i-new") // which has no value yet
	if f := look(merged); f.Encoding != "query" {
		t.Errorf("what stands: %s: %s", f.Encoding, f.Why)
	}
	// A read that fails is no reason to make alarms and to take the query away.
	reads := 0
	g.meddling(denies(func(op string) bool {
		if !strings.HasSuffix(op, "/DescribeAlarms") {
			return false
		}
		reads++
		return reads == 1
	}))
	p := g.pass(compile(t, merged))
	p.Clock = func(context.Context) (time.Time, error) { return g.server.Clock().Now, nil }
	expect(t, told(g.run(p)), "unread alarm/web\nunread alarm/web/")
	g.meddling(nil)
	if f := look(merged); f.Encoding != "query" {
		t.Errorf("after a read that failed: %s: %s", f.Encoding, f.Why)
	}
	nothing()
	g.remove("i-0000", "i-0001", "i-new")
	empty := strings.Replace(merged, "[production]}}", "[production]}, allow_none: true}", 1)
	if f := look(empty); f.Encoding != "per_target" || !strings.Contains(f.Why, "cannot be seen while there is nothing") {
		t.Errorf("over nothing: %s: %s", f.Encoding, f.Why)
	}
}

// A protected fleet loses the alarms of hosts that are gone, as any does, and no others: who takes
// the monitor away, or has it look for something else, is refused.
func TestProtectedFleet(t *testing.T) {
	protected := strings.Replace(fleet, "  web:\n", "  web:\n    protect: true\n", 1)
	g := newTarget(t)
	g.add("i-0aaa", "i-0bbb", "i-0ccc")
	res := compile(t, protected)
	g.run(g.pass(res))
	for what, plan := range map[string]string{
		"no monitor":     strings.Replace(protected, "  web:", "  other:", 1),
		"other tags":     strings.Replace(protected, "[production]}}", "[prod]}, allow_none: true}", 1),
		"one excepted":   strings.Replace(protected, "[production]}}", "[production]}, except: [i-0bbb]}", 1),
		"other encoding": strings.Replace(protected, "    each:", "    encoding: query\n    each:", 1),
	} {
		o := g.refuses(g.pass(compile(t, plan)))
		if !strings.Contains(told(o), "refused protected: alarm/web/i-0bbb: it is protected, and the change would delete it") {
			t.Errorf("%s:\n%s", what, told(o))
		}
	}
	g.remove("i-0aaa")
	expect(t, told(g.run(g.pass(res))), "delete alarm/web/i-0aaa i-0aaa is gone")
	g.hosts(http.MethodPost, "", `{"id": "i-0bbb", "region": "us-east-1", "tags": {"env": "retired"}}`)
	o := g.refuses(g.pass(res))
	if !strings.Contains(told(o), "refused protected: alarm/web/i-0bbb") {
		t.Errorf("it is there, under other tags:\n%s", told(o))
	}
}
