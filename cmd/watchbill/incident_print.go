package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/watchbill/watchbill/kind"
)

// An incident as people read it:
//
//	EC2 instance failed its status check
//	  OPEN, impact 1, response_plan/ec2-down, ID 3f6c…
//	  opened 2026-12-07 09:02:00 UTC by aws.cloudwatch (arn:aws:cloudwatch:…)
//
//	Paged
//	        0s  09:02:00  aiko  text (text)   again 09:04:00
//	     5m00s  09:07:00  aiko  call (phone)  acknowledged 09:08:10
//
//	Runbook
//	        0s  09:02:00  AWS-RestartEC2Instance version 1: Success
//
//	Timeline
//	        0s  09:02:00  triggered by arn:aws:cloudwatch:…

// title is what an incident is called in a sentence.
func title(i kind.Incident) string {
	return fmt.Sprintf("%q (%s)", printable(i.Title), shortID(i))
}

// shortID is enough of an ID to tell incidents apart by eye.
func shortID(i kind.Incident) string { return i.ID[:min(8, len(i.ID))] }

// since is how long after the opening something was.
func since(d time.Duration) string {
	d = d.Truncate(time.Second)
	switch {
	case d < 0:
		return "-" + since(-d)
	case d < time.Minute:
		return fmt.Sprintf("%ds", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", d/time.Minute, d%time.Minute/time.Second)
	}
	return fmt.Sprintf("%dh%02dm", d/time.Hour, d%time.Hour/time.Minute)
}

func statusOf(i kind.Incident) string {
	if i.Open {
		return "OPEN"
	}
	return "RESOLVED"
}

func writeIncidents(w io.Writer, target string, all []kind.Incident) {
	if len(all) == 0 {
		fmt.Fprintf(w, "There is no incident on %s.\n", target)
		return
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, i := range all {
		fmt.Fprintf(t, "%s\t%s\timpact %d\t%s\t%s\t%s\n", shortID(i), statusOf(i), i.Impact, clockTime(i.Created), printable(i.ResponsePlan), printable(i.Title))
	}
	t.Flush()
}

func writeIncidentsMarkdown(w io.Writer, all []kind.Incident) {
	fmt.Fprintln(w, "| ID | status | impact | opened | response plan | title |")
	fmt.Fprintln(w, "|---|---|---|---|---|---|")
	for _, i := range all {
		fmt.Fprintf(w, "| %s | %s | %d | %s | %s | %s |\n", shortID(i), statusOf(i), i.Impact, clockTime(i.Created),
			escapeMarkdown(i.ResponsePlan), escapeMarkdown(printable(i.Title)))
	}
}

// storyRow is a line of a story: so long after the opening, at, what.
type storyRow struct {
	at    time.Time
	cells []string
}

func writeStory(w io.Writer, s *kind.IncidentStory, p paint) {
	ink := p.remove
	if !s.Open {
		ink = p.add
	}
	fmt.Fprintf(w, "%s\n  %s, impact %d, response_plan/%s, ID %s\n", p.bold.Sprint(printable(s.Title)), ink.Sprint(statusOf(s.Incident)),
		s.Impact, printable(s.ResponsePlan), s.ID)
	fmt.Fprintf(w, "  opened %s by %s\n", clockTime(s.Created), opener(s.Incident))
	if !s.Open && !s.Resolved.IsZero() {
		fmt.Fprintf(w, "  resolved %s, after %s\n", clockTime(s.Resolved), since(s.Resolved.Sub(s.Created)))
	}
	for l := range strings.Lines(s.Summary) {
		fmt.Fprintf(w, "  %s\n", printable(strings.TrimRight(l, "\r\n")))
	}
	pages := pageRows(s)
	if len(pages) == 0 {
		pages = []storyRow{{cells: []string{"nobody"}}}
	}
	for _, part := range []struct {
		name string
		rows []storyRow
	}{{"Paged", pages}, {"Runbooks", runbookRows(s)}, {"Timeline", timelineRows(s)}} {
		if len(part.rows) > 0 {
			fmt.Fprintf(w, "\n%s\n", p.bold.Sprint(part.name))
			writeRows(w, s, part.rows)
		}
	}
}

func opener(i kind.Incident) string {
	switch {
	case i.Trigger == "" || i.Trigger == i.Source:
		return printable(i.Source)
	case i.Source == "":
		return printable(i.Trigger)
	}
	return printable(i.Source + " (" + i.Trigger + ")")
}

// dayForm is how times of a story are written: with the day where it has several.
func dayForm(s *kind.IncidentStory) string {
	last := s.Created
	for _, e := range s.Timeline {
		if e.At.After(last) {
			last = e.At
		}
	}
	if s.Created.Format(time.DateOnly) != last.Format(time.DateOnly) {
		return "2 Jan 15:04:05"
	}
	return "15:04:05"
}

func writeRows(w io.Writer, s *kind.IncidentStory, rows []storyRow) {
	form := dayForm(s)
	var table strings.Builder
	t := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		offset, clock := "", ""
		if !r.at.IsZero() {
			offset, clock = since(r.at.Sub(s.Created)), r.at.UTC().Format(form)
		}
		fmt.Fprintf(t, "%8s\t%s\t%s\n", offset, clock, strings.Join(r.cells, "\t"))
	}
	t.Flush()
	for l := range strings.Lines(table.String()) {
		fmt.Fprintln(w, strings.TrimRight(l, " \n"))
	}
}

func pageRows(s *kind.IncidentStory) []storyRow {
	form := dayForm(s)
	var out []storyRow
	for _, p := range s.Pages {
		way := p.Channel
		if p.Type != "" {
			way = spokenType(p.Type) + " (" + p.Channel + ")"
		}
		more := ""
		if n := len(p.Sent); n > 1 {
			more = fmt.Sprintf("%d messages, the last %s", n, p.Sent[n-1].Format(form))
		}
		if !p.Read.IsZero() {
			more = strings.TrimPrefix(more+", acknowledged "+p.Read.Format(form), ", ")
		}
		out = append(out, storyRow{p.First(), []string{printable(p.Contact), printable(way), more}})
	}
	return out
}

func runbookRows(s *kind.IncidentStory) []storyRow {
	var out []storyRow
	for _, e := range s.Runbooks {
		if e.Unread != "" {
			out = append(out, storyRow{cells: []string{e.ARN + ": " + e.Unread}})
			continue
		}
		text := fmt.Sprintf("%s version %s: %s", e.Document, e.Version, e.Status)
		if !e.Ended.IsZero() && e.Ended.After(e.Started) {
			text += " after " + since(e.Ended.Sub(e.Started))
		}
		if e.Failure != "" {
			text += " (" + e.Failure + ")"
		}
		out = append(out, storyRow{e.Started, []string{printable(text)}})
	}
	return out
}

func timelineRows(s *kind.IncidentStory) []storyRow {
	var out []storyRow
	for _, e := range s.Timeline {
		out = append(out, storyRow{e.At, []string{printable(e.Text)}})
	}
	if s.Left > 0 {
		out = append(out, storyRow{cells: []string{fmt.Sprintf("and %d more events", s.Left)}})
	}
	return out
}

func writeStoryMarkdown(w io.Writer, s *kind.IncidentStory) {
	fmt.Fprintf(w, "## %s\n\n", escapeMarkdown(printable(s.Title)))
	fmt.Fprintf(w, "- **%s**, impact %d, `response_plan/%s`\n- opened %s by %s\n", statusOf(s.Incident), s.Impact, s.ResponsePlan, clockTime(s.Created), escapeMarkdown(opener(s.Incident)))
	if !s.Open && !s.Resolved.IsZero() {
		fmt.Fprintf(w, "- resolved %s, after %s\n", clockTime(s.Resolved), since(s.Resolved.Sub(s.Created)))
	}
	fmt.Fprintf(w, "- `%s`\n", s.ARN)
	for _, part := range []struct {
		name  string
		heads []string
		rows  []storyRow
	}{
		{"Paged", []string{"who", "by", ""}, pageRows(s)},
		{"Runbooks", []string{"what"}, runbookRows(s)},
		{"Timeline", []string{"what"}, timelineRows(s)},
	} {
		if len(part.rows) == 0 {
			continue
		}
		fmt.Fprintf(w, "\n### %s\n\n| after | UTC | %s |\n|---|---|%s\n", part.name, strings.Join(part.heads, " | "), strings.Repeat("---|", len(part.heads)))
		for _, r := range part.rows {
			offset, clock := "", ""
			if !r.at.IsZero() {
				offset, clock = since(r.at.Sub(s.Created)), r.at.UTC().Format(time.DateTime)
			}
			fmt.Fprintf(w, "| %s | %s |", offset, clock)
			for _, c := range r.cells {
				fmt.Fprintf(w, " %s |", escapeMarkdown(c))
			}
			fmt.Fprintln(w)
		}
	}
}
