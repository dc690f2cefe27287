// Package agent applies a compiled plan to a target, once (Pass) or for as long
// as the program runs (Agent, with Watcher for the files).
//
//	observe → diff → guards → order     Pass.Plan: what would be done
//	        → steps along their graph   Pass.Apply: do it, one report an object
package agent

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/internal/awsapi"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
)

// DefaultParallel is how many AWS calls are in flight at once. More gains nothing
// against quotas of a few calls a second an operation.
const DefaultParallel = 16

// keptKind is never deleted or replaced, whatever a plan says: with the
// replication set goes everything in the account, and accounts that are closed to
// new customers cannot make another one.
const keptKind = "replication_set"

// Pass is one comparison of a target with a desired state, and one attempt to
// make them agree. It is used once.
type Pass struct {
	Clients *awsapi.Clients
	// Owner and Project are the ownership mark; Project may be "".
	Owner   string
	Project string
	Desired *resource.State
	// KeepLeft keeps what has left the plan (prune: none).
	KeepLeft bool
	// Limits are the guards against mass change; nil is none.
	Limits *resource.Limits
	// Expect, when not "", is the digest of the comparison that was reviewed; any
	// other one is refused.
	Expect string
	// Adopt are live resources that are compared as if they were ours. Only a pass
	// that is looked at and not applied may have any; see Outcome.Adopted.
	Adopt map[resource.Addr]bool
	// DropSet is the account whose replication set may be deleted with everything in
	// it; "" is none. Any other account is refused.
	DropSet string
	// AllowEmpty lets a desired state without any object through.
	AllowEmpty bool
	// History, when not nil, is what earlier passes over the target have left to know, so that
	// this one leaves alone what another writer keeps writing; see Outcome.Contested.
	History *History
	// HoldFleets lets a fleet that is gone, or most of it, keep its own alarms only and not refuse
	// the pass. It is for a plan that is in force already: then people's paging must not wait
	// for hosts.
	HoldFleets bool
	// Parallel is how many calls are in flight at once; 0 is DefaultParallel.
	Parallel int
	// OnEvent hears of each change when it begins and when it has ended.
	OnEvent func(Event)
	// Clock tells the instant of the pass, which overrides are over by; nil is the real
	// time. The embedded service has a clock of its own.
	Clock func(context.Context) (time.Time, error)
	pulse *pulse
	held  []resource.Refusal // what HoldFleets kept from being refused
	// Now ends when running calls must be cut off. The context of Plan and Apply
	// ends earlier, when nothing new may start. Nil never ends.
	Now context.Context
}

// NewPass is the pass for a compiled plan without error findings, as its settings
// say.
func NewPass(res *compiler.Result, clients *awsapi.Clients) *Pass {
	s := res.Settings
	return &Pass{
		Clients: clients, Owner: s.Owner.V, Project: s.Project.V, Desired: res.Desired, KeepLeft: s.Prune == "none",
		Limits: &resource.Limits{
			MaxDeletes:     s.Guard.MaxDeletes,
			MaxDeleteShare: s.Guard.MaxDeleteShare,
			MaxChangeShare: s.Guard.MaxChangeShare, MaxVanishedShare: s.Guard.MaxVanishedShare,
		},
	}
}

// Plan observes the target and compares; it changes nothing. Errors are those
// that make the whole comparison meaningless: *EmptyPlanError, the trouble of
// kind.Observe, a *resource.CycleError.
func (p *Pass) Plan(ctx context.Context) (*Outcome, error) {
	if p.Desired.Len() == 0 && !p.AllowEmpty {
		return nil, &EmptyPlanError{}
	}
	start := time.Now()
	at := start
	if p.Clock != nil {
		var err error
		if at, err = p.Clock(ctx); err != nil {
			return nil, err
		}
	}
	desired, fleets, err := kind.Expand(ctx, p.Clients, kind.Current(p.Desired, at), at)
	if err != nil {
		return nil, fmt.Errorf("read the fleets: %w", err)
	}
	env := kind.NewEnv(p.Clients, p.Owner, desired)
	env.Now = at
	env.Project, env.Adopt = p.Project, p.Adopt
	observed, err := kind.Observe(ctx, env, p.parallel())
	if err != nil {
		return nil, fmt.Errorf("read the target: %w", err)
	}
	if p.DropSet != "" {
		kind.NeedSet(observed)
	}
	digest := beside(func() string {
		return resource.Digest(desired, observed, env.Account(), p.Clients.Region(), p.Owner, p.Project, fmt.Sprint(p.KeepLeft))
	})
	cs := resource.Diff(desired, observed)
	var judged *judgement
	if p.History != nil {
		p.History.keepTo(env.Account() + " " + p.Clients.Region() + " " + p.Owner + " " + p.Project)
		cs, judged = p.History.judge(cs, desired, p.Owner, start)
	}
	if cs, err = kind.FollowFleets(ctx, p.Clients, cs, observed, fleets); err != nil {
		return nil, err
	}
	cs = p.guard(env, cs, observed, fleets)
	if p.Expect != "" && p.Expect != digest() {
		cs.Refusals = append(cs.Refusals, resource.Refusal{
			Guard: "digest",
			Why:   "the plan or the target has moved since it was looked at: the digest was " + p.Expect + " and is " + digest(),
			Lift:  "look at what would change now, and expect the digest that plan prints",
		})
	}
	kind.Explain(cs)
	kind.Weigh(cs, observed, at)
	steps, err := resource.Order(cs, env.Identity)
	if err != nil {
		return nil, fmt.Errorf("order the changes: %w", err)
	}
	chooseAmongSeveral(env, desired, observed)
	cost := kind.Price(cs, fleets, p.Clients.Rate())
	out := &Outcome{
		ChangeSet: cs, Desired: p.Desired, Fleets: fleets, Cost: cost, Observed: observed, At: at, Digest: digest(), Elapsed: time.Since(start), steps: steps,
		Adopted: env.Adopted(), Held: p.held, Account: env.Account(), Live: env.Live(),
		do:    func(ctx context.Context, s resource.Step) error { return kind.Do(ctx, env, s) },
		check: func(f func() error) { env.Check = f },
		mark:  func(ctx context.Context, a kind.Adoption) error { return kind.Mark(ctx, env, a) },
	}
	if judged != nil {
		out.judged, out.Contested = judged, judged.contests
	}
	return out, nil
}

// beside runs f on another core until its result is asked for. A panic in f is one of
// whoever asks.
func beside[T any](f func() T) (result func() T) {
	once, done := sync.OnceValue(f), make(chan struct{})
	go func() {
		defer close(done)
		defer func() { _ = recover() }() // once panics again
		once()
	}()
	return func() T {
		<-done
		return once()
	}
}

// chooseAmongSeveral makes an address with several live objects mean the one that
// stays.
func chooseAmongSeveral(env *kind.Env, desired, observed *resource.State) {
	for _, want := range desired.All() {
		if live := observed.Get(want.Addr); len(live) > 1 {
			env.SetID(want.Addr, resource.Nearest(want, live).ID)
		}
	}
}

func (p *Pass) guard(env *kind.Env, cs *resource.ChangeSet, observed *resource.State, fleets []kind.Fleet) *resource.ChangeSet {
	var policies []resource.Policy
	if p.DropSet == "" || p.DropSet != env.Account() {
		policies = append(policies, resource.Keep(keptKind))
	}
	if p.DropSet != "" && p.DropSet != env.Account() {
		policies = append(policies, func(cs *resource.ChangeSet, _ *resource.State) *resource.ChangeSet {
			cs.Refusals = append(cs.Refusals, resource.Refusal{
				Addr: resource.Addr{Kind: keptKind}, Action: resource.Delete, Guard: "account",
				Why:  fmt.Sprintf("the replication set of account %s was to be deleted, and this is account %s", p.DropSet, env.Account()),
				Lift: "name the account that is meant, or another target",
			})
			return cs
		})
	}
	if p.KeepLeft {
		policies = append(policies, resource.PruneNone)
	}
	policies = append(policies, resource.Protect, func(cs *resource.ChangeSet, _ *resource.State) *resource.ChangeSet {
		cs.Refusals = append(cs.Refusals, kind.Refusals(env, cs)...)
		return cs
	})
	if p.HoldFleets {
		policies = append(policies, kind.HoldFleets(fleets, p.Limits, &p.held))
	} else {
		policies = append(policies, kind.GuardFleets(fleets, p.Limits))
	}
	if p.Limits != nil {
		policies = append(policies, resource.MassChange(*p.Limits))
	}
	policies = append(policies, kind.Handmade)
	return resource.Guard(cs, observed, policies...)
}

// TakeOver writes our mark on what Plan found to adopt, one after the other, and
// stops at the first that fails. It returns those that are ours now.
func (p *Pass) TakeOver(ctx context.Context, o *Outcome) ([]kind.Adoption, error) {
	for i, a := range o.Adopted {
		if err := ctx.Err(); err != nil {
			return o.Adopted[:i], fmt.Errorf("adopt: %w", err)
		}
		if err := o.mark(ctx, a); err != nil {
			return o.Adopted[:i], err
		}
	}
	return o.Adopted, nil
}

// Apply does what Plan found, and nothing if that has refusals. The results are
// in o, complete whatever happens; the error is ctx's when an interrupt kept
// something from being done.
func (p *Pass) Apply(ctx context.Context, o *Outcome) error {
	if o.Refused() {
		return nil
	}
	start := time.Now()
	now := p.Now
	if now == nil {
		now = context.WithoutCancel(ctx)
	}
	if p.pulse == nil {
		p.pulse = newPulse()
	}
	now, stop := p.pulse.feel(now)
	defer stop()
	o.check(p.pulse.beat)
	x := &executor{steps: o.steps, do: o.do, parallel: p.parallel(), event: p.OnEvent}
	if o.Unread() {
		x.hold = o.ChangeSet.Unread[0].Addr.String() // what was not read may need what would go
	}
	o.Results = x.run(ctx, now, o.ChangeSet.Changes)
	o.Elapsed += time.Since(start)
	if o.judged != nil {
		p.History.remember(o, o.judged, time.Now())
	}
	if ctx.Err() != nil && (o.Interrupted() || o.Count(Unknown) > 0) {
		return fmt.Errorf("apply the changes: %w", ctx.Err())
	}
	return nil
}

// Run is Plan and Apply. What was read before the process stood still is not acted upon: the
// error is a *StalledError then.
func (p *Pass) Run(ctx context.Context) (*Outcome, error) {
	p.pulse = newPulse()
	_, stop := p.pulse.feel(context.Background())
	o, err := p.Plan(ctx)
	stop()
	if err == nil {
		err = p.pulse.beat()
	}
	if err != nil {
		return nil, err
	}
	return o, p.Apply(ctx, o)
}

func (p *Pass) parallel() int {
	if p.Parallel > 0 {
		return p.Parallel
	}
	return DefaultParallel
}
