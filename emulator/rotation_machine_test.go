package emulator_test

// Rotations, overrides and policies in the random operations of property_test.go.

import (
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

type modelRotation struct {
	name      string
	team      []string
	hour      int32
	overrides map[string][]string // members by id
}

func (m *machine) inRotation(alias string) bool {
	for _, r := range m.rotations {
		if slices.Contains(r.team, *personARN(alias)) {
			return true
		}
	}
	return false
}

// team is one to three people who exist, or skips the step.
func (m *machine) team(rt *rapid.T) (team []string) {
	for range rapid.IntRange(1, 3).Draw(rt, "members") {
		alias, _ := m.some(rt)
		team = append(team, *personARN(alias))
	}
	return team
}

func (m *machine) rotate(rt *rapid.T) {
	r := &modelRotation{name: rapid.StringMatching(`[a-c]{1,2}`).Draw(rt, "name"), team: m.team(rt), hour: rapid.Int32Range(0, 23).Draw(rt, "hour"),
		overrides: map[string][]string{}}
	in := rotationOf(r.team...)
	in.Name, in.Recurrence = &r.name, daily(1, handOff(r.hour, 0))
	out, err := m.c.contacts.CreateRotation(m.c.ctx, in)
	if err != nil {
		rt.Fatal(err)
	}
	m.rotations[*out.RotationArn] = r
}

func (m *machine) someRotation(rt *rapid.T) (string, *modelRotation) {
	if len(m.rotations) == 0 {
		rt.Skip("no rotations")
	}
	arn := rapid.SampledFrom(slices.Sorted(maps.Keys(m.rotations))).Draw(rt, "rotation")
	return arn, m.rotations[arn]
}

func (m *machine) changeRotation(rt *rapid.T) {
	arn, r := m.someRotation(rt)
	r.hour = rapid.Int32Range(0, 23).Draw(rt, "hour")
	in := &ssmcontacts.UpdateRotationInput{RotationId: &arn, Recurrence: daily(1, handOff(r.hour, 0))}
	if rapid.Bool().Draw(rt, "new team") {
		r.team = m.team(rt)
		in.ContactIds = r.team
	}
	if _, err := m.c.contacts.UpdateRotation(m.c.ctx, in); err != nil {
		rt.Fatal(err)
	}
}

func (m *machine) dropRotation(rt *rapid.T) {
	arn, _ := m.someRotation(rt)
	if err := m.c.deleteRotation(arn); err != nil {
		rt.Fatal(err)
	}
	delete(m.rotations, arn)
}

// The times of all overrides of the machine.
var overrideStart = time.Date(2026, 1, 10, 0, 0, 0, 0, time.UTC)

func (m *machine) override(rt *rapid.T) {
	arn, r := m.someRotation(rt)
	team := m.team(rt)
	out, err := m.c.contacts.CreateRotationOverride(m.c.ctx, &ssmcontacts.CreateRotationOverrideInput{RotationId: &arn, NewContactIds: team,
		StartTime: &overrideStart, EndTime: aws.Time(overrideStart.Add(time.Hour))})
	if err != nil {
		rt.Fatal(err)
	}
	r.overrides[*out.RotationOverrideId] = team
}

func (m *machine) dropOverride(rt *rapid.T) {
	arn, r := m.someRotation(rt)
	if len(r.overrides) == 0 {
		rt.Skip("no overrides")
	}
	id := rapid.SampledFrom(slices.Sorted(maps.Keys(r.overrides))).Draw(rt, "override")
	in := &ssmcontacts.DeleteRotationOverrideInput{RotationId: &arn, RotationOverrideId: &id}
	if _, err := m.c.contacts.DeleteRotationOverride(m.c.ctx, in); err != nil {
		rt.Fatal(err)
	}
	delete(r.overrides, id)
	_, err := m.c.contacts.DeleteRotationOverride(m.c.ctx, in)
	var missing *types.ResourceNotFoundException
	if !errors.As(err, &missing) {
		rt.Fatalf("deleting an override twice: %v", err)
	}
}

func (m *machine) share(rt *rapid.T) {
	alias, p := m.some(rt)
	p.policy = `{"Id":"` + rapid.StringMatching(`[a-z]{3}`).Draw(rt, "policy") + `"}`
	if _, err := m.c.contacts.PutContactPolicy(m.c.ctx, &ssmcontacts.PutContactPolicyInput{ContactArn: personARN(alias), Policy: &p.policy}); err != nil {
		rt.Fatal(err)
	}
}

func (m *machine) policy(rt *rapid.T, arn string) string {
	out, err := m.c.contacts.GetContactPolicy(m.c.ctx, &ssmcontacts.GetContactPolicyInput{ContactArn: &arn})
	if err != nil {
		rt.Fatal(err)
	}
	return aws.ToString(out.Policy)
}

func (m *machine) compareRotations(rt *rapid.T) {
	got := map[string]*modelRotation{}
	for p := ssmcontacts.NewListRotationsPaginator(m.c.contacts, &ssmcontacts.ListRotationsInput{}); p.HasMorePages(); {
		page, err := p.NextPage(m.c.ctx)
		if err != nil {
			rt.Fatal(err)
		}
		for _, r := range page.Rotations {
			got[*r.RotationArn] = &modelRotation{*r.Name, r.ContactIds, r.Recurrence.DailySettings[0].HourOfDay, m.overridesOf(rt, *r.RotationArn)}
		}
	}
	if diff := cmp.Diff(m.rotations, got, cmp.AllowUnexported(modelRotation{})); diff != "" {
		rt.Fatal(diff)
	}
}

func (m *machine) overridesOf(rt *rapid.T, arn string) map[string][]string {
	got := map[string][]string{}
	in := &ssmcontacts.ListRotationOverridesInput{RotationId: &arn, StartTime: &overrideStart, EndTime: aws.Time(overrideStart.Add(time.Minute))}
	for p := ssmcontacts.NewListRotationOverridesPaginator(m.c.contacts, in); p.HasMorePages(); {
		page, err := p.NextPage(m.c.ctx)
		if err != nil {
			rt.Fatal(err)
		}
		for _, o := range page.RotationOverrides {
			got[*o.RotationOverrideId] = o.NewContactIds
		}
	}
	return got
}
