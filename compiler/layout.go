package compiler

import (
	"bytes"
	"strings"

	"gopkg.in/yaml.v3"
)

// level is how far something is indented, before and after.
type level struct{ old, new int }

// below is the level of what is indented under l.
func (l level) below(old int) level { return level{old, l.new + 2} }

// gap is white space inside a line, by its columns from 1, the second one behind
// it, and what it becomes.
type gap struct {
	from, to int
	becomes  string
}

// lineLayout is what becomes of one line.
type lineLayout struct {
	levels []level // of the keys and dashes on the line, the first first
	gaps   []gap
	kind   lineKind
	level  level // of a continued or text line: what it is moved with
	least  int   // a continued line's smallest indent
	open   bool  // the line ends inside quotes: its end is not trimmed
}

type lineKind uint8

const (
	loose     lineKind = iota // empty, a comment, or a marker such as ---
	starts                    // begins with a key, a dash or a value
	continued                 // goes on with a value in brackets
	inside                    // goes on with a text: empty lines are part of it
	block                     // a line of a block text
)

// layout works out the new indent of every line of a file. The tree says where
// keys, dashes and values begin; everything else is found in the lines between.
type layout struct {
	f      *file
	read   cursor
	lines  []lineLayout // by line, from 1
	values []placed
	failed *FormatError
}

// placed is a value that may go on over several lines.
type placed struct {
	y  *yaml.Node
	in level // of the list or mapping it is in
}

func (l *layout) fail(y *yaml.Node, message string) {
	if l.failed == nil {
		l.failed = &FormatError{l.f.at(y.Line, y.Column, 0), message}
	}
}

// node lays out a node that is in something of the given level.
func (l *layout) node(y *yaml.Node, in level) {
	if len(y.Content) > 0 && y.Line < y.Content[0].Line && l.first(y.Line, y.Column) && l.lines[y.Line].kind == loose {
		l.starts(y.Line, in.below(y.Column-1)) // an anchor or a tag on a line of its own
	}
	switch {
	case y.Kind == yaml.MappingNode && y.Style&yaml.FlowStyle == 0:
		l.mapping(y, in)
	case y.Kind == yaml.SequenceNode && y.Style&yaml.FlowStyle == 0:
		l.sequence(y, in)
	default:
		if l.first(y.Line, y.Column) && !emptyNode(y) {
			l.starts(y.Line, in.below(y.Column-1))
		}
		l.values = append(l.values, placed{y, in})
	}
}

func emptyNode(y *yaml.Node) bool {
	return y.Kind == yaml.ScalarNode && y.Value == "" && y.Style == 0 && y.Anchor == ""
}

// first reports whether nothing but spaces is before the column.
func (l *layout) first(line, col int) bool {
	before := l.before(line, col)
	return strings.Trim(before, " ") == ""
}

func (l *layout) before(line, col int) string {
	whole, rest := l.f.line(line), l.read.from(line, col)
	return string(whole[:len(whole)-len(rest)])
}

// starts notes a key, dash or value with its level.
func (l *layout) starts(line int, at level) {
	info := &l.lines[line]
	info.kind = starts
	info.levels = append(info.levels, at)
}

func (l *layout) mapping(y *yaml.Node, in level) {
	if len(y.Content) == 0 {
		return
	}
	at := in.below(y.Content[0].Column - 1)
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, value := y.Content[i], y.Content[i+1]
		if before := l.before(key.Line, key.Column); strings.Trim(before, " -") != "" {
			l.fail(key, "a key that is written with ? cannot be formatted")
			return
		}
		l.starts(key.Line, level{key.Column - 1, at.new})
		l.colon(key, value)
		l.node(value, at)
	}
}

// colon makes the white space around a key's colon a single space behind it.
func (l *layout) colon(key, value *yaml.Node) {
	_, end := extent(&l.read, key)
	rest := l.read.from(key.Line, int(end))
	body := bytes.TrimLeft(rest, " \t")
	if len(body) == 0 || body[0] != ':' {
		l.fail(key, "this key cannot be formatted")
		return
	}
	if len(body) < len(rest) && key.Kind != yaml.AliasNode { // *alias : needs its space
		l.gap(key.Line, gap{int(end), int(end) + len(rest) - len(body), ""})
	}
	from := int(end) + len(rest) - len(body) + 1
	l.space(key.Line, from)
}

// space makes the white space from a column on a single space, unless only a
// comment or nothing follows.
func (l *layout) space(line, from int) {
	rest := l.read.from(line, from)
	body := bytes.TrimLeft(rest, " \t")
	if len(body) == 0 || body[0] == '#' || len(rest)-len(body) < 1 {
		return
	}
	if string(rest[:len(rest)-len(body)]) != " " {
		l.gap(line, gap{from, from + len(rest) - len(body), " "})
	}
}

func (l *layout) gap(line int, g gap) { l.lines[line].gaps = append(l.lines[line].gaps, g) }

func (l *layout) sequence(y *yaml.Node, in level) {
	if len(y.Content) == 0 {
		return
	}
	line, col := l.dash(y.Content[0], 0)
	if line == 0 {
		l.fail(y, "this list cannot be formatted")
		return
	}
	at := in.below(col - 1)
	for _, item := range y.Content {
		line, _ := l.dash(item, col)
		if line == 0 {
			l.fail(item, "this list cannot be formatted")
			return
		}
		l.starts(line, level{col - 1, at.new})
		l.space(line, col+1)
		l.node(item, at)
	}
}

// dash finds the dash of a list's item, in the given column if that is not 0: on
// the item's line or above it.
func (l *layout) dash(item *yaml.Node, col int) (line, at int) {
	for line := item.Line; line > 0; line-- {
		text := string(l.f.line(line))
		if line == item.Line {
			text = l.before(line, item.Column)
		}
		if i := dashIn(text, col); i > 0 {
			return line, i
		}
		if line < item.Line && strings.TrimSpace(text) != "" && !strings.HasPrefix(strings.TrimSpace(text), "#") {
			break
		}
	}
	return 0, 0
}

// dashIn is the column of the dash that ends the text, or of the one in column col
// before which there is nothing else; 0 for none.
func dashIn(text string, col int) int {
	if strings.Trim(text, " -\t") != "" && !dashThenComment(text) {
		return 0
	}
	if col > 0 {
		if len(text) >= col && text[col-1] == '-' {
			return col
		}
		return 0
	}
	return strings.LastIndexByte(text, '-') + 1
}

func dashThenComment(text string) bool {
	body, _, found := strings.Cut(text, " #")
	return found && strings.Trim(body, " -\t") == "" && strings.Contains(body, "-")
}

// extents marks the lines over which values go on.
func (l *layout) extents() {
	for _, v := range l.values {
		if l.failed != nil {
			return
		}
		y := v.y
		switch {
		case y.Kind == yaml.AliasNode:
		case y.Kind != yaml.ScalarNode:
			l.brackets(v)
		case y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
			l.blockText(v)
		case y.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0:
			l.quotes(v)
		case !emptyNode(y):
			l.plain(v)
		}
	}
}

// moved is how the line on which a value begins is moved.
func (l *layout) moved(line int) level {
	if levels := l.lines[line].levels; len(levels) > 0 {
		return levels[0]
	}
	return level{}
}

// goesOn marks lines as a value's.
func (l *layout) goesOn(v placed, from, to int, kind lineKind, least int) {
	for line := from; line <= to; line++ {
		info := &l.lines[line]
		info.kind, info.level, info.least = kind, l.moved(v.y.Line), max(least, 0)
	}
}

// plain is a text without quotes: it goes on until something else begins.
func (l *layout) plain(v placed) {
	last := v.y.Line
	for line := last + 1; line < len(l.lines); line++ {
		text := strings.TrimSpace(string(l.f.line(line)))
		if l.lines[line].kind != loose || strings.HasPrefix(text, "#") || marker(l.f.line(line)) {
			break
		}
		if text != "" {
			last = line
		}
	}
	l.goesOn(v, v.y.Line+1, last, inside, v.in.new+2)
}

// marker reports whether the line ends or begins a document.
func marker(line []byte) bool {
	return bytes.HasPrefix(line, []byte("---")) || bytes.HasPrefix(line, []byte("..."))
}

// quotes is a text in quotes: it goes on until the quote is closed.
func (l *layout) quotes(v placed) {
	col, _ := extent(&l.read, v.y)
	s := flowScanner{l: l, line: v.y.Line, rest: l.read.from(v.y.Line, int(col))}
	if len(s.rest) == 0 || s.rest[0] != '"' && s.rest[0] != '\'' {
		l.fail(v.y, "a text that begins below its anchor cannot be formatted")
		return
	}
	s.quoted()
	l.goesOn(v, v.y.Line+1, s.line, inside, v.in.new+2)
}

// brackets is a list or mapping in brackets: it goes on until they are closed.
func (l *layout) brackets(v placed) {
	line, rest := v.y.Line, l.read.from(v.y.Line, v.y.Column)
	for len(rest) > 0 && (rest[0] == '&' || rest[0] == '!') { // anchor and tag
		i := bytes.IndexByte(rest, ' ')
		if i < 0 {
			break
		}
		rest = bytes.TrimLeft(rest[i:], " ")
	}
	s := flowScanner{l: l, line: line, rest: rest}
	if len(rest) == 0 || rest[0] != '[' && rest[0] != '{' || !s.brackets() {
		l.fail(v.y, "these brackets cannot be formatted")
		return
	}
	l.goesOn(v, line+1, s.line, continued, v.in.new)
	for _, in := range s.texts {
		for n := in[0] + 1; n <= in[1]; n++ {
			l.lines[n].kind = inside
		}
	}
}

// blockText is a text behind | or >.
func (l *layout) blockText(v placed) {
	header := string(l.read.from(v.y.Line, v.y.Column))
	header = header[strings.IndexAny(header, "|>")+1:]
	header, _, _ = strings.Cut(header, " ")
	at := l.textIndent(v, header)
	last := v.y.Line
	for line := last + 1; line < len(l.lines); line++ {
		text := l.f.line(line)
		spaces := len(text) - len(bytes.TrimLeft(text, " "))
		blank := spaces == len(text)
		if !blank && spaces < at.old {
			break
		}
		if line == len(l.lines)-1 && len(text) == 0 {
			break // behind the file's last line feed there is no line
		}
		if !blank || spaces > at.old || strings.Contains(header, "+") {
			last = line
		}
	}
	for line := v.y.Line + 1; line <= last; line++ {
		l.lines[line].kind, l.lines[line].level = block, at
	}
}

// textIndent is the indent of a block text: as its header says, or that of its
// first line that is not empty.
func (l *layout) textIndent(v placed, header string) level {
	if digit := strings.Trim(header, "+-"); len(digit) == 1 && digit[0] >= '1' && digit[0] <= '9' {
		n := int(digit[0] - '0')
		return level{max(v.in.old, 0) + n, max(v.in.new, 0) + n}
	}
	for line := v.y.Line + 1; line < len(l.lines); line++ {
		text := l.f.line(line)
		if body := bytes.TrimLeft(text, " "); len(body) > 0 {
			return level{len(text) - len(body), max(v.in.new, -2) + 2}
		}
	}
	return level{max(v.in.old, -1) + 1, v.in.new + 2}
}
