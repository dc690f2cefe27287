package emulator

// Metric maths, as far as alarms commonly use it: numbers, ids, + - * / ^, comparisons, AND and OR,
// and the functions of mathFunctions. What is not here is an error with its name, and the alarm says so.

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Limits of an expression. It has 2,048 characters at most; these bound what few characters can cost.
const (
	maxMathsDepth = 40
	maxMathsWork  = 20_000 // operations on whole series
)

// mathReader reads an expression and computes it on the way.
type mathReader struct {
	*reader
	rest  string
	depth int
}

func (r *reader) maths(expression string) (metricValue, error) {
	m := &mathReader{reader: r, rest: expression}
	v, err := m.level(0)
	if err != nil {
		return metricValue{}, fmt.Errorf("expression %s: %w", cut(expression, 200), err)
	}
	if m.peek() != "" {
		return metricValue{}, fmt.Errorf("expression %s: unexpected %q", cut(expression, 200), m.peek())
	}
	return v, nil
}

// mathLevels are the operators, those that bind loosest first.
var mathLevels = [][]string{{"OR", "||"}, {"AND", "&&"}, {"==", "!=", "<=", ">=", "<", ">"}, {"+", "-"}, {"*", "/"}, {"^"}}

func (m *mathReader) level(n int) (metricValue, error) {
	if n == len(mathLevels) {
		return m.unary()
	}
	left, err := m.level(n + 1)
	for err == nil && slices.Contains(mathLevels[n], strings.ToUpper(m.peek())) {
		op := strings.ToUpper(m.next())
		var right metricValue
		if right, err = m.level(n + 1); err == nil {
			left, err = m.both(left, right, mathOperators[op])
		}
	}
	return left, err
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

var mathOperators = map[string]func(a, b float64) float64{
	"+": func(a, b float64) float64 { return a + b }, "-": func(a, b float64) float64 { return a - b },
	"*": func(a, b float64) float64 { return a * b }, "/": func(a, b float64) float64 { return a / b }, "^": math.Pow,
	"==": func(a, b float64) float64 { return truth(a == b) }, "!=": func(a, b float64) float64 { return truth(a != b) },
	"<": func(a, b float64) float64 { return truth(a < b) }, "<=": func(a, b float64) float64 { return truth(a <= b) },
	">": func(a, b float64) float64 { return truth(a > b) }, ">=": func(a, b float64) float64 { return truth(a >= b) },
	"AND": func(a, b float64) float64 { return truth(a != 0 && b != 0) }, "&&": func(a, b float64) float64 { return truth(a != 0 && b != 0) },
	"OR": func(a, b float64) float64 { return truth(a != 0 || b != 0) }, "||": func(a, b float64) float64 { return truth(a != 0 || b != 0) },
}

func (m *mathReader) unary() (metricValue, error) {
	if m.depth++; m.depth > maxMathsDepth {
		return metricValue{}, errors.New("it is nested too deeply")
	}
	defer func() { m.depth-- }()
	word := m.next()
	switch {
	case word == "-":
		v, err := m.unary()
		if err != nil {
			return v, err
		}
		return m.both(numberOf(0), v, mathOperators["-"])
	case word == "(":
		v, err := m.level(0)
		if err == nil && m.next() != ")" {
			err = errors.New("a ) is missing")
		}
		return v, err
	case word == "[":
		return m.array()
	case word == "":
		return metricValue{}, errors.New("it ends too early")
	case word[0] >= '0' && word[0] <= '9' || word[0] == '.':
		f, err := strconv.ParseFloat(word, 64)
		if err != nil {
			return metricValue{}, fmt.Errorf("%s is no number", word)
		}
		return numberOf(f), nil
	case m.peek() == "(":
		m.next()
		return m.function(strings.ToUpper(word))
	}
	q := m.byID(word)
	if q == nil {
		return metricValue{}, fmt.Errorf("nothing has the id %s", cut(word, 60))
	}
	return m.query(q)
}

func (m *mathReader) array() (metricValue, error) {
	out := metricValue{array: true}
	for {
		v, err := m.level(0)
		if err != nil {
			return v, err
		}
		if v.scalar {
			v.lines = []*track{m.constant(v.number)}
		}
		out.lines = append(out.lines, v.lines...)
		switch m.next() {
		case ",":
		case "]":
			return out, nil
		default:
			return out, errors.New("a ] is missing")
		}
	}
}

func (m *mathReader) constant(f float64) *track {
	l := newTrack(m.span.n)
	for i := range l.v {
		l.set(i, f)
	}
	return l
}

// both joins two values window by window. Of an array each series is joined with the other side. A
// result that is not finite is missing, as a division by nought is.
func (m *mathReader) both(a, b metricValue, op func(a, b float64) float64) (metricValue, error) {
	if m.work += max(1, len(a.lines), len(b.lines)); m.work > maxMathsWork {
		return metricValue{}, errors.New("it takes too long")
	}
	switch {
	case a.scalar && b.scalar:
		return numberOf(op(a.number, b.number)), nil
	case a.scalar:
		return m.each(b, func(i int, v float64) (float64, bool) { return op(a.number, v), true }), nil
	case b.scalar:
		return m.each(a, func(i int, v float64) (float64, bool) { return op(v, b.number), true }), nil
	case a.array && b.array:
		return metricValue{}, errors.New("two arrays cannot be joined")
	case a.array:
		return m.each(a, func(i int, v float64) (float64, bool) { return op(v, b.lines[0].v[i]), b.lines[0].ok[i] }), nil
	case len(a.lines) != 1:
		return metricValue{}, errors.New("a query with several series is no operand")
	}
	return m.each(b, func(i int, v float64) (float64, bool) { return op(a.lines[0].v[i], v), a.lines[0].ok[i] }), nil
}

// each makes a new series of each of a value's.
func (m *mathReader) each(v metricValue, f func(i int, v float64) (float64, bool)) metricValue {
	out := metricValue{array: v.array}
	for _, l := range v.lines {
		again := *l
		again.v, again.ok = make([]float64, len(l.v)), make([]bool, len(l.ok))
		for i := range l.v {
			if !l.ok[i] {
				continue
			}
			if x, ok := f(i, l.v[i]); ok && !math.IsNaN(x) && !math.IsInf(x, 0) {
				again.set(i, x)
			}
		}
		out.lines = append(out.lines, &again)
	}
	return out
}

// peek is the next word without taking it, "" at the end.
func (m *mathReader) peek() string {
	rest := m.rest
	word := m.next()
	m.rest = rest
	return word
}

// next takes a number, a name, a text in quotes or a sign.
func (m *mathReader) next() string {
	m.rest = strings.TrimLeft(m.rest, " \t\r\n")
	if m.rest == "" {
		return ""
	}
	n := 1
	switch c := m.rest[0]; {
	case c == '"' || c == '\'':
		if end := strings.IndexByte(m.rest[1:], c); end >= 0 {
			n = end + 2
		}
	case isWord(c) || c == '.':
		for n < len(m.rest) && (isWord(m.rest[n]) || m.rest[n] == '.') {
			n++
		}
	case len(m.rest) > 1 && slices.Contains([]string{"==", "!=", "<=", ">=", "&&", "||"}, m.rest[:2]):
		n = 2
	}
	word := m.rest[:n]
	m.rest = m.rest[n:]
	return word
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
