package kind_test

// One embedded account, and passes over it as agent makes them, one step after the
// other.

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/internal/awsapi"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
)

const region = "us-east-1"

// account is an embedded account. Its by-hand clients are somebody else's: what
// they do is not counted.
type account struct {
	t    testing.TB
	wire *wire
	hand *awsapi.Clients
	base *emulator.Server

	owner string
	now   time.Time // of the passes
}

// monday is when the tests' plans are compiled and applied.
var monday = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

func open(t testing.TB, o emulator.Options) *account {
	t.Helper()
	if o.ReplicationDelay == 0 {
		o.ReplicationDelay = -1
	}
	s, err := emulator.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	hand, err := awsapi.New(t.Context(), awsapi.Config{Region: region, Local: s.Transport()})
	if err != nil {
		t.Fatal(err)
	}
	a := &account{t: t, wire: &wire{base: s.Transport()}, hand: hand, base: s, owner: "tests", now: monday}
	a.authorise(http.MethodPost, `{"slack":"T0AAAAAAA"}`)
	return a
}

// on is the account for another test's failures.
func (a *account) on(t testing.TB) *account {
	b := *a
	b.t = t
	return &b
}

// compile makes a plan's text into a desired state. Files that the plan names follow it, each
// after a line -- NAME --.
func compile(t testing.TB, plan string) *resource.State {
	t.Helper()
	files := txtar.Parse([]byte("version: 1\n" + plan))
	return compileDir(t, unpack(t, append(files.Files, txtar.File{Name: "plan.yaml", Data: files.Comment})))
}

func compileDir(t testing.TB, dir string) *resource.State {
	t.Helper()
	res, err := compiler.Compile(t.Context(), dir, compiler.Options{Values: true, Now: monday})
	if err != nil {
		t.Fatal(err)
	}
	if res.Desired == nil {
		t.Fatalf("the plan does not compile: %v", res.Findings)
	}
	return res.Desired
}

// look is one comparison of the account with a desired state.
type look struct {
	t                 testing.TB
	clients           *awsapi.Clients
	env               *kind.Env
	desired, observed *resource.State
	cs                *resource.ChangeSet
}

// env is a new pass's, with clients of its own, as a new process has.
func (a *account) env(desired *resource.State) (*kind.Env, *awsapi.Clients) {
	a.t.Helper()
	clients, err := awsapi.New(a.t.Context(), awsapi.Config{Region: region, Local: a.wire})
	if err != nil {
		a.t.Fatal(err)
	}
	env := kind.NewEnv(clients, a.owner, kind.Current(desired, a.now))
	env.Now = a.now
	env.TellCaller()
	return env, clients
}

// look compares, with the guards every pass has.
func (a *account) look(desired *resource.State) *look {
	a.t.Helper()
	env, clients := a.env(desired)
	return a.lookWith(env, clients, desired)
}

func (a *account) lookWith(env *kind.Env, clients *awsapi.Clients, desired *resource.State) *look {
	a.t.Helper()
	desired = kind.Current(desired, a.now)
	observed, err := kind.Observe(a.t.Context(), env, 4)
	if err != nil {
		a.t.Fatal(err)
	}
	refusals := func(cs *resource.ChangeSet, _ *resource.State) *resource.ChangeSet {
		cs.Refusals = append(cs.Refusals, kind.Refusals(env, cs)...)
		return cs
	}
	cs := resource.Guard(resource.Diff(desired, observed), observed, resource.Keep("replication_set"), resource.Protect, refusals, kind.Handmade)
	kind.Explain(cs)
	for _, want := range desired.All() {
		if live := observed.Get(want.Addr); len(live) > 1 {
			env.SetID(want.Addr, resource.Nearest(want, live).ID)
		}
	}
	return &look{t: a.t, clients: clients, env: env, desired: desired, observed: observed, cs: cs}
}

// String is the comparison in lines: "update contact/aiko display_name".
func (l *look) String() string {
	var b strings.Builder
	for _, c := range l.cs.Changes {
		fmt.Fprintf(&b, "%s %s", c.Action, c.Addr)
		if c.Action == resource.Update || c.Action == resource.Replace {
			for _, f := range c.Fields {
				fmt.Fprintf(&b, " %s", f.Path)
			}
			if c.Reason != "" {
				fmt.Fprintf(&b, " (%s)", c.Reason)
			}
		}
		b.WriteByte('\n')
	}
	for _, r := range l.cs.Refusals {
		fmt.Fprintf(&b, "refused %s %s\n", r.Guard, r.Addr)
	}
	for _, k := range l.cs.Kept {
		fmt.Fprintf(&b, "kept %s\n", k.Addr)
	}
	for _, u := range l.cs.Unread {
		fmt.Fprintf(&b, "unread %s\n", u.Addr)
	}
	return strings.TrimSpace(b.String())
}

// expect compares with lines as String writes them.
func (l *look) expect(want string) *look {
	l.t.Helper()
	if got, want := lines(l.String()), lines(want); !slices.Equal(got, want) {
		l.t.Fatalf("got:\n%s\n\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	return l
}

func lines(s string) []string {
	var out []string
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// steps are the comparison's in order.
func (l *look) steps() []resource.Step {
	l.t.Helper()
	if len(l.cs.Refusals) > 0 || len(l.cs.Unread) > 0 {
		l.t.Fatalf("cannot be applied:\n%s", l)
	}
	steps, err := resource.Order(l.cs, l.env.Identity)
	if err != nil {
		l.t.Fatal(err)
	}
	return steps
}

// do makes the changes.
func (l *look) do() *look {
	l.t.Helper()
	if err := l.attempt(); err != nil {
		l.t.Fatalf("%v\n\nof:\n%s", err, l)
	}
	return l
}

// attempt makes the changes up to the first that fails.
func (l *look) attempt() error {
	l.t.Helper()
	for _, s := range l.steps() {
		if err := kind.Do(l.t.Context(), l.env, s); err != nil {
			return err
		}
	}
	return nil
}

// apply brings the account to a desired state, and proves that it is there.
func (a *account) apply(desired *resource.State) *look {
	a.t.Helper()
	l := a.look(desired).do()
	a.settled(desired)
	return l
}

// settled fails unless another pass finds nothing to do and writes nothing.
func (a *account) settled(desired *resource.State) {
	a.t.Helper()
	l := a.look(desired)
	if !l.cs.Empty() || len(l.cs.Refusals) > 0 || len(l.cs.Unread) > 0 {
		a.t.Fatalf("a second comparison is not empty:\n%s\n%s", l, details(l.cs))
	}
	l.do()
	if n := l.clients.Writes(); n > 0 {
		a.t.Fatalf("a second pass makes %d writing calls", n)
	}
}

func details(cs *resource.ChangeSet) string {
	var b strings.Builder
	for _, c := range cs.Changes {
		for _, f := range c.Fields {
			fmt.Fprintf(&b, "%s %s: %v → %v\n", c.Addr, f.Path, f.Before, f.After)
		}
	}
	return b.String()
}
