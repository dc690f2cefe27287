package paging

// Laws of explanations: each says all there is to the differences it stands for.

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/watchbill/watchbill/oncall"
	"pgregory.net/rapid"
)

// Where who is engaged explains a change, everything else might as well have stayed.
func TestEngagedExplainsAll(t *testing.T) {
	explained := 0
	rapid.Check(t, func(t *rapid.T) {
		from := anyStart(t)
		p := anyParts(t, from)
		before, after := p.build(t), p.anyChange(t, from).anyChange(t, from).build(t)
		mixed := *before
		mixed.Escalations, mixed.ResponsePlans = after.Escalations, after.ResponsePlans
		for _, c := range Compare(before, after, from, nil) {
			if c.Engaged == nil || c.New() || c.Gone() {
				continue
			}
			explained++
			if c.From.IsZero() {
				c.From, c.To = from, from.AddDate(0, 0, 7*Weeks)
			}
			for range 20 {
				at := anyInstant(t, c, nil)
				if got, want := happens(&mixed, c.ResponsePlan, at), happens(after, c.ResponsePlan, at); !slices.Equal(got, want) {
					t.Fatalf("at %s: explained by %v, which is %v, and it is %v", at, c.Engaged, got, want)
				}
			}
		}
	})
	if explained == 0 {
		t.Error("nothing was explained")
	}
}

// Where how people are reached explains a change, everything but those people might as well
// have stayed, and each of them is said to be reached as they are when engaged alone.
func TestReachedExplainsAll(t *testing.T) {
	explained, others := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		from := anyStart(t)
		p := anyParts(t, from)
		before, after := p.build(t), p.anyChange(t, from).anyChange(t, from).build(t)
		for _, c := range Compare(before, after, from, nil) {
			if len(c.Reached) == 0 {
				others++
				continue
			}
			explained++
			if c.Engaged != nil || c.New() || c.Gone() {
				t.Fatalf("%s is explained by who is engaged, too: %+v", c.ResponsePlan, c)
			}
			mixed := *before
			mixed.People = maps.Clone(before.People)
			for _, r := range c.Reached {
				mixed.People[r.Contact] = after.People[r.Contact]
				checkAlone(t, before, r.Contact, r.Before)
				checkAlone(t, after, r.Contact, r.After)
			}
			if c.From.IsZero() {
				c.From, c.To = from, from.AddDate(0, 0, 7*Weeks)
			}
			for range 20 {
				at := anyInstant(t, c, nil)
				if got, want := happens(&mixed, c.ResponsePlan, at), happens(after, c.ResponsePlan, at); !slices.Equal(got, want) {
					t.Fatalf("at %s: with new ways to reach people it is %v, and afterwards %v", at, got, want)
				}
			}
		}
	})
	if explained == 0 || others == 0 {
		t.Errorf("%d explained by how people are reached, %d not", explained, others)
	}
}

// checkAlone compares a story with an incident that engages one contact.
func checkAlone(t *rapid.T, r *oncall.Roster, contact string, said Story) {
	alone := *r
	alone.ResponsePlans = map[string][]string{"alone": {contact}}
	if got, want := unfold(said), happens(&alone, "alone", time.Unix(0, 0)); !slices.Equal(got, want) {
		t.Fatalf("%s is said to be reached by %v, and is by %v", contact, got, want)
	}
}

// Where shifts explain a change, everything else might as well have stayed, except for
// people who are new.
func TestShiftsExplainAll(t *testing.T) {
	explained, others := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		from := anyStart(t)
		p := anyParts(t, from)
		before, after := p.build(t), p.anyChange(t, from).anyChange(t, from).build(t)
		mixed := *before
		mixed.Schedules, mixed.People = after.Schedules, maps.Clone(after.People)
		maps.Copy(mixed.People, before.People)
		for _, c := range Compare(before, after, from, nil) {
			if !c.ByShifts {
				others++
				continue
			}
			explained++
			if c.Engaged != nil {
				t.Fatalf("%s is explained by what is engaged, too: %v", c.ResponsePlan, c.Engaged)
			}
			for range 20 {
				at := anyInstant(t, c, nil)
				if got, want := happens(&mixed, c.ResponsePlan, at), happens(after, c.ResponsePlan, at); !slices.Equal(got, want) {
					t.Fatalf("at %s: with the new shifts it is %v, and afterwards %v", at, got, want)
				}
			}
		}
	})
	if explained == 0 || others == 0 {
		t.Errorf("%d explained by shifts, %d not", explained, others)
	}
}
