package kind

// Rules of composite alarms: functions of names of alarms, joined by AND, OR and NOT. On
// both sides they are spelt the same: words in capitals, names in quotes, one space.

import (
	"maps"
	"slices"
	"strings"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/resource"
)

// What CloudWatch takes of a rule [cw].
const (
	maxRule         = 10240
	maxRuleChildren = 100
	maxRuleElements = 500
)

// ruleWord is one part of a rule: a word, a parenthesis, or a function with the name of an
// alarm.
type ruleWord struct {
	word  string // AND, (, ALARM …
	alarm string // of a function
	call  bool
}

// ruleWords takes a rule apart. What is no rule comes out as words that CloudWatch refuses.
func ruleWords(rule string) []ruleWord {
	var out []ruleWord
	for rule = strings.TrimLeft(rule, " \t\r\n"); rule != ""; rule = strings.TrimLeft(rule, " \t\r\n") {
		if rule[0] == '(' || rule[0] == ')' {
			out, rule = append(out, ruleWord{word: rule[:1]}), rule[1:]
			continue
		}
		end := strings.IndexAny(rule, "() \t\r\n")
		if end < 0 {
			end = len(rule)
		}
		w := ruleWord{word: strings.ToUpper(rule[:end])}
		rule = strings.TrimLeft(rule[end:], " \t\r\n")
		if isRuleFunction(w.word) && strings.HasPrefix(rule, "(") {
			w.call = true
			w.alarm, rule = ruleName(rule[1:])
		}
		out = append(out, w)
	}
	return out
}

func isRuleFunction(word string) bool {
	return word == "ALARM" || word == "OK" || word == "INSUFFICIENT_DATA"
}

// ruleName reads the name in a function's parentheses, and what follows them.
func ruleName(s string) (name, rest string) {
	s = strings.TrimLeft(s, " \t\r\n")
	if quoted, ok := strings.CutPrefix(s, `"`); ok {
		name, rest, _ = strings.Cut(quoted, `"`)
		_, rest, _ = strings.Cut(rest, ")")
		return name, rest
	}
	name, rest, _ = strings.Cut(s, ")")
	return strings.TrimSpace(name), rest
}

// spellRule is a rule as all are spelt.
func spellRule(words []ruleWord) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 && w.word != ")" && words[i-1].word != "(" {
			b.WriteByte(' ')
		}
		b.WriteString(w.word)
		if w.call {
			b.WriteString(`("` + w.alarm + `")`)
		}
	}
	return b.String()
}

func tidyRule(rule string) string { return spellRule(ruleWords(rule)) }

// ruleOf is a live rule as all are spelt, with names in the place of this account's ARNs.
func (e *Env) ruleOf(rule string) string {
	words := ruleWords(rule)
	for i, w := range words {
		if name, ok := strings.CutPrefix(w.alarm, e.alarmARN("")); ok {
			words[i].alarm = name
		}
	}
	return spellRule(words)
}

// ruleAlarms are the alarms with our naming in a rule, sorted.
func ruleAlarms(rule string) []resource.Addr {
	seen := map[resource.Addr]bool{}
	for _, w := range ruleWords(rule) {
		if name, ours := strings.CutPrefix(w.alarm, alarmPrefix); ours && name != "" {
			seen[resource.Addr{Kind: alarmKind, Name: name}] = true
		}
	}
	return slices.SortedFunc(maps.Keys(seen), resource.Addr.Compare)
}

// withChildren is a composite alarm over monitors: its rule, or a draft of it when one of them
// is for a fleet, so that nobody knows its alarms yet.
func (a Alarm) withChildren(c *ast.Composite) Alarm {
	if len(c.Any)+len(c.All) == 0 {
		return a
	}
	d := AlarmDraft{Any: monitorAddrs(c.Any), All: monitorAddrs(c.All)}
	for _, u := range slices.Concat(c.Any, c.All) {
		if u.Monitor != nil && u.Monitor.Each != nil {
			a.Draft = &d
			return a
		}
	}
	a.Rule = d.rule(func(addr resource.Addr) []resource.Addr { return []resource.Addr{addr} })
	return a
}

func monitorAddrs(uses []*ast.MonitorUse) []resource.Addr {
	var out []resource.Addr
	for _, u := range uses {
		out = append(out, resource.Addr{Kind: alarmKind, Name: u.Name.V})
	}
	slices.SortFunc(out, resource.Addr.Compare)
	return slices.Compact(out)
}

// rule spells the rule when the alarms of each monitor are known. A monitor is raised when one
// of its alarms is; without any it never is.
func (d AlarmDraft) rule(alarms func(resource.Addr) []resource.Addr) string {
	join, monitors := " OR ", d.Any
	if len(d.All) > 0 {
		join, monitors = " AND ", d.All
	}
	var parts []string
	for _, m := range monitors {
		var raised []string
		for _, a := range alarms(m) {
			raised = append(raised, `ALARM("`+alarmPrefix+a.Name+`")`)
		}
		switch part := strings.Join(raised, " OR "); {
		case len(raised) == 0:
			parts = append(parts, "FALSE")
		case len(raised) > 1 && join == " AND ":
			parts = append(parts, "("+part+")")
		default:
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, join)
}

// circle are the alarms with which one runs in a circle: its rule leads to theirs, and theirs back
// to it. It is among them itself, when there are any.
func circle(of resource.Addr, rules map[resource.Addr][]resource.Addr) []resource.Addr {
	var out []resource.Addr
	for _, a := range slices.SortedFunc(maps.Keys(leadsTo(of, rules)), resource.Addr.Compare) {
		if leadsTo(a, rules)[of] {
			out = append(out, a)
		}
	}
	return out
}

// leadsTo are all alarms that a rule looks at, and those that they look at.
func leadsTo(from resource.Addr, rules map[resource.Addr][]resource.Addr) map[resource.Addr]bool {
	seen := map[resource.Addr]bool{}
	next := slices.Clone(rules[from])
	for len(next) > 0 {
		a := next[0]
		if next = next[1:]; !seen[a] {
			seen[a] = true
			next = append(next, rules[a]...)
		}
	}
	return seen
}
