package kind

// Making a policy short. An action in a policy acts on its own types of resource only, so
// statements can be one if no action meets a type in it that it did not meet before.

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// grant is an action on all resources of a type.
type grant struct {
	action string
	on     *iamType
}

// merged joins statements with the same condition as far as nothing more is granted.
func (a Account) merged(statements []PolicyStatement) []PolicyStatement {
	out := a.joined(statements)
	for len(out) < len(statements) { // what was joined may let others join
		statements, out = out, a.joined(out)
	}
	for i := range out {
		same := func(o PolicyStatement) bool { return o.Sid == out[i].Sid }
		if slices.ContainsFunc(out[:i], same) {
			out[i].Sid += strconv.Itoa(i)
		}
	}
	slices.SortFunc(out, func(x, y PolicyStatement) int { return strings.Compare(x.Sid, y.Sid) })
	return out
}

// joined joins each statement with the first that it can be one with.
func (a Account) joined(statements []PolicyStatement) []PolicyStatement {
	var out []PolicyStatement
	for _, s := range statements {
		if i := slices.IndexFunc(out, func(o PolicyStatement) bool { return a.joinable(o, s) }); i >= 0 {
			out[i] = oneOf(out[i], s)
			continue
		}
		out = append(out, s)
	}
	return out
}

// joinable reports whether two statements grant together what the one made of them does. Statements
// about something else than all resources of a type are left alone.
func (a Account) joinable(x, y PolicyStatement) bool {
	if !reflect.DeepEqual(x.Condition, y.Condition) {
		return false
	}
	one, ok := a.grants(x)
	two, alsoOK := a.grants(y)
	if !ok || !alsoOK {
		return false
	}
	both, _ := a.grants(oneOf(x, y))
	maps.Copy(one, two)
	return maps.Equal(one, both)
}

// grants are what a statement allows, false when it names anything but all resources of
// types, or an action nobody knows.
func (a Account) grants(s PolicyStatement) (map[grant]bool, bool) {
	types := map[*iamType]bool{}
	for _, arn := range s.Resource {
		t := a.typeOf(arn)
		if t == nil {
			return nil, false
		}
		types[t] = true
	}
	out := map[grant]bool{}
	for _, action := range s.Action {
		known, ok := iamActions[action]
		if !ok || len(known.on) == 0 {
			return nil, false
		}
		for _, t := range known.on {
			if types[t] {
				out[grant{action, t}] = true
			}
		}
	}
	return out, true
}

// typeOf is the type whose resources an ARN all stands for, nil for any other ARN.
func (a Account) typeOf(arn string) *iamType {
	for _, action := range iamActions {
		for _, t := range action.on {
			if slices.Contains(a.arns(t, "*"), arn) {
				return t
			}
		}
	}
	return nil
}

// oneOf is one statement for two.
func oneOf(x, y PolicyStatement) PolicyStatement {
	out := PolicyStatement{Sid: joinedName(x.Sid, y.Sid), Effect: x.Effect, Condition: x.Condition,
		Action: slices.Concat(x.Action, y.Action), Resource: slices.Concat(x.Resource, y.Resource)}
	for _, list := range []*[]string{&out.Action, &out.Resource} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return out
}

// joinedName says what two statements do together and to whose resources: ReadOwnContacts
// and WriteOwnRotations are ReadWriteOwn.
func joinedName(x, y string) string {
	have, name := append(words(x), words(y)...), ""
	for _, w := range []string{"Create", "Read", "Write", "Delete", "Own", "All"} {
		if slices.Contains(have, w) {
			name += w
		}
	}
	return name
}

// words are the words of a name in camel case.
func words(name string) []string {
	var out []string
	for i, c := range name {
		if c >= 'A' && c <= 'Z' || i == 0 {
			out = append(out, "")
		}
		out[len(out)-1] += string(c)
	}
	return out
}
