package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/watchbill/watchbill/internal/resource"
)

// writeMarkdown prints a change set as a comment on a pull request: the verdict
// as a heading, then the changes in a diff block, which hosts colour.
func writeMarkdown(w io.Writer, target string, cs *resource.ChangeSet, paged *pagingReport) {
	fmt.Fprintf(w, "### watchbill: %s\n\n", escapeMarkdown(target))
	fmt.Fprintf(w, "**%s**\n", verdict(escapeMarkdown(target), cs))
	for _, r := range cs.Refusals {
		fmt.Fprintf(w, "\n> **Refused** (%s): %s", r.Guard, escapeMarkdown(r.Why))
		if r.Lift != "" {
			fmt.Fprintf(w, "  \n> %s", escapeMarkdown(r.Lift))
		}
		fmt.Fprintln(w)
	}
	for _, u := range cs.Unread {
		fmt.Fprintf(w, "\n> **Not read**: %s: %s\n", escapeMarkdown(addressText(u.Addr)), escapeMarkdown(sentence(u.Err)))
	}
	for _, l := range keptLines(cs.Kept) {
		fmt.Fprintf(w, "\n> **Kept**: %s\n", escapeMarkdown(strings.TrimPrefix(l, "= ")))
	}
	defer writeFleetsMarkdown(w, paged.fleetsTouched())
	if cs.Empty() {
		writePagingMarkdown(w, paged)
		return
	}
	var body strings.Builder
	for _, c := range cs.Changes {
		for _, l := range changeLines(c) {
			body.WriteString(diffLine(l) + "\n")
		}
	}
	fence := strings.Repeat("`", max(3, longestRun(body.String(), '`')+1))
	fmt.Fprintf(w, "\n<details open><summary>%s</summary>\n\n%sdiff\n%s%s\n\n</details>\n", count(len(cs.Changes), "change"), fence, body.String(), fence)
	writePagingMarkdown(w, paged)
}

// diffLine puts the mark where a diff block looks for it: in the first column.
// Updates and replacements have "!", which hosts show in a third colour.
func diffLine(l line) string {
	mark := map[string]string{"": " ", "+": "+", "-": "-", "~": "!", "-/+": "!"}[l.mark]
	if l.head {
		if l.mark == "-/+" {
			return mark + " (replace) " + l.text
		}
		return mark + " " + l.text
	}
	text := strings.TrimPrefix(strings.TrimPrefix(l.text, "  - "), "  + ")
	if text != l.text {
		text = "  " + text
	}
	return mark + "     " + text
}

// escapeMarkdown takes the meaning from what Markdown and HTML would read as
// markup.
func escapeMarkdown(s string) string {
	var b strings.Builder
	for _, c := range s {
		if strings.ContainsRune("\\`*_[]<>&|#~", c) {
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	return b.String()
}

func longestRun(s string, c rune) int {
	longest, run := 0, 0
	for _, r := range s {
		if r != c {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}
