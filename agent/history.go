package agent

// Two writers of one account. There is no state file and AWS has no lock, so nobody can
// be kept from writing. But whoever runs for long notices that what it wrote is undone
// again and again, and that things appear which it did not make (contest.go); it stops
// and says so.

import (
	"slices"
	"strings"
	"time"

	"github.com/watchbill/watchbill/internal/resource"
)

const (
	// maxReverts is how often a field is set right again before it is left alone.
	maxReverts = 3
	// forgetAfter is how long a field must stay right for its reverts to be forgotten.
	forgetAfter = time.Hour
)

// History is what one process remembers of its passes over one target, so that two writers
// neither oscillate nor delete for each other. It lives in memory only: a process that
// starts anew trusts its plan. The zero History is empty and ready; passes that share one
// must not overlap.
type History struct {
	place     string                 // whose resources of which account these are
	desired   *resource.State        // of the last pass that was applied; nil before the first
	known     map[resource.Addr]bool // ours and live when that pass ended
	strangers map[resource.Addr]bool // came to be without us, see judgement.leaveStrangers
	unread    *resource.State        // what the last pass could not read: unknown is not absent
	wrong     map[field]bool         // what it left other than wanted
	tugs      map[field]*tug
}

// field is a field of a spec by its first name (stages, not stages[1].wait_minutes); with
// the name "" it is that the resource exists.
type field struct {
	addr resource.Addr
	name string
}

// tug is the tale of one field: set right by us and undone by somebody else.
type tug struct {
	reverts int
	since   time.Time // of the first revert
	right   time.Time // since when it stays right; zero while it does not
	met     []string  // what it was found as, one value a revert
}

// keepTo forgets everything when passes go over another place from now on.
func (h *History) keepTo(place string) {
	if h.place != place {
		*h = History{place: place}
	}
}

// reverts reports whether setting f to what desired says is setting it right again: the
// last pass wanted the same and left it so.
func (h *History) reverts(f field, desired *resource.State) bool {
	if h.desired == nil || h.wrong[f] && h.tugs[f] == nil {
		return false
	}
	before, after := h.desired.Get(f.addr), desired.Get(f.addr)
	if len(before) == 0 || len(after) == 0 {
		return false
	}
	return f.name == "" || !slices.ContainsFunc(resource.Fields(before[0].Spec, after[0].Spec),
		func(c resource.FieldChange) bool { return fieldName(c.Path) == f.name })
}

// fieldName is the name of a spec's own field in a path.
func fieldName(path string) string {
	if i := strings.IndexAny(path, ".["); i >= 0 {
		return path[:i]
	}
	return path
}

// fieldsOf are the fields that a change sets.
func fieldsOf(c *resource.Change) []field {
	if c.Action == resource.Create {
		return []field{{addr: c.Addr}}
	}
	var out []field
	for _, fc := range c.Fields {
		if f := (field{c.Addr, fieldName(fc.Path)}); !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

// stranger reports whether a live object of ours, which the plan does not want, came to be
// without us: the last pass knew that it was not there.
func (h *History) stranger(addr resource.Addr) bool {
	return h.strangers[addr] || h.desired != nil && !h.known[addr] && h.unread.Unknown(addr) == nil
}

// remember notes how a pass went that j has judged.
func (h *History) remember(o *Outcome, j *judgement, now time.Time) {
	verdicts := make(map[resource.Addr]Verdict, len(o.Results))
	for _, r := range o.Results {
		if v, twice := verdicts[r.Addr]; !twice || slices.Index(severity, r.Result) > slices.Index(severity, v) {
			verdicts[r.Addr] = r.Result
		}
	}
	h.rememberFields(j, verdicts, now)
	known := map[resource.Addr]bool{}
	for addr := range h.known { // of what could not be read the last knowledge stays
		if o.Observed.Unknown(addr) != nil {
			known[addr] = true
		}
	}
	for _, have := range o.Observed.All() {
		if have.Owner == resource.Ours && !j.strangers[have.Addr] {
			known[have.Addr] = true
		}
	}
	for i, c := range o.ChangeSet.Changes {
		switch done := o.Results[i].Result; {
		case c.Action == resource.Create && done != Skipped:
			known[c.Addr] = true
		case c.Action == resource.Delete && !c.Spare() && done == Done:
			delete(known, c.Addr)
		}
	}
	for addr := range h.strangers {
		if o.Observed.Unknown(addr) != nil {
			j.strangers[addr] = true
		}
	}
	h.known, h.strangers, h.desired, h.unread = known, j.strangers, j.desired, &resource.State{}
	for _, addr := range o.Observed.Unknowns() {
		h.unread.MarkUnknown(addr, o.Observed.Unknown(addr))
	}
}

func (h *History) rememberFields(j *judgement, verdicts map[resource.Addr]Verdict, now time.Time) {
	for f := range h.tugs {
		if !h.reverts(f, j.desired) {
			delete(h.tugs, f) // the plan says something else by now
		}
	}
	if h.tugs == nil {
		h.tugs = map[field]*tug{}
	}
	h.wrong = map[field]bool{}
	for f, found := range j.changed {
		v, tried := verdicts[f.addr]
		if !tried || v != Done || j.held[f] {
			h.wrong[f] = true
		}
		t := h.tugs[f]
		if t == nil && j.reverts[f] {
			t = &tug{since: now}
			h.tugs[f] = t
		}
		if t != nil {
			t.right = time.Time{}
		}
		if t != nil && tried && !j.held[f] && (v == Done || v == Unknown) {
			t.reverts++
			t.met = append(t.met, found)
		}
	}
	for f, t := range h.tugs {
		if _, changed := j.changed[f]; changed {
			continue
		}
		if t.right.IsZero() {
			t.right = now
		}
		if now.Sub(t.right) >= forgetAfter {
			delete(h.tugs, f)
		}
	}
}
