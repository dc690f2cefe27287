package rule_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/compiler/rule"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/kind"
	"github.com/watchbill/watchbill/oncall"
)

// promised is what a finding of broken-promise says of the first moment and of all of them.
var promised = regexp.MustCompile(`when it starts on .*, ([0-9TZ:-]+)\), as in (\S+) of the coming 4 weeks`)

// The first moment that breaks a promise, and for how long it is broken, are what the
// simulated stories of four weeks say.
func TestPromisesAreWhatStoriesTell(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "plan/watchbill.yaml", []byte("rules: {broken-promise: warning}\n")) // also where it always is
	broken := 0
	rapid.Check(t, func(r *rapid.T) {
		write(t, "plan/plan.yaml", []byte(anyPromise(r)))
		result := compile(t, compiler.Options{Now: testNow})
		roster, err := kind.RosterOf(result.Desired)
		if err != nil {
			r.Fatal(err)
		}
		var first time.Time
		var sum time.Duration
		for s := range roster.Stories("down", testNow, testNow.AddDate(0, 0, 28)) {
			if !calledWithin(s, 15*time.Minute) {
				if sum += s.End.Sub(s.Start); first.IsZero() {
					first = s.Start
				}
			}
		}
		i := slices.IndexFunc(result.Findings, func(f diag.Finding) bool { return f.Code == "broken-promise" })
		switch {
		case (i >= 0) != (sum > 0):
			r.Fatalf("broken for %s, found: %v", sum, result.Findings)
		case sum == 0 || sum == 28*24*time.Hour:
			return
		}
		broken++
		m := promised.FindStringSubmatch(result.Findings[i].Message)
		if m == nil || m[1] != first.Format(time.RFC3339) || hours(r, m[2]) != sum {
			r.Fatalf("broken from %s for %s: %s", first.Format(time.RFC3339), sum, result.Findings[i].Message)
		}
	})
	if broken < 10 {
		t.Errorf("only %d promises were broken now and then", broken)
	}
}

func hours(t *rapid.T, text string) time.Duration {
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func calledWithin(s oncall.Story, most time.Duration) bool {
	return slices.ContainsFunc(s.Events, func(e oncall.Event) bool {
		return e.Type == oncall.Paged && e.ChannelType != oncall.Email && e.Time.Sub(s.Start) <= most
	})
}

// anyPromise is a plan with a promise of a quarter of an hour and a schedule that may keep it.
func anyPromise(t *rapid.T) string {
	quarter := func(name string, most int) int { return 15 * rapid.IntRange(0, most).Draw(t, name) }
	window := func() string {
		from := quarter("from", 95)
		to := (from + 30 + quarter("long", 94)) % (24 * 60)
		return fmt.Sprintf("%02d:%02d-%02d:%02d", from/60, from%60, to/60, to%60)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `contacts:
  aiko:
    channels: {text: {sms: {env: A}}, mail: {email: {env: B}}}
    engagement_plan: [{page: [mail], wait: %dm}, {page: [text], wait: 10m}]
  ben:
    channels: {text: {sms: {env: C}}, mail: {email: {env: D}}}
    engagement_plan: [{page: [text], wait: 10m}]
impact_levels: {critical: {require: {page_within: 15m}}}
escalation_plans: {web: {stages: [{page: [s], wait: %dm}, {page: [s, s2], wait: 15m}]}}
response_plans: {down: {title: It is down, impact: critical, engage: [web]}}
schedules:
`, quarter("mail first", 2), quarter("second stage", 2))
	for _, name := range []string{"s", "s2"} {
		zone := rapid.SampledFrom([]string{"UTC", "Asia/Tokyo", "Asia/Kathmandu", "America/St_Johns"}).Draw(t, "zone")
		fmt.Fprintf(&b, "  %s: {rotations: {r: {timezone: %s, starts: 2026-11-02T09:00, members: %s, every: 1 day, handoff: [\"09:00\"]", name, zone,
			rapid.SampledFrom([]string{"[aiko, ben]", "[ben, aiko]", "[ben]"}).Draw(t, "members"))
		if rapid.IntRange(0, 3).Draw(t, "covered") > 0 {
			fmt.Fprintf(&b, `, coverage: {%s: ["%s"]}`, rapid.SampledFrom([]string{"daily", "mon-fri", "sat-sun"}).Draw(t, "days"), window())
		}
		b.WriteString("}}}\n")
	}
	return b.String()
}

// A plan of 300 response plans, all of which promise something, over 30 schedules that
// follow the sun.
func BenchmarkPromisesOf300ResponsePlans(b *testing.B) {
	var text strings.Builder
	text.WriteString("impact_levels: {critical: {require: {page_within: 5m, human_stages: 2}}}\ncontacts:\n")
	for i := range 90 {
		fmt.Fprintf(&text, "  p%d: {channels: {text: {sms: {env: A}}, phone: {voice: {env: B}}}, engagement_plan: [{page: [text], retry: 2m, wait: 5m}, {page: [phone], retry: 2m, wait: 10m}]}\n", i)
	}
	text.WriteString("schedules:\n")
	for i := range 30 {
		fmt.Fprintf(&text, "  s%d:\n    rotations:\n", i)
		for j, zone := range []string{"Asia/Tokyo", "Europe/Berlin", "America/Los_Angeles"} {
			fmt.Fprintf(&text, "      r%d: {timezone: %s, starts: 2026-11-02T09:00, members: [p%d, p%d, p%d], every: 1 week, handoff: [mon 09:00], coverage: {daily: [\"09:00-17:00\"]}}\n",
				j, zone, 3*i+j%3, 3*i+(j+1)%3, 3*i+(j+2)%3)
		}
	}
	text.WriteString("escalation_plans:\n")
	for i := range 300 {
		fmt.Fprintf(&text, "  e%d: {stages: [{page: [s%d], wait: 10m}, {page: [s%d], wait: 10m}, {page: [p%d], wait: 15m}]}\n", i, i%30, (i+7)%30, i%90)
	}
	text.WriteString("response_plans:\n")
	for i := range 300 {
		fmt.Fprintf(&text, "  d%d: {title: It is down, impact: critical, engage: [e%d]}\n", i, i)
	}
	b.Chdir(b.TempDir())
	write(b, "plan/plan.yaml", []byte(text.String()))
	result, err := compiler.Compile(b.Context(), "plan", compiler.Options{Now: testNow})
	if err != nil || result.Desired == nil {
		b.Fatal(err, result.Findings)
	}
	roster, err := kind.RosterOf(result.Desired)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		var l diag.List
		rule.Check(result.Plan, rule.Input{Now: testNow, Roster: roster}, &l)
	}
}
