package emulator

// Metrics Insights queries, as far as alarms use them:
//
//	SELECT MAX(StatusCheckFailed) FROM SCHEMA("AWS/EC2", InstanceId)
//	WHERE tag.env = 'production' AND InstanceId != 'i-0abc' GROUP BY InstanceId ORDER BY MAX() DESC LIMIT 10

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// maxInsightsSeries is how many series a query returns [cw].
const maxInsightsSeries = 500

// insightsQuery is a query that was read.
type insightsQuery struct {
	function, metric string
	namespace        string
	dims             []string // of SCHEMA, sorted; nil: any
	where            func(attribute func(string) string) bool
	groupBy          []string
	ordered, up      bool
	limit            int
}

// insightsReader reads the words of a query; its words are those of metric maths.
type insightsReader struct {
	mathReader
	depth int
}

func readInsights(text string) (*insightsQuery, error) {
	r := &insightsReader{mathReader: mathReader{rest: text}}
	q, err := r.read()
	if err != nil {
		return nil, fmt.Errorf("query %s: %w", cut(text, 200), err)
	}
	return q, nil
}

// keyword takes a word off if it is the next one.
func (r *insightsReader) keyword(word string) bool {
	if strings.EqualFold(r.peek(), word) {
		r.next()
		return true
	}
	return false
}

func (r *insightsReader) expect(words ...string) error {
	for _, word := range words {
		if !r.keyword(word) {
			return fmt.Errorf("%s is expected at %q", word, r.peek())
		}
	}
	return nil
}

// name is an identifier, with or without quotes.
func (r *insightsReader) name() (string, error) {
	word := r.next()
	if unquoted := strings.Trim(word, `"`); word != "" && (isWord(word[0]) || word[0] == '"') && unquoted != "" {
		return unquoted, nil
	}
	return "", fmt.Errorf("a name is expected at %q", word)
}

// key is a dimension or tag.KEY; the words of metric maths take tag.env as one and tag."env" as two.
func (r *insightsReader) key() (string, error) {
	name, err := r.name()
	if err != nil || name != "tag." {
		return name, err
	}
	name, err = r.name()
	return "tag." + name, err
}

func (r *insightsReader) read() (q *insightsQuery, err error) {
	q = &insightsQuery{limit: maxInsightsSeries}
	if err = r.expect("SELECT"); err != nil {
		return nil, err
	}
	if q.function = strings.ToUpper(r.next()); !slices.Contains([]string{"MAX", "MIN", "SUM", "AVG", "COUNT"}, q.function) {
		return nil, fmt.Errorf("the function %q is not AVG, COUNT, MAX, MIN or SUM", q.function)
	}
	if err = r.expect("("); err != nil {
		return nil, err
	}
	if q.metric, err = r.name(); err != nil {
		return nil, err
	}
	if err = r.expect(")", "FROM"); err != nil {
		return nil, err
	}
	if err = r.from(q); err != nil {
		return nil, err
	}
	if r.keyword("WHERE") {
		if q.where, err = r.or(); err != nil {
			return nil, err
		}
	}
	return q, r.tail(q)
}

func (r *insightsReader) from(q *insightsQuery) (err error) {
	if !r.keyword("SCHEMA") {
		q.namespace, err = r.name()
		return err
	}
	if err = r.expect("("); err != nil {
		return err
	}
	if q.namespace, err = r.name(); err != nil {
		return err
	}
	q.dims = []string{}
	for r.keyword(",") {
		name, err := r.name()
		if err != nil {
			return err
		}
		q.dims = append(q.dims, name)
	}
	slices.Sort(q.dims)
	return r.expect(")")
}

func (r *insightsReader) tail(q *insightsQuery) error {
	if r.keyword("GROUP") {
		if err := r.expect("BY"); err != nil {
			return err
		}
		for {
			key, err := r.key()
			if err != nil {
				return err
			}
			q.groupBy = append(q.groupBy, key)
			if !r.keyword(",") {
				break
			}
		}
	}
	if r.keyword("ORDER") {
		if err := r.expect("BY"); err != nil {
			return err
		}
		r.next()
		if err := r.expect("(", ")"); err != nil {
			return err
		}
		q.ordered, q.up = true, !r.keyword("DESC")
		r.keyword("ASC")
	}
	if r.keyword("LIMIT") {
		n, err := strconv.Atoi(r.next())
		if err != nil || n < 1 {
			return errors.New("LIMIT needs a number")
		}
		q.limit = min(n, maxInsightsSeries)
	}
	if r.peek() != "" {
		return fmt.Errorf("unexpected %q", r.peek())
	}
	return nil
}

type insightsTerm = func(attribute func(string) string) bool

func (r *insightsReader) or() (insightsTerm, error) {
	left, err := r.and()
	for err == nil && r.keyword("OR") {
		var right insightsTerm
		before := left
		if right, err = r.and(); err == nil {
			left = func(a func(string) string) bool { return before(a) || right(a) }
		}
	}
	return left, err
}

func (r *insightsReader) and() (insightsTerm, error) {
	left, err := r.condition()
	for err == nil && r.keyword("AND") {
		var right insightsTerm
		before := left
		if right, err = r.condition(); err == nil {
			left = func(a func(string) string) bool { return before(a) && right(a) }
		}
	}
	return left, err
}

func (r *insightsReader) condition() (insightsTerm, error) {
	if r.depth++; r.depth > maxMathsDepth {
		return nil, errors.New("it is nested too deeply")
	}
	defer func() { r.depth-- }()
	if r.keyword("(") {
		inner, err := r.or()
		if err == nil {
			err = r.expect(")")
		}
		return inner, err
	}
	key, err := r.key()
	if err != nil {
		return nil, err
	}
	not := r.keyword("NOT")
	switch sign := r.next(); {
	case strings.EqualFold(sign, "IN"):
		values, err := r.values()
		return func(a func(string) string) bool { return slices.Contains(values, a(key)) != not }, err
	case sign == "!=" || sign == "=" && !not:
		value, err := r.value()
		return func(a func(string) string) bool { return (a(key) == value) == (sign == "=") }, err
	default:
		return nil, fmt.Errorf("=, != or IN is expected at %q", sign)
	}
}

func (r *insightsReader) value() (string, error) {
	word := r.next()
	if len(word) < 2 || word[0] != '\'' {
		return "", fmt.Errorf("a value in single quotes is expected at %q", word)
	}
	return word[1 : len(word)-1], nil
}

func (r *insightsReader) values() (values []string, err error) {
	if err = r.expect("("); err != nil {
		return nil, err
	}
	for {
		v, err := r.value()
		if err != nil {
			return nil, err
		}
		values = append(values, v)
		if !r.keyword(",") {
			return values, r.expect(")")
		}
	}
}

// insights reads a query: a series for each group, or one without GROUP BY.
func (r *reader) insights(text string) (metricValue, error) {
	q, err := readInsights(text)
	if err != nil {
		return metricValue{}, err
	}
	type group struct {
		ws   windows
		dims map[string]string
	}
	groups := map[string]*group{}
	into := func(dims []cwDim, tags map[string]string, add func(windows)) {
		attribute := func(key string) string {
			if tag, ok := strings.CutPrefix(key, "tag."); ok {
				return tags[tag]
			}
			for _, d := range dims {
				if d.Name == key {
					return d.Value
				}
			}
			return ""
		}
		if !q.takes(dims) || q.where != nil && !q.where(attribute) {
			return
		}
		label, by := "", map[string]string{}
		for _, key := range q.groupBy {
			by[key] = attribute(key)
			label += " " + by[key]
		}
		label = strings.TrimPrefix(label, " ")
		if groups[label] == nil {
			groups[label] = &group{make(windows, r.span.n), by}
		}
		add(groups[label].ws)
	}
	for _, s := range r.st.metricSeries.below(seriesPrefix(r.region, q.namespace, q.metric)) {
		into(s.Dimensions, nil, func(ws windows) { ws.addStored(r.span, s.Points) })
	}
	for _, kind := range hostKinds {
		t := hostTypes[kind]
		metric, has := t.metrics[q.metric]
		if !has || !slices.Contains(t.namespaces, q.namespace) {
			continue
		}
		for _, h := range r.st.hosts.below(hostKey(r.region, kind, "")) {
			into(t.dimensionsOf(h.ID), h.Tags, func(ws windows) { ws.addHost(r.span, h, metric) })
		}
	}
	var lines []*track
	for _, label := range sortedKeys(groups) {
		l, err := groups[label].ws.track(q.function)
		if err != nil {
			return metricValue{}, err
		}
		l.label, l.dims, l.namespace = label, groups[label].dims, q.namespace
		if slices.Contains(l.ok, true) { // what says nothing is not in the answer
			lines = append(lines, l)
		}
	}
	q.order(lines)
	return metricValue{lines: lines[:min(len(lines), q.limit)], array: q.groupBy != nil}, nil
}

// takes holds dimensions against SCHEMA: exactly these.
func (q *insightsQuery) takes(dims []cwDim) bool {
	if q.dims == nil {
		return true
	}
	names := make([]string, len(dims))
	for i, d := range dims {
		names[i] = d.Name
	}
	slices.Sort(names)
	return slices.Equal(names, q.dims)
}

// order sorts by the greatest value, or the smallest when it is ascending.
func (q *insightsQuery) order(lines []*track) {
	if !q.ordered {
		return
	}
	rank := func(l *track) float64 {
		best := math.Inf(-1)
		for i, ok := range l.ok {
			if v := l.v[i]; ok && q.up {
				best = max(best, -v)
			} else if ok {
				best = max(best, v)
			}
		}
		return best
	}
	slices.SortStableFunc(lines, func(a, b *track) int {
		switch x, y := rank(a), rank(b); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
}
