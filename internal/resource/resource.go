// Package resource is what the engine knows of any kind of resource: its
// address, its objects on the desired and on the observed side, the difference
// between the two sides, the policies over that difference, and the order in
// which it may be applied. It knows no kind by name and no network.
package resource

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/watchbill/watchbill/internal/diag"
)

// Addr names a resource inside watchbill: contact/aiko, channel/aiko/phone.
// A child's name begins with its parent's.
type Addr struct{ Kind, Name string }

func (a Addr) String() string { return a.Kind + "/" + a.Name }

// IsZero reports whether a names nothing.
func (a Addr) IsZero() bool { return a == Addr{} }

// MarshalText writes the address as users read it, also as a map key.
func (a Addr) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// Compare orders addresses by kind, then by name.
func (a Addr) Compare(b Addr) int {
	if c := strings.Compare(a.Kind, b.Kind); c != 0 {
		return c
	}
	return strings.Compare(a.Name, b.Name)
}

// ParseAddr reads KIND/NAME.
func ParseAddr(s string) (Addr, error) {
	kind, name, ok := strings.Cut(s, "/")
	if !ok || kind == "" || name == "" {
		return Addr{}, fmt.Errorf("%q is not an address; write KIND/NAME, for example contact/aiko", s)
	}
	return Addr{kind, name}, nil
}

// Owner says whose a live resource is. Children that cannot carry tags have the
// owner of their parent.
type Owner int

// Ours carries our mark; Foreign carries the mark of another owner, named in
// Object.OwnedBy; Unmarked carries none.
const (
	Ours Owner = iota
	Foreign
	Unmarked
)

// Object is one resource on one side.
type Object struct {
	Addr Addr
	// Spec is the kind's typed specification by value (kind.Channel, …), made
	// canonical where it is built. Specs hold addresses, never ARNs.
	Spec any
	// Needs are the addresses this spec refers to: they must exist first, and
	// may go only after this object no longer refers to them. Sorted.
	Needs []Addr
	// Awaits are addresses that this spec does not refer to and that are created or
	// updated first all the same. Desired side only.
	Awaits []Addr
	// Parent is the object this one lives under and goes with, one of Needs; zero
	// for objects that stand alone.
	Parent Addr

	// Protect refuses deletion. The desired side says what will be, the observed
	// side what is: an item that left the plan can no longer speak for itself.
	Protect bool

	// Desired side only: where it was written.
	Origin diag.Pos

	// Observed side only: AWS's identifier, whose it is, and what AWS says of it that
	// is no part of the spec and never compared, such as a channel's activation.
	ID      string
	Owner   Owner
	OwnedBy string
	Status  string
}

// State is a set of objects. On the observed side several live objects may
// answer to one address (a channel's name is not unique in AWS), and parts may
// be unknown: unknown is not absent. The zero State is empty and ready; it is
// not safe for concurrent writes.
type State struct {
	objects  map[Addr][]*Object
	children map[Addr][]*Object // by the children's kind and the parent's name
	unknown  map[Addr]error
	sorted   atomic.Pointer[[]*Object] // what All has found, nil after an Add
}

// NewState is an empty state with room for so many objects.
func NewState(room int) *State {
	return &State{objects: make(map[Addr][]*Object, room), children: map[Addr][]*Object{}}
}

// Add puts an object into the state.
func (s *State) Add(o *Object) {
	if s.objects == nil {
		s.objects, s.children = map[Addr][]*Object{}, map[Addr][]*Object{}
	}
	s.sorted.Store(nil)
	s.objects[o.Addr] = append(s.objects[o.Addr], o)
	if !o.Parent.IsZero() {
		below := Addr{o.Addr.Kind, o.Parent.Name}
		s.children[below] = append(s.children[below], o)
	}
}

// MarkUnknown records that the resource at addr could not be read. An addr with
// an empty Name stands for the whole kind; a name that ends in "/" for all
// children below it.
func (s *State) MarkUnknown(addr Addr, err error) {
	if s.unknown == nil {
		s.unknown = map[Addr]error{}
	}
	s.unknown[addr] = err
}

// Unknown returns why the resource at addr could not be read, nil when it was.
func (s *State) Unknown(addr Addr) error {
	if len(s.unknown) == 0 {
		return nil
	}
	if err := s.unknown[Addr{addr.Kind, ""}]; err != nil {
		return err
	}
	for i, c := range addr.Name {
		if c == '/' {
			if err := s.unknown[Addr{addr.Kind, addr.Name[:i+1]}]; err != nil {
				return err
			}
		}
	}
	return s.unknown[addr]
}

// AnyUnknown reports whether something of a kind could not be read.
func (s *State) AnyUnknown(kind string) bool {
	for addr := range s.unknown {
		if addr.Kind == kind {
			return true
		}
	}
	return false
}

// Unknowns are the addresses given to MarkUnknown, sorted.
func (s *State) Unknowns() []Addr {
	return sortedKeys(s.unknown)
}

// All returns the objects sorted by address, then by ID. The slice is the caller's.
func (s *State) All() []*Object {
	if sorted := s.sorted.Load(); sorted != nil {
		return slices.Clone(*sorted)
	}
	out := make([]*Object, 0, len(s.objects))
	for _, objs := range s.objects {
		out = append(out, objs...)
	}
	slices.SortFunc(out, func(a, b *Object) int {
		if c := a.Addr.Compare(b.Addr); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	s.sorted.Store(&out)
	return slices.Clone(out)
}

// Without is a new state without the objects for which out is true. What is unknown
// stays so.
func (s *State) Without(out func(*Object) bool) *State {
	less := &State{unknown: maps.Clone(s.unknown)}
	for _, o := range s.All() {
		if !out(o) {
			less.Add(o)
		}
	}
	return less
}

// Get returns the objects at addr; more than one only on the observed side.
func (s *State) Get(addr Addr) []*Object { return s.objects[addr] }

// Children returns the objects of a kind below the parent of that name, in the
// order they were added.
func (s *State) Children(kind, parent string) []*Object { return s.children[Addr{kind, parent}] }

// Has reports whether at least one object is at addr.
func (s *State) Has(addr Addr) bool { return len(s.objects[addr]) > 0 }

// Len is the number of addresses.
func (s *State) Len() int { return len(s.objects) }

func sortedKeys[V any](m map[Addr]V) []Addr {
	keys := make([]Addr, 0, len(m))
	for a := range m {
		keys = append(keys, a)
	}
	slices.SortFunc(keys, Addr.Compare)
	return keys
}
