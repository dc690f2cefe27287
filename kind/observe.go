package kind

// Reading a target: List, then Read what concerns us, in bounded parallel. What
// cannot be read is marked unknown, never taken for absent.

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/watchbill/watchbill/internal/awsapi"
	"github.com/watchbill/watchbill/internal/resource"
)

// NoReplicationSetError says that the account has no replication set and the plan
// brings none: nothing can exist there, and nothing can be made.
type NoReplicationSetError struct{}

func (*NoReplicationSetError) Error() string {
	return "the account has no replication set, and the plan brings none"
}

// NotHomeError says that AWS does not tell tags in the Region spoken to, although the account
// has a replication set. Whose anything is cannot be known there, and nothing can be marked.
type NotHomeError struct{ Region string }

func (e *NotHomeError) Error() string {
	return fmt.Sprintf("tags cannot be read in %s, and they say whose everything is: they live in the first Region of the replication set only, "+
		"so that one must be the target's region in watchbill.yaml", e.Region)
}

func isInvalid(err error) bool {
	_, invalid := awsapi.Invalid(err)
	return invalid
}

// Observe reads what the plan wants and what is ours, with at most parallel calls
// under way (16 when it is not positive) and one list beside them. First every kind that stands alone is
// listed, so that an identifier found anywhere has an address; then each of its
// resources is read, and what lives below it, many at a time. The error is trouble
// that makes the whole read meaningless: the account, the credentials, the network,
// *NoReplicationSetError, *NotHomeError, or ctx's. All other trouble is in the state, as unknown.
func Observe(ctx context.Context, env *Env, parallel int) (*resource.State, error) {
	if parallel <= 0 {
		parallel = 16
	}
	if err := env.identify(ctx); err != nil {
		return nil, err
	}
	o := &observer{env: env, state: resource.NewState(env.desired.Len())}
	for _, addr := range env.desired.Unknowns() { // nobody knows what the plan wants there
		o.state.MarkUnknown(addr, env.desired.Unknown(addr))
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	g, work := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	roots, err := o.roots(work, g)
	if err != nil {
		cancel()
		g.Wait()
		return nil, err
	}
	// A few goroutines for all: each grows its stack once for the depth of an SDK call.
	var next atomic.Int64
	for range min(parallel, len(roots)) {
		g.Go(func() error {
			for work.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(roots) {
					break
				}
				if err := o.root(work, roots[i]); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return withoutSpare(env.desired, o.state), ctx.Err()
}

type observer struct {
	env *Env

	mu    sync.Mutex
	state *resource.State
}

// root is a resource that stands alone, and the kinds of what may live below it.
type root struct {
	kind  Any
	below []Any
	found Found
}

// roots lists the kinds that stand alone. As soon as there is something, g reads the
// tags in bulk beside it, because every resource will wait for them.
func (o *observer) roots(ctx context.Context, g *errgroup.Group) ([]root, error) {
	var out []root
	for _, k := range o.env.kinds {
		if k.ParentKind() != "" {
			continue
		}
		found, err := o.env.listRoot(ctx, k)
		if err != nil {
			if err := o.unknown(resource.Addr{Kind: k.KindName()}, err); err != nil {
				return nil, err
			}
			continue
		}
		if len(out) == 0 && len(found) > 0 && o.env.TagReads == TagsBulk {
			g.Go(func() error {
				o.env.bulkTags(ctx) // remembers its error: then each is asked
				return nil
			})
		}
		below := o.env.childKinds(k)
		for _, f := range found {
			o.env.SetID(resource.Addr{Kind: k.KindName(), Name: f.Name}, f.ID)
			out = append(out, root{k, below, f})
		}
	}
	return out, nil
}

func (e *Env) childKinds(parent Any) []Any {
	var out []Any
	for _, k := range e.kinds {
		if k.ParentKind() == parent.KindName() {
			out = append(out, k)
		}
	}
	return out
}

// root reads one resource that stands alone, if it concerns us: it is wanted, or it
// is ours, or all is to be read. What is wanted and not ours is only named: it will be refused, and its
// inside is none of our business.
func (o *observer) root(ctx context.Context, r root) error {
	f, addr := r.found, resource.Addr{Kind: r.kind.KindName(), Name: r.found.Name}
	switch err := o.env.claim(ctx, r.kind, &f); {
	case awsapi.IsNotFound(err):
		o.env.forget(addr, f.ID) // deleted since it was listed
		return nil
	case err != nil && addr == theSet && isInvalid(err):
		return &NotHomeError{o.env.aws.Region()}
	case err != nil:
		return o.unknown(addr, fmt.Errorf("read whose it is: %w", err))
	case f.Owner != resource.Ours && !o.env.ReadAll:
		if o.env.desired.Has(addr) {
			o.add(&resource.Object{Addr: addr, ID: f.ID, Owner: f.Owner, OwnedBy: f.OwnedBy})
		}
		return nil
	}
	obj, err := r.kind.read(ctx, o.env, f)
	if err != nil {
		return o.unknown(addr, err)
	}
	if obj == nil {
		o.env.forget(addr, f.ID)
		return nil
	}
	o.add(obj)
	return o.children(ctx, r.below, &f)
}

// children reads what lives below a resource of ours, one kind after the other: the
// later ones refer to the earlier ones. When those cannot be told, nothing can be
// said of these either.
func (o *observer) children(ctx context.Context, kinds []Any, parent *Found) error {
	var blind error
	for _, k := range kinds {
		if blind == nil {
			blind = o.childrenOf(ctx, k, parent)
		}
		if blind != nil {
			if err := o.unknown(below(k, parent.Name), blind); err != nil {
				return err
			}
		}
	}
	return nil
}

func (o *observer) childrenOf(ctx context.Context, k Any, parent *Found) error {
	found, err := k.list(ctx, o.env, parent)
	if err != nil {
		return err
	}
	for _, f := range found {
		addr := resource.Addr{Kind: k.KindName(), Name: f.Name}
		o.env.SetID(addr, f.ID)
		f.Tags = parent.Tags
		if f.Owner == resource.Ours { // as its parent, unless List knows better
			f.Owner, f.OwnedBy, f.Protect = parent.Owner, parent.OwnedBy, parent.protects(f.Name) && !k.unprotected()
		}
		obj, err := k.read(ctx, o.env, f)
		if err != nil {
			if err := o.unknown(addr, err); err != nil {
				return err
			}
			continue
		}
		if obj != nil {
			o.add(obj)
		}
	}
	return nil
}

// below is the address that stands for all children of a parent.
func below(k Any, parent string) resource.Addr {
	if k.sole() {
		return resource.Addr{Kind: k.KindName(), Name: parent}
	}
	return resource.Addr{Kind: k.KindName(), Name: parent + "/"}
}

func (o *observer) add(obj *resource.Object) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.state.Add(obj)
}

// unknown records what could not be read; it gives the error back when no other
// read can succeed either.
func (o *observer) unknown(addr resource.Addr, err error) error {
	var noSet *NoReplicationSetError
	if awsapi.IsHopeless(err) || errors.As(err, &noSet) {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.state.MarkUnknown(addr, err)
	return nil
}
