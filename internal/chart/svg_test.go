package chart_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/watchbill/watchbill/internal/chart"
	"github.com/watchbill/watchbill/oncall"
)

// Pictures to look at, as files: open testdata/*.svg in a browser.
func TestSVG(t *testing.T) {
	r := roster(t)
	monday, sunday := at(t, "2026-12-21T00:00Z"), at(t, "2026-12-13T03:00+09:00").In(zone(t, "Asia/Tokyo"))
	calendar := func(q chart.Question) func(io.Writer) error {
		return func(w io.Writer) error { return chart.NewCalendar(r, q).WriteSVG(w, monday.Add(40*time.Hour)) }
	}
	story := func(plan string, at time.Time, answers map[string]time.Duration) func(io.Writer) error {
		return chart.NewIncident(r, plan, at, answers).WriteSVG
	}
	for name, write := range map[string]func(io.Writer) error{
		"weeks.svg":    calendar(chart.Question{From: monday.Add(5 * time.Hour), To: monday.Add(14 * day)}),
		"weekend.svg":  calendar(chart.Question{From: monday.Add(-10 * day), To: monday.Add(11 * day), Schedule: "weekend"}),
		"months.svg":   calendar(chart.Question{From: monday.Add(-21 * day), To: monday.Add(36 * day), Schedule: "primary"}),
		"contact.svg":  calendar(chart.Question{From: monday, To: monday.Add(14 * day), Contact: "ben"}),
		"nobody.svg":   calendar(chart.Question{From: monday, To: monday.Add(day), Contact: "zoe"}),
		"answered.svg": story("ec2-down", sunday, map[string]time.Duration{"chie": 12 * time.Minute, "gus": time.Minute}),
		"midnight.svg": story("ec2-down", at(t, "2026-12-31T23:55+09:00"), nil),
		"silent.svg":   story("silent", sunday, nil),
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := write(&out); err != nil {
				t.Fatal(err)
			}
			sound(t, out.String())
			golden(t, name, out.Bytes())
		})
	}
}

// sound demands well-formed XML that runs nothing and fetches nothing, with each
// number one that a renderer can use.
func sound(t *testing.T, text string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if e.Name.Local == "script" || e.Name.Local == "image" || e.Name.Local == "foreignObject" || e.Name.Local == "a" {
			t.Errorf("a picture holds <%s>", e.Name.Local)
		}
		for _, a := range e.Attr {
			switch {
			case strings.HasPrefix(a.Name.Local, "on"), a.Name.Local == "href":
				t.Errorf("a picture holds %s=%q", a.Name.Local, a.Value)
			case strings.Contains(a.Value, "NaN"), strings.Contains(a.Value, "Inf"):
				t.Errorf("<%s %s=%q>", e.Name.Local, a.Name.Local, a.Value)
			case (a.Name.Local == "width" || a.Name.Local == "height") && strings.HasPrefix(a.Value, "-"):
				t.Errorf("<%s %s=%q>", e.Name.Local, a.Name.Local, a.Value)
			}
		}
	}
}

// Names that an account may hold and the language would not allow, no schedule, no time.
func TestSVGOfOddThings(t *testing.T) {
	const nasty = "</text><script>alert(1)</script>&\"'\x00\x1b[31m\xff"
	r := roster(t)
	rotation := week(t)
	rotation.Name, rotation.Members, rotation.OnCalls = nasty, []string{nasty, strings.Repeat("long", 40)}, 2
	r.Schedules[nasty] = schedule(t, rotation)
	r.Schedules["empty"] = oncall.ScheduleOf()
	r.People[nasty] = r.People["aiko"]
	r.ResponsePlans[nasty] = []string{nasty, "empty"}
	r.ResponsePlans["none"] = nil
	apia := at(t, "2011-12-28T00:00Z") // Samoa skipped the 30th
	there := week(t)
	there.Zone, there.Start = zone(t, "Pacific/Apia"), at(t, "2011-12-01T00:00Z")
	r.Schedules["apia"] = schedule(t, there)
	for name, write := range map[string]func(io.Writer) error{
		"names": func(w io.Writer) error {
			return chart.NewCalendar(r, chart.Question{From: apia, To: apia.Add(5500 * day)}).WriteSVG(w, apia)
		},
		"moment": func(w io.Writer) error {
			return chart.NewCalendar(r, chart.Question{From: apia, To: apia.Add(1)}).WriteSVG(w, apia)
		},
		"no days": func(w io.Writer) error {
			return chart.NewCalendar(r, chart.Question{From: apia, To: apia}).WriteSVG(w, apia)
		},
		"incident": chart.NewIncident(r, nasty, apia, map[string]time.Duration{nasty: time.Minute}).WriteSVG,
		"nothing":  chart.NewIncident(r, "none", apia, nil).WriteSVG,
		"unknown":  chart.NewIncident(r, "no such plan", apia, nil).WriteSVG,
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := write(&out); err != nil {
				t.Fatal(err)
			}
			sound(t, out.String())
		})
	}
}
