package diag

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fatih/color"
)

// The text form, for a person at a terminal:
//
//	plans/a.yaml:14:11: error: nobody is called "alcie"; did you mean "alice"? [unknown-reference]
//	   14 |     - page: [alcie]
//	      |              ^~~~~
//	  plans/people.yaml:3:3: alice is here
//	  hint: ...
//
// and a blank line after each finding, the count at the end.

// maxShown is how many characters of a source line are shown; of a longer line
// the part around the caret. A line of more than maxLine bytes was not written by
// a person, and is not shown: covering it would take long, once a finding.
const (
	maxShown = 120
	maxLine  = 16 << 10
)

func text(fs []Finding, src Sources, opt PrintOptions) []byte {
	p := textPrinter{lines: map[string][][]byte{}, src: src, paint: paints(opt.Color)}
	for i := range fs {
		p.finding(&fs[i])
	}
	if n := Count(fs); n != "" && !opt.NoCount {
		p.out.WriteString(n + "\n")
	}
	return p.out.Bytes()
}

type textPrinter struct {
	out   bytes.Buffer
	src   Sources
	lines map[string][][]byte // split once a file, only when a finding is in it
	paint palette
}

type palette struct {
	severity         [Off]*color.Color
	place, hint, dim *color.Color
}

func paints(on bool) palette {
	p := palette{
		severity: [Off]*color.Color{
			color.New(color.FgRed, color.Bold), color.New(color.FgYellow, color.Bold), color.New(color.FgCyan),
		},
		place: color.New(color.Bold), hint: color.New(color.FgGreen), dim: color.New(color.Faint),
	}
	for _, c := range append(p.severity[:], p.place, p.hint, p.dim) {
		// Said either way: the library's own guess looks at the process's
		// standard output, which may not be where this goes.
		if on {
			c.EnableColor()
		} else {
			c.DisableColor()
		}
	}
	return p
}

func (p *textPrinter) finding(f *Finding) {
	sev := p.paint.severity[f.Severity]
	fmt.Fprintf(&p.out, "%s %s %s %s\n", p.paint.place.Sprint(printable(f.Pos.String())+":"),
		sev.Sprint(f.Severity.String()+":"), printable(f.Message), p.paint.dim.Sprint("["+f.Code+"]"))
	p.snippet(f)
	for _, n := range f.Notes {
		fmt.Fprintf(&p.out, "  %s: %s\n", printable(n.Pos.String()), printable(n.Message))
	}
	for line := range strings.Lines(f.Detail) {
		fmt.Fprintf(&p.out, "  %s\n", printable(strings.TrimRight(line, "\n")))
	}
	if f.Hint != "" {
		fmt.Fprintf(&p.out, "  %s %s\n", p.paint.hint.Sprint("hint:"), printable(f.Hint))
	}
	p.out.WriteByte('\n')
}

// snippet shows the line of the finding and marks the place in it.
func (p *textPrinter) snippet(f *Finding) {
	line, ok := p.line(f.Pos)
	if !ok {
		return
	}
	from := f.Pos.Col - 1
	chars := cover(line, from, f.Pos.End-1, f.Private)
	from = min(from, len(chars)) // one past the end is where something is missing
	to := min(max(f.Pos.End-1, from+1), max(len(chars), from+1))
	chars, from, to = window(chars, from, to)

	number := strconv.Itoa(f.Pos.Line)
	margin := strings.Repeat(" ", max(5-len(number), 1))
	fmt.Fprintf(&p.out, "%s %s\n", p.paint.dim.Sprint(margin+number+" |"), string(chars))
	var mark strings.Builder
	for i := from; i < to; i++ {
		w := 1
		if i < len(chars) {
			w = max(width(chars[i]), 1)
		}
		mark.WriteString(strings.Repeat("~", w))
	}
	pad := p.paint.dim.Sprint(strings.Repeat(" ", len(margin)+len(number)) + " |")
	fmt.Fprintf(&p.out, "%s %s%s\n", pad, blank(chars[:from]), p.paint.severity[f.Severity].Sprint("^"+mark.String()[1:]))
}

// line returns the source line of pos without its end.
func (p *textPrinter) line(pos Pos) ([]byte, bool) {
	if pos.Line < 1 || pos.Col < 1 {
		return nil, false
	}
	lines, ok := p.lines[pos.File]
	if !ok {
		lines = bytes.Split(p.src[pos.File], []byte("\n"))
		p.lines[pos.File] = lines
	}
	if len(p.src[pos.File]) == 0 || pos.Line > len(lines) {
		return nil, false
	}
	line := lines[pos.Line-1]
	return bytes.TrimSuffix(line, []byte("\r")), len(line) <= maxLine
}

// window cuts a long line down to maxShown characters around the mark.
func window(chars []rune, from, to int) ([]rune, int, int) {
	if len(chars) <= maxShown {
		return chars, from, to
	}
	start := max(0, min(from-maxShown/3, len(chars)-maxShown))
	end := min(start+maxShown, len(chars))
	shown := append([]rune{}, chars[start:end]...)
	if start > 0 {
		shown = append([]rune("…"), shown[1:]...)
	}
	if end < len(chars) {
		shown[len(shown)-1] = '…'
	}
	return shown, from - start, min(to-start, max(len(shown), from-start+1))
}

// blank is as wide as chars on a terminal: tabs stay tabs, wide characters take
// two cells and combining ones none.
func blank(chars []rune) string {
	var b strings.Builder
	for _, c := range chars {
		if c == '\t' {
			b.WriteByte('\t')
			continue
		}
		b.WriteString(strings.Repeat(" ", width(c)))
	}
	return b.String()
}

// width is the number of terminal cells of c: 2 for East Asian wide characters
// and emoji, 0 for combining marks. The ranges are those of Unicode's
// EastAsianWidth W and F, rounded to blocks.
func width(c rune) int {
	switch {
	case c < 0x300:
		return 1
	case unicode.In(c, unicode.Mn, unicode.Me) || c == 0x200b || c == 0x200d:
		return 0
	case c >= 0x1100 && c <= 0x115f, c >= 0x2e80 && c <= 0x303e, c >= 0x3041 && c <= 0xa4cf,
		c >= 0xa960 && c <= 0xa97c, c >= 0xac00 && c <= 0xd7a3, c >= 0xf900 && c <= 0xfaff,
		c >= 0xfe30 && c <= 0xfe6f, c >= 0xff00 && c <= 0xff60, c >= 0xffe0 && c <= 0xffe6,
		c >= 0x1f300 && c <= 0x1f64f, c >= 0x1f680 && c <= 0x1f6ff, c >= 0x1f900 && c <= 0x1f9ff,
		c >= 0x20000 && c <= 0x3fffd:
		return 2
	}
	return 1
}

// printable replaces what a terminal would obey instead of show: control
// characters and the marks that turn the direction of writing.
func printable(s string) string {
	return strings.Map(func(c rune) rune {
		if c != '\t' && Obeyed(c) {
			return utf8.RuneError
		}
		return c
	}, s)
}

// Obeyed reports whether a terminal obeys a character instead of showing it.
func Obeyed(c rune) bool {
	return unicode.IsControl(c) || unicode.Is(unicode.Bidi_Control, c) || c == 0x2028 || c == 0x2029 || c == 0xfeff
}
