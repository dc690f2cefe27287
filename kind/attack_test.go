package kind_test

// Attacks on ownership: whatever a mark looks like and wherever it stands, what is not ours
// is not touched.

import (
	"errors"
	"strings"
	"testing"

	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/internal/awsapi"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
)

// Every character that both services take in a tag's value is one of an owner.
func TestMarkOfEveryLegalCharacter(t *testing.T) {
	for _, owner := range []string{
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _=@:.+-/",
		"a", "/", "=", "a b", "true", "0",
	} {
		a := open(t, emulator.Options{})
		a.owner = owner
		a.apply(compile(t, staffed))
		a.owner = "tests"
		a.look(&resource.State{}).expect("")
	}
}

// Owners that are alike are not the same: a prefix, another case, a space more.
func TestOwnersThatAreAlike(t *testing.T) {
	a := open(t, emulator.Options{})
	a.apply(compile(t, staffed))
	for _, owner := range []string{"test", "tests2", "tests/web", "Tests", "TESTS", "tests ", " tests", "tests, no project", ""} {
		b := a.on(t)
		b.owner = owner
		b.look(&resource.State{}).expect("")
		if l := b.look(compile(t, staffed)); len(l.cs.Refusals) == 0 || !l.cs.Empty() {
			t.Errorf("owner %q:\n%s", owner, l)
		}
	}
	a.settled(compile(t, staffed))
}

// A resource of somebody else at the address of any kind is refused, and nothing below it is
// looked at.
func TestForeignOfEveryKind(t *testing.T) {
	a := open(t, emulator.Options{})
	a.owner = "others"
	a.apply(compile(t, whole))
	a.owner = "tests"
	l := a.look(compile(t, whole))
	refused := map[string]bool{}
	for _, r := range l.cs.Refusals {
		if r.Guard != resource.ForeignGuard {
			t.Errorf("refused by %s: %s", r.Guard, r.Addr)
		}
		refused[r.Addr.Kind] = true
	}
	for _, k := range kind.All {
		if k.ParentKind() == "" && !refused[k.KindName()] {
			t.Errorf("a %s of somebody else is not refused", k.KindName())
		}
	}
	for _, c := range l.cs.Changes {
		t.Errorf("%s %s", c.Action, c.Addr)
	}
}

// Tags live in the first Region of the set only. Spoken to in another one, AWS says nothing of
// whose anything is. That is unknown and not unmarked, and the contacts there are others: the
// whole read is given up, with the way out.
func TestTagsOfAnotherRegion(t *testing.T) {
	two := replaced(staffed, "{us-east-1: {}}", "{us-east-1: {}, us-west-2: {}}")
	a := open(t, emulator.Options{})
	a.apply(compile(t, two))
	for _, plan := range []string{two, replaced(people, "aiko", "chie")} { // with the set and without
		for _, reads := range []kind.TagReads{kind.TagsBulk, kind.TagsEach} {
			clients, err := awsapi.New(t.Context(), awsapi.Config{Region: "us-west-2", Local: a.wire})
			if err != nil {
				t.Fatal(err)
			}
			env := kind.NewEnv(clients, a.owner, compile(t, plan))
			env.TagReads = reads
			_, err = kind.Observe(t.Context(), env, 4)
			var away *kind.NotHomeError
			if !errors.As(err, &away) || away.Region != "us-west-2" || !strings.Contains(err.Error(), "the target's region in watchbill.yaml") {
				t.Errorf("got %v", err)
			}
		}
	}
	a.settled(compile(t, two))
}
