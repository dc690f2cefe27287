package kind

import (
	"context"
	"fmt"

	"github.com/watchbill/watchbill/internal/awsapi"
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

// Do makes one step's calls, once the resource has said itself that it is ours. Steps
// of one change set may be done at once, as far as their order allows.
func Do(ctx context.Context, env *Env, s resource.Step) error {
	c := s.Change
	k := byName(env.kinds, c.Addr.Kind)
	if k == nil {
		return fmt.Errorf("%s: no such kind of resource", c.Addr)
	}
	if err := env.mayTouch(ctx, s); err != nil {
		return fmt.Errorf("%s %s: %w", verbs[s.Part], c.Addr, err)
	}
	if env.Check != nil {
		if err := env.Check(); err != nil {
			return fmt.Errorf("%s %s: %w", verbs[s.Part], c.Addr, err)
		}
	}
	if err := env.step(ctx, k, s); err != nil {
		return fmt.Errorf("%s %s: %w", verbs[s.Part], c.Addr, err)
	}
	return nil
}

var verbs = map[resource.Part]string{
	resource.PartCreate: "create", resource.PartUpdate: "update", resource.PartDelete: "delete",
}

func (e *Env) step(ctx context.Context, k Any, s resource.Step) error {
	switch c := s.Change; s.Part {
	case resource.PartCreate:
		return e.create(ctx, k, c.After)
	case resource.PartUpdate:
		return k.update(ctx, e, c.Before, c.After)
	default:
		return k.delete(ctx, e, c.Before)
	}
}

// create makes a resource and remembers its identifier, also when only a part of it
// could be made.
func (e *Env) create(ctx context.Context, k Any, want *resource.Object) error {
	id, err := k.create(ctx, e, want)
	if id != "" {
		e.SetID(want.Addr, id)
	}
	if err == nil && want.Parent.IsZero() {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.made[want.Addr] = true
	}
	return err
}

// mayTouch confirms that what a step is done to is ours: the resource itself, or the
// parent of one without tags. What this pass made needs no confirmation.
func (e *Env) mayTouch(ctx context.Context, s resource.Step) error {
	creates := s.Part == resource.PartCreate
	o := s.Change.Before
	if creates {
		o = s.Change.After
	}
	addr, id := o.Addr, o.ID
	switch {
	case !o.Parent.IsZero():
		addr, id = o.Parent, ""
	case creates:
		return nil // AWS refuses it if there is one by now
	}
	e.mu.Lock()
	made := e.made[addr]
	e.mu.Unlock()
	if made {
		return nil
	}
	if id == "" {
		var err error
		if id, err = e.ID(addr); err != nil {
			return err
		}
	}
	return e.confirmOurs(ctx, id)
}

// unlessGone forgives a call that found nothing to read or to delete.
func unlessGone(err error) error {
	if awsapi.IsNotFound(err) {
		return nil
	}
	return err
}
