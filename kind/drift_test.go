package kind_test

// What somebody changed by hand is seen and put right.

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	incidenttypes "github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"

	"github.com/watchbill/watchbill/emulator"
)

var planARN = aws.String("arn:aws:ssm-incidents::111122223333:response-plan/down")

// drifts are done by hand to the account of the plan "all"; changes is what puts
// them right.
var drifts = map[string]struct {
	hand    func(*account) error
	changes string
}{
	"a stage edited": {func(a *account) error {
		stages := a.stages("aiko")
		stages[0].DurationInMinutes = aws.Int32(30)
		return a.setStages("aiko", stages)
	}, "update engagement_plan/aiko stages[0].wait_minutes"},
	"the order of targets edited, which means nothing": {func(a *account) error {
		stages := a.stages("aiko")
		targets := stages[0].Targets
		targets[0], targets[2] = targets[2], targets[0]
		return a.setStages("aiko", stages)
	}, ""},
	"all stages removed":    {func(a *account) error { return a.setStages("aiko", []types.Stage{}) }, "create engagement_plan/aiko"},
	"an escalation emptied": {func(a *account) error { return a.setStages("web", []types.Stage{}) }, "update escalation_plan/web stages"},
	"a channel deleted": {func(a *account) error {
		_, err := a.hand.Contacts.DeleteContactChannel(a.t.Context(), &ssmcontacts.DeleteContactChannelInput{ContactChannelId: a.channel("aiko", "phone")})
		return err
	}, `
		create channel/aiko/phone
		update engagement_plan/aiko stages[0].targets[0].channel stages[0].targets[1].channel`},
	"a channel renamed": {func(a *account) error {
		_, err := a.hand.Contacts.UpdateContactChannel(a.t.Context(), &ssmcontacts.UpdateContactChannelInput{
			ContactChannelId: a.channel("aiko", "phone"), Name: aws.String("My phone")})
		return err
	}, "update channel/aiko/phone name"},
	"a channel's address changed": {func(a *account) error {
		_, err := a.hand.Contacts.UpdateContactChannel(a.t.Context(), &ssmcontacts.UpdateContactChannelInput{
			ContactChannelId: a.channel("aiko", "phone"), DeliveryAddress: &types.ContactChannelAddress{SimpleAddress: aws.String("+12025550188")}})
		return err
	}, "update channel/aiko/phone address"},
	"a channel added": {func(a *account) error {
		_, err := a.hand.Contacts.CreateContactChannel(a.t.Context(), &ssmcontacts.CreateContactChannelInput{ContactId: contactID("aiko"),
			Name: aws.String("Fax of ours"), Type: types.ChannelTypeVoice, DeliveryAddress: &types.ContactChannelAddress{SimpleAddress: aws.String("+12025550188")}})
		return err
	}, "delete channel/aiko/Fax of ours"},
	"a contact renamed": {func(a *account) error {
		_, err := a.hand.Contacts.UpdateContact(a.t.Context(), &ssmcontacts.UpdateContactInput{ContactId: contactID("aiko"), DisplayName: aws.String("Somebody")})
		return err
	}, "update contact/aiko display_name"},
	"a contact deleted": {func(a *account) error {
		_, err := a.hand.Contacts.DeleteContact(a.t.Context(), &ssmcontacts.DeleteContactInput{ContactId: contactID("aiko")})
		return err
	}, `
		create channel/aiko/mail
		create channel/aiko/phone
		create channel/aiko/text
		create contact/aiko
		create engagement_plan/aiko
		update escalation_plan/web stages[0].targets[0].contact`},
	"tags added and changed": {func(a *account) error {
		a.tag("ben", "cost", "center")
		a.tag("ben", "watchbill-protect", "true")
		return nil
	}, "update contact/ben tags"},
	"a response plan rewritten": {func(a *account) error {
		_, err := a.hand.Incidents.UpdateResponsePlan(a.t.Context(), &ssmincidents.UpdateResponsePlanInput{Arn: planARN,
			IncidentTemplateTitle: aws.String("Nothing is down"), Engagements: []string{}, IncidentTemplateSummary: aws.String("Sleep on."),
			ChatChannel: &incidenttypes.ChatChannelMemberChatbotSns{Value: []string{"arn:aws:sns:us-east-1:111122223333:x"}}})
		return err
	}, "update response_plan/down title summary engage chat"},
	"deletion protection switched on, of which the plan says nothing": {func(a *account) error {
		sets, err := a.hand.Incidents.ListReplicationSets(a.t.Context(), &ssmincidents.ListReplicationSetsInput{})
		if err != nil {
			return err
		}
		_, err = a.hand.Incidents.UpdateDeletionProtection(a.t.Context(), &ssmincidents.UpdateDeletionProtectionInput{
			Arn: &sets.ReplicationSetArns[0], DeletionProtected: aws.Bool(true)})
		return err
	}, ""},
}

// updateByHand changes the rotation of the plan "staffed".
func (a *account) updateByHand(in *ssmcontacts.UpdateRotationInput, recurrence func(*types.RecurrenceSettings)) error {
	r := a.liveRotations()["primary/weekly"]
	if recurrence != nil {
		recurrence(r.Recurrence)
	}
	in.RotationId, in.Recurrence = r.RotationArn, r.Recurrence
	_, err := a.hand.Contacts.UpdateRotation(a.t.Context(), in)
	return err
}

func (a *account) setRotations(ids ...string) error {
	_, err := a.hand.Contacts.UpdateContact(a.t.Context(), &ssmcontacts.UpdateContactInput{
		ContactId: contactID("primary"), Plan: &types.Plan{RotationIds: append([]string{}, ids...)}})
	return err
}

// scheduleDrifts are done by hand to the schedule of the plan "staffed".
var scheduleDrifts = map[string]struct {
	hand    func(*account) error
	changes string
}{
	"the order of turns edited": {func(a *account) error {
		return a.updateByHand(&ssmcontacts.UpdateRotationInput{ContactIds: []string{*contactID("ben"), *contactID("aiko")}}, nil)
	}, "update rotation/primary/weekly contacts[0] contacts[1]"},
	"the start edited": {func(a *account) error {
		return a.updateByHand(&ssmcontacts.UpdateRotationInput{StartTime: aws.Time(monday)}, nil)
	}, "update rotation/primary/weekly start"},
	"the start edited by less than a second": {func(a *account) error {
		return a.updateByHand(&ssmcontacts.UpdateRotationInput{StartTime: aws.Time(instant(a.t, "2026-12-07T00:00").Add(300 * time.Millisecond))}, nil)
	}, ""},
	"weeks made days": {func(a *account) error {
		return a.updateByHand(&ssmcontacts.UpdateRotationInput{}, func(r *types.RecurrenceSettings) {
			r.WeeklySettings, r.DailySettings = nil, []types.HandOffTime{{HourOfDay: 9}}
		})
	}, "update rotation/primary/weekly recurrence.unit recurrence.handoffs[0]"},
	"a day without a time covered, which is nothing at all": {func(a *account) error {
		return a.updateByHand(&ssmcontacts.UpdateRotationInput{}, func(r *types.RecurrenceSettings) {
			r.ShiftCoverages = map[string][]types.CoverageTime{"MON": {}}
		})
	}, "update rotation/primary/weekly coverage"},
	"a rotation deleted": {func(a *account) error {
		_, err := a.hand.Contacts.DeleteRotation(a.t.Context(), &ssmcontacts.DeleteRotationInput{RotationId: a.liveRotations()["primary/weekly"].RotationArn})
		return err
	}, `
		create override/primary/weekly/2026-12-24T00:00Z
		create rotation/primary/weekly
		update schedule/primary rotations`},
	"an override deleted": {func(a *account) error {
		a.loseOverride()
		return nil
	}, "create override/primary/weekly/2026-12-24T00:00Z"},
	"the marks taken away, which are for when it leaves the plan": {func(a *account) error {
		_, err := a.hand.Contacts.UntagResource(a.t.Context(), &ssmcontacts.UntagResourceInput{
			ResourceARN: a.liveRotations()["primary/weekly"].RotationArn, TagKeys: []string{"watchbill-overrides"}})
		return err
	}, ""},
	"a schedule emptied": {func(a *account) error { return a.setRotations() }, "update schedule/primary rotations"},
	"a schedule given somebody's rotation": {func(a *account) error {
		r := a.liveRotations()["primary/weekly"]
		out, err := a.hand.Contacts.CreateRotation(a.t.Context(), &ssmcontacts.CreateRotationInput{Name: aws.String("By hand"),
			ContactIds: r.ContactIds, TimeZoneId: r.TimeZoneId, Recurrence: r.Recurrence})
		if err != nil {
			return err
		}
		return a.setRotations(*r.RotationArn, *out.RotationArn)
	}, "update schedule/primary rotations"},
	"a schedule renamed": {func(a *account) error {
		_, err := a.hand.Contacts.UpdateContact(a.t.Context(), &ssmcontacts.UpdateContactInput{ContactId: contactID("primary"), DisplayName: aws.String("Somebody")})
		return err
	}, "update schedule/primary display_name"},
	"a schedule deleted": {func(a *account) error {
		_, err := a.hand.Contacts.DeleteContact(a.t.Context(), &ssmcontacts.DeleteContactInput{ContactId: contactID("primary")})
		return err
	}, `
		update escalation_plan/web stages[0].targets[0].contact stages[0].targets[1].contact
		create schedule/primary`},
}

func TestScheduleDriftIsRepaired(t *testing.T) {
	for name, d := range scheduleDrifts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := open(t, emulator.Options{})
			desired := compile(t, replaced(staffed, "[{page: [aiko], wait: 10m}", "[{page: [aiko, primary], wait: 10m}"))
			a.apply(desired)
			if err := d.hand(a); err != nil {
				t.Fatal(err)
			}
			a.look(desired).expect(d.changes).do()
			a.settled(desired)
		})
	}
}

func TestDriftIsRepaired(t *testing.T) {
	for name, d := range drifts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := open(t, emulator.Options{})
			desired := compile(t, all)
			a.apply(desired)
			if err := d.hand(a); err != nil {
				t.Fatal(err)
			}
			a.look(desired).expect(d.changes).do()
			a.settled(desired)
		})
	}
}

// The mark taken away by hand: the resource is no longer ours to touch.
func TestMarkTakenAway(t *testing.T) {
	a := open(t, emulator.Options{})
	desired := compile(t, all)
	a.apply(desired)
	if _, err := a.hand.Contacts.UntagResource(t.Context(), &ssmcontacts.UntagResourceInput{ResourceARN: contactID("aiko"), TagKeys: []string{"watchbill-owner"}}); err != nil {
		t.Fatal(err)
	}
	a.look(desired).expect("refused foreign contact/aiko")
}

// A stage of somebody else's making can page what no plan can say; it shows by a
// printable address and is put right.
func TestTargetsNoPlanCanSay(t *testing.T) {
	a := open(t, emulator.Options{Rules: emulator.Rules{DanglingTargets: true}})
	desired := compile(t, all)
	a.apply(desired)
	if err := a.setStages("aiko", []types.Stage{{DurationInMinutes: aws.Int32(5), Targets: []types.Target{
		{ChannelTargetInfo: &types.ChannelTargetInfo{ContactChannelId: aws.String("arn:aws:ssm-contacts:us-east-1:111122223333:contact-channel/aiko/0-dead")}}}}}); err != nil {
		t.Fatal(err)
	}
	if err := a.setStages("web", []types.Stage{
		{DurationInMinutes: aws.Int32(10), Targets: []types.Target{{ContactTargetInfo: &types.ContactTargetInfo{
			ContactId: aws.String("arn:aws:ssm-contacts:us-east-1:111122223333:contact/gone"), IsEssential: aws.Bool(true)}}}},
		{DurationInMinutes: aws.Int32(10), Targets: []types.Target{{ContactTargetInfo: &types.ContactTargetInfo{
			ContactId: contactID("ben"), IsEssential: aws.Bool(true)}}}},
	}); err != nil {
		t.Fatal(err)
	}
	l := a.look(desired).expect(`
		update engagement_plan/aiko stages[0].targets
		update escalation_plan/web stages[0].targets[0].contact`)
	if got := details(l.cs); got != "engagement_plan/aiko stages[0].targets: [{channel/aiko/?0-dead 0}] → [{channel/aiko/mail 0} {channel/aiko/phone 0} {channel/aiko/text 0}]\n"+
		"escalation_plan/web stages[0].targets[0].contact: contact/?gone → contact/aiko\n" {
		t.Errorf("got:\n%s", got)
	}
	l.do()
	a.settled(desired)
}

func (a *account) setStages(alias string, stages []types.Stage) error {
	_, err := a.hand.Contacts.UpdateContact(a.t.Context(), &ssmcontacts.UpdateContactInput{ContactId: contactID(alias), Plan: &types.Plan{Stages: stages}})
	return err
}

// channel is the identifier of a contact's channel of that name.
func (a *account) channel(alias, name string) *string {
	for _, c := range a.channels(alias) {
		if *c.Name == name {
			return c.ContactChannelArn
		}
	}
	a.t.Fatalf("%s has no channel called %s", alias, name)
	return nil
}
