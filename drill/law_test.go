package drill_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/drill"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/oncall"
)

var people = []string{"aiko", "ben", "chie", "dana"}

func minutes(t *rapid.T, label string, most int) time.Duration {
	return time.Duration(rapid.IntRange(0, most).Draw(t, label)) * time.Minute
}

// someRoster is people, a schedule whose turns pass on at odd times, and a response plan that
// engages them in some order.
func someRoster(t *rapid.T) *oncall.Roster {
	r := &oncall.Roster{
		People: map[string]oncall.Person{}, Schedules: map[string]*oncall.Schedule{},
		Escalations: map[string][]oncall.Stage{}, ResponsePlans: map[string][]string{"down": {"web"}},
	}
	types := []oncall.ChannelType{oncall.Email, oncall.SMS, oncall.Voice}
	for _, name := range people {
		p := oncall.Person{Channels: map[string]oncall.Channel{}}
		for _, kind := range types {
			p.Channels[string(kind)] = oncall.Channel{Type: kind, Active: rapid.IntRange(0, 4).Draw(t, "active") > 0}
		}
		for range rapid.IntRange(1, 2).Draw(t, "stages") {
			channel := string(rapid.SampledFrom(types).Draw(t, "channel"))
			p.Stages = append(p.Stages, oncall.Stage{Wait: minutes(t, "wait", 6),
				Targets: []oncall.Target{{Channel: channel, Retry: minutes(t, "retry", 3)}}})
		}
		r.People[name] = p
	}
	zone := rapid.SampledFrom([]string{"UTC", "Asia/Tokyo", "America/New_York"}).Draw(t, "zone")
	r.Schedules["primary"] = someSchedule(t, zone)
	for range rapid.IntRange(1, 3).Draw(t, "climb") {
		s := oncall.Stage{Wait: minutes(t, "climb wait", 12)}
		for range rapid.IntRange(1, 2).Draw(t, "targets") {
			name := rapid.SampledFrom(append([]string{"primary", "primary"}, people...)).Draw(t, "target")
			s.Targets = append(s.Targets, oncall.Target{Contact: name, Essential: rapid.Bool().Draw(t, "essential")})
		}
		r.Escalations["web"] = append(r.Escalations["web"], s)
	}
	return r
}

var monday = time.Date(2026, 12, 7, 0, 0, 0, 0, time.UTC)

func someSchedule(t *rapid.T, zoneName string) *oncall.Schedule {
	zone, err := time.LoadLocation(zoneName)
	if err != nil {
		t.Fatal(err)
	}
	clock := oncall.Clock{Hour: rapid.IntRange(0, 23).Draw(t, "hour"), Minute: rapid.IntRange(0, 59).Draw(t, "minute")}
	rotation := oncall.Rotation{
		Name: "daily", Zone: zone, Members: rapid.Permutation(people).Draw(t, "members")[:3], OnCalls: rapid.IntRange(1, 2).Draw(t, "on call"),
		Start:      time.Date(2026, 12, 1, clock.Hour, clock.Minute, 0, 0, zone),
		Recurrence: oncall.Recurrence{Daily: []oncall.Clock{clock}, Multiplier: 1},
	}
	if rapid.Bool().Draw(t, "covered in part") {
		window := oncall.Window{Start: oncall.Clock{Hour: 9}, End: oncall.Clock{Hour: 17, Minute: 30}}
		rotation.Coverage = map[time.Weekday][]oncall.Window{}
		for day := time.Monday; day <= time.Friday; day++ {
			rotation.Coverage[day] = []oncall.Window{window}
		}
	}
	s, err := oncall.NewSchedule(oncall.Rules{}, rotation)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func at(n int) diag.Pos { return diag.Pos{File: "a_test.yaml", Line: n, Col: 1} }

func text(s string) ast.Text { return ast.Text{V: s, At: at(1)} }

func length(d time.Duration) ast.Duration { return ast.Duration{V: d, At: at(1)} }

func testOf(when string, answers map[string]time.Duration, expect ...*ast.Expectation) *ast.Test {
	c := &ast.Test{Name: text("a test"), ResponsePlan: text("down"), Schedule: text("primary"), When: []ast.Text{text(when)}, Expect: expect}
	for _, name := range people {
		if after, ok := answers[name]; ok {
			c.Acknowledge = append(c.Acknowledge, &ast.Answer{Contact: text(name), After: length(after)})
		}
	}
	return c
}

func run(t interface{ Fatal(...any) }, r *oncall.Roster, tests ...*ast.Test) []drill.Result {
	results, err := drill.Run(context.Background(), r, tests, monday)
	if err != nil {
		t.Fatal(err)
	}
	return results
}

// passed leaves out what is said about answers that never come about.
func passed(r drill.Result) bool {
	return !slices.ContainsFunc(r.Checks[:len(r.Test.Expect)], func(c drill.Check) bool { return !c.Passed() })
}

func someAnswers(t *rapid.T) map[string]time.Duration {
	out := map[string]time.Duration{}
	for _, name := range people {
		if rapid.IntRange(0, 3).Draw(t, "answers") == 0 {
			out[name] = minutes(t, "answer", 15)
		}
	}
	return out
}

// What Simulate says is what tests pass with, and a minute less is what they fail with.
func TestTightenedByAMinute(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r, answers := someRoster(t), someAnswers(t)
		open := monday.Add(minutes(t, "open", 7*24*60))
		first := map[string]time.Duration{}
		loud := time.Duration(-1)
		for e := range r.Simulate("down", open, answers) {
			if e.Type != oncall.Paged && e.Type != oncall.Retried {
				continue
			}
			after := e.Time.Sub(open)
			if _, known := first[e.Contact]; !known {
				first[e.Contact] = after
			}
			if e.ChannelType != oncall.Email && loud < 0 {
				loud = after
			}
		}
		try := func(want bool, x *ast.Expectation) {
			x.At = at(1)
			if res := run(t, r, testOf(open.Format(time.RFC3339), answers, x))[0]; passed(res) != want {
				t.Fatalf("%+v: passed %v: %s", x, !want, res.Checks[0].Sentence)
			}
		}
		for _, name := range people {
			after, paged := first[name]
			try(paged, &ast.Expectation{Contact: text(name)})
			try(!paged, &ast.Expectation{Nobody: text(name)})
			if !paged {
				continue
			}
			try(true, &ast.Expectation{Contact: text(name), By: length(after)})
			try(false, &ast.Expectation{Nobody: text(name), Before: length(after + time.Minute)})
			if after > 0 {
				try(false, &ast.Expectation{Contact: text(name), By: length(after - time.Minute)})
				try(true, &ast.Expectation{Nobody: text(name), Before: length(after)})
			}
		}
		try(loud >= 0, &ast.Expectation{FirstPage: length(max(loud, 0))})
		if loud > 0 {
			try(false, &ast.Expectation{FirstPage: length(loud - time.Minute)})
		}
	})
}

// A test of a stretch is the same as one of every minute in it.
func TestStretchIsEveryMinute(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r, answers := someRoster(t), someAnswers(t)
		from := monday.Add(minutes(t, "from", 7*24*60))
		who := rapid.SampledFrom(people).Draw(t, "who")
		expect := []*ast.Expectation{
			{Contact: text(who), By: length(minutes(t, "by", 20))},
			{Nobody: text(who), Before: length(minutes(t, "before", 20) + time.Minute)},
			{FirstPage: length(minutes(t, "first", 20))},
			{Stops: ast.Flag{V: rapid.Bool().Draw(t, "stops"), At: at(1)}},
			{OnCall: &ast.OnCallSet{At: at(1), Names: []ast.Text{text(who)}}},
		}
		if len(answers) == 0 {
			expect = slices.Delete(expect, 3, 4)
		}
		stretch := run(t, r, testOf("every hour of 1 day from "+from.Format(time.RFC3339), answers, expect...))[0]
		each := testOf("", answers, expect...)
		each.When = nil
		for m := range 24 * 60 {
			each.When = append(each.When, text(from.Add(time.Duration(m)*time.Minute).Format(time.RFC3339)))
		}
		minutely := run(t, r, each)[0]
		for i := range expect {
			a, b := stretch.Checks[i], minutely.Checks[i]
			if a.Passed() != b.Passed() {
				t.Fatalf("expectation %d: the stretch says %q, its minutes %q", i, a.Sentence, b.Sentence)
			}
			if a.Passed() {
				continue
			}
			if !a.Failure.At.Equal(b.Failure.At) || a.Sentence != b.Sentence {
				t.Fatalf("expectation %d: first broken at %s (%s), by minutes at %s (%s)", i, a.Failure.At, a.Sentence, b.Failure.At, b.Sentence)
			}
			if lasting := time.Duration(b.Failure.Broken) * time.Minute; a.Failure.Lasting != lasting {
				t.Fatalf("expectation %d: broken for %s, by minutes for %s", i, a.Failure.Lasting, lasting)
			}
		}
		if a, b := len(stretch.Checks), len(minutely.Checks); a != b {
			t.Fatalf("%d checks, by minutes %d", a, b)
		}
	})
}

// Nothing hangs on which of several tests is done first.
func TestSameAnswerTwice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := someRoster(t)
		var tests []*ast.Test
		for _, name := range people {
			tests = append(tests, testOf("every hour of the next 1 week", nil, &ast.Expectation{Contact: text(name), By: length(0)}))
		}
		one, two := run(t, r, tests...), run(t, r, tests...)
		if a, b := fmt.Sprint(said(one), drill.Cover(r, one, monday)), fmt.Sprint(said(two), drill.Cover(r, two, monday)); a != b {
			t.Fatalf("%s\nand then\n%s", a, b)
		}
	})
}

func said(results []drill.Result) (out []string) {
	for _, r := range results {
		for _, c := range r.Checks {
			out = append(out, fmt.Sprintf("%s %v %s", r.Test.ResponsePlan.V, c.Passed(), c.Sentence))
		}
	}
	return out
}
