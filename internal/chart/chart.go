// Package chart draws time: who is on call when, and how an incident unfolds, as text, tables,
// calendar files and pictures.
//
//	Calendar   the shifts and gaps of a stretch of time    WriteText, JSON, ICalendar, WriteSVG
//	OnCall     who is on call at one instant               WriteText, JSON
//	Incident   the story of one incident                   WriteText, JSON, WriteMarkdown, WriteSVG
//
// Equal questions have equal bytes as answers: no clock is read, nothing hangs on the
// machine's zone, maps are sorted. People are called by their names in the plan; no
// address comes in, so none can get out.
package chart

import (
	"fmt"
	"strings"
	"time"

	"github.com/watchbill/watchbill/oncall"
)

// Ink are the colours of text. The zero value has none.
type Ink struct {
	Bold, Dim  func(...any) string
	Good, Warn func(...any) string
	Bad        func(...any) string
}

func paint(with func(...any) string, text string) string {
	if with == nil || text == "" {
		return text
	}
	return with(text)
}

// How times are written. None of them says a zone: the heading does.
const (
	dayForm    = "Mon 2 Jan"
	minuteForm = "Mon 2 Jan 15:04"
	fullForm   = "Mon 2 Jan 2006 15:04"
)

// zoneName is what a zone is called: its IANA name, or, of an RFC 3339 offset, that.
func zoneName(t time.Time) string {
	if name := t.Location().String(); name != "" {
		return name
	}
	return "UTC" + t.Format("-07:00")
}

// inZoneAndUTC is an instant as its own zone and as UTC write it.
func inZoneAndUTC(t time.Time) string {
	text, utc := t.Format(fullForm)+" "+zoneName(t), t.UTC()
	switch {
	case zoneName(t) == "UTC":
		return text
	case t.Format(time.DateOnly) == utc.Format(time.DateOnly):
		return text + " (" + utc.Format("15:04") + " UTC)"
	}
	return text + " (" + utc.Format(minuteForm) + " UTC)"
}

// zoneAndOffsets names a zone with how far it is from UTC in a stretch of time, and when that changes.
func zoneAndOffsets(zone *time.Location, from, to time.Time) string {
	if zone.String() == "UTC" {
		return "UTC"
	}
	text := zone.String() + ", UTC" + from.In(zone).Format("-07:00")
	for t := from; ; {
		_, next := t.In(zone).ZoneBounds()
		if next.IsZero() || !next.Before(to) || !next.After(t) {
			return text
		}
		text += ", from " + next.In(zone).Format(minuteForm) + " UTC" + next.In(zone).Format("-07:00")
		t = next
	}
}

// length is a duration in the two largest units that matter: 45m, 1h05m, 7d, 1d12h.
func length(d time.Duration) string {
	switch {
	case d < 0:
		return "-" + length(-d)
	case d < time.Minute && d > 0:
		return fmt.Sprintf("%ds", d/time.Second)
	case d < time.Hour && d%time.Minute != 0:
		return fmt.Sprintf("%dm%02ds", d/time.Minute, d%time.Minute/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%dm", d/time.Minute)
	case d < 48*time.Hour && d%time.Hour != 0:
		return fmt.Sprintf("%dh%02dm", d/time.Hour, d%time.Hour/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d%(24*time.Hour) < time.Hour:
		return fmt.Sprintf("%dd", d/(24*time.Hour))
	}
	return fmt.Sprintf("%dd%02dh", d/(24*time.Hour), d%(24*time.Hour)/time.Hour)
}

// Why says a reason in words.
func Why(r oncall.Reason) string {
	switch r {
	case oncall.NotActivated:
		return "not activated"
	case oncall.NoSuchChannel:
		return "there is no such channel"
	case oncall.NoActivePage:
		return "no stage pages an activated channel"
	case oncall.NoStages:
		return "the plan has no stages"
	case oncall.UnknownTarget:
		return "nobody has that name"
	case oncall.AllResolved:
		return "the incident is resolved"
	case oncall.AllRun:
		return "every stage is over"
	case oncall.NothingPending:
		return "what was left is answered"
	}
	return string(r)
}

// join is the names with commas, or what stands for none.
func join(names []string) string {
	if len(names) == 0 {
		return "nobody"
	}
	return strings.Join(names, ", ")
}

// pad fills text with spaces on the right. Names are plain letters, so a rune is a column.
func pad(text string, width int) string {
	if n := width - len([]rune(text)); n > 0 {
		return text + strings.Repeat(" ", n)
	}
	return text
}
