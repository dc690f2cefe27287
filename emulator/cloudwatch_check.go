package emulator

// What PutMetricAlarm refuses though the model would take it.

import (
	"errors"
	"regexp"
	"slices"
)

const (
	oneHour = 3600
	oneDay  = 24 * oneHour
	oneWeek = 7 * oneDay
)

// coherent says whether an alarm that did not come from this program's own store can be evaluated.
func (a *metricAlarm) coherent() error {
	switch {
	case a.Composite && a.AlarmRule == nil, !a.Composite && a.check() != nil:
		return errors.New("an alarm cannot be evaluated")
	case a.Composite && !a.Next.IsZero(), a.HeldBy == "" && !a.Held.IsZero():
		return errors.New("an alarm waits for nothing")
	case a.HeldBy != "" && a.HeldBy != heldByMute && a.ActionsSuppressor == nil:
		return errors.New("an alarm is held back by no other")
	}
	return nil
}

// check holds a metric alarm against the rules of the API's documentation.
func (cfg *alarmConfig) check() error {
	ways := 0
	for _, has := range []bool{cfg.MetricName != nil, len(cfg.Metrics) > 0, cfg.EvaluationCriteria != nil} {
		if has {
			ways++
		}
	}
	if ways != 1 {
		return badAlarm("Exactly one of MetricName, Metrics and EvaluationCriteria must be given")
	}
	if m := cfg.TreatMissingData; m != nil && !slices.Contains([]string{"breaching", "notBreaching", "ignore", "missing"}, *m) {
		return badAlarm("The value " + *m + " is not supported for TreatMissingData parameter. Supported values are [breaching, notBreaching, ignore, missing].")
	}
	if m := cfg.EvaluateLowSampleCountPercentile; m != nil && (*m != "evaluate" && *m != "ignore" || cfg.ExtendedStatistic == nil && cfg.MetricName != nil) {
		return badAlarm("EvaluateLowSampleCountPercentile is evaluate or ignore, and only for alarms based on percentiles")
	}
	if cfg.EvaluationCriteria != nil {
		return cfg.checkCriteria()
	}
	if cfg.EvaluationInterval != nil {
		return badAlarm("EvaluationInterval is only for alarms with EvaluationCriteria")
	}
	if err := cfg.checkThreshold(); err != nil {
		return err
	}
	if len(cfg.Metrics) > 0 {
		return cfg.checkQueries()
	}
	return cfg.checkMetric()
}

func (cfg *alarmConfig) checkCriteria() error {
	switch {
	case cfg.EvaluationWindow != nil:
		return badAlarm("EvaluationWindow does not go with EvaluationCriteria")
	case cfg.Threshold != nil || cfg.ComparisonOperator != nil || cfg.EvaluationPeriods != nil || cfg.DatapointsToAlarm != nil || cfg.ThresholdMetricId != nil:
		return badAlarm("An alarm with EvaluationCriteria has no threshold, operator or periods beside it")
	case cfg.EvaluationInterval == nil || !goodPeriod(*cfg.EvaluationInterval):
		return badAlarm("EvaluationInterval must be 10, 20, 30 or a multiple of 60")
	}
	return nil
}

// bandOperators compare with an anomaly detection band, the others with a number.
var bandOperators = []string{"LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold"}

func (cfg *alarmConfig) checkThreshold() error {
	band := cfg.ThresholdMetricId != nil
	switch {
	case cfg.EvaluationPeriods == nil:
		return badAlarm("EvaluationPeriods must be given")
	case cfg.ComparisonOperator == nil:
		return badAlarm("ComparisonOperator must be given")
	case band != slices.Contains(bandOperators, *cfg.ComparisonOperator):
		return badAlarm("ComparisonOperator " + *cfg.ComparisonOperator + " is of the other kind of threshold")
	}
	switch {
	case band == (cfg.Threshold != nil):
		return badAlarm("Exactly one of Threshold and ThresholdMetricId must be given")
	case cfg.DatapointsToAlarm != nil && *cfg.DatapointsToAlarm > *cfg.EvaluationPeriods:
		return badAlarm("DatapointsToAlarm must be less than or equal to EvaluationPeriods")
	}
	return nil
}

func goodPeriod(seconds int) bool {
	return seconds == 10 || seconds == 20 || seconds == 30 || seconds > 0 && seconds%60 == 0
}

// checkRange: an alarm looks back a week at most, and a day when its periods are shorter than an hour.
func (cfg *alarmConfig) checkRange(period int) error {
	if err := cfg.checkWindow(period); err != nil {
		return err
	}
	switch total := period * *cfg.EvaluationPeriods; {
	case !goodPeriod(period):
		return badAlarm("Period must be 10, 20, 30 or a multiple of 60")
	case period < oneHour && total > oneDay:
		return badAlarm("Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400).")
	case total > oneWeek:
		return badAlarm("Metrics cannot be checked across more than a week (EvaluationPeriods * Period must be <= 604800).")
	}
	return nil
}

var extendedForm = regexp.MustCompile(`^((p|tm|tc|ts|wm)(100|\d{1,2})(\.\d{1,10})?|IQM|(PR|TC|TM|TS|WM)\([^()]*:[^()]*\))$`)

func (cfg *alarmConfig) checkMetric() error {
	switch {
	case cfg.Namespace == nil:
		return badAlarm("Namespace must be given with MetricName")
	case cfg.Period == nil:
		return badAlarm("Period must be given with MetricName")
	case (cfg.Statistic == nil) == (cfg.ExtendedStatistic == nil):
		return badAlarm("Exactly one of Statistic and ExtendedStatistic must be given")
	case cfg.ExtendedStatistic != nil && !extendedForm.MatchString(*cfg.ExtendedStatistic):
		return badAlarm("The value " + *cfg.ExtendedStatistic + " for parameter ExtendedStatistic is not supported.")
	}
	return cfg.checkRange(*cfg.Period)
}

var queryID = regexp.MustCompile(`^[a-z][a-zA-Z0-9_]*$`)

func (cfg *alarmConfig) checkQueries() error {
	if cfg.Namespace != nil || cfg.Dimensions != nil || cfg.Period != nil || cfg.Unit != nil || cfg.Statistic != nil || cfg.ExtendedStatistic != nil {
		return badAlarm("Namespace, Dimensions, Period, Unit, Statistic and ExtendedStatistic do not go with Metrics")
	}
	if err := checkQueryList(cfg.Metrics); err != nil {
		return err
	}
	watched := 0
	for i := range cfg.Metrics {
		if q := &cfg.Metrics[i]; q.returns() && (cfg.ThresholdMetricId == nil || q.Id != *cfg.ThresholdMetricId) {
			watched++
		}
	}
	if watched != 1 {
		return badAlarm("Exactly one element of the metrics list should return data.")
	}
	return cfg.checkRange(queryPeriod(cfg.Metrics))
}

// checkQueryList is what alarms and GetMetricData ask of queries alike.
func checkQueryList(queries []metricQuery) error {
	seen := map[string]bool{}
	for i := range queries {
		q := &queries[i]
		switch {
		case !queryID.MatchString(q.Id):
			return badAlarm("Invalid metrics list: the id " + q.Id + " must begin with a lower-case letter and have letters, digits and _ only")
		case seen[q.Id]:
			return badAlarm("Invalid metrics list: the id " + q.Id + " is used twice")
		case (q.MetricStat == nil) == (q.Expression == nil):
			return badAlarm("Invalid metrics list: " + q.Id + " must have exactly one of MetricStat and Expression")
		case q.MetricStat != nil && (q.MetricStat.Metric.MetricName == nil || q.MetricStat.Metric.Namespace == nil):
			return badAlarm("Invalid metrics list: the metric of " + q.Id + " must have MetricName and Namespace")
		case q.Expression != nil && isInsights(*q.Expression) && q.Period == nil:
			return badAlarm("Invalid metrics list: Period must be given for the query " + q.Id)
		case q.MetricStat != nil && !goodPeriod(q.MetricStat.Period) || q.Period != nil && !goodPeriod(*q.Period):
			return badAlarm("Invalid metrics list: the period of " + q.Id + " must be 10, 20, 30 or a multiple of 60")
		}
		seen[q.Id] = true
	}
	return nil
}

// queryPeriod is the period of a list of queries, in seconds: the longest in it.
func queryPeriod(queries []metricQuery) int {
	period := 0
	for i := range queries {
		if s := queries[i].MetricStat; s != nil {
			period = max(period, s.Period)
		}
		if p := queries[i].Period; p != nil {
			period = max(period, *p)
		}
	}
	if period == 0 {
		return 60
	}
	return period
}
