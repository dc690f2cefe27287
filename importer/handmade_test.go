package importer_test

// Accounts as people make them with other tools.

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	incidents "github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"
)

// ready is an account with a replication set that nobody owns.
func ready(t testing.TB) *account {
	t.Helper()
	a := open(t)
	_, err := a.Incidents.CreateReplicationSet(t.Context(), &ssmincidents.CreateReplicationSetInput{Regions: map[string]incidents.RegionMapInputValue{region: {}}})
	a.must(err)
	return a
}

func (a *account) contact(kind types.ContactType, alias, name string, plan *types.Plan, tags ...types.Tag) (string, error) {
	in := &ssmcontacts.CreateContactInput{Alias: &alias, Type: kind, Plan: plan, Tags: tags}
	if name != "" {
		in.DisplayName = &name
	}
	if plan == nil {
		in.Plan = &types.Plan{Stages: []types.Stage{}}
	}
	out, err := a.Contacts.CreateContact(a.t.Context(), in)
	if err != nil {
		return "", err
	}
	return *out.ContactArn, nil
}

func (a *account) channel(contact, name string, kind types.ChannelType, address string) (string, error) {
	out, err := a.Contacts.CreateContactChannel(a.t.Context(), &ssmcontacts.CreateContactChannelInput{
		ContactId: &contact, Name: &name, Type: kind, DeliveryAddress: &types.ContactChannelAddress{SimpleAddress: &address}})
	if err != nil {
		return "", err
	}
	return *out.ContactChannelArn, nil
}

func (a *account) plan(contact string, stages ...types.Stage) error {
	_, err := a.Contacts.UpdateContact(a.t.Context(), &ssmcontacts.UpdateContactInput{ContactId: &contact, Plan: &types.Plan{Stages: stages}})
	return err
}

func (a *account) rotation(name, zone string, start time.Time, r *types.RecurrenceSettings, contacts ...string) (string, error) {
	out, err := a.Contacts.CreateRotation(a.t.Context(), &ssmcontacts.CreateRotationInput{
		Name: &name, ContactIds: contacts, StartTime: &start, TimeZoneId: &zone, Recurrence: r})
	if err != nil {
		return "", err
	}
	return *out.RotationArn, nil
}

func weekly(day types.DayOfWeek, hour int32) *types.RecurrenceSettings {
	return &types.RecurrenceSettings{NumberOfOnCalls: aws.Int32(1), RecurrenceMultiplier: aws.Int32(1),
		WeeklySettings: []types.WeeklySetting{{DayOfWeek: day, HandOffTime: &types.HandOffTime{HourOfDay: hour}}}}
}

func pages(wait, retry int32, channels ...string) types.Stage {
	s := types.Stage{DurationInMinutes: &wait, Targets: []types.Target{}}
	for _, c := range channels {
		s.Targets = append(s.Targets, types.Target{ChannelTargetInfo: &types.ChannelTargetInfo{ContactChannelId: aws.String(c), RetryIntervalInMinutes: &retry}})
	}
	return s
}

func engages(wait int32, contacts ...string) types.Stage {
	s := types.Stage{DurationInMinutes: &wait, Targets: []types.Target{}}
	for _, c := range contacts {
		s.Targets = append(s.Targets, types.Target{ContactTargetInfo: &types.ContactTargetInfo{ContactId: aws.String(c), IsEssential: aws.Bool(true)}})
	}
	return s
}

// must2 is for calls that give something back.
func must2[T any](a *account) func(T, error) T {
	return func(v T, err error) T {
		a.t.Helper()
		a.must(err)
		return v
	}
}

// person is a contact with one phone.
func (a *account) person(alias string) (contact, phone string) {
	a.t.Helper()
	ok := must2[string](a)
	contact = ok(a.contact(types.ContactTypePersonal, alias, "", nil))
	phone = ok(a.channel(contact, "phone", types.ChannelTypeVoice, "+12025550101"))
	a.must(a.plan(contact, pages(10, 0, phone)))
	return contact, phone
}

func (a *account) responsePlan(name, title string, engage ...string) {
	a.t.Helper()
	_, err := a.Incidents.CreateResponsePlan(a.t.Context(), &ssmincidents.CreateResponsePlanInput{
		Name: &name, Engagements: engage, IncidentTemplate: &incidents.IncidentTemplate{Title: &title, Impact: aws.Int32(3)}})
	a.must(err)
}

// Names as the console asks for them are kept, also where two are alike.
func TestImportFreeNames(t *testing.T) {
	a := ready(t)
	ok := must2[string](a)
	aiko := ok(a.contact(types.ContactTypePersonal, "aiko", "佐藤 愛子", nil))
	a.must(a.plan(aiko,
		pages(5, 2, ok(a.channel(aiko, "Work phone", types.ChannelTypeVoice, "+12025550101"))),
		pages(0, 0, ok(a.channel(aiko, "work-phone", types.ChannelTypeSms, "+12025550101"))),
		pages(30, 0, ok(a.channel(aiko, "携帯", types.ChannelTypeSms, "+12025550102"))),
		pages(15, 0),
	))
	for _, s := range []struct {
		name string
		hour int32
	}{{"day", 9}, {"night", 21}} {
		turns := ok(a.rotation("Weekly turns", "Asia/Tokyo", time.Date(2026, 11, 2, int(s.hour)-9, 0, 0, 0, time.UTC), weekly("MON", s.hour), aiko))
		ok(a.contact(types.ContactTypeOncallSchedule, s.name, s.name, &types.Plan{RotationIds: []string{turns}}))
	}
	a.importInto(t.TempDir()).same().left().
		has("people.yaml",
			"    name: 佐藤 愛子",
			"      channel: {sms: {file: addresses/aiko.channel.txt}, name: 携帯} # not activated: pages nobody yet",
			"      work-phone: {sms: {file: addresses/aiko.work-phone.txt}} # not activated: pages nobody yet",
			"      work-phone-2: {voice: {file: addresses/aiko.work-phone-2.txt}, name: Work phone} # not activated: pages nobody yet",
			"      - page: [work-phone]\n        wait: 0m",
			"      - page: [channel]\n        wait: 45m # several stages in AWS").
		has("schedules.yaml", "      weekly-turns:\n        name: Weekly turns").
		has("addresses/aiko.channel.txt", "+12025550102")
}

// What a plan cannot say is left out with whatever refers to it, and the reason is said.
func TestImportLeavesOut(t *testing.T) {
	a := ready(t)
	ok := must2[string](a)
	aiko, phone := a.person("aiko")
	ben, _ := a.person("ben")
	long := strings.Repeat("x", 51)
	longName, _ := a.person(long)
	ok(a.contact(types.ContactTypePersonal, "dora", "", nil)) // without a channel
	emil, emils := a.person("emil")
	mail := ok(a.channel(emil, "mail", types.ChannelTypeEmail, "emil@example.com"))
	two := pages(5, 2, emils)
	two.Targets = append(two.Targets, pages(5, 3, mail).Targets...)
	a.must(a.plan(emil, two))

	ok(a.contact(types.ContactTypeEscalation, "good", "", &types.Plan{Stages: []types.Stage{engages(5, aiko)}}))
	ok(a.contact(types.ContactTypeEscalation, "bad", "", &types.Plan{Stages: []types.Stage{engages(5, ben, longName)}}))
	ok(a.contact(types.ContactTypeEscalation, "none", "", nil))
	ok(a.rotation("nobodys", "UTC", monday, weekly("MON", 12), aiko))
	shared := ok(a.rotation("shared", "UTC", monday, weekly("MON", 12), aiko))
	ok(a.contact(types.ContactTypeOncallSchedule, "one", "", &types.Plan{RotationIds: []string{shared}}))
	ok(a.contact(types.ContactTypeOncallSchedule, "two", "", &types.Plan{RotationIds: []string{shared}}))
	a.responsePlan("EC2-Down", "Down", aiko)
	a.responsePlan("late", "Late", emil)
	a.responsePlan("fine", "Fine ${x} +12025550199", aiko)

	i := a.importInto(t.TempDir()).same().left(
		"contact/dora: it has no channel",
		"contact/emil: a stage of its engagement plan repeats the pages of its channels at different intervals",
		"contact/"+long+": a name in a plan holds",
		"escalation_plan/bad: it refers to contact/"+long+", which is left out",
		"escalation_plan/none: it has no stage",
		"response_plan/EC2-Down: a name in a plan holds",
		"response_plan/late: it refers to contact/emil, which is left out",
		`rotation "nobodys": no schedule refers to it`,
		`schedule/two: it shares the rotation "shared" with schedule one`)
	i.has("response.yaml", `    title: "Fine $${x} +12025550199"`)
	_ = phone
}

// What rules of ours take for an error, and AWS does not, is imported and said.
func TestImportAcceptsWhatIsThere(t *testing.T) {
	a := ready(t)
	ok := must2[string](a)
	aiko := ok(a.contact(types.ContactTypePersonal, "aiko", "", nil)) // reached by nothing
	ok(a.channel(aiko, "phone", types.ChannelTypeVoice, "+12025550101"))
	turns := ok(a.rotation("turns", "UTC", monday, weekly("TUE", 9), aiko)) // starts in the middle of a turn
	ok(a.contact(types.ContactTypeOncallSchedule, "primary", "", &types.Plan{RotationIds: []string{turns}}))
	i := a.importInto(t.TempDir()).same().left().
		has("people.yaml", "  # watchbill:ignore unreachable-contact it was so in the account when it was imported").
		has("schedules.yaml", "  # watchbill:ignore start-not-handoff it was so in the account when it was imported")
	if n := len(i.draft.Accepted()); n != 2 {
		t.Errorf("accepted: %v", i.draft.Accepted())
	}
}

// Whose things were is said once, or item by item when they were several people's.
func TestImportSaysWhoseItWas(t *testing.T) {
	a := ready(t)
	a.person("aiko")
	a.importInto(t.TempDir()).same().has("people.yaml", "# Everything in the account carried no ownership mark.")
	ok := must2[string](a)
	ben := ok(a.contact(types.ContactTypePersonal, "ben", "", nil, types.Tag{Key: aws.String("watchbill-owner"), Value: aws.String("db")}))
	ok(a.channel(ben, "phone", types.ChannelTypeVoice, "+12025550102"))
	a.importInto(t.TempDir()).same().has("people.yaml", "# What names no owner here carried no ownership mark.", "  # belonged to owner db")
}

// What is ours and cannot be said would go with the next apply: the proof says so.
func TestImportShowsWhatWouldGo(t *testing.T) {
	a := ready(t)
	a.person("aiko")
	_, err := a.contact(types.ContactTypePersonal, "dora", "", nil, types.Tag{Key: aws.String("watchbill-owner"), Value: aws.String("tests")})
	a.must(err)
	i := a.importInto(t.TempDir()).left("contact/dora: it has no channel")
	if cs := i.proof.ChangeSet.Changes; len(cs) != 1 || cs[0].Addr.String() != "contact/dora" {
		t.Errorf("got %v", cs)
	}
}

// Overrides that are still to come are written; those that are over are not.
func TestImportOverrides(t *testing.T) {
	a := ready(t)
	ok := must2[string](a)
	aiko, _ := a.person("aiko")
	ben, _ := a.person("ben")
	turns := ok(a.rotation("primary.weekly", "Asia/Tokyo", time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC), weekly("MON", 9), aiko))
	ok(a.contact(types.ContactTypeOncallSchedule, "primary", "", &types.Plan{RotationIds: []string{turns}}))
	for _, from := range []time.Time{monday.Add(time.Hour), monday.Add(24*time.Hour + 30*time.Second)} {
		to := from.Add(2 * time.Hour)
		_, err := a.Contacts.CreateRotationOverride(t.Context(), &ssmcontacts.CreateRotationOverrideInput{
			RotationId: &turns, NewContactIds: []string{ben}, StartTime: &from, EndTime: &to})
		a.must(err)
	}
	a.importInto(t.TempDir()).same().
		left(`override of rotation "primary.weekly" from 2026-11-24T12:00:30Z: its times are none that a clock shows`).
		has("schedules.yaml", "        overrides:\n          - {from: 2026-11-23T22:00, to: 2026-11-24T00:00, members: [ben]}")
}
