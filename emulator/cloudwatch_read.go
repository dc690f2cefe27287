package emulator

// Reading metric queries: what each says over a span of windows.

import (
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
)

// track is one time series.
type track struct {
	label     string
	dims      map[string]string // by which a Metrics Insights query tells it from the others
	namespace string
	v         []float64
	ok        []bool // false where nothing is known
}

func newTrack(n int) *track { return &track{v: make([]float64, n), ok: make([]bool, n)} }

func (l *track) set(i int, v float64) { l.v[i], l.ok[i] = v, true }

// metricValue is what an expression is: a number, one time series, or an array of them.
type metricValue struct {
	scalar bool
	number float64
	array  bool
	lines  []*track
}

func numberOf(f float64) metricValue       { return metricValue{scalar: true, number: f} }
func seriesOf(lines ...*track) metricValue { return metricValue{lines: lines} }

// contributorID is 16 characters that tell a series from the others of its alarm.
func contributorID(label string) string {
	h := fnv.New64a()
	h.Write([]byte(label))
	return fmt.Sprintf("%016x", h.Sum64())
}

// reader reads a list of queries over one span.
type reader struct {
	st      *state
	region  string
	span    span
	queries []metricQuery
	reading []string // the ids that are being read, to find circles
	found   map[string]metricValue
	work    int // steps of expressions so far
}

var errCircle = errors.New("the expressions refer to one another in a circle")

// query reads one query. The error says why it cannot be read here.
func (r *reader) query(q *metricQuery) (metricValue, error) {
	if v, ok := r.found[q.Id]; ok {
		return v, nil
	}
	if slices.Contains(r.reading, q.Id) {
		return metricValue{}, errCircle
	}
	r.reading = append(r.reading, q.Id)
	v, err := r.read(q)
	r.reading = r.reading[:len(r.reading)-1]
	if err != nil {
		return metricValue{}, err
	}
	if r.found == nil {
		r.found = map[string]metricValue{}
	}
	r.found[q.Id] = v
	return v, nil
}

func (r *reader) read(q *metricQuery) (metricValue, error) {
	switch {
	case q.MetricStat != nil:
		ws := metricWindows(r.st, r.region, q.MetricStat.Metric, r.span)
		l, err := ws.track(q.MetricStat.Stat)
		if err != nil {
			return metricValue{}, err
		}
		l.label, l.namespace = orEmptyText(q.MetricStat.Metric.MetricName), orEmptyText(q.MetricStat.Metric.Namespace)
		if q.Label != nil {
			l.label = *q.Label
		}
		return seriesOf(l), nil
	case isInsights(*q.Expression):
		return r.insights(*q.Expression)
	}
	return r.maths(*q.Expression)
}

// byID is the query of an id, nil when there is none.
func (r *reader) byID(id string) *metricQuery {
	for i := range r.queries {
		if r.queries[i].Id == id {
			return &r.queries[i]
		}
	}
	return nil
}

// track is a statistic of each window.
func (ws windows) track(stat string) (*track, error) {
	l := newTrack(len(ws))
	for i := range ws {
		v, ok, err := ws[i].stat(stat)
		if err != nil {
			return nil, err
		}
		if ok {
			l.set(i, v)
		}
	}
	return l, nil
}
