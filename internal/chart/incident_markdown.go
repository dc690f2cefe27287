package chart

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// WriteMarkdown prints the story as a table for a pull request. Whatever stands in a name,
// it stays text.
func (i *Incident) WriteMarkdown(w io.Writer) {
	fmt.Fprintf(w, "### %s, %s\n\n", plain(i.ResponsePlan), plain(inZoneAndUTC(i.At)))
	sentence, bad := i.Verdict()
	if bad {
		sentence = "**" + sentence + "**"
	}
	fmt.Fprintf(w, "%s %s\n\n", plain(i.assumption()), sentence)
	for _, a := range i.Answers {
		if !a.Happened {
			fmt.Fprintf(w, "**%s does not answer: nothing was sent to %[1]s by %s.**\n\n", plain(a.Contact), length(a.After))
		}
	}
	fmt.Fprint(w, "| after | time | who | what | through |\n|---:|---|---|---|---|\n")
	form := i.clockForm()
	var last time.Time
	for n, m := range i.moments(" › ") {
		offset, clock := length(m.at.Sub(i.At)), m.at.In(i.At.Location()).Format(form)
		if n > 0 && m.at.Equal(last) {
			offset, clock = "", ""
		}
		last = m.at
		how := plain(m.how)
		switch m.weight {
		case good, alarming:
			how = "**" + how + "**"
		}
		if m.why != "" {
			how += ": " + plain(m.why)
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s |\n", offset, clock, plain(m.who), how, plain(m.path))
	}
}

// markup are the characters that mean something in Markdown or HTML.
var markup = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "|", `\|`, "~", `\~`, "#", `\#`, "@", "@\u200b",
	"<", "&lt;", ">", "&gt;", "&", "&amp;", "\n", " ", "\r", " ",
)

// plain writes text so that Markdown shows it as it is.
func plain(text string) string { return markup.Replace(text) }
