package kind_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"

	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
)

const (
	oneKey   = "arn:aws:kms:us-east-1:111122223333:key/11111111-aaaa-bbbb-cccc-000000000001"
	otherKey = "arn:aws:kms:us-east-1:111122223333:key/11111111-aaaa-bbbb-cccc-000000000002"
)

// AWS cannot change the key of a Region that stays.
func TestKeyOfARegionCannotChange(t *testing.T) {
	keyed := "replication_set: {regions: {us-east-1: {kms_key: " + oneKey + "}}}\n"
	a := open(t, emulator.Options{})
	a.apply(compile(t, keyed))
	for name, plan := range map[string]string{"another": replaced(keyed, oneKey, otherKey), "none": set} {
		l := a.look(compile(t, plan))
		if len(l.cs.Refusals) != 1 || !strings.Contains(l.cs.Refusals[0].Why, "cannot change the key of Region us-east-1") || l.cs.Refusals[0].Lift == "" {
			t.Errorf("%s: got:\n%s\n%v", name, l, l.cs.Refusals)
		}
	}
	a.settled(compile(t, keyed))
}

// AWS takes one Region a call, and a set has three at most: to change two of three
// one has to go before another can come. The home Region stays, and so do the others
// as long as there is room.
func TestRegionsChangeOneAtATime(t *testing.T) {
	a := open(t, emulator.Options{RegionLock: -1})
	steps := []struct{ regions, actions string }{
		{"us-east-1: {}, us-west-2: {}, eu-west-1: {}", ""},
		{"us-east-1: {}, eu-central-1: {}, ap-northeast-1: {}", "-eu-west-1 +ap-northeast-1 -us-west-2 +eu-central-1"},
		{"us-east-1: {}", "-ap-northeast-1 -eu-central-1"},
		{"us-east-1: {}, eu-west-1: {}", "+eu-west-1"},
		{"us-east-1: {}, us-west-2: {}", "+us-west-2 -eu-west-1"},
	}
	for _, s := range steps {
		desired := compile(t, "replication_set: {regions: {"+s.regions+"}}")
		l := a.look(desired)
		a.wire.taken()
		l.do()
		var actions []string
		for _, c := range a.wire.taken() {
			if c.op == "ssm-incidents:UpdateReplicationSet" {
				actions = append(actions, regionAction(c.text))
			}
		}
		if got := strings.Join(actions, " "); got != s.actions {
			t.Errorf("to {%s}: %s, want %s", s.regions, got, s.actions)
		}
		a.settled(desired)
	}
}

func regionAction(body string) string {
	sign := "+"
	if strings.Contains(body, "deleteRegionAction") {
		sign = "-"
	}
	_, name, _ := strings.Cut(body, `"regionName":"`)
	name, _, _ = strings.Cut(name, `"`)
	return sign + name
}

// A protected set keeps its Regions, and gets more.
func TestProtectedSetKeepsItsRegions(t *testing.T) {
	a := open(t, emulator.Options{RegionLock: -1})
	guarded := "replication_set: {protect: true, regions: {us-east-1: {}, us-west-2: {}}}"
	a.apply(compile(t, guarded))
	a.look(compile(t, set)).expect("update replication_set/default regions tags\nrefused replication_set replication_set/default")
	a.apply(compile(t, replaced(guarded, "us-west-2: {}", "us-west-2: {}, eu-west-1: {}")))
	free := replaced(guarded, "protect: true, ", "", "us-west-2: {}", "us-west-2: {}, eu-west-1: {}")
	a.apply(compile(t, free))
	a.apply(compile(t, set))
}

// A Region is kept for 24 hours: the change says so beforehand, and AWS's answer is
// the object's error.
func TestYoungRegionStays(t *testing.T) {
	a := open(t, emulator.Options{})
	a.apply(compile(t, "replication_set: {regions: {us-east-1: {}, us-west-2: {}}}"))
	l := a.look(compile(t, set)).expect("update replication_set/default regions")
	if n := l.cs.Changes[0].Notes; len(n) != 1 || !strings.Contains(n[0], "24 hours") {
		t.Errorf("notes: %q", n)
	}
	if err := kind.Do(t.Context(), l.env, l.steps()[0]); err == nil || !strings.Contains(err.Error(), "24 hours") {
		t.Errorf("got %v", err)
	}
}

func addRegion(name string) []types.UpdateReplicationSetAction {
	return []types.UpdateReplicationSetAction{&types.UpdateReplicationSetActionMemberAddRegionAction{Value: types.AddRegionAction{RegionName: &name}}}
}

// The set is never deleted, whatever is asked.
func TestSetIsNeverDeleted(t *testing.T) {
	a := open(t, emulator.Options{})
	a.apply(compile(t, set))
	a.look(&resource.State{}).expect("kept replication_set/default")
}

// A set that AWS is still working on is waited for, by the one who changes it and by
// the one who comes to read; the pauses grow, and their time is not slept here.
func TestSetIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := open(t, emulator.Options{ReplicationDelay: 20 * time.Minute})
		begin := time.Now()
		a.look(compile(t, set+people)).do()
		a.wire.taken()
		if took := time.Since(begin); took < 20*time.Minute || took > 21*time.Minute {
			t.Errorf("creating took %v", took)
		}
		// Somebody adds a Region by hand, and a pass begins meanwhile.
		sets, err := a.hand.Incidents.ListReplicationSets(t.Context(), &ssmincidents.ListReplicationSetsInput{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.hand.Incidents.UpdateReplicationSet(t.Context(), &ssmincidents.UpdateReplicationSetInput{
			Arn: &sets.ReplicationSetArns[0], Actions: addRegion("us-west-2"), ClientToken: aws.String("by hand")}); err != nil {
			t.Fatal(err)
		}
		begin = time.Now()
		a.look(compile(t, set+people)).expect("update replication_set/default regions")
		if took := time.Since(begin); took < 20*time.Minute || took > 21*time.Minute {
			t.Errorf("reading took %v", took)
		}
		if n := a.wire.counted()["ssm-incidents:GetReplicationSet"]; n > 55 {
			t.Errorf("the set was looked at %d times in twenty minutes", n)
		}
	})
}

// Waiting ends with the context, and with a set in status FAILED, whose messages are
// the error's.
func TestWaitingEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := open(t, emulator.Options{ReplicationDelay: 3 * time.Hour})
		l := a.look(compile(t, set))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		err := kind.Do(ctx, l.env, l.steps()[0])
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "which is CREATING") {
			t.Errorf("got %v", err)
		}
		a.wire.meddling(only(func(c call) bool { return c.op == "ssm-incidents:GetReplicationSet" }, failedSet))
		env, _ := a.env(compile(t, set))
		state, err := kind.Observe(t.Context(), env, 1)
		if err != nil {
			t.Fatal(err)
		}
		why := state.Unknown(resource.Addr{Kind: "replication_set", Name: "default"})
		if why == nil || !strings.Contains(why.Error(), "FAILED (us-east-1: the key is gone)") {
			t.Errorf("got %v", why)
		}
	})
}

// failedSet shows the set as AWS does when it could not be set up.
func failedSet(p pass) (*http.Response, error) {
	res, err := p()
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	text := strings.NewReplacer(`"status":"CREATING"`, `"status":"FAILED"`, `"status":"ACTIVE"`, `"status":"FAILED"`,
		`"statusMessage":null`, `"statusMessage":"the key is gone"`).Replace(string(body))
	return answer(http.StatusOK, "", text), nil
}
