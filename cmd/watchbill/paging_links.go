package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
)

// links lead from everything in two states to what depends on it, on either side: from a
// channel to its contact, from a contact to the escalation plans that engage it, and
// so on up to response plans. Nothing depends on the replication set here: it pages nobody.
type links map[resource.Addr][]resource.Addr

func linksOf(states ...*resource.State) links {
	l := links{}
	for _, s := range states {
		for _, o := range s.All() {
			if _, known := l[o.Addr]; !known {
				l[o.Addr] = nil
			}
			if !o.Parent.IsZero() {
				l[o.Addr] = append(l[o.Addr], o.Parent)
			}
			for _, need := range o.Needs {
				l[need] = append(l[need], o.Addr)
			}
		}
	}
	maps.DeleteFunc(l, func(addr resource.Addr, _ []resource.Addr) bool { return addr.Kind == replicationSetKind })
	return l
}

// all are the addresses that is answers true for, sorted.
func (l links) all(is func(resource.Addr) bool) []resource.Addr {
	var out []resource.Addr
	for addr := range l {
		if is(addr) {
			out = append(out, addr)
		}
	}
	slices.SortFunc(out, resource.Addr.Compare)
	return out
}

// touched is everything that depends on something the change set changes.
func (l links) touched(cs *resource.ChangeSet) map[resource.Addr]bool {
	out := map[resource.Addr]bool{}
	var start []resource.Addr
	for _, c := range cs.Changes {
		if !isTalk(c) {
			start = append(start, c.Addr)
		}
	}
	l.climb(start, func(addr, _ resource.Addr) bool {
		isNew := !out[addr]
		out[addr] = true
		return isNew
	})
	return out
}

// isTalk reports whether a change is about words alone, which page nobody.
func isTalk(c *resource.Change) bool {
	words := func(f resource.FieldChange) bool {
		name, _, _ := strings.Cut(f.Path, ".")
		return slices.Contains([]string{"display_name", "tags", "title", "summary"}, name)
	}
	return c.Action == resource.Update && len(c.Fields) > 0 && !slices.ContainsFunc(c.Fields, func(f resource.FieldChange) bool { return !words(f) })
}

// blind is everything that depends on something of the target that is not known, with a
// reason: it could not be read, or is somebody else's and was not read. Live are the addresses
// of all that was found in the target.
func (l links) blind(observed *resource.State, live []resource.Addr) map[resource.Addr]string {
	out := map[resource.Addr]string{}
	unknowns, unseen := observed.Unknowns(), kind.Unseen(observed, live)
	var start []resource.Addr
	for _, addr := range slices.SortedFunc(maps.Keys(l), resource.Addr.Compare) {
		for _, u := range unknowns {
			if covers(u, addr) {
				out[addr] = addressText(u) + " could not be read"
				break
			}
		}
		if out[addr] == "" {
			out[addr] = unseen[addr]
		}
		for _, o := range observed.Get(addr) {
			if o.Spec == nil && out[addr] == "" {
				out[addr] = fmt.Sprintf("%s is not watchbill's", addr)
			}
		}
		if out[addr] != "" {
			start = append(start, addr)
		}
	}
	l.climb(start, func(addr, from resource.Addr) bool {
		if from == addr {
			return true
		}
		isNew := out[addr] == ""
		if isNew {
			out[addr] = out[from]
		}
		return isNew
	})
	return out
}

// covers reports whether an unknown address stands for another one, or for what lives
// directly below it.
func covers(unknown, addr resource.Addr) bool {
	if parent, isPrefix := strings.CutSuffix(unknown.Name, "/"); isPrefix && addr.Name == parent {
		return !isResponsePlan(addr) // whose names are a space of their own
	} else if isPrefix {
		return addr.Kind == unknown.Kind && strings.HasPrefix(addr.Name, unknown.Name)
	}
	return addr.Kind == unknown.Kind && (unknown.Name == "" || unknown.Name == addr.Name)
}

// climb visits what was given and everything that depends on it, the nearest first. Visit
// answers whether to go on from there; from is where it was come from.
func (l links) climb(start []resource.Addr, visit func(addr, from resource.Addr) bool) {
	var queue []resource.Addr
	for _, addr := range start {
		if visit(addr, addr) {
			queue = append(queue, addr)
		}
	}
	for len(queue) > 0 {
		from := queue[0]
		queue = queue[1:]
		for _, addr := range l[from] {
			if visit(addr, from) {
				queue = append(queue, addr)
			}
		}
	}
}
