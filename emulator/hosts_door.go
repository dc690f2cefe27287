package emulator

// The hosts' side door.
//
//	GET    /_watchbill/hosts?type=&region=&id=   {"hosts": [HOST, …]} in the order of Region, type and ID
//	POST   /_watchbill/hosts                     a HOST or {"hosts": [HOST, …]}: adds those that are not there
//	                                             and changes the others; all or none. Answers like GET. (PUT is the same)
//	DELETE /_watchbill/hosts?id=&type=&region=   takes one away; 404 when it is not there
//
// A HOST is {"id": "i-0abc", "type": "ec2:instance", "region": "ap-northeast-1", "tags": {"env": "production"},
// "broken": true}. The type is ec2:instance and the Region the replication set's home unless it says
// otherwise. Tags that are not named stay, null takes one away. Without "broken" it stays as it is.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/watchbill/watchbill/emulator/wire"
)

// hostOrder is what a client says of a host.
type hostOrder struct {
	ID     string             `json:"id"`
	Type   string             `json:"type"`
	Region string             `json:"region"`
	Tags   map[string]*string `json:"tags"`
	Broken *bool              `json:"broken"`
}

// shownHost is a host as the door shows it.
type shownHost struct {
	ID          string            `json:"id"`
	Type        string            `json:"type"`
	Region      string            `json:"region"`
	ARN         string            `json:"arn"`
	Tags        map[string]string `json:"tags"`
	Added       time.Time         `json:"added"`
	Broken      bool              `json:"broken"`
	BrokenSince *time.Time        `json:"broken_since,omitempty"`
}

func (h *host) out() shownHost {
	shown := shownHost{ID: h.ID, Type: h.Type, Region: h.Region, ARN: h.ARN, Tags: h.Tags, Added: h.Added, Broken: h.broken()}
	if h.broken() {
		shown.BrokenSince = &h.Turns[len(h.Turns)-1]
	}
	return shown
}

// hostProblem is an order that cannot be obeyed.
type hostProblem struct {
	text   string
	status int
}

func (p *hostProblem) Error() string { return "hosts: " + p.text }

func badHost(format string, args ...any) error {
	return &hostProblem{fmt.Sprintf(format, args...), http.StatusBadRequest}
}

func (s *Server) hostsDoor(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	var shown []shownHost
	var err error
	switch r.Method {
	case http.MethodGet:
		if err = s.settle(); err == nil {
			shown = s.shownHosts(q.Get("region"), q.Get("type"), q.Get("id"))
		}
	case http.MethodDelete:
		err = s.changeHosts(func(tx *tx, now time.Time) error {
			return s.dropHost(tx, now, hostOrder{ID: q.Get("id"), Type: q.Get("type"), Region: q.Get("region")})
		})
	default:
		shown, err = s.orderHosts(r.Body)
	}
	switch problem, ok := err.(*hostProblem); {
	case ok:
		http.Error(w, problem.Error(), problem.status)
	case err != nil:
		http.Error(w, "hosts: the store failed", http.StatusInternalServerError)
	case r.Method == http.MethodDelete:
		w.WriteHeader(http.StatusNoContent)
	default:
		sendJSON(w, map[string]any{"hosts": orEmptyHosts(shown)})
	}
}

func orEmptyHosts(list []shownHost) []shownHost {
	if list == nil {
		return []shownHost{}
	}
	return list
}

func (s *Server) shownHosts(region, kind, id string) (shown []shownHost) {
	if alias, ok := hostAliases[kind]; ok {
		kind = alias
	}
	s.store.view(func(st *state) {
		for _, h := range st.hosts.below("") {
			if h.Gone.IsZero() && (region == "" || h.Region == region) && (kind == "" || h.Type == kind) && (id == "" || h.ID == id) {
				shown = append(shown, h.out())
			}
		}
	})
	return shown
}

// orderHosts does what a body says, all or nothing.
func (s *Server) orderHosts(body io.Reader) (shown []shownHost, err error) {
	const help = `send {"id": "i-0abc", "tags": {"env": "production"}, "broken": true} or {"hosts": [{…}, …]}`
	if body == nil {
		return nil, badHost(help)
	}
	data, err := io.ReadAll(io.LimitReader(body, wire.MaxBody))
	if err != nil || !plausible(data) {
		return nil, badHost(help)
	}
	var many struct{ Hosts []hostOrder }
	var one hostOrder
	if bytes.Contains(data, []byte(`"hosts"`)) {
		if err := strict(data, &many); err != nil {
			return nil, badHost("%v: %s", err, help)
		}
	} else {
		if err := strict(data, &one); err != nil {
			return nil, badHost("%v: %s", err, help)
		}
		many.Hosts = []hostOrder{one}
	}
	var changed []*host
	err = s.changeHosts(func(tx *tx, now time.Time) error {
		changed = nil
		for _, order := range many.Hosts {
			h, err := s.orderHost(tx, now, order)
			if err != nil {
				return err
			}
			changed = append(changed, h)
		}
		wakeAlarms(tx, now, changed)
		return nil
	})
	for _, h := range changed {
		shown = append(shown, h.out())
	}
	return shown, err
}

func strict(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(v)
}

// changeHosts runs a change of hosts, in time: what came due before is done first.
func (s *Server) changeHosts(change func(*tx, time.Time) error) error {
	defer s.setAlarm()
	return s.store.update(func(tx *tx) error {
		now := s.now(tx.state)
		s.pass(tx, now)
		forgetHosts(tx, now)
		return change(tx, now)
	})
}

// complete fills in what an order leaves open.
func (o *hostOrder) complete(st *state, now time.Time) (hostType, error) {
	if alias, ok := hostAliases[o.Type]; ok {
		o.Type = alias
	}
	if o.Type == "" {
		o.Type = defaultHostType
	}
	if o.Region == "" {
		o.Region = wire.DefaultRegion
		if set := currentSet(st, now); set != nil {
			o.Region = set.Home
		}
	}
	t, ok := hostTypes[o.Type]
	switch {
	case !ok:
		return t, badHost("type %q is not one of %s", cut(o.Type, 60), strings.Join(hostKinds, ", "))
	case !wire.IsRegion(o.Region):
		return t, badHost("%q is no Region", cut(o.Region, 60))
	case len(o.ID) > 256 || strings.ContainsAny(o.ID, " \t\r\n\x00") || t.dimensionsOf(o.ID) == nil:
		return t, badHost("%q is no ID of a %s: it is the end of its ARN, %s", cut(o.ID, 60), o.Type, t.arn)
	}
	return t, nil
}

func (s *Server) orderHost(tx *tx, now time.Time, o hostOrder) (*host, error) {
	t, err := o.complete(tx.state, now)
	if err != nil {
		return nil, err
	}
	h := &host{Region: o.Region, Type: o.Type, ID: o.ID, ARN: t.arnOf(s.account, o.Region, o.ID), Added: now.Truncate(time.Millisecond)}
	if old := tx.hosts.get(h.key()); old != nil && old.Gone.IsZero() {
		again := *old
		h = &again
	} else if old == nil && tx.hosts.len() >= maxHosts {
		return nil, badHost("there can be %d of them at most", maxHosts)
	}
	tags := maps.Clone(h.Tags)
	if tags == nil {
		tags = map[string]string{}
	}
	for _, key := range sortedKeys(o.Tags) {
		value := o.Tags[key]
		switch {
		case value == nil:
			delete(tags, key)
			continue
		case key == "" || len(key) > 128 || len(*value) > 256:
			return nil, badHost("a tag's key has 1 to 128 characters and its value 256 at most")
		}
		tags[key] = *value
	}
	if len(tags) > maxHostTags {
		return nil, badHost("a resource has %d tags at most", maxHostTags)
	}
	h.Tags, h.Tagged = tags, h.Tagged || len(tags) > 0
	if o.Broken != nil {
		h.turn(*o.Broken, now.Truncate(time.Millisecond))
	}
	tx.hosts.put(tx, h.key(), h)
	return h, nil
}

func (s *Server) dropHost(tx *tx, now time.Time, o hostOrder) error {
	if _, err := o.complete(tx.state, now); err != nil {
		return err
	}
	h := tx.hosts.get(hostKey(o.Region, o.Type, o.ID))
	if h == nil || !h.Gone.IsZero() {
		return &hostProblem{fmt.Sprintf("there is no %s %s in %s", o.Type, o.ID, o.Region), http.StatusNotFound}
	}
	removeHost(tx, h, now.Truncate(time.Millisecond))
	wakeAlarms(tx, now, []*host{h})
	return nil
}
