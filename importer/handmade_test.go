package importer_test

// Accounts as people make them with other tools.

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"
	"github.com/aws/aws-sdk-go-v2/service/ssmincidents"
	incidents "github.com/aws/aws-sdk-go-v2/service/ssmincidents/types"

	"github.com/watchbill/watchbill/importer"
	"github.com/watchbill/watchbill/internal/mask"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
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

// A rotation that was made without a start begins at the very second it was made.
func TestImportStartWithSeconds(t *testing.T) {
	a := ready(t)
	ok := must2[string](a)
	aiko, _ := a.person("aiko")
	turns := ok(a.rotation("primary.weekly", "Asia/Tokyo", time.Date(2026, 11, 5, 3, 4, 23, 0, time.UTC), weekly("MON", 9), aiko))
	ok(a.contact(types.ContactTypeOncallSchedule, "primary", "", &types.Plan{RotationIds: []string{turns}}))
	a.importInto(t.TempDir()).same().left().has("schedules.yaml", "starts: 2026-11-05T12:04:23")
}

// References to what is gone, and targets that a plan does not know. AWS lets what is referred
// to be deleted.
func TestImportOddReferences(t *testing.T) {
	a := ready(t)
	ok := must2[string](a)
	aiko, phone := a.person("aiko")
	gone := ok(a.channel(aiko, "gone", types.ChannelTypeSms, "+12025550199"))
	a.must(a.plan(aiko, pages(5, 0, phone, gone)))
	_, err := a.Contacts.DeleteContactChannel(t.Context(), &ssmcontacts.DeleteContactChannelInput{ContactChannelId: &gone})
	a.must(err)
	ben, _ := a.person("ben")
	carl, _ := a.person("carl")
	ok(a.contact(types.ContactTypeEscalation, "late", "", &types.Plan{Stages: []types.Stage{engages(5, carl, ben)}}))
	a.responsePlan("down", "Down", carl)
	_, err = a.Contacts.DeleteContact(t.Context(), &ssmcontacts.DeleteContactInput{ContactId: &carl})
	a.must(err)
	a.importInto(t.TempDir()).same().left(
		"contact/aiko: its engagement plan pages a channel "+gone[strings.LastIndexByte(gone, '/')+1:]+", which is no channel of its own",
		"escalation_plan/late: it refers to a contact carl, which is not there",
		"response_plan/down: it refers to a contact carl, which is not there")
}

// What the embedded account takes from nobody, and an account may hold all the same.
func TestImportOddState(t *testing.T) {
	observed := &resource.State{}
	add := func(kindName, name string, spec any) {
		observed.Add(&resource.Object{Addr: resource.Addr{Kind: kindName, Name: name}, ID: name, Owner: resource.Unmarked, Spec: spec})
	}
	aiko := resource.Addr{Kind: "contact", Name: "aiko"}
	channel := resource.Addr{Kind: "channel", Name: "aiko/?1"}
	add("contact", "aiko", kind.Contact{})
	observed.Add(&resource.Object{Addr: channel, Parent: aiko, Spec: kind.Channel{Name: "phone", Type: "VOICE", Address: mask.New("+12025550101\n")}})
	add("escalation_plan", "odd", kind.EscalationPlan{Stages: []kind.ContactStage{{WaitMinutes: 5, Targets: []kind.ContactTarget{{Contact: channel}}}}})
	add("response_plan", "zero", kind.ResponsePlan{Title: "Zero"})
	turns := kind.Rotation{Name: "turns", Contacts: []resource.Addr{aiko}, Zone: "UTC", Start: monday, OnCall: 1,
		Recurrence: kind.Recurrence{Unit: "day", Every: 1, Handoffs: []kind.Handoff{{Unit: "day", Clock: kind.Clock{Hour: 12}}}}}
	for n, change := range []func(*kind.Rotation){
		func(r *kind.Rotation) { r.Coverage = []kind.Coverage{{Day: 1, Nothing: true}} },
		func(r *kind.Rotation) {
			r.Zone, r.Start = "Europe/Berlin", time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC)
		},
		func(r *kind.Rotation) { r.Zone = "Mars/Olympus" },
		func(r *kind.Rotation) {
			r.Recurrence.Handoffs = append(r.Recurrence.Handoffs, kind.Handoff{Unit: "week", Day: 1})
		},
	} {
		r := turns
		change(&r)
		id := fmt.Sprintf("?%d", n)
		add("rotation", id, r)
		add("schedule", fmt.Sprintf("s%d", n), kind.Schedule{Rotations: []resource.Addr{{Kind: "rotation", Name: id}}})
	}
	i := &taken{t: t, draft: importer.New(observed, importer.Options{})}
	const its, goes = `its rotation "turns" `, `rotation "turns": it belongs to schedule/s`
	i.left(
		"contact/aiko: the address of its channel phone is not one line",
		"escalation_plan/odd: it engages a channel 1, and an escalation plan engages contacts and schedules",
		"response_plan/zero: its impact is 0",
		goes, goes, goes, goes,
		"schedule/s0: "+its+"covers no time at all",
		"schedule/s1: "+its+"starts at 2026-10-25T01:30:00Z, which the clocks of its zone show twice",
		"schedule/s2: "+its+`is in the time zone "Mars/Olympus"`,
		"schedule/s3: "+its+"hands over on days of several kinds")
	if files := i.draft.Files(); len(files) != 0 {
		t.Errorf("wrote %v", files)
	}
}

// Files are placed all or none, and nothing follows a link.
func TestPlaceAllOrNone(t *testing.T) {
	files := []importer.File{{Path: "people.yaml", Text: []byte("a\n")}, {Path: "addresses/x.txt", Text: []byte("b\n"), Private: true}}
	for name, prepare := range map[string]func(dir string) error{
		"file": func(dir string) error {
			return errors.Join(os.Mkdir(filepath.Join(dir, "addresses"), 0o700), os.WriteFile(filepath.Join(dir, "addresses", "x.txt"), []byte("mine"), 0o600))
		},
		"link":     func(dir string) error { return os.Symlink(t.TempDir(), filepath.Join(dir, "addresses")) },
		"dangling": func(dir string) error { return os.Symlink("nowhere", filepath.Join(dir, "addresses")) },
		"no folder": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "addresses"), []byte("mine"), 0o600)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := prepare(dir); err != nil {
				t.Fatal(err)
			}
			stage, err := importer.Stage(dir, files)
			if err != nil {
				t.Fatal(err)
			}
			var taken *importer.TakenError
			if err := importer.Place(stage, dir, files); !errors.As(err, &taken) {
				t.Fatalf("got %v", err)
			}
			if _, err := os.Lstat(filepath.Join(dir, "people.yaml")); err == nil {
				t.Error("a file of a failed import stayed")
			}
		})
	}
}
