package emulator

// GetMetricData: what metrics say over a span of time.

import (
	"slices"
	"time"

	"github.com/watchbill/watchbill/emulator/wire"
)

// Limits of GetMetricData.
const (
	maxDataQueries = 500 // [cw]
	maxDataWindows = maxPoints
)

func getMetricData(c *call, st *state, in *struct {
	MetricDataQueries  []metricQuery
	StartTime, EndTime time.Time
	NextToken, ScanBy  string
}) (any, error) {
	switch {
	case in.NextToken != "":
		return nil, badAlarmToken() // there is one page
	case !in.StartTime.Before(in.EndTime):
		return nil, badAlarm("The parameter StartTime must be less than the parameter EndTime.")
	case len(in.MetricDataQueries) == 0 || len(in.MetricDataQueries) > maxDataQueries:
		return nil, badAlarm("MetricDataQueries has 1 to 500 elements.")
	}
	if err := checkQueryList(in.MetricDataQueries); err != nil {
		return nil, err
	}
	type message struct{ Code, Value string }
	type result struct {
		Id, Label, StatusCode string
		Timestamps            []wire.Time
		Values                []double
		Messages              []message `json:",omitempty"`
	}
	results := []result{}
	for i := range in.MetricDataQueries {
		q := &in.MetricDataQueries[i]
		if !q.returns() {
			continue
		}
		s := dataSpan(in.MetricDataQueries, in.StartTime, in.EndTime)
		r := &reader{st: st, region: c.region, span: s, queries: in.MetricDataQueries}
		v, err := r.query(q)
		if err != nil {
			results = append(results, result{Id: q.Id, StatusCode: "InternalError", Timestamps: []wire.Time{}, Values: []double{},
				Messages: []message{{"ValidationError", err.Error()}}})
			continue
		}
		for _, l := range v.lines {
			out := result{Id: q.Id, Label: l.label, StatusCode: "Complete", Timestamps: []wire.Time{}, Values: []double{}}
			if q.Label != nil {
				out.Label = *q.Label
			}
			for i, ok := range l.ok {
				if ok && !s.at(i).After(c.now) {
					out.Timestamps, out.Values = append(out.Timestamps, wire.Time(s.at(i))), append(out.Values, double(l.v[i]))
				}
			}
			if in.ScanBy != "TimestampAscending" {
				slices.Reverse(out.Timestamps)
				slices.Reverse(out.Values)
			}
			results = append(results, out)
		}
	}
	return map[string]any{"MetricDataResults": results, "Messages": []message{}}, nil
}

// dataSpan is whole windows from start to end, of the longest period that is asked for; the newest of
// them when there are too many.
func dataSpan(queries []metricQuery, start, end time.Time) span {
	period := time.Duration(queryPeriod(queries)) * time.Second
	first := start.Truncate(period)
	n := int((end.Sub(first) + period - 1) / period)
	return span{end: first.Add(time.Duration(n) * period), period: period, n: min(n, maxDataWindows)}
}
