package kind

// Coverage: which resources of a fleet an alarm watches that would start an incident.

import (
	"fmt"
	"strings"

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

// AlarmsRaised are the alarms of a state that are ours and in ALARM, in its order.
func AlarmsRaised(observed *resource.State) []resource.Addr {
	var out []resource.Addr
	for _, o := range observed.All() {
		if o.Addr.Kind == alarmKind && o.Owner == resource.Ours && strings.HasPrefix(o.Status, "ALARM") {
			out = append(out, o.Addr)
		}
	}
	return out
}
