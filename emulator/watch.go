package emulator

// The page at /: incidents with their timelines, who was paged and when, people and the codes that
// wait for them, hosts and alarms, and buttons for the clock and for breaking hosts. It is for eyes
// only: HTML from the server, forms and no script. It shows codes and never an address.

import (
	"bytes"
	"net/http"
	"net/url"
	"time"
)

// isPage reports whether a request is a person's. At the same path AWS's clients call operations: by
// POST, or with a query that names one.
func isPage(r *http.Request) bool {
	return r.URL.Path == "/" && (r.Method == http.MethodGet || r.Method == http.MethodHead) &&
		r.Header.Get("X-Amz-Target") == "" && !r.URL.Query().Has("Action")
}

func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	if err := s.settle(); err != nil {
		http.Error(w, "page: the store failed", http.StatusInternalServerError)
		return
	}
	v := watchView{account: s.account, clock: s.Clock(), refresh: r.URL.Query().Has("refresh")}
	s.store.view(v.gather)
	var out bytes.Buffer
	if err := v.document().Render(&out); err != nil {
		http.Error(w, "page: it cannot be shown", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", watchPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin") // "no-referrer" would hide the Origin of our own forms
	h.Set("Cache-Control", "no-store")
	if r.Method == http.MethodHead {
		return
	}
	w.Write(out.Bytes()) // the client may be gone; there is nobody to tell
}

// pageClockDoor is the clock's buttons: the clock's door with a form instead of JSON.
func (s *Server) pageClockDoor(w http.ResponseWriter, r *http.Request) {
	if r.Body == nil {
		r.Body = http.NoBody // in process
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxClockBody)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "clock: this is not the page's form", http.StatusBadRequest)
		return
	}
	order, ok := orderOfForm(r.PostForm)
	if !ok {
		http.Error(w, "clock: this is not the page's form", http.StatusBadRequest)
		return
	}
	if err := s.obey(order); err != nil {
		failClock(w, err)
		return
	}
	backToPage(w, r)
}

func orderOfForm(form url.Values) (order clockOrder, ok bool) {
	switch do := form.Get("do"); do {
	case "stop":
		order.Stop = true
	case "run":
		order.Run = true
	case "real", "minute", "hour":
		speed := map[string]float64{"real": 1, "minute": 60, "hour": 3600}[do]
		order.Speed, order.Run = &speed, true
	case "next":
		next, err := time.Parse(time.RFC3339Nano, form.Get("next"))
		if err != nil {
			return order, false
		}
		order.Set = &next
	default:
		if _, err := time.ParseDuration(do); err != nil {
			return order, false
		}
		order.Advance = &do
	}
	return order, true
}
