package emulator_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/emulator"
)

// TestStateMovesToAnotherStore exports an account with an incident under way, brings it into a store
// that holds something else, and reads the same there; also after that store was opened again.
func TestStateMovesToAnotherStore(t *testing.T) {
	h := watched(t)
	data := need(h.server.Export())(t)
	options := emulator.Options{Dir: t.TempDir(), ReplicationDelay: -1, Now: func() time.Time { return firstOfDay }}
	s := need(emulator.Open(options))(t)
	other := connect(t, s.Transport(), dr)
	other.createSet(dr)
	other.person("somebody-else")
	if err := s.Import(data); err != nil {
		t.Fatal(err)
	}
	if got := need(s.Export())(t); !bytes.Equal(got, data) {
		t.Error("it is exported differently")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, options)
	if got := need(s.Export())(t); !bytes.Equal(got, data) {
		t.Error("it is read differently after a restart")
	}
	there := connect(t, s.Transport(), home)
	if diff := cmp.Diff(h.aliases(), there.aliases()); diff != "" {
		t.Error(diff)
	}
	if got := there.outbox(); len(got.Messages) == 0 || !cmp.Equal(got, h.clients.outbox()) {
		t.Errorf("outbox %v", got)
	}
	// Both go on alike.
	for _, server := range []*emulator.Server{h.server, s} {
		if err := server.Advance(time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := len(there.outbox().Messages), len(h.clients.outbox().Messages); got != want {
		t.Errorf("%d messages, want %d", got, want)
	}
}

func TestStateDoor(t *testing.T) {
	s := open(t, emulator.Options{Dir: t.TempDir(), ReplicationDelay: -1})
	c := connect(t, s.Transport(), home)
	c.createSet(home)
	c.person("aiko")
	addr, _ := serve(t, s)
	door := "http://" + addr + "/_watchbill/state"
	res := need(http.Get(door))(t)
	var doc map[string]any
	if err := json.NewDecoder(res.Body).Decode(&doc); err != nil || doc["account"] != account {
		t.Fatalf("%v %v", doc, err)
	}
	res.Body.Close()
	put := func(body []byte) int {
		r := need(http.NewRequest(http.MethodPut, door, bytes.NewReader(body)))(t)
		res := need(http.DefaultClient.Do(r))(t)
		res.Body.Close()
		return res.StatusCode
	}
	kept := need(json.Marshal(doc))(t)
	c.person("bo")
	if got := put(kept); got != http.StatusNoContent {
		t.Errorf("status %d", got)
	}
	equal(t, "contacts", strings.Join(c.aliases(), " "), "aiko")
	// More than any AWS request may have.
	c.people("big1", "big2")
	tables := doc["tables"].(map[string]any)
	row := tables["contacts"].(map[string]any)[home+"/aiko"].(map[string]any)
	row["Tags"], row["Tagged"] = map[string]any{"k": strings.Repeat("v", 3<<20)}, true
	if got := put(need(json.Marshal(doc))(t)); got != http.StatusNoContent {
		t.Errorf("3 MiB: status %d", got)
	}
	equal(t, "contacts", strings.Join(c.aliases(), " "), "aiko")
	before := need(s.Export())(t)
	for _, bad := range []string{"", "null", "{}", "[]", `{"format":1}`, string(before) + "{}", `{"format":1,"account":"` + account + `"}`,
		`{"format":2,"account":"` + account + `","tables":{}}`, `{"format":1,"account":"999900001111","tables":{}}`,
		`{"format":1,"account":"` + account + `","tables":{"pets":{}}}`, `{"format":1,"account":"` + account + `","tables":{"contacts":{"x":7}}}`,
		`{"format":1,"account":"` + account + `","tables":{"contacts":{"x":null}}}`, `{"format":1,"account":"` + account + `","tables":{"contacts":{"x":{"Fax":"1"}}}}`,
		strings.Repeat("[", 1<<20)} {
		if got := put([]byte(bad)); got != http.StatusBadRequest {
			t.Errorf("%.60q: status %d", bad, got)
		}
		if err := s.Import([]byte(bad)); !errors.Is(err, emulator.ErrState) {
			t.Errorf("%.60q: %v", bad, err)
		}
	}
	if !bytes.Equal(need(s.Export())(t), before) {
		t.Error("a refused import changed something")
	}
}

// TestOutboxDoor asks for what is new, for some, and waits.
func TestOutboxDoor(t *testing.T) {
	h := heldAccount(t, emulator.Options{})
	aiko, bea := h.pager("aiko", 5, 1), h.pager("bea", 5, 1)
	type box struct {
		Messages []struct{ ID, Kind, Contact_ARN string }
		Last     string
	}
	ask := func(query string) (got box) {
		h.door("outbox"+query, &got)
		return got
	}
	all := ask("")
	equal(t, "last", all.Last, all.Messages[len(all.Messages)-1].ID)
	equal(t, "nothing new", len(ask("?since="+all.Last).Messages), 0)
	done := make(chan box)
	go func() { done <- ask("?wait=1m&kind=page&since=" + all.Last) }()
	need(h.contacts.StartEngagement(h.ctx, &ssmcontacts.StartEngagementInput{ContactId: &aiko, Sender: ptr("test"), Subject: ptr("s"), Content: ptr("c")}))(t)
	got := <-done
	if len(got.Messages) != 1 || got.Messages[0].Contact_ARN != aiko || got.Messages[0].Kind != "page" {
		t.Fatalf("got %+v", got)
	}
	for query, n := range map[string]int{"?kind=page": 1, "?contact=aiko&kind=page": 1, "?contact=" + bea + "&kind=page": 0, "?limit=1": 1,
		"?limit=0": 0, "?channel=x": 0, "?incident=x": 0, "?wait=1ms&kind=page&since=" + got.Last: 0, "?since=~": 0} {
		if n != len(ask(query).Messages) {
			t.Errorf("%s: %d messages, want %d", query, len(ask(query).Messages), n)
		}
	}
	for _, query := range []string{"?limit=x", "?limit=-1", "?wait=x", "?wait=-1s"} {
		if got := h.send(raw{method: http.MethodGet, path: "/_watchbill/outbox" + query}); got.status != http.StatusBadRequest {
			t.Errorf("%s: %d", query, got.status)
		}
	}
	// Who waits does not keep the account from closing.
	waiting := make(chan struct{})
	go func() {
		close(waiting)
		r := need(http.NewRequest(http.MethodGet, "http://x/_watchbill/outbox?wait=5m&since=~", nil))(t)
		h.http.RoundTrip(r)
		done <- box{}
	}()
	<-waiting
	if err := h.server.Close(); err != nil {
		t.Error(err)
	}
	<-done
}

func ptr(s string) *string { return &s }
