package emulator_test

import (
	"io"
	"net"
	"net/http"
	"os"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/watchbill/watchbill/emulator"
)

// hostileBodies are legal JSON, or begin like it, and are meant to cost.
func hostileBodies() map[string]string {
	const size = 1 << 20
	return map[string]string{
		"deep lists":    strings.Repeat("[", size),
		"deep objects":  strings.Repeat(`{"a":`, size/5),
		"many lists":    `{"a":[` + strings.Repeat("[],", size/3-10) + `0]}`,
		"many numbers":  `{"a":[` + strings.Repeat("1,", size/2-10) + `0]}`,
		"many members":  `{` + strings.Repeat(`"":1,`, size/5-10) + `"a":0}`,
		"closers first": strings.Repeat("]", 1000) + strings.Repeat("[", 2000),
	}
}

func TestHostileBodiesCostLittle(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	for name, body := range hostileBodies() {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got := c.send(contactsCall("CreateContact", body))
		runtime.ReadMemStats(&after)
		if got.status != http.StatusBadRequest || !strings.Contains(got.body, "SerializationException") {
			t.Errorf("%s: %d %.100s", name, got.status, got.body)
		}
		if spent := after.TotalAlloc - before.TotalAlloc; spent > 16<<20 {
			t.Errorf("%s: %d bytes were allocated", name, spent)
		}
	}
	// Brackets in texts are texts.
	body := `{"ContactId":"` + strings.Repeat("[", 100) + `\"[{"}`
	if got := c.send(contactsCall("GetContact", body)); strings.Contains(got.body, "SerializationException") {
		t.Errorf("%d %s", got.status, got.body)
	}
}

// TestSlowClient never finishes its header and is cut off, while others are served.
func TestSlowClient(t *testing.T) {
	if testing.Short() {
		t.Skip("takes as long as the emulator waits for a header")
	}
	t.Parallel()
	addr, _ := serve(t, open(t, emulator.Options{}))
	slow := need(net.Dial("tcp", addr))(t)
	defer slow.Close()
	io.WriteString(slow, "POST / HTTP/1.1\r\nHost: x\r\nX-")
	res := need(http.Post("http://"+addr+"/listReplicationSets", "application/json", strings.NewReader("{}")))(t)
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("another client: %d", res.StatusCode)
	}
	slow.SetReadDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.Copy(io.Discard, slow); err != nil {
		t.Errorf("the slow client is still connected: %v", err)
	}
}

// TestRulesAreDocumented: every switch has its line in the docs, and none has a line too many.
func TestRulesAreDocumented(t *testing.T) {
	page := string(need(os.ReadFile("../docs/embedded.md"))(t))
	_, table, _ := strings.Cut(page, "## What is inferred")
	table, _, _ = strings.Cut(table, "\n## ")
	rules := reflect.TypeFor[emulator.Rules]()
	for i := range rules.NumField() {
		if !strings.Contains(table, "| `"+rules.Field(i).Name+"` |") {
			t.Errorf("docs/embedded.md does not tell of %s", rules.Field(i).Name)
		}
	}
	if lines := strings.Count(table, "\n| `"); lines != rules.NumField() {
		t.Errorf("%d lines for %d switches", lines, rules.NumField())
	}
}

// BenchmarkServe asks over loopback, from many connections at once.
func BenchmarkServe(b *testing.B) {
	s := open(b, emulator.Options{ReplicationDelay: -1})
	c := connect(b, s.Transport(), home)
	c.createSet(home)
	arn := c.person("aiko")
	ln := need(net.Listen("tcp", "127.0.0.1:0"))(b)
	var wg sync.WaitGroup
	wg.Go(func() { emulator.Serve(b.Context(), ln, s) }) // ends before the cleanup that closes s
	defer wg.Wait()
	defer ln.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	defer client.CloseIdleConnections()
	b.ReportAllocs()
	b.SetParallelism(8) // times GOMAXPROCS
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r, _ := http.NewRequest(http.MethodPost, "http://"+ln.Addr().String()+"/", strings.NewReader(`{"ContactId":"`+arn+`"}`))
			r.Header.Set("X-Amz-Target", "SSMContacts.GetContact")
			r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=A/20261207/"+home+"/ssm-contacts/aws4_request, SignedHeaders=host, Signature=0")
			res, err := client.Do(r)
			if err != nil || res.StatusCode != http.StatusOK {
				b.Error(res, err)
				return
			}
			io.Copy(io.Discard, res.Body)
			res.Body.Close()
		}
	})
}

// BenchmarkHostile is what turning such bodies away costs.
func BenchmarkHostile(b *testing.B) {
	c := onboarded(b, emulator.Options{})
	for name, body := range hostileBodies() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.send(contactsCall("CreateContact", body))
			}
		})
	}
}
