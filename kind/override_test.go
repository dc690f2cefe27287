package kind_test

// Whose an override is, and when it is past. AWS gives overrides no tags: marks on the
// rotation are all there is.

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"

	"github.com/watchbill/watchbill/emulator"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
)

// overridden is the plan "staffed" with other overrides, in Tokyo's time.
func overridden(overrides ...string) string {
	plan, _, _ := strings.Cut(staffed, "        overrides:")
	if len(overrides) == 0 {
		return plan
	}
	return plan + "        overrides:\n          - {" + strings.Join(overrides, "}\n          - {") + "}\n"
}

const (
	christmas = "from: 2026-12-24T09:00, to: 2026-12-26T09:00, members: [ben]"
	newYear   = "from: 2026-12-31T09:00, to: 2027-01-01T09:00, members: []"
)

// byHand makes an override as somebody in the console does; times are UTC.
func (a *account) byHand(from, to string, contacts ...string) {
	a.t.Helper()
	r := a.liveRotations()["primary/weekly"]
	ids := []string{}
	for _, c := range contacts {
		ids = append(ids, *contactID(c))
	}
	start, end := instant(a.t, from), instant(a.t, to)
	_, err := a.hand.Contacts.CreateRotationOverride(a.t.Context(), &ssmcontacts.CreateRotationOverrideInput{
		RotationId: r.RotationArn, NewContactIds: ids, StartTime: &start, EndTime: &end})
	a.must(err)
}

func instant(t testing.TB, s string) time.Time {
	t.Helper()
	out, err := time.Parse("2006-01-02T15:04", s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// marksOf are the tags with marks of the rotation.
func (a *account) marksOf() map[string]string {
	a.t.Helper()
	out, err := a.hand.Contacts.ListTagsForResource(a.t.Context(), &ssmcontacts.ListTagsForResourceInput{ResourceARN: a.liveRotations()["primary/weekly"].RotationArn})
	a.must(err)
	marks := map[string]string{}
	for _, tag := range out.Tags {
		if strings.HasPrefix(*tag.Key, "watchbill-overrides") {
			marks[*tag.Key] = *tag.Value
		}
	}
	return marks
}

func (a *account) countMarks() int {
	n := 0
	for _, v := range a.marksOf() {
		n += 1 + strings.Count(v, ".")
	}
	return n
}

// kept is the line of a kept object with the end of its name cut off, which is AWS's.
func (l *look) kept() string {
	var out []string
	for _, k := range l.cs.Kept {
		name, _, _ := strings.Cut(k.Addr.String(), "?")
		out = append(out, name+": "+k.Why)
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

// What people make in the console is shown and stays: beside ours, at the same hour as
// ours, before and after ours. It costs nothing but a look at the rotation's marks.
func TestOverridesMadeByHand(t *testing.T) {
	a := open(t, emulator.Options{})
	desired := compile(t, overridden(christmas))
	a.apply(desired)
	a.byHand("2026-12-24T00:00", "2026-12-25T00:00", "aiko") // at the hour of ours
	a.byHand("2027-02-01T00:00", "2027-02-02T00:00")
	a.byHand("2027-03-01T00:00", "2027-03-02T00:00", "aiko", "ben")
	a.wire.taken()
	l := a.look(desired)
	if len(l.cs.Changes)+len(l.cs.Refusals)+len(l.cs.Unread) > 0 {
		t.Fatalf("got:\n%s", l)
	}
	want := `override/primary/weekly/2026-12-24T00:00Z: it was made by hand: aiko from 2026-12-24 00:00 UTC to 2026-12-25 00:00 UTC
override/primary/weekly/2027-02-01T00:00Z: it was made by hand: nobody from 2027-02-01 00:00 UTC to 2027-02-02 00:00 UTC
override/primary/weekly/2027-03-01T00:00Z: it was made by hand: aiko and ben from 2027-03-01 00:00 UTC to 2027-03-02 00:00 UTC`
	if got := l.kept(); got != want {
		t.Errorf("kept:\n%s\nwant:\n%s", got, want)
	}
	if got := a.wire.counted(); got["ssm-contacts:ListTagsForResource"] != 1 || got["ssm-contacts:ListRotationOverrides"] != 1 {
		t.Errorf("calls: %v", got)
	}
	for _, plan := range []string{overridden(), overridden(newYear), overridden(christmas, newYear)} {
		l := a.look(compile(t, plan))
		if l.kept() != want {
			t.Errorf("kept:\n%s", l.kept())
		}
		l.do()
		a.settledButKept(compile(t, plan), 3)
	}
	if n := len(a.overrides(a.liveRotations()["primary/weekly"].RotationArn)); n != 5 {
		t.Errorf("%d overrides", n)
	}
}

// settledButKept is settled with so many objects kept.
func (a *account) settledButKept(desired *resource.State, kept int) {
	a.t.Helper()
	l := a.look(desired)
	if !l.cs.Empty() || len(l.cs.Refusals)+len(l.cs.Unread) > 0 || len(l.cs.Kept) != kept {
		a.t.Fatalf("a second comparison:\n%s", l)
	}
}

// An override by hand that is as the plan wants it is the plan's: there is nothing to do.
// The mark is not written for it, so it stays when the plan drops it.
func TestOverrideByHandIsTheOneWanted(t *testing.T) {
	a := open(t, emulator.Options{})
	a.apply(compile(t, overridden()))
	a.byHand("2026-12-24T00:00", "2026-12-26T00:00", "ben")
	a.settled(compile(t, overridden(christmas)))
	a.settledButKept(compile(t, overridden()), 1)
}

// With a rotation go the overrides that were made by hand: its reader is told.
func TestOverrideByHandGoesWithItsRotation(t *testing.T) {
	a := open(t, emulator.Options{})
	a.apply(compile(t, staffed))
	a.byHand("2027-02-01T00:00", "2027-02-02T00:00", "aiko")
	l := a.look(compile(t, all)).expect(`
		delete override/primary/weekly/2026-12-24T00:00Z
		delete rotation/primary/weekly
		delete schedule/primary`)
	want := "takes an override along that was made by hand: aiko from 2027-02-01 00:00 UTC to 2027-02-02 00:00 UTC"
	if notes := l.cs.Changes[1].Notes; !slices.Contains(notes, want) {
		t.Errorf("notes: %q", notes)
	}
	l.do()
	a.settled(compile(t, all))
}

// The bulk read of tags may be old, and lack the marks: what is ours is not left behind
// for that.
func TestOldBulkReadLeavesNoOverrideBehind(t *testing.T) {
	a := open(t, emulator.Options{})
	a.apply(compile(t, overridden()))
	rotation := *a.liveRotations()["primary/weekly"].RotationArn
	a.apply(compile(t, overridden(christmas)))
	a.wire.meddling(only(func(c call) bool { return c.op == "tag:GetResources" }, func(pass) (*http.Response, error) {
		return answer(http.StatusOK, "", `{"ResourceTagMappingList":[{"ResourceARN":"`+rotation+
			`","Tags":[{"Key":"watchbill-owner","Value":"tests"}]}],"PaginationToken":""}`), nil
	}))
	a.settled(compile(t, overridden(christmas)))
	a.look(compile(t, overridden())).expect("delete override/primary/weekly/2026-12-24T00:00Z").do()
	a.settled(compile(t, overridden()))
}

// What is over is past on both sides. What has begun and is not over is current.
func TestPastOverrides(t *testing.T) {
	a := open(t, emulator.Options{})
	plan := compile(t, overridden("from: 2026-11-23T08:00, to: 2026-11-23T09:00, members: [ben]", // ends as the pass begins
		"from: 2026-11-20T09:00, to: 2026-11-24T09:00, members: [ben]", christmas))
	a.look(plan).expect(`
		create channel/aiko/mail
		create channel/aiko/phone
		create channel/aiko/text
		create channel/ben/mail
		create channel/ben/text
		create contact/aiko
		create contact/ben
		create engagement_plan/aiko
		create engagement_plan/ben
		create escalation_plan/web
		create override/primary/weekly/2026-11-20T00:00Z
		create override/primary/weekly/2026-12-24T00:00Z
		create replication_set/default
		create response_plan/down
		create rotation/primary/weekly
		create schedule/primary`).do()
	a.settled(plan)
	if n := a.countMarks(); n != 2 {
		t.Errorf("%d marks", n)
	}
	a.byHand("2026-11-22T00:00", "2026-11-23T00:00", "aiko")
	a.settledButKept(plan, 0) // over
	a.byHand("2026-11-22T00:00", "2026-11-23T00:01", "aiko")
	a.settledButKept(plan, 1)

	a.now = instant(t, "2026-12-27T00:00")
	a.settledButKept(plan, 0)
	a.settledButKept(compile(t, overridden()), 0)

	// The marks of what is past go with the next one that is written.
	a.apply(compile(t, overridden(christmas, newYear)))
	if n := a.countMarks(); n != 1 {
		t.Errorf("%d marks: %v", n, a.marksOf())
	}
}

// A rotation has many overrides: their marks fill several tags, and are gone with them.
// Beyond what marks can hold a creation is refused, with the number.
func TestManyOverrides(t *testing.T) {
	var many []string
	day := instant(t, "2026-12-08T09:00")
	for i := range 140 {
		from := day.AddDate(0, 0, i)
		many = append(many, fmt.Sprintf("from: %s, to: %s, members: [ben]", from.Format("2006-01-02T15:04"), from.AddDate(0, 0, 1).Format("2006-01-02T15:04")))
	}
	a := open(t, emulator.Options{})
	a.apply(compile(t, overridden(many[:29]...)))
	if n := len(a.marksOf()); n != 2 {
		t.Errorf("%d tags: %v", n, a.marksOf())
	}
	for _, v := range a.marksOf() {
		if len(v) > 256 {
			t.Errorf("%d characters: %s", len(v), v)
		}
	}
	a.wire.taken()
	a.apply(compile(t, overridden(many[:140]...)))
	if got := a.wire.counted(); got["ssm-contacts:TagResource"] != 1 || got["ssm-contacts:CreateRotationOverride"] != 111 {
		t.Errorf("calls: %v", got)
	}
	if n := a.countMarks(); n != 140 {
		t.Errorf("%d marks", n)
	}
	for i := range many {
		many[i] = strings.Replace(many[i], "[ben]", "[aiko]", 1)
	}
	l := a.apply(compile(t, overridden(many[:140]...)))
	if n := l.cs.Count(resource.Replace); n != 140 {
		t.Errorf("%d replaced", n)
	}
	tooMany := compile(t, overridden(many[:140]...))
	for i := range 141 { // no plan that compiles has so many
		tooMany.Add(&resource.Object{Addr: resource.Addr{Kind: "override", Name: fmt.Sprintf("primary/weekly/%d", i)},
			Parent: resource.Addr{Kind: "rotation", Name: "primary/weekly"},
			Spec:   kind.Override{Start: day.AddDate(1, 0, i), End: day.AddDate(1, 0, i+1)}})
	}
	l = a.look(tooMany)
	if err := kind.Do(t.Context(), l.env, l.steps()[0]); err == nil || !strings.Contains(err.Error(), "281 overrides") {
		t.Errorf("got %v", err)
	}
	a.apply(compile(t, overridden(many[0])))
	if n := len(a.marksOf()); n != 1 || a.countMarks() != 1 {
		t.Errorf("marks: %v", a.marksOf())
	}
	a.apply(compile(t, overridden()))
	if n := len(a.marksOf()); n != 0 {
		t.Errorf("marks: %v", a.marksOf())
	}
}

// Without a mark on its rotation nothing is made: the mark comes first. And a rotation that
// somebody took over meanwhile gets no overrides.
func TestMarkComesFirst(t *testing.T) {
	a := open(t, emulator.Options{})
	a.apply(compile(t, overridden()))
	denied := fails("AccessDeniedException", http.StatusForbidden)
	for op, says := range map[string]string{"ssm-contacts:TagResource": "mark it as ours", "ssm-contacts:ListTagsForResource": "read whose it is"} {
		l := a.look(compile(t, overridden(christmas)))
		a.wire.meddling(only(func(c call) bool { return c.op == op }, denied))
		if err := kind.Do(t.Context(), l.env, l.steps()[0]); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", op, err)
		}
		a.wire.meddling(nil)
	}
	rotation := a.liveRotations()["primary/weekly"].RotationArn
	l := a.look(compile(t, overridden(christmas)))
	_, err := a.hand.Contacts.UntagResource(t.Context(), &ssmcontacts.UntagResourceInput{ResourceARN: rotation, TagKeys: []string{"watchbill-owner"}})
	a.must(err)
	if err := kind.Do(t.Context(), l.env, l.steps()[0]); err == nil || !strings.Contains(err.Error(), "no longer carries our ownership mark") {
		t.Errorf("got %v", err)
	}
	if n := len(a.overrides(rotation)); n != 0 {
		t.Errorf("%d overrides", n)
	}
}

// Whose an override is cannot be told without the marks: then nothing is planned for any
// of the rotation's.
func TestMarksUnread(t *testing.T) {
	a := open(t, emulator.Options{})
	a.apply(compile(t, overridden(christmas)))
	a.byHand("2027-02-01T00:00", "2027-02-02T00:00", "aiko")
	a.wire.meddling(only(func(c call) bool {
		return c.op == "ssm-contacts:ListTagsForResource" && strings.Contains(c.text, ":rotation/")
	}, fails("AccessDeniedException", http.StatusForbidden)))
	a.judge(a.look(compile(t, overridden(christmas))), []string{"override/primary/weekly/"})
	a.judge(a.look(compile(t, overridden())), []string{"override/primary/weekly/"})
}

// A pass reads in pages, and drops no override for it.
func TestPagesOfOverrides(t *testing.T) {
	a := open(t, emulator.Options{MaxPage: 2})
	desired := compile(t, overridden(christmas, newYear, "from: 2027-02-01T09:00, to: 2027-02-02T09:00, members: [aiko]"))
	a.apply(desired)
	a.wire.taken()
	a.look(desired).expect("")
	if n := a.wire.counted()["ssm-contacts:ListRotationOverrides"]; n != 2 {
		t.Errorf("%d calls", n)
	}
}
