package chart

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/watchbill/watchbill/oncall"
)

// The geometry of a calendar: a strip is some days from left to right, with a lane for
// each rotation.
const (
	calendarStart = margin + 112 // of the days, right of the names of the rotations
	axisHeight    = 56.0
	laneHeight    = 36.0
	laneGap       = 6.0
	memberHeight  = 22.0 // of one of several people in a shift
)

// WriteSVG draws the calendar: for every schedule the days in its zone, a lane a rotation, a
// colour a person, hatching where nobody is on call, and last who is on call how long.
// Now, if it lies in the calendar, is marked; the zero time never does.
func (c *Calendar) WriteSVG(w io.Writer, now time.Time) error {
	p := calendarPicture{Calendar: c, people: c.people(), now: now}
	p.heading()
	for _, s := range c.Schedules {
		s.Shifts = s.Watches()
		p.schedule(s)
	}
	if len(c.Schedules) == 0 {
		p.text("soft", margin, p.y+20, "No schedule has a shift here.")
		p.y += 40
	}
	p.loads()
	p.key()
	return p.write(w, p.title(), p.about())
}

type calendarPicture struct {
	canvas
	*Calendar
	people []string
	now    time.Time
}

func (p *calendarPicture) title() string {
	if p.Contact != "" {
		return "On call: " + p.Contact
	}
	return "On call"
}

func (p *calendarPicture) about() string {
	gaps := 0
	var names []string
	for _, s := range p.Schedules {
		gaps += len(s.Gaps)
		names = append(names, s.Name)
	}
	text := fmt.Sprintf("Shifts of %s from %s to %s UTC.", join(names), p.From.Format(fullForm), p.To.Format(fullForm))
	if gaps > 0 {
		text += fmt.Sprintf(" Times in which nobody is on call: %d.", gaps)
	}
	return text
}

func (p *calendarPicture) heading() {
	p.text("h1", margin, 48, fit(p.title(), 600))
	p.text("soft", margin, 72, p.From.Format(fullForm)+" – "+p.To.Format(fullForm)+" UTC")
	p.y = 92
}

// strip is a row of whole days in a schedule's zone, all of one width.
type strip struct {
	days []time.Time // midnights, and the one after the last
	wide float64     // of a day
	top  float64
}

func (s strip) start() time.Time { return s.days[0] }
func (s strip) end() time.Time   { return s.days[len(s.days)-1] }
func (s strip) right() float64   { return calendarStart + s.wide*float64(len(s.days)-1) }

// x is where an instant lies; what is outside lies on the border.
func (s strip) x(t time.Time) float64 {
	if !t.After(s.start()) {
		return calendarStart
	}
	for i, day := range s.days[1:] {
		if t.Before(day) {
			share := float64(t.Sub(s.days[i])) / float64(day.Sub(s.days[i]))
			return calendarStart + s.wide*(float64(i)+share)
		}
	}
	return s.right()
}

// strips cut the calendar into rows of about a week where shifts are short, of about four
// weeks or one month else.
func (c *Calendar) strips(s Schedule) []strip {
	days := c.days(s.Zone)
	n, rows := len(days)-1, 1
	switch short := s.usualShift() < 36*time.Hour; {
	case short:
		rows = max((n+3)/7, 1)
	case n > 31:
		rows = (n + 14) / 28
	}
	per := (n + rows - 1) / rows
	var out []strip
	for from := 0; from < n; from += per {
		out = append(out, strip{days: days[from : min(from+per, n)+1], wide: (plotEnd - calendarStart) / float64(per)})
	}
	return out
}

// days are the midnights of a zone from the one before the calendar to the one after it.
func (c *Calendar) days(zone *time.Location) []time.Time {
	y, m, d := c.From.In(zone).Date()
	var out []time.Time
	for n := 0; ; n++ {
		day := oncall.Instant(time.Date(y, m, d+n, 0, 0, 0, 0, time.UTC), zone).In(zone)
		if len(out) == 0 || day.After(out[len(out)-1]) { // a zone may have skipped a day
			out = append(out, day)
		}
		if !day.Before(c.To) && len(out) > 1 {
			return out
		}
	}
}

// usualShift is the median length of the shifts.
func (s Schedule) usualShift() time.Duration {
	if len(s.Shifts) == 0 {
		return 7 * 24 * time.Hour
	}
	var all []time.Duration
	for _, shift := range s.Shifts {
		all = append(all, shift.End.Sub(shift.Start))
	}
	slices.Sort(all)
	return all[len(all)/2]
}

func (p *calendarPicture) schedule(s Schedule) {
	p.text("h2", margin, p.y+24, fit(s.Name, 400))
	p.text("soft s e", plotEnd, p.y+24, "days in "+zoneAndOffsets(s.Zone, p.From, p.To))
	p.y += 34
	lanes := make([]float64, len(s.Rotations)+1) // their tops, and the bottom
	for i := range s.Rotations {
		lanes[i+1] = lanes[i] + s.laneHeight(i) + laneGap
	}
	for _, row := range p.strips(s) {
		row.top = p.y + axisHeight
		bottom := row.top + max(lanes[len(lanes)-1], laneHeight)
		p.grid(row, bottom)
		for i, name := range s.Rotations {
			p.text("s", margin, row.top+lanes[i]+s.laneHeight(i)/2+5, fit(name, 108))
		}
		for _, gap := range s.Gaps {
			p.gap(row, gap, bottom, s)
		}
		for _, shift := range s.Shifts {
			if len(shift.Members) > 0 {
				p.shift(row, s, shift, row.top+lanes[shift.Rotation])
			}
		}
		p.border(row, bottom)
		p.y = bottom + 10
	}
	p.y += 14
}

func (s Schedule) laneHeight(rotation int) float64 {
	most := 1
	for _, shift := range s.Shifts {
		if shift.Rotation == rotation {
			most = max(most, len(shift.Members))
		}
	}
	if most == 1 {
		return laneHeight
	}
	return float64(most) * memberHeight
}

// grid draws the days of a strip with its dates.
func (p *calendarPicture) grid(row strip, bottom float64) {
	for i, day := range row.days[:len(row.days)-1] {
		x, next := row.x(day), row.x(row.days[i+1])
		if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
			p.rect("wk", x, row.top, next-x, bottom-row.top, 0, "")
		}
		class := "grid"
		if day.Weekday() == time.Monday {
			class = "strong"
		}
		p.line(class, x, row.top-6, x, bottom)
		p.text("xs soft", x+4, row.top-22, day.Format("Mon"))
		p.text("s b", x+4, row.top-8, day.Format("2"))
		if i == 0 || day.Day() == 1 {
			p.month(row, day)
		}
	}
	p.line("grid", row.right(), row.top-6, row.right(), bottom)
	p.line("grid", calendarStart, bottom, row.right(), bottom)
}

// month names the month of a day, as far as there is room before the next one.
func (p *calendarPicture) month(row strip, day time.Time) {
	x := row.x(day)
	end := row.x(day.AddDate(0, 1, 1-day.Day()))
	for _, form := range []string{"January 2006", "Jan"} {
		if text := day.Format(form); end-x > textLength(text) {
			p.text("xs b", x+4, row.top-38, text)
			return
		}
	}
}

func (p *calendarPicture) gap(row strip, gap oncall.Span, bottom float64, s Schedule) {
	if !gap.Start.Before(row.end()) || !row.start().Before(gap.End) {
		return
	}
	x, end := row.x(gap.Start), row.x(gap.End)
	title := "nobody on call in " + s.Name + ": " + stretch(gap, s.Zone, dayForm)
	p.rect("gap", x, row.top, max(end-x, 2), bottom-row.top-laneGap+2, 3, title)
	if label := "nobody"; end-x > textLength(label)+16 {
		middle := (row.top + bottom) / 2
		p.rect("bg", (x+end)/2-textLength(label)/2-6, middle-15, textLength(label)+12, 22, 11, "")
		p.text("s b bad m", (x+end)/2, middle+1, label)
	}
}

func (p *calendarPicture) shift(row strip, s Schedule, shift Shift, top float64) {
	if !shift.Start.Before(row.end()) || !row.start().Before(shift.End) {
		return
	}
	x, end := row.x(shift.Start)+1, row.x(shift.End)-1
	title := fmt.Sprintf("%s, %s", join(shift.Members), stretch(oncall.Span{Start: shift.Start, End: shift.End}, s.Zone, dayForm))
	if shift.Override != nil {
		title += " " + covering(shift.Shift) + ", an override"
	}
	left, right := max(x, row.x(p.From)), min(end, row.x(p.To)) // names stand where nothing is dimmed
	height := s.laneHeight(shift.Rotation) / float64(len(shift.Members))
	for i, name := range shift.Members {
		y := top + float64(i)*height
		p.rect(p.color(name), x, y, max(end-x, 1), height-1, 5, title)
		label := name
		if long := name + " " + covering(shift.Shift); shift.Override != nil && i == 0 && boldLength(long)+10 < right-left {
			label = long
		}
		if space := right - left - boldLength(label); space > 1 {
			p.text("s b", left+min(8, space/2), y+height/2+4, label)
		}
	}
	if shift.Override != nil {
		p.rect("over", x+1, top+1, max(end-x-2, 1), s.laneHeight(shift.Rotation)-3, 5, title)
	}
}

// border dims what lies outside of the question and marks the present.
func (p *calendarPicture) border(row strip, bottom float64) {
	if x := row.x(p.From); x > calendarStart {
		p.rect("out", calendarStart, row.top, x-calendarStart, bottom-row.top, 0, "")
	}
	if x := row.x(p.To); x < row.right() {
		p.rect("out", x, row.top, row.right()-x, bottom-row.top, 0, "")
	}
	if !p.now.Before(row.start()) && p.now.Before(row.end()) {
		x := row.x(p.now)
		p.line("now", x, row.top-3, x, bottom)
		p.circle("dot", x, row.top-3, 4, "now")
	}
}

func (p *calendarPicture) color(name string) string {
	return fmt.Sprintf("p%d", max(slices.Index(p.people, name), 0)%personColors)
}

// loads draws everybody with a colour, and how long they are on call.
func (p *calendarPicture) loads() {
	const per, wide, high = 4, (plotEnd - margin) / 4, 46.0
	for i, name := range p.people {
		x, y := margin+float64(i%per)*wide, p.y+float64(i/per)*high
		p.rect(p.color(name), x, y, 26, 26, 6, "")
		p.text("b", x+36, y+11, fit(name, wide-50))
		l := p.Loads[name]
		p.text("xs soft", x+36, y+26, fmt.Sprintf("%s h, night %s h, weekend %s h", inHours(l.Total), inHours(l.Night), inHours(l.Weekend)))
	}
	p.y += float64((len(p.people)+per-1)/per) * high
}

// key says what the marks mean.
func (p *calendarPicture) key() {
	x, y := margin, p.y+4
	entry := func(draw func(x, y float64), text string) {
		draw(x, y)
		p.text("xs soft", x+34, y+12, text)
		x += 34 + textLength(text)*11/13 + 26
	}
	p.line("grid", margin, y-6, plotEnd, y-6)
	y += 8
	entry(func(x, y float64) { p.rect("gap", x, y, 26, 16, 3, "") }, "nobody on call")
	entry(func(x, y float64) { p.rect("over", x+1, y+1, 24, 14, 4, "") }, "override")
	entry(func(x, y float64) { p.rect("wk", x, y, 26, 16, 0, "") }, "weekend")
	if !p.now.Before(p.From) && p.now.Before(p.To) {
		entry(func(x, y float64) { p.line("now", x+13, y, x+13, y+16) }, "now")
	}
	if p.Contact == "" {
		x -= 34 // it has no mark
		entry(func(float64, float64) {}, "night is 22:00 to 06:00")
	}
	p.y = y + 16 + margin
}
