package chart_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/watchbill/watchbill/internal/chart"
)

const day = 24 * time.Hour

// Everything that is printed, on pages to look at.
func TestText(t *testing.T) {
	r := roster(t)
	tokyo := zone(t, "Asia/Tokyo")
	christmas, sunday := at(t, "2026-12-21T00:00Z"), at(t, "2026-12-13T03:00+09:00").In(tokyo)
	calendar := func(q chart.Question) func(io.Writer) {
		return func(w io.Writer) { chart.NewCalendar(r, q).WriteText(w, chart.Ink{}) }
	}
	onCall := func(text, schedule, contact string) func(io.Writer) {
		return func(w io.Writer) {
			chart.NewOnCall(r, at(t, text), schedule, contact).WriteText(w, chart.Ink{})
		}
	}
	incident := func(plan string, at time.Time, answers map[string]time.Duration) *chart.Incident {
		return chart.NewIncident(r, plan, at, answers)
	}
	text := func(i *chart.Incident) func(io.Writer) {
		return func(w io.Writer) { i.WriteText(w, chart.Ink{}) }
	}
	answered := incident("ec2-down", sunday, map[string]time.Duration{"chie": 12 * time.Minute, "gus": time.Minute})
	noted := incident("report", sunday, nil)
	noted.Notes = map[int]string{2: "dana is to be paged by text, which is something that " + strings.Repeat("goes on ", 9)}
	for name, write := range map[string]func(io.Writer){
		"weeks.txt":    calendar(chart.Question{From: christmas, To: christmas.Add(14 * day), Schedule: "primary"}),
		"sun.txt":      calendar(chart.Question{From: christmas, To: christmas.Add(2 * day), Schedule: "sun"}),
		"contact.txt":  calendar(chart.Question{From: christmas, To: christmas.Add(14 * day), Contact: "ben", Schedule: "primary"}),
		"nobody.txt":   calendar(chart.Question{From: christmas, To: christmas.Add(day), Contact: "zoe"}),
		"weekend.txt":  calendar(chart.Question{From: christmas.Add(-day), To: christmas.Add(6 * day), Schedule: "weekend"}),
		"at.txt":       onCall("2026-12-25T23:00Z", "", ""),
		"at-gap.txt":   onCall("2027-01-01T00:00Z", "primary", ""),
		"at-never.txt": onCall("2027-01-01T00:00Z", "primary", "aiko"),
		"answered.txt": text(answered),
		"answered.md":  answered.WriteMarkdown,
		"midnight.txt": text(incident("ec2-down", at(t, "2026-12-31T23:55+09:00"), nil)),
		"silent.txt":   text(incident("silent", sunday, nil)),
		"silent.md":    incident("silent", sunday, nil).WriteMarkdown,
		"noted.txt":    text(noted),
	} {
		t.Run(name, func(t *testing.T) {
			var out, again bytes.Buffer
			write(&out)
			write(&again)
			if !bytes.Equal(out.Bytes(), again.Bytes()) {
				t.Error("two answers differ")
			}
			golden(t, name, out.Bytes())
			if strings.HasSuffix(name, ".txt") {
				for line := range strings.Lines(out.String()) {
					if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 80 {
						t.Errorf("%d columns: %s", n, line)
					}
				}
			}
		})
	}
}

// A name is text, whatever stands in it.
func TestMarkdownEscapes(t *testing.T) {
	r := roster(t)
	const nasty = "a|b`c`*d*_e_<img src=x>[f](javascript:g)@here&amp;\n# h"
	r.ResponsePlans[nasty] = []string{nasty}
	var out bytes.Buffer
	chart.NewIncident(r, nasty, at(t, "2026-12-13T03:00Z"), nil).WriteMarkdown(&out)
	for line := range strings.Lines(out.String()) {
		if strings.HasPrefix(line, "|") && strings.Count(line, "|")-strings.Count(line, `\|`) != 6 {
			t.Errorf("a cell breaks out: %s", line)
		}
	}
	for _, bad := range []string{"<img", "[f]", "`c`", "*d*", "@here", "&amp;\n", "\n# h"} {
		if strings.Contains(out.String(), bad) {
			t.Errorf("%q means something:\n%s", bad, out.String())
		}
	}
}
