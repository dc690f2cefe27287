package emulator

// The clock's side door.
//
//	GET  /_watchbill/clock   {"now": RFC3339, "speed": 60, "running": true, "next": RFC3339}
//	POST /_watchbill/clock   any of {"speed": 60, "stop": true, "run": true} and then one of
//	                         {"advance": "10m", "set": RFC3339}; answers like GET

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"
)

// clockOrder is the body of a POST.
type clockOrder struct {
	Speed   *float64   `json:"speed"`
	Stop    bool       `json:"stop"`
	Run     bool       `json:"run"`
	Advance *string    `json:"advance"`
	Set     *time.Time `json:"set"`
}

const maxClockBody = 4 << 10

func (s *Server) clockDoor(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		var order clockOrder
		body := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxClockBody))
		body.DisallowUnknownFields()
		if err := body.Decode(&order); err != nil {
			http.Error(w, `clock: send {"advance": "10m"}, {"set": "2026-12-07T09:00:00Z"}, {"speed": 60}, {"stop": true} or {"run": true}`, http.StatusBadRequest)
			return
		}
		if err := s.obey(order); err != nil {
			failClock(w, err)
			return
		}
	} else if err := s.settle(); err != nil {
		http.Error(w, "clock: the store failed", http.StatusInternalServerError)
		return
	}
	sendJSON(w, s.Clock())
}

// failClock answers an order that was not obeyed.
func failClock(w http.ResponseWriter, err error) {
	if errors.Is(err, ErrClock) {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	http.Error(w, "clock: the store failed", http.StatusInternalServerError)
}

// obey does the whole order or nothing.
func (s *Server) obey(o clockOrder) error {
	var by time.Duration
	if o.Advance != nil {
		var err error
		if by, err = time.ParseDuration(*o.Advance); err != nil || by < 0 {
			return clockProblem(`"advance" must be a duration such as 10m or 168h`)
		}
	}
	switch {
	case o.Stop && o.Run:
		return clockProblem(`it cannot both stop and run`)
	case o.Advance != nil && o.Set != nil:
		return clockProblem(`"advance" and "set" exclude each other`)
	case o == (clockOrder{}):
		return clockProblem(`nothing to do: send "advance", "set", "speed", "stop" or "run"`)
	}
	return s.turnClockLocked(func(row *clockRow) error {
		row.Stopped = o.Stop || row.Stopped && !o.Run
		if o.Speed != nil {
			if err := row.setSpeed(*o.Speed); err != nil {
				return err
			}
		}
		if o.Set != nil {
			return row.moveTo(o.Set.Round(0).UTC())
		}
		return row.moveTo(row.Account.Add(by))
	})
}

type clockProblem string

func (p clockProblem) Error() string { return "clock: " + string(p) }
func (clockProblem) Unwrap() error   { return ErrClock }
