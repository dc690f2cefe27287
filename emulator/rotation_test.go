package emulator_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"
	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/emulator"
)

// at is an instant.
func at(t testing.TB, s string) time.Time {
	t.Helper()
	return need(time.Parse("2006-01-02T15:04Z07:00", s))(t).UTC()
}

func handOff(hour, minute int32) types.HandOffTime {
	return types.HandOffTime{HourOfDay: hour, MinuteOfHour: minute}
}

func daily(multiplier int32, times ...types.HandOffTime) *types.RecurrenceSettings {
	return &types.RecurrenceSettings{DailySettings: times, NumberOfOnCalls: aws.Int32(1), RecurrenceMultiplier: &multiplier}
}

func weekly(multiplier int32, day types.DayOfWeek, hour int32) *types.RecurrenceSettings {
	h := handOff(hour, 0)
	return &types.RecurrenceSettings{WeeklySettings: []types.WeeklySetting{{DayOfWeek: day, HandOffTime: &h}},
		NumberOfOnCalls: aws.Int32(1), RecurrenceMultiplier: &multiplier}
}

// rotationOf is a rotation in UTC that starts on 2026-01-05, a Monday, at 11:00.
func rotationOf(members ...string) *ssmcontacts.CreateRotationInput {
	return &ssmcontacts.CreateRotationInput{Name: aws.String("weekly"), ContactIds: members, TimeZoneId: aws.String("UTC"),
		StartTime: aws.Time(time.Date(2026, 1, 5, 11, 0, 0, 0, time.UTC)), Recurrence: daily(1, handOff(11, 0))}
}

func (c *clients) rotation(in *ssmcontacts.CreateRotationInput) string {
	c.t.Helper()
	return *need(c.contacts.CreateRotation(c.ctx, in))(c.t).RotationArn
}

func (c *clients) getRotation(arn string) *ssmcontacts.GetRotationOutput {
	c.t.Helper()
	return need(c.contacts.GetRotation(c.ctx, &ssmcontacts.GetRotationInput{RotationId: &arn}))(c.t)
}

func (c *clients) people(aliases ...string) (arns []string) {
	c.t.Helper()
	for _, alias := range aliases {
		arns = append(arns, c.person(alias))
	}
	return arns
}

// readBack is what Get should say of a rotation that was created so.
func readBack(arn string, in *ssmcontacts.CreateRotationInput) *ssmcontacts.GetRotationOutput {
	return &ssmcontacts.GetRotationOutput{RotationArn: &arn, Name: in.Name, ContactIds: in.ContactIds, StartTime: in.StartTime,
		TimeZoneId: in.TimeZoneId, Recurrence: in.Recurrence}
}

func TestRotationReadsBackAsGiven(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	team := c.people("aiko", "ben", "chie")
	nine, five := handOff(9, 0), handOff(17, 30)
	for name, change := range map[string]func(*ssmcontacts.CreateRotationInput){
		"daily":      func(*ssmcontacts.CreateRotationInput) {},
		"two a day":  func(in *ssmcontacts.CreateRotationInput) { in.Recurrence = daily(3, five, nine) }, // in this order
		"weekly":     func(in *ssmcontacts.CreateRotationInput) { in.Recurrence = weekly(100, types.DayOfWeekSun, 0) },
		"empty list": func(in *ssmcontacts.CreateRotationInput) { in.Recurrence.WeeklySettings = []types.WeeklySetting{} },
		"monthly": func(in *ssmcontacts.CreateRotationInput) {
			in.Recurrence = &types.RecurrenceSettings{NumberOfOnCalls: aws.Int32(7), RecurrenceMultiplier: aws.Int32(2),
				MonthlySettings: []types.MonthlySetting{{DayOfMonth: aws.Int32(31), HandOffTime: &nine}, {DayOfMonth: aws.Int32(1), HandOffTime: &five}}}
		},
		"coverage": func(in *ssmcontacts.CreateRotationInput) {
			in.Recurrence.ShiftCoverages = map[string][]types.CoverageTime{"MON": {{Start: &nine, End: &five}, {Start: &five, End: &nine}}, "SUN": {}}
		},
		"milliseconds": func(in *ssmcontacts.CreateRotationInput) { *in.StartTime = in.StartTime.Add(1234 * time.Millisecond) },
		"name":         func(in *ssmcontacts.CreateRotationInput) { in.Name = aws.String("A rotation.of - web_1") },
		"far zone":     func(in *ssmcontacts.CreateRotationInput) { in.TimeZoneId = aws.String("America/Argentina/San_Luis") },
	} {
		t.Run(name, func(t *testing.T) {
			in := rotationOf(team...)
			change(in)
			arn := c.rotation(in)
			if !strings.HasPrefix(arn, "arn:aws:ssm-contacts:"+home+":"+account+":rotation/") {
				t.Errorf("ARN %s", arn)
			}
			if diff := cmp.Diff(readBack(arn, in), c.getRotation(arn), same); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRotationStartsWhenItIsCreated(t *testing.T) {
	now := newClock()
	now.Advance(1234567 * time.Microsecond)
	c := onboarded(t, emulator.Options{Now: now.Now})
	in := rotationOf(c.people("aiko")...)
	in.StartTime = nil
	if got := c.getRotation(c.rotation(in)).StartTime; !got.Equal(now.Now().Truncate(time.Millisecond)) {
		t.Errorf("starts %s", got)
	}
}

func TestRotationsThatAreRefused(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	aiko := c.person("aiko")
	web := c.contact("web", types.ContactTypeEscalation, stages(stage(5)))
	old := c.rotation(rotationOf(aiko))
	hour := handOff(9, 0)
	for name, tc := range map[string]struct {
		change func(*ssmcontacts.CreateRotationInput)
		says   string
	}{
		"not a person": {func(in *ssmcontacts.CreateRotationInput) { in.ContactIds = []string{aiko, web} }, "Only PERSONAL contacts"},
		"a rotation":   {func(in *ssmcontacts.CreateRotationInput) { in.ContactIds = []string{old} }, "Invalid resource Arn " + old},
		"PST":          {func(in *ssmcontacts.CreateRotationInput) { in.TimeZoneId = aws.String("PST") }, "Invalid time zone PST"},
		"EST":          {func(in *ssmcontacts.CreateRotationInput) { in.TimeZoneId = aws.String("EST") }, "Invalid time zone EST"},
		"Local":        {func(in *ssmcontacts.CreateRotationInput) { in.TimeZoneId = aws.String("Local") }, "Invalid time zone Local"},
		"climbing out": {func(in *ssmcontacts.CreateRotationInput) { in.TimeZoneId = aws.String("../zoneinfo/UTC") }, "Invalid time zone"},
		"no hand-off":  {func(in *ssmcontacts.CreateRotationInput) { in.Recurrence.DailySettings = nil }, "Exactly one of"},
		"two kinds": {func(in *ssmcontacts.CreateRotationInput) {
			in.Recurrence.WeeklySettings = weekly(1, types.DayOfWeekMon, 9).WeeklySettings
		}, "Exactly one of"},
		"half a coverage": {func(in *ssmcontacts.CreateRotationInput) {
			in.Recurrence.ShiftCoverages = map[string][]types.CoverageTime{"TUE": {{Start: &hour}}}
		}, "must be set in the ShiftCoverages of TUE"},
		"nobody":       {func(in *ssmcontacts.CreateRotationInput) { in.ContactIds = []string{} }, "at 'contactIds' failed"},
		"31 people":    {func(in *ssmcontacts.CreateRotationInput) { in.ContactIds = slices.Repeat([]string{aiko}, 31) }, "less than or equal to 30"},
		"name":         {func(in *ssmcontacts.CreateRotationInput) { in.Name = aws.String("a/b") }, `Value 'a/b' at 'name'`},
		"zero on call": {func(in *ssmcontacts.CreateRotationInput) { in.Recurrence.NumberOfOnCalls = aws.Int32(0) }, "'recurrence.numberOfOnCalls'"},
		"multiplier":   {func(in *ssmcontacts.CreateRotationInput) { in.Recurrence.RecurrenceMultiplier = aws.Int32(101) }, "'recurrence.recurrenceMultiplier'"},
		"hour":         {func(in *ssmcontacts.CreateRotationInput) { in.Recurrence = daily(1, handOff(24, 0)) }, "Value '24' at 'recurrence.dailySettings.1.member.hourOfDay'"},
		"day of week":  {func(in *ssmcontacts.CreateRotationInput) { in.Recurrence = weekly(1, "MONDAY", 9) }, "[MON, TUE, WED, THU, FRI, SAT, SUN]"},
		"day of coverage": {func(in *ssmcontacts.CreateRotationInput) {
			in.Recurrence.ShiftCoverages = map[string][]types.CoverageTime{"Monday": {{Start: &hour, End: &hour}}}
		}, "at 'recurrence.shiftCoverages' failed to satisfy constraint: Map keys must satisfy constraint"},
		"month": {func(in *ssmcontacts.CreateRotationInput) {
			in.Recurrence.MonthlySettings = []types.MonthlySetting{{DayOfMonth: aws.Int32(32), HandOffTime: &hour}}
		}, "less than or equal to 31"},
		"token": {func(in *ssmcontacts.CreateRotationInput) { in.IdempotencyToken = aws.String("a.b") }, "'idempotencyToken'"},
	} {
		t.Run(name, func(t *testing.T) {
			in := rotationOf(aiko)
			tc.change(in)
			_, err := c.contacts.CreateRotation(c.ctx, in)
			fails[*types.ValidationException](t, err)
			says(t, err, tc.says)
		})
	}
	gone := aiko + "x"
	_, err := c.contacts.CreateRotation(c.ctx, rotationOf(aiko, gone))
	if e := fails[*types.ResourceNotFoundException](t, err); *e.ResourceId != gone || *e.ResourceType != "CONTACT" {
		t.Errorf("names %s %s", *e.ResourceType, *e.ResourceId)
	}
	if got := c.rotations("", 0); len(got) != 1 {
		t.Errorf("%d rotations", len(got))
	}
	dangling := onboarded(t, emulator.Options{Rules: emulator.Rules{DanglingTargets: true}})
	dangling.rotation(rotationOf(gone))
}

func TestUnknownRotations(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	prefix := "arn:aws:ssm-contacts:" + home + ":" + account + ":rotation/"
	get := func(arn string) error {
		_, err := c.contacts.GetRotation(c.ctx, &ssmcontacts.GetRotationInput{RotationId: &arn})
		return err
	}
	// AWS answers an id that is none of its own so [probe].
	err := get(prefix + "never")
	fails[*types.ValidationException](t, err)
	says(t, err, "Invalid value provided - Invalid resource Arn "+prefix+"never")
	gone := prefix + "0f7a3c5e-12ab-4cde-8f01-23456789abcd"
	if e := fails[*types.ResourceNotFoundException](t, get(gone)); *e.ResourceId != gone || *e.ResourceType != "ROTATION" {
		t.Errorf("names %s %s", *e.ResourceType, *e.ResourceId)
	}
	fails[*types.ResourceNotFoundException](t, get(strings.Replace(gone, home, dr, 1)))
	fails[*types.AccessDeniedException](t, get(strings.Replace(gone, account, "444455556666", 1)))
	fails[*types.ValidationException](t, get(c.person("aiko")))
}

func TestUpdateRotationIsAPatch(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	team := c.people("aiko", "ben")
	in := rotationOf(team...)
	arn := c.rotation(in)
	update := func(u ssmcontacts.UpdateRotationInput) error {
		u.RotationId = &arn
		if u.Recurrence == nil {
			u.Recurrence = in.Recurrence
		}
		_, err := c.contacts.UpdateRotation(c.ctx, &u)
		return err
	}
	check := func() {
		t.Helper()
		if diff := cmp.Diff(readBack(arn, in), c.getRotation(arn), same); diff != "" {
			t.Error(diff)
		}
	}
	for _, step := range []func() ssmcontacts.UpdateRotationInput{
		func() ssmcontacts.UpdateRotationInput { return ssmcontacts.UpdateRotationInput{} },
		func() ssmcontacts.UpdateRotationInput {
			in.ContactIds = []string{team[1]}
			return ssmcontacts.UpdateRotationInput{ContactIds: in.ContactIds}
		},
		func() ssmcontacts.UpdateRotationInput {
			in.StartTime = aws.Time(at(t, "2026-02-01T00:00Z"))
			return ssmcontacts.UpdateRotationInput{StartTime: in.StartTime}
		},
		func() ssmcontacts.UpdateRotationInput {
			in.TimeZoneId = aws.String("Asia/Tokyo")
			return ssmcontacts.UpdateRotationInput{TimeZoneId: in.TimeZoneId}
		},
		func() ssmcontacts.UpdateRotationInput {
			in.Recurrence = weekly(2, types.DayOfWeekFri, 9)
			return ssmcontacts.UpdateRotationInput{}
		},
	} {
		if err := update(step()); err != nil {
			t.Fatal(err)
		}
		check()
	}
	fails[*types.ValidationException](t, update(ssmcontacts.UpdateRotationInput{TimeZoneId: aws.String("Nowhere")}))
	fails[*types.ValidationException](t, update(ssmcontacts.UpdateRotationInput{ContactIds: []string{}}))
	fails[*types.ValidationException](t, update(ssmcontacts.UpdateRotationInput{Recurrence: &types.RecurrenceSettings{
		NumberOfOnCalls: aws.Int32(1), RecurrenceMultiplier: aws.Int32(1)}}))
	fails[*types.ResourceNotFoundException](t, update(ssmcontacts.UpdateRotationInput{ContactIds: []string{team[0] + "x"}}))
	check()
}

// rotations are the names of all pages.
func (c *clients) rotations(prefix string, size int32) (names []string) {
	c.t.Helper()
	in := &ssmcontacts.ListRotationsInput{}
	if prefix != "" {
		in.RotationNamePrefix = &prefix
	}
	if size > 0 {
		in.MaxResults = &size
	}
	for p := ssmcontacts.NewListRotationsPaginator(c.contacts, in); p.HasMorePages(); {
		for _, r := range need(p.NextPage(c.ctx))(c.t).Rotations {
			names = append(names, *r.Name)
		}
	}
	slices.Sort(names)
	return names
}

func TestListRotations(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	aiko := c.person("aiko")
	for _, name := range []string{"web", "web", "web night", "db", "a"} { // names need not be unique
		in := rotationOf(aiko)
		in.Name = &name
		c.rotation(in)
	}
	for _, size := range []int32{0, 1, 2, 5} {
		if diff := cmp.Diff([]string{"a", "db", "web", "web", "web night"}, c.rotations("", size)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"web", "web", "web night"}, c.rotations("web", size)); diff != "" {
			t.Error(diff)
		}
	}
	in := rotationOf(aiko)
	in.Name = aws.String("only")
	arn := c.rotation(in)
	got := need(c.contacts.ListRotations(c.ctx, &ssmcontacts.ListRotationsInput{RotationNamePrefix: aws.String("only")}))(t)
	want := []types.Rotation{{RotationArn: &arn, Name: in.Name, ContactIds: in.ContactIds, StartTime: in.StartTime, TimeZoneId: in.TimeZoneId,
		Recurrence: in.Recurrence}}
	if diff := cmp.Diff(want, got.Rotations, same); diff != "" || got.NextToken != nil {
		t.Error(diff)
	}
	page := need(c.contacts.ListRotations(c.ctx, &ssmcontacts.ListRotationsInput{MaxResults: aws.Int32(1)}))(t)
	_, err := c.contacts.ListRotations(c.ctx, &ssmcontacts.ListRotationsInput{NextToken: page.NextToken, RotationNamePrefix: aws.String("web")})
	fails[*types.ValidationException](t, err)
}

// TestRotationTokens: the SDK makes no token for a rotation, so a client that tries again has to.
func TestRotationTokens(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	in := rotationOf(c.people("aiko")...)
	if one, two := c.rotation(in), c.rotation(in); one == two {
		t.Error("two rotations without a token are one")
	}
	in.IdempotencyToken = aws.String("once")
	one := c.rotation(in)
	if again := c.rotation(in); again != one {
		t.Errorf("%s, then %s", one, again)
	}
	in.Name = aws.String("other")
	_, err := c.contacts.CreateRotation(c.ctx, in)
	fails[*types.ValidationException](t, err)
}

// TestRotationsOfARegion: each Region of the set has rotations, contacts and schedules of its own.
func TestRotationsOfARegion(t *testing.T) {
	one := empty(t, emulator.Options{ReplicationDelay: -1})
	one.createSet(home, dr)
	two := connect(t, one.http, dr)
	aiko := one.person("aiko")
	arn := one.rotation(rotationOf(aiko))
	_, err := two.contacts.CreateRotation(two.ctx, rotationOf(aiko))
	fails[*types.ResourceNotFoundException](t, err)
	_, err = two.contacts.GetRotation(two.ctx, &ssmcontacts.GetRotationInput{RotationId: &arn})
	fails[*types.ResourceNotFoundException](t, err)
	in := rotationOf(two.person("aiko"))
	in.Tags = contactTags("a", "b") // tags live in the home Region
	_, err = two.contacts.CreateRotation(two.ctx, in)
	fails[*types.ValidationException](t, err)
	in.Tags = nil
	two.rotation(in)
	if a, b := one.rotations("", 0), two.rotations("", 0); len(a) != 1 || len(b) != 1 {
		t.Errorf("%v and %v", a, b)
	}
}
