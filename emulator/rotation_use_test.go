package emulator_test

// What hangs on rotations: schedules, members, tags; and the policies of contacts.

import (
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"
	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/emulator"
)

func (c *clients) deleteRotation(arn string) error {
	_, err := c.contacts.DeleteRotation(c.ctx, &ssmcontacts.DeleteRotationInput{RotationId: &arn})
	return err
}

func TestSchedulesHaveRotations(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	aiko := c.person("aiko")
	one, two := c.rotation(rotationOf(aiko)), c.rotation(rotationOf(aiko))
	primary := c.contact("primary", types.ContactTypeOncallSchedule, &types.Plan{RotationIds: []string{two, one}})
	other := c.contact("other", types.ContactTypeOncallSchedule, &types.Plan{RotationIds: []string{one}})
	plan := func(arn string, ids ...string) {
		t.Helper()
		if diff := cmp.Diff(&types.Plan{RotationIds: append([]string{}, ids...)}, c.getContact(arn).Plan, same); diff != "" {
			t.Error(diff)
		}
	}
	plan(primary, two, one)
	says(t, c.updatePlan(primary, &types.Plan{RotationIds: []string{one, one + "x"}}), "Invalid value provided - Invalid resource Arn "+one+"x")
	says(t, c.updatePlan(primary, &types.Plan{RotationIds: []string{aiko}}), "Invalid value provided - Invalid resource Arn "+aiko)
	err := c.updatePlan(primary, &types.Plan{RotationIds: slices.Repeat([]string{one}, 9)})
	fails[*types.ServiceQuotaExceededException](t, err)
	plan(primary, two, one)

	// A rotation that goes leaves all schedules [model].
	if err := c.deleteRotation(one); err != nil {
		t.Fatal(err)
	}
	plan(primary, two)
	plan(other)
	fails[*types.ResourceNotFoundException](t, c.deleteRotation(one))

	c = onboarded(t, emulator.Options{Rules: emulator.Rules{KeepUsedRotations: true, ScheduleStages: true, DanglingTargets: true}})
	one = c.rotation(rotationOf(c.person("aiko")))
	primary = c.contact("primary", types.ContactTypeOncallSchedule, &types.Plan{RotationIds: []string{one, one + "x"}})
	if got := c.getContact(primary).Plan; got.Stages == nil || len(got.Stages) != 0 {
		t.Errorf("stages %v", got.Stages)
	}
	e := fails[*types.ConflictException](t, c.deleteRotation(one))
	want := []types.DependentEntity{{RelationType: aws.String("CONTACT"), DependentResourceIds: []string{primary}}}
	if diff := cmp.Diff(want, e.DependentEntities, same); diff != "" || *e.ResourceId != one || *e.ResourceType != "ROTATION" {
		t.Errorf("%s %s: %s", *e.ResourceType, *e.ResourceId, diff)
	}
	if err := c.updatePlan(primary, &types.Plan{RotationIds: []string{}}); err != nil {
		t.Fatal(err)
	}
	if err := c.deleteRotation(one); err != nil {
		t.Error(err)
	}
}

func TestMembersOfRotationsStay(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	team := c.people("aiko", "ben")
	remove := func(arn string) error {
		_, err := c.contacts.DeleteContact(c.ctx, &ssmcontacts.DeleteContactInput{ContactId: &arn})
		return err
	}
	var arns []string
	for range 26 {
		arns = append(arns, c.rotation(rotationOf(team...)))
	}
	e := fails[*types.ConflictException](t, remove(team[1]))
	if *e.ResourceId != team[1] || *e.ResourceType != "CONTACT" || len(e.DependentEntities) != 1 || *e.DependentEntities[0].RelationType != "ROTATION" {
		t.Fatalf("%s %s %v", *e.ResourceType, *e.ResourceId, e.DependentEntities)
	}
	if ids := e.DependentEntities[0].DependentResourceIds; len(ids) != 25 || !slices.Contains(arns, ids[0]) {
		t.Errorf("dependents %v", ids)
	}
	for _, arn := range arns {
		need(c.contacts.UpdateRotation(c.ctx, &ssmcontacts.UpdateRotationInput{RotationId: &arn, ContactIds: team[:1],
			Recurrence: daily(1, handOff(9, 0))}))(t)
	}
	if err := remove(team[1]); err != nil {
		t.Error(err)
	}
}

func TestRotationTags(t *testing.T) {
	c := onboarded(t, emulator.Options{MaxPage: 2})
	var want []string
	for i := range 3 {
		in := rotationOf(c.person(fmt.Sprintf("p%d", i)))
		in.Tags = contactTags("team", "web", "n", fmt.Sprint(i))
		want = append(want, c.rotation(in))
	}
	c.rotation(rotationOf(c.person("untagged")))
	if err := c.tagContact("arn:aws:ssm-contacts:"+home+":"+account+":contact/p1", contactTags("team", "web")...); err != nil {
		t.Fatal(err)
	}
	want = append(want, "arn:aws:ssm-contacts:"+home+":"+account+":contact/p1")
	slices.Sort(want)
	all := func(kinds ...string) (arns []string) {
		for arn := range c.resources(&resourcegroupstaggingapi.GetResourcesInput{ResourceTypeFilters: kinds}) {
			arns = append(arns, arn)
		}
		slices.Sort(arns)
		return arns
	}
	if diff := cmp.Diff(want, all("ssm-contacts")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want[1:], all("ssm-contacts:rotation")); diff != "" {
		t.Error(diff)
	}
	arn := want[1]
	if err := c.tagContact(arn, contactTags("team", "db", "more", "1")...); err != nil {
		t.Fatal(err)
	}
	need(c.contacts.UntagResource(c.ctx, &ssmcontacts.UntagResourceInput{ResourceARN: &arn, TagKeys: []string{"n", "never"}}))(t)
	if diff := cmp.Diff(map[string]string{"team": "db", "more": "1"}, c.contactTags(arn)); diff != "" {
		t.Error(diff)
	}
	var many []types.Tag
	for i := range 49 {
		many = append(many, contactTags(fmt.Sprintf("k%d", i), "v")...)
	}
	if e := fails[*types.ServiceQuotaExceededException](t, c.tagContact(arn, many...)); *e.ResourceType != "ROTATION" {
		t.Errorf("quota of a %s", *e.ResourceType)
	}
	fails[*types.ValidationException](t, c.tagContact(arn, contactTags("aws:x", "y")...))
	if err := c.deleteRotation(arn); err != nil {
		t.Fatal(err)
	}
	fails[*types.ResourceNotFoundException](t, c.tagContact(arn, contactTags("a", "b")...))
}

func TestRotationQuota(t *testing.T) {
	c := onboarded(t, emulator.Options{Quotas: emulator.Quotas{Rotations: 1}})
	aiko := c.person("aiko")
	c.rotation(rotationOf(aiko))
	_, err := c.contacts.CreateRotation(c.ctx, rotationOf(aiko))
	if e := fails[*types.ServiceQuotaExceededException](t, err); *e.QuotaCode != "L-4EA3AB3A" || *e.ServiceCode != "ssm-contacts" {
		t.Errorf("quota %s of %s", *e.QuotaCode, *e.ServiceCode)
	}
}

func TestContactPolicy(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	aiko := c.person("aiko")
	get := func() *string {
		t.Helper()
		out := need(c.contacts.GetContactPolicy(c.ctx, &ssmcontacts.GetContactPolicyInput{ContactArn: &aiko}))(t)
		if *out.ContactArn != aiko {
			t.Errorf("policy of %s", *out.ContactArn)
		}
		return out.Policy
	}
	put := func(arn, policy string) error {
		_, err := c.contacts.PutContactPolicy(c.ctx, &ssmcontacts.PutContactPolicyInput{ContactArn: &arn, Policy: &policy})
		return err
	}
	if got := get(); got != nil {
		t.Errorf("policy %q", *got)
	}
	for _, policy := range []string{`{"Version":"2012-10-17","Statement":[]}`, "{\n  \"Version\": \"2012-10-17\"\n}\n"} {
		if err := put(aiko, policy); err != nil {
			t.Fatal(err)
		}
		if got := get(); *got != policy {
			t.Errorf("policy %q", *got)
		}
	}
	for _, policy := range []string{"", " \n", "[]", "{", `{"a":1} x`} {
		fails[*types.ValidationException](t, put(aiko, policy))
	}
	fails[*types.ResourceNotFoundException](t, put(aiko+"x", "{}"))
	need(c.contacts.UpdateContact(c.ctx, &ssmcontacts.UpdateContactInput{ContactId: &aiko, DisplayName: aws.String("Aiko")}))(t)
	if got := get(); got == nil {
		t.Error("an update lost the policy")
	}
	_, err := c.contacts.GetContactPolicy(c.ctx, &ssmcontacts.GetContactPolicyInput{ContactArn: aws.String(aiko + "x")})
	fails[*types.ResourceNotFoundException](t, err)
}
