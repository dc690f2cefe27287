package agent

import (
	"context"
	"errors"
	"time"

	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
)

// Outcome is what a pass found, and what it did about it.
type Outcome struct {
	// ChangeSet is the difference after the guards. While it has refusals,
	// nothing is applied.
	ChangeSet *resource.ChangeSet
	// Desired and Observed are what was compared.
	Desired, Observed *resource.State
	// Fleets are what the monitors with each: are for, by the names of the monitors.
	Fleets []kind.Fleet
	// Cost is what applying the change set takes.
	Cost kind.Cost
	// At is the instant of the comparison.
	At time.Time
	// Results has one report a change, in the order of ChangeSet.Changes; nil when
	// nothing was applied.
	Results []Report
	// Digest identifies what was compared, see resource.Digest.
	Digest string
	// Contested is what is left alone because somebody else writes it too; see History.
	Contested []Contest
	// Held is what Pass.HoldFleets kept from being refused: fleets whose alarms stay as they are.
	Held []resource.Refusal
	// Adopted are the resources that the pass was to treat as ours and that are not.
	Adopted []kind.Adoption
	// Account is the account that was read, and Live are the addresses of everything
	// found in it that stands alone, ours or not.
	Account string
	Live    []resource.Addr
	// Elapsed is the time of the whole pass so far, waiting for consent left out.
	Elapsed time.Duration

	judged *judgement
	steps  []resource.Step
	do     doFunc
	check  func(func() error) // sets what is asked before each step's first change
	mark   func(context.Context, kind.Adoption) error
}

// doFunc does one step; it is kind.Do with its environment.
type doFunc func(context.Context, resource.Step) error

// Refused reports that a guard let nothing be applied.
func (o *Outcome) Refused() bool { return len(o.ChangeSet.Refusals) > 0 }

// Unread reports that parts of the target could not be read, so that nothing was
// planned for them.
func (o *Outcome) Unread() bool { return len(o.ChangeSet.Unread) > 0 }

// Count is the number of changes that ended so.
func (o *Outcome) Count(v Verdict) int {
	n := 0
	for _, r := range o.Results {
		if r.Result == v {
			n++
		}
	}
	return n
}

// Complete reports that target and plan agree now: everything was read, and
// every change was done. Nothing is left to somebody else.
func (o *Outcome) Complete() bool { return len(o.Contested)+len(o.Held) == 0 && o.Tried() }

// Tried reports that target and plan agree now but for what is contested or held, which another
// try will not change.
func (o *Outcome) Tried() bool {
	return !o.Refused() && !o.Unread() && o.Count(Done) == len(o.ChangeSet.Changes)
}

// Interrupted reports that an interrupt kept something from being begun.
func (o *Outcome) Interrupted() bool {
	for _, r := range o.Results {
		if r.Because == Interrupt {
			return true
		}
	}
	return false
}

// EmptyPlanError says that the plan wants nothing at all, which is more often a
// wrong folder or a bad merge than an intention.
type EmptyPlanError struct{}

func (*EmptyPlanError) Error() string {
	return "the plan has no resources, so everything would be deleted"
}

// IsEmptyPlan reports that the plan wants nothing at all.
func IsEmptyPlan(err error) bool {
	var empty *EmptyPlanError
	return errors.As(err, &empty)
}
