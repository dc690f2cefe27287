package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/fatih/color"
	"github.com/watchbill/watchbill/internal/resource"
)

// A change set as people read it:
//
//	+ contact/aiko (plans/people.yaml:26:3)
//	    display_name: "Aiko Sato"
//	~ engagement_plan/ben (plans/people.yaml:54:5)
//	    stages[0].wait_minutes: 5 -> 10
//	- channel/chie/mail
//	    because it is no longer in the plan
//
//	Plan: 1 to create, 1 to update, 0 to replace, 1 to delete.

// symbols are the marks before an address, in a width that keeps addresses in
// one column only where no replacement is near: people search for them.
var symbols = map[resource.Action]string{
	resource.Create: "+", resource.Update: "~", resource.Replace: "-/+", resource.Delete: "-",
}

// line is one line of a printed change set; mark is the action's symbol on a
// head line, "+", "-" or "" below it.
type line struct {
	mark, text string
	head       bool
}

// changeLines are the lines of one change.
func changeLines(c *resource.Change) []line {
	head := c.Addr.String()
	if o := c.Origin(); !o.IsZero() {
		head += " (" + o.String() + ")"
	}
	lines := []line{{mark: symbols[c.Action], text: head, head: true}}
	if c.Action != resource.Delete { // what goes is in the world and in Git; why it goes is the news
		for _, f := range c.Fields {
			lines = append(lines, fieldLines(f, c.Action == resource.Create)...)
		}
	}
	if c.Reason != "" {
		lines = append(lines, line{text: "because " + c.Reason})
	}
	for _, note := range c.Notes {
		lines = append(lines, line{text: "note: " + note})
	}
	return lines
}

// fieldLines are "path: before -> after", lists that differ entry by entry.
func fieldLines(f resource.FieldChange, create bool) []line {
	before, after := plain(f.Before), plain(f.After)
	was, isList := before.([]any)
	is, isAlso := after.([]any)
	switch {
	case create && isAlso && slices.ContainsFunc(is, isCompound):
		return append([]line{{text: f.Path + ":"}}, entryLines(nil, is)...)
	case create:
		return []line{{text: f.Path + ": " + word(after)}}
	case isList && isAlso && slices.ContainsFunc(append(slices.Clone(was), is...), isCompound):
		head := fmt.Sprintf("%s: %d -> %d entries", f.Path, len(was), len(is))
		return append([]line{{text: head}}, entryLines(was, is)...)
	}
	text := f.Path + ": " + word(before) + " -> " + word(after)
	if f.Sensitive && word(before) == word(after) {
		text += " (the hidden part differs)"
	}
	return []line{{text: text}}
}

// entryLines marks what left and what came; the same entries at both ends stay
// unmarked, for the context.
func entryLines(was, is []any) []line {
	a, b := words(was), words(is)
	var head, tail []line
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		head = append(head, line{text: "    " + a[0]})
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		tail = append(tail, line{text: "    " + a[len(a)-1]})
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	for _, w := range a {
		head = append(head, line{mark: "-", text: "  - " + w})
	}
	for _, w := range b {
		head = append(head, line{mark: "+", text: "  + " + w})
	}
	slices.Reverse(tail)
	return append(head, tail...)
}

// paint are the colours of the marks.
type paint struct{ add, change, remove, bold, dim *color.Color }

func newPaint(on bool) paint {
	p := paint{color.New(color.FgGreen), color.New(color.FgYellow), color.New(color.FgRed), color.New(color.Bold), color.New(color.Faint)}
	for _, c := range []*color.Color{p.add, p.change, p.remove, p.bold, p.dim} {
		if on {
			c.EnableColor()
		} else {
			c.DisableColor()
		}
	}
	return p
}

func (p paint) line(l line) string {
	if l.head {
		return p.of(l.mark, l.mark) + " " + p.bold.Sprint(l.text)
	}
	return "    " + p.of(l.mark, l.text)
}

func (p paint) of(mark, text string) string {
	switch mark {
	case "+":
		return p.add.Sprint(text)
	case "-":
		return p.remove.Sprint(text)
	case "~", "-/+":
		return p.change.Sprint(text)
	}
	return text
}

// writeChanges prints a change set for people, and what it means for them.
func writeChanges(w io.Writer, target string, cs *resource.ChangeSet, paged *pagingReport, colored bool) {
	p := newPaint(colored)
	for _, c := range cs.Changes {
		for _, l := range changeLines(c) {
			fmt.Fprintln(w, p.line(l))
		}
	}
	for _, l := range keptLines(cs.Kept) {
		fmt.Fprintln(w, p.dim.Sprint(l))
	}
	if len(cs.Changes)+len(cs.Kept) > 0 {
		fmt.Fprintln(w)
	}
	writePaging(w, paged, colored)
	writeFleets(w, paged.fleetsTouched(), colored)
	fmt.Fprintln(w, verdict(target, cs))
}

// keptLines say what stays although the plan does not have it, one line a reason:
// with prune none it is the same long list every time.
func keptLines(kept []resource.Kept) []string {
	const named = 3
	var reasons []string
	addrs := map[string][]string{}
	for _, k := range kept {
		if addrs[k.Why] == nil {
			reasons = append(reasons, k.Why)
		}
		addrs[k.Why] = append(addrs[k.Why], k.Addr.String())
	}
	var lines []string
	for _, why := range reasons {
		who := addrs[why]
		more, verb := "", "stays"
		if len(who) > 1 {
			verb = "stay"
		}
		if n := len(who) - named; n > 0 {
			who, more = who[:named], fmt.Sprintf(" and %d more", n)
		}
		lines = append(lines, fmt.Sprintf("= %s%s %s: %s", strings.Join(who, ", "), more, verb, why))
	}
	return lines
}

// writeHindrances prints what was refused and what could not be read.
func writeHindrances(w io.Writer, cs *resource.ChangeSet) {
	for _, u := range cs.Unread {
		fmt.Fprintf(w, "watchbill: %s could not be read, so nothing is planned for it: %s\n", addressText(u.Addr), sentence(u.Err))
	}
	for i, r := range cs.Refusals {
		fmt.Fprintf(w, "watchbill: refused: %s [%s]\n", r.Why, r.Guard)
		isLast := i+1 == len(cs.Refusals) || cs.Refusals[i+1].Lift != r.Lift
		if r.Lift != "" && isLast { // said once for a row of them
			fmt.Fprintf(w, "  hint: %s\n", r.Lift)
		}
	}
}

// verdict is the last line of a printed change set.
func verdict(target string, cs *resource.ChangeSet) string {
	if cs.Empty() && len(cs.Refusals) == 0 && len(cs.Unread) == 0 {
		text := fmt.Sprintf("No changes. The plan and %s agree (%s).", target, count(cs.Same, "resource"))
		if n := len(cs.Kept); n > 0 {
			text += fmt.Sprintf(" Not in the plan, and staying: %d.", n)
		}
		return text
	}
	s := summary(cs)
	text := fmt.Sprintf("Plan: %d to create, %d to update, %d to replace, %d to delete.", s.Create, s.Update, s.Replace, s.Delete)
	if n := len(cs.Refusals); n > 0 {
		text += fmt.Sprintf(" Refused: %d.", n)
	}
	if n := len(cs.Unread); n > 0 {
		text += fmt.Sprintf(" Not read: %d.", n)
	}
	return text
}

// addressText is an address, or what an incomplete one stands for.
func addressText(a resource.Addr) string {
	switch {
	case a.Kind == "":
		return "the target"
	case a.Name == "":
		return "every " + a.Kind
	case strings.HasSuffix(a.Name, "/"):
		return fmt.Sprintf("every %s of %s", a.Kind, strings.TrimSuffix(a.Name, "/"))
	}
	return a.String()
}
