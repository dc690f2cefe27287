package emulator_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	contactstypes "github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	incidentstypes "github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/watchbill/watchbill/emulator"
)

// faulty is an account of five people whose lists have pages of two, and a client that never retries.
func faulty(t *testing.T) (*clients, *emulator.Server) {
	t.Helper()
	s := open(t, emulator.Options{ReplicationDelay: -1, MaxPage: 2})
	c := connect(t, s.Transport(), home)
	c.createSet(home)
	c.people("p1", "p2", "p3", "p4", "p5")
	cfg := config(s.Transport(), home)
	cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	c.contacts, c.incidents, c.sts = ssmcontacts.NewFromConfig(cfg), ssmincidents.NewFromConfig(cfg), sts.NewFromConfig(cfg)
	return c, s
}

// strike adds a rule by the side door.
func (c *clients) strike(rule map[string]any) {
	c.t.Helper()
	if got := c.post("faults", rule); got.status != 200 {
		c.t.Fatalf("%v: %d %s", rule, got.status, got.body)
	}
}

// heal forgets all rules.
func (c *clients) heal() {
	c.t.Helper()
	if got := c.send(raw{method: http.MethodDelete, path: "/_watchbill/faults"}); got.status != http.StatusNoContent {
		c.t.Fatalf("%d %s", got.status, got.body)
	}
}

func (c *clients) listed() ([]string, error) {
	var names []string
	pages := ssmcontacts.NewListContactsPaginator(c.contacts, &ssmcontacts.ListContactsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(c.ctx)
		if err != nil {
			return names, err
		}
		for _, p := range page.Contacts {
			names = append(names, *p.Alias)
		}
	}
	return names, nil
}

func TestFaultErrors(t *testing.T) {
	c, _ := faulty(t)
	_, list := c.contacts, func() error {
		_, err := c.incidents.ListResponsePlans(c.ctx, &ssmincidents.ListResponsePlansInput{})
		return err
	}
	c.strike(map[string]any{"operation": "*", "fault": "throttle", "times": 2})
	_, err := c.listed()
	if e := fails[*contactstypes.ThrottlingException](t, err); *e.ServiceCode != "ssm-contacts" || e.RetryAfterSeconds != 1 {
		t.Errorf("%+v", e)
	}
	if e := fails[*incidentstypes.ThrottlingException](t, list()); e.ServiceCode != "ssm-incidents" {
		t.Errorf("%+v", e)
	}
	if err := list(); err != nil {
		t.Errorf("the third call: %v", err)
	}
	c.heal()
	c.strike(map[string]any{"operation": "ssm-contacts.*", "fault": "internal"})
	_, err = c.listed()
	fails[*contactstypes.InternalServerException](t, err)
	c.heal()
	c.strike(map[string]any{"operation": "Create*", "fault": "refuse"})
	fails[*contactstypes.AccessDeniedException](t, create(c.contacts, "p6"))
	if names, err := c.listed(); err != nil || len(names) != 5 {
		t.Errorf("listed %v %v", names, err)
	}
	c.heal()
	c.strike(map[string]any{"operation": "sts.*", "fault": "throttle"})
	_, err = c.sts.GetCallerIdentity(c.ctx, &sts.GetCallerIdentityInput{})
	if e := fails[*smithy.GenericAPIError](t, err); e.Code != "Throttling" {
		t.Errorf("%+v", e)
	}
}

// TestRetriesOutliveFaults uses the SDK's own retries.
func TestRetriesOutliveFaults(t *testing.T) {
	c, s := faulty(t)
	retrying := connect(t, s.Transport(), home)
	for _, kind := range []string{emulator.FaultThrottle, emulator.FaultInternal, emulator.FaultCloseBefore} {
		c.strike(map[string]any{"operation": "ListContacts", "fault": kind, "times": 1})
		if names, err := retrying.listed(); err != nil || len(names) != 5 {
			t.Errorf("%s: %v %v", kind, names, err)
		}
	}
}

func TestFaultAfterTimesAndChance(t *testing.T) {
	c, s := faulty(t)
	struck := func(f emulator.Fault, calls int) string {
		t.Helper()
		f.Operation, f.Kind = "GetCallerIdentity", emulator.FaultInternal
		id := need(s.AddFault(f))(t)
		defer s.ClearFaults(id)
		var out strings.Builder
		for range calls {
			_, err := c.sts.GetCallerIdentity(c.ctx, &sts.GetCallerIdentityInput{})
			if err != nil {
				out.WriteByte('x')
			} else {
				out.WriteByte('.')
			}
		}
		return out.String()
	}
	equal(t, "after and times", struck(emulator.Fault{After: 2, Times: 3}, 8), "..xxx...")
	equal(t, "after", struck(emulator.Fault{After: 3}, 6), "...xxx")
	first := struck(emulator.Fault{Probability: 0.3, Seed: 7}, 200)
	equal(t, "the same seed", struck(emulator.Fault{Probability: 0.3, Seed: 7}, 200), first)
	if struck(emulator.Fault{Probability: 0.3, Seed: 8}, 200) == first {
		t.Error("another seed strikes the same calls")
	}
	if n := strings.Count(first, "x"); n < 35 || n > 85 {
		t.Errorf("%d of 200 at 0.3", n)
	}
}

func TestFaultClosesBeforeAndAfterTheEffect(t *testing.T) {
	c, s := faulty(t)
	addr, _ := serve(t, s)
	cfg := config(http.DefaultTransport, home)
	cfg.BaseEndpoint, cfg.Retryer = aws.String("http://"+addr), func() aws.Retryer { return aws.NopRetryer{} }
	for where, client := range map[string]*ssmcontacts.Client{"in-process": c.contacts, "port": ssmcontacts.NewFromConfig(cfg)} {
		for _, tc := range []struct {
			kind string
			made bool
		}{{emulator.FaultCloseBefore, false}, {emulator.FaultCloseAfter, true}} {
			id := need(s.AddFault(emulator.Fault{Operation: "CreateContact", Kind: tc.kind}))(t)
			err := create(client, where+tc.kind)
			var api smithy.APIError
			if err == nil || errors.As(err, &api) {
				t.Errorf("%s, %s: %v", where, tc.kind, err)
			}
			s.ClearFaults(id)
			arn := "arn:aws:ssm-contacts:" + home + ":" + account + ":contact/" + where + tc.kind
			if _, err := c.contacts.GetContact(c.ctx, &ssmcontacts.GetContactInput{ContactId: &arn}); (err == nil) != tc.made {
				t.Errorf("%s, %s: it is there: %v", where, tc.kind, err == nil)
			}
		}
	}
}

func TestFaultHangs(t *testing.T) {
	c, s := faulty(t)
	c.strike(map[string]any{"operation": "CreateContact", "fault": "hang"})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	alias := "late"
	go func() {
		_, err := c.contacts.CreateContact(ctx, personInput(alias, ""))
		done <- err
	}()
	waitSeen(c, 1)
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	c.heal()
	c.strike(map[string]any{"operation": "CreateContact", "fault": "hang", "for": "10ms"})
	begin := time.Now()
	if err := create(c.contacts, "slow"); err != nil || time.Since(begin) < 10*time.Millisecond {
		t.Errorf("after %v: %v", time.Since(begin), err)
	}
	c.heal()
	if names, _ := c.listed(); len(names) != 6 {
		t.Errorf("listed %v: what hung has taken effect", names)
	}

	// Who hangs does not keep a server from stopping.
	c.strike(map[string]any{"operation": "CreateContact", "fault": "hang"})
	addr, stop := serve(t, s)
	conn := need(net.Dial("tcp", addr))(t)
	defer conn.Close()
	io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: SSMContacts.CreateContact\r\nContent-Length: 2\r\n\r\n{}")
	go func() { done <- create(c.contacts, "never") }()
	waitSeen(c, 2)
	begin = time.Now()
	if err := errors.Join(stop(), s.Close()); err != nil || time.Since(begin) > 5*time.Second {
		t.Errorf("stopped after %v: %v", time.Since(begin), err)
	}
	if err := <-done; err == nil {
		t.Error("a call that hung went well")
	}
}

// waitSeen waits until the only rule has seen n calls.
func waitSeen(c *clients, n int) {
	c.t.Helper()
	for range 5000 {
		var got struct{ Faults []struct{ Hits int } }
		c.door("faults", &got)
		if got.Faults[0].Hits >= n {
			return
		}
		time.Sleep(time.Millisecond)
	}
	c.t.Fatal("the rule was never met")
}

func TestFaultyLists(t *testing.T) {
	c, s := faulty(t)
	for _, tc := range []struct {
		name, kind string
		after      int
		want       string
	}{
		{"the first page claims to be all", emulator.FaultShort, 0, "p1 p2"},
		{"the second page claims to be the last", emulator.FaultShort, 1, "p1 p2 p3 p4"},
		{"the first page comes again", emulator.FaultRepeat, 0, "p1 p2 p1 p2 p3 p4 p5"},
		{"the second page comes again", emulator.FaultRepeat, 1, "p1 p2 p3 p4 p3 p4 p5"},
		{"the last page is torn", emulator.FaultShort, 2, "p1 p2 p3 p4"},
		{"the last page has no next", emulator.FaultRepeat, 2, "p1 p2 p3 p4 p5"},
	} {
		id := need(s.AddFault(emulator.Fault{Operation: "ListContacts", Kind: tc.kind, After: tc.after, Times: 1}))(t)
		names, err := c.listed()
		if got := strings.Join(names, " "); err != nil || got != tc.want {
			t.Errorf("%s: %q %v, want %q", tc.name, got, err, tc.want)
		}
		s.ClearFaults(id)
	}
	// The tokens of ssm-incidents are null at the end.
	for _, name := range []string{"a", "b", "c"} {
		c.plan(name)
	}
	need(s.AddFault(emulator.Fault{Operation: "ListResponsePlans", Kind: emulator.FaultRepeat, Times: 1}))(t)
	n := 0
	for pages := ssmincidents.NewListResponsePlansPaginator(c.incidents, &ssmincidents.ListResponsePlansInput{}); pages.HasMorePages(); {
		n += len(need(pages.NextPage(c.ctx))(t).ResponsePlanSummaries)
	}
	equal(t, "plans", n, 5)
}

func TestFaultStale(t *testing.T) {
	c, s := faulty(t)
	aiko := c.person("aiko")
	rename := func(name string) {
		need(c.contacts.UpdateContact(c.ctx, &ssmcontacts.UpdateContactInput{ContactId: &aiko, DisplayName: &name}))(t)
	}
	rename("one")
	rename("two")
	rename("three")
	name := func() string { return aws.ToString(c.getContact(aiko).DisplayName) }
	for writes, want := range map[int]string{0: "two", 1: "two", 2: "one", 3: ""} {
		id := need(s.AddFault(emulator.Fault{Operation: "Get*", Kind: emulator.FaultStale, Writes: writes}))(t)
		equal(t, "stale", name(), want)
		s.ClearFaults(id)
	}
	need(s.AddFault(emulator.Fault{Operation: "GetContact", Kind: emulator.FaultStale, Writes: 4}))(t)
	_, err := c.contacts.GetContact(c.ctx, &ssmcontacts.GetContactInput{ContactId: &aiko})
	fails[*contactstypes.ResourceNotFoundException](t, err)
	s.ClearFaults()
	equal(t, "now", name(), "three")
}

func TestFaultRules(t *testing.T) {
	c, s := faulty(t)
	for _, bad := range []any{
		"", 7, map[string]any{}, map[string]any{"operation": "*"}, map[string]any{"operation": "*", "fault": "boom"},
		map[string]any{"operation": "ListContact", "fault": "hang"}, map[string]any{"operation": "[", "fault": "hang"},
		map[string]any{"operation": "CreateContact", "fault": "stale"}, map[string]any{"operation": "GetContact", "fault": "short"},
		map[string]any{"operation": "*", "fault": "hang", "for": "long"}, map[string]any{"operation": "*", "fault": "throttle", "for": "1s"},
		map[string]any{"operation": "*", "fault": "throttle", "probability": 1.5}, map[string]any{"operation": "*", "fault": "throttle", "after": -1},
		map[string]any{"operation": "*", "fault": "throttle", "writes": 1}, map[string]any{"operation": "*", "fault": "throttle", "sometimes": true},
		map[string]any{"operation": strings.Repeat("*", 5000), "fault": "throttle"},
	} {
		if got := c.post("faults", bad); got.status != http.StatusBadRequest || !strings.HasPrefix(got.body, "fault: ") {
			t.Errorf("%v: %d %s", bad, got.status, got.body)
		}
	}
	if _, err := s.AddFault(emulator.Fault{Operation: "*"}); !errors.Is(err, emulator.ErrFault) {
		t.Errorf("got %v", err)
	}
	c.strike(map[string]any{"operation": "ListContacts", "fault": "throttle", "after": 1})
	c.strike(map[string]any{"operation": "Get*", "fault": "hang", "for": "1s"})
	c.listed()
	got := c.send(raw{method: http.MethodGet, path: "/_watchbill/faults"})
	const want = `{"faults":[{"id":"1","operation":"ListContacts","fault":"throttle","after":1,"seen":2,"hits":1},` +
		`{"id":"2","operation":"Get*","fault":"hang","for":"1s","seen":0,"hits":0}]}`
	equal(t, "rules", strings.TrimSpace(got.body), want)
	for _, status := range []int{http.StatusNoContent, http.StatusNotFound} {
		if got := c.send(raw{method: http.MethodDelete, path: "/_watchbill/faults/1"}); got.status != status {
			t.Errorf("delete: %d, want %d", got.status, status)
		}
	}
	equal(t, "left", s.ClearFaults(), 1)
}

func TestRecordedCalls(t *testing.T) {
	c, s := faulty(t)
	c.send(raw{method: http.MethodDelete, path: "/_watchbill/calls"})
	aiko := c.person("aiko")
	c.channel(aiko, "phone", contactstypes.ChannelTypeVoice, "+12025550123")
	c.contacts.GetContact(c.ctx, &ssmcontacts.GetContactInput{ContactId: aws.String(aiko + "x")})
	need(s.AddFault(emulator.Fault{Operation: "ListContacts", Kind: emulator.FaultCloseAfter}))(t)
	c.listed()
	body := c.send(raw{method: http.MethodGet, path: "/_watchbill/calls/last"}).body
	var got struct {
		Calls []struct {
			Time, Operation, Region, Error, Fault string
			Status                                int
		}
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, call := range got.Calls {
		if call.Region != home || call.Time == "" {
			t.Errorf("%+v", call)
		}
		lines = append(lines, strings.TrimSpace(strings.Join([]string{call.Operation, http.StatusText(call.Status), call.Error, call.Fault}, " ")))
	}
	equal(t, "calls", strings.Join(lines, "\n"), "ssm-contacts.CreateContact OK\nssm-contacts.CreateContactChannel OK\n"+
		"ssm-contacts.GetContact Not Found ResourceNotFoundException\nssm-contacts.ListContacts   close-after")
	if strings.Contains(body, "555") || strings.Contains(body, "aiko") {
		t.Error("what a call carried is kept")
	}
	for query, n := range map[string]int{"?limit=2": 2, "?operation=Create*": 2, "?operation=ssm-contacts.Get*&limit=9": 1, "?operation=sts.*": 0, "?limit=0": 0} {
		c.door("calls/last"+query, &got)
		if len(got.Calls) != n {
			t.Errorf("%s: %d calls", query, len(got.Calls))
		}
	}
	if got := c.send(raw{method: http.MethodGet, path: "/_watchbill/calls/last?limit=x"}); got.status != http.StatusBadRequest {
		t.Errorf("%d", got.status)
	}
	s.ClearFaults()
	for range 1100 {
		c.send(contactsCall("GetContact", `{"ContactId":"`+aiko+`"}`))
	}
	c.door("calls/last", &got)
	if len(got.Calls) != 1000 || got.Calls[0].Operation != "ssm-contacts.GetContact" {
		t.Errorf("%d calls are kept", len(got.Calls))
	}
}
