package paging

// Stories as people read them, by person.

import (
	"fmt"
	"slices"
	"strings"

	"github.com/watchbill/watchbill/internal/when"
)

// String is Text with its marks.
func (s Story) String() string { return s.Text(true) }

// Text is the story on one line, by person: "aiko text 0m ×3 every 2m, call 5m; ben call 10m". A
// nil story is "not there", one without anybody "nobody". Marked: who or what is not
// activated is said so; without marks it must be said of the whole.
func (s Story) Text(marked bool) string {
	switch {
	case s == nil:
		return "not there"
	case len(s) == 0:
		return "nobody"
	}
	var parts []string
	for _, contact := range s.people() {
		parts = append(parts, s.of(contact).person(contact, marked))
	}
	return strings.Join(parts, "; ")
}

// people are the contacts in the order of their first pages, "" for nobody on call.
func (s Story) people() []string {
	var out []string
	for _, p := range s {
		if !slices.Contains(out, p.Contact) {
			out = append(out, p.Contact)
		}
	}
	return out
}

// person is the story of one contact.
func (s Story) person(contact string, marked bool) string {
	who := contact + " "
	if contact == "" {
		who = "nobody on call "
	}
	return who + s.Ways(marked)
}

// Ways is the story of one contact without the name: "text 0m, call 5m". See [Story.Text].
func (s Story) Ways(marked bool) string {
	if len(s) == 0 {
		return "not paged"
	}
	who := ""
	isPaged := func(p Page) bool { return p.Outcome != NotActivated }
	if marked && !slices.ContainsFunc(s, isPaged) {
		who, marked = "(not activated) ", false
	}
	var parts []string
	for i := 0; i < len(s); {
		same := i + 1
		for same < len(s) && s[same] == s[i] {
			same++
		}
		text := s[i].text(marked)
		if n := same - i; n > 1 {
			text = fmt.Sprintf("%d × %s", n, text)
		}
		parts = append(parts, text)
		i = same
	}
	return who + strings.Join(parts, ", ")
}

// text is the page without its person: "call 10m".
func (p Page) text(marked bool) string {
	switch p.Outcome {
	case NobodyOnCall:
		return p.times()
	case Unreachable:
		return "cannot be reached " + p.times()
	case NotActivated:
		if marked {
			return p.Type.Word() + " (not activated) " + p.times()
		}
	}
	return p.Type.Word() + " " + p.times()
}

// times are the minutes of the page. What is never sent is not repeated either: these are
// the times at which it would be tried.
func (p Page) times() string {
	first, step := when.Length(p.After), when.Length(p.Every)
	last := p.After
	for range p.Times - 1 {
		last += p.Every
	}
	switch {
	case p.Times < 2:
		return first
	case p.Outcome != NotActivated:
		return fmt.Sprintf("%s ×%d every %s", first, p.Times, step)
	case p.Times == 2:
		return first + " and " + when.Length(last)
	}
	return first + " to " + when.Length(last) + " every " + step
}

// Sides are what a row says of before and after, see [Story.Text].
func (r Row) Sides(marked bool) (before, after string) {
	before, after = r.Before.Text(marked), r.After.Text(marked)
	if !r.Rest {
		return before, after
	}
	if len(r.Before) == 0 {
		before = r.After.absent()
	}
	if len(r.After) == 0 {
		after = r.Before.absent()
	}
	return before, after + "; the rest as before"
}

// absent says on one side that nobody of the other side's story is paged.
func (s Story) absent() string {
	names := slices.DeleteFunc(s.people(), func(name string) bool { return name == "" })
	if len(names) == 0 {
		return "nobody else"
	}
	return strings.Join(names, ", ") + " not paged"
}
