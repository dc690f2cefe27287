// Package oncall is the arithmetic of time: who is on call at an instant, and who is
// paged when after an incident opens.
//
// A [Rotation] says who takes turns; its [Calendar] deals the turns and answers with
// [Shift] values. A [Schedule] is several rotations side by side. A [Roster] adds people,
// their channels and the plans that page them; a [Run] is one incident on its way through
// a roster, and [Roster.Simulate] is the same run from beginning to end.
//
// Everything here is pure and deterministic: no clock is read, nothing is remembered
// between calls, and equal questions have equal answers. Calendars, schedules and rosters
// may be used by many goroutines at once as long as nobody changes them; a Run belongs to one.
//
// Instants are answered in UTC. Intervals are half-open: a shift that ends at 09:00 does
// not contain 09:00.
//
// # Wall clocks
//
// People write wall-clock times and the Earth moves its clocks. Two rules decide what a
// written time means: a time that the clocks jump over is moved forward by the length of
// the jump (02:30 becomes 03:30), and a time that comes twice means its first coming.
package oncall

import "fmt"

// Rules are the choices AWS documents nowhere, each by its name. The zero value is
// what watchbill and its embedded Incident Manager assume.
type Rules struct {
	// AdvanceByOne moves the group on call by one member a turn (A+B, B+C, C+D) and
	// not by the size of the group (A+B, C+D).
	AdvanceByOne bool `json:"advance_by_one,omitempty"`
	// SkipShortMonths leaves out a monthly hand-off in months without its day,
	// which otherwise falls on the month's last day.
	SkipShortMonths bool `json:"skip_short_months,omitempty"`
	// ClipShifts cuts the shifts of an answer to the interval that was asked for.
	ClipShifts bool `json:"clip_shifts,omitempty"`
	// OverrideFillsGaps lets an override put people on call at times the
	// rotation does not cover, which otherwise stay uncovered.
	OverrideFillsGaps bool `json:"override_fills_gaps,omitempty"`
	// DeliveredOnce does not repeat a page that reached its device.
	DeliveredOnce bool `json:"delivered_once,omitempty"`
	// AcknowledgeOneEngagement limits an acknowledgement to the engagements it
	// answers: another engagement of the incident may page that person again.
	AcknowledgeOneEngagement bool `json:"acknowledge_one_engagement,omitempty"`
	// ResolveKeepsPaging lets engagements run on after the incident was resolved.
	ResolveKeepsPaging bool `json:"resolve_keeps_paging,omitempty"`
}

// Clock is a time of day as a wall clock shows it, from 00:00 to 23:59.
type Clock struct {
	Hour   int `json:"hour"`
	Minute int `json:"minute"`
}

// String prints the clock as HH:MM.
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", c.Hour, c.Minute) }

func (c Clock) valid() bool {
	return c.Hour >= 0 && c.Hour < 24 && c.Minute >= 0 && c.Minute < 60
}

// seconds since midnight on a day whose clocks do not move.
func (c Clock) seconds() int64 { return int64(c.Hour)*3600 + int64(c.Minute)*60 }

// Window is a part of a day. One that ends at or before its start ends on the
// next day, so equal ends mean 24 hours by the wall clock.
type Window struct {
	Start Clock `json:"start"`
	End   Clock `json:"end"`
}

// String prints the window as HH:MM-HH:MM.
func (w Window) String() string { return w.Start.String() + "-" + w.End.String() }

// seconds from midnight to both ends; the second may lie on the next day.
func (w Window) seconds() (start, end int64) {
	start, end = w.Start.seconds(), w.End.seconds()
	if end <= start {
		end += daySeconds
	}
	return start, end
}
