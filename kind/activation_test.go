package kind_test

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/internal/mask"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
)

// phoneOf is the channel of a contact as activate finds it, in the environment it was
// found in.
func (a *account) phoneOf(desired *resource.State, contact string) (*kind.Env, *resource.Object) {
	a.t.Helper()
	env, _ := a.env(desired)
	live, err := kind.ObserveChannels(a.t.Context(), env, contact)
	if err != nil {
		a.t.Fatal(err)
	}
	found := live.Get(resource.Addr{Kind: "channel", Name: contact + "/phone"})
	if len(found) != 1 {
		a.t.Fatalf("%s has %d channels called phone", contact, len(found))
	}
	return env, found[0]
}

func (a *account) newestCode() mask.String {
	messages := a.outbox()
	return mask.New(messages[len(messages)-1].Code)
}

// A code is sent, a wrong one is answered without being repeated, the right one
// activates; and what is called for it is what Activation says, however large the account.
func TestActivation(t *testing.T) {
	a := open(t, emulator.Options{})
	desired := compile(t, team(60))
	a.apply(desired)
	a.wire.taken()
	env, phone := a.phoneOf(desired, "p0007")
	if phone.Status != kind.NotActivated {
		t.Errorf("a new channel is %s", phone.Status)
	}
	if err := kind.SendCode(t.Context(), env, phone); err != nil {
		t.Fatal(err)
	}
	var wrong *kind.WrongCodeError
	if err := kind.EnterCode(t.Context(), env, phone, mask.New("00000001")); !errors.As(err, &wrong) || strings.Contains(err.Error(), "00000001") {
		t.Errorf("a wrong code: %v", err)
	}
	if err := kind.EnterCode(t.Context(), env, phone, a.newestCode()); err != nil {
		t.Fatal(err)
	}
	called := a.wire.counted()
	want := slices.Concat(kind.Activation.Read, kind.Activation.Write)
	slices.Sort(want)
	if got := slices.Sorted(maps.Keys(called)); !slices.Equal(got, want) {
		t.Errorf("called %v, Activation says %v", got, want)
	}
	for op, n := range called {
		if n > 1 && op != "ssm-contacts:ActivateContactChannel" {
			t.Errorf("%s was called %d times", op, n)
		}
	}
	if _, phone = a.phoneOf(desired, "p0007"); phone.Status != kind.Activated {
		t.Errorf("after the right code the channel is %s", phone.Status)
	}
	a.settled(desired) // activation is no difference
}

// The answer to the right code is lost, and the client's second try is told that the
// code, used by now, is wrong.
func TestActivationAnswerLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // repeating waits
		a := open(t, emulator.Options{})
		desired := compile(t, duo)
		a.apply(desired)
		env, phone := a.phoneOf(desired, "aiko")
		if err := kind.SendCode(t.Context(), env, phone); err != nil {
			t.Fatal(err)
		}
		tries := 0
		a.wire.meddling(only(func(c call) bool { return c.op == "ssm-contacts:ActivateContactChannel" }, func(p pass) (*http.Response, error) {
			res, err := p()
			if tries++; tries > 1 || err != nil {
				return res, err
			}
			res.Body.Close()
			return fails("InternalServerException", http.StatusServiceUnavailable)(p)
		}))
		if err := kind.EnterCode(t.Context(), env, phone, a.newestCode()); err != nil || tries != 2 {
			t.Errorf("after %d tries: %v", tries, err)
		}
	})
}

// Nothing is read below a contact that is not ours; one that is not there, with or
// without a replication set, is just not there.
func TestChannelsOfWhomIsNotOurs(t *testing.T) {
	a := open(t, emulator.Options{})
	desired := compile(t, duo)
	observe := func() *resource.State {
		t.Helper()
		env, _ := a.env(desired)
		live, err := kind.ObserveChannels(t.Context(), env, "aiko")
		if err != nil {
			t.Fatal(err)
		}
		return live
	}
	if live := observe(); live.Len() != 0 {
		t.Errorf("an empty account has %v", live.All())
	}
	a.handMade(map[string]string{"watchbill-owner": "somebody"})
	a.wire.taken()
	live := observe().Get(resource.Addr{Kind: "contact", Name: "aiko"})
	if len(live) != 1 || live[0].Owner != resource.Foreign || live[0].OwnedBy != "somebody" {
		t.Errorf("found %v", live)
	}
	if n := a.wire.counted()["ssm-contacts:ListContactChannels"]; n != 0 {
		t.Errorf("the channels of somebody else's contact were read")
	}
}
