package main

import (
	"errors"
	"slices"
	"testing"

	"github.com/watchbill/watchbill/internal/resource"
)

// What could not be read reaches everything above it on either side, and nothing beside it.
func TestBlindReachesUp(t *testing.T) {
	addr := func(text string) resource.Addr {
		a, err := resource.ParseAddr(text)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	state := func(objects ...[]string) *resource.State {
		s := &resource.State{}
		for _, o := range objects { // its address, its parent or "", what it needs
			obj := &resource.Object{Addr: addr(o[0]), Spec: struct{}{}}
			if o[1] != "" {
				obj.Parent = addr(o[1])
				obj.Needs = append(obj.Needs, obj.Parent)
			}
			for _, need := range o[2:] {
				obj.Needs = append(obj.Needs, addr(need))
			}
			s.Add(obj)
		}
		return s
	}
	desired := state(
		[]string{"contact/aiko", ""}, []string{"channel/aiko/text", "contact/aiko"}, []string{"contact/ben", ""},
		[]string{"rotation/primary/weekly", "", "contact/ben"}, []string{"override/primary/weekly/2026", "rotation/primary/weekly"},
		[]string{"schedule/primary", "", "rotation/primary/weekly"}, []string{"escalation_plan/web", "", "contact/aiko"},
		[]string{"response_plan/web", "", "escalation_plan/web", "replication_set/default"},
		[]string{"response_plan/night", "", "schedule/primary", "replication_set/default"},
		[]string{"response_plan/aiko", "", "contact/ben", "replication_set/default"},
		[]string{"replication_set/default", ""})
	for unknown, want := range map[resource.Addr][]string{
		{Kind: "channel", Name: "aiko/"}:            {"web"},
		{Kind: "channel", Name: "aiko/text"}:        {"web"},
		{Kind: "contact", Name: "ben"}:              {"aiko", "night"},
		{Kind: "contact", Name: ""}:                 {"aiko", "night", "web"},
		{Kind: "override", Name: "primary/weekly/"}: {"night"},
		{Kind: "response_plan", Name: "night"}:      {"night"},
		{Kind: "escalation_plan", Name: "gone"}:     {"live"},
		{Kind: "replication_set", Name: ""}:         nil,
		{Kind: "channel", Name: "chie/"}:            nil,
	} {
		observed := state([]string{"response_plan/live", "", "escalation_plan/gone"})
		observed.MarkUnknown(unknown, errors.New("denied"))
		l := linksOf(desired, observed)
		blind := l.blind(observed, nil)
		var got []string
		for _, a := range l.all(isResponsePlan) {
			if blind[a] != "" {
				got = append(got, a.Name)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s unknown: blind are %v, want %v", unknown, got, want)
		}
	}
}
