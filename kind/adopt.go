package kind

// Taking over what somebody made by hand, or another owner. It is the one thing
// that makes a resource ours which watchbill did not create: named one by one,
// after its difference was shown.

import (
	"context"
	"fmt"
	"slices"

	"github.com/watchbill/watchbill/internal/resource"
)

// Adoption is a live resource that is to become ours. Owner and OwnedBy say whose it
// was when it was read.
type Adoption struct {
	Addr    resource.Addr
	ID      string
	Owner   resource.Owner
	OwnedBy string
	// tags are those of that moment.
	tags map[string]string
}

// Adoptable says why an address cannot be adopted by itself, "" when it can.
func Adoptable(addr resource.Addr) (why string) {
	k := byName(All, addr.Kind)
	switch {
	case k == nil:
		return fmt.Sprintf("there is no kind of resource called %q", addr.Kind)
	case k.ParentKind() != "":
		return fmt.Sprintf("a %s carries no mark of its own: it comes with its %s", k.KindName(), k.ParentKind())
	}
	return ""
}

// adopt treats what was found as ours if it is to be adopted.
func (e *Env) adopt(addr resource.Addr, f *Found) {
	if !e.Adopt[addr] || f.Owner == resource.Ours {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.adopted = append(e.adopted, Adoption{Addr: addr, ID: f.ID, Owner: f.Owner, OwnedBy: f.OwnedBy, tags: f.Tags})
	f.Owner, f.OwnedBy = resource.Ours, ""
}

// Adopted are the resources that Observe found to be adopted, sorted: those of
// Env.Adopt that are there and not ours yet. Several may answer to one address.
func (e *Env) Adopted() []Adoption {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := slices.Clone(e.adopted)
	slices.SortFunc(out, func(a, b Adoption) int { return a.Addr.Compare(b.Addr) })
	return out
}

// Mark makes a resource ours by writing our mark on it. One whose owner is another
// one than was shown is left alone.
func Mark(ctx context.Context, env *Env, a Adoption) error {
	tags, err := env.askTags(ctx, a.ID)
	if err != nil {
		return fmt.Errorf("adopt %s: read whose it is: %w", a.Addr, err)
	}
	if env.isOurs(tags) {
		return nil
	}
	if tags[ownerTag] != a.tags[ownerTag] || tags[projectTag] != a.tags[projectTag] {
		return fmt.Errorf("adopt %s: its owner changed since it was shown, so it is not touched", a.Addr)
	}
	if err := env.tag(ctx, a.ID, env.mark()); err != nil {
		return fmt.Errorf("adopt %s: %w", a.Addr, err)
	}
	if _, other := tags[projectTag]; other && env.Project == "" {
		if err := env.untag(ctx, a.ID, []string{projectTag}); err != nil {
			return fmt.Errorf("adopt %s: %w", a.Addr, err)
		}
	}
	return nil
}
