package emulator

// When an alarm looks: windows that slide with the time or stand on the clock's boundaries, and the
// warm-up of an alarm that is new.

import (
	"regexp"
	"slices"
	"strconv"
	"time"
)

// alarmWindow says whether the windows slide with the time or stand on the clock's boundaries.
type alarmWindow struct {
	SlidingWindow   *struct{}   `json:",omitempty"`
	WallClockWindow *clockFaced `json:",omitempty"`
}

type clockFaced struct {
	Timezone *string `json:",omitempty"`
}

// alarmWarmUp is how long a new alarm says nothing.
type alarmWarmUp struct {
	WarmUpPeriodDurationInMinutes            int
	OnlyStartEvaluatingAfterWarmUpPeriodEnds *bool `json:",omitempty"`
}

// checkWindow holds a wall clock against the documentation: five periods and a known zone.
func (cfg *alarmConfig) checkWindow(period int) error {
	wall := cfg.wallClock()
	if wall == nil {
		return nil
	}
	if !slices.Contains([]int{60, 300, oneHour, oneDay, oneWeek}, period) {
		return badAlarm("With a wall clock window the period must be 60, 300, 3600, 86400 or 604800 seconds")
	}
	if _, ok := wall.zone(); !ok {
		return badAlarm("The time zone " + *wall.Timezone + " is not known")
	}
	return nil
}

func (cfg *alarmConfig) wallClock() *clockFaced {
	if cfg.EvaluationWindow == nil {
		return nil
	}
	return cfg.EvaluationWindow.WallClockWindow
}

var fixedOffset = regexp.MustCompile(`^(?:UTC)?([+-])(\d{2}):?(\d{2})$`)

func (w *clockFaced) zone() (*time.Location, bool) {
	if w.Timezone == nil {
		return time.UTC, true
	}
	if m := fixedOffset.FindStringSubmatch(*w.Timezone); m != nil {
		hours, _ := strconv.Atoi(m[2]) // two digits
		minutes, _ := strconv.Atoi(m[3])
		offset := hours*oneHour + minutes*60
		if m[1] == "-" {
			offset = -offset
		}
		return time.FixedZone(*w.Timezone, offset), hours < 24 && minutes < 60 && minutes%5 == 0
	}
	zone, err := time.LoadLocation(*w.Timezone)
	return zone, err == nil && *w.Timezone != "" && *w.Timezone != "Local"
}

// windowEnd is when the newest window of an alarm ends.
func (a *metricAlarm) windowEnd(now time.Time) time.Time {
	wall := a.wallClock()
	if wall == nil {
		return now
	}
	zone, ok := wall.zone()
	if !ok {
		return now // it was read when it was put
	}
	_, offset := now.In(zone).Zone()
	shift := time.Duration(offset) * time.Second
	return now.Add(shift).Truncate(a.period()).Add(-shift)
}

// warmUntil is when the warm-up ends, zero when there is none.
func (a *metricAlarm) warmUntil() time.Time {
	if a.WarmUpConfiguration == nil {
		return time.Time{}
	}
	return a.Created.Add(time.Duration(a.WarmUpConfiguration.WarmUpPeriodDurationInMinutes) * time.Minute)
}

// warming reports whether an alarm is new and says nothing yet: until its warm-up is over or, unless
// it is to wait that long, as soon as all its windows are known.
func (a *metricAlarm) warming(now time.Time, lines []*track) bool {
	if !now.Before(a.warmUntil()) {
		return false
	}
	if only := a.WarmUpConfiguration.OnlyStartEvaluatingAfterWarmUpPeriodEnds; only != nil && *only {
		return true
	}
	return !slices.ContainsFunc(lines, func(l *track) bool {
		return !slices.Contains(l.ok[len(l.ok)-*a.EvaluationPeriods:], false)
	})
}
