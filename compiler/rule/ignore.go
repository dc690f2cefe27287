package rule

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/watchbill/watchbill/internal/diag"
)

// Ignore is one comment `# watchbill:ignore CODE reason` in a plan file. It is
// about the line it stands on or, alone on its line, the next one; and if that
// line has a key with a block below it, about the block, so that an ignore on an
// item's key is about the whole item. On a section's key it is about that line
// only: a whole section is for the settings to silence.
type Ignore struct {
	Pos    diag.Pos // of the comment
	Code   string   // "" when none is written
	Reason string
	// First and Last are the lines it is about.
	First, Last int
}

const marker = "watchbill:ignore"

// ScanIgnores finds the ignore comments of a YAML file, in order. A # inside a
// quoted text or a block text is no comment. Files without the marker cost one
// search.
func ScanIgnores(file string, src []byte) []Ignore {
	if !bytes.Contains(src, []byte(marker)) {
		return nil
	}
	lines := scanLines(src)
	places := placesOf(lines)
	var found []Ignore
	for i, l := range lines {
		code, reason, ok := parseIgnore(l.comment)
		if !ok {
			continue
		}
		col := 1 + utf8.RuneCount(l.text[:l.hash])
		first, last := places.about(i)
		found = append(found, Ignore{
			Pos:  diag.Pos{File: file, Line: i + 1, Col: col, End: col + utf8.RuneCount(l.comment)},
			Code: code, Reason: reason, First: first, Last: last,
		})
	}
	return found
}

// parseIgnore reads a comment, which begins with #.
func parseIgnore(comment []byte) (code, reason string, ok bool) {
	text, ok := strings.CutPrefix(strings.TrimLeft(string(comment), "# \t"), marker)
	if !ok || text != "" && text[0] != ' ' && text[0] != '\t' {
		return "", "", false
	}
	code, reason, _ = strings.Cut(strings.TrimSpace(text), " ")
	return code, strings.TrimSpace(reason), true
}

// places answers what comments are about. Everything is remembered, so that a
// file of nothing but comments costs no more than one of plans.
type places struct {
	lines []scanned
	heads []int       // for each line the one a comment on it is about; -1 for none
	ends  map[int]int // head -> last line of its block
}

func placesOf(lines []scanned) *places {
	p := &places{lines: lines, heads: make([]int, len(lines)), ends: map[int]int{}}
	next := -1 // comments may be stacked; a blank line parts them
	for i := len(lines) - 1; i >= 0; i-- {
		switch l := lines[i]; {
		case !l.bare:
			next = i
		case l.comment == nil:
			next = -1
		}
		p.heads[i] = next
	}
	return p
}

// about returns the lines, from 1, that a comment on lines[i] is about.
func (p *places) about(i int) (first, last int) {
	head := p.heads[i]
	if head < 0 {
		return i + 1, i + 1 // nothing follows: it will be reported as unused
	}
	end, known := p.ends[head]
	if !known {
		end = p.blockEnd(head)
		p.ends[head] = end
	}
	return head + 1, end + 1
}

// blockEnd is the last line of the block below a key or entry: what is indented
// deeper, and a list, whose dashes may stand below the first letter of its key.
func (p *places) blockEnd(at int) int {
	head := p.lines[at]
	item := bytes.HasPrefix(head.text, []byte("replication_set:")) // the one that is a section
	if head.indent == 0 && !item {
		return at
	}
	end := at
	for j := at + 1; j < len(p.lines); j++ {
		l := p.lines[j]
		if l.bare {
			continue
		}
		deeper := l.indent > head.indent || l.indent == head.indent && l.dash && !head.dash
		if !l.inside && !deeper {
			break
		}
		end = j
	}
	return end
}

// Settle is the one place where severities and ignores are applied: findings of
// rules that are off go, the others get the settings' severity, ignored ones go,
// and ignores that ignored nothing, or say no reason, are findings themselves.
// What was found before the rules (files, syntax, schema) and Fixed findings are
// beyond both. Sorted as diag.List sorts.
func Settle(fs []diag.Finding, rules map[string]diag.Severity, comments []Ignore) []diag.Finding {
	var out diag.List
	used := make([]bool, len(comments))
	unchecked := false // the rules may not have seen everything
	byFile := map[string][]int{}
	for i, ig := range comments {
		byFile[ig.Pos.File] = append(byFile[ig.Pos.File], i)
	}
	for _, f := range fs {
		f.Message = diag.Cover(f.Message) // the last place where an address could be stopped
		rule, ok := Find(f.Code)
		if !ok || rule.Fixed {
			unchecked = unchecked || f.Severity == diag.Error
			out.Add(f)
			continue
		}
		if sev, set := rules[f.Code]; set {
			f.Severity = sev
		}
		if f.Severity == diag.Off || ignored(f, comments, byFile[f.Pos.File], used) {
			continue
		}
		out.Add(f)
	}
	for i, ig := range comments {
		reportIgnore(&out, rules, ig, used[i] || unchecked)
	}
	return out.Sorted()
}

// ignored marks every comment that would have done.
func ignored(f diag.Finding, comments []Ignore, here []int, used []bool) bool {
	hit := false
	for _, i := range here {
		ig := comments[i]
		if ig.Code == f.Code && ig.First <= f.Pos.Line && f.Pos.Line <= ig.Last {
			used[i], hit = true, true
		}
	}
	return hit
}

func reportIgnore(out *diag.List, rules map[string]diag.Severity, ig Ignore, used bool) {
	report := func(code, format string, args ...any) *diag.Finding {
		rule, _ := Find(code)
		if sev := rule.effective(rules); sev != diag.Off {
			return out.Report(sev, ig.Pos, code, format, args...)
		}
		return &diag.Finding{}
	}
	if ig.Code == "" {
		report("ignore-without-reason", "this ignores nothing: neither a code nor a reason is written").
			WithHint("write # %s CODE and why, for example # %s single-channel Ben has no phone yet", marker, marker)
		return
	}
	if ig.Reason == "" {
		report("ignore-without-reason", "why is %s ignored?", ig.Code).
			WithHint("write the reason behind the code: # %s %s because …", marker, ig.Code)
	}
	if used {
		return
	}
	rule, ok := Find(ig.Code)
	switch {
	case !ok && diag.Nearest(ig.Code, Codes()) != "":
		report("unused-ignore", "no rule is called %q; did you mean %q?", ig.Code, diag.Nearest(ig.Code, Codes()))
	case !ok:
		report("unused-ignore", "no rule that can be ignored is called %q", ig.Code).WithHint("remove the comment")
	case rule.Fixed || rule.Check == nil:
		report("unused-ignore", "%s cannot be ignored", ig.Code).WithHint("repair what it reports, and remove this comment")
	case rule.effective(rules) == diag.Off:
		report("unused-ignore", "there is no %s here to ignore: the rule is off", ig.Code).WithHint("remove the comment")
	case rule.Varies:
	default:
		report("unused-ignore", "there is no %s here to ignore", ig.Code).
			WithHint("remove the comment, or put it on the line of the finding or of the item's name")
	}
}
