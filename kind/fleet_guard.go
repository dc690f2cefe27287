package kind

// What targets that come and go do to a change set: why their alarms are made and deleted, and
// how many may go at once. A fleet shrinks every day without anybody's edit, so those deletions
// are counted apart from the others, by the fleet; and nothing is deleted before the target was
// asked for by name and was not there either.

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"

	"github.com/watchbill/watchbill/internal/awsapi"
	"github.com/watchbill/watchbill/internal/resource"
)

// FollowFleets says in a change set which targets appeared and which are gone, and keeps the
// alarms of those that are there after all, or of which that could not be learnt. It makes a call
// for each hundred targets that seem to be gone. The error is trouble that makes the pass
// meaningless.
func FollowFleets(ctx context.Context, clients *awsapi.Clients, cs *resource.ChangeSet, observed *resource.State, fleets []Fleet) (*resource.ChangeSet, error) {
	if len(fleets) == 0 {
		return cs, nil
	}
	w := followed{fleets: map[string]*Fleet{}, live: alarmsByMonitor(observed)}
	for i := range fleets {
		w.fleets[fleets[i].Monitor] = &fleets[i]
	}
	less := cs.Without(func(*resource.Change) bool { return false })
	var gone []*resource.Change
	for i, c := range less.Changes {
		if f := w.fleetOf(c.Addr); f != nil {
			one := *c
			less.Changes[i] = &one
			if w.explain(f, &one) {
				gone = append(gone, &one)
			}
		}
	}
	kept, err := confirmGone(ctx, clients, w, gone)
	if err != nil {
		return nil, err
	}
	keepLooking(kept, less)
	less = less.Without(func(c *resource.Change) bool { return kept[c.Addr] != "" })
	for _, addr := range slices.SortedFunc(maps.Keys(kept), resource.Addr.Compare) {
		less.Kept = append(less.Kept, resource.Kept{Addr: addr, Why: kept[addr]})
	}
	return less, nil
}

// keepLooking adds to the kept what looks at a kept alarm and would no longer: a composite alarm or
// a mute window that loses it for a pass loses a host that is there.
func keepLooking(kept map[resource.Addr]string, cs *resource.ChangeSet) {
	more := map[resource.Addr]string{}
	for _, c := range cs.Changes {
		if kept[c.Addr] != "" || c.Before == nil || c.Addr.Kind != alarmKind && c.Addr.Kind != muteRuleKind {
			continue
		}
		for _, addr := range c.Before.Needs {
			if kept[addr] != "" && (c.After == nil || !slices.Contains(c.After.Needs, addr)) {
				more[c.Addr] = addr.String() + " stays, and it looks at that"
				break
			}
		}
	}
	maps.Copy(kept, more)
}

// followed are fleets by their monitors, and how many live alarms of ours each has.
type followed struct {
	fleets map[string]*Fleet
	live   map[string]int
}

// monitorOf is the monitor whose alarm has that address, and what its target is called.
func monitorOf(addr resource.Addr) (monitor, target string) {
	monitor, target, _ = strings.Cut(addr.Name, "/")
	return monitor, target
}

func (w followed) fleetOf(addr resource.Addr) *Fleet {
	if addr.Kind != alarmKind {
		return nil
	}
	monitor, _ := monitorOf(addr)
	return w.fleets[monitor]
}

func alarmsByMonitor(s *resource.State) map[string]int {
	out := map[string]int{}
	for _, o := range s.All() {
		if o.Addr.Kind == alarmKind && o.Owner == resource.Ours {
			monitor, _ := monitorOf(o.Addr)
			out[monitor]++
		}
	}
	return out
}

// explain says why an alarm of a fleet comes or goes, and reports whether it goes because its
// target seems to be gone.
func (w followed) explain(f *Fleet, c *resource.Change) (gone bool) {
	_, id := monitorOf(c.Addr)
	switch {
	case c.Action == resource.Create && id != "" && w.live[f.Monitor] > 0:
		c.Reason = id + " appeared"
	case c.Action != resource.Delete || f.Err != nil:
	case slices.ContainsFunc(f.Excepted, func(t FleetTarget) bool { return t.ID == id }):
		c.Reason = id + " is excepted"
	case id == "" && f.Encoding == encodingPerTarget && len(f.Targets) > 0:
		c.Reason, c.Apart = "each target has its own alarm now", f.Monitor
	case id != "" && f.Encoding == encodingQuery:
		c.Reason, c.Apart = "one query over the fleet watches it now", f.Monitor
	default:
		c.Reason, c.Apart = goneName(id)+" is gone", f.Monitor
		return true
	}
	return false
}

func goneName(id string) string {
	if id == "" {
		return "the whole fleet"
	}
	return id
}

// confirmGone asks for the targets of alarms by their ARNs, and says of those that are not gone why
// their alarms stay.
func confirmGone(ctx context.Context, clients *awsapi.Clients, w followed, gone []*resource.Change) (kept map[resource.Addr]string, err error) {
	kept = map[resource.Addr]string{}
	byARN := map[string]*resource.Change{}
	for _, c := range gone {
		if arn := c.Before.Spec.(Alarm).Tags[targetTag]; arn != "" {
			byARN[arn] = c
		}
	}
	for chunk := range slices.Chunk(slices.Sorted(maps.Keys(byARN)), 100) { // the most the API takes
		out, err := clients.Tagging.GetResources(ctx, &resourcegroupstaggingapi.GetResourcesInput{ResourceARNList: chunk})
		if awsapi.IsHopeless(err) || ctx.Err() != nil {
			return nil, fmt.Errorf("ask for the targets that seem to be gone: %w", err)
		}
		if err != nil {
			for _, arn := range chunk {
				kept[byARN[arn].Addr] = "whether its target is gone could not be asked: " + err.Error()
			}
			continue
		}
		for _, arn := range chunk {
			byARN[arn].Gone = true
		}
		for _, r := range out.ResourceTagMappingList {
			c := byARN[aws.ToString(r.ResourceARN)]
			if c == nil {
				continue
			}
			c.Gone = false
			tags := map[string]string{}
			for _, t := range r.Tags {
				tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
			}
			_, id := monitorOf(c.Addr)
			if w.fleetOf(c.Addr).matches(tags) {
				kept[c.Addr] = "the fleet was read without " + id + ", and asked for by name it is there"
				continue
			}
			c.Reason = id + " no longer has the tags of the fleet"
		}
	}
	return kept, nil
}

// matches reports whether tags are those that the fleet is found by.
func (f *Fleet) matches(tags map[string]string) bool {
	for _, want := range f.tags {
		value, ok := tags[want.Key]
		if !ok || len(want.Values) > 0 && !slices.Contains(want.Values, value) {
			return false
		}
	}
	return true
}

// GuardFleets refuses fleets that nobody can watch as the plan says, and one that loses too many
// of its targets at once: more than the limits let be deleted, and a larger share of its live
// alarms than they let vanish. What watches those stays as it is. Limits may be nil.
func GuardFleets(fleets []Fleet, l *resource.Limits) resource.Policy {
	return func(cs *resource.ChangeSet, observed *resource.State) *resource.ChangeSet {
		w := followed{fleets: map[string]*Fleet{}, live: alarmsByMonitor(observed)}
		lost := map[string]int{}
		for i := range fleets {
			w.fleets[fleets[i].Monitor] = &fleets[i]
		}
		for _, c := range cs.Changes {
			if f := w.fleetOf(c.Addr); f != nil && f.vanished(c) {
				lost[f.Monitor]++
			}
		}
		less := cs.Without(func(c *resource.Change) bool {
			f := w.fleetOf(c.Addr)
			return f != nil && f.Refused != ""
		})
		for _, f := range fleets {
			addr, n, live := resource.Addr{Kind: alarmKind, Name: f.Monitor}, lost[f.Monitor], w.live[f.Monitor]
			switch {
			case f.Refused != "":
				less.Refusals = append(less.Refusals, resource.Refusal{Addr: addr, Action: resource.Update, Guard: cmp.Or(f.Guard, "fleet"),
					Why: fmt.Sprintf("monitor %s: %s", f.Monitor, f.Refused), Lift: f.Lift})
			case l != nil && n > max(l.MaxDeletes, l.AllowDeletes) && n*100 > live*l.MaxVanishedShare:
				less.Refusals = append(less.Refusals, resource.Refusal{Addr: addr, Action: resource.Delete, Guard: "vanished-targets",
					Why: fmt.Sprintf("%d of the %d targets of monitor %s (%d%%) seem to be gone at once, and at most %d%% may be in one pass",
						n, live, f.Monitor, n*100/live, l.MaxVanishedShare),
					Lift: fmt.Sprintf("if they are gone: --allow-deletes %d", n)})
			}
		}
		return less
	}
}

// HoldFleets is GuardFleets for a plan that is in force already, where not the plan has changed but
// the fleet: what would be refused keeps the alarms of that fleet and what looks at them, and
// nothing else. It is put into held.
func HoldFleets(fleets []Fleet, l *resource.Limits, held *[]resource.Refusal) resource.Policy {
	guard := GuardFleets(fleets, l)
	return func(cs *resource.ChangeSet, observed *resource.State) *resource.ChangeSet {
		guarded := guard(cs, observed)
		*held = guarded.Refusals[len(cs.Refusals):]
		ofHeld := func(addr resource.Addr) bool {
			monitor, _ := monitorOf(addr)
			return addr.Kind == alarmKind && slices.ContainsFunc(*held, func(r resource.Refusal) bool { return r.Addr.Name == monitor })
		}
		less := guarded.Without(func(c *resource.Change) bool {
			return c.Before != nil && (c.Action == resource.Delete && ofHeld(c.Addr) || slices.ContainsFunc(c.Before.Needs, ofHeld))
		})
		less.Refusals = slices.Clone(cs.Refusals)
		return less
	}
}

// vanished reports a deletion because a target is gone, with no other alarm that watches it.
func (f *Fleet) vanished(c *resource.Change) bool {
	_, id := monitorOf(c.Addr)
	return c.Action == resource.Delete && c.Apart != "" && id != "" && f.Encoding == encodingPerTarget
}
