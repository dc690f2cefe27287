package rule

import (
	"cmp"
	"regexp"
	"slices"

	"github.com/watchbill/watchbill/compiler/ast"
)

// Limits of CloudWatch alarms.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-limits.html
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
const (
	maxActions      = 5 // for one state
	maxDimensions   = 30
	maxMathMetrics  = 10
	maxChildren     = 100   // alarms that a composite one is over
	maxParents      = 150   // composite alarms that are over one
	maxRule         = 10240 // characters
	maxQueryAlarms  = 200   // a Region, unless AWS was asked for more
	maxQuerySeries  = 500
	shortestInAlarm = len(`ALARM("watchbill/") OR `)
)

// alarmLimit reports monitors that CloudWatch would refuse, or watch in part only. How many
// alarms the fleet of a monitor is, the target says.
func alarmLimit(p *ast.Plan, in Input, r *Reporter) {
	parents := map[*ast.Monitor][]*ast.Monitor{}
	var queries []*ast.Monitor
	for _, m := range p.Monitors {
		actions(m, r)
		for _, metric := range metricsOf(m) {
			dimensions(m, metric, r)
		}
		mathMetrics(m, r)
		compositeSize(m, in, r)
		fleetSeries(m, in, r)
		for _, child := range childrenOf(m) {
			if child.Monitor != nil {
				parents[child.Monitor] = append(parents[child.Monitor], m)
			}
		}
		if m.Each != nil && (m.Encoding.V == "query" || in.fleet(m).Encoding == "query") {
			queries = append(queries, m)
		}
	}
	for _, m := range p.Monitors {
		if over := parents[m]; len(over) > maxParents {
			r.Report(over[maxParents].Name.At, "%d composite alarms are over %s; %d is CloudWatch's limit", len(over), m.Name.V, maxParents).
				WithHint("put some of them together").
				WithNote(m.Name.At, "%s", m.Name.V)
		}
	}
	if len(queries) > maxQueryAlarms {
		m := queries[maxQueryAlarms]
		r.Report(cmp.Or(m.Encoding.At, m.Name.At), "%d monitors are query alarms; CloudWatch allows %d in a Region unless it was asked for more", len(queries), maxQueryAlarms).
			WithHint("write encoding: per_target at some of them")
	}
}

// actions are what is told when the alarm is raised: the response plan, and topics.
func actions(m *ast.Monitor, r *Reporter) {
	n := len(m.Notify)
	if m.ResponsePlan.Set() {
		n++
	}
	if n > maxActions {
		r.Report(m.Notify[len(m.Notify)-1].Name.At, "%s has %d actions, the response plan counted; %d is CloudWatch's limit", m.Name.V, n, maxActions).
			WithHint("name fewer topics; the response plan can notify others")
	}
}

func metricsOf(m *ast.Monitor) []*ast.Metric {
	var out []*ast.Metric
	if m.Metric != nil {
		out = append(out, m.Metric)
	}
	for _, q := range m.Metrics {
		if q.Metric != nil {
			out = append(out, q.Metric)
		}
	}
	return out
}

func dimensions(m *ast.Monitor, metric *ast.Metric, r *Reporter) {
	n, more := len(metric.Dimensions), ""
	if m.Each != nil {
		n, more = n+1, ", that of the fleet counted"
	}
	if n > maxDimensions {
		r.Report(metric.Dimensions[len(metric.Dimensions)-1].Key.At, "the metric has %d dimensions%s; %d is CloudWatch's limit", n, more, maxDimensions).
			WithHint("remove some of them")
	}
}

func mathMetrics(m *ast.Monitor, r *Reporter) {
	n := 0
	for _, q := range m.Metrics {
		if q.Metric == nil {
			continue
		}
		if n++; n == maxMathMetrics+1 {
			r.Report(q.ID.At, "%s is over more than %d metrics, which is CloudWatch's limit for metric maths", m.Name.V, maxMathMetrics).
				WithHint("make it several monitors, and one composite over them")
		}
	}
}

// childrenOf are the monitors that a composite one is over.
func childrenOf(m *ast.Monitor) []*ast.MonitorUse {
	if m.Composite == nil {
		return nil
	}
	return slices.Concat(m.Composite.Any, m.Composite.All)
}

var ruleAlarm = regexp.MustCompile(`(?i)\b(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*("[^"]*"|'[^']*'|[^()"']*?)\s*\)`)

// compositeSize counts the alarms that a composite one is over, those of a fleet one by one
// when the target was looked at.
func compositeSize(m *ast.Monitor, in Input, r *Reporter) {
	if m.Composite == nil {
		return
	}
	at, n, chars, fleet := m.Composite.At, 0, 0, ""
	for _, child := range childrenOf(m) {
		alarms := 1
		if f := in.fleet(child.Monitor); f.Encoding == "per_target" && f.Targets > 1 {
			alarms, fleet = f.Targets, child.Name.V
		}
		n += alarms
		chars += alarms * (shortestInAlarm + len(child.Name.V))
	}
	alarms := map[string]bool{}
	for _, found := range ruleAlarm.FindAllStringSubmatch(m.Composite.Rule.V, -1) {
		alarms[found[1]] = true
	}
	n += len(alarms)
	why := ""
	if fleet != "" {
		why = ", those of the fleet of " + fleet + " counted"
	}
	switch {
	case n > maxChildren:
		r.Report(at, "%s is over %d alarms%s; %d is CloudWatch's limit", m.Name.V, n, why, maxChildren).
			WithHint("make several of it, and one over them; or encoding: query, which is one alarm for a fleet")
	case chars > maxRule:
		r.Report(at, "the rule of %s would have more than %d characters%s, which is CloudWatch's limit", m.Name.V, maxRule, why).
			WithHint("make several of it, and one over them")
	}
}

// fleetSeries wants a query to see the whole fleet: what is beyond its limit, nobody watches.
func fleetSeries(m *ast.Monitor, in Input, r *Reporter) {
	if f := in.fleet(m); f.Encoding == "query" && f.Targets > maxQuerySeries {
		r.Report(cmp.Or(m.Encoding.At, m.Name.At), "%s has a fleet of %d; a query alarm sees %d of them", m.Name.V, f.Targets, maxQuerySeries).
			WithHint("write encoding: per_target")
	}
}

// fleet is what the target has for the each of a monitor, nothing when nobody looked.
func (in *Input) fleet(m *ast.Monitor) Fleet {
	if in.Live == nil || m == nil {
		return Fleet{}
	}
	return in.Live.Fleets[m.Name.V]
}
