package kind_test

// What every kind promises, over a table of plans that touch each of its fields:
// what was created reads back as it was wanted, what was changed too, a second
// pass writes nothing, and what was deleted is gone. contract_plans_test.go holds
// the table.

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/internal/mask"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
)

// contract is the life of one kind's resource.
type contract struct {
	plan  string // the first plan
	edits []edit // one after the other
	// leave takes the kind's resources out of the plan; nil for a kind that is never
	// deleted.
	leave *edit
}

// edit replaces a text of the plan, wherever it stands. Changes are the lines of the
// comparison after.
type edit struct{ old, new, changes string }

func (e edit) apply(t *testing.T, plan string) string {
	t.Helper()
	if !strings.Contains(plan, e.old) {
		t.Fatalf("%q is not in the plan:\n%s", e.old, plan)
	}
	return strings.ReplaceAll(plan, e.old, e.new)
}

func TestContract(t *testing.T) {
	for _, k := range kind.All {
		t.Run(k.KindName(), func(t *testing.T) {
			t.Parallel()
			c, ok := contracts[k.KindName()]
			if !ok {
				t.Fatal("no contract: add one to contract_plans_test.go")
			}
			a := open(t, emulator.Options{RegionLock: -1}).furnish()
			fields := a.live(c, k.KindName())
			checkOperations(t, k, a.wire.taken())
			checkFields(t, a, compile(t, c.plan), k.KindName(), fields)
		})
	}
}

// live leads the contract's life and returns the fields that were changed.
func (a *account) live(c contract, kindName string) map[string]bool {
	t := a.t.(*testing.T)
	plan := c.plan
	first := a.apply(compile(t, plan))
	if !slices.ContainsFunc(first.cs.Changes, func(c *resource.Change) bool {
		return c.Addr.Kind == kindName && c.Action == resource.Create
	}) {
		t.Fatalf("the first plan creates no %s:\n%s", kindName, first)
	}
	fields := map[string]bool{}
	for _, e := range c.edits {
		plan = e.apply(t, plan)
		l := a.look(compile(t, plan)).expect(e.changes).do()
		a.settled(l.desired)
		for _, c := range l.cs.Changes {
			if c.Addr.Kind == kindName {
				for _, f := range c.Fields {
					fields[pattern(f.Path)] = true
				}
			}
		}
	}
	if c.leave != nil {
		a.leave(compile(t, c.leave.apply(t, plan)), c.leave.changes)
	}
	return fields
}

// leave takes resources away, and takes them away again when they are gone.
func (a *account) leave(desired *resource.State, changes string) {
	a.t.Helper()
	l := a.look(desired).expect(changes).do()
	a.settled(desired)
	for _, s := range l.steps() {
		if s.Part != resource.PartDelete {
			continue
		}
		if err := kind.Do(a.t.Context(), l.env, s); err != nil {
			a.t.Errorf("deleting what is gone: %v", err)
		}
	}
}

var index = regexp.MustCompile(`\[[0-9]+\]`)

// pattern is a field's path without indexes.
func pattern(path string) string { return index.ReplaceAllString(path, "[]") }

// checkFields fails for fields of the kind's spec that no edit changed.
func checkFields(t *testing.T, a *account, desired *resource.State, kindName string, changed map[string]bool) {
	t.Helper()
	for _, o := range desired.All() {
		if o.Addr.Kind != kindName {
			continue
		}
		for _, f := range fieldsOf("", reflect.TypeOf(o.Spec), false) {
			if !changed[f] && !slices.Contains(inName, kindName+" "+f) && !slices.Contains(noWord, kindName+" "+f) {
				t.Errorf("no edit of the contract changes %s alone", f)
			}
		}
		return
	}
}

// fieldsOf are the patterns of a spec's fields as a comparison can report them.
func fieldsOf(path string, t reflect.Type, set bool) []string {
	text := reflect.TypeFor[interface{ MarshalText() ([]byte, error) }]()
	switch {
	case t.Kind() == reflect.Slice && !set && t.Elem().Kind() == reflect.Struct && !t.Elem().Implements(text):
		return append(fieldsOf(path+"[]", t.Elem(), false), path)
	case t.Kind() != reflect.Struct || t.Implements(text) || t == reflect.TypeFor[mask.String]():
		return []string{path}
	}
	var out []string
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if path != "" {
			name = path + "." + name
		}
		if f.Tag.Get("diff") == "note" {
			continue // is not compared
		}
		out = append(out, fieldsOf(name, f.Type, strings.Contains(f.Tag.Get("diff"), "set"))...)
	}
	return out
}

// inName are fields that the address says too, so that another value is another
// object; and what no plan changes: all chat roles have the same managed policy, and all
// topics the same publisher (see TestTopicPublishes).
var inName = []string{"override start", "role managed", "topic publishers"}

// noWord are fields that only a hand can set, or only a fleet: see TestAlarmSetByHand and
// TestFleet in agent.
var noWord = []string{"alarm metrics[].account", "alarm actions_disabled", "alarm ok_actions", "alarm insufficient_data_actions",
	"alarm circle", "alarm extras", "alarm draft", "role path", "mute_rule description", "mute_rule alarms", "mute_rule others", "mute_rule extras",
	"mute_rule draft"}

// shared are calls whose answer all kinds share in a pass, so that another kind may
// have made them.
var shared = []string{"ssm-contacts:ListContacts", "ssm-contacts:ListRotations", "ssm-incidents:ListReplicationSets", "tag:GetResources"}

// rarely are calls for answers that the embedded account never gives: see
// TestChannelWithoutType and TestRotationCutShort; and for fleets: see TestFleetEncodingAuto in agent.
var rarely = []string{"cloudwatch:GetMetricData", "ssm-contacts:GetContactChannel", "ssm-contacts:GetRotation",
	"chatbot:DescribeSlackWorkspaces", "chatbot:ListMicrosoftTeamsConfiguredTeams", // see TestRoomNobodyAuthorised
	"iam:GetRole", "iam:AttachRolePolicy", "iam:DetachRolePolicy"} // see TestRoleElsewhere, TestRoleWithOthersPolicies

// checkOperations compares what a kind says it calls with what it called.
func checkOperations(t *testing.T, k kind.Any, calls []call) {
	t.Helper()
	says := map[string]bool{}
	for _, op := range slices.Concat(k.KindOperations().Read, k.KindOperations().Write) {
		says[op] = true
	}
	called, byAny := map[string]bool{}, map[string]bool{}
	for _, c := range calls {
		byAny[c.op] = true
		switch c.by {
		case k.KindName():
			called[c.op] = true
		case "":
			switch {
			case says[c.op]: // tags of a neighbour
				called[c.op] = true
			case !slices.Contains(slices.Concat(kind.Common.Read, kind.Common.Write), c.op) && !anyoneReads(c.op):
				t.Errorf("the engine calls %s, which is neither in Common nor in the Operations of any kind", c.op)
			}
		}
	}
	for _, op := range slices.Sorted(maps.Keys(called)) {
		if !says[op] && !slices.Contains(shared, op) {
			t.Errorf("%s calls %s, which is not in its Operations", k.KindName(), op)
		}
	}
	for _, op := range slices.Sorted(maps.Keys(says)) {
		if !called[op] && !(slices.Contains(shared, op) && byAny[op]) && !slices.Contains(rarely, op) {
			t.Errorf("%s names %s in its Operations and never called it", k.KindName(), op)
		}
	}
	for _, op := range k.KindOperations().Read {
		if isWrite(op) {
			t.Errorf("%s is among the reads of %s", op, k.KindName())
		}
	}
}

// anyoneReads reports an operation among those of any kind: a contract may make other kinds
// beside its own.
func anyoneReads(op string) bool {
	return slices.ContainsFunc(kind.All, func(k kind.Any) bool { return slices.Contains(k.KindOperations().Read, op) })
}

// isWrite reads the name of an action as AWS gives them.
func isWrite(action string) bool {
	_, op, _ := strings.Cut(action, ":")
	return !strings.HasPrefix(op, "Get") && !strings.HasPrefix(op, "List") && !strings.HasPrefix(op, "Describe")
}
