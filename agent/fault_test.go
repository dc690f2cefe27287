package agent_test

// Promise 7 under what services, networks and old replicas do: after any mixture of
// faults, and deaths between them, a healthy account ends as if nothing had been.

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"github.com/watchbill/watchbill/agent"
	"github.com/watchbill/watchbill/emulator"
)

// guardedTeam is the staffed team with all that has calls of its own: shares, protection of
// an item and of the set, tags, a second Region.
var guardedTeam = strings.NewReplacer(
	"{regions: {us-east-1: {}}}", "{regions: {us-east-1: {}, us-west-2: {}}, deletion_protection: true}",
	"response_plans:\n", `response_plans:
  slow: {title: It is slow, impact: high, engage: [primary], share_with: ["222233334444", "333344445555"], protect: true, tags: {team: web}}
`).Replace(staffed)

var faultSteps = map[string][2]string{
	"from nothing, with everything": {"", staffed},
	"replaced, renamed and deleted": {staffed, steps["a rotation is renamed, an override moves and another one grows"][1]},
	"the schedule goes":             steps["the schedule goes"],
	"a channel is replaced":         steps["a channel is replaced and people leave"],
	"a name moves":                  steps["a name moves from a person to an escalation plan"],
}

// mixture draws faults that strike a while, in any operations.
var mixture = rapid.Custom(func(t *rapid.T) []emulator.Fault {
	var out []emulator.Fault
	for range rapid.IntRange(1, 4).Draw(t, "faults") {
		f := emulator.Fault{
			Operation: rapid.SampledFrom([]string{"*", "ssm-contacts.*", "ssm-incidents.*", "Get*", "List*", "Create*", "Update*", "Delete*",
				"*Rotation*", "*Override*", "*Channel*", "*Tag*", "*Resources"}).Draw(t, "operation"),
			Kind: rapid.SampledFrom([]string{emulator.FaultThrottle, emulator.FaultInternal, emulator.FaultRefuse, emulator.FaultHang,
				emulator.FaultCloseBefore, emulator.FaultCloseAfter, emulator.FaultShort, emulator.FaultRepeat, emulator.FaultStale}).Draw(t, "fault"),
			After:       rapid.IntRange(0, 10).Draw(t, "after"),
			Times:       rapid.IntRange(3, 60).Draw(t, "times"),
			Probability: rapid.SampledFrom([]float64{0.5, 0.9, 1}).Draw(t, "probability"),
			Seed:        rapid.Uint64().Draw(t, "seed"),
		}
		switch f.Kind {
		case emulator.FaultHang:
			f.For = "2m"
		case emulator.FaultStale:
			f.Writes = rapid.IntRange(1, 30).Draw(t, "writes")
		}
		out = append(out, f)
	}
	return out
})

// afterFaults are a pass or two under faults, one of which may die, and what a healthy
// account makes of it.
func afterFaults(t *testing.T, step [2]string, faults []emulator.Fault, seed int, n *tally) {
	afterFaultsOn(t, standing(t, step[0]), step[1], faults, seed, n)
}

// afterFaultsOn is afterFaults on a target that stands.
func afterFaultsOn(t *testing.T, g *target, plan string, faults []emulator.Fault, seed int, n *tally) {
	to := compile(t, plan)
	for _, f := range faults {
		if _, err := g.server.AddFault(f); err != nil {
			return // a pattern that no operation of the kind matches
		}
	}
	if seed%2 == 0 {
		ctx, d := g.deathAt(1 + seed%60)
		g.meddling(d.meddle)
		p := g.pass(to)
		p.Now = ctx
		_, _ = p.Run(ctx) // how it ends is not the subject
		g.meddling(nil)
		d.kill()
	}
	n.all.Add(1)
	o, err := g.pass(to).Run(t.Context())
	if err == nil {
		tellsAll(t, o)
	}
	if err != nil || !o.Complete() {
		n.hurt.Add(1)
	}
	g.server.ClearFaults()
	for range 2 { // what an old replica let be made twice is seen once and then gone
		if o := g.run(g.pass(to)); o.Refused() || len(o.ChangeSet.Kept) > 0 {
			t.Fatalf("after %+v:\n%s", faults, report(o))
		}
	}
	g.settled(to)
}

// tally counts passes under faults, and those that the faults kept from their end.
type tally struct{ all, hurt atomic.Int32 }

// enough fails when too few passes were hurt; retries heal most faults.
func (n *tally) enough(t *testing.T) {
	t.Logf("%d of %d passes were hurt", n.hurt.Load(), n.all.Load())
	if !testing.Short() && n.hurt.Load()*5 < n.all.Load() { // a short run is too small a sample
		t.Error("the faults are badly chosen")
	}
}

// tellsAll fails unless every change has a result that says why it is none.
func tellsAll(t *testing.T, o *agent.Outcome) {
	t.Helper()
	if o.Refused() {
		return
	}
	if len(o.Results) != len(o.ChangeSet.Changes) {
		t.Errorf("%d results for %d changes", len(o.Results), len(o.ChangeSet.Changes))
	}
	for _, r := range o.Results {
		if (r.Result == agent.Failed || r.Result == agent.Unknown) != (r.Err != nil) || (r.Result == agent.Skipped) != (r.Because != "") {
			t.Errorf("%+v", r)
		}
	}
}

func TestPromiseCrashUnderFaults(t *testing.T) {
	n := &tally{}
	t.Cleanup(func() { n.enough(t) })
	seeds := 24
	if testing.Short() {
		seeds = 4
	}
	for name, step := range faultSteps {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range seeds {
				t.Run(fmt.Sprint(seed), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) { // retries and hangs wait, and nobody has to
						afterFaults(t, step, mixture.Example(seed), seed, n)
					})
				})
			}
		})
	}
}

// One fault of each kind, in each operation that a pass makes.
func TestPromiseCrashUnderEachFault(t *testing.T) {
	n := &tally{}
	t.Cleanup(func() { n.enough(t) })
	kinds := []string{emulator.FaultThrottle, emulator.FaultRefuse, emulator.FaultCloseAfter, emulator.FaultShort, emulator.FaultStale}
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			for _, op := range []string{"CreateRotation", "CreateRotationOverride", "CreateContactChannel", "CreateContact", "CreateReplicationSet", "CreateResponsePlan",
				"PutResourcePolicy", "TagResource", "ListRotations", "ListRotationOverrides", "ListContactChannels", "ListContacts", "GetContact", "GetRotation", "ListReplicationSets",
				"ListResponsePlans", "GetResources", "UpdateContact", "UpdateReplicationSet", "UpdateDeletionProtection"} {
				for times := range 2 { // every call, and the second one only
					synctest.Test(t, func(t *testing.T) {
						afterFaults(t, [2]string{"", guardedTeam}, []emulator.Fault{{Operation: op, Kind: kind, Times: times, After: times}}, 1, n)
					})
				}
			}
		})
	}
}
