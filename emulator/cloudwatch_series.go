package emulator

// Metrics: what PutMetricData stores and what hosts emit, and what a window of time says of them.

import (
	"errors"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/watchbill/watchbill/emulator/wire"
)

// storedSeries is a row: the points of one metric with one set of dimensions.
type storedSeries struct {
	Region, Namespace, Name string
	Dimensions              []cwDim
	Points                  []metricPoint // in order of time
}

// metricPoint is what was said within a minute, or within ten seconds of a high-resolution metric.
type metricPoint struct {
	At            int64 // its beginning, in seconds since 1970
	N             float64
	Sum, Min, Max float64
}

// Limits of the store. AWS keeps fifteen months of any number of metrics; alarms with short periods
// look back a day at most.
const (
	maxSeries    = 2_000
	maxPoints    = 1_440
	maxDatums    = 1_000 // of one call [cw]
	maxValues150 = 150   // Values of one datum [cw]
)

func seriesPrefix(region, namespace, name string) string {
	return region + "\x00" + namespace + "\x00" + name + "\x00"
}

func seriesKey(region, namespace, name string, dims []cwDim) string {
	return seriesPrefix(region, namespace, name) + dimensionText(dims)
}

func metricProblem(kind, text string) *wire.Error {
	return &wire.Error{Type: kind + "Exception", Code: kind, Status: http.StatusBadRequest, Message: text}
}

type metricDatum struct {
	MetricName        string
	Dimensions        []cwDim
	Timestamp         *time.Time
	Value             *float64
	StatisticValues   *struct{ SampleCount, Sum, Minimum, Maximum float64 }
	Values, Counts    []float64
	StorageResolution int
}

func putMetricData(c *call, tx *tx, in *struct {
	Namespace        string
	MetricData       []metricDatum
	EntityMetricData []struct{ MetricData []metricDatum }
}) (any, error) {
	data := slices.Clone(in.MetricData)
	for _, e := range in.EntityMetricData {
		data = append(data, e.MetricData...)
	}
	switch {
	case strings.HasPrefix(in.Namespace, "AWS/"):
		return nil, metricProblem("InvalidParameterValue", "The value AWS/ for parameter Namespace is invalid.")
	case len(data) == 0:
		return nil, metricProblem("MissingRequiredParameter", "The parameter MetricData is required.")
	case len(data) > maxDatums:
		return nil, metricProblem("InvalidParameterValue", "MetricData has more than 1000 items.")
	}
	touched := watched{}
	for i := range data {
		if err := storeDatum(c, tx, in.Namespace, &data[i]); err != nil {
			return nil, err
		}
		touched.add(c.region, in.Namespace, data[i].Dimensions)
	}
	touched.wake(tx, c.now)
	return nil, nil
}

// The times a datum may be of [cw].
const (
	oldestDatum = 14 * 24 * time.Hour
	newestDatum = 2 * time.Hour
)

func storeDatum(c *call, tx *tx, namespace string, d *metricDatum) error {
	at := c.now
	if d.Timestamp != nil {
		at = *d.Timestamp
	}
	if at.Before(c.now.Add(-oldestDatum)) || at.After(c.now.Add(newestDatum)) {
		return metricProblem("InvalidParameterValue", "The parameter Timestamp must specify a time no more than 2 hours in the future and no more than two weeks in the past.")
	}
	p, err := d.point()
	if err != nil {
		return err
	}
	step := int64(60)
	if d.StorageResolution == 1 {
		step = 10
	}
	p.At = at.Unix() - at.Unix()%step
	key := seriesKey(c.region, namespace, d.MetricName, d.Dimensions)
	row := storedSeries{Region: c.region, Namespace: namespace, Name: d.MetricName, Dimensions: d.Dimensions}
	if old := tx.metricSeries.get(key); old != nil {
		row = *old
		row.Points = slices.Clone(old.Points)
	} else if tx.metricSeries.len() >= maxSeries {
		return metricProblem("InvalidParameterValue", "The embedded CloudWatch keeps "+strconv.Itoa(maxSeries)+" metrics, and there are so many already.")
	}
	i, found := slices.BinarySearchFunc(row.Points, p.At, func(p metricPoint, at int64) int { return int(p.At - at) })
	if found {
		row.Points[i].merge(p)
	} else {
		row.Points = slices.Insert(row.Points, i, p)
	}
	row.Points = row.Points[max(0, len(row.Points)-maxPoints):]
	tx.metricSeries.put(tx, key, &row)
	return nil
}

// point is a datum's content.
func (d *metricDatum) point() (p metricPoint, err error) {
	ways := 0
	for _, has := range []bool{d.Value != nil, d.StatisticValues != nil, d.Values != nil} {
		if has {
			ways++
		}
	}
	switch s := d.StatisticValues; {
	case ways != 1:
		return p, metricProblem("InvalidParameterCombination", "Exactly one of Value, Values and StatisticValues must be given for the metric "+d.MetricName+".")
	case d.Value != nil:
		return metricPoint{N: 1, Sum: *d.Value, Min: *d.Value, Max: *d.Value}, nil
	case s != nil:
		return metricPoint{N: s.SampleCount, Sum: s.Sum, Min: s.Minimum, Max: s.Maximum}, nil
	case len(d.Values) == 0 || len(d.Values) > maxValues150 || d.Counts != nil && len(d.Counts) != len(d.Values):
		return p, metricProblem("InvalidParameterValue", "Values has 1 to 150 elements, and Counts as many.")
	}
	for i, v := range d.Values {
		n := 1.0
		if d.Counts != nil {
			n = d.Counts[i]
		}
		p.merge(metricPoint{N: n, Sum: n * v, Min: v, Max: v})
	}
	return p, nil
}

func (p *metricPoint) merge(q metricPoint) {
	if p.N == 0 {
		at := p.At
		*p = q
		p.At = max(at, q.At)
		return
	}
	p.N, p.Sum, p.Min, p.Max = p.N+q.N, p.Sum+q.Sum, min(p.Min, q.Min), max(p.Max, q.Max)
}

// span is the windows that are looked at: n of them, of one length, the last ending at end.
type span struct {
	end    time.Time
	period time.Duration
	n      int
}

func (s span) start() time.Time { return s.end.Add(-time.Duration(s.n) * s.period) }

// at is the beginning of a window.
func (s span) at(i int) time.Time { return s.start().Add(time.Duration(i) * s.period) }

// windows are what a span says of a metric, or of several together.
type windows []window

// window collects points. It knows percentiles as long as each point was of one value.
type window struct {
	metricPoint
	values  []weighted
	blurred bool
}

type weighted struct{ value, n float64 }

func (w *window) add(p metricPoint) {
	w.merge(p)
	if p.Min != p.Max {
		w.blurred = true
	} else if len(w.values) < maxPoints {
		w.values = append(w.values, weighted{p.Min, p.N})
	}
}

// addStored adds the points of a stored metric.
func (ws windows) addStored(s span, points []metricPoint) {
	from := s.start().Unix()
	i, _ := slices.BinarySearchFunc(points, from, func(p metricPoint, at int64) int { return int(p.At - at) })
	for _, p := range points[i:] {
		n := int((p.At - from) / int64(s.period/time.Second))
		if n < 0 || n >= len(ws) {
			return
		}
		ws[n].add(p)
	}
}

// addHost adds what a host emitted: a point a minute, of its state at the minute's last instant.
func (ws windows) addHost(s span, h *host, m hostMetric) {
	for at := s.start().Truncate(time.Minute); at.Before(s.end); at = at.Add(time.Minute) {
		last := at.Add(time.Minute - time.Nanosecond)
		if at.Before(s.start()) || !h.there(last) || last.After(s.end) {
			continue
		}
		value := m.healthy
		if h.brokenAt(last) {
			value = m.broken
		}
		ws[int(at.Sub(s.start())/s.period)].add(metricPoint{N: 1, Sum: value, Min: value, Max: value})
	}
}

var errBlurred = errors.New("percentiles of statistic sets are not known here")

// stat is a statistic of a window; false when there is nothing in it.
func (w *window) stat(name string) (value float64, ok bool, err error) {
	if w.N == 0 {
		return 0, false, nil
	}
	switch strings.ToLower(name) {
	case "average", "avg":
		return w.Sum / w.N, true, nil
	case "sum":
		return w.Sum, true, nil
	case "minimum", "min":
		return w.Min, true, nil
	case "maximum", "max":
		return w.Max, true, nil
	case "samplecount", "count":
		return w.N, true, nil
	}
	rest, isPercentile := strings.CutPrefix(name, "p")
	share, err := strconv.ParseFloat(rest, 64)
	if !isPercentile || err != nil {
		return 0, false, errors.New("the statistic " + name + " is not known here")
	}
	if w.blurred {
		return 0, false, errBlurred
	}
	slices.SortFunc(w.values, func(a, b weighted) int {
		switch {
		case a.value < b.value:
			return -1
		case a.value > b.value:
			return 1
		}
		return 0
	})
	left := math.Ceil(share / 100 * w.N)
	for _, v := range w.values {
		if left -= v.n; left <= 0 {
			return v.value, true, nil
		}
	}
	return w.Max, true, nil
}

// metricWindows are the windows of one metric with exactly these dimensions.
func metricWindows(st *state, region string, m metricAddress, s span) windows {
	ws := make(windows, s.n)
	namespace, name := orEmptyText(m.Namespace), orEmptyText(m.MetricName)
	if stored := st.metricSeries.get(seriesKey(region, namespace, name, m.Dimensions)); stored != nil {
		ws.addStored(s, stored.Points)
	}
	if h, metric := hostOf(st, region, namespace, name, m.Dimensions); h != nil {
		ws.addHost(s, h, metric)
	}
	return ws
}

// hostOf is the host that emits a metric, nil when none does.
func hostOf(st *state, region, namespace, name string, dims []cwDim) (*host, hostMetric) {
	if !strings.Contains(namespace, "/") || len(dims) == 0 || len(dims) > 2 {
		return nil, hostMetric{}
	}
	for _, kind := range hostKinds {
		t := hostTypes[kind]
		metric, has := t.metrics[name]
		if !has || len(t.dimensions) != len(dims) || !slices.Contains(t.namespaces, namespace) {
			continue
		}
		parts := make([]string, len(dims))
		for _, d := range dims {
			if i := slices.Index(t.dimensions, d.Name); i >= 0 {
				parts[i] = d.Value
			}
		}
		if h := st.hosts.get(hostKey(region, kind, strings.Join(parts, "/"))); h != nil {
			return h, metric
		}
	}
	return nil, hostMetric{}
}

func listMetrics(c *call, st *state, in *struct {
	Namespace, MetricName string
	Dimensions            []struct {
		Name  string
		Value *string
	}
	NextToken string
}) (any, error) {
	pg, ok := newPage(c, in.NextToken, 500, in.Namespace, in.MetricName, jsonText(in.Dimensions))
	if !ok {
		return nil, metricProblem("InvalidParameterValue", "The next token is not valid.")
	}
	type metric struct {
		Namespace, MetricName string
		Dimensions            []cwDim
	}
	keep := func(m *metric) bool {
		for _, want := range in.Dimensions {
			if !slices.ContainsFunc(m.Dimensions, func(d cwDim) bool { return d.Name == want.Name && (want.Value == nil || d.Value == *want.Value) }) {
				return false
			}
		}
		return (in.Namespace == "" || m.Namespace == in.Namespace) && (in.MetricName == "" || m.MetricName == in.MetricName)
	}
	all := map[string]*metric{}
	for _, s := range st.metricSeries.below(c.region + "\x00") {
		all[seriesKey("", s.Namespace, s.Name, s.Dimensions)] = &metric{s.Namespace, s.Name, s.Dimensions}
	}
	for _, h := range st.hosts.below(c.region + " ") {
		t := hostTypes[h.Type]
		for name := range t.metrics {
			for _, namespace := range t.namespaces {
				all[seriesKey("", namespace, name, t.dimensionsOf(h.ID))] = &metric{namespace, name, t.dimensionsOf(h.ID)}
			}
		}
	}
	rows := takePage(pg, func(yield func(string, *metric) bool) {
		for _, key := range sortedKeys(all) {
			if key > pg.after && !yield(key, all[key]) {
				return
			}
		}
	}, keep)
	if rows == nil {
		rows = []*metric{}
	}
	return struct {
		Metrics   []*metric
		NextToken string `json:",omitempty"`
	}{rows, pg.next}, nil
}
