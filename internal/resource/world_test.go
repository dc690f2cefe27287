package resource_test

// A toy world for the tests of this room: one spec type, references between
// objects, and an in-memory account that steps are applied to.

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/watchbill/watchbill/internal/resource"
	"pgregory.net/rapid"
)

// toy is a spec with one field of every sort the diff knows.
type toy struct {
	Text   string          `json:"text"`
	Type   string          `json:"type" diff:"replace"`
	Secret string          `json:"secret" diff:"secret"`
	Bag    []string        `json:"bag" diff:"set"`
	Refs   []resource.Addr `json:"refs"`
}

func addr(t testing.TB, s string) resource.Addr {
	t.Helper()
	a, err := resource.ParseAddr(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// object builds an object from "contact/aiko text=x type=y > escalation_plan/web";
// a name with a slash makes a child of contact/FIRST. What is not ours is said
// with owner=foreign or owner=unmarked, what is protected with the word protect.
func object(t testing.TB, line string) *resource.Object {
	t.Helper()
	left, refs, _ := strings.Cut(line, ">")
	words := strings.Fields(left)
	o := &resource.Object{Addr: addr(t, words[0])}
	var spec toy
	for _, w := range words[1:] {
		key, value, _ := strings.Cut(w, "=")
		switch key {
		case "text":
			spec.Text = value
		case "type":
			spec.Type = value
		case "secret":
			spec.Secret = value
		case "bag":
			spec.Bag = strings.Split(value, ",")
		case "id":
			o.ID = value
		case "protect":
			o.Protect = true
		case "owner":
			o.Owner, o.OwnedBy = resource.Unmarked, ""
			if value != "unmarked" {
				o.Owner, o.OwnedBy = resource.Foreign, value
			}
		default:
			t.Fatalf("object %q: no such word %q", line, w)
		}
	}
	for _, ref := range strings.Fields(refs) {
		spec.Refs = append(spec.Refs, addr(t, ref))
	}
	o.Spec = spec
	o.Needs = slices.Clone(spec.Refs)
	if parent, _, isChild := strings.Cut(o.Addr.Name, "/"); isChild {
		o.Parent = resource.Addr{Kind: "contact", Name: parent}
		o.Needs = append(o.Needs, o.Parent)
	}
	slices.SortFunc(o.Needs, resource.Addr.Compare)
	o.Needs = slices.Compact(o.Needs)
	return o
}

// state builds a state, one object a line.
func state(t testing.TB, lines ...string) *resource.State {
	t.Helper()
	s := &resource.State{}
	for i, line := range lines {
		o := object(t, line)
		if o.ID == "" {
			o.ID = fmt.Sprintf("id-%02d", i)
		}
		s.Add(o)
	}
	return s
}

// show prints a change set, one line a change, then what else it says.
func show(cs *resource.ChangeSet) string {
	var b strings.Builder
	for _, c := range cs.Changes {
		fmt.Fprintf(&b, "%s %s", c.Action, c.Addr)
		for _, f := range c.Fields {
			fmt.Fprintf(&b, " %s:%v->%v", f.Path, f.Before, f.After)
		}
		if c.Reason != "" {
			fmt.Fprintf(&b, " (%s)", c.Reason)
		}
		b.WriteByte('\n')
	}
	for _, r := range cs.Refusals {
		fmt.Fprintf(&b, "refused %s: %s\n", r.Guard, r.Why)
	}
	for _, k := range cs.Kept {
		fmt.Fprintf(&b, "kept %s: %s\n", k.Addr, k.Why)
	}
	for _, u := range cs.Unread {
		fmt.Fprintf(&b, "unread %s: %v\n", u.Addr, u.Err)
	}
	fmt.Fprintf(&b, "same %d\n", cs.Same)
	return b.String()
}

func expect(t *testing.T, got, want string) {
	t.Helper()
	if strings.TrimSpace(got) != strings.TrimSpace(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// account is the live side: objects by address, and how often each was touched.
type account struct {
	live []*resource.Object
	next int
}

func accountOf(s *resource.State) *account { return &account{live: s.All()} }

func (a *account) state() *resource.State {
	s := &resource.State{}
	for _, o := range a.live {
		s.Add(o)
	}
	return s
}

func (a *account) has(at resource.Addr) bool {
	return slices.ContainsFunc(a.live, func(o *resource.Object) bool { return o.Addr == at })
}

// do is one step; a step that finds no object to work on is a bug of the order.
func (a *account) do(t rapid.TB, s resource.Step) {
	c := s.Change
	if s.Part == resource.PartCreate {
		a.next++
		o := *c.After
		o.ID, o.Owner = fmt.Sprintf("new-%d", a.next), resource.Ours
		a.live = append(a.live, &o)
		return
	}
	i := slices.IndexFunc(a.live, func(o *resource.Object) bool { return o.Addr == c.Addr && o.ID == c.Before.ID })
	if i < 0 {
		t.Fatalf("step on %s %s, which is not there", c.Addr, c.Before.ID)
	}
	if a.live[i].Owner != resource.Ours {
		t.Fatalf("step on %s, which is not ours", c.Addr)
	}
	if s.Part == resource.PartDelete {
		a.live = slices.Delete(a.live, i, i+1)
		return
	}
	o := *c.After
	o.ID = c.Before.ID
	a.live[i] = &o
}

// dangling lists "object needs absent address" over the objects of ours.
func (a *account) dangling() map[string]bool {
	out := map[string]bool{}
	for _, o := range a.live {
		for _, need := range o.Needs {
			if o.Owner == resource.Ours && !a.has(need) {
				out[o.Addr.String()+" needs "+need.String()] = true
			}
		}
	}
	return out
}
