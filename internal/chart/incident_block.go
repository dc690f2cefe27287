package chart

import (
	"time"

	"github.com/watchbill/watchbill/oncall"
)

func (p *story) block(b *block) {
	if b.person == nil {
		p.emptySchedule(b)
		return
	}
	p.text("b", margin+12, b.y("")+5, fit(b.name, 112))
	p.wire(b)
	for _, t := range b.rows {
		if t == "" {
			continue
		}
		first, class := b.person.firstBy(t), "s soft e"
		if _, sent := b.person.first[t]; !sent {
			class = "s bad e"
		}
		p.text(class, storyStart-24, b.y(t)+5, t.Word()+" "+first)
	}
	sent := map[oncall.ChannelType]int{}
	for _, e := range b.events {
		switch e.Type {
		case oncall.Paged, oncall.Retried:
			sent[e.ChannelType]++
			p.message(b, e, sent[e.ChannelType] == 1)
		case oncall.Unreachable:
			p.unreachable(b, e)
		}
	}
	for _, e := range b.events {
		if e.Type == oncall.Acknowledged {
			p.answer(b, e)
		}
	}
}

// wire is the time from a person's first message of a type to the last.
func (p *story) wire(b *block) {
	for _, t := range b.rows {
		var from, to time.Time
		for _, e := range b.events {
			if e.ChannelType == t && (e.Type == oncall.Paged || e.Type == oncall.Retried) {
				if from.IsZero() {
					from = e.Time
				}
				to = e.Time
			}
		}
		if from.Before(to) {
			p.line("wire", p.x(from), b.y(t), p.x(to), b.y(t))
		}
	}
}

// message is a mark with its glyph, or, of a message that only repeats one, a dot.
func (p *story) message(b *block, e oncall.Event, first bool) {
	x, y := p.x(e.Time), b.y(e.ChannelType)
	title := e.Contact + ", " + e.ChannelType.Word() + " after " + length(e.Time.Sub(p.At))
	if way := through(e.Path, " › "); way != "" {
		title += ", through " + way
	}
	if first {
		p.circle(e.ChannelType.Word(), x, y, 11, title)
		p.glyph(x, y, glyphs[e.ChannelType])
		return
	}
	p.circle(e.ChannelType.Word()+" again", x, y, 4.5, title)
}

func (p *story) unreachable(b *block, e oncall.Event) {
	x, y := p.x(e.Time), b.y(e.ChannelType)
	why := Why(e.Reason)
	p.circle("x", x, y, 11, e.Contact+" "+unreachable(e)+", "+why+", after "+length(e.Time.Sub(p.At)))
	p.glyph(x, y, cross)
	p.beside(x, y, "s b bad", why)
}

// beside writes to the right of a mark, or to its left where there is no room.
func (p *story) beside(x, y float64, class, text string) {
	if x+18+textLength(text) > plotEnd {
		p.text(class+" e", x-16, y+4, text)
		return
	}
	p.text(class, x+16, y+4, text)
}

func (p *story) answer(b *block, e oncall.Event) {
	x, y := p.x(e.Time), b.y("")
	p.line("ackline", x, b.top+3, x, b.top+b.height()-3)
	p.circle("ack", x, y, 11, e.Contact+" answers after "+length(e.Time.Sub(p.At)))
	p.glyph(x, y, tick)
	p.beside(x, y, "s b good", "answers after "+length(e.Time.Sub(p.At)))
}

// emptySchedule hatches from the moment somebody was looked for until the next stage begins.
func (p *story) emptySchedule(b *block) {
	p.text("b bad", margin+12, b.y("")+5, fit(b.name, 170))
	for _, e := range b.events {
		x, end := p.x(e.Time), p.x(p.nextStage(e))
		p.rect("gap", x, b.top+4, max(end-x, 12), b.height()-8, 5, "nobody is on call in "+b.name)
		const label = "nobody on call"
		wide := boldLength(label) + 20
		left := max(x+10, min((x+end-wide)/2, plotEnd-wide))
		if end-x < wide+16 {
			left = min(max(x, end)+6, plotEnd-wide)
		}
		p.rect("bg", left, b.y("")-11, wide, 22, 11, "")
		p.text("s b bad", left+10, b.y("")+4, label)
	}
}

// nextStage is when the escalation plan that found nobody goes on, or the end of the story.
func (p *story) nextStage(found oncall.Event) time.Time {
	for _, e := range p.Events {
		same := e.Type == oncall.StageBegan && e.Contact == "" && len(found.Path) > 1 && e.Path[0].Name == found.Path[0].Name
		if same && e.Time.After(found.Time) && e.Root == found.Root {
			return e.Time
		}
	}
	return p.At.Add(p.span)
}

// key says what the marks mean.
func (p *story) key() {
	x, y := margin, p.bottom+26
	p.line("grid", margin, p.bottom+8, plotEnd, p.bottom+8)
	entry := func(class, mark, text string, r float64) {
		p.circle(class, x+11, y, r, "")
		if mark != "" {
			p.glyph(x+11, y, mark)
		}
		p.text("xs soft", x+28, y+4, text)
		x += 28 + textLength(text)*11/13 + 22
	}
	for _, t := range channelTypes {
		entry(t.Word(), glyphs[t], t.Word(), 11)
	}
	entry("page again", "", "the same again", 4.5)
	entry("ack", tick, "answers", 11)
	entry("x", cross, "unreachable", 11)
	p.text("xs soft e", plotEnd, y+4, "dashed: a stage of an escalation plan begins")
	p.y = y + 12 + margin
}
