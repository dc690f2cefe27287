package paging

import (
	"testing"
	"time"

	"github.com/watchbill/watchbill/oncall"
)

func tokyo(t *testing.T, text string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// hoursOf are hours of the week, each from a day (Monday 0) and an hour to others.
func hoursOf(all ...[4]int64) (out []Hours) {
	for _, h := range all {
		out = append(out, Hours{h[0]*daySeconds + h[1]*3600, h[2]*daySeconds + h[3]*3600})
	}
	return out
}

func TestWhenInWords(t *testing.T) {
	now := tokyo(t, "2026-11-23 12:00")
	c := Calendar{Zone: now.Location(), Now: now, From: now, To: now.AddDate(0, 0, 28)}
	dates := func(texts ...string) (out []oncall.Span) {
		for i := 0; i < len(texts); i += 2 {
			out = append(out, oncall.Span{Start: tokyo(t, texts[i]), End: tokyo(t, texts[i+1])})
		}
		return out
	}
	office := hoursOf([4]int64{0, 9, 0, 18}, [4]int64{1, 9, 1, 18}, [4]int64{2, 9, 2, 18}, [4]int64{3, 9, 3, 18}, [4]int64{4, 9, 4, 18})
	for want, w := range map[string]When{
		"at any time":                        {},
		"Mon–Fri 09:00–18:00":                {Hours: office},
		"Mon 09:00–Fri 18:00":                {Hours: hoursOf([4]int64{0, 9, 4, 18})},
		"Fri 18:00–Mon 09:00":                {Hours: hoursOf([4]int64{4, 18, 7, 9})},
		"Sat–Sun":                            {Hours: hoursOf([4]int64{5, 0, 7, 0})},
		"Sun":                                {Hours: hoursOf([4]int64{6, 0, 7, 0})},
		"Tue, Thu 22:00–06:00":               {Hours: hoursOf([4]int64{1, 22, 2, 6}, [4]int64{3, 22, 4, 6})},
		"Sat–Mon 08:00–09:00":                {Hours: hoursOf([4]int64{0, 8, 0, 9}, [4]int64{5, 8, 5, 9}, [4]int64{6, 8, 6, 9})},
		"from 7 Dec 09:00 to 14 Dec 09:00":   {Dates: dates("2026-12-07 09:00", "2026-12-14 09:00")},
		"until 7 Dec 09:00":                  {Dates: dates("2026-11-23 12:00", "2026-12-07 09:00")},
		"from 7 Dec 09:00 on":                {Dates: []oncall.Span{{Start: tokyo(t, "2026-12-07 09:00"), End: c.To.Add(Ahead)}}},
		"Mon–Fri 09:00–18:00 (7–11 Dec)":     {Hours: office, Dates: dates("2026-12-07 00:00", "2026-12-12 00:00")},
		"Mon–Fri 09:00–18:00 (until 27 Nov)": {Hours: office, Dates: dates("2026-11-23 12:00", "2026-11-28 00:00")},
		"Mon–Fri 09:00–18:00 (7 Dec)":        {Hours: office, Dates: dates("2026-12-07 00:00", "2026-12-08 00:00")},
		"Mon–Fri 09:00–18:00 (30 Nov–1 Dec, 4 Dec 12:00–17:00 and 1 more)": {Hours: office, Dates: dates(
			"2026-11-30 00:00", "2026-12-02 00:00", "2026-12-04 12:00", "2026-12-04 17:00", "2026-12-07 00:00", "2026-12-08 00:00")},
		"from 7 Nov 2027 09:00 to 8 Nov 2027 09:00": {Dates: dates("2027-11-07 09:00", "2027-11-08 09:00")},
	} {
		if got := c.When(w, 2); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestStoriesInWords(t *testing.T) {
	text := Page{Outcome: Paged, Contact: "aiko", Type: oncall.SMS, Times: 3, Every: 2 * time.Minute}
	call := Page{Outcome: NotActivated, Contact: "ben", Type: oncall.Voice, After: 90 * time.Minute, Times: 1}
	for want, s := range map[string]Story{
		"not there": nil,
		"nobody":    {},
		"aiko text 0m ×3 every 2m; ben (not activated) call 1h30m": {text, call},
		"aiko 2 × text 0m ×3 every 2m":                             {text, text},
		"aiko text 0m ×3 every 2m, call (not activated) 5m and 25m; ben (not activated) call 1h30m": {text,
			{Outcome: NotActivated, Contact: "aiko", Type: oncall.Voice, After: 5 * time.Minute, Times: 2, Every: 20 * time.Minute}, call},
		"ben (not activated) call 0m to 30m every 10m": {{Outcome: NotActivated, Contact: "ben", Type: oncall.Voice, Times: 4, Every: 10 * time.Minute}},
		"nobody on call 5m; chie cannot be reached 1h; dora mail 10h": {{Outcome: NobodyOnCall, After: 5 * time.Minute, Times: 1},
			{Outcome: Unreachable, Contact: "chie", After: time.Hour, Times: 1},
			{Outcome: Paged, Contact: "dora", Type: oncall.Email, After: 10 * time.Hour, Times: 1}},
	} {
		if got := s.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Repeated messages are told as people would count them.
func TestRowsOfMessages(t *testing.T) {
	for _, c := range []struct {
		minutes []int
		want    string
	}{
		{[]int{0, 2, 4}, "0m ×3 every 2m"},
		{[]int{0, 20, 22, 24}, "0m; 20m ×3 every 2m"},
		{[]int{0, 3, 20, 23}, "0m ×2 every 3m; 20m ×2 every 3m"},
		{[]int{5, 5}, "5m; 5m"},
		{[]int{0, 0, 2, 2, 4}, "0m ×3 every 2m; 0m ×2 every 2m"},
	} {
		var offsets []time.Duration
		for _, m := range c.minutes {
			offsets = append(offsets, time.Duration(m)*time.Minute)
		}
		got := ""
		for _, p := range rows(offsets) {
			got += "; " + p.times()
		}
		if got[2:] != c.want {
			t.Errorf("%v: %q, want %q", c.minutes, got[2:], c.want)
		}
	}
}

// What ends after the weeks looked at is followed to its end, and what begins later is found.
func TestDifferencesKeepTheirEnds(t *testing.T) {
	now := tokyo(t, "2026-11-23 12:00")
	roster := func(member, from, to string) *oncall.Roster {
		s, err := oncall.NewSchedule(oncall.Rules{}, oncall.Rotation{Zone: now.Location(), Start: now, OnCalls: 1, Members: []string{"aiko"},
			Recurrence: oncall.Recurrence{Multiplier: 1, Daily: []oncall.Clock{{Hour: 9}}},
			Overrides:  []oncall.Override{{Start: tokyo(t, from), End: tokyo(t, to), Members: []string{member}}}})
		if err != nil {
			t.Fatal(err)
		}
		return &oncall.Roster{Schedules: map[string]*oncall.Schedule{"primary": s}, ResponsePlans: map[string][]string{"down": {"primary"}}}
	}
	for _, c := range []struct{ from, to, want string }{
		{"2026-12-20 09:00", "2026-12-24 09:00", "from 20 Dec 09:00 to 24 Dec 09:00"},
		{"2027-05-01 09:00", "2027-05-03 09:00", "from 1 May 09:00 to 3 May 09:00"},
		{"2026-12-20 09:00", "2028-12-24 09:00", "from 20 Dec 09:00 on"},
		{"2026-11-20 09:00", "2026-11-24 09:00", "until 24 Nov 09:00"},
	} {
		changes := Compare(roster("ben", c.from, c.to), roster("chie", c.from, c.to), now, nil)
		if len(changes) != 1 || len(changes[0].Differences) != 1 {
			t.Errorf("%s: %d changes", c.want, len(changes))
			continue
		}
		calendar := Calendar{Zone: now.Location(), Now: now, From: changes[0].From, To: changes[0].To}
		if got := calendar.When(changes[0].Differences[0].When, 0); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	if c := Compare(roster("ben", "2028-05-01 09:00", "2028-05-03 09:00"), roster("chie", "2028-05-01 09:00", "2028-05-03 09:00"), now, nil); len(c) > 0 {
		t.Errorf("looked further than a year: %+v", c)
	}
}

// A schedule that is asked late makes incidents differ that open before its shifts do.
func TestLaterDifferencesBeginBeforeTheShift(t *testing.T) {
	now := tokyo(t, "2026-11-23 12:00")
	roster := func(member string) *oncall.Roster {
		s, err := oncall.NewSchedule(oncall.Rules{}, oncall.Rotation{Zone: now.Location(), Start: now, OnCalls: 1, Members: []string{"aiko"},
			Recurrence: oncall.Recurrence{Multiplier: 1, Daily: []oncall.Clock{{Hour: 9}}},
			Overrides:  []oncall.Override{{Start: tokyo(t, "2027-05-01 09:00"), End: tokyo(t, "2027-05-03 09:00"), Members: []string{member}}}})
		if err != nil {
			t.Fatal(err)
		}
		return &oncall.Roster{Schedules: map[string]*oncall.Schedule{"primary": s}, ResponsePlans: map[string][]string{"down": {"web"}},
			Escalations: map[string][]oncall.Stage{"web": {{Wait: 30 * time.Minute}, {Targets: []oncall.Target{{Contact: "primary"}}}}}}
	}
	changes := Compare(roster("ben"), roster("chie"), now, nil)
	want := oncall.Span{Start: tokyo(t, "2027-05-01 08:30").UTC(), End: tokyo(t, "2027-05-03 08:30").UTC()}
	if len(changes) != 1 || changes[0].Differences[0].When.Dates[0] != want {
		t.Errorf("%+v, want %v", changes, want)
	}
}
