package agent

import (
	"testing"
	"time"

	"github.com/watchbill/watchbill/internal/resource"
)

// What stays right for an hour is forgotten; what is wrong again before is not.
func TestHistoryForgets(t *testing.T) {
	type spec struct{ Name string }
	addr := resource.Addr{Kind: "contact", Name: "aiko"}
	state := func(name string) *resource.State {
		s := &resource.State{}
		s.Add(&resource.Object{Addr: addr, Spec: spec{name}})
		return s
	}
	now := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	var h History
	pass := func(after time.Duration, live string) (contested bool) {
		now = now.Add(after)
		desired, observed := state("ours"), state(live)
		cs, j := h.judge(resource.Diff(desired, observed), desired, "bench", now)
		o := &Outcome{ChangeSet: cs, Observed: observed}
		for _, c := range cs.Changes {
			o.Results = append(o.Results, Report{Addr: c.Addr, Action: c.Action, Result: Done})
		}
		h.remember(o, j, now)
		return len(j.contests) > 0
	}
	for i, step := range []struct {
		after     time.Duration
		live      string
		contested bool
	}{
		{0, "ours", false},
		{time.Minute, "theirs", false},
		{time.Minute, "theirs", false},
		{time.Minute, "ours", false},
		{forgetAfter - time.Minute, "theirs", false}, // the third time
		{time.Minute, "ours", false},
		{forgetAfter - time.Minute, "theirs", true},
		{forgetAfter * 2, "theirs", true}, // it does not go away by itself
		{time.Minute, "ours", false},
		{forgetAfter, "ours", false},
		{time.Minute, "theirs", false}, // forgotten
	} {
		if got := pass(step.after, step.live); got != step.contested {
			t.Fatalf("step %d: contested is %v", i, got)
		}
	}
	h.keepTo("elsewhere")
	if h.desired != nil {
		t.Error("another account is judged by what was seen in this one")
	}
}
