package when_test

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/watchbill/watchbill/internal/when"
)

// A Monday, 11:30 in Tokyo.
var now = time.Date(2026, 11, 23, 2, 30, 0, 0, time.UTC)

func TestParse(t *testing.T) {
	for _, c := range []struct{ text, want, zone string }{
		{"now", "2026-11-23T02:30:00Z", "UTC"},
		{"NOW", "2026-11-23T02:30:00Z", "UTC"},
		{"now+2h", "2026-11-23T04:30:00Z", "UTC"},
		{"now-1d", "2026-11-22T02:30:00Z", "UTC"},
		{"+2w", "2026-12-07T02:30:00Z", "UTC"},
		{"-90m", "2026-11-23T01:00:00Z", "UTC"},
		{"2026-12-13T03:00:00Z", "2026-12-13T03:00:00Z", "UTC"},
		{"2026-12-13T03:00:00+09:00", "2026-12-13T03:00:00+09:00", ""},
		{"2026-12-13T03:00+09:00", "2026-12-13T03:00:00+09:00", ""},
		{"2026-12-13 03:00 Asia/Tokyo", "2026-12-13T03:00:00+09:00", "Asia/Tokyo"},
		{" 2026-12-13  03:00:30  Asia/Tokyo ", "2026-12-13T03:00:30+09:00", "Asia/Tokyo"},
		{"2026-12-13T03:00 Asia/Tokyo", "2026-12-13T03:00:00+09:00", "Asia/Tokyo"},
		{"2026-12-13 Asia/Tokyo", "2026-12-13T00:00:00+09:00", "Asia/Tokyo"},
		{"2026-12-13 03:00 UTC", "2026-12-13T03:00:00Z", "UTC"},
		{"next sun 03:00 Asia/Tokyo", "2026-11-29T03:00:00+09:00", "Asia/Tokyo"},
		{"sunday 03:00 Asia/Tokyo", "2026-11-29T03:00:00+09:00", "Asia/Tokyo"},
		{"next Mon 11:31 Asia/Tokyo", "2026-11-23T11:31:00+09:00", "Asia/Tokyo"},
		{"next mon 11:30 Asia/Tokyo", "2026-11-30T11:30:00+09:00", "Asia/Tokyo"}, // after now, and not now
		{"mon 22:00 America/Los_Angeles", "2026-11-23T22:00:00-08:00", "America/Los_Angeles"},
		{"sun 18:00 America/Los_Angeles", "2026-11-29T18:00:00-08:00", "America/Los_Angeles"}, // Sunday there, 18:30 now
		{"today 09:00 Asia/Tokyo", "2026-11-23T09:00:00+09:00", "Asia/Tokyo"},
		{"today 09:00 America/Los_Angeles", "2026-11-22T09:00:00-08:00", "America/Los_Angeles"},
		{"tomorrow Asia/Tokyo", "2026-11-24T00:00:00+09:00", "Asia/Tokyo"},
		{"yesterday 23:59 UTC", "2026-11-22T23:59:00Z", "UTC"},
		// The two rules of written times.
		{"2026-03-29 02:30 Europe/Berlin", "2026-03-29T03:30:00+02:00", "Europe/Berlin"},
		{"2026-10-25 02:30 Europe/Berlin", "2026-10-25T02:30:00+02:00", "Europe/Berlin"},
	} {
		got, err := when.Parse(c.text, now)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if text, zone := got.Format(time.RFC3339), got.Location().String(); text != c.want || zone != c.zone {
			t.Errorf("%s: %s in %q, want %s in %q", c.text, text, zone, c.want, c.zone)
		}
	}
}

// An instant means the same on every machine, also where its zone has the written offset.
func TestMachineZoneMeansNothing(t *testing.T) {
	home := time.Local
	defer func() { time.Local = home }()
	time.Local = time.FixedZone("Here", 9*3600)
	got, err := when.Parse("2026-12-13T03:00:00+09:00", now)
	if err != nil {
		t.Fatal(err)
	}
	if got.Location() == time.Local {
		t.Error("the zone is the machine's")
	}
	if got, err := when.Parse("2026-12-13 03:00 Local", now); err == nil {
		t.Errorf("Local is taken for a zone: %s", got)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", `"" is no instant`},
		{"soon", `"soon" is no instant`},
		{"2026-12-13 03:00", "names no zone; add one, such as Asia/Tokyo or UTC"},
		{"next sun 03:00", "names no zone"},
		{"2026-12-13", "names no zone"},
		{"2026-12-13T03:00", "names no zone"},
		{"2026-02-30 03:00 UTC", "is no instant"},
		{"2026-12-13 25:00 UTC", "is no instant"},
		{"2026-12-13T25:00 UTC", "is no instant"},
		{"2026-12-13 03:00 asia/tokyo", `did you mean "Asia/Tokyo"?`},
		{"2026-12-13 03:00 america/new_york", `did you mean "America/New_York"?`},
		{"2026-12-13 03:00 utc", `did you mean "UTC"?`},
		{"2026-12-13 03:00 Asia/Tokio", `there is no zone "Asia/Tokio"; zones are written like`},
		{"2026-12-13 03:00 ../etc/passwd", "there is no zone"},
		{"2026-12-13 03:00 Asia/Tokyo please", "is no instant"},
		{"now+", `"" is no duration`},
		{"now+2", `"2" is no duration`},
		{"now+-2h", `"-2h" is no duration`},
		{"now+2mo", `"2mo" is no duration`},
		{"next", "is no instant"},
		{"s 03:00 UTC", "is no instant"},
		{"0000-12-13T03:00:00Z", "lies outside of the years 1 to 9998"},
		{"9999-12-31T23:00:00-09:00", "lies outside of the years 1 to 9998"},
	} {
		got, err := when.Parse(c.text, now)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, %v; want %q", c.text, got, err, c.want)
		}
	}
}

func TestDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"0s": 0, "0": 0, "12m": 12 * time.Minute, "1h30m": 90 * time.Minute, "2w": 336 * time.Hour, "1d": 24 * time.Hour,
		"1w1d1h": 193 * time.Hour, "1D12H": 36 * time.Hour,
	} {
		if got, err := when.Duration(text); err != nil || got != want {
			t.Errorf("%s: %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "12", "-1m", "-0s", "1d1w", "w", "1.5d", "65535w", "99999w", "1 d", "2mo", "1h1d", "9999999h"} {
		if got, err := when.Duration(text); err == nil {
			t.Errorf("%s is taken for %v", text, got)
		}
	}
}

// What is written is read back, and means what was written.
func TestLength(t *testing.T) {
	for want, d := range map[string]time.Duration{
		"0m": 0, "45m": 45 * time.Minute, "1h": time.Hour, "1h30m": 90 * time.Minute, "26h5m": 26*time.Hour + 5*time.Minute,
		"20s": 20 * time.Second, "1m30s": 90 * time.Second, "1h5s": time.Hour + 5*time.Second,
	} {
		got := when.Length(d)
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if back, err := when.Duration(got); err != nil || back != d {
			t.Errorf("%q is read as %s (%v)", got, back, err)
		}
	}
}
