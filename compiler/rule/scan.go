package rule

import (
	"bytes"
	"strings"
)

// scanned is one line of a YAML file, as far as comments need it known.
type scanned struct {
	text    []byte
	indent  int    // of its first character
	bare    bool   // blank, or a comment only
	dash    bool   // a sequence entry: begins with "- "
	inside  bool   // begins inside a quoted or block text: indent means nothing
	hash    int    // where the comment begins, in bytes
	comment []byte // from the # on; nil without one
}

// scanner goes over the lines of a YAML file and tells comments from texts. It
// follows YAML 1.2 for well-formed files; of others it promises nothing but to
// come to an end, as they are reported elsewhere.
type scanner struct {
	quote  byte // the quoted text we are in: ' or ", 0 for none
	flow   int  // depth of [ and {
	parent int  // indent of the key or dash whose value we are in
	plain  bool // the last line ended in an unquoted text, which may go on
	// We are in a block text (| or >). Its lines are indented deeper than parent;
	// how deep is known with the first of them, -1 before.
	block  bool
	indent int
}

func scanLines(src []byte) []scanned {
	var s scanner
	raw := bytes.Split(src, []byte("\n"))
	lines := make([]scanned, 0, len(raw))
	for _, text := range raw {
		lines = append(lines, s.line(bytes.TrimSuffix(text, []byte("\r"))))
	}
	return lines
}

func (s *scanner) line(text []byte) scanned {
	l := scanned{text: text, indent: len(text) - len(bytes.TrimLeft(text, " "))}
	body := text[l.indent:]
	l.bare = len(bytes.TrimSpace(body)) == 0
	if s.block && s.inBlock(l) {
		l.inside, l.bare = true, false
		return l
	}
	s.block = false
	l.inside = s.quote != 0
	if l.bare && !l.inside {
		return l
	}
	l.dash = !l.inside && (len(body) == 1 && body[0] == '-' || bytes.HasPrefix(body, []byte("- ")))
	s.scan(&l)
	if l.comment != nil && l.hash == len(text)-len(bytes.TrimLeft(text, " \t")) && !l.inside {
		l.bare = true
	}
	return l
}

// inBlock decides whether a line still belongs to the block text.
func (s *scanner) inBlock(l scanned) bool {
	if l.bare {
		return true
	}
	if s.indent < 0 {
		if l.indent <= s.parent {
			return false
		}
		s.indent = l.indent
	}
	return l.indent >= s.indent
}

// scan walks over one line that is not in a block text.
func (s *scanner) scan(l *scanned) {
	text := l.text
	key := l.indent // where the innermost key on this line begins: "- - key: |"
	// Whether a quote, or | and >, would begin a text here.
	token := !(s.plain && s.flow == 0 && l.indent > s.parent)
	if token && s.quote == 0 {
		s.parent = l.indent - 1
	}
	for i := l.indent; i < len(text); i++ {
		c := text[i]
		if s.quote != 0 {
			i = s.quoted(text, i)
			token, s.plain = false, false
			continue
		}
		switch {
		case c == '#' && (i == 0 || text[i-1] == ' ' || text[i-1] == '\t'):
			l.hash, l.comment = i, text[i:]
			s.plain = false // a comment ends it
			return
		case c == ' ' || c == '\t':
		case token && (c == '"' || c == '\''):
			s.quote = c
		case token && s.flow == 0 && (c == '|' || c == '>') && s.header(text[i+1:]):
			if h := bytes.IndexByte(text[i:], '#'); h > 0 {
				l.hash, l.comment = i+h, text[i+h:]
			}
			return
		case token && (c == '[' || c == '{'):
			s.flow++
		case s.flow > 0 && (c == ']' || c == '}'):
			s.flow--
			token, s.plain = false, false
		case s.flow > 0 && c == ',':
			token = true
		case token && (c == '&' || c == '!'): // an anchor or tag goes before a text
			for i+1 < len(text) && text[i+1] != ' ' {
				i++
			}
		case token && s.flow == 0 && (c == '-' || c == '?') && next(text, i) == ' ':
			s.parent, key = i, i+2
		case c == ':' && (next(text, i) == ' ' || s.flow > 0 && !token):
			token, s.plain = true, false
			if s.flow == 0 {
				s.parent = key
			}
		default:
			token, s.plain = false, true
		}
	}
}

// quoted moves to the last byte of what belongs to the quoted text on this line,
// or of an escape in it.
func (s *scanner) quoted(text []byte, i int) int {
	switch {
	case s.quote == '"' && text[i] == '\\':
		return i + 1
	case text[i] != s.quote:
	case s.quote == '\'' && i+1 < len(text) && text[i+1] == '\'':
		return i + 1
	default:
		s.quote = 0
	}
	return i
}

// header reads what may follow | or >: + or - and a digit, then a comment.
func (s *scanner) header(rest []byte) bool {
	s.indent = -1
	i := 0
	for ; i < len(rest) && strings.IndexByte("+-123456789", rest[i]) >= 0; i++ {
		if rest[i] >= '1' && rest[i] <= '9' {
			s.indent = s.parent + int(rest[i]-'0')
		}
	}
	tail := bytes.TrimLeft(rest[i:], " \t")
	s.block = len(tail) == 0 || tail[0] == '#' && len(tail) < len(rest[i:])
	return s.block
}

// next is the byte behind i; the end of the line counts as a space.
func next(text []byte, i int) byte {
	if i+1 < len(text) {
		if text[i+1] == '\t' {
			return ' '
		}
		return text[i+1]
	}
	return ' '
}
