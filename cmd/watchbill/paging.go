package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/watchbill/watchbill/agent"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
	"github.com/watchbill/watchbill/oncall"
	"github.com/watchbill/watchbill/paging"
)

// The kinds that are looked at by name here.
const (
	responsePlanKind   = "response_plan"
	scheduleKind       = "schedule"
	channelKind        = "channel"
	replicationSetKind = "replication_set"
)

// pagingReport is what a change set means for people. The nil report has nothing to say.
type pagingReport struct {
	now     time.Time
	changes []paging.Change
	shifts  []paging.Shift
	unknown []unknownPaging
	// activate are the channels that page only once their owners have entered a code, of the
	// people whom response plans engage.
	activate []waiting
	mute     bool // see isMute
	// refused: nothing of it will happen.
	refused bool
	// fleets is what it means for the resources that monitors are for.
	fleets *fleetReport
}

// unknownPaging is a response plan of which nothing can be said, and why.
type unknownPaging struct{ responsePlan, why string }

// waiting is a channel that is new, or has a new address.
type waiting struct {
	contact, channel string
	word             string // mail, text or call
	moved            bool   // there before, with another address
}

func (w waiting) String() string { return w.contact + "/" + w.channel }

// empty reports whether there is nothing to say.
func (r *pagingReport) empty() bool {
	return r == nil || len(r.changes)+len(r.shifts)+len(r.unknown)+len(r.activate) == 0
}

// pagingOf compares who is paged before and after a pass. When nothing changes, nothing is
// compared.
func pagingOf(o *agent.Outcome) (*pagingReport, error) {
	fleets := fleetsOf(o)
	if o.ChangeSet.Empty() && !o.Unread() {
		return &pagingReport{fleets: fleets}, nil
	}
	r, err := newPagingReport(o, o.At.Truncate(time.Minute))
	if r != nil {
		r.fleets = fleets
	}
	return r, err
}

// fleetsTouched are the fleets of a report, nil of the nil report.
func (r *pagingReport) fleetsTouched() *fleetReport {
	if r == nil {
		return nil
	}
	return r.fleets
}

func newPagingReport(o *agent.Outcome, now time.Time) (*pagingReport, error) {
	goal := goalOf(o)
	links := linksOf(goal, o.Observed)
	blind := links.blind(o.Observed, o.Live)
	touched := links.touched(o.ChangeSet)
	r := &pagingReport{now: now, refused: o.Refused()}
	for _, addr := range links.all(isResponsePlan) {
		// What no change touches goes on as it does, whatever that is.
		if why := blind[addr]; why != "" && (o.Unread() || o.Refused() || touched[addr]) {
			r.unknown = append(r.unknown, unknownPaging{addr.Name, why})
		}
	}
	before, err := kind.RosterOf(o.Observed)
	if err != nil {
		return nil, fmt.Errorf("deal the turns of the target: %w", err)
	}
	after, err := kind.RosterAfter(goal, o.Observed)
	if err != nil {
		return nil, fmt.Errorf("deal the turns of the plan: %w", err)
	}
	among := func(kind string) func(string) bool {
		return func(name string) bool {
			addr := resource.Addr{Kind: kind, Name: name}
			return touched[addr] && blind[addr] == ""
		}
	}
	r.changes = paging.Compare(before, after, now, among(responsePlanKind))
	r.shifts = paging.Shifts(before, after, now, among(scheduleKind))
	r.activate = awaited(o.ChangeSet, after, now)
	r.mute = r.isMute()
	return r, nil
}

// goalOf is the desired state with what is kept although the plan does not have it.
func goalOf(o *agent.Outcome) *resource.State {
	if len(o.ChangeSet.Kept) == 0 {
		return o.Desired
	}
	out := &resource.State{}
	for _, want := range o.Desired.All() {
		out.Add(want)
	}
	for _, k := range o.ChangeSet.Kept {
		if !out.Has(k.Addr) {
			for _, have := range o.Observed.Get(k.Addr) {
				out.Add(have)
			}
		}
	}
	return out
}

// awaited are the channels of a change set that need a new activation, as far as somebody
// whom a response plan engages is paged by them, sorted by contact and channel.
func awaited(cs *resource.ChangeSet, after *oncall.Roster, now time.Time) []waiting {
	engages := paging.Engages(after, now)
	found := map[waiting]bool{}
	for _, c := range cs.Changes {
		contact, channel := newChannel(c)
		person := after.People[contact]
		pages := func(t oncall.Target) bool { return t.Channel == channel }
		staged := func(s oncall.Stage) bool { return slices.ContainsFunc(s.Targets, pages) }
		if channel != "" && slices.ContainsFunc(person.Stages, staged) && engages(contact) {
			found[waiting{contact, channel, person.Channels[channel].Type.Word(), c.Before != nil}] = true
		}
	}
	return slices.SortedFunc(maps.Keys(found), func(a, b waiting) int {
		return cmp.Or(cmp.Compare(a.contact, b.contact), cmp.Compare(a.channel, b.channel))
	})
}

// newChannel is the channel that a change makes, or gives a new address; "" when it is
// none.
func newChannel(c *resource.Change) (contact, channel string) {
	moved := func(f resource.FieldChange) bool { return f.Path == "address" || f.Path == "type" }
	if c.Addr.Kind != channelKind || c.After == nil || c.Action == resource.Update && !slices.ContainsFunc(c.Fields, moved) {
		return "", ""
	}
	contact, channel, _ = strings.Cut(c.Addr.Name, "/")
	return contact, channel
}

func isResponsePlan(addr resource.Addr) bool { return addr.Kind == responsePlanKind }
