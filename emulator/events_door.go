package emulator

// The events' side door.
//
//	GET  /_watchbill/events   {"deliveries": [...]}, the newest 200 deliveries of events to targets, oldest first
//	POST /_watchbill/events   {"source": "aws.health", "detail-type": "AWS Health Event", "detail": {}, "resources": [], "region": "us-east-1"}
//	                          an event as the AWS service of that name would send it: PutEvents refuses those

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/watchbill/watchbill/emulator/wire"
)

const maxEventBody = 256 << 10 // what PutEvents takes, in bytes

func (s *Server) eventsDoor(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		deliveries := []*deliveredEvent{}
		s.store.view(func(st *state) {
			for _, d := range st.deliveredEvents.below("") {
				deliveries = append(deliveries, d)
			}
		})
		sendJSON(w, map[string]any{"deliveries": deliveries})
		return
	}
	var in struct {
		Source     string          `json:"source"`
		Region     string          `json:"region"`
		DetailType string          `json:"detail-type"`
		Detail     json.RawMessage `json:"detail"`
		Resources  []string        `json:"resources"`
	}
	body := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxEventBody))
	body.DisallowUnknownFields()
	if err := body.Decode(&in); err != nil || in.Source == "" || in.DetailType == "" {
		http.Error(w, `events: send {"source": "aws.health", "detail-type": "AWS Health Event", "detail": {}}`, http.StatusBadRequest)
		return
	}
	if len(in.Detail) == 0 {
		in.Detail = json.RawMessage("{}")
	}
	if in.Region == "" {
		in.Region = wire.DefaultRegion
		s.store.view(func(st *state) {
			if set := currentSet(st, s.now(st)); set != nil {
				in.Region = set.Home
			}
		})
	}
	event := busEvent{Version: "0", ID: newUUID(), DetailType: in.DetailType, Source: in.Source, Account: s.account, Region: in.Region,
		Resources: orEmpty(in.Resources), Detail: json.RawMessage(compactJSON(string(in.Detail)))}
	err := s.store.update(func(tx *tx) error {
		now := s.now(tx.state)
		s.pass(tx, now)
		event.Time = now.UTC().Format(time.RFC3339)
		happen(&call{account: s.account, region: in.Region, now: now, opts: &s.opts}, tx, in.Region, jsonText(event))
		return nil
	})
	s.setAlarm()
	if err != nil {
		http.Error(w, "events: the store failed", http.StatusInternalServerError)
		return
	}
	sendJSON(w, map[string]string{"id": event.ID})
}
