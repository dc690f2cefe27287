package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/internal/awsapi"
)

const (
	// storeFolder holds the embedded Incident Manager's data, in the plan folder.
	storeFolder = ".watchbill"
	// localRegion is where it seems to be when neither target nor plan says.
	localRegion = "us-east-1"
)

// target is where a plan is applied, ready to be spoken to.
type target struct {
	name    string
	clients *awsapi.Clients
	// now is what time it is there: the embedded service has a clock of its own.
	now func(context.Context) (time.Time, error)
	// stands reports whether that clock is stopped; nil where clocks cannot be.
	stands func(context.Context) bool
	// close gives the local store back; the last words to it are on the disk then.
	close func() error
}

// openTarget opens the target of a compiled plan. It makes no AWS call.
func openTarget(ctx context.Context, res *compiler.Result) (*target, error) {
	if res.Settings.Target.Name == compiler.LocalTarget {
		return openLocal(ctx, res)
	}
	to := res.Settings.Target
	clients, err := awsapi.New(ctx, awsapi.Config{
		Region: to.Region, Account: to.Account, AssumeRole: to.AssumeRole, Rate: float64(to.Limits.CallsPerSecond),
		AttemptTimeout: to.Limits.AttemptTimeout, CallTimeout: to.Limits.CallTimeout,
	})
	if err != nil {
		return nil, fmt.Errorf("target %s: %w", to.Name, err)
	}
	return &target{
		name: to.Name, clients: clients, close: func() error { return nil },
		now: func(context.Context) (time.Time, error) { return time.Now().UTC().Truncate(time.Second), nil },
	}, nil
}

// openLocal attaches to the store in the plan folder. Nothing in the environment
// can lead it elsewhere.
func openLocal(ctx context.Context, res *compiler.Result) (*target, error) {
	to := res.Settings.Target
	store, err := attach(ctx, filepath.Join(res.Dir, storeFolder), to.Account)
	if err != nil {
		return nil, err
	}
	clients, err := awsapi.New(ctx, awsapi.Config{Region: localRegionOf(res), Local: store})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("target %s: %w", to.Name, err), store.Close())
	}
	return &target{
		name: to.Name, clients: clients, close: store.Close,
		now: func(ctx context.Context) (time.Time, error) { return accountTime(ctx, store) },
		stands: func(ctx context.Context) bool {
			clock, err := readClock(ctx, store)
			return err == nil && !clock.Running
		},
	}, nil
}

// attach opens the embedded Incident Manager in dir, or reaches the process that
// has it open.
func attach(ctx context.Context, dir, account string) (*emulator.Attachment, error) {
	store, err := emulator.Attach(ctx, dir, emulator.Options{Account: account})
	where := filepath.ToSlash(dir)
	if errors.Is(err, emulator.ErrLocked) {
		return nil, &problem{
			exit: exitLocked,
			err:  fmt.Errorf("another program has the local Incident Manager in %s open and does not answer", where),
			hint: "wait for it to end, or stop it",
		}
	}
	if why := bare(err); why != err {
		return nil, fmt.Errorf("open the local Incident Manager in %s: %w", where, why)
	}
	return store, err
}

// localRegionOf is the Region of the local target: the settings', else the plan's
// home Region, else localRegion.
func localRegionOf(res *compiler.Result) string {
	switch set := res.Plan.ReplicationSet; {
	case res.Settings.Target.Region != "":
		return res.Settings.Target.Region
	case set != nil && len(set.Regions) > 0:
		return set.Regions[0].Name.V
	}
	return localRegion
}

// targetName is the target this command line means.
func (a *app) targetName() string { return cmp.Or(a.target, compiler.LocalTarget) }

// planFolder is the plan folder of a path that has to exist.
func planFolder(path string) (string, error) {
	dir, err := compiler.Root(path)
	if err != nil {
		return "", troublef("the plan folder %s cannot be read: %w", path, bare(err)).
			withHint("name an existing folder, or a file in one")
	}
	return dir, nil
}
