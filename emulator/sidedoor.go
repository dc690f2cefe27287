package emulator

// Side doors for people and tests, under /_watchbill/. They speak plain JSON and no AWS dialect.
//
//	GET    /_watchbill/outbox     messages "sent" to devices, with codes and addresses: outbox.go
//	*      /_watchbill/calls      recorded calls: calls.go
//	*      /_watchbill/clock      clock_door.go
//	*      /_watchbill/state      everything, out and in: state_door.go
//	*      /_watchbill/faults     rules that make calls go wrong: faults_door.go
//	*      /_watchbill/hosts      things to watch, tag and break: hosts_door.go
//	POST   /_watchbill/findings   incidents_finding.go
//	*      /_watchbill/events     events_door.go
//	*      /_watchbill/chat       who may be written to in chat: chatbot_list.go
//
// and GET / is a page to watch: watch.go.

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/watchbill/watchbill/emulator/wire"
)

const sideDoorPrefix = "/_watchbill/"

// forPeople answers what is not an AWS call, or reports false.
func (s *Server) forPeople(w http.ResponseWriter, r *http.Request) bool {
	switch {
	case strings.HasPrefix(r.URL.Path, sideDoorPrefix):
		s.sideDoor(w, r)
	case isPage(r):
		s.page(w, r)
	default:
		return false
	}
	return true
}

func (s *Server) sideDoor(w http.ResponseWriter, r *http.Request) {
	door := r.URL.Path[len(sideDoorPrefix):]
	if id, ok := strings.CutPrefix(door, "faults/"); ok && r.Method == http.MethodDelete {
		s.dropFaultDoor(w, id)
		return
	}
	switch r.Method + " " + door {
	case "GET outbox":
		s.outboxDoor(w, r)
	case "GET calls":
		sendJSON(w, s.callCounts())
	case "GET calls/last":
		s.lastCallsDoor(w, r)
	case "DELETE calls":
		s.forgetCalls()
		w.WriteHeader(http.StatusNoContent)
	case "GET clock", "POST clock":
		s.clockDoor(w, r)
	case "GET state":
		s.exportDoor(w)
	case "PUT state", "POST state":
		s.importDoor(w, r)
	case "GET faults", "POST faults", "DELETE faults":
		s.faultsDoor(w, r)
	case "GET hosts", "POST hosts", "PUT hosts", "DELETE hosts":
		s.hostsDoor(w, r)
	case "GET chat", "POST chat", "DELETE chat":
		s.chatDoor(w, r)
	case "GET events", "POST events":
		s.eventsDoor(w, r)
	case "POST findings":
		s.findingDoor(w, r)
	case "POST page/hosts":
		s.pageHostsDoor(w, r)
	case "POST page/clock":
		s.pageClockDoor(w, r)
	default:
		http.Error(w, "no such door", http.StatusNotFound)
	}
}

// bodyLimit is how many bytes the body of a request may have.
func bodyLimit(r *http.Request) int64 {
	if r.URL.Path == sideDoorPrefix+"state" {
		return maxState
	}
	return wire.MaxBody
}

func sendJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	json.NewEncoder(w).Encode(v) // the client may be gone; there is nobody to tell
}

// leaving tells requests that wait on purpose that the server closes. Its zero value is ready.
type leaving struct {
	mu   sync.Mutex
	gone chan struct{}
	left bool
}

func (l *leaving) done() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.gone == nil {
		l.gone = make(chan struct{})
		if l.left {
			close(l.gone)
		}
	}
	return l.gone
}

func (l *leaving) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.left && l.gone != nil {
		close(l.gone)
	}
	l.left = true
}

// stoppingKey is where a listening server keeps the channel that is closed when it stops.
type stoppingKey struct{}

func stopping(ctx context.Context) <-chan struct{} {
	ch, _ := ctx.Value(stoppingKey{}).(chan struct{})
	return ch
}

// linger waits until one of these: wake is closed, d has passed (0: never), the client has gone, the
// server stops. It reports whether it was one of the first two.
func (s *Server) linger(r *http.Request, wake <-chan struct{}, d time.Duration) bool {
	var over <-chan time.Time
	if d > 0 {
		t := time.NewTimer(d)
		defer t.Stop()
		over = t.C
	}
	select {
	case <-wake:
		return true
	case <-over:
		return true
	case <-r.Context().Done():
	case <-s.leaving.done():
	case <-stopping(r.Context()):
	}
	return false
}
