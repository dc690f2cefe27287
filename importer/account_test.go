package importer_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/watchbill/watchbill/agent"
	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/importer"
	"github.com/watchbill/watchbill/internal/awsapi"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
)

const region = "us-east-1"

// monday is the present of these tests.
var monday = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// account is an embedded account, and the clients of whoever works in it by hand.
type account struct {
	*awsapi.Clients
	t testing.TB
}

func open(t testing.TB) *account {
	t.Helper()
	s, err := emulator.Open(emulator.Options{ReplicationDelay: -1, RegionLock: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	clients, err := awsapi.New(t.Context(), awsapi.Config{Region: region, Local: s.Transport()})
	if err != nil {
		t.Fatal(err)
	}
	return &account{clients, t}
}

func (a *account) must(err error) {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
}

// apply makes the account agree with a plan folder.
func (a *account) apply(dir string) {
	a.t.Helper()
	p := a.pass(dir)
	p.AllowEmpty, p.Limits = true, nil
	out, err := p.Run(a.t.Context())
	a.must(err)
	if !out.Complete() {
		a.t.Fatalf("not applied: %v %v", out.ChangeSet.Refusals, out.Results)
	}
}

func (a *account) pass(dir string) *agent.Pass {
	a.t.Helper()
	res, err := compiler.Compile(a.t.Context(), dir, compiler.Options{Values: true, Now: monday})
	a.must(err)
	if diag.HasErrors(res.Findings) {
		a.t.Fatalf("%s does not compile: %v", dir, res.Findings)
	}
	p := agent.NewPass(res, a.Clients)
	p.Clock = func(context.Context) (time.Time, error) { return monday, nil }
	return p
}

// read reads the whole account.
func (a *account) read() *resource.State {
	a.t.Helper()
	env := kind.NewEnv(a.Clients, "tests", nil)
	env.ReadAll, env.TagReads, env.Now = true, kind.TagsEach, monday
	observed, err := kind.Observe(a.t.Context(), env, 4)
	a.must(err)
	if unknown := observed.Unknowns(); len(unknown) > 0 {
		a.t.Fatalf("%s: %v", unknown[0], observed.Unknown(unknown[0]))
	}
	return observed
}

// taken is an imported account.
type taken struct {
	t     testing.TB
	draft *importer.Draft
	files map[string]string
	proof *agent.Outcome
}

// importInto imports the account into dir, which may have settings.
func (a *account) importInto(dir string) *taken {
	a.t.Helper()
	observed := a.read()
	draft := importer.New(observed, importer.Options{Source: "a test", Region: region})
	settings := importer.File{Path: "watchbill.yaml", Text: []byte("owner: tests\n")}
	stage, err := draft.Settle(a.t.Context(), dir, settings, compiler.Options{Now: monday})
	a.must(err)
	files := draft.Files()
	a.must(importer.Place(stage, dir, files))
	a.must(os.RemoveAll(stage))
	a.must(os.WriteFile(filepath.Join(dir, settings.Path), settings.Text, 0o600))
	out := &taken{t: a.t, draft: draft, files: map[string]string{}}
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join(dir, f.Path))
		a.must(err)
		out.files[f.Path] = string(text)
		if !f.Private {
			out.checkFormat(f.Path, text)
		}
	}
	a.checkAllThere(draft, observed)
	if len(files) == 0 {
		return out
	}
	p := a.pass(dir)
	p.Adopt = map[resource.Addr]bool{}
	for _, addr := range draft.Addrs() {
		p.Adopt[addr] = true
	}
	out.proof, err = p.Plan(a.t.Context())
	a.must(err)
	return out
}

// checkFormat fails for a file that fmt would change.
func (i *taken) checkFormat(name string, text []byte) {
	i.t.Helper()
	formatted, err := compiler.Format(text)
	if err != nil || !bytes.Equal(formatted, text) {
		i.t.Errorf("fmt would change %s (%v):\n%s", name, err, text)
	}
}

// checkAllThere fails when something that stands alone is neither in the files nor left out.
func (a *account) checkAllThere(draft *importer.Draft, observed *resource.State) {
	a.t.Helper()
	alone := 0
	for _, o := range observed.All() {
		if o.Parent.IsZero() {
			alone++
		}
	}
	left := 0
	for _, l := range draft.LeftOut() {
		if l.Why == "" {
			a.t.Errorf("%s is left out for no reason", l.What)
		}
		if !strings.HasPrefix(l.What, "override") {
			left++
		}
	}
	if written := len(draft.Addrs()); written+left != alone {
		a.t.Errorf("%d written and %d left out of %d: %v, %v", written, left, alone, draft.Addrs(), draft.LeftOut())
	}
}

// same fails unless the plan after import is empty.
func (i *taken) same() *taken {
	i.t.Helper()
	if i.proof == nil {
		i.t.Fatal("nothing was written")
	}
	for _, c := range i.proof.ChangeSet.Changes {
		i.t.Errorf("%s %s %v", c.Action, c.Addr, c.Fields)
	}
	for _, r := range i.proof.ChangeSet.Refusals {
		i.t.Errorf("refused: %s", r.Why)
	}
	if i.t.Failed() {
		for name, text := range i.files {
			if strings.HasSuffix(name, ".yaml") {
				i.t.Logf("%s:\n%s", name, text)
			}
		}
	}
	return i
}

// left fails unless exactly this is left out: "WHAT: WHY" in order, WHY as far as given.
func (i *taken) left(want ...string) *taken {
	i.t.Helper()
	var got []string
	for _, l := range i.draft.LeftOut() {
		got = append(got, l.What+": "+l.Why)
	}
	if len(got) != len(want) {
		i.t.Fatalf("left out:\n%s", strings.Join(got, "\n"))
	}
	for n := range want {
		if !strings.HasPrefix(got[n], want[n]) {
			i.t.Errorf("got  %s\nwant %s", got[n], want[n])
		}
	}
	return i
}

// has fails unless a file has these lines.
func (i *taken) has(file string, lines ...string) *taken {
	i.t.Helper()
	for _, l := range lines {
		if !strings.Contains(i.files[file], l+"\n") {
			i.t.Errorf("%s does not have %q:\n%s", file, l, i.files[file])
		}
	}
	return i
}
