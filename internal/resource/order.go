package resource

import (
	"fmt"
	"slices"
	"strings"
)

// Part is what one step does. A replacement has two: the creation of the new
// object and, much later, the deletion of the old.
type Part int

// The parts of a change.
const (
	PartCreate Part = iota
	PartUpdate
	PartDelete
)

// Step is one call for a kind to make.
type Step struct {
	Change *Change
	Part   Part
	// After are indexes of earlier steps that must be done first.
	After []int
	// Last steps start when every step that is not Last is done, all of them
	// successfully: nothing that wakes people is taken away before its successor
	// stands. They come after the others in the list.
	Last bool
}

// CycleError says that objects need each other, so that none can come first.
type CycleError struct{ Addrs []Addr }

func (e *CycleError) Error() string {
	names := make([]string, len(e.Addrs))
	for i, a := range e.Addrs {
		names[i] = a.String()
	}
	return "resources need each other in a circle: " + strings.Join(names, " needs ")
}

// Order arranges a change set into steps; done one after the other they are
// legal, and so is any execution that respects After and Last.
//
//	create, update   after the create or update of everything the object needs or awaits
//	replace          creates, then its dependants are updated, then it deletes
//	delete           after all creates and updates, and after the deletes of
//	                 everything that needs the object
//
// Of the steps that change who is paged, and meet in one response plan, those that
// gain come first, then those that shift in their turns, then those that lose: so a
// minute that is covered before and after is covered all along. To refer to
// something that stands already, no step waits for a change of it.
//
// One exception: where the name decides AWS's identifier, identity gives it ("" or
// a nil function where it does not), and an object whose identifier the creation of
// another one takes must go first. Whatever needs it and is deleted too goes before
// it, and the notes of the change say what that means.
func Order(cs *ChangeSet, identity func(Addr) string) ([]Step, error) {
	g := newGraph(cs)
	g.needs()
	if !g.freeNames(identity) { // where names move, AWS uncovers minutes whatever comes first
		g.phases()
	}
	g.deletes()
	return g.sorted()
}

// graph is a change set taken apart into steps. Its After lists hold indexes of
// steps in any order, until sorted.
type graph struct {
	steps    []Step
	built    map[Addr]int   // the step that creates or updates an address
	removals map[Addr][]int // the steps that delete a live object of an address
}

func newGraph(cs *ChangeSet) *graph {
	g := &graph{built: map[Addr]int{}, removals: map[Addr][]int{}}
	for _, c := range cs.Changes {
		switch c.Action {
		case Create:
			g.build(c, PartCreate)
		case Update:
			g.build(c, PartUpdate)
		case Replace:
			g.build(c, PartCreate)
			g.remove(c)
		case Delete:
			g.remove(c)
		}
	}
	return g
}

func (g *graph) build(c *Change, p Part) {
	g.built[c.Addr] = len(g.steps)
	g.steps = append(g.steps, Step{Change: c, Part: p})
}

func (g *graph) remove(c *Change) {
	g.removals[c.Addr] = append(g.removals[c.Addr], len(g.steps))
	g.steps = append(g.steps, Step{Change: c, Part: PartDelete, Last: true})
}

func (g *graph) after(i, first int) { g.steps[i].After = append(g.steps[i].After, first) }

// needs puts creates and updates after those of what they need and await.
func (g *graph) needs() {
	for i, s := range g.steps {
		if s.Part == PartDelete {
			continue
		}
		for _, need := range slices.Concat(s.Change.After.Needs, s.Change.After.Awaits) {
			if first, ok := g.built[need]; ok {
				g.after(i, first)
			}
		}
	}
}

// freeNames finds the deletions that must make room for a creation, and reports
// whether there are any.
func (g *graph) freeNames(identity func(Addr) string) bool {
	if identity == nil {
		return false
	}
	creating := map[string]int{}
	for i, s := range g.steps {
		if id := identity(s.Change.Addr); s.Part == PartCreate && id != "" {
			creating[id] = i
		}
	}
	var early []int
	taker := map[int]bool{}
	for i, s := range g.steps {
		if s.Part != PartDelete {
			continue
		}
		if c, ok := creating[identity(s.Change.Addr)]; ok {
			g.after(c, i)
			early, taker[c] = append(early, i), true
			s.Change.Notes = append(s.Change.Notes, fmt.Sprintf(
				"goes before the rest, because %s takes its name; until that stands nobody is paged through either", g.steps[c].Change.Addr))
		}
	}
	g.hasten(early)
	g.dropReferencesFirst(taker)
	return len(early) > 0
}

// hasten makes deletions early, and with them those of whatever needs the object.
func (g *graph) hasten(early []int) {
	neededBy := map[Addr][]int{}
	for i, s := range g.steps {
		if s.Part == PartDelete {
			for _, need := range s.Change.Before.Needs {
				neededBy[need] = append(neededBy[need], i)
			}
		}
	}
	for len(early) > 0 {
		i := early[0]
		early = early[1:]
		if g.steps[i].Last {
			g.steps[i].Last = false
			early = append(early, neededBy[g.steps[i].Change.Addr]...)
		}
	}
}

// dropReferencesFirst puts an early deletion after the updates that end a
// reference to the object, but for those that wait for a taker of a name: AWS
// lets a reference dangle, and these cannot be sooner.
func (g *graph) dropReferencesFirst(taker map[int]bool) {
	if len(taker) == 0 {
		return
	}
	waits := map[int]bool{}
	var waiting func(i int) bool
	waiting = func(i int) bool {
		if done, ok := waits[i]; ok {
			return done
		}
		waits[i] = taker[i]
		for _, first := range g.steps[i].After {
			waits[i] = waiting(first) || waits[i]
		}
		return waits[i]
	}
	for i, s := range g.steps {
		if s.Part != PartUpdate || waiting(i) {
			continue
		}
		for _, need := range s.Change.Before.Needs {
			for _, gone := range g.removals[need] {
				if !g.steps[gone].Last {
					g.after(gone, i)
				}
			}
		}
	}
}

// deletes puts the deletion of an object after those of whatever needs it, and what
// goes with it too: as long as somebody can be engaged, there are stages and channels.
func (g *graph) deletes() {
	below := map[Addr][]int{}
	for i, s := range g.steps {
		if s.Part == PartDelete && s.Change.Before.homely() {
			below[s.Change.Before.Parent] = append(below[s.Change.Before.Parent], i)
		}
	}
	for i, s := range g.steps {
		if s.Part != PartDelete {
			continue
		}
		for _, need := range s.Change.Before.Needs {
			for _, gone := range g.removals[need] {
				g.after(gone, i)
				if s.Change.Before.Parent == need {
					continue
				}
				for _, child := range below[need] {
					g.after(child, i)
				}
			}
		}
	}
}

// homely reports whether o lives below a parent and refers to nothing outside of it.
func (o *Object) homely() bool {
	return !o.Parent.IsZero() && !slices.ContainsFunc(o.Needs, func(need Addr) bool {
		return need != o.Parent && need.Name != o.Parent.Name && !strings.HasPrefix(need.Name, o.Parent.Name+"/")
	})
}

// sorted lists the steps so that each stands behind those it comes after.
func (g *graph) sorted() ([]Step, error) {
	out := make([]Step, 0, len(g.steps))
	place := make(map[int]int, len(g.steps))
	var path []int
	var visit func(i int) error
	visit = func(i int) error {
		if _, done := place[i]; done {
			return nil
		}
		if at := slices.Index(path, i); at >= 0 {
			return g.cycle(append(path[at:], i))
		}
		path = append(path, i)
		s := g.steps[i]
		slices.Sort(s.After)
		s.After = slices.Compact(s.After)
		for j, first := range s.After {
			if err := visit(first); err != nil {
				return err
			}
			s.After[j] = place[first]
		}
		slices.Sort(s.After)
		path = path[:len(path)-1]
		place[i] = len(out)
		out = append(out, s)
		return nil
	}
	for _, last := range []bool{false, true} {
		for i, s := range g.steps {
			if s.Last == last {
				if err := visit(i); err != nil {
					return nil, err
				}
			}
		}
	}
	return out, nil
}

func (g *graph) cycle(path []int) error {
	e := &CycleError{}
	for _, i := range path {
		e.Addrs = append(e.Addrs, g.steps[i].Change.Addr)
	}
	return e
}
