package kind

// Reading a target: List, then Read what concerns us, in bounded parallel. What
// cannot be read is marked unknown, never taken for absent.

import (
	"context"
	"errors"
	"fmt"
	"sync"

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

// Observe reads what the plan wants and what is ours, with at most parallel calls
// under way (16 when it is not positive). Kinds are read in the order of the
// table, because a child is found below its parent and named after what was found
// before it. The error is trouble that makes the whole read meaningless: the
// account, the credentials, the network, *NoReplicationSetError, or ctx's. All
// other trouble is in the state, as unknown.
func Observe(ctx context.Context, env *Env, parallel int) (*resource.State, error) {
	if parallel <= 0 {
		parallel = 16
	}
	if err := env.identify(ctx); err != nil {
		return nil, err
	}
	o := &observer{env: env, parallel: parallel, state: &resource.State{}, live: map[string][]Found{}}
	for _, k := range env.kinds {
		if err := o.kind(ctx, k); err != nil {
			return nil, err
		}
	}
	return o.state, nil
}

type observer struct {
	env      *Env
	parallel int

	mu    sync.Mutex
	state *resource.State
	live  map[string][]Found // by kind: what is there and concerns us
}

// kind reads one kind.
func (o *observer) kind(ctx context.Context, k Any) error {
	found, err := o.find(ctx, k)
	if err != nil {
		return err
	}
	for _, f := range found {
		o.env.SetID(resource.Addr{Kind: k.KindName(), Name: f.Name}, f.ID)
	}
	return o.each(ctx, found, func(ctx context.Context, f Found) error { return o.one(ctx, k, f) })
}

// find lists a kind: at once, or below each parent that is ours.
func (o *observer) find(ctx context.Context, k Any) ([]Found, error) {
	if k.ParentKind() == "" {
		found, err := k.list(ctx, o.env, nil)
		if err != nil {
			return nil, o.unknown(resource.Addr{Kind: k.KindName()}, err)
		}
		return found, nil
	}
	var all []Found
	err := o.each(ctx, o.live[k.ParentKind()], func(ctx context.Context, parent Found) error {
		if parent.Owner != resource.Ours {
			return nil
		}
		found, err := k.list(ctx, o.env, &parent)
		if err != nil {
			return o.unknown(below(k, parent.Name), err)
		}
		for i := range found {
			f := &found[i]
			f.Tags, f.Owner, f.OwnedBy = parent.Tags, parent.Owner, parent.OwnedBy
			f.Protect = parent.protects(f.Name)
		}
		o.mu.Lock()
		defer o.mu.Unlock()
		all = append(all, found...)
		return nil
	})
	return all, err
}

// below is the address that stands for all children of a parent.
func below(k Any, parent string) resource.Addr {
	if k.sole() {
		return resource.Addr{Kind: k.KindName(), Name: parent}
	}
	return resource.Addr{Kind: k.KindName(), Name: parent + "/"}
}

// one reads one resource, if it concerns us: it is wanted, or it is ours.
func (o *observer) one(ctx context.Context, k Any, f Found) error {
	addr := resource.Addr{Kind: k.KindName(), Name: f.Name}
	if k.ParentKind() == "" {
		if err := o.env.claim(ctx, k, &f); err != nil {
			if awsapi.IsNotFound(err) {
				return nil // deleted since it was listed
			}
			return o.unknown(addr, fmt.Errorf("read whose it is: %w", err))
		}
		if f.Owner != resource.Ours && !o.env.desired.Has(addr) {
			return nil
		}
	}
	obj, err := o.spec(ctx, k, f)
	if err != nil {
		return o.unknown(addr, err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if obj != nil {
		o.state.Add(obj)
		o.live[k.KindName()] = append(o.live[k.KindName()], f)
	}
	return nil
}

// spec reads what was found. What is wanted and not ours is only named: it will be
// refused, and its inside is none of our business.
func (o *observer) spec(ctx context.Context, k Any, f Found) (*resource.Object, error) {
	if f.Owner == resource.Ours {
		return k.read(ctx, o.env, f)
	}
	return &resource.Object{
		Addr: resource.Addr{Kind: k.KindName(), Name: f.Name}, ID: f.ID, Owner: f.Owner, OwnedBy: f.OwnedBy,
	}, nil
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

func (o *observer) each(ctx context.Context, found []Found, do func(context.Context, Found) error) error {
	g, work := errgroup.WithContext(ctx)
	g.SetLimit(o.parallel)
	for _, f := range found {
		if work.Err() != nil {
			break
		}
		g.Go(func() error { return do(work, f) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}
