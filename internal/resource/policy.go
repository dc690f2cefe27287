package resource

import (
	"fmt"
	"slices"
)

// Policy is a guard: it looks at a change set and returns one with less in it.
// What it moves to Refusals stops the whole pass; what it moves to Kept stays in
// the world and stops nothing. Guards are functions over a change set and not
// ifs in apply, so that plan shows what apply would refuse.
type Policy func(cs *ChangeSet, observed *State) *ChangeSet

// Guard applies policies in their order, then drops what can only be done below
// something that was refused.
func Guard(cs *ChangeSet, observed *State, policies ...Policy) *ChangeSet {
	for _, p := range policies {
		cs = p(cs, observed)
	}
	return cs.dropBelowRefused()
}

// dropBelowRefused takes out the creations under refused parents: a contact that
// is not ours will not get our channels, and listing them only hides the reason.
func (cs *ChangeSet) dropBelowRefused() *ChangeSet {
	refused := map[Addr]bool{}
	for _, r := range cs.Refusals {
		refused[r.Addr] = true
	}
	return cs.Without(func(c *Change) bool {
		return c.Action == Create && !c.After.Parent.IsZero() && refused[c.After.Parent]
	})
}

// Without is cs with the changes taken out for which out is true. The receiver
// keeps its own.
func (cs *ChangeSet) Without(out func(*Change) bool) *ChangeSet {
	less := *cs
	less.Changes = slices.DeleteFunc(slices.Clone(cs.Changes), out)
	less.Refusals, less.Kept = slices.Clone(cs.Refusals), slices.Clone(cs.Kept)
	return &less
}

// PruneNone keeps what has left the plan. A second live object at an address of
// the plan is still deleted: it is debris of a pass that died, and no one's item.
func PruneNone(cs *ChangeSet, _ *State) *ChangeSet {
	return cs.keep(func(c *Change) bool { return c.Action == Delete && !c.spare },
		"it is no longer in the plan, and prune is none")
}

// Keep never deletes objects of the kind and refuses to replace them.
func Keep(kind string) Policy {
	return func(cs *ChangeSet, _ *State) *ChangeSet {
		cs = cs.keep(func(c *Change) bool { return c.Addr.Kind == kind && c.Action == Delete },
			"a "+kind+" is never deleted")
		return cs.refuse(func(c *Change) bool { return c.Addr.Kind == kind && c.Action == Replace }, Refusal{
			Guard: kind,
			Why:   "the change needs a new " + kind + ", and the live one is never deleted",
			Lift:  "write it as it is",
		})
	}
}

// Protect refuses to delete or replace what is protected in the world, unless what it was for is
// gone: a host that is taken away every night must not stop every pass until somebody edits.
func Protect(cs *ChangeSet, _ *State) *ChangeSet {
	return cs.refuse(func(c *Change) bool {
		return (c.Action == Delete || c.Action == Replace) && !c.spare && !c.Gone && c.Before.Protect
	}, Refusal{
		Guard: "protected",
		Why:   "it is protected, and the change would delete it",
		Lift:  "take \"protect: true\" away in one commit, apply that, and make the change in the next one",
	})
}

func (cs *ChangeSet) keep(which func(*Change) bool, why string) *ChangeSet {
	less := cs.Without(which)
	for _, c := range cs.Changes {
		if which(c) {
			less.Kept = append(less.Kept, Kept{c.Addr, why})
		}
	}
	return less
}

// refuse moves changes to Refusals; the sentence in r gets the address before it.
func (cs *ChangeSet) refuse(which func(*Change) bool, r Refusal) *ChangeSet {
	less := cs.Without(which)
	for _, c := range cs.Changes {
		if which(c) {
			one := r
			one.Addr, one.Action, one.Why = c.Addr, c.Action, fmt.Sprintf("%s: %s", c.Addr, r.Why)
			less.Refusals = append(less.Refusals, one)
		}
	}
	return less
}

// Limits say how much one pass may change without a person's word.
type Limits struct {
	// MaxDeletes is a number of objects, the shares are percents of the live
	// objects of ours.
	MaxDeletes, MaxDeleteShare, MaxChangeShare int
	// MaxVanishedShare is a percent of the live alarms of one fleet: so many may go at once
	// because their targets are gone, or MaxDeletes of them whatever the share.
	MaxVanishedShare int

	// AllowDeletes is a person's word for this pass: up to so many deletions are
	// meant, whatever their share. 0 is no word.
	AllowDeletes int
	// AllowMassChange is a person's word that a large share is meant to change.
	AllowMassChange bool
}

// Stricter is the stricter of two limits, each number by itself. A person's word is
// that of l.
func (l Limits) Stricter(o Limits) Limits {
	l.MaxDeletes = min(l.MaxDeletes, o.MaxDeletes)
	l.MaxDeleteShare = min(l.MaxDeleteShare, o.MaxDeleteShare)
	l.MaxChangeShare = min(l.MaxChangeShare, o.MaxChangeShare)
	l.MaxVanishedShare = min(l.MaxVanishedShare, o.MaxVanishedShare)
	return l
}

// judgeFrom is the number of live objects from which on a share says anything: in
// a team of three, every change is a third of everything.
const judgeFrom = 10

// MassChange refuses a change set that deletes or changes too much. Counted is
// what a person would count: a child that goes with its parent is not counted
// beside it, and neither is debris (see PruneNone). Creating is never too much.
// Deletions are limited by number over all kinds; shares are judged for each
// kind, and for all kinds together, with at least ten live objects.
//
// The changes stay in the set, so that a reader sees what is too much.
func MassChange(l Limits) Policy {
	return func(cs *ChangeSet, observed *State) *ChangeSet {
		less := cs.Without(func(*Change) bool { return false })
		live, deleted, changed := countByKind(cs, observed)
		all := Addr{}
		if n := deleted[all]; n > max(l.MaxDeletes, l.AllowDeletes) {
			less.Refusals = append(less.Refusals, Refusal{Action: Delete, Guard: "mass-delete",
				Why:  fmt.Sprintf("%s%s would be deleted, and at most %d may be in one pass", objects(n), along(cs, n), max(l.MaxDeletes, l.AllowDeletes)),
				Lift: fmt.Sprintf("if that is meant: --allow-deletes %d", n),
			})
		}
		for _, where := range sortedKeys(live) {
			if live[where] < judgeFrom {
				continue
			}
			if n := deleted[where]; n > l.AllowDeletes && over(n, live[where], l.MaxDeleteShare) {
				less.Refusals = append(less.Refusals, Refusal{Addr: where, Action: Delete, Guard: "mass-delete",
					Why:  share(n, live[where], where, "deleted", l.MaxDeleteShare),
					Lift: fmt.Sprintf("if that is meant: --allow-deletes %d", deleted[all]),
				})
			}
			if n := changed[where]; !l.AllowMassChange && over(n, live[where], l.MaxChangeShare) {
				less.Refusals = append(less.Refusals, Refusal{Addr: where, Action: Update, Guard: "mass-change",
					Why:  share(n, live[where], where, "changed", l.MaxChangeShare),
					Lift: "if that is meant: --allow-mass-change",
				})
			}
		}
		return less
	}
}

// countByKind counts live objects of ours, deletions, and updates with
// replacements, by kind and (under the zero Addr) over all.
func countByKind(cs *ChangeSet, observed *State) (live, deleted, changed map[Addr]int) {
	live, deleted, changed = map[Addr]int{}, map[Addr]int{}, map[Addr]int{}
	add := func(to map[Addr]int, kind string) {
		to[Addr{Kind: kind}]++
		to[Addr{}]++
	}
	for _, o := range observed.All() {
		if o.Owner == Ours {
			add(live, o.Addr.Kind)
		}
	}
	gone := map[Addr]bool{}
	for _, c := range cs.Changes {
		gone[c.Addr] = gone[c.Addr] || c.Action == Delete && !c.spare
	}
	for _, c := range cs.Changes {
		switch {
		case c.Action == Delete && !c.spare && c.Apart == "" && !gone[c.Before.Parent]:
			add(deleted, c.Addr.Kind)
		case c.Action == Update || c.Action == Replace:
			add(changed, c.Addr.Kind)
		}
	}
	return live, deleted, changed
}

func over(n, of, percent int) bool { return n*100 > of*percent }

func share(n, of int, where Addr, what string, limit int) string {
	kind := where.Kind + " resources"
	if where.IsZero() {
		kind = "resources of every kind"
	}
	return fmt.Sprintf("%d of %d %s (%d%%) would be %s, and at most %d%% may be in one pass", n, of, kind, n*100/of, what, limit)
}

// along says how many deletions go with the n that are counted: a reader sees all
// of them in the list of changes.
func along(cs *ChangeSet, n int) string {
	for _, c := range cs.Changes {
		if c.Action == Delete && !c.spare && c.Apart == "" {
			n--
		}
	}
	switch {
	case n == 0:
		return ""
	case n == -1:
		return ", and 1 that goes with its parent,"
	}
	return fmt.Sprintf(", and %d that go with their parents,", -n)
}

func objects(n int) string {
	if n == 1 {
		return "1 resource"
	}
	return fmt.Sprintf("%d resources", n)
}
