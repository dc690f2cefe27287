package compiler

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Advice about times that are not written as plans write them: people know a dozen
// ways to say nine o'clock on Monday. What is recognised is repeated in the form
// that is wanted; of anything else the schema's words about the form are the advice.

// timeKinds are the x-kinds of the fields that hold times, but durations.
var timeKinds = []string{"wall", "start", "every", "handoff", "days", "window"}

// timeAdvice is what to write instead of s where the schema's x-kind wants a time
// of some kind, "" when that cannot be guessed.
func timeAdvice(kind, s string) string {
	s = strings.ToLower(strings.Join(strings.Fields(s), " "))
	switch kind {
	case "wall", "start":
		return wallAdvice(s)
	case "every":
		return write(everyMeant(s))
	case "handoff":
		return handoffAdvice(s)
	case "window":
		return write(windowMeant(s))
	case "days":
		return daysAdvice(s)
	}
	return ""
}

// daysKey is a key that should name days of the week.
func (s *sentence) daysKey() {
	name := s.Path[len(s.Path)-1]
	s.say("wrong-value", cmp.Or(timeAdvice(s.Kind, name), s.Hint), "%s names no days of the week", quote(name))
}

func write(meant string) string {
	if meant == "" {
		return ""
	}
	return "write " + meant
}

var clockForm = regexp.MustCompile(`^([0-9]{1,2})(?:[:.h]([0-9]{2})?)?(?::[0-9]{2}(?:\.[0-9]+)?)?(?: ?(am|pm))?$`)

// clockMeant is a time of day as HH:MM, "" when it is none. 24:00 stays.
func clockMeant(s string) string {
	switch s {
	case "noon", "midday":
		return "12:00"
	case "midnight":
		return "00:00"
	}
	m := clockForm.FindStringSubmatch(s)
	if m == nil {
		return ""
	}
	hour, _ := strconv.Atoi(m[1]) // both are digits, and few
	minute, _ := strconv.Atoi(m[2])
	switch {
	case m[3] != "" && (hour < 1 || hour > 12):
		return ""
	case m[3] == "am" && hour == 12:
		hour = 0
	case m[3] == "pm" && hour < 12:
		hour += 12
	}
	if minute > 59 || hour*60+minute > 24*60 {
		return ""
	}
	return fmt.Sprintf("%02d:%02d", hour, minute)
}

var (
	dateForm   = regexp.MustCompile(`^([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:t|,? |$)(.*)$`)
	offsetForm = regexp.MustCompile(` ?(z|utc|gmt|[-+][0-9]{1,2}(:?[0-9]{2})?|[a-z]+/[a-z_/+-]+)$`)
)

func wallAdvice(s string) string {
	m := dateForm.FindStringSubmatch(s)
	if m == nil {
		return ""
	}
	day, err := time.Parse("2006-1-2", m[1]+"-"+m[2]+"-"+m[3])
	if err != nil {
		return ""
	}
	clock := m[4]
	offset := offsetForm.FindString(clock)
	at := clockMeant(strings.TrimSuffix(clock, offset))
	switch {
	case clock == "":
		return "write the time of day, too: " + day.Format("2006-01-02") + "T09:00"
	case at == "":
		return ""
	case at == "24:00":
		day, at = day.AddDate(0, 0, 1), "00:00"
	}
	meant := day.Format("2006-01-02") + "T" + at
	if offset != "" {
		return "write the time that the clocks in the rotation's timezone show, and nothing behind it: " + meant
	}
	return write(meant)
}

var everyForm = regexp.MustCompile(`^(?:every )?([0-9]{0,3}) ?([a-z]+)$`)

// everyMeant is the length of a turn.
func everyMeant(s string) string {
	if bare, err := strconv.Atoi(s); err == nil && bare >= 1 && bare <= 100 {
		return countOf(bare, "week")
	}
	m := everyForm.FindStringSubmatch(s)
	if m == nil {
		return ""
	}
	count, err := strconv.Atoi(m[1])
	if m[1] == "" {
		count, err = 1, nil
	}
	unit := ""
	switch word := m[2]; word {
	case "d", "day", "days", "daily":
		unit = "day"
	case "w", "wk", "week", "weeks", "weekly":
		unit = "week"
	case "mo", "month", "months", "monthly":
		unit = "month"
	case "biweekly", "fortnight", "fortnights", "fortnightly":
		unit, count = "week", 2*count
	case "quarter", "quarters", "quarterly":
		unit, count = "month", 3*count
	case "h", "hours":
		if count%24 == 0 {
			unit, count = "day", count/24
		}
	}
	if unit == "" || err != nil || count < 1 || count > 100 {
		return ""
	}
	return countOf(count, unit)
}

func countOf(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return strconv.Itoa(n) + " " + unit + "s"
}

var ordinal = regexp.MustCompile(`^([0-9]{1,2})(?:st|nd|rd|th|\.)?$`)

func handoffAdvice(s string) string {
	day, clock, two := strings.Cut(s, " ")
	if at := clockMeant(s); at != "" && strings.ContainsAny(s, ":.hmno") {
		return "write " + strconv.Quote(strings.Replace(at, "24:00", "00:00", 1))
	}
	if name := dayMeant(day); name != "" || two {
		at := clockMeant(clock)
		if name == "" { // 09:00 mon
			i := strings.LastIndexByte(s, ' ')
			name, at = dayMeant(s[i+1:]), clockMeant(s[:i])
		}
		if n := ordinal.FindStringSubmatch(day); name == "" && n != nil {
			if i, _ := strconv.Atoi(n[1]); i >= 1 && i <= 31 {
				name, at = strconv.Itoa(i), clockMeant(clock)
			}
		}
		switch {
		case name == "" || at == "24:00":
			return ""
		case at == "" && !two:
			return "write the time of day, too: " + name + " 09:00"
		case at != "":
			return "write " + name + " " + at
		}
	}
	return ""
}

// dayMeant is a day of the week as plans write it: mon for monday, Mon., mo.
func dayMeant(s string) string {
	s = strings.TrimSuffix(s, ".")
	s = strings.TrimSuffix(s, "s")
	if len(s) < 2 {
		return ""
	}
	for i, word := range dayWords {
		long := strings.ToLower(weekdayOf(i).String())
		if strings.HasPrefix(long, s) || strings.HasPrefix(long, s+"s") || s == word {
			return word
		}
	}
	return ""
}

var dashes = regexp.MustCompile(` ?(?:-|–|—|\bto\b|\.\.+) ?`)

func windowMeant(s string) string {
	ends := dashes.Split(s, -1)
	if len(ends) != 2 {
		return ""
	}
	start, end := clockMeant(ends[0]), clockMeant(ends[1])
	if start == "" || end == "" || start == "24:00" {
		return ""
	}
	return start + "-" + end
}

func daysAdvice(s string) string {
	switch s {
	case "weekday", "weekdays", "workdays", "work days":
		return "write mon-fri"
	case "weekend", "weekends":
		return "write sat-sun"
	case "every day", "everyday", "all", "always", "day", "days":
		return "write daily"
	}
	if list := strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == '/' || r == '&' }); len(list) > 1 && !dashes.MatchString(s) {
		for i := range list {
			list[i] = dayMeant(list[i])
		}
		if !slices.Contains(list, "") {
			return "give each day a line of its own: " + and(list)
		}
	}
	ends := dashes.Split(s, -1)
	for i := range ends {
		ends[i] = dayMeant(ends[i])
	}
	if slices.Contains(ends, "") || len(ends) > 2 {
		return ""
	}
	return "write " + strings.Join(ends, "-")
}
