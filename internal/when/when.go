// Package when reads instants and durations as people write them on a command line and
// in test files, and writes durations so. What it promises: an instant never depends on
// the machine's own zone, and a wall clock means what it means in a plan, see
// [oncall.Instant].
package when

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/watchbill/watchbill/oncall"
)

// Forms are examples of everything Parse takes, for a hint.
const Forms = `write "2026-12-13 03:00 Asia/Tokyo", 2026-12-13T03:00:00+09:00, "next sun 03:00 Asia/Tokyo" or now+2h`

// Parse reads an instant, looked at from now. It takes
//
//	2026-12-13T03:00:00+09:00    RFC 3339; the seconds may be left out
//	2026-12-13 03:00 Asia/Tokyo  a wall clock and its zone; without the time, midnight
//	next sun 03:00 Asia/Tokyo    the first such time after now; "next" may be left out
//	today 09:00 Asia/Tokyo       also tomorrow and yesterday
//	now, now+2h, +2w, -90m       see Duration
//
// The result carries the zone that was written, and UTC's where none was. Its years are 1 to
// 9998, so that what follows can still be written in JSON; the very first instant of them, the zero Time, is none. The error is a sentence that quotes s.
func Parse(s string, now time.Time) (time.Time, error) {
	t, err := parse(strings.Fields(s), now)
	switch {
	case err != nil:
		return time.Time{}, fmt.Errorf("%q %w", s, err)
	case t.IsZero() || t.Year() < 1 || t.UTC().Year() < 1 || t.Year() > 9998 || t.UTC().Year() > 9998:
		return time.Time{}, fmt.Errorf("%q lies outside of the years 1 to 9998", s)
	}
	return t, nil
}

var (
	errForm = errors.New("is no instant")
	errZone = errors.New("names no zone; add one, such as Asia/Tokyo or UTC")
)

func parse(words []string, now time.Time) (time.Time, error) {
	if len(words) == 0 {
		return time.Time{}, errForm
	}
	if len(words) == 1 {
		if t, err := relative(words[0], now); err != errForm {
			return t, err
		}
		for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00"} {
			// In UTC: with Parse, an offset that the machine's zone has would be that zone.
			if t, err := time.ParseInLocation(layout, words[0], time.UTC); err == nil {
				return t, nil
			}
		}
	}
	w, rest, err := readWall(words)
	switch {
	case err != nil:
		return time.Time{}, err
	case len(rest) == 0:
		return time.Time{}, errZone
	case len(rest) > 1:
		return time.Time{}, errForm
	}
	zone, err := Zone(rest[0])
	if err != nil {
		return time.Time{}, fmt.Errorf("is no instant: %w", err)
	}
	return w.after(now, zone)
}

// relative is now, and so much before or after it.
func relative(word string, now time.Time) (time.Time, error) {
	rest, isNow := strings.CutPrefix(strings.ToLower(word), "now")
	if isNow && rest == "" {
		return now.UTC(), nil
	}
	after, plus := strings.CutPrefix(rest, "+")
	before, minus := strings.CutPrefix(rest, "-")
	if !plus && !minus {
		return time.Time{}, errForm
	}
	if plus {
		before = after
	}
	d, err := Duration(before)
	if err != nil {
		return time.Time{}, fmt.Errorf("is no instant: %w", err)
	}
	if minus {
		d = -d
	}
	return now.UTC().Add(d), nil
}

// Zone is the time zone of an IANA name. The machine's own zone has none: an answer
// must not depend on where it is asked for.
func Zone(name string) (*time.Location, error) {
	if zone := load(name); zone != nil {
		return zone, nil
	}
	if written := capitals(name); written != name && load(written) != nil {
		return nil, fmt.Errorf("there is no zone %q; did you mean %q?", name, written)
	}
	return nil, fmt.Errorf("there is no zone %q; zones are written like Asia/Tokyo or UTC", name)
}

func load(name string) *time.Location {
	switch name {
	case "", "Local", "localtime", "posixrules", "Factory":
		return nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return zone
}

// capitals writes a name as zones are: america/new_york is America/New_York.
func capitals(name string) string {
	if strings.EqualFold(name, "utc") {
		return "UTC"
	}
	out, first := []byte(strings.ToLower(name)), true
	for i, b := range out {
		if first && b >= 'a' && b <= 'z' {
			out[i] = b - 'a' + 'A'
		}
		first = b == '/' || b == '_' || b == '-'
	}
	return string(out)
}

// wallClock is a time of day on a date, on a day of the week, or so many days from today.
type wallClock struct {
	date  time.Time // zero: one of the two below
	day   time.Weekday
	today int
	kind  wallKind
	clock time.Duration // after midnight
}

type wallKind int

const (
	onDate wallKind = iota
	onWeekday
	fromToday
)

// readWall reads a date or a day, a time of day if there is one, and leaves the rest.
func readWall(words []string) (w wallClock, rest []string, err error) {
	day, clock, joined := strings.Cut(words[0], "T")
	if date, err := time.Parse(time.DateOnly, day); err == nil {
		w.date, words = date, words[1:]
	} else if w, words, joined = readDay(words); words == nil {
		return w, nil, errForm
	}
	switch {
	case joined:
		var ok bool
		if w.clock, ok = readClock(clock); !ok {
			return w, nil, errForm
		}
	case len(words) > 0:
		if c, ok := readClock(words[0]); ok {
			w.clock, words = c, words[1:]
		}
	}
	return w, words, nil
}

var days = map[string]int{"yesterday": -1, "today": 0, "tomorrow": 1}

// readDay leaves nil when the words begin with no day.
func readDay(words []string) (w wallClock, rest []string, joined bool) {
	first := strings.ToLower(words[0])
	if n, ok := days[first]; ok {
		return wallClock{kind: fromToday, today: n}, words[1:], false
	}
	if first == "next" && len(words) > 1 {
		words, first = words[1:], strings.ToLower(words[1])
	}
	for day := time.Sunday; day <= time.Saturday; day++ {
		name := strings.ToLower(day.String())
		if len(first) >= 3 && strings.HasPrefix(name, first) {
			return wallClock{kind: onWeekday, day: day}, words[1:], false
		}
	}
	return w, nil, false
}

func readClock(s string) (time.Duration, bool) {
	for _, layout := range []string{"15:04", "15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil && len(s) == len(layout) {
			return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second, true
		}
	}
	return 0, false
}

// after is what the wall clock means, for a day of the week the first time after now.
func (w wallClock) after(now time.Time, zone *time.Location) (time.Time, error) {
	y, m, d := now.In(zone).Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	on := func(date time.Time) time.Time { return oncall.Instant(date.Add(w.clock), zone).In(zone) }
	switch w.kind {
	case onDate:
		return on(w.date), nil
	case fromToday:
		return on(today.AddDate(0, 0, w.today)), nil
	}
	// A date the zone skipped has a neighbour's answer: the day after it may be too early still.
	for i := range 15 {
		if date := today.AddDate(0, 0, i); date.Weekday() == w.day {
			if t := on(date); t.After(now) {
				return t, nil
			}
		}
	}
	return time.Time{}, errForm
}
