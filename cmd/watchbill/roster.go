package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
	"github.com/watchbill/watchbill/oncall"
)

// view is who is paged when, as the plan says or as a target has it.
type view struct {
	roster *oncall.Roster
	// state is what the roster was made of: desired, or observed when live.
	state *resource.State
	// from is what was asked, in words: "the plan", or the name of the target.
	from string
	live bool
	// unseen is what is live and not told by the state, with the reason, see kind.Unseen.
	unseen map[resource.Addr]string
	// now is the present: --now, else the target's clock when live, else the real one.
	now time.Time
}

// readPlan compiles a plan that is only looked at: addresses that are kept elsewhere are not
// read. Errors are printed as compile prints them; warnings are for validate.
func (a *app) readPlan(ctx context.Context, path string) (*compiler.Result, error) {
	res, err := compileWhole(ctx, path, compiler.Options{Target: a.target, Now: a.present, Breaches: true})
	if err != nil {
		return nil, err
	}
	if err := a.sound(res, diag.Error); err != nil {
		return nil, err
	}
	return res, nil
}

// rosterOf is the roster of a compiled plan, or, live, that of its target, which is
// read and given back. Without live nothing is opened and nothing is called.
func (a *app) rosterOf(ctx context.Context, res *compiler.Result, live bool) (*view, error) {
	if !live {
		r, err := kind.RosterOf(res.Desired)
		if err != nil {
			return nil, fmt.Errorf("deal the turns of the plan: %w", err)
		}
		return &view{roster: r, state: res.Desired, from: "the plan", now: a.instant()}, nil
	}
	t, err := a.openTarget(ctx, res)
	if err != nil {
		return nil, err
	}
	v, err := a.observe(ctx, t, res)
	return v, closing(t, err)
}

// observe is the roster of an open target. What could not be read is said when it is over,
// see view.finish.
func (a *app) observe(ctx context.Context, t *target, res *compiler.Result) (*view, error) {
	now := a.present
	if now.IsZero() {
		var err error
		if now, err = t.now(ctx); err != nil {
			return nil, err
		}
	}
	env := kind.NewEnv(t.clients, res.Settings.Owner.V, kind.Current(res.Desired, now))
	env.Project, env.Now, env.Alone = res.Settings.Project.V, now, true
	observed, err := kind.Observe(ctx, env, a.parallel)
	if err != nil {
		return nil, fmt.Errorf("read the target: %w", err)
	}
	r, err := kind.RosterOf(observed)
	if err != nil {
		return nil, fmt.Errorf("deal the turns of %s: %w", t.name, err)
	}
	return &view{roster: r, state: observed, from: t.name, live: true, unseen: kind.Unseen(observed, env.Live()), now: now}, nil
}

// shiftsOnly says that the answer is about shifts, or about people of ours: how somebody else
// is paged is no part of it.
func (v *view) shiftsOnly() {
	maps.DeleteFunc(v.unseen, func(addr resource.Addr, _ string) bool { return addr.Kind == "contact" })
}

// finish says what could not be read, or is not ours to read, after the answer; then the exit code is 4, because
// the answer may be wrong.
func (v *view) finish(a *app) error {
	unknown := v.state.Unknowns()
	for _, addr := range slices.SortedFunc(maps.Keys(v.unseen), resource.Addr.Compare) {
		a.sayf("watchbill: %s, so the answer may be wrong", v.unseen[addr])
	}
	for _, addr := range unknown {
		a.sayf("watchbill: %s could not be read, so the answer may be wrong: %s", addressText(addr), sentence(v.state.Unknown(addr)))
	}
	if len(unknown)+len(v.unseen) > 0 {
		return said(exitPartial)
	}
	return nil
}
