package when_test

import (
	"strings"
	"testing"
	"time"

	"github.com/watchbill/watchbill/internal/when"
)

func TestStretch(t *testing.T) {
	for _, c := range []struct{ text, from, to string }{
		{"every hour of the next 4 weeks", "2026-11-23T02:30:00Z", "2026-12-21T02:30:00Z"},
		{"Every moment of the next 1 day", "2026-11-23T02:30:00Z", "2026-11-24T02:30:00Z"},
		{"every hour of 2 weeks from 2026-12-07 00:00 Asia/Tokyo", "2026-12-07T00:00:00+09:00", "2026-12-21T00:00:00+09:00"},
		{"every minute of 366 days from next mon 09:00 UTC", "2026-11-23T09:00:00Z", "2027-11-24T09:00:00Z"},
	} {
		from, to, err := when.Stretch(c.text, now.Add(20*time.Second))
		if err != nil || !when.IsStretch(c.text) {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if from.Format(time.RFC3339) != c.from || to.Format(time.RFC3339) != c.to {
			t.Errorf("%s: %s to %s, want %s to %s", c.text, from.Format(time.RFC3339), to.Format(time.RFC3339), c.from, c.to)
		}
	}
}

func TestStretchRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"every hour":                                       "is no stretch of time",
		"every day of the next 4 weeks":                    "is no stretch of time",
		"every hour of the next":                           "is no stretch of time",
		"every hour of the next 0 weeks":                   "is no stretch of time",
		"every hour of the next 4 months":                  "is no stretch of time",
		"every hour of the next 53 weeks":                  "longer than a year",
		"every hour of 4 weeks":                            "is no stretch of time",
		"every hour of 4 weeks since now":                  "is no stretch of time",
		"every hour of 4 weeks from 2026-12-07 00:00":      "names no zone",
		"every hour of 4 weeks from 2026-12-07 00:00 Mars": "there is no zone",
		"now": "is no stretch of time",
		"":    "is no stretch of time",
	} {
		if from, to, err := when.Stretch(text, now); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v to %v, %v; want %q", text, from, to, err, want)
		}
	}
	if when.IsStretch("now") || when.IsStretch("") {
		t.Error("an instant is taken for a stretch")
	}
}
