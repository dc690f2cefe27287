package compiler

import "unicode/utf8"

// flowScanner walks over brackets and quotes, line after line.
type flowScanner struct {
	l     *layout
	line  int
	rest  []byte
	texts [][2]int // first and last line of each text in quotes over several lines
}

// next goes to the next line; false behind the last one.
func (s *flowScanner) next() bool {
	if s.line+1 >= len(s.l.lines) {
		return false
	}
	s.line++
	s.rest = s.l.f.line(s.line)
	return true
}

// quoted walks over a text in quotes, at whose first quote it is.
func (s *flowScanner) quoted() bool {
	quote, from := s.rest[0], s.line
	s.rest = s.rest[1:]
	for {
		switch {
		case len(s.rest) == 0:
			s.l.lines[s.line].open = true
			if !s.next() {
				return false
			}
			continue
		case quote == '"' && s.rest[0] == '\\':
			s.rest = s.rest[min(2, len(s.rest)):]
			continue
		case quote == '\'' && len(s.rest) > 1 && s.rest[0] == '\'' && s.rest[1] == '\'':
			s.rest = s.rest[2:]
			continue
		case s.rest[0] == quote:
			s.rest = s.rest[1:]
			if s.line > from {
				s.texts = append(s.texts, [2]int{from, s.line})
			}
			return true
		}
		s.rest = s.rest[1:]
	}
}

// brackets walks over a list or mapping in brackets, at whose first bracket it is.
func (s *flowScanner) brackets() bool {
	depth := 0
	fresh := true // a value may begin here
	for {
		for len(s.rest) == 0 {
			if !s.next() {
				return false
			}
			fresh = true
		}
		switch c := s.rest[0]; {
		case c == '[' || c == '{':
			depth, fresh = depth+1, true
		case c == ']' || c == '}':
			if depth--; depth == 0 {
				return true
			}
			fresh = false
		case c == '#' && fresh:
			s.rest = nil
			continue
		case (c == '"' || c == '\'') && fresh:
			if !s.quoted() {
				return false
			}
			fresh = false
			continue
		case c == ' ' || c == '\t' || c == ',' || c == ':':
			fresh = true
		default:
			fresh = false
		}
		_, n := utf8.DecodeRune(s.rest)
		s.rest = s.rest[n:]
	}
}
