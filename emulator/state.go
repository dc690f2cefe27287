package emulator

// What the account holds, in memory. Rows are never changed once they are in a table: a handler
// copies a row, changes the copy and puts it. Readers therefore keep rows without a lock.

import (
	"encoding/json"
	"iter"
	"slices"
	"strings"
	"time"
)

// state is everything an account holds.
type state struct {
	sets     table[replicationSet] // key: UUID; none or one
	contacts table[contact]        // key: REGION/ALIAS
	channels table[channel]        // key: REGION/ALIAS/UUID
	plans    table[responsePlan]   // key: name
	policies table[resourcePolicy] // key: ARN of the resource + " " + policy id
	tokens   table[tokenMemory]    // key: service.Operation REGION token
	outbox   table[message]        // key: sequence number, in order
}

// rows is a table without its type, as the store sees it. The order of tables() is the format of
// the store's change log in memory only; on disk tables go by name.
type rows interface {
	name() string
	set(key string, row any) // row nil deletes
	decode(data []byte) (any, error)
	copyFrom(rows)
	keyList() []string
	drop(tx *tx, key string)
}

func newState() *state {
	st := &state{}
	for i, name := range []string{"replication_sets", "contacts", "channels", "response_plans", "policies", "tokens", "outbox"} {
		st.tables()[i].(interface{ init(string, int) }).init(name, i)
	}
	return st
}

func (st *state) tables() []rows {
	return []rows{&st.sets, &st.contacts, &st.channels, &st.plans, &st.policies, &st.tokens, &st.outbox}
}

// table holds rows of one type in the order of their keys.
type table[T any] struct {
	title string
	index int // place in tables()
	row   map[string]*T
	keys  []string // sorted
}

func (t *table[T]) init(title string, index int) {
	t.title, t.index, t.row = title, index, map[string]*T{}
}

func (t *table[T]) name() string      { return t.title }
func (t *table[T]) keyList() []string { return t.keys }
func (t *table[T]) len() int          { return len(t.keys) }

// drop deletes a row within a transaction.
func (t *table[T]) drop(tx *tx, key string) { t.put(tx, key, nil) }

// get returns nil when there is no such row.
func (t *table[T]) get(key string) *T { return t.row[key] }

// after walks the rows whose key begins with prefix and is greater than last, in order of keys.
func (t *table[T]) after(prefix, last string) iter.Seq2[string, *T] {
	return func(yield func(string, *T) bool) {
		i, found := slices.BinarySearch(t.keys, max(prefix, last))
		if found && last >= prefix && last != "" {
			i++
		}
		for ; i < len(t.keys) && strings.HasPrefix(t.keys[i], prefix); i++ {
			if !yield(t.keys[i], t.row[t.keys[i]]) {
				return
			}
		}
	}
}

// below walks the rows whose key begins with prefix.
func (t *table[T]) below(prefix string) iter.Seq2[string, *T] { return t.after(prefix, "") }

// put sets a row within a transaction; nil deletes it.
func (t *table[T]) put(tx *tx, key string, row *T) {
	c := change{table: t.index, key: key}
	if before := t.row[key]; before != nil {
		c.before = before
	}
	if row != nil {
		c.after = row
	}
	if c.before == nil && c.after == nil {
		return
	}
	tx.log = append(tx.log, c)
	t.set(key, c.after)
}

func (t *table[T]) set(key string, row any) {
	i, found := slices.BinarySearch(t.keys, key)
	if row == nil {
		if found {
			t.keys = slices.Delete(t.keys, i, i+1)
			delete(t.row, key)
		}
		return
	}
	if !found {
		t.keys = slices.Insert(t.keys, i, key)
	}
	t.row[key] = row.(*T)
}

func (t *table[T]) decode(data []byte) (any, error) {
	row := new(T)
	if err := json.Unmarshal(data, row); err != nil {
		return nil, err
	}
	return row, nil
}

func (t *table[T]) copyFrom(other rows) {
	o := other.(*table[T])
	t.keys = slices.Clone(o.keys)
	t.row = make(map[string]*T, len(o.row))
	for k, v := range o.row {
		t.row[k] = v
	}
}

// change is one row written by a transaction; before and after are nil where there is no row.
type change struct {
	table         int
	key           string
	before, after any
}

// tx is what a write handler works on: the state with everything written before it, whether or
// not that has reached the disk. If the handler returns an error, its changes are undone.
type tx struct {
	*state
	log []change
}

func (tx *tx) undo() { undo(tx.state, tx.log) }

func undo(st *state, log []change) {
	tables := st.tables()
	for _, c := range slices.Backward(log) {
		tables[c.table].set(c.key, c.before)
	}
}

// tokenMemory remembers what a call with an idempotency token answered.
type tokenMemory struct {
	Digest []byte          // of the parameters without the token
	Answer json.RawMessage // null for an empty answer
	At     time.Time
}
