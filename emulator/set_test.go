package emulator_test

import (
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	contactstypes "github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/emulator"
)

func (c *clients) set(arn string) *types.ReplicationSet {
	c.t.Helper()
	return need(c.incidents.GetReplicationSet(c.ctx, &ssmincidents.GetReplicationSetInput{Arn: &arn}))(c.t).ReplicationSet
}

func (c *clients) updateSet(arn string, action types.UpdateReplicationSetAction) error {
	_, err := c.incidents.UpdateReplicationSet(c.ctx, &ssmincidents.UpdateReplicationSetInput{Arn: &arn,
		Actions: []types.UpdateReplicationSetAction{action}})
	return err
}

func addRegion(name string) types.UpdateReplicationSetAction {
	return &types.UpdateReplicationSetActionMemberAddRegionAction{Value: types.AddRegionAction{RegionName: &name}}
}

func deleteRegion(name string) types.UpdateReplicationSetAction {
	return &types.UpdateReplicationSetActionMemberDeleteRegionAction{Value: types.DeleteRegionAction{RegionName: &name}}
}

func (c *clients) deleteSet(arn string) error {
	_, err := c.incidents.DeleteReplicationSet(c.ctx, &ssmincidents.DeleteReplicationSetInput{Arn: &arn})
	return err
}

// statuses are the status of a set and of its Regions.
func statuses(s *types.ReplicationSet) map[string]string {
	m := map[string]string{"": string(s.Status)}
	for name, r := range s.RegionMap {
		m[name] = string(r.Status)
	}
	return m
}

func TestSetLivesByTheClock(t *testing.T) {
	now := newClock()
	c := empty(t, emulator.Options{Now: now.Now, ReplicationDelay: time.Minute})
	expect := func(arn string, want map[string]string) {
		t.Helper()
		if diff := cmp.Diff(want, statuses(c.set(arn))); diff != "" {
			t.Error(diff)
		}
	}
	arn := c.createSet(home, dr)
	expect(arn, map[string]string{"": "CREATING", home: "CREATING", dr: "CREATING"})
	err := c.updateSet(arn, addRegion("eu-west-1"))
	fails[*types.ConflictException](t, err)
	fails[*types.ValidationException](t, c.deleteSet(arn))

	now.Advance(time.Minute)
	expect(arn, map[string]string{"": "ACTIVE", home: "ACTIVE", dr: "ACTIVE"})
	got := c.set(arn)
	created := now.Now().Add(-time.Minute)
	if !got.CreatedTime.Equal(created) || *got.CreatedBy != "arn:aws:iam::"+account+":user/local" || got.DeletionProtected == nil || *got.DeletionProtected || *got.Arn != arn {
		t.Errorf("read back: %+v", got)
	}
	if r := got.RegionMap[home]; *r.SseKmsKeyId != "DefaultKey" || r.StatusMessage != nil || !r.StatusUpdateDateTime.Equal(now.Now()) {
		t.Errorf("home: %+v", r)
	}
	if r := got.RegionMap[dr]; *r.StatusMessage != "Tagging inaccessible" {
		t.Errorf("second Region: %+v", r)
	}

	if err := c.updateSet(arn, addRegion("eu-west-1")); err != nil {
		t.Fatal(err)
	}
	expect(arn, map[string]string{"": "UPDATING", home: "ACTIVE", dr: "ACTIVE", "eu-west-1": "CREATING"})
	fails[*types.ConflictException](t, c.updateSet(arn, deleteRegion(dr)))
	now.Advance(25 * time.Hour)
	expect(arn, map[string]string{"": "ACTIVE", home: "ACTIVE", dr: "ACTIVE", "eu-west-1": "ACTIVE"})

	if err := c.updateSet(arn, deleteRegion(dr)); err != nil {
		t.Fatal(err)
	}
	expect(arn, map[string]string{"": "UPDATING", home: "ACTIVE", dr: "DELETING", "eu-west-1": "ACTIVE"})
	now.Advance(time.Minute)
	expect(arn, map[string]string{"": "ACTIVE", home: "ACTIVE", "eu-west-1": "ACTIVE"})

	if err := c.deleteSet(arn); err != nil {
		t.Fatal(err)
	}
	expect(arn, map[string]string{"": "DELETING", home: "DELETING", "eu-west-1": "DELETING"})
	fails[*types.ValidationException](t, c.deleteSet(arn))
	now.Advance(time.Minute)
	_, err = c.incidents.GetReplicationSet(c.ctx, &ssmincidents.GetReplicationSetInput{Arn: &arn})
	if e := fails[*types.ResourceNotFoundException](t, err); e.ResourceType != types.ResourceTypeReplicationSet || *e.ResourceIdentifier != arn {
		t.Errorf("missed: %s %v", e.ResourceType, e.ResourceIdentifier)
	}
	if got := need(c.incidents.ListReplicationSets(c.ctx, &ssmincidents.ListReplicationSetsInput{}))(t).ReplicationSetArns; len(got) != 0 {
		t.Errorf("listed: %v", got)
	}
}

// TestWaiters lets the SDK's own waiters look at a set that takes its time.
func TestWaiters(t *testing.T) {
	c := empty(t, emulator.Options{ReplicationDelay: 30 * time.Millisecond, RegionLock: -1})
	arn := c.createSet(home)
	if s := c.set(arn).Status; s != types.ReplicationSetStatusCreating {
		t.Errorf("status %s", s)
	}
	get := &ssmincidents.GetReplicationSetInput{Arn: &arn}
	active := ssmincidents.NewWaitForReplicationSetActiveWaiter(c.incidents, func(o *ssmincidents.WaitForReplicationSetActiveWaiterOptions) {
		o.MinDelay, o.MaxDelay = time.Millisecond, 5*time.Millisecond
	})
	if err := active.Wait(c.ctx, get, 10*time.Second); err != nil {
		t.Error(err)
	}
	if err := c.deleteSet(arn); err != nil {
		t.Fatal(err)
	}
	gone := ssmincidents.NewWaitForReplicationSetDeletedWaiter(c.incidents, func(o *ssmincidents.WaitForReplicationSetDeletedWaiterOptions) {
		o.MinDelay, o.MaxDelay = time.Millisecond, 5*time.Millisecond
	})
	if err := gone.Wait(c.ctx, get, 10*time.Second); err != nil {
		t.Error(err)
	}
}

func TestOneSetAnAccount(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	_, err := c.incidents.CreateReplicationSet(c.ctx, &ssmincidents.CreateReplicationSetInput{
		Regions: map[string]types.RegionMapInputValue{home: {}}})
	if e := fails[*types.ServiceQuotaExceededException](t, err); e.ServiceCode != types.ServiceCodeSsmIncidents || *e.QuotaCode == "" {
		t.Errorf("quota %v of %s", e.QuotaCode, e.ServiceCode)
	}
	elsewhere := connect(t, c.http, "eu-west-1")
	_, err = elsewhere.incidents.CreateReplicationSet(c.ctx, &ssmincidents.CreateReplicationSetInput{
		Regions: map[string]types.RegionMapInputValue{"eu-west-1": {}}})
	fails[*types.ServiceQuotaExceededException](t, err)
}

func TestSetsThatAreRefused(t *testing.T) {
	key := types.RegionMapInputValue{SseKmsKeyId: aws.String("arn:aws:kms:x:111122223333:key/1")}
	for name, regions := range map[string]map[string]types.RegionMapInputValue{
		"without the caller": {dr: {}},
		"keys for some":      {home: key, dr: {}},
		"no such Region":     {home: {}, "mars-north-1": {}},
		"none":               {},
		"four":               {home: {}, dr: {}, "eu-west-1": {}, "eu-west-2": {}},
	} {
		t.Run(name, func(t *testing.T) {
			c := empty(t, emulator.Options{})
			_, err := c.incidents.CreateReplicationSet(c.ctx, &ssmincidents.CreateReplicationSetInput{Regions: regions})
			fails[*types.ValidationException](t, err)
		})
	}
	c := empty(t, emulator.Options{ReplicationDelay: -1, Rules: emulator.Rules{AnyRegion: true}})
	c.createSet(home, "mars-north-1")
}

func TestCustomerKeys(t *testing.T) {
	c := empty(t, emulator.Options{ReplicationDelay: -1})
	key := aws.String("arn:aws:kms:ap-northeast-1:111122223333:key/1")
	arn := *need(c.incidents.CreateReplicationSet(c.ctx, &ssmincidents.CreateReplicationSetInput{
		Regions: map[string]types.RegionMapInputValue{home: {SseKmsKeyId: key}}}))(t).Arn
	if got := c.set(arn).RegionMap[home].SseKmsKeyId; *got != *key {
		t.Errorf("key reads back as %s", *got)
	}
	says(t, c.updateSet(arn, addRegion(dr)), "customer managed key")
	add := &types.UpdateReplicationSetActionMemberAddRegionAction{Value: types.AddRegionAction{RegionName: aws.String(dr), SseKmsKeyId: key}}
	if err := c.updateSet(arn, add); err != nil {
		t.Error(err)
	}
}

func TestRegionChangesThatAreRefused(t *testing.T) {
	c := empty(t, emulator.Options{ReplicationDelay: -1})
	arn := c.createSet(home, dr)
	fails[*types.ConflictException](t, c.updateSet(arn, addRegion(dr)))
	fails[*types.ValidationException](t, c.updateSet(arn, deleteRegion("eu-west-1")))
	says(t, fails[*types.ValidationException](t, c.updateSet(arn, deleteRegion(dr))), "24 hours")
	says(t, fails[*types.ValidationException](t, c.deleteSet(arn)), "24 hours")
	if err := c.updateSet(arn, addRegion("eu-west-1")); err != nil {
		t.Fatal(err)
	}
	fails[*types.ValidationException](t, c.updateSet(arn, addRegion("eu-west-2"))) // a fourth
	_, err := c.incidents.UpdateReplicationSet(c.ctx, &ssmincidents.UpdateReplicationSetInput{Arn: &arn,
		Actions: []types.UpdateReplicationSetAction{addRegion("eu-west-2"), addRegion("eu-west-3")}})
	says(t, fails[*types.ValidationException](t, err), "'actions' failed to satisfy constraint: Member must have length less than or equal to 1")
	gone := arn + "x"
	fails[*types.ResourceNotFoundException](t, c.updateSet(gone, addRegion("eu-west-2")))
	fails[*types.ResourceNotFoundException](t, c.deleteSet(gone))
	outside := connect(t, c.http, "sa-east-1")
	fails[*types.ResourceNotFoundException](t, outside.deleteSet(arn))
	if got := need(outside.incidents.ListReplicationSets(c.ctx, &ssmincidents.ListReplicationSetsInput{}))(t).ReplicationSetArns; len(got) != 0 {
		t.Errorf("seen from outside: %v", got)
	}
}

func TestDeletionProtection(t *testing.T) {
	c := empty(t, emulator.Options{ReplicationDelay: -1, RegionLock: -1})
	arn := c.createSet(home, dr)
	protect := func(on bool) {
		t.Helper()
		need(c.incidents.UpdateDeletionProtection(c.ctx, &ssmincidents.UpdateDeletionProtectionInput{Arn: &arn, DeletionProtected: &on}))(t)
	}
	protect(true)
	if !*c.set(arn).DeletionProtected {
		t.Error("not protected")
	}
	says(t, fails[*types.ValidationException](t, c.deleteSet(arn)), "protected")
	if err := c.updateSet(arn, deleteRegion(dr)); err != nil { // protects the last Region only
		t.Fatal(err)
	}
	says(t, c.updateSet(arn, deleteRegion(home)), "protected")
	protect(false)
	if err := c.updateSet(arn, deleteRegion(home)); err != nil {
		t.Fatal(err)
	}
	gone := false
	_, err := c.incidents.GetReplicationSet(c.ctx, &ssmincidents.GetReplicationSetInput{Arn: &arn})
	if e := (*types.ResourceNotFoundException)(nil); errors.As(err, &e) {
		gone = true
	}
	if !gone {
		t.Errorf("deleting the last Region left %v", err)
	}
}

func TestDeletedSetTakesEverything(t *testing.T) {
	dir := t.TempDir()
	c := onboarded(t, emulator.Options{Dir: dir, RegionLock: -1})
	aiko := c.person("aiko")
	c.channel(aiko, "mail", contactstypes.ChannelTypeEmail, "aiko@example.com")
	plan := c.plan("down")
	sets := need(c.incidents.ListReplicationSets(c.ctx, &ssmincidents.ListReplicationSetsInput{}))(t).ReplicationSetArns
	if err := c.deleteSet(sets[0]); err != nil {
		t.Fatal(err)
	}
	_, err := c.contacts.GetContact(c.ctx, &ssmcontacts.GetContactInput{ContactId: &aiko})
	says(t, fails[*contactstypes.ValidationException](t, err), "Invalid value provided - Account not found for the request")
	c.createSet(home)
	if got := c.aliases(); len(got) != 0 {
		t.Errorf("contacts came back: %v", got)
	}
	_, err = c.incidents.GetResponsePlan(c.ctx, &ssmincidents.GetResponsePlanInput{Arn: &plan})
	fails[*types.ResourceNotFoundException](t, err)
	if got := c.outbox().Messages; len(got) != 0 {
		t.Errorf("outbox: %v", got)
	}
}

// TestAccountGate: without an ACTIVE set that holds the calling Region nothing works.
func TestAccountGate(t *testing.T) {
	now := newClock()
	c := empty(t, emulator.Options{Now: now.Now, ReplicationDelay: time.Minute})
	gated := func(c *clients) {
		t.Helper()
		for _, call := range []func() error{
			func() error { _, err := c.contacts.ListContacts(c.ctx, &ssmcontacts.ListContactsInput{}); return err },
			func() error { return create(c.contacts, "aiko") },
		} {
			err := call()
			e := fails[*contactstypes.ValidationException](t, err)
			if e.ErrorMessage() != "Invalid value provided - Account not found for the request" {
				t.Errorf("text %q", e.ErrorMessage())
			}
		}
		_, err := c.incidents.CreateResponsePlan(c.ctx, planInput("down"))
		if e := fails[*types.ResourceNotFoundException](t, err); e.ResourceType != types.ResourceTypeReplicationSet {
			t.Errorf("missed a %s", e.ResourceType)
		}
		_, err = c.incidents.ListResponsePlans(c.ctx, &ssmincidents.ListResponsePlansInput{}) // declares no NotFound
		fails[*types.ValidationException](t, err)
		need(c.incidents.ListReplicationSets(c.ctx, &ssmincidents.ListReplicationSetsInput{}))(t)
	}
	gated(c)
	arn := c.createSet(home)
	gated(c) // CREATING
	now.Advance(time.Minute)
	c.person("ben")
	gated(connect(t, c.http, "eu-west-1")) // not its Region
	if err := c.updateSet(arn, addRegion(dr)); err != nil {
		t.Fatal(err)
	}
	gated(c) // UPDATING
	now.Advance(time.Minute)
	connect(t, c.http, dr).person("ben") // contacts belong to their Region
	if diff := cmp.Diff([]string{"ben"}, c.aliases()); diff != "" {
		t.Error(diff)
	}

	open := empty(t, emulator.Options{Now: now.Now, ReplicationDelay: time.Minute, Rules: emulator.Rules{OpenWhileUpdating: true}})
	arn = open.createSet(home)
	now.Advance(time.Minute)
	if err := open.updateSet(arn, addRegion(dr)); err != nil {
		t.Fatal(err)
	}
	open.person("aiko")
}

func TestClosedAccount(t *testing.T) {
	c := empty(t, emulator.Options{ClosedAccount: true})
	_, err := c.incidents.CreateReplicationSet(c.ctx, &ssmincidents.CreateReplicationSetInput{
		Regions: map[string]types.RegionMapInputValue{home: {}}})
	if e := fails[smithy.APIError](t, err); e.ErrorCode() != "UnsupportedOperationException" {
		t.Errorf("code %s", e.ErrorCode())
	}
}
