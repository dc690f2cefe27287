package kind

// How a fleet is watched: an alarm for each resource, or one alarm over a Metrics Insights query.
// The query follows the fleet by itself and costs no call, but it is one alarm: it starts one
// incident, and starts none for a second resource while it is raised; a resource that falls
// silent is no longer in its answer. So auto takes it only where nothing of that is lost, and
// where the query was asked and answered with the fleet (see fleet_evidence.go).

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/resource"
)

// What CloudWatch takes of query alarms [cw].
const (
	maxQueryAlarms = 200         // a Region, unless AWS was asked for more
	maxQuerySeries = 500         // of an answer
	maxQueryReach  = 3 * 60 * 60 // seconds
	priceNote      = "CloudWatch bills each metric it reads as it bills an alarm"
)

// queryFunctions are the statistics that a query has, by CloudWatch's words.
var queryFunctions = map[string]string{"Average": "AVG", "Maximum": "MAX", "Minimum": "MIN", "Sum": "SUM", "SampleCount": "COUNT"}

// namespace is that of the metric, or of the first one of metric maths.
func (a Alarm) namespace() string {
	if a.Metric.Name != "" {
		return a.Metric.Namespace
	}
	for _, q := range a.Metrics {
		if q.Metric.Name != "" {
			return q.Metric.Namespace
		}
	}
	return ""
}

// choose fills a fleet with the resources found, and decides how it is watched.
func (f *Fleet) choose(q FleetQuery, t fleetType, template Alarm, found []string, home string) {
	excepted := f.sort(q, t, found, home)
	if ns := template.namespace(); ns != "" && strings.HasPrefix(ns, "AWS/") && !slices.Contains(t.namespaces, ns) {
		f.Notes = append(f.Notes, fmt.Sprintf("the metric is of %s, and %s has its metrics in %s: an alarm may never see a value",
			ns, q.Resource, strings.Join(t.namespaces, " or ")))
	}
	if t.dimensions[0] == "TargetGroup" && template.Metric.Dimensions["LoadBalancer"] == "" {
		f.Notes = append(f.Notes, "the ARN of a target group does not tell its load balancer: for metrics that want both, write LoadBalancer under dimensions")
	}
	query, problem := template.query(q, t, excepted)
	f.encode(q, t, template, query, problem)
	f.Query = query
	f.refuseNone(q)
}

// sort parts what was found into targets and what is excepted, whose dimensions it returns.
func (f *Fleet) sort(q FleetQuery, t fleetType, found []string, home string) (excepted []map[string]string) {
	used := map[string]bool{}
	for _, arn := range found {
		dimensions, id, ok := t.target(arn, home)
		target := FleetTarget{ARN: arn, ID: id}
		if !ok {
			target.ID, target.Why = lastPart(arn), "its ARN does not tell the "+strings.Join(t.dimensions, " and the ")+" of its metrics"
		}
		out := slices.IndexFunc(q.Except, func(e string) bool { return e == arn || e == target.ID || e == lastPart(arn) })
		if out < 0 {
			f.Targets = append(f.Targets, target)
			continue
		}
		used[q.Except[out]] = true
		f.Excepted = append(f.Excepted, target)
		if ok {
			excepted = append(excepted, dimensions)
		}
	}
	for _, e := range q.Except {
		if !used[e] {
			f.Notes = append(f.Notes, fmt.Sprintf("except has %s, and nothing of the fleet is called that", e))
		}
	}
	return excepted
}

// name gives each target its alarm. Two targets with one name, which their ARNs do not allow, are
// not watched twice under it.
func (f *Fleet) name() {
	taken := map[string]bool{}
	for i := range f.Targets {
		target := &f.Targets[i]
		name := f.Monitor
		if f.Encoding == encodingPerTarget {
			name = fit(f.Monitor+"/"+target.ID, maxAlarmName)
		}
		switch {
		case target.Why != "":
		case taken[name] && f.Encoding == encodingPerTarget:
			target.Why = "another resource of the fleet is called " + target.ID + " too"
		case i >= maxQuerySeries && f.Encoding == encodingQuery:
			target.Why = fmt.Sprintf("a query alarm sees %d resources", maxQuerySeries)
		default:
			taken[name] = true
			target.Alarm = resource.Addr{Kind: alarmKind, Name: name}
		}
	}
}

// encode decides between the encodings and says why. Problem is why no query can ask for the
// fleet, "" when one can.
func (f *Fleet) encode(q FleetQuery, t fleetType, template Alarm, query, problem string) {
	n := len(f.Targets)
	switch q.Encoding {
	case encodingPerTarget:
		f.Encoding, f.Why = encodingPerTarget, fmt.Sprintf("%s, as the plan says", each(n))
	case encodingQuery:
		f.Encoding, f.Why = encodingQuery, "one query over the fleet, as the plan says: "+queryCost(template, n)+"; it asks "+query
		if problem != "" {
			f.Refused, f.Lift = "no query can watch its fleet: "+problem, `write "encoding: per_target"`
		}
		if n > maxQuerySeries {
			f.Notes = append(f.Notes, tooMany(n)+": the others are not watched")
		}
	default:
		f.Encoding, f.Why = encodingQuery, "one query over the fleet: its incidents are merged in any case; "+queryCost(template, n)+"; it asks "+query
		if n > maxQuerySeries && problem == "" {
			problem = tooMany(n)
		}
		if why := reasonForEach(q, t, template, problem); why != "" {
			f.Encoding, f.Why = encodingPerTarget, each(n)+": "+why
		}
	}
}

func tooMany(n int) string {
	return fmt.Sprintf("a query alarm sees %d resources, and the fleet has %d", maxQuerySeries, n)
}

func each(n int) string {
	if n == 1 {
		return "an alarm for the one resource"
	}
	return fmt.Sprintf("an alarm for each of %d resources", n)
}

// reasonForEach is why a fleet needs an alarm for each resource, "" when a query does as well.
func reasonForEach(q FleetQuery, t fleetType, template Alarm, problem string) string {
	switch {
	case problem != "":
		return problem
	case template.MissingData == "breaching":
		return "a resource that falls silent is not in a query's answer, and missing_data is breaching"
	case !q.Dedupe:
		return "each starts an incident of its own, because the response plan has no dedupe; one query would start one for the fleet"
	case len(t.dimensions) > 1:
		return "whether a query finds the fleet cannot be seen where two dimensions tell a resource"
	}
	return ""
}

// queryCost says what a query takes and what it costs.
func queryCost(template Alarm, n int) string {
	out := fmt.Sprintf("one incident for the fleet, and none for a second resource while the alarm is raised; at most %d such alarms a Region, "+
		"%d resources an alarm; %s, so it is the price of %d", maxQueryAlarms, maxQuerySeries, priceNote, n)
	if template.MissingData == "breaching" {
		out += "; a resource that falls silent is not in the answer, so missing_data: breaching is for the fleet as a whole"
	}
	return out
}

// query spells the fleet as a Metrics Insights query, or says why none can ask for it.
func (a Alarm) query(q FleetQuery, t fleetType, excepted []map[string]string) (query, problem string) {
	function, has := queryFunctions[a.Metric.Statistic]
	switch {
	case a.Metric.Name == "":
		return "", "a query reads one metric, and this is metric maths"
	case !has:
		return "", "a query has no statistic " + a.Metric.Statistic
	case a.Metric.Unit != "":
		return "", "a query cannot ask for a unit"
	case a.Metric.Period*a.When.OutOf > maxQueryReach:
		return "", "a query sees three hours, and the monitor looks back further"
	}
	var where []string
	keys := slices.Clone(t.dimensions)
	for _, key := range slices.Sorted(maps.Keys(a.Metric.Dimensions)) {
		keys = append(keys, key)
		where = append(where, identifier(key)+" = "+literal(a.Metric.Dimensions[key]))
	}
	for _, tag := range q.Tags {
		if len(tag.Values) != 1 {
			return "", "a query asks for one value of a tag, and " + tag.Key + " has " + fmt.Sprint(len(tag.Values))
		}
		where = append(where, "tag."+identifier(tag.Key)+" = "+literal(tag.Values[0]))
	}
	for _, out := range excepted {
		if len(out) > 1 {
			return "", "a query cannot leave out what two dimensions tell"
		}
		where = append(where, identifier(t.dimensions[0])+" != "+literal(out[t.dimensions[0]]))
	}
	if strings.Contains(strings.Join(where, ""), "\x00") {
		return "", "a query cannot say a value with a quote in it"
	}
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = identifier(k)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "SELECT %s(%s) FROM SCHEMA(%q, %s)", function, identifier(a.Metric.Name), a.Metric.Namespace, strings.Join(names, ", "))
	if len(where) > 0 {
		b.WriteString(" WHERE " + strings.Join(where, " AND "))
	}
	// The worst come first, and so are in the answer when it is cut. More than one series without
	// an order CloudWatch does not take.
	order := "DESC"
	if a.When.Word == "below" || a.When.Word == "at_most" {
		order = "ASC"
	}
	fmt.Fprintf(&b, " GROUP BY %s ORDER BY %s() %s", strings.Join(names[:len(t.dimensions)], ", "), function, order)
	return b.String(), ""
}

// identifier is a name in a query, in quotes when it is more than letters, digits and underscores.
func identifier(name string) string {
	for _, r := range name {
		if !(r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z') {
			if strings.Contains(name, `"`) {
				return "\x00"
			}
			return `"` + name + `"`
		}
	}
	return name
}

// literal is a value in a query; NUL stands for one that cannot be said.
func literal(value string) string {
	if strings.Contains(value, "'") {
		return "\x00"
	}
	return "'" + value + "'"
}

// QueryFault is why no query can watch the fleet of a monitor, as far as that can be known without
// looking at the fleet; "" when one may. Names in the monitor need not be resolved.
func QueryFault(m *ast.Monitor) string {
	if m.Each == nil || m.Metric == nil {
		return ""
	}
	t, _, known := fleetTypeOf(m.Each.Resource.V, m.Metric.Namespace.V)
	if !known {
		return ""
	}
	_, problem := desiredAlarm(m).query(*fleetQuery(m), t, nil)
	return problem
}

// asQuery is the alarm over a query.
func (a Alarm) asQuery(query string) Alarm {
	a.Metrics = []AlarmQuery{{ID: "fleet", Expression: query, Period: a.Metric.Period, Returns: true}}
	a.Metric = AlarmMetric{}
	return a
}

// refuseNone refuses a fleet without a resource, unless the author allows it: a wrong tag would
// otherwise take every alarm away.
func (f *Fleet) refuseNone(q FleetQuery) {
	if len(f.Targets) > 0 || q.AllowNone {
		return
	}
	f.Guard, f.Refused = "monitor-matches-nothing", "nothing matches its each"
	if n := len(f.Excepted); n > 0 {
		f.Refused = fmt.Sprintf("all %d resources that match its each are excepted", n)
	}
	f.Lift = `correct resource and tags, or write "allow_none: true" if the fleet may be empty`
}
