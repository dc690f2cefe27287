package policy

import (
	"slices"
	"strings"
)

// Question is one thing that somebody wants to do. Service is who asks, a service principal, for
// trust policies; "" for policies of the one who asks. Context are the condition keys whose value
// is known, in lower case; an empty list says that the key is known to be absent.
type Question struct {
	Action, Resource string
	Service          string
	Context          map[string][]string
}

// Verdict is what documents say to a question.
type Verdict int

// A denial goes before everything; what nobody speaks of is not allowed. Unsure depends on
// conditions whose keys are not in the question.
const (
	Silent Verdict = iota
	Allowed
	Denied
	Unsure
)

// Judge asks all documents. Why are the conditions that decide when the verdict is Unsure, as
// "StringEquals aws:SourceVpc", sorted.
func Judge(documents []Document, q Question) (v Verdict, why []string) {
	out := Silent
	var open, maybeDenied []string
	for _, d := range documents {
		for _, s := range d.Statements {
			holds, unknown := s.covers(q)
			switch {
			case holds == no:
			case s.Effect == "Deny" && holds == yes:
				return Denied, nil
			case s.Effect == "Deny":
				maybeDenied = append(maybeDenied, unknown...)
			case holds == yes:
				out = Allowed
			default:
				open = append(open, unknown...)
			}
		}
	}
	switch {
	case out == Allowed && maybeDenied == nil:
		return Allowed, nil
	case out != Allowed && open == nil:
		return Silent, nil
	case out != Allowed:
		maybeDenied = append(maybeDenied, open...)
	}
	slices.Sort(maybeDenied)
	return Unsure, slices.Compact(maybeDenied)
}

// answer is one of three: unknown is between the others.
type answer int

const (
	no answer = iota
	unknown
	yes
)

// covers reports whether a statement speaks of what is asked.
func (s Statement) covers(q Question) (answer, []string) {
	if q.Service != "" && !s.speaksTo(q.Service) {
		return no, nil
	}
	if q.Resource != "" && !s.speaksOf(q.Resource) {
		return no, nil
	}
	action := strings.ToLower(q.Action)
	does := anyLike(s.Action, action, strings.ToLower)
	if s.Action == nil {
		does = s.NotAction != nil && !anyLike(s.NotAction, action, strings.ToLower)
	}
	if !does {
		return no, nil
	}
	return s.Condition.hold(q.Context)
}

func (s Statement) speaksOf(resource string) bool {
	if s.Resource != nil {
		return anyLike(s.Resource, resource, same)
	}
	return s.NotResource != nil && !anyLike(s.NotResource, resource, same)
}

func (s Statement) speaksTo(service string) bool {
	in := func(p Principals) bool {
		return slices.Contains(p["Service"], service) || slices.Contains(p["Service"], "*") || slices.Contains(p["AWS"], "*")
	}
	if s.Principal != nil {
		return in(s.Principal)
	}
	return s.NotPrincipal != nil && !in(s.NotPrincipal)
}

func anyLike(patterns List, text string, fold func(string) string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return like(fold(p), text) })
}

// hold is no when one condition is known to fail, and unknown with those that nobody can tell.
func (c Conditions) hold(context map[string][]string) (answer, []string) {
	var open []string
	for operator, keys := range c {
		for key, values := range keys {
			switch have, told := context[strings.ToLower(key)]; {
			case !told:
				open = append(open, operator+" "+key)
			default:
				switch holds(strings.ToLower(operator), have, values) {
				case no:
					return no, nil
				case unknown:
					open = append(open, operator+" "+key)
				}
			}
		}
	}
	if open != nil {
		return unknown, open
	}
	return yes, nil
}

// holds evaluates one condition over a key with at most one value; operators of numbers, dates,
// addresses and sets are unknown, and so are policy variables.
func holds(operator string, have []string, values List) answer {
	if slices.ContainsFunc(values, func(v string) bool { return strings.Contains(v, "${") }) || len(have) > 1 {
		return unknown
	}
	base, ifExists := strings.CutSuffix(operator, "ifexists")
	test, known := tests[base]
	negative := strings.Contains(base, "not")
	switch {
	case base == "null":
		return truth(slices.ContainsFunc(values, func(v string) bool { return strings.EqualFold(v, "true") == (len(have) == 0) }))
	case !known:
		return unknown
	case len(have) == 0:
		return truth(ifExists || negative)
	}
	return truth(slices.ContainsFunc(values, func(v string) bool { return test(v, have[0]) }) != negative)
}

func truth(b bool) answer {
	if b {
		return yes
	}
	return no
}

// tests are the operators without their negation, which is applied to the outcome.
var tests = map[string]func(value, have string) bool{
	"stringequals":              func(v, have string) bool { return v == have },
	"stringnotequals":           func(v, have string) bool { return v == have },
	"stringequalsignorecase":    strings.EqualFold,
	"stringnotequalsignorecase": strings.EqualFold,
	"stringlike":                like,
	"stringnotlike":             like,
	"arnequals":                 like,
	"arnnotequals":              like,
	"arnlike":                   like,
	"arnnotlike":                like,
	"bool":                      strings.EqualFold,
}
