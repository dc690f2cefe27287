package emulator

// The outbox's side door.
//
//	GET /_watchbill/outbox   {"messages": [...], "last": ID}, oldest first
//
// "last" is the id of the newest message of all, "" when there is none. The query may hold
//
//	since=ID        only newer ones
//	kind=page       only of this kind: activation, page or notification
//	contact=ALIAS   only to this contact, by alias or ARN
//	channel=ARN     only to this channel
//	incident=ARN    only of this incident
//	limit=N         only the newest N
//	wait=20s        when there is none, wait for one, at most so long (and at most five minutes)

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const maxOutboxWait = 5 * time.Minute

type outboxQuery struct {
	since, kind, contact, channel, incident string
	limit                                   int
	wait                                    time.Duration
}

func readOutboxQuery(q url.Values) (outboxQuery, string) {
	o := outboxQuery{since: q.Get("since"), kind: q.Get("kind"), contact: q.Get("contact"), channel: q.Get("channel"),
		incident: q.Get("incident"), limit: maxOutbox}
	if text := q.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return o, "outbox: limit must be a number"
		}
		o.limit = n
	}
	if text := q.Get("wait"); text != "" {
		d, err := time.ParseDuration(text)
		if err != nil || d < 0 {
			return o, "outbox: wait must be a duration such as 20s"
		}
		o.wait = min(d, maxOutboxWait)
	}
	return o, ""
}

func (o *outboxQuery) wants(m *message) bool {
	return (o.kind == "" || m.Kind == o.kind) &&
		(o.contact == "" || m.ContactARN == o.contact || strings.HasSuffix(m.ContactARN, ":contact/"+o.contact)) &&
		(o.channel == "" || m.ChannelARN == o.channel) &&
		(o.incident == "" || m.Incident == o.incident)
}

// find returns the messages and the id of the newest one of all.
func (o *outboxQuery) find(st *state) (messages []*message, last string) {
	messages = []*message{}
	for _, m := range st.outbox.after("", o.since) {
		if o.wants(m) {
			messages = append(messages, m)
		}
	}
	if keys := st.outbox.keys; len(keys) > 0 {
		last = keys[len(keys)-1]
	}
	return messages[max(0, len(messages)-o.limit):], last
}

func (s *Server) outboxDoor(w http.ResponseWriter, r *http.Request) {
	o, problem := readOutboxQuery(r.URL.Query())
	if problem != "" {
		http.Error(w, problem, http.StatusBadRequest)
		return
	}
	until := time.Now().Add(o.wait)
	for {
		changed := s.store.changed()
		if err := s.settle(); err != nil {
			http.Error(w, "outbox: the store failed", http.StatusInternalServerError)
			return
		}
		var messages []*message
		var last string
		s.store.view(func(st *state) { messages, last = o.find(st) })
		left := time.Until(until)
		if len(messages) > 0 || left <= 0 || !s.linger(r, changed, left) {
			sendJSON(w, map[string]any{"messages": messages, "last": last})
			return
		}
	}
}
