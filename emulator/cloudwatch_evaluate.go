package emulator

// Evaluating metric alarms. An alarm is evaluated at whole minutes (a high-resolution one every ten
// seconds) over windows that end then, as AWS does, but only as long as something it watches has just
// changed: a host broke, data came or stopped coming, somebody set its state. Afterwards all its windows
// say the same for ever, and it costs nothing until it is woken.

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// extraWindows is how many windows more than its evaluation periods an alarm looks at, to make up for
// missing ones. AWS calls all of them the evaluation range and does not say how long it is; in the
// examples of its guide it is two more.
const extraWindows = 2

func (a *metricAlarm) period() time.Duration {
	return time.Duration(queryPeriod(a.queries())) * time.Second
}

// step is how often the alarm is evaluated. AWS does it each minute whatever the period; windows of a
// day differ little from one minute to the next, so here it is a sixtieth of a period over an hour.
func (a *metricAlarm) step() time.Duration {
	period := a.period()
	return max(min(period, time.Minute), period/60)
}

// wake lets the alarm be evaluated until nothing new can follow from what has changed now. The alarm
// is the caller's copy.
func (a *metricAlarm) wake(now time.Time) {
	if a.Composite || a.EvaluationCriteria != nil || a.EvaluationPeriods == nil {
		return
	}
	step := a.step()
	if a.Next.IsZero() {
		a.Next = now.Truncate(step).Add(step)
	}
	windows := *a.EvaluationPeriods + extraWindows + 1
	if a.wallClock() != nil {
		windows++ // the newest one may have ended almost a period ago
	}
	settled := later(now, a.warmUntil()).Add(time.Duration(windows) * a.period())
	a.Until = later(a.Until, settled)
}

// watched is metrics that have changed, by Region: namespaces, and namespaces with dimensions.
type watched map[string]map[string]bool

func (w watched) add(region, namespace string, dims []cwDim) {
	if w[region] == nil {
		w[region] = map[string]bool{}
	}
	w[region][namespace] = true
	w[region][namespace+dimensionText(dims)] = true
}

// wake wakes the alarms that watch any of them.
func (w watched) wake(tx *tx, now time.Time) {
	for _, region := range slices.Sorted(maps.Keys(w)) {
		changed := w[region]
		var found []*metricAlarm
		for _, a := range tx.alarms.below(region + "/") {
			if a.watches(changed) {
				found = append(found, a)
			}
		}
		for _, a := range found {
			again := *a
			again.wake(now)
			again.put(tx)
		}
	}
}

func (a *metricAlarm) watches(changed map[string]bool) bool {
	if a.MetricName != nil {
		return changed[*a.Namespace] && changed[*a.Namespace+dimensionText(a.Dimensions)]
	}
	for _, q := range a.Metrics {
		if q.MetricStat != nil {
			if ns := orEmptyText(q.MetricStat.Metric.Namespace); changed[ns+dimensionText(q.MetricStat.Metric.Dimensions)] {
				return true
			}
		} else if isInsights(*q.Expression) {
			for namespace := range changed {
				if !strings.Contains(namespace, "\x00") && strings.Contains(*q.Expression, namespace) {
					return true
				}
			}
		}
	}
	return false
}

// wakeAlarms lets the alarms that watch some hosts be evaluated again.
func wakeAlarms(tx *tx, now time.Time, changed []*host) {
	touched := watched{}
	for _, h := range changed {
		t := hostTypes[h.Type]
		for _, namespace := range t.namespaces {
			touched.add(h.Region, namespace, t.dimensionsOf(h.ID))
		}
	}
	touched.wake(tx, now)
}

// evaluateAlarm evaluates an alarm that is due.
func evaluateAlarm(c *call, tx *tx, key string) {
	a := *tx.alarms.get(key)
	step := a.step()
	a.Next = a.Next.Add(step)
	if a.Next.After(a.Until) {
		a.Next, a.Until = time.Time{}, time.Time{}
	}
	to, found, err := a.find(c, tx.state)
	a.Problem = ""
	if err != nil {
		a.Problem = "EVALUATION_ERROR"
		to = alarmState{value: stateInsufficient, reason: cut("The alarm cannot be evaluated: "+err.Error(), maxStateReason)}
	}
	a.Contributors = keepSince(a.Contributors, found)
	a.put(tx)
	if to.value != a.State {
		changeState(c, tx, key, to)
	}
}

// keepSince keeps of contributors since when they are in ALARM.
func keepSince(before, now []alarmContributor) []alarmContributor {
	for i := range now {
		if j := slices.IndexFunc(before, func(b alarmContributor) bool { return b.ContributorId == now[i].ContributorId }); j >= 0 {
			now[i].Since = before[j].Since
		}
	}
	return now
}

// find is the state an alarm ought to be in, and the contributors of one that watches many series.
func (a *metricAlarm) find(c *call, st *state) (alarmState, []alarmContributor, error) {
	if a.ThresholdMetricId != nil {
		return alarmState{}, nil, errors.New("anomaly detection is not known here")
	}
	s := span{end: a.windowEnd(c.now), period: a.period(), n: *a.EvaluationPeriods + extraWindows}
	queries := a.queries()
	r := &reader{st: st, region: a.Region, span: s, queries: queries}
	i := slices.IndexFunc(queries, func(q metricQuery) bool { return q.returns() })
	v, err := r.query(&queries[i])
	if err != nil {
		return alarmState{}, nil, err
	}
	if v.scalar {
		return alarmState{}, nil, errors.New("the expression is a number and no time series")
	}
	if a.warming(c.now, v.lines) {
		return alarmState{value: a.State}, nil, nil
	}
	many := queries[i].Expression != nil && isInsights(*queries[i].Expression) || len(v.lines) > 1
	if !many || len(v.lines) == 0 {
		l := newTrack(s.n)
		if len(v.lines) == 1 {
			l = v.lines[0]
		}
		return a.judge(s, l), nil, nil
	}
	return a.judgeAll(c, s, v.lines)
}

// judgeAll is ALARM when a series is, with those series as contributors; OK when one is OK.
func (a *metricAlarm) judgeAll(c *call, s span, lines []*track) (alarmState, []alarmContributor, error) {
	var found []alarmContributor
	var out alarmState
	rank := map[string]int{stateInsufficient: 1, stateOK: 2, stateAlarm: 3}
	breaching := 0
	for _, l := range lines {
		one := a.judge(s, l)
		if rank[one.value] > rank[out.value] {
			out = one
		}
		if one.value != stateAlarm {
			continue
		}
		if breaching++; len(found) < maxContributors {
			found = append(found, alarmContributor{ContributorId: contributorID(l.label), ContributorAttributes: l.dims, StateReason: one.reason,
				Since: c.instant(), Namespace: l.namespace})
		}
	}
	if breaching > 0 {
		out.reason = cut(fmt.Sprintf("%d of %d time series are in ALARM; the first: %s", breaching, len(lines), out.reason), maxStateReason)
	}
	return out, found, nil
}

// judge is the state that one series means: M of the last N windows breach. When windows are missing
// the rules are those of AWS's guide, "Configuring how CloudWatch alarms treat missing data", whose
// tables are a test.
func (a *metricAlarm) judge(s span, l *track) alarmState {
	n := *a.EvaluationPeriods
	m := n
	if a.DatapointsToAlarm != nil {
		m = *a.DatapointsToAlarm
	}
	var last []int // the windows that count, newest first
	breaching := 0
	for i := len(l.ok) - 1; i >= 0 && len(last) < n; i-- {
		if l.ok[i] {
			last = append(last, i)
			if a.breaches(l.v[i]) {
				breaching++
			}
		}
	}
	missing := n - len(last)
	treat := a.treatment()
	if missing == 0 {
		treat = ""
	}
	state := stateOK
	switch allBreach := breaching == len(last); {
	case breaching >= m, treat == "breaching" && breaching+missing >= m:
		state = stateAlarm
	case treat == "missing" && len(last) == 0:
		state = stateInsufficient
	case treat == "missing" && allBreach && s.n-last[len(last)-1] >= m:
		state = stateAlarm // the oldest of them is old enough, and nothing newer contradicts it
	case (treat == "missing" || treat == "ignore") && allBreach:
		return alarmState{value: a.State} // too early to tell
	}
	return a.explain(s, l, judgement{last, missing, treat, state, m, n})
}

// treatment is what missing windows count as.
func (a *metricAlarm) treatment() string {
	switch {
	case a.Namespace != nil && *a.Namespace == "AWS/DynamoDB":
		return "ignore" // whatever the alarm says [cw]
	case a.TreatMissingData == nil:
		return "missing"
	}
	return *a.TreatMissingData
}

// judgement is how a state was found: the windows that count, newest first, how many are missing and
// how they were treated, and M of N.
type judgement struct {
	last    []int
	missing int
	treat   string
	state   string
	m, n    int
}

func (a *metricAlarm) breaches(v float64) bool {
	threshold := float64(*a.Threshold)
	switch *a.ComparisonOperator {
	case "GreaterThanOrEqualToThreshold":
		return v >= threshold
	case "GreaterThanThreshold":
		return v > threshold
	case "LessThanThreshold":
		return v < threshold
	}
	return v <= threshold
}

var operatorWords = map[string]string{"GreaterThanOrEqualToThreshold": "greater than or equal to", "GreaterThanThreshold": "greater than",
	"LessThanThreshold": "less than", "LessThanOrEqualToThreshold": "less than or equal to"}

// datapoint is one window as a reason's data show it.
type datapoint struct {
	Timestamp string `json:"timestamp"`
	Value     double `json:"value"`
}

// maxReasonPoints is how many windows a reason shows: it must stay within its length.
const maxReasonPoints = 10

// explain puts a judgement into CloudWatch's words.
func (a *metricAlarm) explain(s span, l *track, j judgement) alarmState {
	data := struct {
		Version   string      `json:"version"`
		QueryDate string      `json:"queryDate"`
		StartDate string      `json:"startDate"`
		Statistic string      `json:"statistic,omitempty"`
		Period    int         `json:"period"`
		Recent    []double    `json:"recentDatapoints"`
		Threshold double      `json:"threshold"`
		Evaluated []datapoint `json:"evaluatedDatapoints"`
	}{Version: "1.0", QueryDate: s.end.UTC().Format(eventTimeForm), StartDate: s.at(max(0, s.n-j.n)).UTC().Format(eventTimeForm),
		Statistic: orEmptyText(a.Statistic), Period: int(s.period / time.Second), Recent: []double{}, Threshold: *a.Threshold, Evaluated: []datapoint{}}
	var shown []string
	for _, i := range j.last[:min(len(j.last), maxReasonPoints)] {
		shown = append(shown, plainNumber(l.v[i])+" ("+s.at(i).UTC().Format("02/01/06 15:04:05")+")")
		data.Evaluated = append(data.Evaluated, datapoint{s.at(i).UTC().Format(eventTimeForm), double(l.v[i])})
		data.Recent = append([]double{double(l.v[i])}, data.Recent...)
	}
	return alarmState{j.state, cut(a.reason(j, shown), maxStateReason), jsonText(data)}
}

func (a *metricAlarm) reason(j judgement, shown []string) string {
	switch {
	case len(j.last) == 0 && j.treat == "missing":
		return fmt.Sprintf("Insufficient Data: %d datapoints were unknown.", j.n)
	case len(j.last) == 0:
		return fmt.Sprintf("No datapoints were received for %d periods and %d missing datapoints were treated as [%s].", j.n, j.missing, treatWords[j.treat])
	case j.state == stateOK:
		return fmt.Sprintf("Threshold Crossed: %d out of the last %d datapoints [%s] were not %s the threshold (%s) (minimum %d datapoint(s) for ALARM -> OK transition).",
			len(j.last), j.n, strings.Join(shown, ", "), operatorWords[*a.ComparisonOperator], plainNumber(float64(*a.Threshold)), j.n-j.m+1)
	}
	return fmt.Sprintf("Threshold Crossed: %d out of the last %d datapoints [%s] were %s the threshold (%s) (minimum %d datapoint(s) for OK -> ALARM transition).",
		len(j.last), j.n, strings.Join(shown, ", "), operatorWords[*a.ComparisonOperator], plainNumber(float64(*a.Threshold)), j.m)
}

func plainNumber(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

var treatWords = map[string]string{"breaching": "Breaching", "notBreaching": "NonBreaching", "ignore": "Ignore", "missing": "Missing"}
