package resource_test

import (
	"fmt"
	"testing"

	"github.com/watchbill/watchbill/internal/resource"
)

func TestGuards(t *testing.T) {
	for _, tc := range []struct {
		name              string
		desired, observed []string
		policy            resource.Policy
		want              string
	}{
		{"prune none keeps what left the plan, not debris", []string{"contact/a"},
			[]string{"contact/a id=1", "contact/a id=2", "plan/p"}, resource.PruneNone, `
delete contact/a (it is a second contact/a)
kept plan/p: it is no longer in the plan, and prune is none
same 1`},
		{"a kept kind is not deleted", nil, []string{"set/default", "plan/p"}, resource.Keep("set"), `
delete plan/p (it is no longer in the plan)
kept set/default: a set is never deleted
same 0`},
		{"a kept kind is not replaced", []string{"set/default type=n"}, []string{"set/default type=o"}, resource.Keep("set"), `
refused set: set/default: the change needs a new set, and the live one is never deleted
same 0`},
		{"a kept kind is changed", []string{"set/default text=n"}, []string{"set/default text=o"}, resource.Keep("set"), `
update set/default text:o->n
same 0`},
		{"protected is not deleted", nil, []string{"contact/a protect", "plan/p"}, resource.Protect, `
delete plan/p (it is no longer in the plan)
refused protected: contact/a: it is protected, and the change would delete it
same 0`},
		{"protected is not replaced", []string{"contact/a type=n protect"}, []string{"contact/a type=o protect"}, resource.Protect, `
refused protected: contact/a: it is protected, and the change would delete it
same 0`},
		{"protected is changed", []string{"contact/a text=n"}, []string{"contact/a text=o protect"}, resource.Protect, `
update contact/a text:o->n
same 0`},
		{"a protected one's double is debris", []string{"contact/a"}, []string{"contact/a protect id=1", "contact/a protect id=2"}, resource.Protect, `
delete contact/a (it is a second contact/a)
same 1`},
		{"nothing is created below what is refused", []string{"contact/a", "channel/a/x", "plan/p > contact/a"}, []string{"contact/a owner=x"},
			resource.Protect, `
create plan/p refs:<nil>->[contact/a]
refused foreign: contact/a belongs to owner "x" and is not touched
same 0`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			observed := state(t, tc.observed...)
			cs := resource.Diff(state(t, tc.desired...), observed)
			before := show(cs)
			expect(t, show(resource.Guard(cs, observed, tc.policy)), tc.want)
			expect(t, show(cs), before) // a policy returns a new set
		})
	}
}

// many is n objects of a kind, the first changed of them with another text, and
// the next gone of them left out.
func many(kind string, n, changed, gone int) (lines []string) {
	for i := range n {
		switch {
		case i < changed:
			lines = append(lines, fmt.Sprintf("%s/n%03d text=new", kind, i))
		case i >= changed+gone:
			lines = append(lines, fmt.Sprintf("%s/n%03d text=old", kind, i))
		}
	}
	return lines
}

func TestMassChange(t *testing.T) {
	limits := resource.Limits{MaxDeletes: 5, MaxDeleteShare: 20, MaxChangeShare: 50}
	allowDeletes := func(n int) resource.Limits { l := limits; l.AllowDeletes = n; return l }
	massive := limits
	massive.AllowMassChange = true
	person := func(i int) []string {
		return []string{fmt.Sprintf("contact/p%d", i), fmt.Sprintf("channel/p%d/x", i), fmt.Sprintf("channel/p%d/y", i)}
	}
	var people []string
	for i := range 4 {
		people = append(people, person(i)...)
	}
	var nine []string
	for i := range 9 {
		nine = append(nine, person(i)...)
	}
	for _, tc := range []struct {
		name              string
		limits            resource.Limits
		desired, observed []string
		want              string
	}{
		{"5 of 25 go", limits, many("plan", 25, 0, 5), many("plan", 25, 0, 0), ""},
		{"6 of 100 go", limits, many("plan", 100, 0, 6), many("plan", 100, 0, 0),
			"mass-delete /: 6 resources would be deleted, and at most 5 may be in one pass; if that is meant: --allow-deletes 6\n"},
		{"6 of 100 go, and 6 are meant", allowDeletes(6), many("plan", 100, 0, 6), many("plan", 100, 0, 0), ""},
		{"7 of 100 go, and 6 are meant", allowDeletes(6), many("plan", 100, 0, 7), many("plan", 100, 0, 0),
			"mass-delete /: 7 resources would be deleted, and at most 6 may be in one pass; if that is meant: --allow-deletes 7\n"},
		{"3 of 10 go", limits, many("plan", 10, 0, 3), many("plan", 10, 0, 0),
			"mass-delete /: 3 of 10 resources of every kind (30%) would be deleted, and at most 20% may be in one pass; if that is meant: --allow-deletes 3\n" +
				"mass-delete plan/: 3 of 10 plan resources (30%) would be deleted, and at most 20% may be in one pass; if that is meant: --allow-deletes 3\n"},
		{"3 of 10 go, and 3 are meant", allowDeletes(3), many("plan", 10, 0, 3), many("plan", 10, 0, 0), ""},
		{"3 of 9 go", limits, many("plan", 9, 0, 3), many("plan", 9, 0, 0), ""},
		{"a small kind beside a large one", limits, append(many("plan", 4, 0, 4), many("contact", 40, 0, 0)...),
			append(many("plan", 4, 0, 0), many("contact", 40, 0, 0)...), ""},
		{"nine people go, channels and all", limits, many("plan", 1, 0, 0), append(many("plan", 1, 0, 0), nine...),
			"mass-delete /: 9 resources, and 18 that go with their parents, would be deleted, and at most 5 may be in one pass; if that is meant: --allow-deletes 9\n" +
				"mass-delete /: 9 of 28 resources of every kind (32%) would be deleted, and at most 20% may be in one pass; if that is meant: --allow-deletes 9\n"},
		{"a person goes with all channels and counts once", allowDeletes(0), people[3:], people, ""},
		{"half may change", limits, many("plan", 10, 5, 0), many("plan", 10, 0, 0), ""},
		{"more than half may not", limits, many("plan", 10, 6, 0), many("plan", 10, 0, 0),
			"mass-change /: 6 of 10 resources of every kind (60%) would be changed, and at most 50% may be in one pass; if that is meant: --allow-mass-change\n" +
				"mass-change plan/: 6 of 10 plan resources (60%) would be changed, and at most 50% may be in one pass; if that is meant: --allow-mass-change\n"},
		{"unless that is meant", massive, many("plan", 10, 6, 0), many("plan", 10, 0, 0), ""},
		{"others' do not count", limits, many("plan", 9, 9, 0), append(many("plan", 9, 0, 0), "plan/z owner=x"), ""},
		{"creating is never too much", limits, many("plan", 1000, 0, 0), many("contact", 0, 0, 0), ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			observed := state(t, tc.observed...)
			all := resource.Diff(state(t, tc.desired...), observed)
			cs := resource.Guard(all, observed, resource.MassChange(tc.limits))
			got := ""
			for _, r := range cs.Refusals {
				got += fmt.Sprintf("%s %s: %s; %s\n", r.Guard, r.Addr, r.Why, r.Lift)
			}
			expect(t, got, tc.want)
			if len(cs.Changes) != len(all.Changes) {
				t.Errorf("%d changes are left of %d: a reader must see what is too much", len(cs.Changes), len(all.Changes))
			}
		})
	}
}

// Each number is the stricter one, and a person's word stays with its limits.
func TestStricter(t *testing.T) {
	a := resource.Limits{MaxDeletes: 5, MaxDeleteShare: 100, MaxChangeShare: 50, AllowDeletes: 3}
	b := resource.Limits{MaxDeletes: 9, MaxDeleteShare: 20, MaxChangeShare: 50, AllowDeletes: 7}
	want := resource.Limits{MaxDeletes: 5, MaxDeleteShare: 20, MaxChangeShare: 50, AllowDeletes: 3}
	if got := a.Stricter(b); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
