package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/watchbill/watchbill/compiler/ast"
)

// badMonitor reports monitors whose parts do not go together, or that CloudWatch would
// refuse. It is Fixed: no alarm could be made of them.
func badMonitor(p *ast.Plan, _ Input, r *Reporter) {
	for _, m := range p.Monitors {
		c := monitorCheck{m, r}
		if m.Composite != nil {
			c.composite()
		} else if m.Metric != nil || len(m.Metrics) > 0 {
			c.metrics()
		} // the schema wants exactly one of the three
	}
}

// monitorCheck is one monitor being looked at.
type monitorCheck struct {
	m *ast.Monitor
	r *Reporter
}

// composite has no numbers of its own.
func (c monitorCheck) composite() {
	m := c.m
	refuse := func(written bool, at ast.Text, what string) {
		if written {
			c.r.Report(at.At, "%s is an alarm over other alarms, and has no %s of its own", m.Name.V, what).
				WithHint("remove it, or write it in the monitors it is about")
		}
	}
	if m.When != nil {
		refuse(true, ast.Text{At: m.When.At}, "threshold")
	}
	refuse(m.MissingData.Set(), m.MissingData, "missing data")
	if m.Each != nil {
		refuse(true, ast.Text{At: m.Each.At}, "fleet")
	}
	refuse(m.Encoding.Set() && m.Each == nil, m.Encoding, "encoding")
	if s := m.SuppressedBy; s != nil && s.By.Monitor != nil {
		c.suppressor(s.By)
	}
}

// suppressor wants one alarm: CloudWatch asks one, and not a fleet.
func (c monitorCheck) suppressor(by *ast.MonitorUse) {
	if other := by.Monitor; other.Each != nil && other.Encoding.V != "query" {
		c.r.Report(by.Name.At, "%s is an alarm for each of a fleet, and one alarm can suppress %s, not many", other.Name.V, c.m.Name.V).
			WithHint("make a monitor of it, composite: {any: [%s]}, and name that here", other.Name.V).
			WithNote(other.Each.At, "the fleet of %s", other.Name.V)
	}
}

func (c monitorCheck) metrics() {
	m := c.m
	if m.When == nil {
		c.r.Report(m.Name.At, "%s does not say when it is bad", m.Name.V).
			WithHint("add when: {at_least: 1, for: 2}")
	}
	if m.SuppressedBy != nil {
		c.r.Report(m.SuppressedBy.At, "only a composite monitor can be suppressed by another; %s is on a metric", m.Name.V).
			WithHint("make a monitor of it, composite: {any: [%s]}, and let that be suppressed and start the response plan", m.Name.V)
	}
	c.encoding()
	if m.Metric != nil {
		c.metric(m.Metric)
	} else {
		c.queries()
	}
	c.window()
}

func (c monitorCheck) encoding() {
	m := c.m
	switch {
	case !m.Encoding.Set():
	case m.Each == nil:
		c.r.Report(m.Encoding.At, "%s has no fleet that could be encoded in one way or another", m.Name.V).
			WithHint("remove encoding, or add each:")
	case m.Encoding.V == "query" && m.Metric == nil:
		c.r.Report(m.Encoding.At, "a query watches one metric, and %s computes with several", m.Name.V).
			WithHint("write encoding: per_target, or leave it out")
	}
}

func (c monitorCheck) metric(metric *ast.Metric) {
	if metric.Statistic.Set() && !statistic(metric.Statistic.V) {
		f := c.r.Report(metric.Statistic.At, "CloudWatch knows no statistic %q", metric.Statistic.V)
		if meant := statisticWords[strings.ToLower(metric.Statistic.V)]; meant != "" {
			f.WithHint("write %s", meant)
		} else {
			f.WithHint("write Average, Sum, Minimum, Maximum, SampleCount, a percentile as p99, or a trimmed mean as tm90")
		}
	}
}

// The statistics of CloudWatch.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
var (
	simpleStatistics = []string{"Average", "Sum", "Minimum", "Maximum", "SampleCount", "IQM"}
	percentile       = regexp.MustCompile(`^(p|tm|tc|ts|wm)(100|[1-9]?[0-9])(\.[0-9]{1,10})?$`)
	trimmed          = regexp.MustCompile(`^(TM|TC|TS|WM)\(([0-9]+(\.[0-9]+)?%?)?:([0-9]+(\.[0-9]+)?%?)?\)$|^PR\(([0-9]+(\.[0-9]+)?)?:([0-9]+(\.[0-9]+)?)?\)$`)
	statisticWords   = map[string]string{
		"average": "Average", "avg": "Average", "mean": "Average", "sum": "Sum", "total": "Sum",
		"minimum": "Minimum", "min": "Minimum", "maximum": "Maximum", "max": "Maximum", "samplecount": "SampleCount",
		"sample_count": "SampleCount", "count": "SampleCount", "n": "SampleCount", "median": "p50", "iqm": "IQM",
	}
)

func statistic(s string) bool {
	return slices.Contains(simpleStatistics, s) || percentile.MatchString(s) || trimmed.MatchString(s) && !strings.Contains(s, "(:)")
}

// queries wants one result.
func (c monitorCheck) queries() {
	var returned []*ast.MetricQuery
	for _, q := range c.m.Metrics {
		if q.Returns.V {
			returned = append(returned, q)
		}
		if q.Metric != nil {
			c.metric(q.Metric)
			if q.Period.Set() {
				c.r.Report(q.Period.At, "the metric of %s has a period of its own", q.ID.V).WithHint("remove this one")
			}
		}
		c.expression(q)
	}
	c.circle()
	switch {
	case len(returned) > 1:
		c.r.Report(returned[1].Returns.At, "%s and %s both return; one value is compared with the threshold", returned[0].ID.V, returned[1].ID.V).
			WithHint("leave returns: true to one of them").
			WithNote(returned[0].Returns.At, "the first one is here")
	case len(returned) == 0 && len(c.m.Metrics) > 1:
		c.r.Report(c.m.Name.At, "nothing in the metrics of %s returns, so nothing is compared with the threshold", c.m.Name.V).
			WithHint("write returns: true in one of them")
	}
}

var (
	insightsQuery = regexp.MustCompile(`(?i)^\s*SELECT\s`)
	quotedText    = regexp.MustCompile(`"[^"]*"|'[^']*'`)
	mathsWord     = regexp.MustCompile(`[A-Za-z0-9_.]+\s*\(?`) // a number with an exponent is one
)

// computesWith are the IDs in an expression, each once. Functions and words of metric maths are
// capitals; what begins with a small letter and no bracket follows is an ID.
func computesWith(q *ast.MetricQuery) (ids []string) {
	if !q.Expression.Set() || insightsQuery.MatchString(q.Expression.V) {
		return nil
	}
	for _, word := range mathsWord.FindAllString(quotedText.ReplaceAllString(q.Expression.V, `""`), -1) {
		word = strings.TrimSpace(word)
		if word[0] >= 'a' && word[0] <= 'z' && !strings.HasSuffix(word, "(") && !slices.Contains(ids, word) {
			ids = append(ids, word)
		}
	}
	return ids
}

// circle reports expressions that compute with each other, so that none has a value. One that
// computes with itself alone is expression's to report.
func (c monitorCheck) circle() {
	queries, done := map[string]*ast.MetricQuery{}, map[string]bool{}
	for _, q := range c.m.Metrics {
		queries[q.ID.V] = q
	}
	var visit func(q *ast.MetricQuery, way []string)
	visit = func(q *ast.MetricQuery, way []string) {
		way = append(way, q.ID.V)
		for _, id := range computesWith(q) {
			next := queries[id]
			switch i := slices.Index(way, id); {
			case i >= 0 && i < len(way)-1:
				c.r.Report(q.Expression.At, "the expression %s computes with itself: %s -> %s", q.ID.V, strings.Join(way[i:], " -> "), id).
					WithHint("let one of them compute with metrics alone")
			case i < 0 && next != nil && !done[id]:
				visit(next, way)
			}
		}
		done[q.ID.V] = true
	}
	for _, q := range c.m.Metrics {
		if !done[q.ID.V] {
			visit(q, nil)
		}
	}
}

// expression wants the IDs it computes with to be there.
func (c monitorCheck) expression(q *ast.MetricQuery) {
	if !q.Expression.Set() || insightsQuery.MatchString(q.Expression.V) {
		return
	}
	var known []string
	for _, other := range c.m.Metrics {
		known = append(known, other.ID.V)
	}
	for _, word := range computesWith(q) {
		switch {
		case word == q.ID.V:
			c.r.Report(q.Expression.At, "the expression %s computes with itself", q.ID.V).WithHint("name other entries of metrics")
		case !slices.Contains(known, word):
			c.r.Report(q.Expression.At, "the expression computes with %q, and the metrics of %s hold %s", word, c.m.Name.V, listed(known)).
				WithHint("write one of their IDs, or add %s: {metric: …}", word)
		}
	}
}

// How far back an alarm may look; the longer one with periods of an hour and longer.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
const (
	longestLook     = 24 * time.Hour
	longestHourLook = 7 * 24 * time.Hour
)

// window checks how many periods are looked at.
func (c monitorCheck) window() {
	w := c.m.When
	if w == nil {
		return
	}
	needed := w.For.Or(1)
	periods := w.OutOf.Or(needed)
	if w.OutOf.Set() && periods < needed {
		c.r.Report(w.OutOf.At, "%s of %s can never be bad", counted(needed, "period"), fmt.Sprint(periods)).
			WithHint("write out_of: %d, or fewer in for", needed)
		return
	}
	period := c.period()
	look, most := period*time.Duration(periods), longestLook
	if period >= time.Hour {
		most = longestHourLook
	}
	if look > most {
		at := w.At
		if w.OutOf.Set() {
			at = w.OutOf.At
		} else if w.For.Set() {
			at = w.For.At
		}
		c.r.Report(at, "%s of %s are %s; with such a period an alarm looks back %s at most", counted(periods, "period"), minutes(period), minutes(look), minutes(most)).
			WithHint("write at most %d of them, or another period", most/max(period, 1))
	}
}

// period is the longest period there is; 0 when none is written.
func (c monitorCheck) period() time.Duration {
	if c.m.Metric != nil {
		return c.m.Metric.Period.V
	}
	var longest time.Duration
	for _, q := range c.m.Metrics {
		longest = max(longest, q.Period.V)
		if q.Metric != nil {
			longest = max(longest, q.Metric.Period.V)
		}
	}
	return longest
}
