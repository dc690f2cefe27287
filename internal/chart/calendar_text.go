package chart

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/watchbill/watchbill/oncall"
)

// textWidth is how many columns text may take: what every terminal has.
const textWidth = 80

// row is a line of a schedule: a shift or a gap.
type row struct {
	start    time.Time
	order    int // rotations in their order, gaps last
	local    string
	utc      string
	rotation string
	who      string
	note     string
	ink      func(...any) string
}

// WriteText prints the calendar for a terminal of 80 columns: each schedule's shifts and gaps
// in its zone and in UTC, and what falls to whom. A long list of people takes a
// second line.
func (c *Calendar) WriteText(w io.Writer, ink Ink) {
	if len(c.Schedules) == 0 {
		what := "No schedule has a shift"
		if c.Contact != "" {
			what = c.Contact + " has no shift"
		}
		fmt.Fprintf(w, "%s from %s to %s.\n", what, c.From.Format(fullForm), inZoneAndUTC(c.To))
		return
	}
	fmt.Fprintln(w, paint(ink.Dim, c.From.Format(fullForm)+" – "+c.To.Format(fullForm)+" UTC"))
	fmt.Fprintln(w)
	for _, s := range c.Schedules {
		s.writeText(w, ink, c.From, c.To)
		fmt.Fprintln(w)
	}
	c.writeLoads(w, ink)
}

func (s Schedule) writeText(w io.Writer, ink Ink, from, to time.Time) {
	about := wrap(zoneAndOffsets(s.Zone, from, to), textWidth-2-columns(s.Name))
	fmt.Fprintf(w, "%s  %s\n", paint(ink.Bold, s.Name), about[0])
	for _, more := range about[1:] {
		fmt.Fprintf(w, "%s  %s\n", strings.Repeat(" ", columns(s.Name)), more)
	}
	rows := s.rows(ink)
	if len(rows) == 0 {
		fmt.Fprintln(w, "  "+paint(ink.Dim, "no rotations"))
		return
	}
	head := row{local: s.Zone.String(), who: "on call", ink: ink.Dim}
	if rows[0].utc != "" {
		head.utc = "UTC"
	}
	if len(s.Rotations) > 1 {
		head.rotation = "rotation"
	}
	var widths row3
	overridden := false
	for _, r := range append(rows, head) {
		widths.fit(r)
	}
	fmt.Fprintln(w, paint(ink.Dim, head.line(widths, Ink{})))
	for _, r := range rows {
		fmt.Fprintln(w, r.line(widths, ink))
		overridden = overridden || strings.HasPrefix(r.note, "(for ")
	}
	if overridden {
		fmt.Fprintln(w, "  "+paint(ink.Dim, "(for …) is an override"))
	}
}

// row3 are the widths of the columns before the last.
type row3 struct{ local, utc, rotation int }

func (c *row3) fit(r row) {
	c.local, c.utc, c.rotation = max(c.local, columns(r.local)), max(c.utc, columns(r.utc)), max(c.rotation, columns(r.rotation))
}

// line is the row; people who do not fit into it stand below.
func (r row) line(widths row3, ink Ink) string {
	line, used := "  "+pad(r.local, widths.local), 2+widths.local
	if widths.utc > 0 {
		line, used = line+"  "+paint(ink.Dim, pad(r.utc, widths.utc)), used+2+widths.utc
	}
	isTight := r.rotation == "" && used+2+widths.rotation+2+columns(r.who) > textWidth // a gap: no rotation has it
	if widths.rotation > 0 && !isTight {
		line, used = line+"  "+pad(r.rotation, widths.rotation), used+2+widths.rotation
	}
	who := r.who
	if r.note != "" {
		who += " " + r.note
	}
	if used+2+columns(who) <= textWidth {
		return line + "  " + paint(r.ink, who)
	}
	line = strings.TrimRight(line, " ")
	for _, part := range wrap(who, textWidth-8) {
		line += "\n        " + paint(r.ink, part)
	}
	return line
}

// rows are the shifts and the gaps, by time. The rotation is named where there are several.
func (s Schedule) rows(ink Ink) []row {
	var out []row
	add := func(span oncall.Span, r row) {
		r.start, r.local = span.Start, stretch(span, s.Zone, dayForm)
		if s.Zone.String() != "UTC" {
			r.utc = stretch(span, time.UTC, "Mon")
		}
		out = append(out, r)
	}
	for _, shift := range s.Watches() {
		if s.within(shift) {
			continue
		}
		r := row{order: shift.Rotation, who: join(shift.Members), ink: ink.Bold}
		if len(s.Rotations) > 1 {
			r.rotation = s.Rotations[shift.Rotation]
		}
		if shift.Override != nil {
			r.note, r.ink = covering(shift.Shift), ink.Warn
		}
		add(oncall.Span{Start: shift.Start, End: shift.End}, r)
	}
	for _, gap := range s.Gaps {
		add(gap, row{order: len(s.Rotations), who: "NOBODY ON CALL", ink: ink.Bad})
	}
	slices.SortStableFunc(out, byStart)
	return out
}

// covering says that people stand in for others.
func covering(s oncall.Shift) string {
	var off []string
	for _, name := range s.Replaced {
		if !slices.Contains(s.Members, name) {
			off = append(off, name)
		}
	}
	if off == nil {
		return "(override)"
	}
	return "(for " + join(off) + ")"
}

// within reports whether a shift of nobody is told by a gap.
func (s Schedule) within(shift Shift) bool {
	return len(shift.Members) == 0 && slices.ContainsFunc(s.Gaps, func(gap oncall.Span) bool {
		return gap.Start.Before(shift.End) && shift.Start.Before(gap.End)
	})
}

// stretch is a stretch of time by the clocks of a zone; the end's day is left out where it
// is the start's, or follows within a day.
func stretch(s oncall.Span, zone *time.Location, day string) string {
	start, end := s.Start.In(zone), s.End.In(zone)
	if s.End.Sub(s.Start) < 24*time.Hour && end.Format("15:04") != start.Format("15:04") {
		return start.Format(day+" 15:04") + " – " + end.Format("15:04")
	}
	return start.Format(day+" 15:04") + " – " + end.Format(day+" 15:04")
}

func (c *Calendar) writeLoads(w io.Writer, ink Ink) {
	names := slices.Sorted(maps.Keys(c.Loads))
	if len(names) == 0 {
		return
	}
	width := len("hours on call")
	for _, name := range names {
		width = max(width, columns(name)+2)
	}
	fmt.Fprintf(w, "%s  %8s %8s %8s\n", paint(ink.Bold, pad("hours on call", width)), "all", "night", "weekend")
	for _, name := range names {
		l := c.Loads[name]
		fmt.Fprintf(w, "%s  %8s %8s %8s\n", pad("  "+name, width), inHours(l.Total), inHours(l.Night), inHours(l.Weekend))
	}
}

// inHours are hours with at most one decimal.
func inHours(d time.Duration) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", d.Hours()), ".0") }

// WriteText prints who has the watch, a line or two a schedule.
func (o *OnCall) WriteText(w io.Writer, ink Ink) {
	fmt.Fprintln(w, inZoneAndUTC(o.At))
	if len(o.Schedules) == 0 {
		fmt.Fprintln(w, "  nobody of those asked for is on call")
	}
	for _, s := range o.Schedules {
		fmt.Fprintf(w, "\n%s  %s\n", paint(ink.Bold, s.Name), s.Zone)
		for i, shift := range s.Shifts {
			r := row{who: join(shift.Members), ink: ink.Bold}
			if shift.Override != nil {
				r.note, r.ink = " "+covering(shift.Shift), ink.Warn
			}
			if len(shift.Members) == 0 {
				continue
			}
			fmt.Fprintf(w, "  %s%s  %s\n", paint(r.ink, r.who), r.note, paint(ink.Dim, s.Rotations[shift.Rotation]))
			fmt.Fprintf(w, "    until %s%s\n", inZone(s.Until[i], s.Zone), then(s.Next[i], s.Until[i], s.Zone))
		}
		switch {
		case s.Gap != nil && s.Gap.End.Before(o.At.Add(aYear)):
			fmt.Fprintf(w, "  %s\n    until %s\n", paint(ink.Bad, "NOBODY ON CALL"), inZone(s.Gap.End, s.Zone))
		case s.Gap != nil:
			fmt.Fprintf(w, "  %s\n    all the coming year\n", paint(ink.Bad, "NOBODY ON CALL"))
		}
	}
}

func inZone(t time.Time, zone *time.Location) string {
	if zone.String() == "UTC" {
		return t.In(zone).Format(minuteForm)
	}
	return t.In(zone).Format(minuteForm) + " (" + t.UTC().Format("Mon 15:04") + " UTC)"
}

// then says who follows a shift that ends at an instant.
func then(next oncall.Shift, end time.Time, zone *time.Location) string {
	switch {
	case len(next.Members) == 0:
		return ""
	case next.Start.Equal(end):
		return ", then " + join(next.Members)
	}
	return ", next " + join(next.Members) + " from " + next.Start.In(zone).Format(minuteForm)
}

func columns(text string) int { return len([]rune(text)) }

// wrap breaks text at spaces into lines of at most width columns; a longer word stays whole.
func wrap(text string, width int) []string {
	var out []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case columns(line)+1+columns(word) <= width:
			line += " " + word
		default:
			out, line = append(out, line), word
		}
	}
	return append(out, line)
}
