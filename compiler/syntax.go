package compiler

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/watchbill/watchbill/internal/diag"
)

// This file turns what the YAML library says about a file it cannot read into a
// sentence with a place. The library names a line, often the one where the list or
// mapping around the mistake begins, and no column.

// syntaxFinding explains why the file is not YAML.
func syntaxFinding(f *file, err error) diag.Finding {
	text, line := libraryWords(err)
	line = problemLine(f, text, line)
	s := syntax{f: f, line: line, pos: f.content(line), found: diag.Finding{Code: "yaml-syntax"}}
	if !s.tab() {
		s.explain(text)
	}
	s.found.Pos = s.pos
	return s.found
}

var libraryLine = regexp.MustCompile(`^line ([0-9]+): `)

// libraryWords splits the library's error into its text and its line, 0 for none.
func libraryWords(err error) (text string, line int) {
	text = strings.TrimPrefix(err.Error(), "yaml: ")
	if m := libraryLine.FindStringSubmatch(text); m != nil {
		line, _ = strconv.Atoi(m[1]) // digits; absurdly many give 0, no line
		text = text[len(m[0]):]
	}
	return text, line
}

// searched is the size of the largest file that is parsed again and again to find
// the line of its mistake.
const searched = 1 << 20

// problemLine is the first line with which the file goes wrong in the same way:
// the shortest beginning of the file that gives the same error ends with it.
func problemLine(f *file, text string, line int) int {
	last := len(f.lines)
	if len(f.src) > searched {
		return min(max(line, 1), last)
	}
	fails := func(n int) bool {
		end := len(f.src)
		if n < last {
			end = int(f.lines[n])
		}
		return firstError(f.src[:end]) == text
	}
	good, bad := 0, 1
	for bad < last && !fails(bad) {
		good, bad = bad, bad*2
	}
	for bad = min(bad, last); bad-good > 1; {
		if mid := (good + bad) / 2; fails(mid) {
			bad = mid
		} else {
			good = mid
		}
	}
	return bad
}

// firstError is the text of the first error in the YAML, "" when there is none.
func firstError(src []byte) string {
	dec := yaml.NewDecoder(bytes.NewReader(src))
	for {
		_, err := nextDocument(dec)
		if errors.Is(err, io.EOF) {
			return ""
		}
		if err != nil {
			text, _ := libraryWords(err)
			return text
		}
	}
}

// syntax is one explanation being made.
type syntax struct {
	f     *file
	line  int
	pos   diag.Pos
	found diag.Finding
}

const tooDeepHint = "a plan has less than ten levels: look for a bracket that is not closed"

func (s *syntax) say(hint, format string, args ...any) {
	s.found.Message, s.found.Hint = fmt.Sprintf(format, args...), hint
}

// point moves the place to a part of the line, found by its byte index.
func (s *syntax) point(index, bytes int) {
	line := s.f.line(s.line)
	col := utf8.RuneCount(line[:index]) + 1
	s.pos = s.f.at(s.line, col, utf8.RuneCount(line[index:index+bytes]))
}

// tab blames a tab that indents the line: whatever the library says then, this is
// what is wrong.
func (s *syntax) tab() bool {
	line := s.f.line(s.line)
	indent := line[:len(line)-len(bytes.TrimLeft(line, " \t"))]
	i := bytes.IndexByte(indent, '\t')
	if i < 0 {
		return false
	}
	s.point(i, 1)
	s.found.Code = "tab"
	s.say("indent with spaces, two a level", "a tab indents this line, and YAML allows only spaces")
	return true
}

// known are the library's texts that need nothing but better words.
var known = []struct{ text, message, hint string }{
	{"did not find expected '-' indicator", "this line is indented like the list above and does not begin with -",
		"begin it with -, or indent it like what it belongs to"},
	{"block sequence entries are not allowed", "a list cannot begin here",
		"put its first - on a line of its own, below the key, or write the list as [a, b]"},
	{"mapping keys are not allowed", "a key cannot begin here", "put a text that begins with ? in quotes"},
	{"found unexpected document indicator", "a line of --- or ... ends the document inside a text",
		"close the text's quote before it"},
	{"did not find expected node content", "a value is missing or misplaced here", "put a text that begins with a bracket or a comma in quotes"},
	{"did not find expected <document start>", "a new document begins here without a line of ---", "begin the file with a section, for example contacts:"},
	{"tag", "! begins a YAML tag here, and this is none", "put a text that begins with ! in quotes"},
	{"block scalar", "the line that begins a block of text is wrong", "write | or > and nothing else but - or + behind it"},
	{"indentation indicator", "the number behind | or > cannot be 0", "leave it away"},
	{"YAML document", "a line that begins with % is not allowed here", "remove the line"},
	{"comment or line break", "something is wrong behind the | or > on this line", "write only -, + or a number from 1 to 9 behind it"},
	{"directive", "a line that begins with % is not allowed here", "remove the line"},
}

func (s *syntax) explain(text string) {
	switch {
	case strings.HasPrefix(text, "unknown anchor"):
		s.anchor(text)
	case text == "control characters are not allowed":
		s.control()
	case strings.HasPrefix(text, "exceeded max depth"):
		s.found.Code = "too-deep"
		s.say(tooDeepHint, "values are nested more than %d levels deep", maxDepth)
	case strings.HasPrefix(text, "found a tab character"), strings.HasPrefix(text, "found character that cannot start"):
		s.badStart()
	case strings.HasPrefix(text, "mapping values are not allowed"):
		s.colon()
	case text == "did not find expected key" && s.behindQuote():
		s.say("put the whole text in one pair of quotes, or none", "the text goes on behind its closing quote")
	case text == "did not find expected key":
		s.say("indent it like the keys above it, and write it as key: value", "this line does not fit what is above it")
	case text == "could not find expected ':'":
		s.say("write key: value, or indent the line if it goes on with the text above", "this line is no key with a value")
	case text == "found unexpected end of stream":
		s.quote()
	case strings.HasPrefix(text, "did not find expected ','"):
		if !s.bracket() {
			s.say("put a comma between the entries, and a space behind each colon", "a comma or a closing bracket is missing on this line")
		}
	case text == "did not find expected node content" && s.bracket():
	case text == "found unknown escape character", strings.Contains(text, "hexdecimal"), strings.Contains(text, "escape"):
		s.escape()
	default:
		s.other(text)
	}
}

func (s *syntax) other(text string) {
	for _, k := range known {
		if strings.Contains(text, k.text) {
			s.say(k.hint, "%s", k.message)
			return
		}
	}
	s.say("", "this is not valid YAML: %s", covered(text))
}

var anchorUse = regexp.MustCompile(`&([^\s,\[\]{}]+)`)

func (s *syntax) anchor(text string) {
	name := strings.TrimSuffix(strings.TrimPrefix(text, "unknown anchor '"), "' referenced")
	var anchors []string
	for _, m := range anchorUse.FindAllSubmatch(s.f.src, -1) {
		anchors = append(anchors, string(m[1]))
	}
	if i := bytes.Index(s.f.line(s.line), []byte("*"+name)); i >= 0 {
		s.point(i, 1+len(name))
	}
	if slices.Contains(anchors, name) {
		s.say("move the anchor up, into a key that begins with x-", "the anchor %s is defined below this alias", quote(name))
		return
	}
	s.say("an anchor (&"+quotePlain(name)+") must stand above the alias, in the same file", "no anchor is called %s%s", quote(name), didYouMean(name, anchors))
}

func (s *syntax) control() {
	for i, c := range string(s.f.src) {
		if c == '\t' || c == '\n' || c == '\r' || c >= ' ' && c < 0x7F || c == 0x85 || c >= 0xA0 && c <= 0xFFFD || c > 0xFFFF {
			continue
		}
		line, col := s.f.offset(i)
		s.line, s.pos = line, s.f.at(line, col, 1)
		s.say("remove it; in a text in double quotes it can be written as an escape", "the control character Unicode %04X is not allowed", c)
		return
	}
	s.say("", "a control character is not allowed")
}

// oddLineBreak finds characters that YAML takes for the end of a line and editors
// do not: every place behind them would be wrong, and few authors know they are
// there.
func oddLineBreak(f *file) *diag.Finding {
	for _, odd := range []string{"\u2028", "\u2029", "\u0085"} {
		if i := bytes.Index(f.src, []byte(odd)); i >= 0 {
			return oddBreakAt(f, i, fmt.Sprintf("the invisible line break Unicode %04X", []rune(odd)[0]))
		}
	}
	for i := bytes.IndexByte(f.src, '\r'); i >= 0; {
		if i+1 == len(f.src) || f.src[i+1] != '\n' {
			return oddBreakAt(f, i, "a carriage return without a line feed")
		}
		next := bytes.IndexByte(f.src[i+1:], '\r')
		if next < 0 {
			break
		}
		i += 1 + next
	}
	return nil
}

func oddBreakAt(f *file, i int, what string) *diag.Finding {
	line, col := f.offset(i)
	return &diag.Finding{Code: "yaml-syntax", Pos: f.at(line, col, 1),
		Message: what + " is here", Hint: "remove it, or begin a new line"}
}

// badStart blames a character that begins no value.
func (s *syntax) badStart() {
	line := s.f.line(s.line)
	before := byte(' ')
	for i, c := range line {
		starts := bytes.IndexByte([]byte(" \t[{,"), before) >= 0
		if starts && bytes.IndexByte([]byte("@`%"), c) >= 0 {
			s.point(i, 1)
			s.say("put the text in quotes", "a text without quotes cannot begin with %c", c)
			return
		}
		if starts && c == '\t' {
			s.point(i, 1)
			s.found.Code = "tab"
			s.say("use spaces", "there is a tab where YAML allows only spaces")
			return
		}
		before = c
	}
	s.say("put the text in quotes", "a text without quotes cannot begin with this character")
}

// colon blames the second ": " of a line, or the key below a text.
func (s *syntax) colon() {
	line := s.f.line(s.line)
	var colons []int
	for i := 0; i < len(line); i++ {
		switch {
		case (line[i] == '"' || line[i] == '\'') && (i == 0 || bytes.IndexByte([]byte(" [{,"), line[i-1]) >= 0):
			i += quotedLen(line[i:]) - 1
		case line[i] == '#' && i > 0 && line[i-1] == ' ':
			i = len(line)
		case line[i] == ':' && (i+1 == len(line) || line[i+1] == ' '):
			colons = append(colons, i)
		}
	}
	if above := s.lineAbove(); len(colons) < 2 && above > 0 {
		s.pos = s.f.content(above)
		s.say("write key: value", "this line is no key with a value")
		return
	}
	if len(colons) > 1 {
		s.point(colons[1], 1)
		s.say("put a text that holds \": \" in quotes", "a second \": \" on this line cannot be a key")
		return
	}
	s.say("indent it like the key above, or remove the value above it", "this key is indented below a line that already has a value")
}

// lineAbove is the line above, if it stands beside this one and has no colon: then
// that is what is wrong, for the two are one text. 0 otherwise.
func (s *syntax) lineAbove() int {
	for n := s.line - 1; n > 0; n-- {
		body := bytes.TrimSpace(s.f.line(n))
		if len(body) == 0 || body[0] == '#' {
			continue
		}
		if s.f.content(n).Col == s.pos.Col && !bytes.Contains(body, []byte(": ")) && !bytes.HasSuffix(body, []byte(":")) {
			return n
		}
		return 0
	}
	return 0
}

// behindQuote points at text behind a quoted text, if the line has any.
func (s *syntax) behindQuote() bool {
	line := s.f.line(s.line)
	for i := 1; i < len(line); i++ {
		if line[i] != '"' && line[i] != '\'' || line[i-1] != ' ' {
			continue
		}
		end := i + quotedLen(line[i:])
		rest := bytes.TrimLeft(line[end:], " \t")
		if len(rest) > 0 && rest[0] != '#' && rest[0] != ':' {
			s.point(len(line)-len(rest), len(bytes.TrimRight(rest, " \t")))
			return true
		}
		i = end
	}
	return false
}

// quote blames the quote that is never closed: the last that opens on the line.
func (s *syntax) quote() {
	line := s.f.line(s.line)
	for i := 0; i < len(line); i++ {
		if line[i] != '"' && line[i] != '\'' || i > 0 && bytes.IndexByte([]byte(" [{,"), line[i-1]) < 0 {
			continue
		}
		s.point(i, 1)
		i += quotedLen(line[i:]) - 1
	}
	s.say("close it; in single quotes write '' for a quote", "this quote is not closed")
}

// bracket blames the bracket around what lacks a comma or an end, if one is open
// at the end of the line.
func (s *syntax) bracket() bool {
	line := s.f.line(s.line)
	var open []int
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case (c == '"' || c == '\'') && i > 0 && bytes.IndexByte([]byte(" [{,"), line[i-1]) >= 0:
			i += quotedLen(line[i:]) - 1
		case c == '[' || c == '{':
			open = append(open, i)
		case c == '$' && bytes.HasPrefix(line[i:], []byte("${")) && len(open) > 0:
			s.point(i, 2)
			s.say("put a text with ${ in quotes when it stands in brackets", "the bracket of ${ begins a mapping here")
			return true
		case (c == ']' || c == '}') && len(open) > 0:
			if begin := line[open[len(open)-1]]; begin == '[' && c == '}' || begin == '{' && c == ']' {
				s.point(i, 1)
				s.say("close [ with ] and { with }", "this bracket closes none like it")
				return true
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) == 0 {
		return false
	}
	s.point(open[len(open)-1], 1)
	s.say("close it, and put a comma between its entries", "this bracket is not closed, or a comma is missing behind it")
	return true
}

// escape blames a backslash in double quotes.
func (s *syntax) escape() {
	line := s.f.line(s.line)
	for i := 0; i+1 < len(line); i++ {
		if line[i] != '\\' {
			continue
		}
		if bytes.IndexByte([]byte("0abt\tnvfre \"'/\\N_LPxuU"), line[i+1]) < 0 || bytes.IndexByte([]byte("xuU"), line[i+1]) >= 0 {
			s.point(i, 2)
			break
		}
		i++
	}
	s.say(`write \\ for a backslash, or use single quotes`, `in double quotes \ begins an escape, and this is none`)
}
