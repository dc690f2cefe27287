package kind

// What a change set costs: calls, minutes at the quota, and alarms on the bill.

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/watchbill/watchbill/internal/awsapi"
	"github.com/watchbill/watchbill/internal/resource"
)

// Cost is what applying a change set takes. It is an estimate: retries, and what a change needs
// beside its main call, are not in it but for the question whose a resource is.
type Cost struct {
	// Calls are by operation, most first.
	Calls []CallCost
	// Lasts is how long the calls take at the pace of their operations, which run beside each
	// other: the slowest decides. Zero without a pace.
	Lasts time.Duration
	// Slowest is the operation that decides, "" without calls.
	Slowest string
	// AlarmsAdded and AlarmsTaken are what CloudWatch will and will no longer bill each month,
	// in metrics of alarms: metric maths counts each of its metrics, a query each resource it
	// reads. CompositesAdded and CompositesTaken are composite alarms, which have their own price.
	AlarmsAdded, AlarmsTaken         int
	CompositesAdded, CompositesTaken int
}

// CallCost is how often an operation is called.
type CallCost struct {
	Operation string // service:Operation
	Calls     int
}

// Price is what applying a change set takes when each operation may be called rate times a
// second; awsapi.PerSecond says which are slower. Fleets say how much a query reads.
func Price(cs *resource.ChangeSet, fleets []Fleet, rate float64) Cost {
	var cost Cost
	calls := map[string]int{}
	reads := map[string]int{}
	for _, f := range fleets {
		reads[f.Monitor] = len(f.Targets)
	}
	for _, c := range cs.Changes {
		for _, op := range callsOf(c) {
			calls[op]++
		}
		cost.bill(c, reads)
	}
	for op, n := range calls {
		cost.Calls = append(cost.Calls, CallCost{op, n})
		if pace := awsapi.PerSecond(op, rate); pace > 0 {
			if lasts := time.Duration(float64(n) / pace * float64(time.Second)); lasts > cost.Lasts || lasts == cost.Lasts && op < cost.Slowest {
				cost.Lasts, cost.Slowest = lasts, op
			}
		}
	}
	slices.SortFunc(cost.Calls, func(a, b CallCost) int {
		return cmp.Or(cmp.Compare(b.Calls, a.Calls), strings.Compare(a.Operation, b.Operation))
	})
	return cost
}

// callsOf are the operations that a change calls.
func callsOf(c *resource.Change) []string {
	k := byName(All, c.Addr.Kind)
	if k == nil {
		return nil
	}
	ops := k.KindOperations()
	service, _, _ := strings.Cut(ops.Write[0], ":")
	ask := service + ":ListTagsForResource"
	write := func(verbs ...string) []string {
		for _, verb := range verbs {
			i := slices.IndexFunc(ops.Write, func(op string) bool { return strings.HasPrefix(op, service+":"+verb) && !otherType(c, op) })
			if i >= 0 {
				return []string{ops.Write[i]}
			}
		}
		return nil
	}
	switch c.Action {
	case resource.Create:
		return write("Create", "Put")
	case resource.Delete:
		return append(write("Delete"), ask)
	case resource.Replace:
		return slices.Concat(write("Create", "Put"), write("Delete"), []string{ask})
	}
	if onlyTags(c) {
		return []string{service + ":TagResource", ask}
	}
	return append(write("Update", "Put", "Create"), ask)
}

// otherType reports that an operation is for the other type of alarms.
func otherType(c *resource.Change, op string) bool {
	if a, ok := specOfChange(c).(Alarm); ok {
		return strings.Contains(op, "Composite") == (a.Type == metricAlarm) && strings.Contains(op, ":Put")
	}
	return false
}

func onlyTags(c *resource.Change) bool {
	return len(c.Fields) > 0 && !slices.ContainsFunc(c.Fields, func(f resource.FieldChange) bool { return f.Path != "tags" })
}

func specOfChange(c *resource.Change) any {
	if c.After != nil {
		return c.After.Spec
	}
	return c.Before.Spec
}

// bill adds what a change adds to and takes from the bill.
func (cost *Cost) bill(c *resource.Change, reads map[string]int) {
	if c.Addr.Kind != alarmKind {
		return
	}
	count := func(o *resource.Object, metrics, composites *int) {
		if o == nil {
			return
		}
		if a, ok := o.Spec.(Alarm); ok && a.Type == compositeAlarm {
			*composites++
		} else if ok {
			*metrics += a.billed(reads[c.Addr.Name])
		}
	}
	var before, after, compositesBefore, compositesAfter int
	count(c.Before, &before, &compositesBefore)
	count(c.After, &after, &compositesAfter)
	cost.AlarmsAdded += max(0, after-before)
	cost.AlarmsTaken += max(0, before-after)
	cost.CompositesAdded += max(0, compositesAfter-compositesBefore)
	cost.CompositesTaken += max(0, compositesBefore-compositesAfter)
}

// billed are the metrics of an alarm on the bill, of which a query reads so many.
func (a Alarm) billed(read int) int {
	if len(a.Metrics) == 0 {
		return 1
	}
	n := 0
	for _, q := range a.Metrics {
		switch {
		case q.Metric.Name != "":
			n++
		case isInsights(q.Expression):
			n += max(1, read)
		}
	}
	return max(1, n)
}

// isInsights reports whether an expression is a Metrics Insights query.
func isInsights(expression string) bool {
	word, _, _ := strings.Cut(strings.TrimSpace(expression), " ")
	return strings.EqualFold(word, "SELECT")
}
