package emulator

// Composite alarms: rules over the states of other alarms.

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Limits of a rule [cw].
const (
	maxChildren     = 100
	maxRuleElements = 500
	maxRuleDepth    = 50 // of parentheses and NOT; AWS does not say
)

// alarmRule is a rule that was read.
type alarmRule struct {
	// holds says whether the rule is true, given the state of an alarm by name.
	holds    func(stateOf func(name string) string) bool
	children []string // names in the order of the rule, each once
}

// ruleReader reads ALARM("a") AND NOT (OK(b) OR INSUFFICIENT_DATA(c)), TRUE and FALSE. AND binds
// tighter than OR.
type ruleReader struct {
	rest     string
	elements int
	depth    int
	children []string
}

func readRule(text string) (*alarmRule, error) {
	r := &ruleReader{rest: text}
	holds, err := r.or()
	if err != nil {
		return nil, err
	}
	if r.rest = strings.TrimSpace(r.rest); r.rest != "" {
		return nil, fmt.Errorf("unexpected %q", cut(r.rest, 40))
	}
	if len(r.children) > maxChildren {
		return nil, errors.New("a rule can name at most 100 alarms")
	}
	return &alarmRule{holds, r.children}, nil
}

type ruleTerm = func(stateOf func(string) string) bool

func (r *ruleReader) or() (ruleTerm, error) {
	return r.chain("OR", r.and, func(a, b ruleTerm) ruleTerm {
		return func(s func(string) string) bool { return a(s) || b(s) }
	})
}

func (r *ruleReader) and() (ruleTerm, error) {
	return r.chain("AND", r.not, func(a, b ruleTerm) ruleTerm {
		return func(s func(string) string) bool { return a(s) && b(s) }
	})
}

func (r *ruleReader) chain(word string, next func() (ruleTerm, error), join func(a, b ruleTerm) ruleTerm) (ruleTerm, error) {
	left, err := next()
	for err == nil && r.word(word) {
		var right ruleTerm
		if right, err = next(); err == nil {
			left = join(left, right)
		}
	}
	return left, err
}

func (r *ruleReader) not() (ruleTerm, error) {
	if r.depth++; r.depth > maxRuleDepth {
		return nil, errors.New("it is nested too deeply")
	}
	defer func() { r.depth-- }()
	if !r.word("NOT") {
		return r.element()
	}
	inner, err := r.not()
	if err != nil {
		return nil, err
	}
	return func(s func(string) string) bool { return !inner(s) }, nil
}

func (r *ruleReader) element() (ruleTerm, error) {
	if r.elements++; r.elements > maxRuleElements {
		return nil, errors.New("a rule can have at most 500 elements")
	}
	for _, state := range []string{stateAlarm, stateOK, stateInsufficient} {
		if r.word(state) {
			name, err := r.argument()
			if err != nil {
				return nil, err
			}
			if !slices.Contains(r.children, name) {
				r.children = append(r.children, name)
			}
			return func(s func(string) string) bool { return s(name) == state }, nil
		}
	}
	for _, constant := range []string{"TRUE", "FALSE"} {
		if r.word(constant) {
			return func(func(string) string) bool { return constant == "TRUE" }, nil
		}
	}
	if !r.sign("(") {
		return nil, fmt.Errorf("an alarm state function, TRUE, FALSE, NOT or ( is expected at %q", cut(r.rest, 40))
	}
	inner, err := r.or()
	if err == nil && !r.sign(")") {
		err = errors.New("a ) is missing")
	}
	return inner, err
}

// argument is an alarm's name or ARN in parentheses, with or without quotes.
func (r *ruleReader) argument() (string, error) {
	if !r.sign("(") {
		return "", errors.New("a ( is missing")
	}
	end := ")"
	if r.sign(`"`) {
		end = `"`
	}
	name, rest, ok := strings.Cut(r.rest, end)
	r.rest = rest
	if !ok || end == `"` && !r.sign(")") {
		return "", errors.New("a ) is missing")
	}
	if name = alarmNameOf(strings.TrimSpace(name)); name == "" {
		return "", errors.New("an alarm has no name")
	}
	return name, nil
}

// word takes a word off the rest, if it is a word of its own.
func (r *ruleReader) word(word string) bool {
	rest := strings.TrimLeft(r.rest, " \t\r\n")
	after, ok := strings.CutPrefix(rest, word)
	if !ok || after != "" && (after[0] >= 'A' && after[0] <= 'Z' || after[0] == '_' || after[0] >= 'a' && after[0] <= 'z') {
		return false
	}
	r.rest = after
	return true
}

func (r *ruleReader) sign(sign string) bool {
	after, ok := strings.CutPrefix(strings.TrimLeft(r.rest, " \t\r\n"), sign)
	if ok {
		r.rest = after
	}
	return ok
}

// maxSuppressorPeriod is how many seconds a suppressor may be waited for.
const maxSuppressorPeriod = oneDay

func putCompositeAlarm(c *call, tx *tx, in *struct {
	AlarmName string
	Tags      []alarmTag
	alarmConfig
}) (any, error) {
	rule, err := readRule(*in.AlarmRule)
	if err != nil {
		return nil, badAlarm("AlarmRule is not valid: " + err.Error())
	}
	var missing []string
	for _, name := range rule.children {
		if tx.alarms.get(alarmKey(c.region, name)) == nil {
			missing = append(missing, name)
		}
	}
	if missing != nil {
		return nil, badAlarm("Could not save the composite alarm as alarms [" + strings.Join(missing, ", ") + "] in the alarm rule do not exist")
	}
	periods := []*int{in.ActionsSuppressorWaitPeriod, in.ActionsSuppressorExtensionPeriod}
	for _, p := range periods {
		switch {
		case (p == nil) != (in.ActionsSuppressor == nil):
			return nil, badAlarm("ActionsSuppressor, ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod go together")
		case p != nil && (*p < 0 || *p > maxSuppressorPeriod):
			return nil, badAlarm("The periods of a suppressor are 0 to 86400 seconds")
		}
	}
	if in.ActionsSuppressor != nil && tx.alarms.get(alarmKey(c.region, alarmNameOf(*in.ActionsSuppressor))) == nil {
		return nil, badAlarm("The suppressor alarm " + *in.ActionsSuppressor + " does not exist")
	}
	return nil, putAlarmConfig(c, tx, in.AlarmName, true, in.alarmConfig, in.Tags)
}

// children are the names in a composite alarm's rule.
func (a *metricAlarm) children() []string {
	if a.AlarmRule == nil {
		return nil
	}
	rule, err := readRule(*a.AlarmRule)
	if err != nil {
		return nil // it was read when it was put
	}
	return rule.children
}

// parentsOf is the composite alarms whose rules name an alarm, in order of their names.
func parentsOf(st *state, a *metricAlarm) (parents []*metricAlarm) {
	for key := range st.compositeAlarms.below(a.Region + "/") {
		if p := st.alarms.get(key); slices.Contains(p.children(), a.Name) {
			parents = append(parents, p)
		}
	}
	return parents
}

// evaluateComposite finds the state of a composite alarm. It is INSUFFICIENT_DATA only when every
// child is. A circle of composite alarms ends because a state is taken once and then stays.
func evaluateComposite(c *call, tx *tx, key string) {
	a := tx.alarms.get(key)
	if a == nil || c.depth >= maxCompositeDepth {
		return
	}
	rule, err := readRule(*a.AlarmRule)
	if err != nil {
		return
	}
	unknown := len(rule.children) > 0
	for _, name := range rule.children {
		if child := tx.alarms.get(alarmKey(a.Region, name)); child != nil && child.State != stateInsufficient {
			unknown = false
		}
	}
	to := alarmState{value: stateOK}
	switch {
	case rule.holds(func(name string) string {
		if child := tx.alarms.get(alarmKey(a.Region, name)); child != nil {
			return child.State
		}
		return stateInsufficient
	}):
		to.value = stateAlarm
	case unknown:
		to.value = stateInsufficient
	}
	to.reason = cut("The rule "+*a.AlarmRule+" evaluates to "+to.value, maxStateReason)
	if to.value == a.State {
		return
	}
	c.depth++
	changeState(c, tx, key, to)
	c.depth--
}

const (
	// maxCompositeDepth ends circles that would never settle: A is in ALARM when B is not, and B when A is.
	maxCompositeDepth = 20
	maxStateReason    = 1023
)
