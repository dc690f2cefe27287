package emulator

// The side door of faults.
//
//	GET    /_watchbill/faults      {"faults": [{"id": "1", "operation": "List*", "fault": "throttle", ..., "seen": 7, "hits": 2}]}
//	POST   /_watchbill/faults      adds a Fault; answers it like GET
//	DELETE /_watchbill/faults      forgets all; /_watchbill/faults/ID forgets one

import (
	"encoding/json"
	"net/http"
)

const maxFaultBody = 4 << 10

type shownFault struct {
	ID string `json:"id"`
	Fault
	Seen int `json:"seen"` // calls that matched
	Hits int `json:"hits"` // calls it struck
}

func (s *Server) shownFaults() []shownFault {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	out := []shownFault{}
	for _, r := range s.faults.rules {
		out = append(out, shownFault{r.id, r.Fault, r.seen, r.hits})
	}
	return out
}

func (s *Server) faultsDoor(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodDelete:
		s.ClearFaults()
		w.WriteHeader(http.StatusNoContent)
	case http.MethodGet:
		sendJSON(w, map[string]any{"faults": s.shownFaults()})
	default:
		var f Fault
		body := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxFaultBody))
		body.DisallowUnknownFields()
		if err := body.Decode(&f); err != nil {
			http.Error(w, `fault: send {"operation": "List*", "fault": "throttle", "times": 3}`, http.StatusBadRequest)
			return
		}
		id, err := s.AddFault(f)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		sendJSON(w, shownFault{ID: id, Fault: f})
	}
}

func (s *Server) dropFaultDoor(w http.ResponseWriter, id string) {
	if s.ClearFaults(id) == 0 {
		http.Error(w, "fault: there is no rule with this id", http.StatusNotFound)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
