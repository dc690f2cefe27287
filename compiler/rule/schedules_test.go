package rule_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/kind"
)

var (
	offered = regexp.MustCompile(`write starts: (\S+) \(\w+\) or starts: (\S+) \(\w+\)`)
	gap     = regexp.MustCompile(`^nobody is on call in (\w+) from (?:now|\w+ (\S+ \S+)) .*?\(([A-Za-z_/]+)\)`)
)

// Whatever schedules a plan holds: findings point into it, speak in sentences, and are the same
// the second time. A start that a finding offers is one; a gap that a finding names is
// the first, and rotations without a finding leave none.
func TestRulesOnAnySchedules(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "plan/watchbill.yaml", []byte("rules: {start-not-handoff: warning, unfair-load: warning, bad-override: off}\n"))
	seen := map[string]int{}
	rapid.Check(t, func(r *rapid.T) {
		text := anySchedules(r)
		look := func() *compiler.Result {
			write(t, "plan/plan.yaml", []byte(text))
			return compile(t, compiler.Options{Now: testNow})
		}
		result := look()
		if diff := cmp.Diff(result.Findings, look().Findings); diff != "" {
			r.Fatalf("the second time differs:\n%s", diff)
		}
		gaps := map[string]string{}
		for _, f := range result.Findings {
			seen[f.Code]++
			inside(t, f, result.Sources)
			for _, s := range []string{f.Message, f.Hint} {
				if strings.HasSuffix(s, ".") || strings.Contains(s, "%!") || strings.Contains(s, "\n") || strings.Contains(s, "*") {
					r.Fatalf("not a sentence of ours: %s", s)
				}
			}
			if m := gap.FindStringSubmatch(f.Message); m != nil {
				gaps[m[1]] = m[2] + " " + m[3]
			}
		}
		if result.Desired != nil {
			firstGaps(r, result, gaps)
		}
		for _, f := range result.Findings {
			if m := offered.FindStringSubmatch(f.Hint); m != nil {
				lines := strings.Split(text, "\n")
				line := lines[f.Pos.Line-1]
				lines[f.Pos.Line-1] = line[:f.Pos.Col-1] + rapid.SampledFrom(m[1:]).Draw(r, "take") + line[f.Pos.End-1:]
				text = strings.Join(lines, "\n")
			}
		}
		for _, f := range look().Findings {
			if f.Code == "start-not-handoff" && strings.Contains(f.Message, " starts on ") {
				r.Fatalf("what was offered is no hand-off:\n%s\n%s", f, text)
			}
		}
	})
	for _, code := range []string{"start-not-handoff", "rotation-gap", "rotation-overlap", "dst-handoff", "mixed-timezones", "day-past-28", "unfair-load", "late-first-page"} {
		if seen[code] == 0 {
			t.Errorf("%s was never found", code)
		}
	}
}

// firstGaps walks through the weeks that rotation-gap looks at and compares the first
// quarter of an hour in which nobody is on call.
func firstGaps(r *rapid.T, result *compiler.Result, said map[string]string) {
	roster, err := kind.RosterOf(result.Desired)
	if err != nil {
		r.Fatal(err)
	}
	lost := map[string]bool{} // dst-handoff's
	for _, f := range result.Findings {
		if f.Code == "dst-handoff" {
			if m := gap.FindStringSubmatch(f.Message); m != nil {
				lost[m[1]] = true
			}
		}
	}
	for name, s := range roster.Schedules {
		from := s.Calendars()[0].Start()
		for _, c := range s.Calendars() {
			if c.Start().Before(from) {
				from = c.Start()
			}
		}
		if from.Before(testNow) {
			from = testNow
		}
		want, zone := "", s.Calendars()[0].Zone()
		for at := from; at.Before(testNow.AddDate(0, 0, 12*7)); at = at.Add(15 * time.Minute) {
			if len(s.OnCall(at)) == 0 {
				if at.After(testNow) {
					want = at.In(zone).Format("2006-01-02 15:04")
				}
				want += " " + zone.String()
				break
			}
		}
		if !lost[name] && said[name] != want {
			r.Fatalf("first gap of %s is %q, said %q: %v", name, want, said[name], result.Findings)
		}
	}
}

// anySchedules is a plan of one or two schedules in which everything happens at quarters.
func anySchedules(t *rapid.T) string {
	of := func(name string, all ...string) string { return rapid.SampledFrom(all).Draw(t, name) }
	clock := func(name string) string {
		m := 15 * rapid.IntRange(0, 95).Draw(t, name)
		return fmt.Sprintf("%02d:%02d", m/60, m%60)
	}
	var b strings.Builder
	b.WriteString("contacts:\n")
	for _, c := range []string{"aiko", "ben", "chie"} {
		fmt.Fprintf(&b, "  %s: {channels: {text: {sms: {env: A}}, mail: {email: {env: B}}}, engagement_plan: [{page: [%s], wait: 6m}, {page: [text], wait: 10m}]}\n",
			c, of("first page", "text", "mail"))
	}
	b.WriteString("schedules:\n")
	names := []string{"s", "s2"}[:rapid.IntRange(1, 2).Draw(t, "schedules")]
	for _, s := range names {
		fmt.Fprintf(&b, "  %s:\n    rotations:\n", s)
		for i := range rapid.IntRange(1, 3).Draw(t, "rotations") {
			every, handoff := "1 day", fmt.Sprintf("[%q]", clock("hand-off"))
			switch of("unit", "day", "week", "month") {
			case "week":
				every, handoff = of("weeks", "1 week", "2 weeks"), fmt.Sprintf("[%s %s]", of("day", "mon", "sun"), clock("hand-off"))
			case "month":
				every, handoff = "1 month", fmt.Sprintf("[%s %s]", of("day", "1", "28", "31"), clock("hand-off"))
			}
			fmt.Fprintf(&b, "      r%d: {timezone: %s, every: %s, handoff: %s, starts: %s, members: %s", i,
				of("zone", "UTC", "Asia/Tokyo", "Europe/Berlin", "America/New_York", "America/St_Johns", "Australia/Lord_Howe"), every, handoff,
				of("start", "2026-11-02T00:00", "2026-11-24T09:00", "2026-12-07T02:30", "2027-01-31T23:45"), of("members", "[aiko, ben]", "[ben, chie, aiko]", "[chie, ben]"))
			if rapid.Bool().Draw(t, "limited") {
				fmt.Fprintf(&b, ", coverage: {%s: [%q]}", of("days", "daily", "mon-fri", "sat-sun"), clock("from")+"-"+clock("to"))
			}
			b.WriteString("}\n")
		}
	}
	b.WriteString("response_plans:\n")
	for _, s := range names {
		fmt.Fprintf(&b, "  d%s: {title: It is down, impact: critical, engage: [%s]}\n", s, s)
	}
	return b.String()
}
