package emulator

// The functions of metric maths.

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// folds are the functions that make one of many: of an array a series, of a series a number.
var folds = map[string]func([]float64) float64{
	"MAX": slices.Max[[]float64], "MIN": slices.Min[[]float64], "SUM": total,
	"AVG":    func(v []float64) float64 { return total(v) / float64(len(v)) },
	"STDDEV": deviation,
}

func total(v []float64) (sum float64) {
	for _, x := range v {
		sum += x
	}
	return sum
}

func deviation(v []float64) float64 {
	mean, sum := total(v)/float64(len(v)), 0.0
	for _, x := range v {
		sum += (x - mean) * (x - mean)
	}
	return math.Sqrt(sum / float64(len(v)))
}

// pointwise are the functions of each value.
var pointwise = map[string]func(float64) float64{
	"ABS": math.Abs, "CEIL": math.Ceil, "FLOOR": math.Floor, "LOG": math.Log, "LOG10": math.Log10,
}

// function computes NAME( once the bracket has been read.
func (m *mathReader) function(name string) (metricValue, error) {
	if name == "METRICS" {
		return m.metrics()
	}
	args, err := m.arguments(name)
	if err != nil {
		return metricValue{}, err
	}
	want := map[string]int{"IF": 3, "FILL": 2, "DATAPOINT_COUNT": 1, "PERIOD": 1, "RATE": 1, "DIFF": 1}
	for _, one := range []string{"MAX", "MIN", "SUM", "AVG", "STDDEV", "ABS", "CEIL", "FLOOR", "LOG", "LOG10"} {
		want[one] = 1
	}
	n, known := want[name]
	switch {
	case !known:
		return metricValue{}, fmt.Errorf("the function %s is not known here", cut(name, 60))
	case len(args) != n:
		return metricValue{}, fmt.Errorf("%s takes %d arguments", name, n)
	}
	if fold := folds[name]; fold != nil {
		return m.fold(args[0].value, fold), nil
	}
	if f := pointwise[name]; f != nil {
		if args[0].value.scalar {
			return numberOf(f(args[0].value.number)), nil
		}
		return m.each(args[0].value, func(i int, v float64) (float64, bool) { return f(v), true }), nil
	}
	return m.special(name, args)
}

func (m *mathReader) special(name string, args []mathArgument) (metricValue, error) {
	v := args[0].value
	switch name {
	case "IF":
		return m.choose(v, args[1].value, args[2].value)
	case "FILL":
		return m.fill(v, args[1])
	case "PERIOD":
		return numberOf(m.span.period.Seconds()), nil
	case "DATAPOINT_COUNT":
		return m.fold(v, func(v []float64) float64 { return float64(len(v)) }), nil
	}
	out := metricValue{array: v.array}
	for _, l := range v.lines { // RATE and DIFF
		again := newTrack(len(l.v))
		again.label, again.dims, again.namespace = l.label, l.dims, l.namespace
		for i := 1; i < len(l.v); i++ {
			if l.ok[i] && l.ok[i-1] {
				d := l.v[i] - l.v[i-1]
				if name == "RATE" {
					d /= m.span.period.Seconds()
				}
				again.set(i, d)
			}
		}
		out.lines = append(out.lines, again)
	}
	return out, nil
}

// mathArgument is a value, or the word REPEAT or LINEAR.
type mathArgument struct {
	value metricValue
	word  string
}

func (m *mathReader) arguments(name string) (args []mathArgument, err error) {
	for {
		var a mathArgument
		if word := strings.ToUpper(m.peek()); name == "FILL" && (word == "REPEAT" || word == "LINEAR") {
			a.word = m.next()
		} else if a.value, err = m.level(0); err != nil {
			return nil, err
		}
		args = append(args, a)
		switch m.next() {
		case ",":
		case ")":
			return args, nil
		default:
			return nil, errors.New("a ) is missing")
		}
	}
}

// metrics is METRICS() or METRICS("part of an id"): the metrics of the list, not its expressions.
func (m *mathReader) metrics() (metricValue, error) {
	part := ""
	if word := m.next(); word != ")" {
		part = strings.Trim(word, `"'`)
		if m.next() != ")" {
			return metricValue{}, errors.New("a ) is missing")
		}
	}
	out := metricValue{array: true}
	for i := range m.queries {
		if q := &m.queries[i]; q.MetricStat != nil && strings.Contains(q.Id, part) {
			v, err := m.query(q)
			if err != nil {
				return v, err
			}
			out.lines = append(out.lines, v.lines...)
		}
	}
	if out.lines == nil {
		return out, errors.New("METRICS() finds no metric")
	}
	return out, nil
}

// fold makes of an array a series, window by window, and of one series a number.
func (m *mathReader) fold(v metricValue, f func([]float64) float64) metricValue {
	if v.scalar {
		return v
	}
	if !v.array && len(v.lines) == 1 {
		var all []float64
		for i, ok := range v.lines[0].ok {
			if ok {
				all = append(all, v.lines[0].v[i])
			}
		}
		if all == nil {
			return seriesOf(newTrack(m.span.n)) // nothing is known
		}
		return numberOf(f(all))
	}
	out := newTrack(m.span.n)
	for i := range out.v {
		var all []float64
		for _, l := range v.lines {
			if l.ok[i] {
				all = append(all, l.v[i])
			}
		}
		if all != nil {
			out.set(i, f(all))
		}
	}
	return seriesOf(out)
}

// choose is IF(condition, then, else).
func (m *mathReader) choose(condition, yes, no metricValue) (metricValue, error) {
	if condition.scalar {
		if condition.number != 0 {
			return yes, nil
		}
		return no, nil
	}
	if condition.array || yes.array || no.array || len(condition.lines) != 1 {
		return metricValue{}, errors.New("IF takes no arrays")
	}
	at := func(v metricValue, i int) (float64, bool) {
		if v.scalar {
			return v.number, true
		}
		return v.lines[0].v[i], v.lines[0].ok[i]
	}
	return m.each(condition, func(i int, v float64) (float64, bool) {
		if v != 0 {
			return at(yes, i)
		}
		return at(no, i)
	}), nil
}

// fill is FILL(series, number), FILL(series, other series) or FILL(series, REPEAT).
func (m *mathReader) fill(v metricValue, with mathArgument) (metricValue, error) {
	if v.scalar {
		return v, nil
	}
	if strings.EqualFold(with.word, "LINEAR") {
		return metricValue{}, errors.New("FILL with LINEAR is not known here")
	}
	out := metricValue{array: v.array}
	for _, l := range v.lines {
		again := *l
		again.v, again.ok = slices.Clone(l.v), slices.Clone(l.ok)
		for i := range again.v {
			switch {
			case again.ok[i]:
			case with.word != "":
				if i > 0 && again.ok[i-1] {
					again.set(i, again.v[i-1])
				}
			case with.value.scalar:
				again.set(i, with.value.number)
			case len(with.value.lines) == 1 && with.value.lines[0].ok[i]:
				again.set(i, with.value.lines[0].v[i])
			}
		}
		out.lines = append(out.lines, &again)
	}
	return out, nil
}
