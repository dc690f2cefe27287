package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/kind"
)

// Some addresses of a plan are kept by its target. Compiling it therefore opens the
// target, and what follows goes on with the open one: credentials are asked for once.

// readReferences reads what a plan refers to from its target, which stays open in k.
func (a *app) readReferences(k *targetKeeper) compiler.ReadReferences {
	return func(ctx context.Context, res *compiler.Result, refs []kind.Reference) (map[kind.Reference]kind.Answer, error) {
		t, err := k.get(ctx, res)
		if err != nil {
			return nil, err
		}
		return kind.ReadReferences(ctx, t.clients, refs, a.parallel)
	}
}

// openTarget opens the target of a compiled plan, or hands over the one that was
// opened to compile it. It makes no AWS call.
func (a *app) openTarget(ctx context.Context, res *compiler.Result) (*target, error) {
	if t := a.held.take(res); t != nil {
		return t, nil
	}
	if err := a.held.close(); err != nil {
		return nil, err
	}
	return openTarget(ctx, res)
}

// targetKeeper keeps a target open from pass to pass, and opens another one when
// the plan's settings say so.
type targetKeeper struct {
	open *target
	key  string
}

// keyOf tells targets apart.
func keyOf(res *compiler.Result) string {
	to := res.Settings.Target
	return strings.Join([]string{res.Dir, to.Name, to.Account, to.Region, to.AssumeRole, localRegionOf(res), fmt.Sprint(to.Limits)}, "\n")
}

func (k *targetKeeper) get(ctx context.Context, res *compiler.Result) (*target, error) {
	key := keyOf(res)
	if k.open != nil && k.key == key {
		return k.open, nil
	}
	if err := k.close(); err != nil {
		return nil, err
	}
	t, err := openTarget(ctx, res)
	if err == nil {
		k.open, k.key = t, key
	}
	return t, err
}

// take hands the open target over, nil when none is open or another one is. Who takes
// it closes it.
func (k *targetKeeper) take(res *compiler.Result) *target {
	if k.open == nil || k.key != keyOf(res) {
		return nil
	}
	t := k.open
	k.open = nil
	return t
}

func (k *targetKeeper) close() error {
	if k.open == nil {
		return nil
	}
	err := k.open.close()
	k.open = nil
	return err
}
