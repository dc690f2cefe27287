package compiler

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/watchbill/watchbill/internal/diag"
)

// file is one file that was read: its name as Pos.File prints it, its bytes
// (without a byte order mark), and where its lines begin.
type file struct {
	name  string
	rel   string // relative to the plan folder, forward slashes
	src   []byte
	lines []int32
	// raw is what lies in the folder when src is not: an age file. Its src is shown to nobody.
	raw  []byte
	sops *sopsFile // nil unless SOPS has encrypted it
}

// bytes are the file as it lies in the folder.
func (f *file) bytes() []byte {
	if f.raw != nil {
		return f.raw
	}
	return f.src
}

func newFile(name, rel string, src []byte) *file {
	src = bytes.TrimPrefix(src, []byte("\uFEFF"))
	f := &file{name: name, rel: rel, src: src, lines: make([]int32, 1, 1+bytes.Count(src, []byte("\n")))}
	for i, c := range src {
		if c == '\n' {
			f.lines = append(f.lines, int32(i+1))
		}
	}
	return f
}

// line is the text of a line, counted from 1, without its line break; nil when the
// file has no such line.
func (f *file) line(n int) []byte {
	if n < 1 || n > len(f.lines) {
		return nil
	}
	end := len(f.src)
	if n < len(f.lines) {
		end = int(f.lines[n]) - 1
	}
	return bytes.TrimSuffix(f.src[f.lines[n-1]:end], []byte("\r"))
}

// cursor reads lines from a column on. It goes forward from where it was last:
// whoever looks at the values of one long line in their order reads it once.
type cursor struct {
	f              *file
	line, col, off int // off is the byte offset of col in the line
}

// from is the rest of a line from a column on.
func (c *cursor) from(line, col int) []byte {
	if line != c.line || col < c.col {
		c.line, c.col, c.off = line, 1, 0
	}
	whole := c.f.line(line)
	for c.col < col && c.off < len(whole) {
		_, n := utf8.DecodeRune(whole[c.off:])
		c.off += n
		c.col++
	}
	return whole[min(c.off, len(whole)):]
}

// at is a place in the file, width characters wide.
func (f *file) at(line, col, width int) diag.Pos {
	return diag.Pos{File: f.name, Line: line, Col: col, End: col + width}
}

// offset turns a byte offset into a line and a column.
func (f *file) offset(off int) (line, col int) {
	lo, hi := 0, len(f.lines)
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; int(f.lines[mid]) <= off {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo + 1, utf8.RuneCount(f.src[f.lines[lo]:min(off, len(f.src))]) + 1
}

// content is the place of everything on a line but the space around it.
func (f *file) content(line int) diag.Pos {
	s := string(f.line(line))
	body := strings.TrimLeft(s, " \t")
	col := utf8.RuneCountInString(s) - utf8.RuneCountInString(body) + 1
	return f.at(line, col, utf8.RuneCountInString(strings.TrimRight(body, " \t")))
}
