package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/fatih/color"
	"github.com/watchbill/watchbill/oncall"
	"github.com/watchbill/watchbill/paging"
)

// Who is paged, as people read it:
//
//	Who is paged when nobody answers:
//	  ec2-down (Asia/Tokyo, 23 Nov–21 Dec)
//	    Mon–Fri 09:00–18:00:
//	      before: ben call 10m
//	      after:  ben call 15m; the rest as before
//	  Shifts of primary that move, handed over at 09:00 (Asia/Tokyo, 23 Nov–15 Feb 2027):
//	    aiko: 7–14 Dec -> 14–21 Dec

// How much of everything is printed for people; JSON has all.
const (
	maxDates       = 3
	maxDifferences = 8
	maxStories     = 3 // then who is engaged, or whose shifts move, is said, if that says it all
	maxMoves       = 8
	maxPlans       = 40
	maxNames       = 5
)

// writePaging prints a report for people, with an empty line after it.
func writePaging(w io.Writer, r *pagingReport, colored bool) {
	if r.empty() {
		return
	}
	p := newPaint(colored)
	fmt.Fprintln(w, p.bold.Sprint(r.heading()+":"))
	if r.mute {
		fmt.Fprintf(w, "  %s\n", muteText)
	}
	blocks := r.blocks()
	for i, b := range blocks {
		if i == maxPlans {
			fmt.Fprintf(w, "  and %d more\n", len(blocks)-i)
			break
		}
		fmt.Fprintf(w, "  %s%s\n", p.bold.Sprint(someOf(b.plans)), b.about)
		for _, row := range b.rows {
			row.write(w, p)
		}
	}
	for _, s := range r.shifts {
		fmt.Fprintf(w, "  %s:\n", shiftsHead(s))
		for _, l := range moveLines(s, " -> ") {
			fmt.Fprintf(w, "    %s\n", l)
		}
	}
	if l := r.activation(); l != "" {
		fmt.Fprintf(w, "  %s\n", l)
	}
	fmt.Fprintln(w)
}

// write prints a row: its time, and below it both sides, or the only one there is.
func (row pagingRow) write(w io.Writer, p paint) {
	if row.before == "" && row.after == "" {
		fmt.Fprintf(w, "    %s\n", row.when)
		return
	}
	fmt.Fprintf(w, "    %s:\n", row.when)
	side := func(name, story string, c *color.Color) {
		for _, l := range wrapped(story) {
			fmt.Fprintf(w, "      %-8s%s\n", name, c.Sprint(l))
			name = ""
		}
	}
	side("before:", row.before, p.remove)
	side("after:", row.after, p.add)
}

// wrapped breaks a story into lines between its pages; none is empty.
func wrapped(story string) []string {
	const width = 84 // of lines of 100 columns
	var lines []string
	for page := range strings.SplitSeq(story, "; ") {
		n := len(lines)
		switch {
		case page == "":
		case n > 0 && len(lines[n-1])+len(page)+2 <= width:
			lines[n-1] += "; " + page
		case n > 0:
			lines[n-1] += ";"
			lines = append(lines, page)
		default:
			lines = append(lines, page)
		}
	}
	return lines
}

func (r *pagingReport) heading() string {
	if r.refused {
		return "Who would be paged when nobody answers, were it not refused"
	}
	return "Who is paged when nobody answers"
}

const muteText = "Nobody here can be paged yet: no channel is activated (watchbill status)"

// isMute reports whether no story of either side pages anybody, because the channels wait for
// their codes: then that is said once, and not of every page.
func (r *pagingReport) isMute() bool {
	waits := false
	for _, c := range r.changes {
		for _, d := range c.Differences {
			for _, p := range slices.Concat(d.Before, d.After) {
				if p.Outcome == paging.Paged {
					return false
				}
				waits = waits || p.Outcome == paging.NotActivated
			}
		}
	}
	return waits && len(r.unknown) == 0
}

// pagingBlock is what is said of one or more response plans.
type pagingBlock struct {
	plans []string
	about string // behind the names: where hours hang, or that nothing is known
	rows  []pagingRow
}

// pagingRow is one difference; a row without a before or an after is one about the rest.
type pagingRow struct{ when, before, after string }

// blocks are the response plans in order, those of which the same is said together.
func (r *pagingReport) blocks() []pagingBlock {
	var out []pagingBlock
	add := func(plan, about string, rows []pagingRow) {
		i := slices.IndexFunc(out, func(b pagingBlock) bool { return b.about == about && slices.Equal(b.rows, rows) })
		if i < 0 {
			out = append(out, pagingBlock{about: about, rows: rows})
			i = len(out) - 1
		}
		out[i].plans = append(out[i].plans, plan)
	}
	for _, c := range r.changes {
		add(c.ResponsePlan, r.aboutChange(c), r.rows(c))
	}
	for _, u := range r.unknown {
		add(u.responsePlan, ": not known, "+u.why, nil)
	}
	return out
}

func (r *pagingReport) aboutChange(c paging.Change) string {
	var parts []string
	switch {
	case c.New():
		parts = append(parts, "new")
	case c.Gone():
		parts = append(parts, "no longer there")
	}
	if !c.From.IsZero() {
		parts = append(parts, r.calendarOf(c).Days())
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

func (r *pagingReport) calendarOf(c paging.Change) paging.Calendar {
	return paging.Calendar{Zone: c.Zone, Now: r.now, From: c.From, To: c.To}
}

// rows are the differences; a response plan that is new or gone has one side only. Where many
// follow from who is engaged when, or from how people are reached, that is said instead; where they follow from shifts
// that move, these stand below, and the first few differences show what that does.
func (r *pagingReport) rows(c paging.Change) []pagingRow {
	if len(c.Rows) > maxStories && c.Engaged != nil {
		row := sides(c, paging.StepsText(c.Engaged.Before), paging.StepsText(c.Engaged.After))
		row.when = "at any time, who is engaged"
		return []pagingRow{row}
	}
	if rows := r.reached(c); len(rows) > 0 && len(rows) < len(c.Rows) {
		return rows
	}
	most, rest := maxDifferences, ""
	if c.ByShifts && c.From.Equal(r.now) && len(r.shifts) > 0 {
		most, rest = maxStories, ", as the shifts below move"
	}
	var out []pagingRow
	marked := !r.mute
	for i, said := range c.Rows {
		if i == most {
			return append(out, pagingRow{when: "and at " + count(len(c.Rows)-i, "other time") + rest})
		}
		before, after := said.Sides(marked)
		row := sides(c, before, after)
		row.when = r.calendarOf(c).When(said.When, maxDates)
		out = append(out, row)
	}
	return out
}

// reached are the rows that say of people how they are reached whenever they are engaged, those
// of whom the same is said together; none when that does not explain the change.
func (r *pagingReport) reached(c paging.Change) []pagingRow {
	var out []pagingRow
	var names [][]string
	for _, p := range c.Reached {
		row := pagingRow{before: p.Before.Ways(!r.mute), after: p.After.Ways(!r.mute)}
		i := slices.Index(out, row)
		if i < 0 {
			i = len(out)
			out, names = append(out, row), append(names, nil)
		}
		names[i] = append(names[i], p.Contact)
	}
	for i := range out {
		out[i].when = "whenever " + eitherOf(names[i]) + " is engaged"
	}
	return out
}

// eitherOf names up to maxNames people: "aiko, ben or chie".
func eitherOf(names []string) string {
	if n := len(names) - maxNames; n > 0 {
		names = append(names[:maxNames:maxNames], fmt.Sprintf("one of %d more", n))
	}
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// sides is a row without the side on which the response plan is not there.
func sides(c paging.Change, before, after string) pagingRow {
	switch {
	case c.New():
		return pagingRow{after: after}
	case c.Gone():
		return pagingRow{before: before}
	}
	return pagingRow{before: before, after: after}
}

// someOf names up to maxNames response plans.
func someOf(names []string) string {
	if n := len(names) - maxNames; n > 0 {
		return strings.Join(names[:maxNames], ", ") + fmt.Sprintf(" and %d more", n)
	}
	return strings.Join(names, ", ")
}

func shiftsHead(s paging.Shift) string {
	c := shiftCalendar(s)
	text := "Shifts of " + s.Schedule + " that move"
	if at, ok := c.HandOff(moved(s)); ok {
		text += ", handed over at " + at
	}
	return text + " (" + c.Days() + ")"
}

func shiftCalendar(s paging.Shift) paging.Calendar {
	return paging.Calendar{Zone: s.Zone, Now: s.From, From: s.From, To: s.To}
}

// moved are all dates of the moves of a schedule that are no hours of the week.
func moved(s paging.Shift) []oncall.Span {
	var out []oncall.Span
	for _, m := range s.Moves {
		for _, w := range []*paging.When{m.Before, m.After} {
			if w != nil && len(w.Hours) == 0 {
				out = append(out, w.Dates...)
			}
		}
	}
	return out
}

// moveLines are one line a person: what is given up and what is taken on.
func moveLines(s paging.Shift, arrow string) []string {
	c := shiftCalendar(s)
	say := c.Range
	if _, ok := c.HandOff(moved(s)); ok {
		say = c.Shift
	}
	side := func(w *paging.When) string {
		switch {
		case w == nil:
			return "none"
		case len(w.Hours) > 0 || w.Always():
			return c.When(*w, maxDates)
		}
		return datesText(w.Dates, say)
	}
	var out []string
	for i, m := range s.Moves {
		if i == maxMoves {
			return append(out, fmt.Sprintf("and %d more", len(s.Moves)-i))
		}
		out = append(out, m.Contact+": "+side(m.Before)+arrow+side(m.After))
	}
	return out
}

func datesText(dates []oncall.Span, say func(oncall.Span) string) string {
	var texts []string
	for i, s := range dates {
		if i == maxDates {
			texts[i-1] += fmt.Sprintf(" and %d more", len(dates)-i)
			break
		}
		texts = append(texts, say(s))
	}
	return strings.Join(texts, ", ")
}

// activation is the line about channels that page nobody before their owners have entered
// a code; "" when there are none.
func (r *pagingReport) activation() string {
	if r == nil || len(r.activate) == 0 {
		return ""
	}
	var names []string
	for _, a := range r.activate {
		name := a.contact + " " + a.word
		if a.moved {
			name += " (new address)"
		}
		names = append(names, name)
	}
	names = slices.Compact(names)
	return "Page only once activated: " + someOf(names)
}
