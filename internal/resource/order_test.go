package resource_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/watchbill/watchbill/internal/resource"
	"pgregory.net/rapid"
)

// world is a drawn pair of states. Objects refer to earlier ones only, as
// resources do that could be made at all.
type world struct{ desired, observed *resource.State }

var names = []string{"contact/a", "contact/b", "channel/a/x", "channel/a/y", "channel/b/x", "plan/p", "plan/q", "answer/r", "answer/s"}

func drawWorld(t *testing.T, rt *rapid.T) world {
	w := world{desired: drawState(t, rt, "desired", false), observed: drawState(t, rt, "observed", true)}
	for _, a := range rapid.SliceOfN(rapid.SampledFrom(names), 0, 2).Draw(rt, "unknown") {
		w.observed.MarkUnknown(addr(t, a), errors.New("unread"))
	}
	return w
}

func drawState(t *testing.T, rt *rapid.T, label string, live bool) *resource.State {
	s := &resource.State{}
	for i, name := range names {
		copies := rapid.SampledFrom([]int{1, 0, 1}).Draw(rt, label+" "+name)
		parent := ""
		if kind, child, _ := strings.Cut(name, "/"); kind == "channel" {
			parent = "contact/" + child[:1]
			if !s.Has(addr(t, parent)) {
				continue
			}
			if live && copies > 0 {
				copies = rapid.IntRange(1, 3).Draw(rt, "copies")
			}
		}
		for copy := range copies {
			line := fmt.Sprintf("%s text=%s type=%s", name, rapid.SampledFrom([]string{"s", "t"}).Draw(rt, "text"),
				rapid.SampledFrom([]string{"u", "u", "v"}).Draw(rt, "type"))
			if live {
				line += fmt.Sprintf(" id=%d-%d-%d", i, rapid.IntRange(0, 9).Draw(rt, "id"), copy)
				if parent == "" && rapid.IntRange(0, 9).Draw(rt, "foreign") == 0 {
					line += " owner=other"
				}
			}
			line += " >"
			for _, ref := range names[:i] {
				if s.Has(addr(t, ref)) && !strings.HasPrefix(name, "contact") && rapid.IntRange(0, 3).Draw(rt, "ref") == 0 {
					line += " " + ref
				}
			}
			o := object(t, line)
			if parent != "" && live {
				o.Owner = s.Get(addr(t, parent))[0].Owner
			}
			s.Add(o)
		}
	}
	return s
}

// applyAll does the steps in the order they are listed.
func applyAll(rt *rapid.T, cs *resource.ChangeSet, observed *resource.State) *resource.State {
	steps, err := resource.Order(cs, nil)
	if err != nil {
		rt.Fatal(err)
	}
	a := accountOf(observed)
	for _, s := range steps {
		a.do(rt, s)
	}
	return a.state()
}

// In every execution that the order allows, at every moment: no object of ours
// needs one that is not there (but for what dangled before), and nothing goes
// before all that is new stands.
func TestOrderEveryPrefix(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := drawWorld(t, rt)
		cs := resource.Diff(w.desired, w.observed)
		if len(cs.Refusals) > 0 {
			return
		}
		steps, err := resource.Order(cs, nil)
		if err != nil {
			rt.Fatal(err)
		}
		a := accountOf(w.observed)
		before := a.dangling()
		for _, i := range legal(rt, steps) {
			if steps[i].Part == resource.PartDelete && len(cs.Unread) > 0 {
				continue // what was not read may need it: apply holds every deletion
			}
			a.do(rt, steps[i])
			for d := range a.dangling() {
				_, need, _ := strings.Cut(d, " needs ")
				if !before[d] && !unread(t, w.observed, need) {
					rt.Fatalf("after %v of %s: %s, which is not there\n%s", steps[i].Part, steps[i].Change.Addr, d, show(cs))
				}
			}
		}
	})
}

func unread(t *testing.T, s *resource.State, address string) bool {
	o := object(t, address)
	return s.Unknown(o.Addr) != nil || s.Unknown(o.Parent) != nil
}

// legal draws an execution: any step that may start, until all are done.
func legal(rt *rapid.T, steps []resource.Step) []int {
	var done []int
	isDone := func(i int) bool { return slices.Contains(done, i) }
	for len(done) < len(steps) {
		var ready []int
		firstsLeft := false
		for i, s := range steps {
			firstsLeft = firstsLeft || !s.Last && !isDone(i)
		}
		for i, s := range steps {
			if !isDone(i) && !(s.Last && firstsLeft) && !slices.ContainsFunc(s.After, func(j int) bool { return !isDone(j) }) {
				ready = append(ready, i)
			}
		}
		if len(ready) == 0 {
			rt.Fatalf("after %v nothing can start", done)
		}
		done = append(done, rapid.SampledFrom(ready).Draw(rt, "next"))
	}
	return done
}

func TestOrder(t *testing.T) {
	// The two kinds share one namespace, as contacts and escalation plans do.
	identity := func(a resource.Addr) string {
		if a.Kind == "contact" || a.Kind == "plan" {
			return "arn:" + a.Name
		}
		return ""
	}
	for _, tc := range []struct {
		name              string
		desired, observed []string
		want              string
	}{
		{"creates follow what they need", []string{"contact/z", "answer/a > contact/z plan/b", "plan/b > contact/z"}, nil, `
create contact/z
create plan/b after contact/z
create answer/a after contact/z plan/b`},
		{"deletes precede what they need", nil, []string{"contact/a", "channel/a/x", "plan/b > contact/a channel/a/x"}, `
delete plan/b last
delete channel/a/x after plan/b last
delete contact/a after plan/b channel/a/x last`},
		{"a replacement deletes last",
			[]string{"contact/a", "channel/a/x type=n", "answer/r > channel/a/x"},
			[]string{"contact/a", "channel/a/x type=o", "answer/r > channel/a/x"}, `
create channel/a/x
update answer/r after channel/a/x
delete channel/a/x last`},
		{"a name moves to another kind", // web was a person and becomes an escalation plan
			[]string{"plan/web > contact/b", "contact/b", "answer/r > plan/web", "answer/s"},
			[]string{"contact/web", "channel/web/x", "contact/b", "answer/r > contact/web", "answer/s > contact/web", "answer/t > contact/web"}, `
update answer/s
delete answer/t
delete channel/web/x after answer/t
delete contact/web after update answer/s answer/t channel/web/x
create plan/web after contact/web
update answer/r after plan/web
note contact/web: goes before the rest, because plan/web takes its name; until that stands nobody is paged through either`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			cs := resource.Diff(state(t, tc.desired...), state(t, tc.observed...))
			steps, err := resource.Order(cs, identity)
			if err != nil {
				t.Fatal(err)
			}
			expect(t, showSteps(steps), tc.want)
		})
	}
}

func showSteps(steps []resource.Step) string {
	var b, notes strings.Builder
	verbs := []string{"create", "update", "delete"}
	for _, s := range steps {
		fmt.Fprintf(&b, "%s %s", verbs[s.Part], s.Change.Addr)
		for i, j := range s.After {
			if i == 0 {
				b.WriteString(" after")
			}
			if steps[j].Part == resource.PartUpdate && s.Part == resource.PartDelete {
				b.WriteString(" update")
			}
			b.WriteString(" " + steps[j].Change.Addr.String())
		}
		if s.Last {
			b.WriteString(" last")
		}
		b.WriteByte('\n')
		for _, n := range s.Change.Notes {
			fmt.Fprintf(&notes, "note %s: %s\n", s.Change.Addr, n)
		}
	}
	return b.String() + notes.String()
}

func TestOrderNamesACycle(t *testing.T) {
	cs := resource.Diff(state(t, "plan/a > plan/b", "plan/b > plan/c", "plan/c > plan/a"), &resource.State{})
	_, err := resource.Order(cs, nil)
	var cycle *resource.CycleError
	if !errors.As(err, &cycle) {
		t.Fatalf("got %v, want a CycleError", err)
	}
	expect(t, err.Error(), "resources need each other in a circle: plan/a needs plan/b needs plan/c needs plan/a")
}
