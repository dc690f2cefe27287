package chart

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/watchbill/watchbill/oncall"
)

// The geometry of a story: time from left to right, a block a person with a row for each
// way in which the person is reached.
const (
	storyStart = margin + 212 // of the time axis
	storyEnd   = plotEnd - 16
	rowHeight  = 30.0
	blockGap   = 10.0
)

// glyphs are what stands on the mark of a message: an envelope, a speech bubble, a handset.
var glyphs = map[oncall.ChannelType]string{
	oncall.Email: "M-4.5-3h9v6.5h-9zM-4.5-3L0 1L4.5-3",
	oncall.SMS:   "M-4.5-3.5h9v6h-5l-2.5 2.5v-2.5h-1.5z",
	oncall.Voice: "M-3.6-4.2c-.9 4.6 3.2 8.7 7.8 7.8l-.4-2.6-2.6-.6-1 1.1c-1-.5-1.9-1.4-2.4-2.4l1.1-1-.6-2.6z",
}

const (
	tick  = "M-3.5 0L-1 2.8L3.8-2.8"
	cross = "M-3-3L3 3M3-3L-3 3"
)

// WriteSVG draws the story: people as blocks, their messages as marks by channel type, the stages
// of escalation plans as lines across, hatching where a schedule has nobody.
func (i *Incident) WriteSVG(w io.Writer) error {
	p := newStory(i)
	p.heading()
	p.axis()
	p.stages()
	for _, b := range p.blocks {
		p.block(b)
	}
	p.key()
	sentence, _ := i.Verdict()
	return p.write(w, i.ResponsePlan+", "+inZoneAndUTC(i.At), i.assumption()+" "+sentence)
}

type story struct {
	canvas
	*Incident
	blocks []*block
	span   time.Duration // of the axis
	// The time axis lies at top; the blocks end at bottom.
	top, bottom float64
}

// block is one person, or a schedule in which nobody is on call.
type block struct {
	name   string
	person *person // nil: a schedule
	rows   []oncall.ChannelType
	events []oncall.Event
	top    float64
}

func (b *block) height() float64 { return float64(len(b.rows))*rowHeight + 6 }

func newStory(i *Incident) *story {
	p := &story{Incident: i, span: time.Minute}
	if n := len(i.Events); n > 0 {
		p.span = max(p.span, i.Events[n-1].Time.Sub(i.At))
	}
	for _, one := range i.people() {
		b := &block{name: one.name, person: one}
		for _, e := range i.Events {
			if e.Contact == one.name {
				b.add(e)
			}
		}
		b.finish()
		p.blocks = append(p.blocks, b)
	}
	for _, e := range i.Events {
		if e.Type == oncall.NobodyOnCall {
			p.nobody(e)
		}
	}
	return p
}

// nobody puts a schedule without people before everything else.
func (p *story) nobody(e oncall.Event) {
	name := e.Path[len(e.Path)-1].Name
	for _, b := range p.blocks {
		if b.person == nil && b.name == name {
			b.events = append(b.events, e)
			return
		}
	}
	p.blocks = slices.Insert(p.blocks, 0, &block{name: name, rows: []oncall.ChannelType{""}, events: []oncall.Event{e}})
}

func (b *block) add(e oncall.Event) {
	b.events = append(b.events, e)
	if e.ChannelType != "" && !slices.Contains(b.rows, e.ChannelType) {
		b.rows = append(b.rows, e.ChannelType)
	}
}

func (b *block) finish() {
	slices.SortFunc(b.rows, func(x, y oncall.ChannelType) int {
		return slices.Index(channelTypes, x) - slices.Index(channelTypes, y)
	})
	if len(b.rows) == 0 {
		b.rows = []oncall.ChannelType{""}
	}
}

// y is the middle of the row of a channel type; the first row's for none.
func (b *block) y(t oncall.ChannelType) float64 {
	return b.top + 3 + rowHeight*(float64(max(slices.Index(b.rows, t), 0))+0.5)
}

func (p *story) x(t time.Time) float64 {
	return storyStart + (storyEnd-storyStart)*float64(t.Sub(p.At))/float64(p.span)
}

func (p *story) heading() {
	p.text("h1", margin, 48, fit(p.ResponsePlan, 560))
	p.text("soft", margin, 74, inZoneAndUTC(p.At)+" · "+fit(p.assumption(), 560))
	sentence, bad := p.Verdict()
	class := "b good"
	switch {
	case bad:
		class = "b bad"
	case slices.ContainsFunc(p.Events, alarms):
		class = "b"
	}
	p.text(class, margin, 98, sentence)
	p.y = 110
	for _, a := range p.Answers {
		if !a.Happened {
			p.text("bad s", margin, p.y+8, fmt.Sprintf("%s does not answer: nothing was sent to %[1]s by %s.", a.Contact, length(a.After)))
			p.y += 18
		}
	}
}

// alarms reports whether an event is one of somebody who was not found.
func alarms(e oncall.Event) bool {
	return e.Type == oncall.NobodyOnCall || e.Type == oncall.Unreachable
}

// steps are the distances between marks of the axis.
var steps = []time.Duration{
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 4 * time.Hour, 12 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour,
}

// axis draws the marks of time, and finds out where the blocks lie.
func (p *story) axis() {
	const most = 12
	step := steps[len(steps)-1]
	for _, s := range steps {
		if p.span/s <= most {
			step = s
			break
		}
	}
	step = max(step, p.span/100)
	header := p.y + 8 + p.stageRows()*20
	p.top = header + 40
	p.bottom = p.top
	for _, b := range p.blocks {
		b.top = p.bottom + blockGap
		p.bottom = b.top + b.height()
	}
	p.bottom += blockGap
	for _, b := range p.blocks {
		p.rect("card", margin, b.top, plotEnd-margin, b.height(), 8, "")
	}
	for d := time.Duration(0); d <= p.span; d += step {
		x := p.x(p.At.Add(d))
		p.line("grid", x, p.top, x, p.bottom)
		p.text("s b m", x, header+16, length(d))
		p.text("xs soft m", x, header+32, p.At.Add(d).Format("15:04"))
	}
	p.text("xs soft e", storyStart-24, header+16, "after")
	p.text("xs soft e", storyStart-24, header+32, fit(zoneName(p.At), 150))
	p.line("strong", storyStart, p.top, storyEnd, p.top)
}

// beginnings are the stages of escalation plans, in words, by when they begin.
func (p *story) beginnings() (at []time.Time, names []string) {
	for _, e := range p.Events {
		if e.Type != oncall.StageBegan || e.Contact != "" {
			continue
		}
		name := through(e.Path, " › ")
		if n := len(at); n > 0 && at[n-1].Equal(e.Time) {
			names[n-1] += ", " + name
			continue
		}
		at, names = append(at, e.Time), append(names, name)
	}
	return at, names
}

// places gives each stage's label a row of its own where it would meet another.
func (p *story) places() (rows []int, count int) {
	at, names := p.beginnings()
	var ends []float64
	for i := range at {
		x, row := p.labelStart(at[i], names[i]), 0
		for row < len(ends) && ends[row] > x {
			row++
		}
		if row == len(ends) {
			ends = append(ends, 0)
		}
		ends[row] = x + boldLength(names[i]) + 26
		rows = append(rows, row)
	}
	return rows, len(ends)
}

// labelStart keeps a label inside of the picture.
func (p *story) labelStart(at time.Time, name string) float64 {
	wide := boldLength(name) + 16
	return max(min(p.x(at)-wide/2, plotEnd-wide), margin)
}

func (p *story) stageRows() float64 {
	_, count := p.places()
	return float64(count)
}

func (p *story) stages() {
	at, names := p.beginnings()
	rows, _ := p.places()
	for i := range at {
		x, left, y := p.x(at[i]), p.labelStart(at[i], names[i]), p.y+4+float64(rows[i])*20
		p.line("over stage", x, p.top, x, p.bottom)
		wide := boldLength(names[i]) + 16
		p.rect("pill", left, y, wide, 18, 9, "")
		p.text("xs b inv m", left+wide/2, y+13, names[i])
	}
}
