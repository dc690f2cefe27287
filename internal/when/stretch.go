package when

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// StretchForms are examples of everything Stretch takes, for a hint.
const StretchForms = `"every hour of the next 4 weeks" or "every hour of 2 days from 2026-12-07 00:00 Asia/Tokyo"`

// maxDays is the longest stretch. Rotations that differ later than that are
// no reason to look further: what is tested is a plan, not the future.
const maxDays = 366

var errStretch = errors.New("is no stretch of time")

// IsStretch reports whether s means a stretch of time and not an instant.
func IsStretch(s string) bool {
	words := strings.Fields(strings.ToLower(s))
	return len(words) > 0 && words[0] == "every"
}

// Stretch reads a stretch of time, looked at from now, which is [from, to). It takes
//
//	every hour of the next 4 weeks         from the minute that now lies in
//	every hour of 2 days from INSTANT      see Parse
//
// with days and weeks of 24 and 168 hours, a year at most. The words hour, minute and moment
// mean the same: all of the stretch. The error is a sentence that quotes s.
func Stretch(s string, now time.Time) (from, to time.Time, err error) {
	from, length, err := stretch(strings.Fields(s), now)
	if err != nil {
		return time.Time{}, time.Time{}, fmt.Errorf("%q %w", s, err)
	}
	return from, from.Add(length), nil
}

func stretch(words []string, now time.Time) (from time.Time, length time.Duration, err error) {
	low := strings.Fields(strings.ToLower(strings.Join(words, " ")))
	if len(low) < 5 || low[0] != "every" || low[2] != "of" {
		return from, 0, errStretch
	}
	switch low[1] {
	case "hour", "minute", "moment":
	default:
		return from, 0, errStretch
	}
	if low[3] == "the" && low[4] == "next" {
		length, err = countOf(low[5:])
		return now.UTC().Truncate(time.Minute), length, err
	}
	if len(low) < 7 || low[5] != "from" {
		return from, 0, errStretch
	}
	if length, err = countOf(low[3:5]); err != nil {
		return from, 0, err
	}
	from, err = Parse(strings.Join(words[6:], " "), now)
	if err != nil {
		return from, 0, fmt.Errorf("is no stretch of time: %w", err)
	}
	return from, length, nil
}

// countOf reads "4 weeks", "1 day".
func countOf(words []string) (time.Duration, error) {
	if len(words) != 2 {
		return 0, errStretch
	}
	n, err := strconv.Atoi(words[0])
	days := map[string]int{"day": 1, "week": 7}[strings.TrimSuffix(words[1], "s")]
	switch {
	case err != nil || n < 1 || days == 0:
		return 0, errStretch
	case n > maxDays/days:
		return 0, fmt.Errorf("is longer than a year")
	}
	return time.Duration(n*days) * 24 * time.Hour, nil
}
