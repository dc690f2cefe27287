package emulator

// The state's side door: everything the account holds, out and in again. It is as confidential as
// the outbox: it holds addresses and codes.
//
//	GET  /_watchbill/state   {"format": 1, "account": "111122223333", "tables": {"contacts": {KEY: ROW}}}
//	PUT  /_watchbill/state   replaces everything by such a document, at once or not at all (POST is the same)
//
// Rows are the store's own, not an interface: a document is for the program that wrote it, and for
// newer ones.

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
)

// maxState is how many bytes an imported document may have.
const maxState = 256 << 20

type stateDocument struct {
	Format  int                                   `json:"format"` // storeFormat
	Account string                                `json:"account"`
	Tables  map[string]map[string]json.RawMessage `json:"tables"`
}

// ErrState is what is wrong with a document that was to be imported. Nothing was changed.
var ErrState = errors.New("state")

// Export returns the account's whole state as JSON. It holds addresses and codes.
func (s *Server) Export() ([]byte, error) {
	s.gate.RLock()
	defer s.gate.RUnlock()
	if s.closed {
		return nil, ErrClosed
	}
	return s.export()
}

func (s *Server) export() ([]byte, error) {
	if err := s.settle(); err != nil {
		return nil, fmt.Errorf("export the state: %w", err)
	}
	doc := stateDocument{Format: storeFormat, Account: s.account, Tables: map[string]map[string]json.RawMessage{}}
	var err error
	s.store.view(func(st *state) {
		for _, t := range st.tables() {
			out := make(map[string]json.RawMessage, len(t.keyList()))
			for _, key := range t.keyList() {
				data, failed := t.row(key).encode()
				if failed != nil {
					err = failed
					return
				}
				out[key] = data
			}
			doc.Tables[t.name()] = out
		}
	})
	if err != nil {
		return nil, fmt.Errorf("export the state: %w", err)
	}
	return json.Marshal(doc)
}

// Import replaces everything the account holds by an exported state of the same account. The clock
// is part of it, so time may go back. Errors: ErrState, or trouble of the store.
func (s *Server) Import(data []byte) error {
	s.gate.RLock()
	defer s.gate.RUnlock()
	if s.closed {
		return ErrClosed
	}
	return s.restore(data)
}

func (s *Server) restore(data []byte) error {
	fresh, err := s.readState(data)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrState, err)
	}
	defer s.setAlarm()
	return s.store.update(func(tx *tx) error {
		for i, t := range tx.tables() {
			t.replace(tx, fresh.tables()[i])
		}
		return nil
	})
}

// readState builds a state of a document and looks whether it holds together.
func (s *Server) readState(data []byte) (*state, error) {
	var doc stateDocument
	if err := strictJSON(data, &doc); err != nil {
		return nil, errors.New("this is not an exported state")
	}
	switch {
	case doc.Format < 1 || doc.Tables == nil:
		return nil, errors.New("this is not an exported state")
	case doc.Format > storeFormat:
		return nil, fmt.Errorf("it has format %d, this program knows formats up to %d: use the newer program", doc.Format, storeFormat)
	case doc.Account != s.account:
		return nil, errors.New("it is of another account than this store")
	}
	st := newState()
	for _, t := range st.tables() {
		rows := doc.Tables[t.name()]
		for _, key := range slices.Sorted(maps.Keys(rows)) { // in order: nothing has to move
			if err := t.restore(key, rows[key]); err != nil {
				return nil, fmt.Errorf("a row of %s cannot be read", t.name())
			}
		}
		delete(doc.Tables, t.name())
	}
	if len(doc.Tables) > 0 {
		return nil, errors.New("it has tables that this program does not know")
	}
	return st, st.coherent()
}

// coherent finds the rows that are missing where the account could not go on without them.
func (st *state) coherent() error {
	for key, due := range st.dues.below("") {
		if st.runs.get(due.Run) == nil || dueKey(due.At, due.Run) != key {
			return errors.New("something is due for a run that is not there")
		}
	}
	for key, r := range st.runs.below("") {
		if key != r.Key {
			return errors.New("a run is not what it is called")
		}
		if err := r.check(st); err != nil {
			return err
		}
	}
	for _, p := range st.pages.below("") {
		if st.engagements.get(p.Engagement) == nil {
			return errors.New("a page has an engagement that is not there")
		}
	}
	for _, e := range st.engagements.below("") {
		if st.runs.get(e.Run) == nil {
			return errors.New("an engagement has a run that is not there")
		}
	}
	for _, r := range st.listings.below("") {
		if st.engagements.get(r.Key) == nil && st.pages.get(r.Key) == nil {
			return errors.New("a list has a row that is not there")
		}
	}
	for key, due := range st.alarmDues.below("") {
		if a := st.alarms.get(due.Alarm); a == nil || dueKey(due.At, due.Alarm) != key {
			return errors.New("an alarm is due that is not there")
		}
	}
	for key, m := range st.mendings.below("") {
		if dueKey(m.At, m.Host) != key {
			return errors.New("a host is mended at another time than is said")
		}
	}
	for key, h := range st.hosts.below("") {
		if t, ok := hostTypes[h.Type]; !ok || h.key() != key || t.dimensionsOf(h.ID) == nil {
			return errors.New("a host is not what it is called")
		}
	}
	for key := range st.compositeAlarms.below("") {
		if a := st.alarms.get(key); a == nil || !a.Composite {
			return errors.New("a composite alarm is not there")
		}
	}
	for key, a := range st.alarms.below("") {
		if at, due := a.due(); key != a.key() || due && st.alarmDues.get(dueKey(at, key)) == nil || a.Composite && st.compositeAlarms.get(key) == nil {
			return errors.New("an alarm is not what it is called")
		}
		if err := a.coherent(); err != nil {
			return err
		}
	}
	for _, open := range st.openTriggers.below("") {
		if st.incidents.get(open.Incident) == nil {
			return errors.New("a trigger has an incident that is not there")
		}
	}
	return nil
}

func (t *table[T]) row(key string) encoder { return t.cells[key] }

// restore sets a row outside any transaction. Unlike a row from the disk it has no checksum, so it
// is decoded at once and strictly.
func (t *table[T]) restore(key string, data []byte) error {
	row := new(T)
	if err := strictJSON(data, row); err != nil {
		return err
	}
	t.cells[key] = cellOf(row)
	i, found := slices.BinarySearch(t.keys, key)
	if !found {
		t.keys = slices.Insert(t.keys, i, key)
	}
	return nil
}

// replace makes a table equal to another one within a transaction. Rows go from the end, where that
// costs least.
func (t *table[T]) replace(tx *tx, with rows) {
	o := with.(*table[T])
	for _, key := range slices.Backward(slices.Clone(t.keys)) {
		if o.cells[key] == nil {
			t.put(tx, key, nil)
		}
	}
	for _, key := range o.keys {
		t.put(tx, key, o.get(key))
	}
}

// strictJSON decodes one value that has nothing after it and no members that v lacks.
func strictJSON(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("there is more than one value")
	}
	if string(bytes.TrimSpace(data)) == "null" {
		return errors.New("null is no row")
	}
	return nil
}

func (s *Server) exportDoor(w http.ResponseWriter) {
	data, err := s.export()
	if err != nil {
		http.Error(w, "state: the store failed", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Write(data) // the client may be gone; there is nobody to tell
}

func (s *Server) importDoor(w http.ResponseWriter, r *http.Request) {
	if r.Body == nil {
		r.Body = http.NoBody // in process
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxState))
	if err != nil {
		http.Error(w, "state: the document could not be read", http.StatusBadRequest)
		return
	}
	switch err := s.restore(body); {
	case errors.Is(err, ErrState):
		http.Error(w, err.Error(), http.StatusBadRequest)
	case err != nil:
		http.Error(w, "state: the store failed", http.StatusInternalServerError)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}
