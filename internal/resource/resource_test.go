package resource_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/watchbill/watchbill/internal/resource"
)

func TestParseAddr(t *testing.T) {
	for _, good := range []string{"contact/aiko", "channel/aiko/phone"} {
		if got := addr(t, good).String(); got != good {
			t.Errorf("%q came back as %q", good, got)
		}
	}
	for _, bad := range []string{"", "contact", "contact/", "/aiko"} {
		if _, err := resource.ParseAddr(bad); err == nil {
			t.Errorf("%q passed for an address", bad)
		}
	}
	out, err := json.Marshal(map[resource.Addr]resource.Addr{addr(t, "a/b"): addr(t, "c/d/e")})
	if err != nil || string(out) != `{"a/b":"c/d/e"}` {
		t.Errorf("JSON: %s, %v", out, err)
	}
}

func TestStateUnknown(t *testing.T) {
	denied := errors.New("denied")
	var s resource.State
	for _, a := range []resource.Addr{{Kind: "whole"}, {Kind: "channel", Name: "aiko/"}, {Kind: "contact", Name: "ben"}} {
		s.MarkUnknown(a, denied)
	}
	for a, want := range map[string]bool{
		"whole/x": true, "whole/x/y": true,
		"channel/aiko/phone": true, "channel/ben/phone": false, "channel/aikon/phone": false,
		"contact/ben": true, "contact/aiko": false, "contact/benno": false,
	} {
		if got := s.Unknown(addr(t, a)) != nil; got != want {
			t.Errorf("unknown %s: %v, want %v", a, got, want)
		}
	}
	if got := s.Unknowns(); len(got) != 3 || got[0].String() != "channel/aiko/" {
		t.Errorf("unknowns %v are not the three, sorted", got)
	}
}

func TestStateIsSorted(t *testing.T) {
	s := state(t, "b/a id=2", "a/z id=9", "b/a id=1", "a/b id=5")
	var got string
	for _, o := range s.All() {
		got += o.Addr.String() + "=" + o.ID + " "
	}
	if want := "a/b=5 a/z=9 b/a=1 b/a=2 "; got != want {
		t.Errorf("got %s want %s", got, want)
	}
	if s.Len() != 3 || !s.Has(addr(t, "b/a")) || s.Has(addr(t, "b/b")) || len(s.Get(addr(t, "b/a"))) != 2 {
		t.Error("Len, Has or Get disagree with All")
	}
	s = state(t, "contact/aiko", "channel/aiko/y", "channel/aikon/x", "channel/aiko/x", "plan/aiko > contact/aiko")
	if got := s.Children("channel", "aiko"); len(got) != 2 || got[0].Addr.Name != "aiko/y" || len(s.Children("plan", "aiko")) != 0 {
		t.Errorf("the children of contact/aiko are %v", got)
	}
}
