package kind

import (
	"context"
	"fmt"

	"github.com/watchbill/watchbill/internal/resource"
)

// Identity is the identifier AWS gives to the resource at addr, for kinds where
// the name decides it; "" for the rest. Two addresses with one identity cannot
// exist at once.
func (e *Env) Identity(addr resource.Addr) string {
	if k := byName(e.kinds, addr.Kind); k != nil {
		return k.arn(e, addr.Name)
	}
	return ""
}

// Explain adds the kinds' own sentences to a change set.
func Explain(cs *resource.ChangeSet) {
	for _, c := range cs.Changes {
		if k := byName(All, c.Addr.Kind); k != nil {
			c.Notes = append(c.Notes, k.notes(c.Before, c.After)...)
		}
	}
	for i, r := range cs.Refusals {
		if k := byName(All, r.Addr.Kind); k != nil && k.taken() != "" && r.Guard == resource.ForeignGuard {
			cs.Refusals[i].Lift = k.taken()
		}
	}
}

// Refusals are what the kinds refuse in a change set: what AWS cannot change, and
// names that a resource of another kind holds and keeps.
func Refusals(env *Env, cs *resource.ChangeSet) []resource.Refusal {
	leaving := map[resource.Addr]bool{}
	for _, c := range cs.Changes {
		if c.Action == resource.Delete {
			leaving[c.Addr] = true
		}
	}
	var out []resource.Refusal
	for _, c := range cs.Changes {
		k := byName(env.kinds, c.Addr.Kind)
		if k == nil {
			continue
		}
		if why, lift := k.refuse(c.Before, c.After); why != "" {
			out = append(out, resource.Refusal{Addr: c.Addr, Action: c.Action, Guard: c.Addr.Kind, Why: c.Addr.String() + ": " + why, Lift: lift})
		}
		id := env.Identity(c.Addr)
		holder, held := env.AddrOf(id)
		if c.Action == resource.Create && id != "" && held && holder != c.Addr && !leaving[holder] {
			out = append(out, resource.Refusal{Addr: c.Addr, Action: c.Action, Guard: "name-taken",
				Why:  fmt.Sprintf("%s cannot be created: AWS gives contacts, schedules and escalation plans one namespace, and %s has the name", c.Addr, holder),
				Lift: "give the item another name in the plan"})
		}
	}
	return out
}

// Do makes one step's calls. Steps of one change set may be done at once, as far as
// their order allows.
func Do(ctx context.Context, env *Env, s resource.Step) error {
	c := s.Change
	k := byName(env.kinds, c.Addr.Kind)
	if k == nil {
		return fmt.Errorf("%s: no such kind of resource", c.Addr)
	}
	switch s.Part {
	case resource.PartCreate:
		id, err := k.create(ctx, env, c.After)
		if id != "" {
			env.SetID(c.Addr, id)
		}
		return wrap("create", c.Addr, err)
	case resource.PartUpdate:
		return wrap("update", c.Addr, k.update(ctx, env, c.Before, c.After))
	default:
		return wrap("delete", c.Addr, k.delete(ctx, env, c.Before))
	}
}

func wrap(verb string, addr resource.Addr, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %s: %w", verb, addr, err)
}
