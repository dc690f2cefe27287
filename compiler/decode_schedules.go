package compiler

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/oncall"
	"github.com/watchbill/watchbill/schema"
)

func (d *decoder) schedule(e *entry) *ast.Schedule {
	in := e.value
	s := &ast.Schedule{
		Item:        d.item(e),
		DisplayName: d.text(in.get("name")),
		Tags:        d.pairs(in.get("tags")),
	}
	for _, r := range d.table(in.get("rotations")) {
		s.Rotations = append(s.Rotations, d.rotation(r))
	}
	return s
}

func (d *decoder) rotation(e *entry) *ast.Rotation {
	in := e.value
	r := &ast.Rotation{
		Item:        d.item(e),
		DisplayName: d.text(in.get("name")),
		Timezone:    d.text(in.get("timezone")),
		Starts:      d.wall("start", in.get("starts")),
		Members:     d.members(in.get("members")),
		OnCall:      d.int(in.get("on_call")),
		Every:       d.every(in.get("every")),
		Coverage:    d.coverage(in.get("coverage")),
		Tags:        d.pairs(in.get("tags")),
	}
	for _, n := range d.items(in.get("handoff")) {
		if h := d.handoff(n, r.Every); h != nil {
			r.Handoffs = append(r.Handoffs, h)
		}
	}
	r.Overrides = d.overrides(e, r.Timezone.V)
	return r
}

// overrides reads the overrides of a rotation. Two that begin at the same instant are
// one too many: what is live is recognised by its beginning. Two times on the clock are
// one instant where the clock jumps.
func (d *decoder) overrides(e *entry, timezone string) []*ast.Override {
	items := d.items(e.value.get("overrides"))
	if len(items) < 2 {
		timezone = "" // there is nothing to compare
	}
	zone, err := time.LoadLocation(timezone)
	if err != nil {
		zone = time.UTC // unknown-timezone
	}
	var out []*ast.Override
	starts := map[time.Time]diag.Pos{}
	for _, n := range items {
		o := d.override(n)
		at := oncall.Instant(o.From.V, zone)
		if first, taken := starts[at]; taken && o.From.Set() {
			d.list.Errorf(o.From.At, "wrong-value", "two overrides of %s begin at %s", quote(e.key), o.From.V.Format(wallLayout)).
				WithHint("remove one; overrides are told apart by their beginning").
				WithNote(first, "the first one is here")
			continue
		}
		starts[at] = o.From.At
		out = append(out, o)
	}
	return out
}

func (d *decoder) members(e *entry) []*ast.Member {
	var out []*ast.Member
	for _, name := range d.texts(e) {
		out = append(out, &ast.Member{Name: name})
	}
	return out
}

// wall is a date with a time of day. YAML takes some ways to write one for a date
// of its own; what counts is what the author wrote. Kind is the field's x-kind: a
// start may have seconds.
func (d *decoder) wall(kind string, e *entry) ast.Wall {
	if e == nil || e.value.kind != text && e.value.kind != date {
		return ast.Wall{}
	}
	n := e.value
	if !schema.Fits(kind, n.text) {
		return ast.Wall{} // the schema says so
	}
	layout := wallLayout
	if len(n.text) > len(layout) {
		layout += ":05"
	}
	if t, err := time.Parse(layout, n.text); err == nil {
		if t.Year() < firstYear || t.Year() > lastYear {
			d.list.Errorf(n.pos(), "wrong-value", "%s is in the year %d", n.text, t.Year()).
				WithHint("years are %d to %d", firstYear, lastYear)
			return ast.Wall{}
		}
		return ast.Wall{V: t, At: n.pos()}
	}
	month, _ := time.Parse("2006-01", n.text[:len("2006-01")]) // it fits
	last := month.AddDate(0, 1, -1)
	d.list.Errorf(n.pos(), "wrong-value", "there is no %s: %s has %d days", n.text[:len("2006-01-02")], month.Format("January 2006"), last.Day()).
		WithHint("write a day of the month, for example %s%s", last.Format("2006-01-02"), n.text[len("2006-01-02"):])
	return ast.Wall{}
}

// every is the length of a turn.
func (d *decoder) every(e *entry) ast.Every {
	if e == nil || e.value.kind != text || !schema.Fits("every", e.value.text) {
		return ast.Every{} // the schema says so
	}
	count, unit, _ := strings.Cut(e.value.text, " ")
	n, _ := strconv.Atoi(count) // it fits
	return ast.Every{At: e.value.pos(), Count: n, Unit: ast.Unit(strings.TrimSuffix(unit, "s"))}
}

// handoff is nil when it was reported. It must name the day that turns of this
// length begin on, and no other: AWS takes days, weeks or months, never two of them.
func (d *decoder) handoff(n *node, every ast.Every) *ast.Handoff {
	if n.kind != text || !schema.Fits("handoff", n.text) {
		return nil // the schema says so
	}
	written := d.textOf(n)
	if !written.Set() {
		return nil
	}
	day, clock, dated := strings.Cut(n.text, " ")
	if !dated {
		day, clock = "", day
	}
	h := &ast.Handoff{At: n.pos(), Unit: ast.Day, Clock: clockOf(clock)}
	if weekday := slices.Index(dayWords[:], day); weekday >= 0 {
		h.Unit, h.Weekday = ast.Week, weekdayOf(weekday)
	} else if dated {
		h.Unit = ast.Month
		h.DayOfMonth, _ = strconv.Atoi(day) // it fits
	}
	if every.Count > 0 && h.Unit != every.Unit {
		d.list.Errorf(n.pos(), "wrong-value", "%s hands over %s, and turns of this rotation are counted in %ss", quote(n.text), handoffWords[h.Unit], every.Unit).
			WithHint("write %s, or every: 1 %s", exampleHandoff(every.Unit, clock), h.Unit).
			WithNote(every.At, "counted in %ss here", every.Unit)
		return nil
	}
	return h
}

var handoffWords = map[ast.Unit]string{ast.Day: "every day", ast.Week: "on a day of the week", ast.Month: "on a day of the month"}

// exampleHandoff is a hand-off for turns of a unit, as it is written.
func exampleHandoff(unit ast.Unit, clock string) string {
	switch unit {
	case ast.Week:
		return "mon " + clock
	case ast.Month:
		return "1 " + clock
	}
	return strconv.Quote(clock)
}

// coverage reads the windows of each key. A day stands under one key only: whether
// a second one adds to the first or replaces it would be anybody's guess.
func (d *decoder) coverage(e *entry) []*ast.Coverage {
	var out []*ast.Coverage
	by := map[time.Weekday]*entry{}
	for _, key := range d.table(e) {
		if !schema.Fits("days", key.key) {
			continue // the schema says so
		}
		days, ok := d.days(key)
		if !ok {
			continue
		}
		for _, day := range days {
			if first := by[day]; first != nil {
				d.list.Errorf(key.pos(), "wrong-value", "%s is in %s already", dayWord(day), quote(first.key)).
					WithHint("name each day once, and list all its windows there").
					WithNote(first.pos(), "the windows of %s are here", dayWord(day))
				break
			}
		}
		for _, day := range days {
			by[day] = key
		}
		c := &ast.Coverage{At: key.pos(), Days: days}
		for _, n := range d.items(key) {
			if n.kind == text && schema.Fits("window", n.text) {
				start, end, _ := strings.Cut(n.text, "-")
				c.Windows = append(c.Windows, &ast.Window{At: n.pos(), Start: clockOf(start), End: clockOf(end)})
			}
		}
		out = append(out, c)
	}
	return out
}

// days are the days a key of the coverage names, Monday first; not ok when that was
// reported.
func (d *decoder) days(e *entry) (days []time.Weekday, ok bool) {
	first, last, ranged := strings.Cut(e.key, "-")
	from, to := slices.Index(dayWords[:], first), slices.Index(dayWords[:], last)
	switch {
	case e.key == "daily":
		from, to = 0, 6
	case !ranged:
		to = from
	case from == to:
		d.list.Errorf(e.pos(), "wrong-value", "%s begins and ends on the same day", quote(e.key)).
			WithHint("write %s for the day, or daily for all seven", first)
		return nil, false
	}
	for i := range dayWords {
		if in := from <= i && i <= to; in || from > to && (i >= from || i <= to) {
			days = append(days, weekdayOf(i))
		}
	}
	return days, true
}

func (d *decoder) override(n *node) *ast.Override {
	o := &ast.Override{At: n.pos(), From: d.wall("wall", n.get("from")), To: d.wall("wall", n.get("to")), Members: d.members(n.get("members"))}
	if o.From.Set() && o.To.Set() && !o.From.V.Before(o.To.V) {
		d.list.Errorf(o.To.At, "wrong-value", "the override ends at %s, which is not after it begins", o.To.V.Format(wallLayout)).
			WithHint("write a time after %s", o.From.V.Format(wallLayout)).
			WithNote(o.From.At, "it begins here")
	}
	return o
}

// firstYear and lastYear are those of dates: AWS counts time from 1970 on, and a shift that
// begins in the last year must not end after the years that times are written in, 9999.
const firstYear, lastYear = 1970, 9998

// wallLayout is how plans write a date with a time of day.
const wallLayout = "2006-01-02T15:04"

// dayWords are the days of the week as plans write them, in the order of the week.
var dayWords = [...]string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

func weekdayOf(i int) time.Weekday { return time.Weekday((i + 1) % 7) }

func dayWord(day time.Weekday) string { return dayWords[(int(day)+6)%7] }

// clockOf reads HH:MM. 24:00 is the next day's 00:00, where only a window ends.
func clockOf(s string) ast.Clock {
	hour, minute, _ := strings.Cut(s, ":")
	h, _ := strconv.Atoi(hour) // both fit their pattern
	m, _ := strconv.Atoi(minute)
	return ast.Clock{Hour: h % 24, Minute: m}
}
