package chart_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/watchbill/watchbill/internal/chart"
	"github.com/watchbill/watchbill/oncall"
	"pgregory.net/rapid"
)

func anyRotation(t *rapid.T, zone *time.Location, start time.Time) oncall.Rotation {
	clock := func(name string) oncall.Clock { return oncall.Clock{Hour: rapid.IntRange(0, 23).Draw(t, name)} }
	r := oncall.Rotation{
		Name: rapid.SampledFrom([]string{"days", "weekly-and-long", "x"}).Draw(t, "name"), Zone: zone, OnCalls: rapid.IntRange(1, 3).Draw(t, "on call"),
		Start: start.Add(time.Duration(rapid.IntRange(-900, 300).Draw(t, "start")) * time.Hour), Members: []string{"aiko", "ben", "chie"}[:rapid.IntRange(1, 3).Draw(t, "members")],
		Recurrence: oncall.Recurrence{Daily: []oncall.Clock{clock("hand-off")}, Multiplier: rapid.IntRange(1, 9).Draw(t, "every")},
	}
	if rapid.Bool().Draw(t, "covered in part") {
		r.Coverage = map[time.Weekday][]oncall.Window{}
		for range rapid.IntRange(1, 7).Draw(t, "windows") {
			day := time.Weekday(rapid.IntRange(0, 6).Draw(t, "day"))
			r.Coverage[day] = append(r.Coverage[day], oncall.Window{Start: clock("from"), End: clock("to")})
		}
	}
	for range rapid.IntRange(0, 2).Draw(t, "overrides") {
		from := start.Add(time.Duration(rapid.IntRange(-100, 400).Draw(t, "override")) * time.Hour)
		to := from.Add(time.Duration(rapid.IntRange(1, 90).Draw(t, "for")) * time.Hour)
		r.Overrides = append(r.Overrides, oncall.Override{Start: from, End: to, Members: []string{"dana", "emil"}[:rapid.IntRange(0, 2).Draw(t, "substitutes")]})
	}
	return r
}

// What is shown is what is so: at any instant the watches name the people on call, the gaps the
// times without any, and the text stays within the terminal, the picture well-formed.
func TestCalendarLaws(t *testing.T) {
	zones := []*time.Location{time.UTC, zone(t, "Asia/Tokyo"), zone(t, "America/New_York"), zone(t, "Australia/Lord_Howe")}
	rapid.Check(t, func(r *rapid.T) {
		from := at(t, "2026-10-01T00:00Z").Add(time.Duration(rapid.IntRange(0, 2000).Draw(r, "from")) * time.Hour)
		to := from.Add(time.Duration(rapid.IntRange(1, 6000).Draw(r, "length")) * time.Hour)
		var rotations []oncall.Rotation
		for range rapid.IntRange(1, 3).Draw(r, "rotations") {
			rotations = append(rotations, anyRotation(r, rapid.SampledFrom(zones).Draw(r, "zone"), from))
		}
		s := schedule(t, rotations...)
		c := chart.NewCalendar(&oncall.Roster{Schedules: map[string]*oncall.Schedule{"s": s}}, chart.Question{From: from, To: to})
		watches := c.Schedules[0].Watches()
		for range 20 {
			when := from.Add(time.Duration(rapid.Int64Range(0, int64(to.Sub(from)/time.Minute)-1).Draw(r, "minute")) * time.Minute)
			var shown []string
			for _, w := range watches {
				if w.Contains(when) {
					shown = append(shown, w.Members...)
				}
			}
			slices.Sort(shown)
			shown = slices.Compact(shown)
			if really := slices.Sorted(slices.Values(s.OnCall(when))); !slices.Equal(shown, really) {
				r.Fatalf("at %s %v are on call, and %v are shown", when, really, shown)
			}
			gap := slices.ContainsFunc(c.Schedules[0].Gaps, func(g oncall.Span) bool { return !when.Before(g.Start) && when.Before(g.End) })
			if gap != (len(shown) == 0) {
				r.Fatalf("at %s %v are shown, and a gap: %v", when, shown, gap)
			}
		}
		var text, picture bytes.Buffer
		c.WriteText(&text, chart.Ink{})
		for line := range strings.Lines(text.String()) {
			if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 80 {
				r.Fatalf("%d columns: %s", n, line)
			}
		}
		if err := c.WriteSVG(&picture, from); err != nil {
			r.Fatal(err)
		}
		sound(t, picture.String())
	})
}
