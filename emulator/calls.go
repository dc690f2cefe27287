package emulator

// Recorded calls: how many of each operation, and the newest ones. What a call carried is not kept:
// it may be an address.
//
//	GET    /_watchbill/calls         number of calls by "service.Operation" since the start or the last reset
//	GET    /_watchbill/calls/last    {"calls": [...]}, the newest 1000, oldest first;
//	                                 ?operation=PATTERN keeps some (see faults.go), ?limit=N the newest N of them
//	DELETE /_watchbill/calls         forgets both

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// maxCalls is how many calls are remembered one by one.
const maxCalls = 1000

// recordedCall is one call as the door shows it.
type recordedCall struct {
	Time      time.Time `json:"time"` // of the account
	Operation string    `json:"operation"`
	Region    string    `json:"region"`
	Status    int       `json:"status"`          // 0: there was no answer
	Error     string    `json:"error,omitempty"` // its type
	Fault     string    `json:"fault,omitempty"` // of the rule that took part
}

// callLog is a ring.
type callLog struct {
	mu    sync.Mutex
	calls []recordedCall
	next  int // where the next one goes once the ring is full
}

func (l *callLog) add(c recordedCall) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.calls) < maxCalls {
		l.calls = append(l.calls, c)
		return
	}
	l.calls[l.next] = c
	l.next = (l.next + 1) % maxCalls
}

// last returns the newest calls that match, oldest first.
func (l *callLog) last(limit int, pattern string) []recordedCall {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := []recordedCall{}
	for i := range l.calls {
		c := l.calls[(l.next+i)%len(l.calls)]
		if matchesOperation(pattern, c.Operation) {
			out = append(out, c)
		}
	}
	return out[max(0, len(out)-limit):]
}

func (l *callLog) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls, l.next = nil, 0
}

// record notes a call before it is answered, so that whoever has an answer finds it noted.
func (s *Server) record(op *operation, region string, res result) {
	c := recordedCall{Operation: op.service + "." + op.name, Region: region, Status: op.status, Fault: res.fault}
	switch {
	case res.cut:
		c.Status = 0
	case res.err != nil:
		e := asWireError(res.err)
		c.Status, c.Error = e.Status, e.Type
	}
	s.store.view(func(st *state) { c.Time = s.now(st) })
	s.log.add(c)
}

func (s *Server) lastCallsDoor(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	limit := maxCalls
	if text := q.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			http.Error(w, "calls: limit must be a number", http.StatusBadRequest)
			return
		}
		limit = n
	}
	pattern := q.Get("operation")
	if pattern == "" {
		pattern = "*"
	}
	sendJSON(w, map[string]any{"calls": s.log.last(limit, pattern)})
}

// callCounts holds the operations that were called at all.
func (s *Server) callCounts() map[string]int64 {
	counts := map[string]int64{}
	for service, table := range s.ops {
		for _, op := range table {
			if n := op.calls.Load(); n > 0 {
				counts[service+"."+op.name] = n
			}
		}
	}
	return counts
}

func (s *Server) forgetCalls() {
	for _, table := range s.ops {
		for _, op := range table {
			op.calls.Store(0)
		}
	}
	s.log.reset()
}
