package kind

// Coverage: which resources of a fleet an alarm watches that would start an incident.

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/watchbill/watchbill/internal/awsapi"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/internal/resource"
)

// MonitorCoverage is how much of a monitor's fleet is watched.
type MonitorCoverage struct {
	Monitor string
	Origin  diag.Pos
	// Matched is how many resources the monitor's each finds, the excepted included.
	Matched   int
	Covered   []FleetTarget
	Uncovered []UncoveredTarget
	Excepted  []FleetTarget
	// Encoding, Why, Query, Notes, Refused and Lift are the fleet's.
	Encoding, Why, Query string
	Notes                []string
	Refused, Lift        string
	// Err is why nobody knows the fleet, or what watches it: then nothing is counted.
	Err error
}

// UncoveredTarget is a resource that nothing watches, and why.
type UncoveredTarget struct {
	FleetTarget
	Because string
}

// FleetCoverage judges fleets by the alarms of an observed state. Planned, it judges them by what
// there will be once the plan is applied: every target has its alarm then, if it can have one.
func FleetCoverage(fleets []Fleet, observed *resource.State, planned bool) []MonitorCoverage {
	var out []MonitorCoverage
	for _, f := range fleets {
		c := MonitorCoverage{
			Monitor: f.Monitor, Origin: f.Origin, Matched: len(f.Targets) + len(f.Excepted), Excepted: f.Excepted,
			Encoding: f.Encoding, Why: f.Why, Query: f.Query, Notes: f.Notes, Refused: f.Refused, Lift: f.Lift, Err: f.Err,
		}
		for _, t := range f.Targets {
			why, err := t.Why, error(nil)
			if why == "" && !planned {
				why, err = unwatched(observed, t.Alarm)
			}
			switch {
			case err != nil:
				c.Err = err
			case why != "":
				c.Uncovered = append(c.Uncovered, UncoveredTarget{t, why})
			default:
				c.Covered = append(c.Covered, t)
			}
		}
		if c.Err != nil {
			c.Covered, c.Uncovered = nil, nil
		}
		out = append(out, c)
	}
	return out
}

// unwatched is why an alarm watches nothing for us, "" when it does. The error is that it could
// not be read.
func unwatched(observed *resource.State, addr resource.Addr) (why string, err error) {
	live := observed.Get(addr)
	if len(live) == 0 {
		if err := observed.Unknown(addr); err != nil {
			return "", fmt.Errorf("read %s: %w", addr, err)
		}
		return "it has no alarm yet", nil
	}
	spec, ok := live[0].Spec.(Alarm)
	switch {
	case live[0].Owner != resource.Ours:
		return "its alarm is somebody else's", nil
	case ok && spec.Disabled:
		return "the actions of its alarm are switched off", nil
	case ok && spec.ResponsePlan == "":
		return "its alarm starts no incident", nil
	}
	return "", nil
}

// RaisedAlarm is an alarm with our naming that is in ALARM.
type RaisedAlarm struct {
	Addr  resource.Addr
	Since time.Time
	// Silent: its actions are switched off, so nobody was told.
	Silent bool
}

// RaisedAlarms are the alarms with our naming that are in ALARM, sorted by address: one call a
// hundred of them.
func RaisedAlarms(ctx context.Context, clients *awsapi.Clients) ([]RaisedAlarm, error) {
	pages := cloudwatch.NewDescribeAlarmsPaginator(clients.Alarms, &cloudwatch.DescribeAlarmsInput{
		AlarmNamePrefix: aws.String(alarmPrefix), MaxRecords: aws.Int32(100), StateValue: types.StateValueAlarm,
		AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm},
	})
	var out []RaisedAlarm
	add := func(name *string, since *time.Time, enabled *bool) {
		out = append(out, RaisedAlarm{resource.Addr{Kind: alarmKind, Name: alarmName(name)}, aws.ToTime(since).UTC(), enabled != nil && !*enabled})
	}
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("read which alarms are raised: %w", err)
		}
		for _, a := range page.MetricAlarms {
			add(a.AlarmName, cmp.Or(a.StateTransitionedTimestamp, a.StateUpdatedTimestamp), a.ActionsEnabled)
		}
		for _, a := range page.CompositeAlarms {
			add(a.AlarmName, cmp.Or(a.StateTransitionedTimestamp, a.StateUpdatedTimestamp), a.ActionsEnabled)
		}
	}
	slices.SortFunc(out, func(a, b RaisedAlarm) int { return a.Addr.Compare(b.Addr) })
	return out, nil
}

// WantsAlarms reports whether a desired state has an alarm or a fleet of them.
func WantsAlarms(desired *resource.State) bool {
	return slices.ContainsFunc(desired.All(), func(o *resource.Object) bool { return o.Addr.Kind == alarmKind })
}

// OfFleet reports whether an address may be an alarm of a fleet that a desired state wants: which
// there are only the target knows.
func OfFleet(addr resource.Addr, desired *resource.State) bool {
	if addr.Kind != alarmKind {
		return false
	}
	monitor, target := monitorOf(addr)
	for _, o := range desired.Get(resource.Addr{Kind: alarmKind, Name: monitor}) {
		if d := draftOf(o); d != nil && d.Fleet != nil {
			return target != ""
		}
	}
	return false
}
