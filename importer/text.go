package importer

// YAML as an author writes it: two spaces a level, quotes where they are needed, small lists
// and maps on one line.

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// text is a piece of a file. Levels are counted from the section's key, which is 0.
type text struct{ lines []string }

func (t *text) line(level int, s string) {
	t.lines = append(t.lines, strings.Repeat("  ", level)+s)
}

// comment writes a comment line: nothing in it can end the line.
func (t *text) comment(level int, s string) { t.line(level, "# "+oneLine(s)) }

func oneLine(s string) string {
	return strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return ' '
		}
		return c
	}, s)
}

// field writes a text if it is not empty.
func (t *text) field(level int, key, value string) {
	switch {
	case value == "":
	case blockable(value):
		mark := "|"
		if !strings.HasSuffix(value, "\n") {
			mark = "|-"
		}
		t.line(level, key+": "+mark)
		for l := range strings.Lines(escaped(value)) {
			if l = strings.TrimSuffix(l, "\n"); l == "" {
				t.lines = append(t.lines, "")
				continue
			}
			t.line(level+1, l)
		}
	default:
		t.line(level, key+": "+scalar(value))
	}
}

// blockable reports whether a text of several lines reads back from a block as it is.
func blockable(s string) bool {
	body := strings.TrimSuffix(s, "\n")
	if !strings.Contains(body, "\n") || strings.HasSuffix(body, "\n") || strings.HasPrefix(body, "\n") {
		return false
	}
	for l := range strings.SplitSeq(body, "\n") {
		if strings.HasSuffix(l, " ") || strings.HasPrefix(l, " ") || strings.IndexFunc(l, func(c rune) bool { return !unicode.IsPrint(c) }) >= 0 {
			return false
		}
	}
	return true
}

// width is how long a line may get before a list is written below its key.
const width = 100

// list writes texts, on one line if they fit. raw ones are written as they are.
func (t *text) list(level int, key string, values []string, write func(string) string) {
	if values == nil {
		return
	}
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = write(v)
	}
	if line := key + ": [" + strings.Join(words, ", ") + "]"; 2*level+len(line) <= width || len(words) == 0 {
		t.line(level, line)
		return
	}
	t.line(level, key+":")
	for _, w := range words {
		t.line(level+1, "- "+w)
	}
}

func raw(s string) string { return s }

// table writes a map of texts, on one line if it fits.
func (t *text) table(level int, key string, values map[string]string) {
	if len(values) == 0 {
		return
	}
	var words []string
	for _, k := range slices.Sorted(maps.Keys(values)) {
		words = append(words, scalar(k)+": "+scalar(values[k]))
	}
	if line := key + ": {" + strings.Join(words, ", ") + "}"; 2*level+len(line) <= width {
		t.line(level, line)
		return
	}
	t.line(level, key+":")
	for _, w := range words {
		t.line(level+1, w)
	}
}

// plain are the texts that no YAML reader takes for anything else, in brackets either.
var plain = regexp.MustCompile(`^\p{L}[\p{L}\p{N}_./-]*( [\p{L}\p{N}_./-]+)*$`)

// reserved are words that some YAML reader takes for something else.
var reserved = []string{"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"}

// scalar writes a text as a YAML scalar.
func scalar(s string) string {
	s = escaped(s)
	if plain.MatchString(s) && !slices.Contains(reserved, strings.ToLower(s)) && !strings.HasSuffix(s, "-") {
		return s
	}
	return strconv.Quote(s) // Go's escapes are YAML's
}

// escaped keeps ${ from being taken for a variable.
func escaped(s string) string { return strings.ReplaceAll(s, "${", "$${") }

// duration writes minutes as plans do: 45m, 1h15m.
func duration(minutes int) string {
	h, m := minutes/60, minutes%60
	switch {
	case h == 0:
		return fmt.Sprintf("%dm", m)
	case m == 0:
		return fmt.Sprintf("%dh", h)
	}
	return fmt.Sprintf("%dh%dm", h, m)
}

// notInName is what a name of the plan language cannot hold.
var notInName = regexp.MustCompile(`[^a-z0-9_-]+`)

// nameFor makes a name out of a text, one that is not taken; it takes it.
func nameFor(s, otherwise string, taken map[string]bool) string {
	name := notInName.ReplaceAllString(strings.ToLower(s), "-")
	name = strings.Trim(name, "-_")
	name = strings.TrimRight(name[:min(len(name), 45)], "-_") // room for a number behind it
	if name == "" {
		name = otherwise
	}
	base := name
	for n := 2; taken[name]; n++ {
		name = fmt.Sprintf("%s-%d", base, n)
	}
	taken[name] = true
	return name
}
