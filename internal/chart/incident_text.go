package chart

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/watchbill/watchbill/oncall"
)

// moment is an event in the words of a table.
type moment struct {
	event          int // its index
	at             time.Time
	who, how, path string
	why            string // of an alarming one
	weight         weight
}

type weight int

const (
	ordinary weight = iota
	quiet           // a repeated page, a boundary
	good            // an answer
	alarming        // nobody on call, unreachable
)

// moments are the events people care about. The stages of a person's own plan are not among
// them: what they do stands there as pages.
func (i *Incident) moments(sep string) []moment {
	var out []moment
	sent := map[string]int{}
	for n, e := range i.Events {
		m := moment{event: n, at: e.Time, who: e.Contact, path: through(e.Path, sep)}
		switch e.Type {
		case oncall.IncidentOpened:
			m.how = "the incident opens"
		case oncall.StageBegan:
			if e.Contact != "" {
				continue
			}
			m.how, m.weight = "stage begins", quiet
		case oncall.Paged, oncall.Retried:
			key := fmt.Sprint(e.Engaged, " ", e.Channel)
			sent[key]++
			if m.how = e.ChannelType.Word(); sent[key] > 1 {
				m.how, m.weight = fmt.Sprintf("%s #%d", m.how, sent[key]), quiet
			}
		case oncall.Acknowledged:
			m.how, m.weight = "ACKNOWLEDGES", good
		case oncall.NobodyOnCall:
			m.how, m.weight = "NOBODY ON CALL", alarming
		case oncall.Unreachable:
			m.how, m.why, m.weight = unreachable(e), Why(e.Reason), alarming
		case oncall.Ended:
			m.how, m.weight = "the end: "+Why(e.Reason), quiet
		}
		out = append(out, m)
	}
	return out
}

func unreachable(e oncall.Event) string {
	switch {
	case e.Channel != "" && e.ChannelType != "":
		return "UNREACHABLE by " + e.ChannelType.Word()
	case e.Channel != "":
		return "UNREACHABLE by " + e.Channel
	}
	return "UNREACHABLE"
}

// clockForm is how times of the story are written: with the day where it has several.
func (i *Incident) clockForm() string {
	if n := len(i.Events); n > 0 {
		if i.At.Format(time.DateOnly) != i.Events[n-1].Time.In(i.At.Location()).Format(time.DateOnly) {
			return "Mon 15:04"
		}
	}
	return "15:04"
}

// assumption says who answers.
func (i *Incident) assumption() string {
	var out []string
	for _, a := range i.Answers {
		out = append(out, a.Contact+" after "+length(a.After))
	}
	if out == nil {
		return "Nobody answers."
	}
	return "Answers: " + strings.Join(out, ", ") + "."
}

// WriteText prints the story for a terminal of 80 columns: a line an event with its
// offset and its time, then whom it reaches when, and last a verdict.
func (i *Incident) WriteText(w io.Writer, ink Ink) {
	fmt.Fprintf(w, "%s  %s\n%s\n\n", paint(ink.Bold, i.ResponsePlan), inZoneAndUTC(i.At), i.assumption())
	i.WriteEvents(w, ink)
	fmt.Fprintln(w)
	i.writePeople(w, ink)
	sentence, bad := i.Verdict()
	for _, line := range wrap(sentence, textWidth) {
		if bad {
			line = paint(ink.Bad, line)
		}
		fmt.Fprintln(w, line)
	}
	for _, a := range i.Answers {
		if !a.Happened {
			fmt.Fprintln(w, paint(ink.Warn, fmt.Sprintf("%s does not answer: nothing was sent to %[1]s by %s.", a.Contact, length(a.After))))
		}
	}
}

// WriteEvents prints only the lines of the events, and the notes to them.
func (i *Incident) WriteEvents(w io.Writer, ink Ink) {
	moments, form := i.moments(" > "), i.clockForm()
	var who, how int
	for _, m := range moments {
		if who = max(who, columns(m.who)); m.path != "" {
			how = max(how, columns(m.how))
		}
	}
	var last time.Time
	for n, m := range moments {
		offset, clock := length(m.at.Sub(i.At)), m.at.In(i.At.Location()).Format(form)
		if n > 0 && m.at.Equal(last) {
			offset, clock = "", strings.Repeat(" ", len(clock))
		}
		last = m.at
		text := pad(m.who, who) + "  " + m.how
		if m.path != "" {
			text = pad(m.who, who) + "  " + pad(m.how, how) + "  " + m.path
		}
		fmt.Fprintf(w, "%8s  %s  %s\n", offset, clock, paint(m.weight.ink(ink), strings.TrimRight(text, " ")))
		if m.why != "" {
			fmt.Fprintf(w, "%s  %s\n", strings.Repeat(" ", 10+len(clock)+2+who), paint(ink.Bad, m.why))
		}
		if note := i.Notes[m.event]; note != "" {
			for _, line := range wrap(note, textWidth-12) {
				fmt.Fprintln(w, paint(ink.Bad, strings.Repeat(" ", 8)+"  ^ "+line))
			}
		}
	}
}

func (x weight) ink(ink Ink) func(...any) string {
	switch x {
	case quiet:
		return ink.Dim
	case good:
		return ink.Good
	case alarming:
		return ink.Bad
	}
	return nil
}

var channelTypes = []oncall.ChannelType{oncall.Email, oncall.SMS, oncall.Voice}

func (i *Incident) writePeople(w io.Writer, ink Ink) {
	people := i.people()
	if len(people) == 0 {
		return
	}
	width := len("first page")
	for _, p := range people {
		width = max(width, columns(p.name)+2)
	}
	fmt.Fprintf(w, "%s  %8s %8s %8s  %8s\n", paint(ink.Bold, pad("first page", width)), "mail", "text", "call", "answers")
	for _, p := range people {
		line := pad("  "+p.name, width) + " "
		for _, t := range channelTypes {
			line += fmt.Sprintf(" %8s", p.firstBy(t))
		}
		if p.answer != nil {
			line += fmt.Sprintf("  %8s", length(*p.answer))
		} else if p.trouble != "" && p.messages[oncall.SMS]+p.messages[oncall.Voice] == 0 {
			line += "  " + paint(ink.Bad, Why(p.trouble))
		}
		fmt.Fprintln(w, strings.TrimRight(line, " "))
	}
	fmt.Fprintln(w)
}

// firstBy is when the first message of a type went out, - when none did.
func (p *person) firstBy(t oncall.ChannelType) string {
	if first, ok := p.first[t]; ok {
		return length(first)
	}
	return "-"
}
