package emulator_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"

	"github.com/watchbill/watchbill/emulator"
)

// serve puts a handler on a loopback port. stop asks it to end and waits.
func serve(t *testing.T, h http.Handler) (addr string, stop func() error) {
	t.Helper()
	ln := need(net.Listen("tcp", "127.0.0.1:0"))(t)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- emulator.Serve(ctx, ln, h) }()
	var once error
	stopped := false
	stop = func() error {
		if !stopped {
			stopped = true
			cancel()
			once = <-done
		}
		return once
	}
	t.Cleanup(func() { stop() })
	return ln.Addr().String(), stop
}

func TestServe(t *testing.T) {
	s := open(t, emulator.Options{ReplicationDelay: -1})
	connect(t, s.Transport(), home).createSet(home)
	addr, stop := serve(t, s)
	client := ssmcontacts.NewFromConfig(aws.Config{Region: home, BaseEndpoint: aws.String("http://" + addr),
		Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", "")})
	if err := create(client, "aiko"); err != nil {
		t.Fatal(err)
	}
	if err := stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
	if _, err := net.Dial("tcp", addr); err == nil {
		t.Error("still listening")
	}
}

// TestServeFinishesRequests stops the server while a request is half sent and another connection
// has asked nothing.
func TestServeFinishesRequests(t *testing.T) {
	addr, stop := serve(t, open(t, emulator.Options{}))
	idle := need(net.Dial("tcp", addr))(t)
	defer idle.Close()
	busy := need(net.Dial("tcp", addr))(t)
	defer busy.Close()
	const body = `{"maxResults": 5}`
	fmt.Fprintf(busy, "POST /listReplicationSets HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", len(body))
	answer := bufio.NewReader(busy)
	if line := need(answer.ReadString('\n'))(t); !strings.Contains(line, "100") { // the handler is reading
		t.Fatal(line)
	}
	answer.ReadString('\n')
	begin := time.Now()
	done := make(chan error, 1)
	go func() { done <- stop() }()
	select {
	case err := <-done:
		t.Fatalf("stopped (%v) with a request under way", err)
	case <-time.After(20 * time.Millisecond):
	}
	io.WriteString(busy, body)
	if line := need(answer.ReadString('\n'))(t); !strings.Contains(line, "200") {
		t.Error(line)
	}
	if err := <-done; err != nil || time.Since(begin) > 4500*time.Millisecond {
		t.Errorf("stopped after %v: %v", time.Since(begin), err)
	}
}

func TestServeHostileClients(t *testing.T) {
	addr, _ := serve(t, open(t, emulator.Options{}))
	post := func(body io.Reader) *http.Response {
		t.Helper()
		res := need(http.Post("http://"+addr+"/listReplicationSets", "application/json", body))(t)
		res.Body.Close()
		return res
	}
	if res := post(strings.NewReader(strings.Repeat(" ", 2<<20))); res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("2 MiB: %d", res.StatusCode)
	}
	if res := post(io.LimitReader(zeros{}, 2<<20)); res.StatusCode != http.StatusRequestEntityTooLarge { // chunked
		t.Errorf("2 MiB in chunks: %d", res.StatusCode)
	}
	r := need(http.NewRequest("POST", "http://"+addr+"/listReplicationSets", nil))(t)
	r.Header.Set("X-Amz-Target", strings.Repeat("x", 100<<10))
	res := need(http.DefaultClient.Do(r))(t)
	res.Body.Close()
	if res.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("100 KiB of header: %d", res.StatusCode)
	}
	if res := post(strings.NewReader("{}")); res.StatusCode != http.StatusOK {
		t.Errorf("afterwards: %d", res.StatusCode)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestServePanic(t *testing.T) {
	addr, _ := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("+12025550123") }))
	res := need(http.Get("http://" + addr))(t)
	defer res.Body.Close()
	body := string(need(io.ReadAll(res.Body))(t))
	if res.StatusCode != http.StatusInternalServerError || res.Header.Get("X-Amzn-ErrorType") != "InternalServerException" || strings.Contains(body, "555") {
		t.Errorf("got %d %s", res.StatusCode, body)
	}
}

func TestServeOnDeadListener(t *testing.T) {
	ln := need(net.Listen("tcp", "127.0.0.1:0"))(t)
	ln.Close()
	if err := emulator.Serve(t.Context(), ln, http.NotFoundHandler()); err == nil {
		t.Error("no error")
	}
}

func TestTransportHonoursContext(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := need(http.NewRequestWithContext(ctx, "POST", "http://x/listReplicationSets", strings.NewReader("{}")))(t)
	if _, err := c.http.RoundTrip(r); err != context.Canceled {
		t.Errorf("got %v", err)
	}
}
