package emulator

// Reading alarms.

import (
	"slices"
	"strings"
	"time"

	"github.com/watchbill/watchbill/emulator/wire"
)

// shownAlarm is an alarm as DescribeAlarms shows it.
type shownAlarm struct {
	AlarmName string
	AlarmArn  string
	alarmConfig
	AlarmConfigurationUpdatedTimestamp wire.Time
	StateValue                         string
	StateReason                        string
	StateReasonData                    string `json:",omitempty"`
	StateUpdatedTimestamp              wire.Time
	StateTransitionedTimestamp         wire.Time
	EvaluationState                    string `json:",omitempty"`
	ActionsSuppressedBy                string `json:",omitempty"`
	ActionsSuppressedReason            string `json:",omitempty"`
}

func (a *metricAlarm) out() shownAlarm {
	shown := shownAlarm{AlarmName: a.Name, AlarmArn: a.ARN, alarmConfig: a.alarmConfig, AlarmConfigurationUpdatedTimestamp: wire.Time(a.Updated),
		StateValue: a.State, StateReason: a.Reason, StateReasonData: a.ReasonData, StateUpdatedTimestamp: wire.Time(a.StateUpdated),
		StateTransitionedTimestamp: wire.Time(a.StateSince), EvaluationState: a.Problem}
	if a.Composite && a.HeldBy != "" && a.HeldBy != heldByMute {
		shown.ActionsSuppressedBy = a.HeldBy
		shown.ActionsSuppressedReason = "Actions suppressed by " + *a.ActionsSuppressor
	}
	return shown
}

const defaultAlarmPage = 50

func describeAlarms(c *call, st *state, in *struct {
	AlarmNames                                                                         []string
	AlarmNamePrefix, ChildrenOfAlarmName, ParentsOfAlarmName, StateValue, ActionPrefix string
	AlarmTypes                                                                         []string
	MaxRecords                                                                         int
	NextToken                                                                          string
}) (any, error) {
	kin := in.ChildrenOfAlarmName + in.ParentsOfAlarmName
	others := in.AlarmNames != nil || in.AlarmNamePrefix+in.StateValue+in.ActionPrefix != "" || in.AlarmTypes != nil
	switch {
	case in.AlarmNames != nil && in.AlarmNamePrefix != "":
		return nil, badAlarm("AlarmNames and AlarmNamePrefix cannot be specified together")
	case kin != "" && (others || in.ChildrenOfAlarmName != "" && in.ParentsOfAlarmName != ""):
		return nil, badAlarm("ChildrenOfAlarmName and ParentsOfAlarmName cannot be combined with other parameters")
	}
	limit := in.MaxRecords
	if limit == 0 {
		limit = max(defaultAlarmPage, len(in.AlarmNames))
	}
	question := append(slices.Concat(in.AlarmNames, []string{"types"}, in.AlarmTypes), in.AlarmNamePrefix, in.ChildrenOfAlarmName, in.ParentsOfAlarmName,
		in.StateValue, in.ActionPrefix)
	pg, ok := newPage(c, in.NextToken, limit, question...)
	if !ok {
		return nil, badAlarmToken()
	}
	keep, err := relatives(c, st, in.ChildrenOfAlarmName, in.ParentsOfAlarmName)
	if err != nil {
		return nil, err
	}
	if keep == nil {
		keep = func(a *metricAlarm) bool {
			return (len(in.AlarmTypes) == 0 && !a.Composite || slices.Contains(in.AlarmTypes, a.kind())) &&
				(in.StateValue == "" || a.State == in.StateValue) && a.hasAction(in.ActionPrefix) &&
				(in.AlarmNames == nil || slices.Contains(in.AlarmNames, a.Name))
		}
	}
	rows := takePage(pg, alarmsAfter(c, st, in.AlarmNames, in.AlarmNamePrefix, pg.after), keep)
	return alarmPage(rows, pg.next), nil
}

// alarmsAfter walks the alarms that may be asked for: those of a list of names cost no walk.
func alarmsAfter(c *call, st *state, names []string, prefix, after string) func(func(string, *metricAlarm) bool) {
	if names == nil {
		return st.alarms.after(alarmKey(c.region, prefix), after)
	}
	return func(yield func(string, *metricAlarm) bool) {
		sorted := slices.Compact(slices.Sorted(slices.Values(names)))
		for _, name := range sorted {
			key := alarmKey(c.region, name)
			if a := st.alarms.get(key); a != nil && key > after && !yield(key, a) {
				return
			}
		}
	}
}

func (a *metricAlarm) hasAction(prefix string) bool {
	return prefix == "" || slices.ContainsFunc(slices.Concat(a.OKActions, a.AlarmActions, a.InsufficientDataActions), func(arn string) bool {
		return strings.HasPrefix(arn, prefix)
	})
}

func alarmPage(rows []*metricAlarm, next string) any {
	out := struct {
		CompositeAlarms []shownAlarm
		MetricAlarms    []shownAlarm
		NextToken       string `json:",omitempty"`
	}{[]shownAlarm{}, []shownAlarm{}, next}
	for _, a := range rows {
		if a.Composite {
			out.CompositeAlarms = append(out.CompositeAlarms, a.out())
		} else {
			out.MetricAlarms = append(out.MetricAlarms, a.out())
		}
	}
	return out
}

// relatives is a filter for the alarms that a composite alarm's rule names, or for those whose rules
// name an alarm; nil when nobody asks.
func relatives(c *call, st *state, childrenOf, parentsOfName string) (func(*metricAlarm) bool, error) {
	name := childrenOf + parentsOfName
	if name == "" {
		return nil, nil
	}
	a := st.alarms.get(alarmKey(c.region, name))
	if a == nil {
		return nil, badAlarm("The alarm " + name + " does not exist")
	}
	if childrenOf == "" {
		parents := parentsOf(st, a)
		return func(p *metricAlarm) bool { return slices.Contains(parents, p) }, nil
	}
	if !a.Composite {
		return nil, badAlarm(name + " is not a composite alarm")
	}
	children := a.children()
	return func(child *metricAlarm) bool { return slices.Contains(children, child.Name) }, nil
}

func describeAlarmsForMetric(c *call, st *state, in *struct {
	MetricName, Namespace              string
	Statistic, ExtendedStatistic, Unit *string
	Dimensions                         []cwDim
	Period                             *int
}) (any, error) {
	same := func(want, have *string) bool { return want == nil || have != nil && *have == *want }
	list := []shownAlarm{}
	for _, a := range st.alarms.below(c.region + "/") {
		if a.MetricName != nil && *a.MetricName == in.MetricName && *a.Namespace == in.Namespace && sameDimensions(a.Dimensions, in.Dimensions) &&
			same(in.Statistic, a.Statistic) && same(in.ExtendedStatistic, a.ExtendedStatistic) && same(in.Unit, a.Unit) &&
			(in.Period == nil || *in.Period == *a.Period) {
			list = append(list, a.out())
		}
	}
	return map[string]any{"MetricAlarms": list}, nil
}

// dimensionText is dimensions in one order, for comparing and as a key.
func dimensionText(dims []cwDim) string {
	sorted := slices.SortedFunc(slices.Values(dims), func(a, b cwDim) int { return strings.Compare(a.Name+"\x00"+a.Value, b.Name+"\x00"+b.Value) })
	var b strings.Builder
	for _, d := range sorted {
		b.WriteString("\x00" + d.Name + "\x01" + d.Value)
	}
	return b.String()
}

func sameDimensions(a, b []cwDim) bool { return dimensionText(a) == dimensionText(b) }

// alarmContributor is one series in ALARM of an alarm that watches many.
type alarmContributor struct {
	ContributorId         string
	ContributorAttributes map[string]string
	StateReason           string
	Since                 time.Time
	Namespace             string // of the metric
}

// maxContributors is how many series are told of [cw].
const maxContributors = 100

func describeAlarmContributors(c *call, st *state, in *struct{ AlarmName, NextToken string }) (any, error) {
	a := st.alarms.get(alarmKey(c.region, in.AlarmName))
	if a == nil {
		return nil, noAlarmResource("alarm", in.AlarmName)
	}
	if in.NextToken != "" {
		return nil, badAlarmToken() // there is one page
	}
	type shown struct {
		ContributorId              string
		ContributorAttributes      map[string]string
		StateReason                string
		StateTransitionedTimestamp wire.Time
	}
	list := []shown{}
	for _, x := range a.Contributors {
		list = append(list, shown{x.ContributorId, x.ContributorAttributes, x.StateReason, wire.Time(x.Since)})
	}
	return map[string]any{"AlarmContributors": list}, nil
}
