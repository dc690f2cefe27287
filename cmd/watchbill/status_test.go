package main

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/watchbill/watchbill/internal/mask"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
	"github.com/watchbill/watchbill/oncall"
)

// somebody is one side's idea of a contact: any channels, any stages over them and over
// channels that are not there.
func somebody(t *rapid.T, live bool) *resource.State {
	state := &resource.State{}
	add := func(kindName, name string, spec any) *resource.Object {
		o := &resource.Object{Addr: resource.Addr{Kind: kindName, Name: name}, Spec: spec}
		if kindName != contactKind {
			o.Parent = resource.Addr{Kind: contactKind, Name: "aiko"}
		}
		if live {
			o.ID = "arn of " + name
		}
		state.Add(o)
		return o
	}
	if rapid.IntRange(0, 9).Draw(t, "absent") == 0 {
		return state
	}
	add(contactKind, "aiko", kind.Contact{DisplayName: "Aiko"})
	var plan kind.EngagementPlan
	for i := range rapid.IntRange(0, 3).Draw(t, "channels") {
		name := fmt.Sprintf("c%d", i)
		spec := kind.Channel{Name: name, Type: rapid.SampledFrom([]string{"EMAIL", "SMS", "VOICE"}).Draw(t, "type"),
			Address: mask.New(rapid.SampledFrom([]string{"", "+12025550101", "+12025550102"}).Draw(t, "address"))}
		o := add(channelKind, "aiko/"+name, spec)
		o.Status = rapid.SampledFrom([]string{kind.Activated, kind.NotActivated}).Draw(t, "status")
	}
	for range rapid.IntRange(0, 3).Draw(t, "stages") {
		stage := kind.ChannelStage{WaitMinutes: rapid.IntRange(0, 30).Draw(t, "wait")}
		for range rapid.IntRange(0, 2).Draw(t, "targets") {
			name := fmt.Sprintf("aiko/c%d", rapid.IntRange(0, 3).Draw(t, "target"))
			stage.Targets = append(stage.Targets, kind.ChannelTarget{Channel: resource.Addr{Kind: channelKind, Name: name}})
		}
		plan.Stages = append(plan.Stages, stage)
	}
	if rapid.IntRange(0, 4).Draw(t, "no plan") > 0 {
		add("engagement_plan", "aiko", plan)
	}
	return state
}

func roster(t *rapid.T, s *resource.State) *oncall.Roster {
	r, err := kind.RosterOf(s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// What status says of a person is what happens to them: who is said to be reached by a call or
// text gets one when engaged, who is said to get mail gets that only, and whoever gets
// no call and no text is told why.
func TestStatusIsWhatHappens(t *testing.T) {
	now := time.Date(2026, 12, 8, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		desired, observed := somebody(t, false), somebody(t, true)
		s := &survey{desired: desired, observed: observed, planned: roster(t, desired), live: roster(t, observed), now: now}
		people := s.people()
		if len(people) == 0 {
			if desired.Len()+observed.Len() > 0 {
				t.Fatal("somebody is missing")
			}
			return
		}
		happens := byNothing
		for e := range s.live.SimulateTargets([]string{"aiko"}, now, nil) {
			switch {
			case e.Type != oncall.Paged:
			case e.ChannelType != oncall.Email:
				happens = byPhone
			case happens == byNothing:
				happens = byMail
			}
		}
		if p := people[0]; p.reach != happens {
			t.Fatalf("said %s, and what happens is %s\n%+v", p.reach, happens, p)
		} else if p.reach != byPhone && len(p.hindrances) == 0 {
			t.Fatalf("nothing is in the way, and yet: %s\n%+v", p.reach, p)
		}
	})
}

// Whatever was not read makes a person unknown, and never absent, unless a call or text
// comes all the same.
func TestStatusOfUnread(t *testing.T) {
	read := func(forget string) *person {
		desired, observed := &resource.State{}, &resource.State{}
		for _, side := range []*resource.State{desired, observed} {
			id, status := "", ""
			if side == observed {
				id, status = "arn", kind.Activated
			}
			aiko := resource.Addr{Kind: contactKind, Name: "aiko"}
			phone := resource.Addr{Kind: channelKind, Name: "aiko/phone"}
			for _, o := range []*resource.Object{
				{Addr: aiko, Spec: kind.Contact{}, ID: id},
				{Addr: phone, Parent: aiko, Spec: kind.Channel{Name: "phone", Type: "VOICE"}, ID: id, Status: status},
				{Addr: resource.Addr{Kind: "engagement_plan", Name: "aiko"}, Parent: aiko, ID: id, Spec: kind.EngagementPlan{
					Stages: []kind.ChannelStage{{WaitMinutes: 5, Targets: []kind.ChannelTarget{{Channel: phone}}}}}},
				{Addr: resource.Addr{Kind: "response_plan", Name: "down"}, ID: id, Spec: kind.ResponsePlan{Engage: []resource.Addr{aiko}}},
			} {
				if side == desired || o.Addr.Kind != forget {
					side.Add(o)
				} else {
					observed.MarkUnknown(o.Addr, errors.New("no answer"))
				}
			}
		}
		planned, _ := kind.RosterOf(desired)
		live, _ := kind.RosterOf(observed)
		return (&survey{desired: desired, observed: observed, planned: planned, live: live, now: time.Unix(0, 0)}).people()[0]
	}
	for forget, want := range map[string]reach{"": byPhone, contactKind: reachUnknown, channelKind: reachUnknown, "engagement_plan": reachUnknown, "response_plan": byPhone} {
		p := read(forget)
		if p.reach != want || p.attention() {
			t.Errorf("without %q: %s, attention %v", forget, p.reach, p.attention())
		}
		if !slices.Equal(p.roles, []string{"response_plan/down"}) {
			t.Errorf("without %q: roles %v", forget, p.roles)
		}
		said := slices.ContainsFunc(p.hindrances, func(h hindrance) bool { return h.code == notRead })
		if said != (want == reachUnknown) {
			t.Errorf("without %q: %+v", forget, p.hindrances)
		}
	}
}
