package chart

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Pictures are plain SVG: no script, no font and no image from elsewhere, so they may stand in a
// pull request. Colours follow the reader's light or dark scheme. What a colour says is
// written too, and everything drawn has a title.

const (
	svgWidth = 1120.0
	margin   = 28.0
	plotEnd  = svgWidth - margin
)

// personColors is how many people get a colour of their own; then they come again.
const personColors = 12

const svgStyle = `text{font-family:ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-size:13px;fill:#1f2328}
.h1{font-size:24px;font-weight:700}.h2{font-size:17px;font-weight:650}.b{font-weight:600}.s{font-size:12px}.xs{font-size:11px}
.soft{fill:#59636e}.bad{fill:#c5162e}.good{fill:#116329}.e{text-anchor:end}.m{text-anchor:middle}
.bg{fill:#fff}.card{fill:#f6f8fa}.wk{fill:#e4e8ed}.grid{stroke:#d1d9e0}.strong{stroke:#8c959f}.out{fill:#fff;opacity:.65}
.gap{fill:url(#gap);stroke:#c5162e;stroke-width:1.5}.stripe{stroke:#c5162e}.pale{fill:#ffebe9}
.over{fill:none;stroke:#1f2328;stroke-width:2;stroke-dasharray:5 3}.now{stroke:#0969da;stroke-width:2}.dot{fill:#0969da}
.mail{fill:#6e7781}.text{fill:#0969da}.call{fill:#bc4c00}.page{fill:#6e7781}.ack{fill:#1a7f37}.x{fill:#c5162e}.again{opacity:.5}
.wire{stroke:#8c959f;stroke-width:2;opacity:.55}.glyph{fill:none;stroke:#fff;stroke-width:1.6;stroke-linecap:round;stroke-linejoin:round}
.ackline{stroke:#1a7f37;stroke-width:2}.stage{stroke-width:1.5;stroke-dasharray:4 4;opacity:.7}.pill{fill:#1f2328}.inv{fill:#fff}
.p0{fill:#b6d7ff}.p1{fill:#ffd2a3}.p2{fill:#b4ecc0}.p3{fill:#ffc2e0}.p4{fill:#d8ccff}.p5{fill:#fbe58a}.p6{fill:#9fe8e0}.p7{fill:#ddc7b4}.p8{fill:#d3ef9c}.p9{fill:#f3c4fb}.p10{fill:#ffc9bf}.p11{fill:#cdd5de}
@media (prefers-color-scheme:dark){text{fill:#f0f6fc}
.soft{fill:#9198a1}.bad{fill:#ff7b72}.good{fill:#56d364}.bg{fill:#0d1117}.card{fill:#151b23}.wk{fill:#232b36}.grid{stroke:#2f3742}.strong{stroke:#656c76}.out{fill:#0d1117}
.gap{stroke:#ff7b72}.stripe{stroke:#ff7b72}.pale{fill:#3c1618}.over{stroke:#f0f6fc}.now{stroke:#58a6ff}.dot{fill:#58a6ff}
.mail{fill:#818b98}.text{fill:#388bfd}.call{fill:#e0702b}.page{fill:#818b98}.ack{fill:#2ea043}.x{fill:#e5534b}.wire{stroke:#656c76}.ackline{stroke:#2ea043}.pill{fill:#d1d7e0}.inv{fill:#0d1117}
.p0{fill:#1d4f91}.p1{fill:#8a4b10}.p2{fill:#1b6333}.p3{fill:#8c2f62}.p4{fill:#54419e}.p5{fill:#6f5a06}.p6{fill:#0f615b}.p7{fill:#66503c}.p8{fill:#4a6413}.p9{fill:#7a3287}.p10{fill:#8a3a2c}.p11{fill:#47525f}}`

const svgDefs = `<pattern id="gap" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="pale" width="8" height="8"/><line class="stripe" x1="0" y1="0" x2="0" y2="8" stroke-width="3"/></pattern>`

// canvas collects a picture's elements; y is where the next part begins.
type canvas struct {
	b strings.Builder
	y float64
}

// write prints the picture with its size, its title and what it shows in a sentence.
func (c *canvas) write(w io.Writer, title, about string) error {
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %[2]s" width="%[1]s" height="%[2]s" role="img" aria-labelledby="title about">
<title id="title">%[3]s</title>
<desc id="about">%[4]s</desc>
<style>%[5]s</style>
<defs>%[6]s</defs>
<rect class="bg" width="100%%" height="100%%" rx="12"/>
%[7]s</svg>
`, num(svgWidth), num(c.y), escape(title), escape(about), svgStyle, svgDefs, c.b.String())
	if err != nil {
		return fmt.Errorf("write the picture: %w", err)
	}
	return nil
}

// num is a coordinate, to a tenth.
func num(f float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(f, 'f', 1, 64), ".0")
}

// rect draws a box with a title, "" for none.
func (c *canvas) rect(class string, x, y, w, h, rx float64, title string) {
	c.element("rect", title, `class="%s" x="%s" y="%s" width="%s" height="%s" rx="%s"`, class, num(x), num(y), num(w), num(h), num(rx))
}

func (c *canvas) line(class string, x1, y1, x2, y2 float64) {
	c.element("line", "", `class="%s" x1="%s" y1="%s" x2="%s" y2="%s"`, class, num(x1), num(y1), num(x2), num(y2))
}

func (c *canvas) circle(class string, x, y, r float64, title string) {
	c.element("circle", title, `class="%s" cx="%s" cy="%s" r="%s"`, class, num(x), num(y), num(r))
}

// glyph draws strokes around a point, in a box from -5 to 5.
func (c *canvas) glyph(x, y float64, d string) {
	c.element("path", "", `class="glyph" transform="translate(%s %s)" d="%s"`, num(x), num(y), d)
}

func (c *canvas) element(name, title, attributes string, args ...any) {
	c.b.WriteString("<" + name + " ")
	fmt.Fprintf(&c.b, attributes, args...)
	if title == "" {
		c.b.WriteString("/>\n")
		return
	}
	c.b.WriteString("><title>" + escape(title) + "</title></" + name + ">\n")
}

// text writes one line whose foot is at y.
func (c *canvas) text(class string, x, y float64, text string) {
	fmt.Fprintf(&c.b, `<text class="%s" x="%s" y="%s">%s</text>`+"\n", class, num(x), num(y), escape(text))
}

// fit shortens text to a width at a size of 13.
func fit(text string, width float64) string {
	if runes := []rune(text); textLength(text) > width {
		n := max(int(width/letter)-1, 1)
		return string(runes[:min(n, len(runes))]) + "…"
	}
	return text
}

// letter is the width of a letter of usual text at a size of 13, rather too much than too little.
const letter = 7.4

func textLength(text string) float64 { return float64(len([]rune(text))) * letter }

// boldLength is the width of a name at a size of 12, bold, in the widest font of the list.
func boldLength(text string) (width float64) {
	for _, r := range text {
		switch {
		case strings.ContainsRune("ijl .,:;'|", r):
			width += 4.5
		case strings.ContainsRune("frt-()", r):
			width += 6
		case strings.ContainsRune("mwMW@", r) || r >= 0x1100: // the first that are as wide as high
			width += 12.5
		default:
			width += 8.4
		}
	}
	return width
}

// escape makes text safe in XML; what XML cannot hold becomes a replacement character.
func escape(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '"':
			b.WriteString("&quot;")
		case r < 0x20 && r != '\t' && r != '\n', r == 0x7f, r == 0xfffe, r == 0xffff:
			b.WriteRune('\ufffd')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
