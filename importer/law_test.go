package importer_test

// The law of import: whatever the account, the plan after import is empty, and everything
// is either written or left out with a reason (importInto checks that).

import (
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
	"pgregory.net/rapid"
)

// drawn makes an account by chance. What AWS refuses is not made.
type drawn struct {
	*rapid.T
	a         *account
	contacts  []string
	schedules []string
	others    []string
	rotations []string
}

func (d *drawn) int(least, most int) int { return rapid.IntRange(least, most).Draw(d.T, "n") }

func (d *drawn) chance(of int) bool { return d.int(1, of) == 1 }

// oneOf may draw nothing from an empty list.
func (d *drawn) oneOf(list []string) string {
	if len(list) == 0 {
		return "arn:aws:ssm-contacts:us-east-1:111122223333:contact/nobody"
	}
	return rapid.SampledFrom(list).Draw(d.T, "one")
}

func (d *drawn) some(list []string, least, most int) []string {
	var out []string
	for range d.int(least, most) {
		out = append(out, d.oneOf(list))
	}
	return out
}

// name is what people call things.
func (d *drawn) name() string {
	return d.oneOf([]string{"phone", "Phone", "Work phone", "no", "y", "0123", "1e3", "~", "null", "2026-01-01", "a.b", "x- -y", "Über-Bereitschaft",
		"佐藤", "s0.r0", "s1.r0", "weekly", "-", "_", ".", "trailing-", "two  spaces", "nb\u00a0sp", "line\u2028sep", " lead", strings.Repeat("n", 60)})
}

// prose is what people write where anything goes.
func (d *drawn) prose() string {
	return d.oneOf([]string{"It is down", "", "a: b", "# no comment", "${x} $${y}", "{a, b}", "first\nsecond\n", "first\n\n  third", "x\n\n\n", "\nfirst\nsecond",
		"tab\there\nx", "quote \" and \\ and '", "- item", "yes", "*star", "&anchor", "!tag", "%dir", "@at", "`tick", "emoji 🚒", "trailing \nspace", "\u0085next", "call +12025550123\nnow"})
}

func (d *drawn) alias() string {
	if d.chance(8) {
		return d.oneOf([]string{"_x", "no", "123", "1e3", "null", "y", strings.Repeat("a", 51), "0x1f", "-dash"})
	}
	return fmt.Sprintf("p%d", d.int(0, 99))
}

func (d *drawn) tags() []types.Tag {
	var out []types.Tag
	for n := range d.int(0, 2) {
		out = append(out, types.Tag{Key: aws.String(d.oneOf([]string{"team", "yes", "a/b", "watchbill-protect", "x=1"}) + strings.Repeat("_", n)), Value: aws.String(d.oneOf([]string{"web", "no", "true", "1", "a: b", "x@y.z"}))})
	}
	return out
}

func (d *drawn) keep(list *[]string, id string, err error) {
	if err == nil {
		*list = append(*list, id)
	}
}

func (d *drawn) wait() int32 {
	return int32(rapid.SampledFrom([]int{0, 1, 5, 15, 29, 30, 30, 30}).Draw(d.T, "wait"))
}

func (d *drawn) contact() {
	id, err := d.a.contact(types.ContactTypePersonal, d.alias(), d.oneOf([]string{"", "Aiko", d.name()}), nil, d.tags()...)
	if err != nil {
		return
	}
	d.contacts = append(d.contacts, id)
	var channels []string
	for range d.int(0, 3) {
		medium := rapid.SampledFrom([]types.ChannelType{types.ChannelTypeSms, types.ChannelTypeVoice, types.ChannelTypeEmail}).Draw(d.T, "type")
		address := fmt.Sprintf("+120255501%02d", d.int(0, 20))
		if medium == types.ChannelTypeEmail {
			address = fmt.Sprintf("m%d@example.com", d.int(0, 20))
		}
		channel, err := d.a.channel(id, d.name(), medium, address)
		d.keep(&channels, channel, err)
	}
	var stages []types.Stage
	retry := int32(d.int(0, 12))
	for range d.int(0, 5) {
		if d.chance(2) {
			retry = int32(d.int(0, 12))
		}
		stages = append(stages, pages(d.wait(), retry, d.some(channels, 0, min(2, len(channels)))...))
	}
	_ = d.a.plan(id, stages...)
}

func (d *drawn) rotation() {
	clock := &types.HandOffTime{HourOfDay: int32(d.int(0, 23)), MinuteOfHour: int32(d.int(0, 59))}
	r := &types.RecurrenceSettings{NumberOfOnCalls: aws.Int32(1), RecurrenceMultiplier: aws.Int32(int32(d.int(1, 4)))}
	if d.chance(3) {
		r.NumberOfOnCalls = aws.Int32(2)
	}
	switch d.int(1, 3) {
	case 1:
		r.DailySettings = []types.HandOffTime{*clock}
	case 2:
		r.WeeklySettings = []types.WeeklySetting{{DayOfWeek: types.DayOfWeekMon, HandOffTime: clock}, {DayOfWeek: types.DayOfWeekFri, HandOffTime: clock}}
	default:
		r.MonthlySettings = []types.MonthlySetting{{DayOfMonth: aws.Int32(int32(d.int(1, 31))), HandOffTime: clock}}
	}
	for _, day := range []string{"MON", "TUE", "WED", "SUN"} {
		if d.chance(3) {
			if r.ShiftCoverages == nil {
				r.ShiftCoverages = map[string][]types.CoverageTime{}
			}
			from, to := int32(d.int(0, 23)), int32(d.int(0, 23))
			r.ShiftCoverages[day] = []types.CoverageTime{{Start: &types.HandOffTime{HourOfDay: from}, End: &types.HandOffTime{HourOfDay: to}}}
		}
	}
	start := monday.Add(time.Duration(d.int(-2000, 2000)) * time.Minute)
	zone := d.oneOf([]string{"UTC", "Asia/Tokyo", "Europe/Berlin", "America/New_York", "Pacific/Apia"})
	id, err := d.a.rotation(d.name(), zone, start, r, d.some(d.contacts, 1, 3)...)
	if err != nil {
		return
	}
	d.rotations = append(d.rotations, id)
	for range d.int(0, 2) {
		from := monday.Add(time.Duration(d.int(-3000, 3000)) * time.Minute)
		to := from.Add(time.Duration(d.int(1, 2000)) * time.Minute)
		_, _ = d.a.Contacts.CreateRotationOverride(d.a.t.Context(), &ssmcontacts.CreateRotationOverrideInput{
			RotationId: &id, NewContactIds: d.some(d.contacts, 0, 2), StartTime: &from, EndTime: &to})
	}
}

func (d *drawn) schedule(n int) {
	var rotations []string
	for range d.int(1, 3) {
		if id := d.oneOf(d.rotations); !strings.Contains(strings.Join(rotations, " "), id) {
			rotations = append(rotations, id)
		}
	}
	id, err := d.a.contact(types.ContactTypeOncallSchedule, fmt.Sprintf("s%d", n), d.name(), &types.Plan{RotationIds: rotations}, d.tags()...)
	d.keep(&d.schedules, id, err)
}

func (d *drawn) escalation(n int) {
	var stages []types.Stage
	for range d.int(0, 4) {
		stages = append(stages, engages(d.wait(), d.some(append(d.contacts, d.schedules...), 0, 2)...))
	}
	id, err := d.a.contact(types.ContactTypeEscalation, fmt.Sprintf("e%d", n), d.name(), &types.Plan{Stages: stages}, d.tags()...)
	d.keep(&d.others, id, err)
}

func (d *drawn) response(n int) {
	in := &ssmincidents.CreateResponsePlanInput{
		Name: aws.String(d.oneOf([]string{fmt.Sprintf("r%d", n), fmt.Sprintf("R%d", n), fmt.Sprint(n)})), Engagements: d.some(append(d.contacts, append(d.schedules, d.others...)...), 0, 3),
		IncidentTemplate: &incidents.IncidentTemplate{Title: aws.String("Down " + d.prose()), Impact: aws.Int32(int32(d.int(1, 5)))},
	}
	if s := d.prose(); s != "" {
		in.IncidentTemplate.Summary = &s
	}
	if s := d.prose(); s != "" && d.chance(2) {
		in.IncidentTemplate.DedupeString = &s
		in.IncidentTemplate.IncidentTags = map[string]string{"Service Name": "web", "yes": "no"}
	}
	if d.chance(2) {
		in.Actions = []incidents.Action{&incidents.ActionMemberSsmAutomation{Value: incidents.SsmAutomation{
			DocumentName: aws.String(d.oneOf([]string{"AWS-RestartEC2Instance", "arn:aws:ssm:us-east-1:111122223333:document/Mine.x", "---"})),
			RoleArn:      aws.String("arn:aws:iam::111122223333:role/" + d.oneOf([]string{"a", "b"})), DocumentVersion: aws.String(d.oneOf([]string{"1", "$DEFAULT", "$LATEST"})),
			Parameters: map[string][]string{"Text": {d.prose(), "{{ x }}"}, "None": {}},
			DynamicParameters: map[string]incidents.DynamicSsmParameterValue{
				"InstanceId": &incidents.DynamicSsmParameterValueMemberVariable{Value: incidents.VariableTypeInvolvedResources}},
		}}}
	}
	_, _ = d.a.Incidents.CreateResponsePlan(d.a.t.Context(), in)
}

func TestImportIsEmpty(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a := ready(t)
		d := &drawn{T: rt, a: a}
		for range d.int(1, 4) {
			d.contact()
		}
		for range d.int(0, 3) {
			d.rotation()
		}
		for n := range d.int(0, 2) {
			d.schedule(n)
		}
		for n := range d.int(0, 2) {
			d.escalation(n)
		}
		for n := range d.int(0, 2) {
			d.response(n)
		}
		dir := t.TempDir()
		a.importInto(dir).same()
		if t.Failed() {
			rt.Fatal("the plan after import is not empty")
		}
		// What is written makes the same account again, elsewhere.
		other := open(t)
		other.apply(dir)
		again := t.TempDir()
		other.importInto(again).same().left()
		compareFolders(rt, dir, again)
	})
}

// compareFolders fails when plan files differ but in their comments.
func compareFolders(rt *rapid.T, a, b string) {
	rt.Helper()
	files, err := filepath.Glob(filepath.Join(a, "*.yaml"))
	if err != nil {
		rt.Fatal(err)
	}
	for _, f := range files {
		name := filepath.Base(f)
		if one, other := bare(rt, f), bare(rt, filepath.Join(b, name)); one != other {
			rt.Fatalf("%s comes back as another one:\n%s\n%s", name, one, other)
		}
	}
}

func bare(rt *rapid.T, file string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		rt.Fatal(err)
	}
	var out []string
	for l := range strings.Lines(string(text)) {
		if !strings.HasPrefix(strings.TrimSpace(l), "#") {
			l, _, _ = strings.Cut(l, " # not activated")
			out = append(out, strings.TrimRight(l, "\n"))
		}
	}
	return strings.Join(out, "\n")
}
