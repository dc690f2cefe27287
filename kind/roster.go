package kind

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"
	_ "time/tzdata" // a rotation names its zone, also where the machine has no zone data

	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/oncall"
)

// HandmadeOverride is the ID, in a roster, of overrides that people made by hand; that
// of the plan's is "".
const HandmadeOverride = "console"

// RosterOf is who is paged when, as a state of either side says it. On the desired
// side every channel counts as activated, on the observed side those that are.
// Names are the second halves of addresses, a rotation's is its own (weekly). What is
// unknown in the state is absent from the roster: ask the state first. The error is that
// a rotation cannot be dealt, which no validated plan has.
//
// Where overrides of one rotation overlap, the later one of the list counts: on the
// observed side the list is in the order in which they were made, on the desired side
// in that of their starts.
func RosterOf(s *resource.State) (*oncall.Roster, error) {
	return view{
		state:  s,
		active: func(o *resource.Object) bool { return o.ID == "" || o.Status == Activated },
		overrides: func(rotation *resource.Object) []*resource.Object {
			return inOrderOfMaking(s.Children(overrideKind, rotation.Addr.Name))
		},
	}.roster()
}

// RosterAfter is who is paged when once a plan is applied: the desired state with what
// belongs to people taken from the observed one.
//
// A channel that stays, with its type and its address, stays activated or not. One
// that is new, or has a new address, counts as activated: its owner will enter the
// code, and until then watchbill says so elsewhere.
//
// Overrides that people made on rotations that stay count on. Where they overlap with the
// plan's, what is made later counts: so those of the plan that are live keep their place,
// and those that are yet to be made come after all others.
func RosterAfter(desired, observed *resource.State) (*oncall.Roster, error) {
	return view{
		state: desired,
		active: func(o *resource.Object) bool {
			live := resource.Nearest(o, observed.Get(o.Addr))
			want := o.Spec.(Channel)
			have, ok := Channel{}, false
			if live != nil {
				have, ok = live.Spec.(Channel)
			}
			return !ok || have.Type != want.Type || have.Address != want.Address || live.Status == Activated
		},
		overrides: func(rotation *resource.Object) []*resource.Object {
			return overridesAfter(desired, observed, rotation.Addr)
		},
	}.roster()
}

// overridesAfter are the live ones that stay, and then those that are yet to be made.
func overridesAfter(desired, observed *resource.State, rotation resource.Addr) []*resource.Object {
	live := observed.Children(overrideKind, rotation.Name)
	stays := slices.DeleteFunc(slices.Clone(live), func(o *resource.Object) bool { return o.Owner == resource.Ours })
	var made []*resource.Object
	for _, want := range desired.Children(overrideKind, rotation.Name) {
		if have := resource.Nearest(want, observed.Get(want.Addr)); have != nil && have.Spec.(Override).equal(want.Spec.(Override)) {
			stays = append(stays, have)
		} else {
			made = append(made, want)
		}
	}
	return append(inOrderOfMaking(stays), made...)
}

// inOrderOfMaking sorts live overrides by the time they were made, which their status
// is. Wanted ones have none, and are sorted by their start.
func inOrderOfMaking(overrides []*resource.Object) []*resource.Object {
	made := func(o *resource.Object) time.Time {
		t, _ := time.Parse(time.RFC3339Nano, o.Status) // the zero time for a wanted one
		return t
	}
	out := slices.Clone(overrides)
	slices.SortStableFunc(out, func(a, b *resource.Object) int {
		return cmp.Or(made(a).Compare(made(b)), a.Spec.(Override).Start.Compare(b.Spec.(Override).Start), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// view is how a state is looked at.
type view struct {
	state     *resource.State
	active    func(channel *resource.Object) bool
	overrides func(rotation *resource.Object) []*resource.Object
}

func (v view) roster() (*oncall.Roster, error) {
	r := &oncall.Roster{
		People: map[string]oncall.Person{}, Schedules: map[string]*oncall.Schedule{},
		Escalations: map[string][]oncall.Stage{}, ResponsePlans: map[string][]string{},
	}
	calendars := map[resource.Addr]*oncall.Calendar{}
	for _, o := range v.state.All() { // rotations come before schedules
		switch spec := o.Spec.(type) {
		case Contact:
			r.People[o.Addr.Name] = v.person(o.Addr.Name)
		case Rotation:
			if calendars[o.Addr] != nil {
				break // a second one under the name is about to go
			}
			calendar, err := v.calendar(o, spec, r.Rules)
			if err != nil {
				return nil, fmt.Errorf("deal the turns of %s: %w", o.Addr, err)
			}
			calendars[o.Addr] = calendar
		case Schedule:
			r.Schedules[o.Addr.Name] = scheduleOf(spec, calendars)
		case EscalationPlan:
			r.Escalations[o.Addr.Name] = escalationOf(spec)
		case ResponsePlan:
			r.ResponsePlans[o.Addr.Name] = namesOf(spec.Engage)
		}
	}
	return r, nil
}

func namesOf(addrs []resource.Addr) []string {
	out := make([]string, len(addrs))
	for i, a := range addrs {
		out[i] = a.Name
	}
	return out
}

var channelTypes = map[string]oncall.ChannelType{"EMAIL": oncall.Email, "SMS": oncall.SMS, "VOICE": oncall.Voice}

func (v view) person(contact string) oncall.Person {
	p := oncall.Person{Channels: map[string]oncall.Channel{}}
	for _, o := range v.state.Children(channelKind, contact) {
		_, name := cutLast(o.Addr.Name)
		p.Channels[name] = oncall.Channel{Type: channelTypes[o.Spec.(Channel).Type], Active: v.active(o)}
	}
	for _, o := range v.state.Children(engagementPlanKind, contact) {
		for _, stage := range o.Spec.(EngagementPlan).Stages {
			out := oncall.Stage{Wait: time.Duration(stage.WaitMinutes) * time.Minute}
			for _, t := range stage.Targets {
				_, name := cutLast(t.Channel.Name)
				out.Targets = append(out.Targets, oncall.Target{Channel: name, Retry: time.Duration(t.RetryMinutes) * time.Minute})
			}
			p.Stages = append(p.Stages, out)
		}
	}
	return p
}

func (v view) calendar(o *resource.Object, spec Rotation, rules oncall.Rules) (*oncall.Calendar, error) {
	zone, err := loadZone(spec.Zone)
	if err != nil {
		return nil, err
	}
	_, name := cutLast(o.Addr.Name)
	r := oncall.Rotation{
		Name: name, Start: spec.Start, Zone: zone, Members: namesOf(spec.Contacts), OnCalls: spec.OnCall,
		Recurrence: spec.Recurrence.dealt(), Coverage: dealtCoverage(spec.Coverage),
	}
	for _, override := range v.overrides(o) {
		spec := override.Spec.(Override)
		id := ""
		if override.Owner != resource.Ours {
			id = HandmadeOverride
		}
		r.Overrides = append(r.Overrides, oncall.Override{ID: id, Start: spec.Start, End: spec.End, Members: namesOf(spec.Contacts)})
	}
	return oncall.NewCalendar(r, rules)
}

// scheduleOf leaves out rotations that are not there, as AWS does.
func scheduleOf(s Schedule, calendars map[resource.Addr]*oncall.Calendar) *oncall.Schedule {
	var out []*oncall.Calendar
	for _, a := range s.Rotations {
		if c := calendars[a]; c != nil {
			out = append(out, c)
		}
	}
	return oncall.ScheduleOf(out...)
}

func escalationOf(p EscalationPlan) []oncall.Stage {
	out := make([]oncall.Stage, len(p.Stages))
	for i, s := range p.Stages {
		out[i].Wait = time.Duration(s.WaitMinutes) * time.Minute
		for _, t := range s.Targets {
			out[i].Targets = append(out[i].Targets, oncall.Target{Contact: t.Contact.Name, Essential: t.StopsEscalation})
		}
	}
	return out
}

// zones holds the zones that were asked for; there are only so many that exist.
var zones sync.Map

// loadZone is a time zone by its IANA name; the machine's own zone is none.
func loadZone(name string) (*time.Location, error) {
	if zone, ok := zones.Load(name); ok {
		return zone.(*time.Location), nil
	}
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("unknown time zone %q", name)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, err
	}
	zones.Store(name, zone)
	return zone, nil
}
