package agent

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/watchbill/watchbill/internal/resource"
	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// script builds steps from lines "create a/x", "replace b/y < a/x", "delete c/z":
// the part after < is what the change's object needs.
func script(t testing.TB, lines ...string) ([]resource.Step, []*resource.Change) {
	t.Helper()
	cs := &resource.ChangeSet{}
	for _, line := range lines {
		head, needs, _ := strings.Cut(line, "<")
		words := strings.Fields(head)
		c := &resource.Change{Addr: parse(t, words[1]), Action: resource.Action(words[0])}
		o := &resource.Object{Addr: c.Addr}
		for _, need := range strings.Fields(needs) {
			o.Needs = append(o.Needs, parse(t, need))
		}
		if c.Action != resource.Delete {
			c.After = o
		}
		if c.Action != resource.Create {
			c.Before = o
		}
		cs.Changes = append(cs.Changes, c)
	}
	steps, err := resource.Order(cs, nil)
	if err != nil {
		t.Fatal(err)
	}
	return steps, cs.Changes
}

func parse(t testing.TB, s string) resource.Addr {
	t.Helper()
	a, err := resource.ParseAddr(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func tell(reports []Report) string {
	var b strings.Builder
	for _, r := range reports {
		fmt.Fprintf(&b, "%s %s %s", r.Action, r.Addr, r.Result)
		if r.Err != nil {
			fmt.Fprintf(&b, ": %v", r.Err)
		}
		if r.Because != "" {
			fmt.Fprintf(&b, " because of %s", r.Because)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func expect(t *testing.T, got, want string) {
	t.Helper()
	if strings.TrimSpace(got) != strings.TrimSpace(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// failing fails the named steps ("create a/x") and does the others.
func failing(names ...string) func(context.Context, resource.Step) error {
	return func(_ context.Context, s resource.Step) error {
		if slices.Contains(names, name(s)) {
			return errors.New("boom")
		}
		return nil
	}
}

func name(s resource.Step) string {
	return []string{"create", "update", "delete"}[s.Part] + " " + s.Change.Addr.String()
}

func TestExecute(t *testing.T) {
	plan := []string{"create a/x", "create b/y < a/x", "update c/z < b/y", "create d/alone", "delete e/old", "delete f/older < e/old"}
	for _, tc := range []struct {
		name  string
		plan  []string
		fails []string
		hold  string
		want  string
	}{
		{"all is well", plan, nil, "", `
create a/x done
create b/y done
update c/z done
create d/alone done
delete e/old done
delete f/older done`},
		{"what depends on a failure is skipped, and so is every deletion", plan, []string{"create a/x"}, "", `
create a/x failed: boom
create b/y skipped because of a/x
update c/z skipped because of a/x
create d/alone done
delete e/old skipped because of a/x
delete f/older skipped because of a/x`},
		{"a failed deletion holds those that depend on it", plan, []string{"delete f/older"}, "", `
create a/x done
create b/y done
update c/z done
create d/alone done
delete e/old skipped because of f/older
delete f/older failed: boom`},
		{"nothing goes while something is unread", plan, nil, "g/unread", `
create a/x done
create b/y done
update c/z done
create d/alone done
delete e/old skipped because of g/unread
delete f/older skipped because of g/unread`},
		{"a replacement is as good as its worse half", []string{"replace a/x", "update b/y < a/x"}, []string{"delete a/x"}, "", `
replace a/x failed: boom
update b/y done`},
		{"a replacement whose old half is kept", []string{"replace a/x", "update b/y < a/x"}, []string{"update b/y"}, "", `
replace a/x skipped because of b/y
update b/y failed: boom`},
		{"only deletions", []string{"delete e/old", "delete f/older < e/old"}, nil, "", `
delete e/old done
delete f/older done`},
		{"nothing", nil, nil, "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			steps, changes := script(t, tc.plan...)
			x := &executor{steps: steps, do: failing(tc.fails...), parallel: 4, hold: tc.hold}
			expect(t, tell(x.run(context.Background(), context.Background(), changes)), tc.want)
		})
	}
}

// A replacement deletes only after what depends on it has been pointed at the new.
func TestExecuteOrder(t *testing.T) {
	steps, changes := script(t, "replace a/x", "update b/y < a/x")
	var did []string
	x := &executor{steps: steps, parallel: 1, do: func(_ context.Context, s resource.Step) error {
		did = append(did, name(s))
		return nil
	}}
	x.run(context.Background(), context.Background(), changes)
	expect(t, strings.Join(did, "\n"), "create a/x\nupdate b/y\ndelete a/x")
}

func TestExecuteEvents(t *testing.T) {
	steps, changes := script(t, "create a/x", "create b/y < a/x", "replace c/z")
	var events []string
	x := &executor{steps: steps, parallel: 1, do: failing("create a/x"), event: func(e Event) {
		events = append(events, fmt.Sprintf("%s %s %d/%d %s", e.Addr, e.Result, e.N, e.Of, e.Because))
	}}
	x.run(context.Background(), context.Background(), changes)
	expect(t, strings.Join(events, "\n"), `
a/x started 0/3 
a/x failed 1/3 
b/y skipped 2/3 a/x
c/z started 2/3 
c/z skipped 3/3 a/x`)
}

// The first interrupt lets what runs finish and begins nothing; the second cuts
// it off, and then nobody knows whether it was done.
func TestExecuteInterrupt(t *testing.T) {
	slow := func(ctx context.Context, s resource.Step) error {
		select {
		case <-time.After(time.Minute):
			return nil
		case <-ctx.Done():
			return fmt.Errorf("call: %w", ctx.Err())
		}
	}
	for _, tc := range []struct {
		name   string
		insist bool
		want   string
	}{
		{"once", false, `
create a/x done
create b/y skipped because of interrupt
create c/z done
create d/w skipped because of interrupt
delete e/v skipped because of interrupt`},
		{"twice", true, `
create a/x unknown: call: context canceled
create b/y skipped because of a/x
create c/z unknown: call: context canceled
create d/w skipped because of interrupt
delete e/v skipped because of interrupt`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				now, insist := context.WithCancel(t.Context())
				clean, stop := context.WithCancel(now)
				defer insist()
				defer stop()
				time.AfterFunc(10*time.Second, stop)
				if tc.insist {
					time.AfterFunc(20*time.Second, insist)
				}
				steps, changes := script(t, "create a/x", "create b/y < a/x", "create c/z", "create d/w", "delete e/v")
				// a/x and c/z run: the list is a, b, c, d, and b waits for a.
				x := &executor{steps: steps, do: slow, parallel: 2}
				start := time.Now()
				expect(t, sortBecause(tell(x.run(clean, now, changes))), tc.want)
				if took := time.Since(start); tc.insist && took != 20*time.Second {
					t.Errorf("the second interrupt was heard after %v", took)
				}
			})
		})
	}
}

// sortBecause: which of two blames a deletion gets is of no interest.
func sortBecause(s string) string {
	return strings.Replace(s, "delete e/v skipped because of a/x", "delete e/v skipped because of interrupt", 1)
}

// When no further call can succeed, none is made.
func TestExecuteHopeless(t *testing.T) {
	var plan []string
	for i := range 100 {
		plan = append(plan, fmt.Sprintf("create a/x%02d", i))
	}
	steps, changes := script(t, plan...)
	var calls atomic.Int32
	x := &executor{steps: steps, parallel: 4, do: func(context.Context, resource.Step) error {
		calls.Add(1)
		return fmt.Errorf("call: %w", &net.OpError{Op: "dial", Err: errors.New("refused")})
	}}
	reports := x.run(context.Background(), context.Background(), changes)
	if n := calls.Load(); n > 8 {
		t.Errorf("%d calls were made to a network that is not there", n)
	}
	if r := reports[99]; r.Result != Skipped || !strings.HasPrefix(r.Because, "a/x") {
		t.Errorf("the last is %v because of %q", r.Result, r.Because)
	}
}

// A connection that breaks while the answer is awaited leaves the outcome open.
func TestExecuteUncertain(t *testing.T) {
	steps, changes := script(t, "create a/x")
	x := &executor{steps: steps, parallel: 1, do: func(context.Context, resource.Step) error {
		return &net.OpError{Op: "read", Err: errors.New("reset")}
	}}
	if r := x.run(context.Background(), context.Background(), changes)[0]; r.Result != Unknown {
		t.Errorf("got %v", r.Result)
	}
}

// A bug in one step ends that object only, and its panic's value, which may be an
// address, is not printed.
func TestExecutePanic(t *testing.T) {
	steps, changes := script(t, "create a/x", "create b/y")
	x := &executor{steps: steps, parallel: 2, do: func(_ context.Context, s resource.Step) error {
		if s.Change.Addr.Kind == "a" {
			panic("+12025550123")
		}
		return nil
	}}
	got := tell(x.run(context.Background(), context.Background(), changes))
	if !strings.HasPrefix(got, "create a/x unknown: internal error in agent.TestExecutePanic") || !strings.Contains(got, "create b/y done") {
		t.Errorf("got:\n%s", got)
	}
	if strings.Contains(got, "2025550123") {
		t.Errorf("the panic's value is printed:\n%s", got)
	}
}

// Whatever fails and whenever it is interrupted: each change is reported once,
// nothing begins before what it comes after is done, no more than so many run at
// once, and nothing is deleted unless all that is new stands.
func TestExecuteAnything(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(0, 12).Draw(rt, "changes")
		var plan []string
		for i := range n {
			action := rapid.SampledFrom([]string{"create", "update", "replace", "delete"}).Draw(rt, "action")
			line := fmt.Sprintf("%s k/o%02d <", action, i)
			for j := range i {
				if rapid.IntRange(0, 3).Draw(rt, "needs") == 0 {
					line += fmt.Sprintf(" k/o%02d", j)
				}
			}
			plan = append(plan, line)
		}
		steps, changes := script(t, plan...)
		fails := rapid.SliceOfN(rapid.IntRange(0, max(0, len(steps)-1)), 0, 3).Draw(rt, "fails")
		stopAt := rapid.IntRange(1, 40).Draw(rt, "stop at step")
		parallel := rapid.IntRange(1, 5).Draw(rt, "parallel")

		var mu sync.Mutex
		done := map[string]bool{}
		begun := 0
		var running atomic.Int32
		clean, stop := context.WithCancel(context.Background())
		defer stop()
		do := func(_ context.Context, s resource.Step) error {
			if n := running.Add(1); int(n) > parallel {
				rt.Errorf("%d run at once", n)
			}
			defer running.Add(-1)
			mu.Lock()
			defer mu.Unlock()
			if begun++; begun == stopAt {
				stop()
			}
			i := slices.IndexFunc(steps, func(o resource.Step) bool { return name(o) == name(s) })
			for _, j := range s.After {
				if !done[name(steps[j])] {
					rt.Errorf("%s began before %s was done", name(s), name(steps[j]))
				}
			}
			for _, o := range steps {
				if s.Last && !o.Last && !done[name(o)] {
					rt.Errorf("%s began although %s is not done", name(s), name(o))
				}
			}
			if slices.Contains(fails, i) {
				return errors.New("boom")
			}
			done[name(s)] = true
			return nil
		}
		ends := map[resource.Addr]int{}
		x := &executor{steps: steps, do: do, parallel: parallel, event: func(e Event) {
			if e.Result != Started {
				ends[e.Addr]++
			}
		}}
		for i, r := range x.run(clean, context.Background(), changes) {
			if r.Addr != changes[i].Addr || ends[r.Addr] != 1 {
				rt.Errorf("report %d is of %s, and %d events told its end", i, r.Addr, ends[r.Addr])
			}
			whole := true
			for _, s := range steps {
				whole = whole && (s.Change != changes[i] || done[name(s)])
			}
			if whole != (r.Result == Done) || (r.Result == Skipped) != (r.Because != "") || (r.Result == Failed) != (r.Err != nil) {
				rt.Errorf("%+v, and all of it done is %v", r, whole)
			}
		}
	})
}
