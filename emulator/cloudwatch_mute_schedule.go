package emulator

// When mute rules mute: cron(Minutes Hours Day-of-month Month Day-of-week) or at(yyyy-MM-ddThh:mm),
// for an ISO 8601 duration, in a time zone.

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The limits of a window.
const (
	shortestMute = time.Minute
	longestMute  = 15 * 24 * time.Hour
)

// muteTimes is a schedule that was read.
type muteTimes struct {
	fields []uint64  // of a cron expression: the minutes, hours, days, months and weekdays it has, as bits; nil for at()
	once   time.Time // of an at expression
	length time.Duration
	zone   *time.Location
}

func readMuteSchedule(s muteSchedule) (*muteTimes, error) {
	out := &muteTimes{zone: time.UTC}
	var err error
	if s.Timezone != nil {
		if out.zone, err = time.LoadLocation(*s.Timezone); err != nil || *s.Timezone == "Local" || *s.Timezone == "" {
			return nil, fmt.Errorf("the Timezone %s is not known", *s.Timezone)
		}
	}
	if out.length, err = readISODuration(s.Duration); err != nil {
		return nil, err
	}
	if text, ok := within(s.Expression, "at"); ok {
		if out.once, err = time.ParseInLocation("2006-01-02T15:04", text, out.zone); err != nil {
			return nil, fmt.Errorf("the Expression %s is not at(yyyy-MM-ddThh:mm)", s.Expression)
		}
		return out, nil
	}
	text, ok := within(s.Expression, "cron")
	if !ok {
		return nil, fmt.Errorf("the Expression %s is neither cron(…) nor at(…)", s.Expression)
	}
	if out.fields, err = readCron(text); err != nil {
		return nil, fmt.Errorf("the Expression %s: %w", s.Expression, err)
	}
	return out, nil
}

func within(text, name string) (string, bool) {
	rest, ok := strings.CutPrefix(text, name+"(")
	inner, closed := strings.CutSuffix(rest, ")")
	return inner, ok && closed
}

var isoDuration = regexp.MustCompile(`^P(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?)?$`)

func readISODuration(text string) (time.Duration, error) {
	m := isoDuration.FindStringSubmatch(text)
	if m == nil {
		return 0, fmt.Errorf("the Duration %s is not an ISO 8601 duration such as PT4H or P2DT12H", text)
	}
	var d time.Duration
	for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute} {
		n, _ := strconv.Atoi(m[i+1]) // digits or nothing
		d += time.Duration(n) * unit
	}
	if d < shortestMute || d > longestMute {
		return 0, errors.New("the Duration must be between PT1M and P15D")
	}
	return d, nil
}

// cronFields are the ranges of the five fields and the names of their values.
var cronFields = []struct {
	low, high int
	names     []string
}{
	{0, 59, nil}, {0, 23, nil}, {1, 31, nil},
	{1, 12, []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}},
	{0, 6, []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}},
}

func readCron(text string) ([]uint64, error) {
	parts := strings.Fields(text)
	if len(parts) != len(cronFields) {
		return nil, errors.New("a cron expression has five fields")
	}
	bits := make([]uint64, len(parts))
	for i, part := range parts {
		for _, item := range strings.Split(part, ",") {
			from, to, err := readCronRange(i, item)
			if err != nil {
				return nil, err
			}
			for n := from; n <= to; n++ {
				bits[i] |= 1 << n
			}
		}
	}
	return bits, nil
}

func readCronRange(field int, item string) (from, to int, err error) {
	f := cronFields[field]
	if item == "*" {
		return f.low, f.high, nil
	}
	first, last, isRange := strings.Cut(item, "-")
	if !isRange {
		last = first
	}
	value := func(text string) (int, bool) {
		for i, name := range f.names {
			if strings.EqualFold(text, name) {
				return f.low + i, true
			}
		}
		n, err := strconv.Atoi(text)
		if field == 4 && n == 7 {
			n = 0 // Sunday
		}
		return n, err == nil && n >= f.low && n <= f.high
	}
	from, ok := value(first)
	to, ok2 := value(last)
	if !ok || !ok2 || from > to {
		return 0, 0, fmt.Errorf("%q is no value of field %d", item, field+1)
	}
	return from, to, nil
}

// starts reports whether a window opens at a minute.
func (s *muteTimes) starts(at time.Time) bool {
	t := at.In(s.zone)
	for i, n := range []int{t.Minute(), t.Hour(), t.Day(), int(t.Month()), int(t.Weekday())} {
		if s.fields[i]&(1<<n) == 0 {
			return false
		}
	}
	return true
}

// open is the end of the window that now lies in, zero when it lies in none.
func (s *muteTimes) open(now time.Time) time.Time {
	if s.fields == nil {
		if end := s.once.Add(s.length); !now.Before(s.once) && now.Before(end) {
			return end.UTC()
		}
		return time.Time{}
	}
	for at := now.Truncate(time.Minute); now.Before(at.Add(s.length)); at = at.Add(-time.Minute) {
		if s.starts(at) {
			return at.Add(s.length).UTC()
		}
	}
	return time.Time{}
}

// over reports whether no window will open any more.
func (s *muteTimes) over(now time.Time) bool {
	return s.fields == nil && !now.Before(s.once.Add(s.length))
}
