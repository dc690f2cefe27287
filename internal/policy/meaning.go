package policy

import (
	"maps"
	"slices"
	"strings"
)

// Equal reports whether two documents mean the same. A document is taken apart into atoms, each
// with one principal, one action and one resource, and an atom that another one includes is left
// out: so neither order nor repetition nor how things are put together in statements counts.
// Documents that Equal calls different may still mean the same when their wildcards overlap in
// parts; those it calls equal never differ.
func (d Document) Equal(o Document) bool {
	return slices.EqualFunc(d.atoms(), o.atoms(), func(a, b atom) bool { return a == b })
}

// Key is one text for all spellings of a statement.
func (s Statement) Key() string {
	var b strings.Builder
	for _, a := range (Document{[]Statement{s}}).atoms() {
		b.WriteString(a.String())
		b.WriteByte('\n')
	}
	return b.String()
}

// atom is the smallest thing a policy can say. The lists of Not… elements stay whole, because
// each more element in them makes the statement smaller.
type atom struct {
	effect                      string
	principal, action, resource part
	condition                   string
}

// part is one of an atom's elements: a pattern, or with not a list of patterns; nothing when the
// statement has neither.
type part struct {
	kind    string // AWS, Service … of a principal
	pattern string
	not     bool
}

func (a atom) String() string {
	return strings.Join([]string{a.effect, a.principal.String(), a.action.String(), a.resource.String(), a.condition}, "\x00")
}

func (p part) String() string {
	if p.not {
		return "!" + p.kind + p.pattern
	}
	return p.kind + "\x01" + p.pattern
}

// atoms are the document's, sorted, none of them included in another one.
func (d Document) atoms() []atom {
	var all []atom
	for _, s := range d.Statements {
		condition := s.Condition.key()
		for _, who := range principals(s) {
			for _, does := range parts(s.Action, s.NotAction, strings.ToLower) {
				for _, what := range parts(s.Resource, s.NotResource, same) {
					all = append(all, atom{s.Effect, who, does, what, condition})
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b atom) int { return strings.Compare(a.String(), b.String()) })
	all = slices.Compact(all)
	return slices.DeleteFunc(slices.Clone(all), func(a atom) bool {
		return slices.ContainsFunc(all, func(b atom) bool { return b != a && b.includes(a) })
	})
}

// includes reports whether everything a speaks of, b speaks of as well.
func (b atom) includes(a atom) bool {
	return b.effect == a.effect && (b.condition == a.condition || b.condition == "") &&
		b.principal.includes(a.principal) && b.action.includes(a.action) && b.resource.includes(a.resource)
}

func (p part) includes(q part) bool {
	if p == q {
		return true
	}
	return !p.not && !q.not && p.kind == q.kind && q.pattern != "" && covers(p.pattern, q.pattern)
}

func same(s string) string { return s }

// parts are a positive list's elements one by one, or the negative list as a whole.
func parts(list, not List, fold func(string) string) []part {
	switch {
	case list != nil:
		var out []part
		for _, v := range list {
			out = append(out, part{pattern: squeeze(fold(v))})
		}
		return out
	case not != nil:
		return []part{{pattern: strings.Join(folded(not, fold), "\x02"), not: true}}
	}
	return []part{{}}
}

func folded(list List, fold func(string) string) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = squeeze(fold(v))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// squeeze writes several stars in a row as one.
func squeeze(pattern string) string {
	for strings.Contains(pattern, "**") {
		pattern = strings.ReplaceAll(pattern, "**", "*")
	}
	return pattern
}

func principals(s Statement) []part {
	if s.NotPrincipal != nil {
		var all []string
		for _, p := range s.NotPrincipal.parts() {
			all = append(all, p.String())
		}
		return []part{{pattern: strings.Join(all, "\x02"), not: true}}
	}
	if s.Principal == nil {
		return []part{{}}
	}
	return s.Principal.parts()
}

// parts are the principals one by one, sorted. In them a star is everybody and no pattern,
// except as the whole of one.
func (p Principals) parts() []part {
	var out []part
	for _, kind := range slices.Sorted(maps.Keys(p)) {
		for _, who := range p[kind] {
			if kind == "AWS" {
				who = rootless(who)
			}
			out = append(out, part{kind: kind, pattern: who})
		}
	}
	slices.SortFunc(out, func(a, b part) int { return strings.Compare(a.String(), b.String()) })
	return slices.Compact(out)
}

// rootless writes an account's root as the account's number, which IAM stores as the root.
func rootless(who string) string {
	if parts := strings.SplitN(who, ":", 6); len(parts) == 6 && parts[0] == "arn" && parts[2] == "iam" && parts[3] == "" && parts[5] == "root" {
		return parts[4]
	}
	return who
}

// key is one text for all spellings of conditions; "" for none.
func (c Conditions) key() string {
	var lines []string
	for operator, keys := range c {
		for key, values := range keys {
			op := strings.ToLower(operator)
			list := folded(values, same)
			lines = append(lines, sameOperator(op, list)+" "+strings.ToLower(key)+" "+strings.Join(list, "\x02"))
		}
	}
	slices.Sort(lines)
	return strings.Join(slices.Compact(lines), "\x03")
}

// sameOperator has one name for operators that do the same: ARNs are compared alike by both
// [iam-ref], and a text without wildcards is like itself only.
func sameOperator(op string, values []string) string {
	set, base := "", op
	if i := strings.IndexByte(op, ':'); i >= 0 { // forallvalues:, foranyvalue:
		set, base = op[:i+1], op[i+1:]
	}
	base, ifExists := strings.CutSuffix(base, "ifexists")
	switch base {
	case "arnequals":
		base = "arnlike"
	case "arnnotequals":
		base = "arnnotlike"
	case "stringlike", "stringnotlike":
		if !slices.ContainsFunc(values, func(v string) bool { return strings.ContainsAny(v, "*?$") }) {
			base = strings.Replace(base, "like", "equals", 1)
		}
	}
	if ifExists {
		base += "ifexists"
	}
	return set + base
}

// covers reports whether whatever matches the pattern q matches p. It may say no where yes is
// true, and never the other way round: a star of q has to meet a star of p.
func covers(p, q string) bool {
	return match(p, q, func(a, b byte) bool { return a == b && a != '*' || a == '?' && b != '*' })
}

// like reports whether a text matches a pattern of * (any text) and ? (any character).
func like(pattern, s string) bool {
	return match(pattern, s, func(a, b byte) bool { return a == '?' || a == b })
}

// match is wildcard matching in time proportional to the product of the lengths: after a
// mismatch only the newest star is tried again.
func match(pattern, s string, one func(p, c byte) bool) bool {
	p, i, star, mark := 0, 0, -1, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, i
			p++
		case p < len(pattern) && one(pattern[p], s[i]):
			p++
			i++
		case star >= 0:
			mark++
			p, i = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
