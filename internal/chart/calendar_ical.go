package chart

import (
	"fmt"
	"io"
	"slices"
	"time"

	ics "github.com/arran4/golang-ical"
)

// uidForm writes instants in UIDs.
const uidForm = "20060102T150405Z"

// WriteICalendar prints the shifts as an iCalendar file (RFC 5545), one event a shift, in
// UTC. The event of a shift keeps its UID whoever takes it and however long it is, so
// that a calendar that reads the file again moves it and adds none. Now is when the
// file was made. Events are transparent: who is on call has time for other things.
func (c *Calendar) WriteICalendar(w io.Writer, now time.Time) error {
	cal := ics.NewCalendar()
	cal.SetProductId("-//watchbill//on-call//EN")
	cal.SetMethod(ics.MethodPublish)
	name := "On call"
	if c.Contact != "" {
		name += ": " + c.Contact
	}
	cal.SetXWRCalName(name)
	for _, s := range c.Schedules {
		for _, shift := range s.Shifts {
			if len(shift.Members) > 0 {
				cal.AddVEvent(newEvent(s, shift, now))
			}
		}
	}
	if err := cal.SerializeTo(w, ics.WithNewLineWindows); err != nil {
		return fmt.Errorf("write the calendar: %w", err)
	}
	return nil
}

func newEvent(s Schedule, shift Shift, now time.Time) *ics.VEvent {
	rotation := s.Rotations[shift.Rotation]
	e := ics.NewEvent(fmt.Sprintf("%s.%s.%s@watchbill", s.Name, rotation, shift.Start.Format(uidForm)))
	e.SetDtStampTime(now)
	e.SetStartAt(shift.Start)
	e.SetEndAt(shift.End)
	e.SetSummary(fmt.Sprintf("On call: %s (%s)", join(shift.Members), s.Name))
	about := fmt.Sprintf("Schedule %s, rotation %s.", s.Name, rotation)
	if shift.Override != nil && len(shift.Replaced) > 0 && !slices.Equal(shift.Replaced, shift.Members) {
		about += fmt.Sprintf("\nAn override puts %s on call for %s.", join(shift.Members), join(shift.Replaced))
	} else if shift.Override != nil {
		about += "\nAn override."
	}
	e.SetDescription(about)
	e.SetTimeTransparency(ics.TransparencyTransparent)
	return e
}
