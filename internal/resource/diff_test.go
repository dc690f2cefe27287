package resource_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/watchbill/watchbill/internal/mask"
	"github.com/watchbill/watchbill/internal/resource"
	"pgregory.net/rapid"
)

func TestDiff(t *testing.T) {
	for _, tc := range []struct {
		name              string
		desired, observed []string
		want              string
	}{
		{"nothing", nil, nil, "same 0"},
		{"create lists what is not empty", []string{"contact/aiko text=x bag=a"}, nil, `
create contact/aiko text:<nil>->x bag:<nil>->[a]
same 0`},
		{"same", []string{"contact/aiko text=x"}, []string{"contact/aiko text=x"}, "same 1"},
		{"update", []string{"contact/aiko text=x"}, []string{"contact/aiko text=y"}, `
update contact/aiko text:y->x
same 0`},
		{"replace", []string{"contact/aiko text=x type=a"}, []string{"contact/aiko text=y type=b"}, `
replace contact/aiko text:y->x type:b->a
same 0`},
		{"a set has no order", []string{"contact/aiko bag=a,b,b"}, []string{"contact/aiko bag=b,a,b"}, "same 1"},
		{"a set counts", []string{"contact/aiko bag=a,b,b"}, []string{"contact/aiko bag=a,a,b"}, `
update contact/aiko bag:[a a b]->[a b b]
same 0`},
		{"lists of one length are taken apart", []string{"contact/aiko > x/a x/b"}, []string{"contact/aiko > x/a x/c"}, `
update contact/aiko refs[1]:x/c->x/b
same 0`},
		{"a secret is not shown", []string{"contact/aiko secret=sesame"}, []string{"contact/aiko secret=other"}, `
update contact/aiko secret:***->***
same 0`},
		{"ours and not in the plan", nil, []string{"contact/aiko text=y"}, `
delete contact/aiko text:y-><nil> (it is no longer in the plan)
same 0`},
		{"not ours and not in the plan", nil, []string{"contact/aiko owner=other", "contact/ben owner=unmarked"}, "same 0"},
		{"another owner's", []string{"contact/aiko"}, []string{"contact/aiko owner=other"}, `
refused foreign: contact/aiko belongs to owner "other" and is not touched
same 0`},
		{"nobody's", []string{"contact/aiko text=x"}, []string{"contact/aiko owner=unmarked"}, `
refused foreign: contact/aiko exists and carries no ownership mark, so watchbill did not make it and does not touch it
same 0`},
		{"two live ones: the nearest stays", []string{"contact/a text=x type=t"},
			[]string{"contact/a type=u text=x id=1", "contact/a type=t text=q id=2", "contact/a type=t id=3 text=q"}, `
delete contact/a text:x-><nil> type:u-><nil> (it is a second contact/a)
delete contact/a text:q-><nil> type:t-><nil> (it is a second contact/a)
update contact/a text:q->x
same 0`},
		{"who refers to one of two is pointed at the one that stays",
			[]string{"contact/a", "plan/p > contact/a"}, []string{"contact/a id=1", "contact/a id=2", "plan/p > contact/a"}, `
delete contact/a (it is a second contact/a)
update plan/p (there is more than one contact/a)
same 1`},
		{"who refers to a replaced one is pointed at the new one",
			[]string{"contact/a type=n", "plan/p > contact/a", "plan/q"}, []string{"contact/a type=o", "plan/p > contact/a", "plan/q"}, `
replace contact/a type:o->n
update plan/p (contact/a is replaced)
same 1`},
		{"but not if it is somebody else's",
			[]string{"contact/a type=n", "plan/p > contact/a"}, []string{"contact/a type=o", "plan/p owner=x > contact/a"}, `
replace contact/a type:o->n
refused foreign: plan/p belongs to owner "x" and is not touched
same 0`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			expect(t, show(resource.Diff(state(t, tc.desired...), state(t, tc.observed...))), tc.want)
		})
	}
}

// Unknown is not absent: nothing is planned for what could not be read.
func TestDiffUnknown(t *testing.T) {
	denied := errors.New("denied")
	desired := func(t *testing.T) *resource.State {
		return state(t, "contact/aiko", "channel/aiko/phone", "channel/aiko/mail", "plan/p")
	}
	for _, tc := range []struct{ unknown, want string }{
		{"contact/aiko", "create plan/p\nunread contact/aiko: denied\nsame 0"},
		{"contact/", "create plan/p\nunread contact/: denied\nsame 0"},
		{"channel/aiko/", "create contact/aiko\ncreate plan/p\nunread channel/aiko/: denied\nsame 0"},
		{"channel/aiko/phone", "create channel/aiko/mail\ncreate contact/aiko\ncreate plan/p\nunread channel/aiko/phone: denied\nsame 0"},
	} {
		t.Run(tc.unknown, func(t *testing.T) {
			kind, name, _ := strings.Cut(tc.unknown, "/")
			observed := &resource.State{}
			observed.MarkUnknown(resource.Addr{Kind: kind, Name: name}, denied)
			expect(t, show(resource.Diff(desired(t), observed)), tc.want)
		})
	}
	t.Run("no delete", func(t *testing.T) {
		observed := state(t, "contact/left", "contact/gone")
		observed.MarkUnknown(addr(t, "contact/left"), denied)
		expect(t, show(resource.Diff(&resource.State{}, observed)), `
delete contact/gone (it is no longer in the plan)
unread contact/left: denied
same 0`)
	})
}

// Fields are compared by their types: nested structs by path, addresses whole,
// masked values masked, flags also when they become false.
func TestFields(t *testing.T) {
	type inner struct {
		Wait int  `json:"wait_minutes"`
		Stop bool `json:"stop"`
	}
	type spec struct {
		Name    string            `json:"name"`
		Stages  []inner           `json:"stages"`
		Address mask.String       `json:"address"`
		Who     resource.Addr     `json:"who"`
		Key     *string           `json:"key"`
		Tags    map[string]string `json:"tags"`
		Plain   bool
	}
	key := "k"
	before := spec{Stages: []inner{{5, true}, {1, false}}, Address: mask.New("+12025550123"), Who: addr(t, "contact/a"), Plain: true}
	after := spec{Stages: []inner{{5, false}, {2, false}}, Address: mask.New("+12025550145"), Who: addr(t, "contact/b"), Key: &key,
		Tags: map[string]string{"a": "b"}}
	var b strings.Builder
	for _, f := range resource.Fields(before, after) {
		fmt.Fprintf(&b, "%s %v -> %v %v\n", f.Path, f.Before, f.After, f.Sensitive)
	}
	expect(t, b.String(), `
stages[0].stop true -> false false
stages[1].wait_minutes 1 -> 2 false
address +***23 -> +***45 true
who contact/a -> contact/b false
key <nil> -> k false
tags <nil> -> map[a:b] false
plain true -> false false`)
}

// Applying a change set to what was observed gives what is desired; what is not
// ours and what was not read is as it was.
func TestDiffConverges(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := drawWorld(t, rt)
		cs := resource.Diff(w.desired, w.observed)
		if len(cs.Refusals) > 0 {
			return // then nothing is applied
		}
		after := applyAll(rt, cs, w.observed)
		for _, have := range w.observed.All() {
			if have.Owner != resource.Ours || w.observed.Unknown(have.Addr) != nil {
				if !contains(after.Get(have.Addr), have) {
					rt.Fatalf("%s was touched", have.Addr)
				}
			}
		}
		for _, a := range w.observed.Unknowns() {
			after.MarkUnknown(a, errors.New("still"))
		}
		if again := resource.Diff(w.desired, after); !again.Empty() || len(again.Refusals) > 0 {
			rt.Fatalf("a second pass finds something:\n%s\nthe first was:\n%s", show(again), show(cs))
		}
	})
}

func contains(objs []*resource.Object, o *resource.Object) bool {
	for _, other := range objs {
		if other == o {
			return true
		}
	}
	return false
}
