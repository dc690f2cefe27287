package drill_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/drill"
	"github.com/watchbill/watchbill/internal/when"
	"github.com/watchbill/watchbill/oncall"
)

const minute = time.Minute

// team pages whoever is on call from Monday to Friday, 09:00 to 17:00 in Tokyo, aiko and ben by
// turns of a day; chie ten minutes later. dana has a mail address that is not activated, emil
// has a plan without stages.
func team(t testing.TB) *oncall.Roster {
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	office := map[time.Weekday][]oncall.Window{}
	for day := time.Monday; day <= time.Friday; day++ {
		office[day] = []oncall.Window{{Start: oncall.Clock{Hour: 9}, End: oncall.Clock{Hour: 17}}}
	}
	primary, err := oncall.NewSchedule(oncall.Rules{}, oncall.Rotation{
		Name: "daily", Zone: tokyo, Members: []string{"aiko", "ben"}, OnCalls: 1, Start: time.Date(2026, 12, 7, 9, 0, 0, 0, tokyo),
		Recurrence: oncall.Recurrence{Daily: []oncall.Clock{{Hour: 9}}, Multiplier: 1}, Coverage: office,
	})
	if err != nil {
		t.Fatal(err)
	}
	person := oncall.Person{
		Channels: map[string]oncall.Channel{
			"mail": {Type: oncall.Email, Active: true}, "text": {Type: oncall.SMS, Active: true},
			"phone": {Type: oncall.Voice, Active: true}, "old": {Type: oncall.Voice},
		},
		Stages: []oncall.Stage{
			{Wait: 5 * minute, Targets: []oncall.Target{{Channel: "mail"}, {Channel: "text", Retry: 2 * minute}}},
			{Wait: 10 * minute, Targets: []oncall.Target{{Channel: "phone", Retry: 3 * minute}, {Channel: "old"}}},
		},
	}
	dana := oncall.Person{Channels: map[string]oncall.Channel{"mail": {Type: oncall.Email}},
		Stages: []oncall.Stage{{Wait: minute, Targets: []oncall.Target{{Channel: "mail"}}}}}
	return &oncall.Roster{
		People:    map[string]oncall.Person{"aiko": person, "ben": person, "chie": person, "dana": dana, "emil": {}},
		Schedules: map[string]*oncall.Schedule{"primary": primary},
		Escalations: map[string][]oncall.Stage{"web": {
			{Wait: 10 * minute, Targets: []oncall.Target{{Contact: "primary", Essential: true}}},
			{Wait: 15 * minute, Targets: []oncall.Target{{Contact: "chie", Essential: true}, {Contact: "dana"}, {Contact: "emil"}}},
		}},
		ResponsePlans: map[string][]string{"down": {"web"}, "mute": {}, "dana": {"dana"}},
	}
}

// What is said of expectations that are met and of those that are not.
func TestSentences(t *testing.T) {
	r := team(t)
	const noon, sunday = "2026-12-07 12:00 Asia/Tokyo", "2026-12-13 03:00 Asia/Tokyo"
	by := func(n int) ast.Duration { return length(time.Duration(n) * minute) }
	flag := func(v bool) ast.Flag { return ast.Flag{V: v, At: at(1)} }
	on := func(names ...string) *ast.OnCallSet {
		out := &ast.OnCallSet{At: at(1)}
		for _, n := range names {
			out.Names = append(out.Names, text(n))
		}
		return out
	}
	aiko2 := map[string]time.Duration{"aiko": 2 * minute}
	type x = ast.Expectation
	for _, c := range []struct {
		when    string
		answers map[string]time.Duration
		expect  x
		want    string // ok, or the mark of what broke it, and the sentence
	}{
		{noon, nil, x{Contact: text("aiko")}, "ok: aiko is paged at 0m"},
		{noon, nil, x{Contact: text("chie"), By: by(10)}, "ok: chie is paged at 10m"},
		{noon, nil, x{Contact: text("chie"), By: by(9)}, "10m not by 9m: chie is first paged at 10m, not by 9m"},
		{noon, nil, x{Contact: text("aiko"), Channel: text("phone"), By: by(5)}, "ok: aiko is paged on phone at 5m"},
		{noon, nil, x{Contact: text("aiko"), ChannelType: text("voice"), By: by(3)}, "5m not by 3m: aiko is first paged by call at 5m, not by 3m"},
		{noon, nil, x{Contact: text("ben"), By: by(7)}, "7m missing ben should be paged by now: ben is never paged: nothing engages them"},
		{noon, nil, x{Contact: text("aiko"), Channel: text("old")}, "25m missing aiko is never paged on old: aiko is never paged on old: the first page is a mail to mail at 0m"},
		{noon, nil, x{Contact: text("dana")}, "25m missing dana is never paged: dana is never paged: the channel mail is not activated"},
		{noon, nil, x{Contact: text("emil")}, "25m missing emil is never paged: emil is never paged: the plan has no stages"},
		{noon, nil, x{Nobody: text("ben")}, "ok: ben is not paged"},
		{noon, nil, x{Nobody: text("chie"), Before: by(10)}, "ok: chie is not paged before 10m"},
		{noon, nil, x{Nobody: text("chie"), Before: by(11)}, "10m not before 11m: chie is paged at 10m, before 11m"},
		{noon, nil, x{Nobody: text("aiko"), Channel: text("phone"), Before: by(5)}, "ok: aiko is not paged on phone before 5m"},
		{noon, nil, x{Nobody: text("aiko"), ChannelType: text("voice")}, "5m not at all: aiko is paged by call at 5m"},
		{noon, nil, x{FirstPage: by(0)}, "ok: the first call or text is a text to aiko at 0m"},
		{sunday, nil, x{FirstPage: by(0)}, "10m not by 0m: the first call or text is a text to chie at 10m, not by 0m"},
		{noon, aiko2, x{Stops: flag(true)}, "ok: nobody is paged after the answer of aiko at 2m"},
		{noon, aiko2, x{Stops: flag(false)}, "2m missing somebody should be paged after the answer: nobody is paged after the answer of aiko at 2m"},
		{noon, aiko2, x{Nobody: text("chie")}, "ok: chie is not paged"},
		{noon, map[string]time.Duration{"chie": 11 * minute}, x{Stops: flag(true)}, "14m not after the answer: aiko is paged at 14m, after the answer of chie at 11m"},
		{noon, map[string]time.Duration{"chie": 11 * minute}, x{Stops: flag(false)}, "ok: aiko is paged at 14m, after the answer of chie at 11m"},
		{sunday, aiko2, x{Stops: flag(true)}, "2m missing an answer of aiko: nobody answers: aiko has not been paged by 2m"},
		{noon, nil, x{OnCall: on("aiko")}, "ok: aiko is on call in primary"},
		{noon, nil, x{OnCall: on()}, "0m : aiko is on call in primary, not nobody"},
		{noon, nil, x{OnCall: on("ben", "chie")}, "0m : aiko is on call in primary, not ben and chie"},
		{sunday, nil, x{OnCall: on()}, "ok: nobody is on call in primary"},
		{sunday, nil, x{OnCall: on("aiko"), Schedule: text("second")}, "0m : there is no schedule second"},
	} {
		c.expect.At = at(1)
		res := run(t, r, testOf(c.when, c.answers, &c.expect))[0]
		if got := outcome(&res.Checks[0]); got != c.want {
			t.Errorf("%s %+v:\n got %s\nwant %s", c.when, c.expect, got, c.want)
		}
	}
}

func outcome(c *drill.Check) string {
	if c.Passed() {
		return "ok: " + c.Sentence
	}
	m := c.Failure.Mark
	text := when.Length(m.Offset) + " "
	if m.Missing {
		text += "missing "
	}
	return text + m.Text + ": " + c.Sentence
}

// The place of something that is missing is behind all that happened until then, and before
// the end.
func TestMark(t *testing.T) {
	r := team(t)
	check := func(by time.Duration) (before, behind oncall.EventType) {
		x := &ast.Expectation{At: at(1), Contact: text("ben"), By: length(by)}
		f := run(t, r, testOf("2026-12-07 12:00 Asia/Tokyo", nil, x))[0].Checks[0].Failure
		i := f.Mark.Index
		if at := f.Events[i-1].Time.Sub(f.At); at > by {
			t.Errorf("missing by %s is said behind %s", by, at)
		}
		if f.Events[i].Type != oncall.Ended && f.Events[i].Time.Sub(f.At) <= by {
			t.Errorf("missing by %s is said before %s", by, f.Events[i].Time.Sub(f.At))
		}
		return f.Events[i-1].Type, f.Events[i].Type
	}
	for _, by := range []time.Duration{0, 1, 7, 10, 24} {
		check(by * minute)
	}
	if _, behind := check(100 * minute); behind != oncall.Ended {
		t.Errorf("the last line is not the end but before %s", behind)
	}
}

// Answers that come about at no opening fail a test; those that do at one are enough.
func TestUnanswered(t *testing.T) {
	r := team(t)
	ben := map[string]time.Duration{"ben": 3 * minute}
	anybody := &ast.Expectation{At: at(1), Contact: text("chie"), By: length(10 * minute)}
	res := run(t, r, testOf("2026-12-07 12:00 Asia/Tokyo", ben, anybody))[0]
	if len(res.Checks) != 2 || !res.Checks[0].Passed() || res.Passed() ||
		res.Checks[1].Sentence != "ben has not been paged by 3m, and has nothing to acknowledge" {
		t.Errorf("%+v", res.Checks)
	}
	nobody := &ast.Expectation{At: at(1), FirstPage: length(10 * minute)}
	if res := run(t, r, testOf("every hour of 1 week from 2026-12-07 12:00 Asia/Tokyo", ben, nobody))[0]; !res.Passed() {
		t.Errorf("%+v", res.Checks)
	}
}

// What a roster has not got is said, and is no page that is missing.
func TestAbsentPlan(t *testing.T) {
	x := &ast.Expectation{At: at(1), FirstPage: length(0)}
	c := testOf("now", nil, x, &ast.Expectation{At: at(1), Nobody: text("ben")})
	c.ResponsePlan = text("gone")
	res := run(t, team(t), c)[0]
	for _, c := range res.Checks {
		if c.Sentence != "there is no response plan gone" || c.Passed() {
			t.Errorf("%+v", c)
		}
	}
	c.ResponsePlan = text("mute")
	if res := run(t, team(t), c)[0]; res.Checks[0].Sentence != "nobody is called or texted" || !res.Checks[1].Passed() {
		t.Errorf("%+v", res.Checks)
	}
}

// A time that cannot be read is our own trouble here: findings come before.
func TestUnreadTime(t *testing.T) {
	for _, when := range []string{"soon", "every hour"} {
		_, err := drill.Run(t.Context(), team(t), []*ast.Test{testOf(when, nil)}, monday)
		if err == nil || !strings.Contains(err.Error(), "read the time of a test") {
			t.Errorf("%s: %v", when, err)
		}
	}
}

// What tests touch.
func TestCover(t *testing.T) {
	r := team(t)
	any := &ast.Expectation{At: at(1), Contact: text("chie")}
	dana := testOf("2026-12-07 12:00 Asia/Tokyo", nil, any)
	dana.ResponsePlan = text("dana")
	results := run(t, r,
		testOf("2026-12-07 12:59 Asia/Tokyo", map[string]time.Duration{"aiko": 2 * minute}, any), // Monday
		testOf("every hour of 2 days from 2026-12-12 00:30 Asia/Tokyo", map[string]time.Duration{"chie": 14 * minute}, any),
		dana)
	var got []string
	c := drill.Cover(r, results, monday)
	for _, p := range c.Plans {
		line := p.Name + " " + p.Zone.String()
		if p.Alike {
			line += " alike"
		}
		for _, h := range p.Untested {
			line += " " + hour(h.From) + "-" + hour(h.To)
		}
		got = append(got, line)
	}
	for _, s := range c.Stages {
		if !s.Reached {
			got = append(got, string(s.Kind)+" "+s.Name+" "+string(rune('1'+s.Index))+" "+when.Length(s.Begins))
		}
	}
	want := []string{
		"dana UTC alike",
		"down Asia/Tokyo mon 01-mon 12 mon 13-sat 00",
		"mute UTC alike mon 00-mon 00",
		"contact aiko 2 5m",
		"contact ben 1 0m",
		"contact ben 2 5m",
		"contact chie 2 5m",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Two weeks touch every hour of the week, also when the clocks jump over one in the first.
func TestCoverWholeWeeks(t *testing.T) {
	york, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	weekly, err := oncall.NewSchedule(oncall.Rules{}, oncall.Rotation{
		Name: "weekly", Zone: york, Members: []string{"aiko", "ben"}, OnCalls: 1, Start: time.Date(2027, 1, 4, 9, 0, 0, 0, york),
		Recurrence: oncall.Recurrence{Weekly: []oncall.WeekClock{{Day: time.Monday, Clock: oncall.Clock{Hour: 9}}}, Multiplier: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	r := team(t)
	r.Schedules["primary"] = weekly
	x := &ast.Expectation{At: at(1), FirstPage: length(0)}
	for stretch, want := range map[string]int{
		"every hour of 2 weeks from 2027-03-08 00:00 America/New_York":  168,
		"every hour of 52 weeks from 2027-03-08 00:00 America/New_York": 168,
		"every hour of 1 week from 2027-03-08 00:00 America/New_York":   167, // Sunday, 02:00
		"every hour of 1 day from 2027-03-08 00:30 America/New_York":    25,
	} {
		c := drill.Cover(r, run(t, r, testOf(stretch, nil, x)), monday)
		down := c.Plans[1]
		if down.Name != "down" || down.Alike || down.Hours != want {
			t.Errorf("%s: %+v, want %d hours", stretch, down, want)
		}
	}
}

func hour(h int) string {
	at := monday.Add(time.Duration(h) * time.Hour)
	return strings.ToLower(at.Format("Mon 15"))
}

// A year of openings, with answers and without: docs/performance.md.
func BenchmarkYear(b *testing.B) {
	r := team(b)
	x := &ast.Expectation{At: at(1), FirstPage: length(15 * minute)}
	for name, answers := range map[string]map[string]time.Duration{"unanswered": nil, "answered": {"chie": 12 * minute}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := drill.Run(b.Context(), r, []*ast.Test{testOf("every hour of 52 weeks from 2026-12-07 09:00 Asia/Tokyo", answers, x)}, monday); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
