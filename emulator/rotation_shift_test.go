package emulator_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"
	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/emulator"
)

// told is a shift in one line: "01-05 11:00 – 01-06 11:00 A", and who was replaced.
func told(shifts []types.RotationShift, names map[string]string) (lines []string) {
	name := func(arns []string) (s string) {
		for _, arn := range arns {
			if short := names[arn]; short != "" {
				arn = short
			}
			s += arn
		}
		return s
	}
	for _, s := range shifts {
		line := s.StartTime.UTC().Format("01-02 15:04") + " – " + s.EndTime.UTC().Format("01-02 15:04") + " " + name(s.ContactIds)
		if s.Type == types.ShiftTypeOverridden {
			line += " for " + name(s.ShiftDetails.OverriddenContactIds)
		}
		lines = append(lines, line)
	}
	return lines
}

// shifts are the shifts of all pages; without a from the list begins with the rotation.
func (c *clients) shifts(rotation string, from *time.Time, to time.Time, size int32) (all []types.RotationShift) {
	c.t.Helper()
	in := &ssmcontacts.ListRotationShiftsInput{RotationId: &rotation, StartTime: from, EndTime: &to, MaxResults: &size}
	for p := ssmcontacts.NewListRotationShiftsPaginator(c.contacts, in); p.HasMorePages(); {
		all = append(all, need(p.NextPage(c.ctx))(c.t).RotationShifts...)
	}
	return all
}

func (c *clients) preview(in ssmcontacts.ListPreviewRotationShiftsInput) (all []types.RotationShift) {
	c.t.Helper()
	for p := ssmcontacts.NewListPreviewRotationShiftsPaginator(c.contacts, &in); p.HasMorePages(); {
		all = append(all, need(p.NextPage(c.ctx))(c.t).RotationShifts...)
	}
	return all
}

// TestWorkedShifts tells the examples that were worked out by hand, both of a stored rotation and of
// a preview of it.
func TestWorkedShifts(t *testing.T) {
	nine, five := handOff(9, 0), handOff(17, 0)
	office := weekly(1, types.DayOfWeekMon, 9)
	office.ShiftCoverages = map[string][]types.CoverageTime{}
	for _, day := range []string{"MON", "TUE", "WED", "THU", "FRI"} {
		office.ShiftCoverages[day] = []types.CoverageTime{{Start: &nine, End: &five}}
	}
	two := daily(1, handOff(0, 0))
	two.NumberOfOnCalls = aws.Int32(2)
	month := &types.RecurrenceSettings{NumberOfOnCalls: aws.Int32(1), RecurrenceMultiplier: aws.Int32(1),
		MonthlySettings: []types.MonthlySetting{{DayOfMonth: aws.Int32(31), HandOffTime: &nine}}}
	night := daily(1, handOff(12, 0))
	night.ShiftCoverages = map[string][]types.CoverageTime{"MON": {{Start: &five, End: &nine}}}
	for name, tc := range map[string]struct {
		rules     emulator.Rules
		team      int
		zone      string
		start     string
		rec       *types.RecurrenceSettings
		from, to  string
		overrides []string // from, to, members
		want      []string
	}{
		"daily": {team: 3, zone: "UTC", start: "2026-01-05T11:00Z", rec: daily(1, handOff(11, 0)), to: "2026-01-09T11:00Z", want: []string{
			"01-05 11:00 – 01-06 11:00 A", "01-06 11:00 – 01-07 11:00 B", "01-07 11:00 – 01-08 11:00 C", "01-08 11:00 – 01-09 11:00 A"}},
		"spring in Berlin": {team: 2, zone: "Europe/Berlin", start: "2026-03-23T08:00Z", rec: weekly(1, types.DayOfWeekMon, 9), to: "2026-04-01T00:00Z",
			want: []string{"03-23 08:00 – 03-30 07:00 A", "03-30 07:00 – 04-06 07:00 B"}},
		"autumn in Los Angeles": {team: 1, zone: "America/Los_Angeles", start: "2026-10-31T18:00Z", rec: daily(1, handOff(11, 0)), to: "2026-11-02T00:00Z",
			want: []string{"10-31 18:00 – 11-01 19:00 A", "11-01 19:00 – 11-02 19:00 A"}},
		"office hours": {team: 2, zone: "Asia/Seoul", start: "2026-01-05T00:00Z", rec: office, from: "2026-01-08T08:00Z", to: "2026-01-13T00:00Z",
			want: []string{"01-09 00:00 – 01-09 08:00 A", "01-12 00:00 – 01-12 08:00 B"}},
		"two at once": {team: 5, zone: "UTC", start: "2026-01-05T00:00Z", rec: two, to: "2026-01-08T00:00Z",
			want: []string{"01-05 00:00 – 01-06 00:00 AB", "01-06 00:00 – 01-07 00:00 CD", "01-07 00:00 – 01-08 00:00 EA"}},
		"two at once, sliding": {rules: emulator.Rules{AdvanceByOne: true}, team: 5, zone: "UTC", start: "2026-01-05T00:00Z", rec: two, to: "2026-01-07T00:00Z",
			want: []string{"01-05 00:00 – 01-06 00:00 AB", "01-06 00:00 – 01-07 00:00 BC"}},
		"three weeks": {team: 2, zone: "UTC", start: "2026-01-05T09:00Z", rec: weekly(3, types.DayOfWeekMon, 9), from: "2026-01-26T08:59Z", to: "2026-01-26T09:01Z",
			want: []string{"01-05 09:00 – 01-26 09:00 A", "01-26 09:00 – 02-16 09:00 B"}},
		"short months": {team: 2, zone: "UTC", start: "2026-01-31T09:00Z", rec: month, to: "2026-03-31T09:00Z",
			want: []string{"01-31 09:00 – 02-28 09:00 A", "02-28 09:00 – 03-31 09:00 B"}},
		"short months left out": {rules: emulator.Rules{SkipShortMonths: true}, team: 2, zone: "UTC", start: "2026-01-31T09:00Z", rec: month, to: "2026-04-01T00:00Z",
			want: []string{"01-31 09:00 – 03-31 09:00 A", "03-31 09:00 – 05-31 09:00 B"}},
		"clipped": {rules: emulator.Rules{ClipShifts: true}, team: 2, zone: "UTC", start: "2026-01-05T11:00Z", rec: daily(1, handOff(11, 0)),
			from: "2026-01-05T12:00Z", to: "2026-01-07T00:00Z", want: []string{"01-05 12:00 – 01-06 11:00 A", "01-06 11:00 – 01-07 00:00 B"}},
		"override": {team: 2, zone: "UTC", start: "2026-01-05T11:00Z", rec: daily(1, handOff(11, 0)), to: "2026-01-07T11:00Z",
			overrides: []string{"2026-01-06T12:00Z", "2026-01-06T18:00Z", "C"}, want: []string{
				"01-05 11:00 – 01-06 11:00 A", "01-06 11:00 – 01-06 12:00 B", "01-06 12:00 – 01-06 18:00 C for B", "01-06 18:00 – 01-07 11:00 B"}},
		"the later override counts, and nobody is an answer": {team: 2, zone: "UTC", start: "2026-01-05T11:00Z", rec: daily(1, handOff(11, 0)), to: "2026-01-06T12:00Z",
			overrides: []string{"2026-01-05T12:00Z", "2026-01-06T12:00Z", "CA", "2026-01-05T13:00Z", "2026-01-05T14:00Z", ""}, want: []string{
				"01-05 11:00 – 01-05 12:00 A", "01-05 12:00 – 01-05 13:00 CA for A", "01-05 13:00 – 01-05 14:00  for A",
				"01-05 14:00 – 01-06 11:00 CA for A", "01-06 11:00 – 01-06 12:00 CA for B"}},
		"over a gap": {team: 1, zone: "UTC", start: "2026-01-05T12:00Z", rec: night, to: "2026-01-08T00:00Z",
			overrides: []string{"2026-01-06T08:00Z", "2026-01-06T10:00Z", "B"},
			want:      []string{"01-05 17:00 – 01-06 08:00 A", "01-06 08:00 – 01-06 09:00 B for A"}},
		"filling a gap": {rules: emulator.Rules{OverrideFillsGaps: true}, team: 1, zone: "UTC", start: "2026-01-05T12:00Z", rec: night, to: "2026-01-08T00:00Z",
			overrides: []string{"2026-01-06T08:30Z", "2026-01-06T10:00Z", "B"},
			want:      []string{"01-05 17:00 – 01-06 08:30 A", "01-06 08:30 – 01-06 09:00 B for A", "01-06 09:00 – 01-06 10:00 B for "}},
		"before it starts": {team: 1, zone: "UTC", start: "2026-01-05T12:00Z", rec: night, from: "2025-01-01T00:00Z", to: "2026-01-05T12:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			c := onboarded(t, emulator.Options{Rules: tc.rules, MaxPage: 2})
			names, byName := map[string]string{}, map[rune]string{}
			for i := range 5 {
				letter := string(rune('A' + i))
				byName['A'+rune(i)] = c.person("p" + fmt.Sprint(i))
				names[byName['A'+rune(i)]] = letter
			}
			arns := func(letters string) []string {
				list := []string{}
				for _, letter := range letters {
					list = append(list, byName[letter])
				}
				return list
			}
			team := arns("ABCDE"[:tc.team])
			start, to := at(t, tc.start), at(t, tc.to)
			var from *time.Time
			if tc.from != "" {
				from = aws.Time(at(t, tc.from))
			}
			rotation := c.rotation(&ssmcontacts.CreateRotationInput{Name: aws.String("x"), ContactIds: team, StartTime: &start, TimeZoneId: &tc.zone, Recurrence: tc.rec})
			var previews []types.PreviewOverride
			for o := range slices.Chunk(tc.overrides, 3) {
				begin, end := at(t, o[0]), at(t, o[1])
				need(c.contacts.CreateRotationOverride(c.ctx, &ssmcontacts.CreateRotationOverrideInput{RotationId: &rotation, StartTime: &begin, EndTime: &end,
					NewContactIds: arns(o[2])}))(t)
				previews = append(previews, types.PreviewOverride{NewMembers: arns(o[2]), StartTime: &begin, EndTime: &end})
			}
			if diff := cmp.Diff(tc.want, told(c.shifts(rotation, from, to, 0), names)); diff != "" {
				t.Error(diff)
			}
			preview := c.preview(ssmcontacts.ListPreviewRotationShiftsInput{RotationStartTime: &start, StartTime: from, EndTime: &to, Members: team,
				TimeZoneId: &tc.zone, Recurrence: tc.rec, Overrides: previews})
			if diff := cmp.Diff(tc.want, told(preview, names)); diff != "" {
				t.Error("preview: " + diff)
			}
		})
	}
}

func TestPagesOfShifts(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	team := c.people("aiko", "ben")
	arn := c.rotation(rotationOf(team...))
	to := at(t, "2026-04-15T11:00Z") // a hundred days
	want := c.shifts(arn, nil, to, 1024)
	if len(want) != 100 {
		t.Fatalf("%d shifts", len(want))
	}
	for _, size := range []int32{1, 7, 99, 100, 0} {
		if diff := cmp.Diff(want, c.shifts(arn, nil, to, size), same); diff != "" {
			t.Errorf("by %d: %s", size, diff)
		}
	}
	page := need(c.contacts.ListRotationShifts(c.ctx, &ssmcontacts.ListRotationShiftsInput{RotationId: &arn, EndTime: &to, MaxResults: aws.Int32(3)}))(t)
	for name, in := range map[string]*ssmcontacts.ListRotationShiftsInput{
		"another end":   {RotationId: &arn, EndTime: aws.Time(to.Add(time.Hour)), NextToken: page.NextToken},
		"no such token": {RotationId: &arn, EndTime: &to, NextToken: aws.String("abcd")},
		"backwards":     {RotationId: &arn, StartTime: &to, EndTime: aws.Time(to.Add(-time.Hour))},
	} {
		_, err := c.contacts.ListRotationShifts(c.ctx, in)
		if err == nil {
			t.Error(name)
			continue
		}
		fails[*types.ValidationException](t, err)
	}
	// Who joins between two pages does not shift what was shown.
	need(c.contacts.CreateRotationOverride(c.ctx, &ssmcontacts.CreateRotationOverrideInput{RotationId: &arn, NewContactIds: team[:1],
		StartTime: aws.Time(at(t, "2026-01-05T12:00Z")), EndTime: aws.Time(at(t, "2026-01-05T13:00Z"))}))(t)
	next := need(c.contacts.ListRotationShifts(c.ctx, &ssmcontacts.ListRotationShiftsInput{RotationId: &arn, EndTime: &to, MaxResults: aws.Int32(3), NextToken: page.NextToken}))(t)
	if diff := cmp.Diff(want[3:6], next.RotationShifts, same); diff != "" {
		t.Error(diff)
	}
}

// TestPreview is what a preview has that a rotation has not: free names, and a start that is now.
func TestPreview(t *testing.T) {
	now := newClock() // 2026-12-07 09:00
	c := onboarded(t, emulator.Options{Now: now.Now, MaxPage: 1})
	in := ssmcontacts.ListPreviewRotationShiftsInput{Members: []string{"the person in charge", "愛子"}, TimeZoneId: aws.String("UTC"),
		Recurrence: daily(1, handOff(9, 0)), EndTime: aws.Time(at(t, "2026-12-10T00:00Z"))}
	first := need(c.contacts.ListPreviewRotationShifts(c.ctx, &in))(t)
	now.Advance(10 * time.Hour) // the pages go on as they began
	in.NextToken = first.NextToken
	second := need(c.contacts.ListPreviewRotationShifts(c.ctx, &in))(t)
	got := told(append(first.RotationShifts, second.RotationShifts...), nil)
	if diff := cmp.Diff([]string{"12-07 09:00 – 12-08 09:00 the person in charge", "12-08 09:00 – 12-09 09:00 愛子"}, got); diff != "" {
		t.Error(diff)
	}
	for name, change := range map[string]func(*ssmcontacts.ListPreviewRotationShiftsInput){
		"blank name":     func(in *ssmcontacts.ListPreviewRotationShiftsInput) { in.Members = []string{" "} },
		"nobody":         func(in *ssmcontacts.ListPreviewRotationShiftsInput) { in.Members = []string{} },
		"zone":           func(in *ssmcontacts.ListPreviewRotationShiftsInput) { in.TimeZoneId = aws.String("PST") },
		"no hand-off":    func(in *ssmcontacts.ListPreviewRotationShiftsInput) { in.Recurrence = daily(1) },
		"other question": func(in *ssmcontacts.ListPreviewRotationShiftsInput) { in.NextToken = first.NextToken },
		"half an override": func(in *ssmcontacts.ListPreviewRotationShiftsInput) {
			in.Overrides = []types.PreviewOverride{{NewMembers: []string{"a"}, StartTime: in.EndTime}}
		},
		"empty override": func(in *ssmcontacts.ListPreviewRotationShiftsInput) {
			in.Overrides = []types.PreviewOverride{{StartTime: in.EndTime, EndTime: in.EndTime}}
		},
		"backwards": func(in *ssmcontacts.ListPreviewRotationShiftsInput) {
			in.StartTime = aws.Time(at(t, "2027-01-01T00:00Z"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			bad := in
			bad.NextToken, bad.Members = nil, []string{"a"}
			change(&bad)
			_, err := c.contacts.ListPreviewRotationShifts(c.ctx, &bad)
			fails[*types.ValidationException](t, err)
		})
	}
}

func TestOverrides(t *testing.T) {
	now := newClock()
	c := onboarded(t, emulator.Options{Now: now.Now, MaxPage: 2})
	team := c.people("aiko", "ben", "chie")
	rotation := c.rotation(rotationOf(team[:2]...))
	input := func(from, to string, members ...string) *ssmcontacts.CreateRotationOverrideInput {
		return &ssmcontacts.CreateRotationOverrideInput{RotationId: &rotation, NewContactIds: append([]string{}, members...),
			StartTime: aws.Time(at(t, from)), EndTime: aws.Time(at(t, to))}
	}
	create := func(in *ssmcontacts.CreateRotationOverrideInput) string {
		t.Helper()
		return *need(c.contacts.CreateRotationOverride(c.ctx, in))(t).RotationOverrideId
	}
	late := input("2026-12-24T09:00Z", "2026-12-26T09:00Z", team[2], team[0])
	late.IdempotencyToken = aws.String("once")
	first := create(late)
	if again := create(late); again != first {
		t.Errorf("%s, then %s", first, again)
	}
	created := now.Now()
	now.Advance(time.Minute)
	empty := create(input("2026-12-20T00:00Z", "2026-12-24T09:00Z"))
	long := create(input("2026-12-01T00:00Z", "2027-12-24T09:00Z", team[1]))

	got := need(c.contacts.GetRotationOverride(c.ctx, &ssmcontacts.GetRotationOverrideInput{RotationId: &rotation, RotationOverrideId: &first}))(t)
	want := &ssmcontacts.GetRotationOverrideOutput{RotationOverrideId: &first, RotationArn: &rotation, NewContactIds: late.NewContactIds,
		StartTime: late.StartTime, EndTime: late.EndTime, CreateTime: &created}
	if diff := cmp.Diff(want, got, same); diff != "" {
		t.Error(diff)
	}
	list := func(from, to string) (ids []string) {
		t.Helper()
		in := &ssmcontacts.ListRotationOverridesInput{RotationId: &rotation, StartTime: aws.Time(at(t, from)), EndTime: aws.Time(at(t, to))}
		for p := ssmcontacts.NewListRotationOverridesPaginator(c.contacts, in); p.HasMorePages(); {
			for _, o := range need(p.NextPage(c.ctx))(t).RotationOverrides {
				ids = append(ids, *o.RotationOverrideId)
			}
		}
		return ids
	}
	for _, tc := range []struct {
		from, to string
		want     []string
	}{
		{"2026-01-01T00:00Z", "2028-01-01T00:00Z", []string{long, empty, first}}, // by their start
		{"2026-12-24T09:00Z", "2026-12-24T10:00Z", []string{long, first}},        // an end is not part of it
		{"2026-12-20T00:00Z", "2026-12-24T09:00Z", []string{long, empty}},
		{"2026-01-01T00:00Z", "2026-12-01T00:00Z", nil},
	} {
		if diff := cmp.Diff(tc.want, list(tc.from, tc.to)); diff != "" {
			t.Errorf("%s – %s: %s", tc.from, tc.to, diff)
		}
	}
	web := c.contact("web", types.ContactTypeEscalation, stages(stage(5)))
	for _, in := range []*ssmcontacts.CreateRotationOverrideInput{input("2026-12-24T09:00Z", "2026-12-24T09:00Z"), input("2026-12-24T09:00Z", "2026-12-23T09:00Z"),
		input("2026-12-24T09:00Z", "2026-12-25T09:00Z", web), input("2026-12-24T09:00Z", "2026-12-25T09:00Z", slices.Repeat(team[:1], 31)...)} {
		_, err := c.contacts.CreateRotationOverride(c.ctx, in)
		fails[*types.ValidationException](t, err)
	}
	_, err := c.contacts.CreateRotationOverride(c.ctx, input("2026-12-24T09:00Z", "2026-12-25T09:00Z", team[0]+"x"))
	fails[*types.ResourceNotFoundException](t, err)

	remove := func(id string) error {
		_, err := c.contacts.DeleteRotationOverride(c.ctx, &ssmcontacts.DeleteRotationOverrideInput{RotationId: &rotation, RotationOverrideId: &id})
		return err
	}
	if err := remove(long); err != nil {
		t.Fatal(err)
	}
	if e := fails[*types.ResourceNotFoundException](t, remove(long)); *e.ResourceType != "ROTATION_OVERRIDE" {
		t.Errorf("names a %s", *e.ResourceType)
	}
	fails[*types.ValidationException](t, remove("x"))
	if diff := cmp.Diff([]string{empty, first}, list("2026-01-01T00:00Z", "2028-01-01T00:00Z")); diff != "" {
		t.Error(diff)
	}
	// A contact who is only in an override can be deleted; the override keeps the dead ARN.
	need(c.contacts.DeleteContact(c.ctx, &ssmcontacts.DeleteContactInput{ContactId: &team[2]}))(t)
	got = need(c.contacts.GetRotationOverride(c.ctx, &ssmcontacts.GetRotationOverrideInput{RotationId: &rotation, RotationOverrideId: &first}))(t)
	if diff := cmp.Diff(late.NewContactIds, got.NewContactIds); diff != "" {
		t.Error(diff)
	}
	if err := c.deleteRotation(rotation); err != nil {
		t.Fatal(err)
	}
	fails[*types.ResourceNotFoundException](t, remove(first))
}

func TestConsoleLimits(t *testing.T) {
	for _, strict := range []bool{false, true} {
		now := newClock()
		c := onboarded(t, emulator.Options{Now: now.Now, Rules: emulator.Rules{ConsoleLimits: strict}})
		team := c.people("aiko", "ben")
		rotation := c.rotation(rotationOf(team[0]))
		override := func(start time.Time, lasts time.Duration, member string) error {
			end := start.Add(lasts)
			_, err := c.contacts.CreateRotationOverride(c.ctx, &ssmcontacts.CreateRotationOverrideInput{RotationId: &rotation, NewContactIds: []string{member},
				StartTime: &start, EndTime: &end})
			return err
		}
		if err := override(now.Now(), 30*time.Minute, team[0]); err != nil {
			t.Error(err)
		}
		start, end := handOff(23, 50), handOff(0, 19)
		short := rotationOf(team[0])
		short.Recurrence.ShiftCoverages = map[string][]types.CoverageTime{"SUN": {{Start: &start, End: &end}}}
		_, err := c.contacts.CreateRotation(c.ctx, short)
		for name, err := range map[string]error{
			"short coverage": err,
			"short":          override(now.Now(), 29*time.Minute, team[0]),
			"far":            override(now.Now().AddDate(0, 7, 0), time.Hour, team[0]),
			"foreign":        override(now.Now(), time.Hour, team[1]),
		} {
			if !strict && err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if strict {
				fails[*types.ValidationException](t, err)
			}
		}
	}
}

// TestShiftsFarAway: a page costs what it holds, however far it is from the rotation's start, and a
// rotation may cover nothing at all.
func TestShiftsFarAway(t *testing.T) {
	c := onboarded(t, emulator.Options{})
	in := rotationOf(c.people("aiko", "ben", "chie")...)
	in.StartTime = aws.Time(time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC))
	in.TimeZoneId = aws.String("Europe/Berlin")
	arn := c.rotation(in)
	from := time.Date(9999, 12, 30, 0, 0, 0, 0, time.UTC)
	if got := c.shifts(arn, &from, from.Add(47*time.Hour), 1); len(got) != 3 {
		t.Errorf("%d shifts: %v", len(got), told(got, nil))
	}
	first := need(c.contacts.ListRotationShifts(c.ctx, &ssmcontacts.ListRotationShiftsInput{RotationId: &arn, EndTime: &from, MaxResults: aws.Int32(2)}))(t)
	if len(first.RotationShifts) != 2 || first.NextToken == nil {
		t.Errorf("%d shifts", len(first.RotationShifts))
	}
	in.Recurrence.ShiftCoverages = map[string][]types.CoverageTime{"MON": {}}
	if got := c.shifts(c.rotation(in), nil, from, 0); len(got) != 0 {
		t.Errorf("without coverage: %v", told(got, nil))
	}
	in.Recurrence.ShiftCoverages = map[string][]types.CoverageTime{} // names no day: all of them
	if got := c.shifts(c.rotation(in), &from, from.Add(time.Hour), 0); len(got) != 1 {
		t.Errorf("around the clock: %v", told(got, nil))
	}
}

func BenchmarkListRotationShifts(b *testing.B) {
	c := onboarded(b, emulator.Options{})
	arn := c.rotation(rotationOf(c.people("aiko", "ben", "chie")...))
	from := at(b, "2026-11-01T00:00Z")
	to := from.AddDate(0, 0, 100)
	in := &ssmcontacts.ListRotationShiftsInput{RotationId: &arn, StartTime: &from, EndTime: &to, MaxResults: aws.Int32(100)}
	b.ReportAllocs()
	for b.Loop() {
		if out, err := c.contacts.ListRotationShifts(c.ctx, in); err != nil || len(out.RotationShifts) != 100 {
			b.Fatal(err, len(out.RotationShifts))
		}
	}
}
