package emulator

// events, API version 2015-10-07: the rules of EventBridge. Events that match one start incidents
// (events_put.go). Schedules are kept and never due.

import (
	"encoding/json"
	"iter"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/watchbill/watchbill/emulator/wire"
)

func eventsService() *service {
	return &service{
		name: "events",
		ops: modelled(eventsModel,
			writing("PutRule", putRule),
			reading("DescribeRule", describeRule),
			reading("ListRules", listRules),
			reading("ListRuleNamesByTarget", listRuleNamesByTarget),
			writing("EnableRule", enableRule),
			writing("DisableRule", disableRule),
			writing("DeleteRule", deleteRule),
			&operation{name: "PutTargets", write: putTargets},
			writing("RemoveTargets", removeTargets),
			reading("ListTargetsByRule", listTargets),
			writing("PutEvents", putEvents),
			reading("TestEventPattern", testEventPattern),
			writing("TagResource", tagEvents),
			writing("UntagResource", untagEvents),
			reading("ListTagsForResource", listEventTags),
			writing("CreateEventBus", createEventBus),
			reading("DescribeEventBus", describeEventBus),
			reading("ListEventBuses", listEventBuses),
			writing("DeleteEventBus", deleteEventBus),
		),
		gate:    func(*call, *state) error { return nil },
		invalid: func(ps problems) *wire.Error { return badEvents(ps.message()) },
	}
}

func eventsError(kind, text string) *wire.Error {
	return &wire.Error{Type: kind, Status: http.StatusBadRequest, Message: text}
}

func badEvents(text string) *wire.Error { return eventsError("ValidationException", text) }

// eventRule is a row; its key is REGION/BUS/NAME. Rules survive the replication set.
type eventRule struct {
	Name        string
	Bus         string
	ARN         string
	Pattern     string `json:",omitempty"`
	Schedule    string `json:",omitempty"`
	State       string
	Description string            `json:",omitempty"`
	Role        string            `json:",omitempty"`
	ManagedBy   string            `json:",omitempty"` // an AWS service that made the rule: nobody else may change it
	Targets     []json.RawMessage `json:",omitempty"` // as they came, by the order of their ids
	Tags        map[string]string `json:",omitempty"`
	Tagged      bool              `json:",omitempty"`
}

const (
	defaultBus   = "default"
	ruleEnabled  = "ENABLED"
	ruleDisabled = "DISABLED"
)

// Limits of EventBridge [quotas].
const (
	maxRules   = 300 // on a bus
	maxTargets = 5   // of a rule
)

// busName is the name of the bus a request speaks of by name or ARN.
func busName(c *call, ref string) string {
	if ref == "" {
		return defaultBus
	}
	return strings.TrimPrefix(ref, "arn:aws:events:"+c.region+":"+c.account+":event-bus/")
}

// onBus is the key prefix of a bus's rules. Only the default bus is there without being made.
func onBus(c *call, st *state, ref string) (prefix string, err error) {
	name := busName(c, ref)
	if name != defaultBus && st.eventBuses.get(c.region+"/"+name) == nil {
		return "", eventsError("ResourceNotFoundException", "Event bus "+name+" does not exist.")
	}
	return c.region + "/" + name + "/", nil
}

func findRule(c *call, st *state, bus, name string) (*eventRule, error) {
	prefix, err := onBus(c, st, bus)
	if err != nil {
		return nil, err
	}
	if r := st.eventRules.get(prefix + name); r != nil {
		return r, nil
	}
	return nil, eventsError("ResourceNotFoundException", "Rule "+name+" does not exist on EventBus "+busName(c, bus)+".")
}

// ownRule is findRule for what changes the rule.
func ownRule(c *call, st *state, bus, name string) (*eventRule, error) {
	r, err := findRule(c, st, bus, name)
	if err == nil && r.ManagedBy != "" {
		return nil, eventsError("ManagedRuleException", "Rule "+name+" is managed by "+r.ManagedBy+" and cannot be changed.")
	}
	return r, err
}

func (r *eventRule) put(c *call, tx *tx) { tx.eventRules.put(tx, c.region+"/"+r.Bus+"/"+r.Name, r) }

func ruleARN(c *call, bus, name string) string {
	arn := "arn:aws:events:" + c.region + ":" + c.account + ":rule/"
	if bus != defaultBus {
		arn += bus + "/"
	}
	return arn + name
}

var schedule = regexp.MustCompile(`\A(rate\([1-9][0-9]* (minutes?|hours?|days?)\)|cron\(\S+( \S+){5}\))\z`)

// putRule replaces a rule whole; its tags are taken when it is made and not later, and its targets stay.
func putRule(c *call, tx *tx, in *struct {
	Name, ScheduleExpression, EventPattern, State, Description, RoleArn, EventBusName string
	Tags                                                                              []struct{ Key, Value string }
}) (any, error) {
	prefix, err := onBus(c, tx.state, in.EventBusName)
	if err != nil {
		return nil, err
	}
	r := &eventRule{Name: in.Name, Bus: busName(c, in.EventBusName), Pattern: in.EventPattern, Schedule: in.ScheduleExpression, State: in.State,
		Description: in.Description, Role: in.RoleArn, Tags: map[string]string{}, Tagged: len(in.Tags) > 0}
	r.ARN = ruleARN(c, r.Bus, r.Name)
	for _, t := range in.Tags {
		r.Tags[t.Key] = t.Value
	}
	if r.State == "" {
		r.State = ruleEnabled
	}
	switch {
	case r.Pattern == "" && r.Schedule == "":
		return nil, badEvents("Parameter(s) EventPattern or ScheduleExpression must be specified.")
	case r.Schedule != "" && (!schedule.MatchString(r.Schedule) || r.Bus != defaultBus):
		return nil, badEvents("Parameter ScheduleExpression is not valid.")
	case len(r.Tags) > maxTags:
		return nil, badEvents("A rule can have 50 tags.")
	}
	if r.Pattern != "" {
		if _, err := parseEventPattern(r.Pattern); err != nil {
			return nil, badPattern(err)
		}
	}
	if old := tx.eventRules.get(prefix + r.Name); old != nil {
		if old.ManagedBy != "" {
			return nil, eventsError("ManagedRuleException", "Rule "+r.Name+" is managed by "+old.ManagedBy+" and cannot be changed.")
		}
		r.Targets, r.Tags, r.Tagged = old.Targets, old.Tags, old.Tagged
	} else if count(tx.eventRules.below(prefix)) >= maxRules {
		return nil, eventsError("LimitExceededException", "The requested resource exceeds the maximum number allowed.")
	}
	r.put(c, tx)
	return map[string]string{"RuleArn": r.ARN}, nil
}

func count[T any](rows iter.Seq2[string, *T]) (n int) {
	for range rows {
		n++
	}
	return n
}

func badPattern(why error) error {
	return eventsError("InvalidEventPatternException", "Event pattern is not valid. Reason: "+why.Error())
}

// shownRule is a rule as lists show it.
type shownRule struct {
	Name, Arn, State, EventBusName                                    string
	EventPattern, ScheduleExpression, Description, RoleArn, ManagedBy string `json:",omitempty"`
}

func (r *eventRule) out() shownRule {
	return shownRule{Name: r.Name, Arn: r.ARN, State: r.State, EventBusName: r.Bus, EventPattern: r.Pattern, ScheduleExpression: r.Schedule,
		Description: r.Description, RoleArn: r.Role, ManagedBy: r.ManagedBy}
}

type ruleInput struct{ Name, EventBusName string }

func describeRule(c *call, st *state, in *ruleInput) (any, error) {
	r, err := findRule(c, st, in.EventBusName, in.Name)
	if err != nil {
		return nil, err
	}
	return struct {
		shownRule
		CreatedBy string
	}{r.out(), c.account}, nil
}

func newEventsPage(c *call, token string, limit int, question ...string) (*pageRequest, error) {
	if limit == 0 {
		limit = 100
	}
	pg, ok := newPage(c, token, limit, question...)
	if !ok {
		return nil, badEvents("NextToken is not valid.")
	}
	return pg, nil
}

func listRules(c *call, st *state, in *struct {
	NamePrefix, EventBusName, NextToken string
	Limit                               int
}) (any, error) {
	prefix, err := onBus(c, st, in.EventBusName)
	if err != nil {
		return nil, err
	}
	pg, err := newEventsPage(c, in.NextToken, in.Limit, prefix, in.NamePrefix)
	if err != nil {
		return nil, err
	}
	list := []shownRule{}
	for _, r := range takePage(pg, st.eventRules.after(prefix+in.NamePrefix, pg.after), nil) {
		list = append(list, r.out())
	}
	return struct {
		Rules     []shownRule
		NextToken string `json:",omitempty"`
	}{list, pg.next}, nil
}

func listRuleNamesByTarget(c *call, st *state, in *struct {
	TargetArn, EventBusName, NextToken string
	Limit                              int
}) (any, error) {
	prefix, err := onBus(c, st, in.EventBusName)
	if err != nil {
		return nil, err
	}
	pg, err := newEventsPage(c, in.NextToken, in.Limit, prefix, in.TargetArn)
	if err != nil {
		return nil, err
	}
	names := []string{}
	for _, r := range takePage(pg, st.eventRules.after(prefix, pg.after), func(r *eventRule) bool {
		return slices.ContainsFunc(r.targets(), func(t eventRuleTarget) bool { return t.Arn == in.TargetArn })
	}) {
		names = append(names, r.Name)
	}
	return struct {
		RuleNames []string
		NextToken string `json:",omitempty"`
	}{names, pg.next}, nil
}

func enableRule(c *call, tx *tx, in *ruleInput) (any, error) { return setRule(c, tx, in, ruleEnabled) }
func disableRule(c *call, tx *tx, in *ruleInput) (any, error) {
	return setRule(c, tx, in, ruleDisabled)
}

func setRule(c *call, tx *tx, in *ruleInput, state string) (any, error) {
	old, err := ownRule(c, tx.state, in.EventBusName, in.Name)
	if err != nil {
		return nil, err
	}
	r := *old
	r.State = state
	r.put(c, tx)
	return nil, nil
}

// deleteRule succeeds for a rule that is not there, and refuses one that has targets.
func deleteRule(c *call, tx *tx, in *struct {
	Name, EventBusName string
	Force              bool
}) (any, error) {
	prefix, err := onBus(c, tx.state, in.EventBusName)
	if err != nil {
		return nil, err
	}
	r := tx.eventRules.get(prefix + in.Name)
	switch {
	case r == nil:
		return nil, nil
	case r.ManagedBy != "" && !in.Force:
		return nil, eventsError("ManagedRuleException", "Rule "+r.Name+" is managed by "+r.ManagedBy+" and cannot be deleted without force.")
	case len(r.Targets) > 0:
		return nil, badEvents("Rule can't be deleted since it has targets.")
	}
	tx.eventRules.put(tx, prefix+in.Name, nil)
	return nil, nil
}

// eventBus is a row; its key is REGION/NAME. The default bus has none.
type eventBus struct {
	Name        string
	Description string `json:",omitempty"`
	Created     time.Time
	Tags        map[string]string `json:",omitempty"`
}

func busARN(c *call, name string) string {
	return "arn:aws:events:" + c.region + ":" + c.account + ":event-bus/" + name
}

func createEventBus(c *call, tx *tx, in *struct {
	Name, Description string
	Tags              []struct{ Key, Value string }
}) (any, error) {
	switch {
	case strings.Contains(in.Name, "/"):
		return nil, badEvents("Event bus name must not contain '/'.")
	case in.Name == defaultBus || tx.eventBuses.get(c.region+"/"+in.Name) != nil:
		return nil, eventsError("ResourceAlreadyExistsException", "Event bus "+in.Name+" already exists.")
	}
	b := &eventBus{Name: in.Name, Description: in.Description, Created: c.instant(), Tags: map[string]string{}}
	for _, t := range in.Tags {
		b.Tags[t.Key] = t.Value
	}
	tx.eventBuses.put(tx, c.region+"/"+b.Name, b)
	return map[string]string{"EventBusArn": busARN(c, b.Name)}, nil
}

type shownBus struct {
	Name, Arn   string
	Description string `json:",omitempty"`
}

func describeEventBus(c *call, st *state, in *struct{ Name string }) (any, error) {
	if _, err := onBus(c, st, in.Name); err != nil {
		return nil, err
	}
	out := shownBus{Name: busName(c, in.Name)}
	out.Arn = busARN(c, out.Name)
	if b := st.eventBuses.get(c.region + "/" + out.Name); b != nil {
		out.Description = b.Description
	}
	return out, nil
}

func listEventBuses(c *call, st *state, in *struct {
	NamePrefix, NextToken string
	Limit                 int
}) (any, error) {
	pg, err := newEventsPage(c, in.NextToken, in.Limit, in.NamePrefix)
	if err != nil {
		return nil, err
	}
	all := []*eventBus{{Name: defaultBus}}
	for _, b := range st.eventBuses.below(c.region + "/") {
		all = append(all, b)
	}
	all = slices.DeleteFunc(all, func(b *eventBus) bool { return !strings.HasPrefix(b.Name, in.NamePrefix) })
	list := []shownBus{}
	for _, b := range takeSorted(pg, all, func(b *eventBus) string { return b.Name }, false) {
		list = append(list, shownBus{b.Name, busARN(c, b.Name), b.Description})
	}
	return struct {
		EventBuses []shownBus
		NextToken  string `json:",omitempty"`
	}{list, pg.next}, nil
}

// deleteEventBus succeeds for a bus that is not there, and refuses one that has rules.
func deleteEventBus(c *call, tx *tx, in *struct{ Name string }) (any, error) {
	switch {
	case in.Name == defaultBus:
		return nil, badEvents("Cannot delete event bus default.")
	case count(tx.eventRules.below(c.region+"/"+in.Name+"/")) > 0:
		return nil, badEvents("Event bus " + in.Name + " has rules and cannot be deleted.")
	}
	tx.eventBuses.put(tx, c.region+"/"+in.Name, nil)
	return nil, nil
}
