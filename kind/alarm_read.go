package kind

// How CloudWatch's alarms look as specs.

import (
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/watchbill/watchbill/internal/resource"
)

// The words of the plan language for CloudWatch's.
var (
	alarmOperators = map[string]types.ComparisonOperator{
		"at_least": types.ComparisonOperatorGreaterThanOrEqualToThreshold,
		"above":    types.ComparisonOperatorGreaterThanThreshold,
		"at_most":  types.ComparisonOperatorLessThanOrEqualToThreshold,
		"below":    types.ComparisonOperatorLessThanThreshold,
	}
	alarmMissing = map[string]string{
		"breaching": "breaching", "not_breaching": "notBreaching", "ignore": "ignore", "missing": "missing",
	}
)

// wordOf is the plan's word for a value of CloudWatch, or the value when there is none.
func wordOf[V ~string](words map[string]V, value V) string {
	for word, v := range words {
		if v == value {
			return word
		}
	}
	return string(value)
}

func (e *Env) observedMetricAlarm(name string, m types.MetricAlarm) Alarm {
	a := e.observedActions(name, Alarm{
		Type: metricAlarm, Description: aws.ToString(m.AlarmDescription), Disabled: !aws.ToBool(m.ActionsEnabled),
	}, m.AlarmActions, m.OKActions, m.InsufficientDataActions)
	a.When = AlarmWhen{
		Word: wordOf(alarmOperators, m.ComparisonOperator), Threshold: aws.ToFloat64(m.Threshold),
		For: int(aws.ToInt32(m.DatapointsToAlarm)), OutOf: int(aws.ToInt32(m.EvaluationPeriods)),
	}
	if a.When.For == 0 { // not said: all of them
		a.When.For = a.When.OutOf
	}
	a.MissingData = "missing"
	if m.TreatMissingData != nil {
		a.MissingData = wordOf(alarmMissing, *m.TreatMissingData)
	}
	if m.MetricName != nil {
		a.Metric = observedMetric(m.Namespace, m.MetricName, m.Dimensions, m.Unit, m.Period)
		a.Metric.Statistic = string(m.Statistic) + aws.ToString(m.ExtendedStatistic)
	}
	for _, q := range m.Metrics {
		a.Metrics = append(a.Metrics, observedQuery(q))
	}
	a.Extras = metricExtras(m)
	return a
}

func observedMetric(namespace, name *string, dims []types.Dimension, unit types.StandardUnit, period *int32) AlarmMetric {
	out := AlarmMetric{Namespace: aws.ToString(namespace), Name: aws.ToString(name), Unit: string(unit), Period: int(aws.ToInt32(period))}
	for _, d := range dims {
		put(&out.Dimensions, aws.ToString(d.Name), aws.ToString(d.Value))
	}
	return out
}

func observedQuery(q types.MetricDataQuery) AlarmQuery {
	out := AlarmQuery{ID: aws.ToString(q.Id), Expression: aws.ToString(q.Expression), Label: aws.ToString(q.Label),
		Period: int(aws.ToInt32(q.Period)), Returns: aws.ToBool(q.ReturnData), Account: aws.ToString(q.AccountId)}
	if s := q.MetricStat; s != nil && s.Metric != nil {
		out.Metric = observedMetric(s.Metric.Namespace, s.Metric.MetricName, s.Metric.Dimensions, s.Unit, s.Period)
		out.Metric.Statistic = aws.ToString(s.Stat)
	}
	return out
}

// metricExtras are the members that no plan can say and that are not as they are when nobody
// says them.
func metricExtras(m types.MetricAlarm) map[string]string {
	var out map[string]string
	said := func(name string, there bool, value string) {
		if there {
			put(&out, name, value)
		}
	}
	low := aws.ToString(m.EvaluateLowSampleCountPercentile)
	said("EvaluateLowSampleCountPercentile", low != "" && low != "evaluate", low)
	said("ThresholdMetricId", m.ThresholdMetricId != nil, aws.ToString(m.ThresholdMetricId))
	said("EvaluationCriteria", m.EvaluationCriteria != nil, "set")
	said("EvaluationInterval", m.EvaluationInterval != nil && m.EvaluationCriteria != nil, strconv.Itoa(int(aws.ToInt32(m.EvaluationInterval))))
	said("WarmUpConfiguration", m.WarmUpConfiguration != nil, "set")
	said("ActionConfiguration", m.ActionConfiguration != nil, "set")
	_, clock := m.EvaluationWindow.(*types.EvaluationWindowMemberWallClockWindow)
	said("EvaluationWindow", clock, "wall clock")
	return out
}

func (e *Env) observedComposite(name string, c listedComposite) Alarm {
	a := e.observedActions(name, Alarm{
		Type: compositeAlarm, Description: aws.ToString(c.AlarmDescription), Disabled: !aws.ToBool(c.ActionsEnabled),
		Rule: e.ruleOf(aws.ToString(c.AlarmRule)), Circle: circle(resource.Addr{Kind: alarmKind, Name: name}, c.rules),
	}, c.AlarmActions, c.OKActions, c.InsufficientDataActions)
	if by := aws.ToString(c.ActionsSuppressor); by != "" {
		a.SuppressedBy = AlarmSuppress{By: e.suppressor(by),
			Wait: int(aws.ToInt32(c.ActionsSuppressorWaitPeriod)), Extend: int(aws.ToInt32(c.ActionsSuppressorExtensionPeriod))}
	}
	if c.ActionConfiguration != nil {
		put(&a.Extras, "ActionConfiguration", "set")
	}
	return a
}

// suppressor is the address of an alarm of ours in the words of CloudWatch, a name or an ARN;
// of others' it is the name.
func (e *Env) suppressor(by string) string {
	by = strings.TrimPrefix(by, e.alarmARN(""))
	if name, ours := strings.CutPrefix(by, alarmPrefix); ours {
		return resource.Addr{Kind: alarmKind, Name: name}.String()
	}
	return by
}

// observedActions adds what an alarm does: the response plan it starts, the one that is wanted
// if that is among several, and the topics it tells.
func (e *Env) observedActions(name string, a Alarm, raised, ok, noData []string) Alarm {
	want := e.wantedAlarm(name)
	refs := func(arns []string) (out []string) {
		for _, arn := range arns {
			out = append(out, e.refOf(arn, append(slices.Clone(want.Notify), want.ResponsePlan)...))
		}
		return out
	}
	a.Notify, a.OKActions, a.NoDataAction = refs(raised), refs(ok), refs(noData)
	plans := func(ref string) bool {
		return strings.HasPrefix(ref, responsePlanKind+"/") || strings.Contains(ref, ":ssm-incidents:")
	}
	i := slices.Index(a.Notify, want.ResponsePlan)
	if i < 0 {
		i = slices.IndexFunc(a.Notify, plans)
	}
	if i >= 0 {
		a.ResponsePlan = a.Notify[i]
		a.Notify = slices.Delete(a.Notify, i, i+1)
	}
	if len(a.Notify) == 0 {
		a.Notify = nil
	}
	return a
}
