package emulator_test

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/watchbill/watchbill/emulator"
)

// TestNames: a page whose own name was pointed here (DNS rebinding) gets nothing, and AWS clients
// may use any name.
func TestNames(t *testing.T) {
	s := open(t, emulator.Options{})
	ln := need(net.Listen("tcp", "127.0.0.1:0"))(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- emulator.Serve(ctx, ln, s, "buildbox") }()
	t.Cleanup(func() { cancel(); <-done })
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	mozilla := "Mozilla/5.0 (X11; Linux x86_64)"
	for _, tc := range []struct {
		method, path, host string
		header             []string
		status             int
	}{
		{"GET", "/", "127.0.0.1:" + port, nil, 200},
		{"GET", "/", "localhost:" + port, nil, 200},
		{"GET", "/", "LOCALHOST.:" + port, nil, 200},
		{"GET", "/", "[::1]:" + port, nil, 200},
		{"GET", "/", "192.0.2.7", nil, 200},
		{"GET", "/", "buildbox:" + port, nil, 200},
		{"GET", "/", "rebound.example.com:" + port, nil, 403},
		{"GET", "/", "localhost.example.com", nil, 403},
		{"GET", "/_watchbill/outbox", "127.0.0.1:" + port, nil, 200},
		{"GET", "/_watchbill/outbox", "rebound.example.com", nil, 403},
		{"GET", "/_watchbill/state", "rebound.example.com", nil, 403},
		{"DELETE", "/_watchbill/faults", "rebound.example.com", nil, 403},
		{"GET", "/_watchbill/outbox", "127.0.0.1:" + port, []string{"Origin", "https://evil.example.com"}, 403},
		{"GET", "/_watchbill/outbox", "127.0.0.1:" + port, []string{"Origin", "null"}, 403},
		{"GET", "/_watchbill/outbox", "127.0.0.1:" + port, []string{"Origin", "http://127.0.0.1:" + port}, 200},
		{"POST", "/listReplicationSets", "incidents.example.com", nil, 200},
		{"POST", "/listReplicationSets", "rebound.example.com", []string{"User-Agent", mozilla}, 403},
		{"POST", "/listReplicationSets", "rebound.example.com", []string{"Origin", "http://rebound.example.com"}, 403},
		{"POST", "/listReplicationSets", "rebound.example.com", []string{"Sec-Fetch-Site", "same-origin"}, 403},
	} {
		r := need(http.NewRequest(tc.method, "http://"+ln.Addr().String()+tc.path, strings.NewReader("")))(t)
		r.Host = tc.host
		for i := 0; i+1 < len(tc.header); i += 2 {
			r.Header.Set(tc.header[i], tc.header[i+1])
		}
		res := need(http.DefaultClient.Do(r))(t)
		res.Body.Close()
		if res.StatusCode != tc.status {
			t.Errorf("%s %s at %s %v: %d, want %d", tc.method, tc.path, tc.host, tc.header, res.StatusCode, tc.status)
		}
	}
}
