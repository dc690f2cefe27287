package kind

// How specs look as CloudWatch's alarms. A put replaces the whole configuration, so that every
// member is sent; it keeps the state and, of an alarm that is there, the tags.

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/watchbill/watchbill/internal/resource"
)

func createAlarm(ctx context.Context, env *Env, name string, want Alarm) (string, error) {
	if err := env.putAlarm(ctx, name, want); err != nil {
		return "", err
	}
	return env.alarmARN(alarmPrefix + name), nil
}

func updateAlarm(ctx context.Context, env *Env, f Found, have, want Alarm) error {
	if len(resource.Fields(have.bare(), want.bare())) > 0 {
		if err := env.putAlarm(ctx, f.Name, want); err != nil {
			return err
		}
	}
	return env.setTags(ctx, f.ID, have.Tags, want.Tags)
}

// bare is the spec without what a put does not change.
func (a Alarm) bare() Alarm {
	a.Tags = nil
	return a
}

func (e *Env) putAlarm(ctx context.Context, name string, want Alarm) error {
	raised, err := e.targets(want.Notify)
	if err != nil {
		return err
	}
	if want.ResponsePlan != "" {
		plan, err := e.target(want.ResponsePlan)
		if err != nil {
			return err
		}
		raised = append([]string{plan}, raised...)
	}
	if want.Type == compositeAlarm {
		_, err := e.aws.Alarms.PutCompositeAlarm(ctx, want.compositeInput(name, raised, e))
		return err
	}
	_, err = e.aws.Alarms.PutMetricAlarm(ctx, want.metricInput(name, raised, e))
	return err
}

func (a Alarm) metricInput(name string, raised []string, e *Env) *cloudwatch.PutMetricAlarmInput {
	in := &cloudwatch.PutMetricAlarmInput{
		AlarmName: aws.String(alarmPrefix + name), AlarmDescription: orNil(a.Description),
		ActionsEnabled: aws.Bool(true), AlarmActions: raised, OKActions: []string{}, InsufficientDataActions: []string{},
		ComparisonOperator: alarmOperators[a.When.Word], Threshold: &a.When.Threshold,
		EvaluationPeriods: aws.Int32(int32(a.When.OutOf)), DatapointsToAlarm: aws.Int32(int32(a.When.For)),
		TreatMissingData: orNil(alarmMissing[a.MissingData]), Tags: alarmTags(e.marked(a.Tags)),
	}
	if a.Metric.Name != "" {
		m := a.Metric
		in.Namespace, in.MetricName, in.Dimensions = &m.Namespace, &m.Name, m.wireDimensions()
		in.Period, in.Unit = aws.Int32(int32(m.Period)), types.StandardUnit(m.Unit)
		if slices.Contains(types.Statistic("").Values(), types.Statistic(m.Statistic)) {
			in.Statistic = types.Statistic(m.Statistic)
		} else {
			in.ExtendedStatistic = &m.Statistic
		}
	}
	for _, q := range a.Metrics {
		in.Metrics = append(in.Metrics, q.wire())
	}
	return in
}

func (m AlarmMetric) wireDimensions() []types.Dimension {
	var out []types.Dimension
	for _, k := range slices.Sorted(maps.Keys(m.Dimensions)) {
		out = append(out, types.Dimension{Name: aws.String(k), Value: aws.String(m.Dimensions[k])})
	}
	return out
}

func (q AlarmQuery) wire() types.MetricDataQuery {
	out := types.MetricDataQuery{Id: &q.ID, Expression: orNil(q.Expression), Label: orNil(q.Label), ReturnData: &q.Returns, AccountId: orNil(q.Account)}
	if q.Period > 0 {
		out.Period = aws.Int32(int32(q.Period))
	}
	if m := q.Metric; m.Name != "" {
		out.MetricStat = &types.MetricStat{
			Metric: &types.Metric{Namespace: &m.Namespace, MetricName: &m.Name, Dimensions: m.wireDimensions()},
			Period: aws.Int32(int32(m.Period)), Stat: &m.Statistic, Unit: types.StandardUnit(m.Unit),
		}
	}
	return out
}

func (a Alarm) compositeInput(name string, raised []string, e *Env) *cloudwatch.PutCompositeAlarmInput {
	in := &cloudwatch.PutCompositeAlarmInput{
		AlarmName: aws.String(alarmPrefix + name), AlarmDescription: orNil(a.Description), AlarmRule: &a.Rule,
		ActionsEnabled: aws.Bool(true), AlarmActions: raised, OKActions: []string{}, InsufficientDataActions: []string{},
		Tags: alarmTags(e.marked(a.Tags)),
	}
	if s := a.SuppressedBy; s.By != "" {
		by := s.By
		if addr, ok := own(by); ok && addr.Kind == alarmKind {
			by = alarmPrefix + addr.Name
		}
		in.ActionsSuppressor = &by
		in.ActionsSuppressorWaitPeriod, in.ActionsSuppressorExtensionPeriod = aws.Int32(int32(s.Wait)), aws.Int32(int32(s.Extend))
	}
	return in
}

// refuseAlarm names rules that CloudWatch does not take: what a fleet makes of one only the
// target knows.
func refuseAlarm(_, want *Alarm) (why, lift string) {
	if want == nil || want.Type != compositeAlarm {
		return "", ""
	}
	words, children := ruleWords(want.Rule), map[string]bool{}
	elements := 0
	for _, w := range words {
		if w.call {
			children[w.alarm] = true
		}
		if w.call || w.word == "(" || w.word == ")" || w.word == "TRUE" || w.word == "FALSE" {
			elements++
		}
	}
	lift = `let the monitors of large fleets have "encoding: query", which is one alarm each, or look at fewer of them`
	switch {
	case len(children) > maxRuleChildren:
		return fmt.Sprintf("its rule looks at %d alarms, and CloudWatch takes at most %d", len(children), maxRuleChildren), lift
	case len(want.Rule) > maxRule:
		return fmt.Sprintf("its rule has %d characters, and CloudWatch takes at most %d", len(want.Rule), maxRule), lift
	case elements > maxRuleElements:
		return fmt.Sprintf("its rule has %d elements, and CloudWatch takes at most %d", elements, maxRuleElements), lift
	case strings.TrimSpace(want.Rule) == "":
		return "it has no rule", "name the monitors it is over, in any or all"
	}
	return "", ""
}
