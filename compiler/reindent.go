package compiler

import (
	"bytes"
	"strings"
)

// write writes the file with the layout that was worked out.
func (l *layout) write() []byte {
	w := writer{l: l, open: []level{{0, 0}}, next: l.following()}
	for line := 1; line < len(l.lines); line++ {
		w.line(line)
	}
	return w.finish()
}

// writer writes lines, knowing what is open at each: the comments between them
// follow it.
type writer struct {
	l     *layout
	out   bytes.Buffer
	open  []level
	next  []*level // see following
	blank int      // empty lines that were not yet written
}

func (w *writer) line(n int) {
	info := &w.l.lines[n]
	text := string(w.l.f.line(n))
	body := strings.TrimLeft(text, " ")
	if strings.TrimSpace(body) == "" && (info.kind == loose || info.kind == continued) {
		w.blank++
		return
	}
	switch info.kind {
	case loose:
		w.put(w.comment(n, text), strings.TrimLeft(text, " \t"), false)
	case starts:
		for _, at := range info.levels {
			w.enter(at)
		}
		w.put(info.levels[0].new, w.l.closeGaps(n, text), info.open)
	case continued, inside:
		w.goOn(info, text)
	case block:
		w.blockLine(info.level, text)
	}
}

// enter opens a level and closes those it ends.
func (w *writer) enter(at level) {
	for len(w.open) > 1 && w.open[len(w.open)-1].old >= at.old {
		w.open = w.open[:len(w.open)-1]
	}
	w.open = append(w.open, at)
}

// put writes a line, after at most one empty one.
func (w *writer) put(indent int, body string, untrimmed bool) {
	if w.blank > 0 && w.out.Len() > 0 {
		w.out.WriteByte('\n')
	}
	w.blank = 0
	if !untrimmed {
		body = strings.TrimRight(body, " \t")
	}
	if body != "" {
		w.out.WriteString(strings.Repeat(" ", indent))
	}
	w.out.WriteString(body)
	w.out.WriteByte('\n')
}

// keep writes a line of a text as it is, with every empty line before it.
func (w *writer) keep(line string) {
	for ; w.blank > 0; w.blank-- {
		w.out.WriteByte('\n')
	}
	w.out.WriteString(line)
	w.out.WriteByte('\n')
}

// goOn writes a line that goes on with a value: moved as far as its first line.
func (w *writer) goOn(info *lineLayout, text string) {
	body := strings.TrimLeft(text, " ")
	indent := max(len(text)-len(body)+info.level.new-info.level.old, info.least)
	switch {
	case info.kind == inside && strings.Trim(body, " \t") == "":
		w.keep("")
	case strings.HasPrefix(body, "\t"):
		w.put(0, text, info.open)
	default:
		w.put(indent, body, info.open)
	}
}

// blockLine writes a line of a block text: its own indent is exchanged, and
// everything behind it is the text's.
func (w *writer) blockLine(at level, text string) {
	spaces := len(text) - len(strings.TrimLeft(text, " "))
	if spaces == len(text) && spaces <= at.old {
		w.keep("")
		return
	}
	w.keep(strings.Repeat(" ", at.new) + text[min(at.old, len(text)):])
}

// comment is the indent of a comment (or of a marker, which has none): that of
// what follows if it stood there; otherwise it goes with what is open.
func (w *writer) comment(n int, text string) int {
	body := strings.TrimLeft(text, " \t")
	at := len(text) - len(body)
	if !strings.HasPrefix(body, "#") || marker([]byte(text)) {
		return at
	}
	next := w.next[n]
	if next != nil && next.old == at {
		return next.new
	}
	within := w.open[0]
	for _, o := range w.open {
		if o.old <= at {
			within = o
		}
	}
	switch {
	case within.old == at:
		return within.new
	case next != nil && next.old > within.old:
		return next.new
	}
	return within.new + 2
}

// following has, for each line, the level of the first key, dash or value below
// it; nil at the end.
func (l *layout) following() []*level {
	next := make([]*level, len(l.lines))
	var below *level
	for line := len(l.lines) - 1; line > 0; line-- {
		next[line] = below
		if info := &l.lines[line]; info.kind == starts {
			below = &info.levels[0]
		}
	}
	return next
}

// finish ends the file with a line feed, unless its last line is one of a block
// text and has none: the text would get it.
func (w *writer) finish() []byte {
	last := len(w.l.lines) - 1
	if w.l.lines[last].kind == block && len(w.l.f.line(last)) > 0 {
		return bytes.TrimSuffix(w.out.Bytes(), []byte("\n"))
	}
	return w.out.Bytes()
}

// closeGaps returns the line without its indent and with its gaps closed.
func (l *layout) closeGaps(n int, text string) string {
	var b strings.Builder
	at := 1
	for _, g := range l.lines[n].gaps {
		b.WriteString(l.part(n, at, g.from) + g.becomes)
		at = g.to
	}
	b.WriteString(string(l.read.from(n, at)))
	return strings.TrimLeft(b.String(), " ")
}

// part is the line from a column up to another.
func (l *layout) part(line, from, to int) string {
	start, end := l.read.from(line, from), l.read.from(line, to)
	return string(start[:len(start)-len(end)])
}
