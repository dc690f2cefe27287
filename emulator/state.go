package emulator

// What the account holds, in memory. Rows are never changed once they are in a table: a handler
// copies a row, changes the copy and puts it. Readers therefore keep rows without a lock.

import (
	"encoding/json"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// state is everything an account holds.
type state struct {
	rotations table[rotation]         // key: REGION/UUID
	overrides table[rotationOverride] // key: of the rotation, "/UUID"

	sets     table[replicationSet] // key: UUID; none or one
	contacts table[contact]        // key: REGION/ALIAS
	channels table[channel]        // key: REGION/ALIAS/UUID
	plans    table[responsePlan]   // key: name
	policies table[resourcePolicy] // key: ARN of the resource + " " + policy id
	tokens   table[tokenMemory]    // key: service.Operation REGION token
	outbox   table[message]        // key: sequence number, in order

	runs        table[run]        // key: IncidentId, or of an engagement without one its key
	dues        table[dueRun]     // key: time and key of a run, in order of time
	engagements table[engagement] // key: REGION/UUID
	pages       table[page]       // key: REGION/ALIAS/UUID
	receipts    table[receipt]    // key: of the page, number
	listings    table[ref]        // key: listing, newest first
	clocks      table[clockRow]   // key: "clock"; none: the clock was never touched

	incidents    table[incident]      // key: PLAN/UUID
	timeline     table[timelineEvent] // key: PLAN/UUID/NUMBER
	related      table[relatedItem]   // key: PLAN/UUID/NUMBER
	findings     table[finding]       // key: PLAN/UUID/ID
	openTriggers table[openTrigger]   // key: what makes two triggers the same

	roles      table[role]       // key: name
	documents  table[document]   // key: REGION/NAME
	executions table[execution]  // key: REGION/ID
	parameters table[parameter]  // key: REGION/NAME
	secrets    table[keptSecret] // key: REGION/NAME

	documentVersions table[documentVersion] // key: REGION/NAME/NUMBER
	managedPolicies  table[managedPolicy]   // key: ARN

	alarms          table[metricAlarm]  // key: REGION/NAME
	compositeAlarms table[ref]          // key: REGION/NAME; the composite ones among them
	alarmDues       table[alarmDue]     // key: time and key of an alarm, in order of time
	alarmHistory    table[alarmMoment]  // key: sequence number, in order
	muteRules       table[muteRule]     // key: REGION/NAME
	hosts           table[host]         // key: "REGION TYPE ID"
	mendings        table[mending]      // key: time and key of a host, in order of time
	metricSeries    table[storedSeries] // key: Region, namespace, name and dimensions, with NUL between them

	topics        table[topic]        // key: REGION/NAME
	subscriptions table[subscription] // key: REGION/TOPIC/UUID

	eventRules      table[eventRule]      // key: REGION/BUS/NAME
	eventBuses      table[eventBus]       // key: REGION/NAME; the default bus has none
	deliveredEvents table[deliveredEvent] // key: sequence number, in order

	chatRooms table[chatRoom] // key: KIND/NAME
	chatTeams table[chatTeam] // key: KIND/ID
}

// rows is a table without its type, as the store sees it.
type rows interface {
	init(name string, index int)
	name() string
	set(key string, row encoder) // a nil row deletes
	load(key string, data []byte) encoder
	copyFrom(rows)
	keyList() []string
	drop(tx *tx, key string)
	row(key string) encoder                // there is one
	restore(key string, data []byte) error // see state_door.go
	replace(tx *tx, with rows)
}

// encoder is a row without its type.
type encoder interface{ encode() ([]byte, error) }

func newState() *state {
	st := &state{}
	for i, name := range []string{"rotations", "rotation_overrides", "replication_sets", "contacts", "channels", "response_plans", "policies", "tokens", "outbox",
		"runs", "dues", "engagements", "pages", "receipts", "listings", "clocks",
		"incidents", "timeline", "related_items", "findings", "open_triggers", "roles", "documents", "automation_executions",
		"parameters", "secrets", "document_versions", "managed_policies",
		"alarms", "composite_alarms", "alarm_dues", "alarm_history", "alarm_mute_rules", "hosts", "mendings", "metric_series",
		"topics", "subscriptions",
		"event_rules", "event_buses", "event_deliveries", "chat_rooms", "chat_teams",
	} {
		st.tables()[i].init(name, i)
	}
	return st
}

func (st *state) tables() []rows {
	return []rows{&st.rotations, &st.overrides, &st.sets, &st.contacts, &st.channels, &st.plans, &st.policies, &st.tokens, &st.outbox,
		&st.runs, &st.dues, &st.engagements, &st.pages, &st.receipts, &st.listings, &st.clocks,
		&st.incidents, &st.timeline, &st.related, &st.findings, &st.openTriggers, &st.roles, &st.documents, &st.executions,
		&st.parameters, &st.secrets, &st.documentVersions, &st.managedPolicies,
		&st.alarms, &st.compositeAlarms, &st.alarmDues, &st.alarmHistory, &st.muteRules, &st.hosts, &st.mendings, &st.metricSeries,
		&st.topics, &st.subscriptions,
		&st.eventRules, &st.eventBuses, &st.deliveredEvents, &st.chatRooms, &st.chatTeams,
	}
}

// cell holds one row. A row that came from the disk is decoded when it is first wanted: a program
// that looks at three contacts should not wait for five thousand.
type cell[T any] struct {
	row  atomic.Pointer[T]
	data []byte // of a row from the disk; its checksum has been verified
}

func cellOf[T any](row *T) *cell[T] {
	c := &cell[T]{}
	c.row.Store(row)
	return c
}

// get decodes. Data with a good checksum that cannot be decoded was written wrong: that is a
// programming error, and panics.
func (c *cell[T]) get() *T {
	if row := c.row.Load(); row != nil {
		return row
	}
	row := new(T)
	if err := json.Unmarshal(c.data, row); err != nil {
		panic("emulator: a row of the store cannot be decoded")
	}
	c.row.CompareAndSwap(nil, row)
	return c.row.Load()
}

func (c *cell[T]) encode() ([]byte, error) { return json.Marshal(c.get()) }

// table holds rows of one type in the order of their keys.
type table[T any] struct {
	title string
	index int // place in tables()
	cells map[string]*cell[T]
	keys  []string // sorted
}

func (t *table[T]) init(title string, index int) {
	t.title, t.index, t.cells = title, index, map[string]*cell[T]{}
}

func (t *table[T]) name() string      { return t.title }
func (t *table[T]) keyList() []string { return t.keys }
func (t *table[T]) len() int          { return len(t.keys) }

// drop deletes a row within a transaction.
func (t *table[T]) drop(tx *tx, key string) { t.put(tx, key, nil) }

// get returns nil when there is no such row.
func (t *table[T]) get(key string) *T {
	if c := t.cells[key]; c != nil {
		return c.get()
	}
	return nil
}

// after walks the rows whose key begins with prefix and is greater than last, in order of keys.
func (t *table[T]) after(prefix, last string) iter.Seq2[string, *T] {
	return func(yield func(string, *T) bool) {
		i, found := slices.BinarySearch(t.keys, max(prefix, last))
		if found && last >= prefix && last != "" {
			i++
		}
		for ; i < len(t.keys) && strings.HasPrefix(t.keys[i], prefix); i++ {
			if !yield(t.keys[i], t.get(t.keys[i])) {
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
	if before := t.cells[key]; before != nil {
		c.before = before
	}
	if row != nil {
		c.after = cellOf(row)
	}
	if c.before == nil && c.after == nil {
		return
	}
	tx.log = append(tx.log, c)
	t.set(key, c.after)
}

func (t *table[T]) set(key string, row encoder) {
	i := len(t.keys)
	found := false
	if i > 0 && key <= t.keys[i-1] { // loading goes in order: no search
		i, found = slices.BinarySearch(t.keys, key)
	}
	if row == nil {
		if found {
			t.keys = slices.Delete(t.keys, i, i+1)
			delete(t.cells, key)
		}
		return
	}
	if !found {
		t.keys = slices.Insert(t.keys, i, key)
	}
	t.cells[key] = row.(*cell[T])
}

func (t *table[T]) load(key string, data []byte) encoder {
	c := &cell[T]{data: data}
	t.set(key, c)
	return c
}

func (t *table[T]) copyFrom(other rows) {
	o := other.(*table[T])
	t.keys, t.cells = slices.Clone(o.keys), maps.Clone(o.cells)
}

// change is one row written by a transaction; before and after are nil where there is no row.
type change struct {
	table         int
	key           string
	before, after encoder
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
