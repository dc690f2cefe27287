package resource

import (
	"reflect"
	"slices"
	"strings"

	"github.com/watchbill/watchbill/internal/diag"
)

// Action is what a change does; the words are those users see.
type Action string

// Replace creates the new object, points dependants at it, and deletes the old.
const (
	Create  Action = "create"
	Update  Action = "update"
	Replace Action = "replace"
	Delete  Action = "delete"
)

// Change is one difference between desired and observed.
type Change struct {
	Addr   Addr
	Action Action
	// Before is nil on create, After on delete.
	Before, After *Object
	Fields        []FieldChange
	// Reason tells the reader why, when the fields do not: another change forces
	// this one. Apply must not look at it.
	Reason string
	// Apart, when not "", keeps a deletion out of the counts of MassChange, because a guard of its
	// own judges it: the target of a fleet's alarm is gone, without anybody's edit.
	Apart string
	// Gone says that what a deleted object was for was asked for by name and is not there: its
	// protection has nothing left to keep.
	Gone bool
	// Notes are sentences the kind adds for people ("needs a new activation code").
	Notes []string

	// Effect is what the creation or update does to who is paged, Removal what the
	// deletion does; steps are ordered by it among those of one Group. Of those that
	// shift, Turn and RemovalTurn say which comes first.
	Effect, Removal          Effect
	Group, Turn, RemovalTurn int

	// spare marks the deletion of a second live object: the address stays.
	spare bool
}

// Spare reports the deletion of a second live object: the address itself stays.
func (c *Change) Spare() bool { return c.spare }

// Effect is what a step does to who is paged, at any instant.
type Effect int

// The effects, in the order in which steps of one group are done.
const (
	Neutral Effect = iota // nobody is paged sooner or later for it
	Gains                 // nobody is paged later
	Shifts                // better at one hour, worse at another
	Loses                 // nobody is paged sooner
)

// Origin is where the change was asked for: the item's place, zero on delete.
func (c *Change) Origin() diag.Pos {
	if c.After == nil {
		return diag.Pos{}
	}
	return c.After.Origin
}

// WithoutFields is an update that leaves some of the spec's own fields as they are, by
// their names in JSON. The receiver stays what it is.
func (c *Change) WithoutFields(names []string) *Change {
	less := *c
	less.Fields = slices.DeleteFunc(slices.Clone(c.Fields), func(f FieldChange) bool {
		first := f.Path
		if i := strings.IndexAny(first, ".["); i >= 0 {
			first = first[:i]
		}
		return slices.Contains(names, first)
	})
	have := reflect.ValueOf(c.Before.Spec)
	want := reflect.New(have.Type()).Elem()
	want.Set(reflect.ValueOf(c.After.Spec))
	for i := range want.NumField() {
		if slices.Contains(names, jsonName(want.Type().Field(i))) {
			want.Field(i).Set(have.Field(i))
		}
	}
	after := *c.After
	after.Spec = want.Interface()
	less.After = &after
	return &less
}

// FieldChange is one differing field. Path is written as in the specs' JSON
// (stages[1].wait_minutes); Before and After are JSON-ready values, nil for
// absent. A Sensitive value is masked already.
type FieldChange struct {
	Path          string `json:"path"`
	Before        any    `json:"before"`
	After         any    `json:"after"`
	Sensitive     bool   `json:"sensitive"`
	forcesReplace bool
}

// Refusal is what a guard does not let pass; while there is one, nothing of the
// change set may be applied. Guard is the guard's name (foreign, protected, …),
// Why a sentence with the numbers, Lift what the user can do about it. An Addr
// without a Name stands for the whole kind, the zero Addr for all kinds.
type Refusal struct {
	Addr   Addr
	Action Action
	Guard  string
	Why    string
	Lift   string
}

// Unread is an address (or a whole kind, see State.MarkUnknown) that could not
// be read, so nothing was planned for it.
type Unread struct {
	Addr Addr
	Err  error
}

// ForeignGuard refuses to touch what carries our name and not our mark.
const ForeignGuard = "foreign"

// Kept is a live object that is not in the plan and stays all the same: of ours, or a
// person's below something of ours.
type Kept struct {
	Addr Addr
	Why  string
}

// ChangeSet is the outcome of a comparison, sorted by address.
type ChangeSet struct {
	Changes  []*Change
	Refusals []Refusal
	Unread   []Unread
	Kept     []Kept
	// Same is the number of desired objects that need nothing.
	Same int
}

// Empty reports whether there is nothing to apply.
func (cs *ChangeSet) Empty() bool { return len(cs.Changes) == 0 }

// Count is the number of changes with the action.
func (cs *ChangeSet) Count(a Action) int {
	n := 0
	for _, c := range cs.Changes {
		if c.Action == a {
			n++
		}
	}
	return n
}
