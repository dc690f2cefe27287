package emulator

// Side doors for people and tests, under /_watchbill/. They speak plain JSON and no AWS dialect.
//
//	GET    /_watchbill/outbox   messages "sent" to devices, oldest first, with codes and addresses
//	GET    /_watchbill/calls    number of calls by "service.Operation" since the start or the last reset
//	DELETE /_watchbill/calls    reset
//	GET, POST /_watchbill/clock  see clock_door.go
//	POST   /_watchbill/findings see incidents_finding.go

import (
	"encoding/json"
	"net/http"
)

const sideDoorPrefix = "/_watchbill/"

func (s *Server) sideDoor(w http.ResponseWriter, r *http.Request) {
	switch r.Method + " " + r.URL.Path[len(sideDoorPrefix):] {
	case "GET outbox":
		messages := []*message{}
		s.store.view(func(st *state) {
			for _, m := range st.outbox.below("") {
				messages = append(messages, m)
			}
		})
		sendJSON(w, map[string]any{"messages": messages})
	case "GET calls":
		sendJSON(w, s.callCounts())
	case "DELETE calls":
		for _, table := range s.ops {
			for _, op := range table {
				op.calls.Store(0)
			}
		}
		w.WriteHeader(http.StatusNoContent)
	case "GET clock", "POST clock":
		s.clockDoor(w, r)
	case "POST findings":
		s.findingDoor(w, r)
	default:
		http.Error(w, "no such door", http.StatusNotFound)
	}
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

func sendJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	json.NewEncoder(w).Encode(v) // the client may be gone; there is nobody to tell
}
