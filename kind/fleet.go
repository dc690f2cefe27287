package kind

// Fleets: what a monitor with each: is for. Which resources those are only the target knows, so
// a plan is lowered to one alarm with a draft, and every pass makes of it what the target has:
//
//	alarm/web + FleetQuery ─ GetResources → Fleet → alarm/web/i-0abc, alarm/web/i-0def …
//	                                              → or alarm/web, one query over all of them
//
// What cannot be read whole is unknown and never absent: no alarm goes because a page was denied.

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/awsapi"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/internal/resource"
)

// FleetQuery is which resources a monitor is for, as its author says. Encoding is auto,
// per_target or query; Dedupe that the response plan merges incidents.
type FleetQuery struct {
	Monitor   string     `json:"monitor"`
	Resource  string     `json:"resource"`
	Tags      []FleetTag `json:"tags"` // by key; all must be there
	Except    []string   `json:"except"`
	AllowNone bool       `json:"allow_none"`
	Encoding  string     `json:"encoding"`
	Dedupe    bool       `json:"dedupe"`
}

// FleetTag is a tag with any one of the values; without values, with the key.
type FleetTag struct {
	Key    string   `json:"key"`
	Values []string `json:"values"`
}

// Fleet is what a pass found for one monitor with each.
type Fleet struct {
	Monitor string
	Origin  diag.Pos
	// Targets are the resources that match, without the excepted, sorted by ARN; Excepted
	// those that match and are left out.
	Targets, Excepted []FleetTarget
	// Encoding is per_target or query, and Why says why and what it costs.
	Encoding, Why string
	// Query is what a query alarm asks.
	Query string
	// Notes are sentences for the author: what looks like a mistake and stops nothing.
	Notes []string
	// Refused is why nothing may be applied while the fleet is so, Lift what to do about it.
	Refused, Lift string
	// Guard is what the refusal is called, for one that explain knows; "" for the others.
	Guard string
	// Err is why nobody knows the fleet: nothing is planned for its alarms then.
	Err error

	tags []FleetTag // that it was found by
}

// FleetTarget is one resource of a fleet. ID is what people call it (i-0abc), the end of its
// alarm's name; Alarm is the alarm that watches it. Why says why none can.
type FleetTarget struct {
	ARN, ID string
	Alarm   resource.Addr
	Why     string
}

// The encodings of a fleet.
const (
	encodingAuto      = "auto"
	encodingPerTarget = "per_target"
	encodingQuery     = "query"
)

// targetTag is on an alarm of a fleet: the ARN of what it watches, so that one whose target
// seems to be gone can be asked for by name.
const targetTag = "watchbill-target"

func fleetQuery(m *ast.Monitor) *FleetQuery {
	q := &FleetQuery{
		Monitor: m.Name.V, Resource: m.Each.Resource.V, Except: texts(m.Each.Except), AllowNone: m.Each.AllowNone.V,
		Encoding: m.Encoding.Or(encodingAuto), Dedupe: m.Plan != nil && m.Plan.Dedupe.V != "",
	}
	for _, t := range m.Each.Tags {
		tag := FleetTag{Key: t.Key.V, Values: texts(t.Values)}
		slices.Sort(tag.Values)
		q.Tags = append(q.Tags, tag)
	}
	slices.SortFunc(q.Tags, func(a, b FleetTag) int { return strings.Compare(a.Key, b.Key) })
	slices.Sort(q.Except)
	return q
}

// Expand makes alarms of the fleets in a desired state; without any it makes no call. A fleet
// that cannot be read leaves its alarms unknown. At is the pass's instant. The error is trouble that makes the whole pass
// meaningless, as with Observe.
func Expand(ctx context.Context, clients *awsapi.Clients, desired *resource.State, at time.Time) (*resource.State, []Fleet, error) {
	drafts := draftsOf(desired)
	if len(drafts) == 0 {
		return desired, nil, nil
	}
	x := &expansion{out: desired.Without(isDraft), alarms: map[resource.Addr][]resource.Addr{}, home: clients.Region(), clients: clients, at: at}
	answers, err := readFleets(ctx, clients, drafts)
	if err != nil {
		return nil, nil, err
	}
	for _, o := range drafts {
		if q := draftOf(o).Fleet; q != nil {
			if err := x.fleet(ctx, o, *q, answers[q.question()]); err != nil {
				return nil, nil, err
			}
		}
	}
	for _, o := range drafts {
		x.referring(o)
	}
	return x.out, x.fleets, nil
}

// draftOf is what of an object a pass has to complete, nil when it is complete.
func draftOf(o *resource.Object) *AlarmDraft {
	switch spec := o.Spec.(type) {
	case Alarm:
		return spec.Draft
	case MuteRule:
		return spec.Draft
	}
	return nil
}

func isDraft(o *resource.Object) bool { return draftOf(o) != nil }

func draftsOf(s *resource.State) []*resource.Object {
	return slices.DeleteFunc(s.All(), func(o *resource.Object) bool { return !isDraft(o) })
}

// expansion makes one state of a desired one and what was found for its fleets.
type expansion struct {
	out    *resource.State
	fleets []Fleet
	alarms map[resource.Addr][]resource.Addr // of each fleet, by its monitor's address
	home   string

	clients *awsapi.Clients
	at      time.Time
}

// fleet adds the alarms of one monitor.
func (x *expansion) fleet(ctx context.Context, o *resource.Object, q FleetQuery, a answered) error {
	f := Fleet{Monitor: q.Monitor, Origin: o.Origin, Err: a.err, tags: q.Tags}
	template := o.Spec.(Alarm)
	template.Draft = nil
	t, _, known := fleetTypeOf(q.Resource, template.namespace())
	switch {
	case !known:
		f.Err = fmt.Errorf("no dimensions are known for resources of type %q", q.Resource)
	case f.Err == nil:
		f.choose(q, t, template, a.found, x.home)
		if q.Encoding == encodingAuto && f.Encoding == encodingQuery {
			why, err := x.doubt(ctx, &f, template.Metric.Period)
			if err != nil {
				return err
			}
			if why != "" {
				f.Encoding, f.Why = encodingPerTarget, each(len(f.Targets))+": "+why
			}
		}
		f.name()
	}
	if f.Err != nil {
		x.unknown(o.Addr, fmt.Errorf("read the fleet of %s: %w", o.Addr, f.Err))
	} else {
		x.alarms[o.Addr] = x.addAlarms(o, &f, t, template)
	}
	x.fleets = append(x.fleets, f)
	return nil
}

// unknown marks an alarm, and all alarms of a fleet by that name.
func (x *expansion) unknown(addr resource.Addr, err error) {
	x.out.MarkUnknown(addr, err)
	x.out.MarkUnknown(resource.Addr{Kind: addr.Kind, Name: addr.Name + "/"}, err)
}

// addAlarms adds what watches a fleet, and returns the addresses.
func (x *expansion) addAlarms(o *resource.Object, f *Fleet, t fleetType, template Alarm) []resource.Addr {
	if f.Encoding == encodingQuery { // also over nothing: it sees what appears

		x.add(o, o.Addr.Name, template.asQuery(f.Query))
		return []resource.Addr{o.Addr}
	}
	var out []resource.Addr
	for _, target := range f.Targets {
		if target.Alarm.IsZero() {
			continue
		}
		dimensions, _, _ := t.target(target.ARN, x.home)
		x.add(o, target.Alarm.Name, template.forTarget(target.ARN, dimensions))
		out = append(out, target.Alarm)
	}
	return out
}

// add puts an object made of a draft into the state.
func (x *expansion) add(draft *resource.Object, name string, spec Alarm) {
	x.out.Add(alarm.object(name, spec, func(o *resource.Object) { completed(o, draft) }))
}

// completed gives an object what its draft says beside the spec.
func completed(o, draft *resource.Object) {
	o.Origin, o.Protect, o.Awaits = draft.Origin, draft.Protect, draft.Awaits
	if slices.Contains(draft.Needs, theSet) { // see NeedSet
		o.Needs = append(o.Needs, theSet)
	}
}

// forTarget is the alarm for one resource.
func (a Alarm) forTarget(arn string, dimensions map[string]string) Alarm {
	a.Metric = a.Metric.of(dimensions)
	queries := slices.Clone(a.Metrics)
	for i, q := range queries {
		queries[i].Metric = q.Metric.of(dimensions)
	}
	a.Metrics = queries
	if len(arn) <= maxTagValue {
		a.Tags = with(a.Tags, targetTag, arn)
	}
	return a
}

// maxTagValue is the longest value of a tag [cw].
const maxTagValue = 256

// of is a metric of one resource; no metric stays none.
func (m AlarmMetric) of(dimensions map[string]string) AlarmMetric {
	if m.Name == "" {
		return m
	}
	for key, value := range dimensions {
		m.Dimensions = with(m.Dimensions, key, value)
	}
	return m
}

// with is a copy of a map with one more value.
func with(m map[string]string, key, value string) map[string]string {
	out := make(map[string]string, len(m)+1)
	for k, v := range m {
		out[k] = v
	}
	out[key] = value
	return out
}

// referring completes what looks at the alarms of monitors.
func (x *expansion) referring(o *resource.Object) {
	d := draftOf(o)
	if d.Fleet != nil {
		return
	}
	for _, m := range slices.Concat(d.Any, d.All) {
		if err := x.out.Unknown(m); err != nil {
			x.out.MarkUnknown(o.Addr, err)
			if o.Addr.Kind == muteRuleKind {
				x.unknown(o.Addr, err)
			}
			return
		}
	}
	switch spec := o.Spec.(type) {
	case Alarm:
		spec.Draft = nil
		spec.Rule = d.rule(x.alarmsOf)
		x.add(o, o.Addr.Name, spec)
	case MuteRule:
		x.mute(o, spec)
	}
}

// alarmsOf are the alarms of a monitor, in the order of their targets.
func (x *expansion) alarmsOf(monitor resource.Addr) []resource.Addr {
	if alarms, ok := x.alarms[monitor]; ok {
		return alarms
	}
	return []resource.Addr{monitor}
}
