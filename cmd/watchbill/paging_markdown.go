package main

import (
	"fmt"
	"io"
	"strings"
)

// writePagingMarkdown prints a report as a section of a comment on a pull request: one
// table that a reviewer reads from left to right.
func writePagingMarkdown(w io.Writer, r *pagingReport) {
	if r.empty() {
		return
	}
	fmt.Fprintf(w, "\n#### %s\n", r.heading())
	if r.mute {
		fmt.Fprintf(w, "\n%s.\n", muteText)
	}
	if blocks := r.blocks(); len(blocks) > 0 {
		fmt.Fprint(w, "\n| response plan | when | before | after |\n|---|---|---|---|\n")
		for i, b := range blocks {
			if i == maxPlans {
				fmt.Fprintf(w, "| and %d more | | | |\n", len(blocks)-i)
				break
			}
			b.writeMarkdown(w)
		}
	}
	for _, s := range r.shifts {
		fmt.Fprintf(w, "\n**%s**\n\n", escapeMarkdown(shiftsHead(s)))
		for _, l := range moveLines(s, " → ") {
			fmt.Fprintf(w, "- %s\n", escapeMarkdown(l))
		}
	}
	if l := r.activation(); l != "" {
		fmt.Fprintf(w, "\n%s\n", escapeMarkdown(l))
	}
}

// writeMarkdown prints the rows of a block; the first one names the response plans.
func (b pagingBlock) writeMarkdown(w io.Writer) {
	head := "**" + escapeMarkdown(someOf(b.plans)) + "**"
	if len(b.rows) == 0 {
		fmt.Fprintf(w, "| %s | %s | | |\n", head, escapeMarkdown(strings.TrimPrefix(b.about, ": ")))
		return
	}
	head += escapeMarkdown(b.about)
	for _, row := range b.rows {
		fmt.Fprintf(w, "| %s | %s | %s | %s |\n", head, escapeMarkdown(row.when), cell(row.before), cell(row.after))
		head = ""
	}
}

// cell is a story with one message a line.
func cell(story string) string {
	return strings.ReplaceAll(escapeMarkdown(story), "; ", "<br>")
}
