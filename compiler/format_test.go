package compiler_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/watchbill/watchbill/compiler"
)

func TestFormat(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"nothing", "", ""},
		{"empty lines only", "\n\n  \n", ""},
		{"indent of four", "a:\n    b:\n        c: 1\n", "a:\n  b:\n    c: 1\n"},
		{"indent of one", "a:\n b:\n  c: 1\n", "a:\n  b:\n    c: 1\n"},
		{"list below its key", "a:\n- b\n-   c\n", "a:\n  - b\n  - c\n"},
		{"mapping in a list", "a:\n-   b: 1\n    c: 2\n", "a:\n  - b: 1\n    c: 2\n"},
		{"list in a list", "a:\n  -   - b\n      - c\n", "a:\n  - - b\n    - c\n"},
		{"dash alone", "a:\n    -\n        b: 1\n", "a:\n  -\n    b: 1\n"},
		{"colons", "a:   1\nb : 2\nc:\t3\n\"d\": 4\n", "a: 1\nb: 2\nc: 3\n\"d\": 4\n"},
		{"space at the ends", "a: 1  \n# b \t\nc: 'x'\t\n", "a: 1\n# b\nc: 'x'\n"},
		{"no line feed at the end", "a: 1", "a: 1\n"},
		{"carriage returns", "a: 1\r\nb: |\r\n  x\r\n", "a: 1\nb: |\n  x\n"},
		{"byte order mark", "\uFEFFa: 1\n", "a: 1\n"},
		{"empty lines", "\n\na: 1\n\n\n\nb: 2\n\n\n", "a: 1\n\nb: 2\n"},
		{"comments go with what follows", "# top\na:\n    # b's\n    b: 1\n    # c's\n\n    c: 2\n", "# top\na:\n  # b's\n  b: 1\n  # c's\n\n  c: 2\n"},
		{"comments at the end of a level", "a:\n    b: 1\n    # still a's\nc: 2\n", "a:\n  b: 1\n  # still a's\nc: 2\n"},
		{"comments between levels", "a:\n  # shy\n      b: 1\n   # lost\n", "a:\n  # shy\n  b: 1\n  # lost\n"},
		{"comments behind values stay", "a:   1    # one\nb:      # two\n  c: 1 # three\n", "a: 1    # one\nb:      # two\n  c: 1 # three\n"},
		{"block text", "a:\n    b: |\n            x\n              y\n\n\n            z\n    c: 1\n", "a:\n  b: |\n    x\n      y\n\n\n    z\n  c: 1\n"},
		{"block text keeps its trailing space", "a: |\n    x  \n     \n    y\n", "a: |\n  x  \n   \n  y\n"},
		{"block text with a number", "a:\n    b: |2\n         x\n        y\n", "a:\n  b: |2\n       x\n      y\n"},
		{"block text that keeps its empty lines", "a: |+\n    x\n\n\nb: 1\n", "a: |+\n  x\n\n\nb: 1\n"},
		{"block text that strips them", "a: >-\n    x\n\n\n\nb: 1\n", "a: >-\n  x\n\nb: 1\n"},
		{"block text at the end without a line feed", "a: |\n    x", "a: |\n  x"},
		{"comment behind a block text", "a: |\n    x\n# c\n\n\nb: 1\n", "a: |\n  x\n# c\n\nb: 1\n"},
		{"looks like a comment in a block text", "a: |\n    # x\n\n\n\n    y\n", "a: |\n  # x\n\n\n\n  y\n"},
		{"plain text over lines", "a:\n    b: one\n        two\n\n\n        three\n    c: 1\n", "a:\n  b: one\n      two\n\n\n      three\n  c: 1\n"},
		{"plain text below its key", "a:\n    b:\n        one\n        two\n", "a:\n  b:\n    one\n    two\n"},
		{"quoted text over lines", "a:\n    b: \"one  \n\n\n      # two \\\n      three\"\n", "a:\n  b: \"one  \n\n\n    # two \\\n    three\"\n"},
		{"brackets over lines", "a:\n    b: [x,   y,\n        z, # z\n\n\n    ]\n    c: {d:  1}\n", "a:\n  b: [x,   y,\n      z, # z\n\n  ]\n  c: {d:  1}\n"},
		{"apostrophe in brackets", "a: [it's,\n   \"]\"]\nb:  1\n", "a: [it's,\n   \"]\"]\nb: 1\n"},
		{"anchors and aliases", "a:   &x\n    b: 1\nc:   *x\nd:\n    <<:   *x\n    e:  &y  2\n", "a: &x\n  b: 1\nc: *x\nd:\n  <<: *x\n  e: &y  2\n"},
		{"anchor on its own line", "a:\n        &x\n    b: 1\n", "a:\n  &x\n  b: 1\n"},
		{"several documents", "---\na:   1\n...\n---   # two\nb:\n- 1\n", "---\na: 1\n...\n---   # two\nb:\n  - 1\n"},
		{"wide characters", "é:\n    名前:   値  # 印\n", "é:\n  名前: 値  # 印\n"},
		{"times", "schedules:\n    s:\n        rotations:\n            r:\n                starts:   2026-12-07T09:00\n                handoff: [mon 09:00,   \"09:00\"]\n                coverage:\n                  mon-fri:  [09:00-18:00]\n                overrides:\n                - {from: 2026-12-24T09:00, to: 2026-12-26T09:00, members: [ben]} # swap\n",
			"schedules:\n  s:\n    rotations:\n      r:\n        starts: 2026-12-07T09:00\n        handoff: [mon 09:00,   \"09:00\"]\n        coverage:\n          mon-fri: [09:00-18:00]\n        overrides:\n          - {from: 2026-12-24T09:00, to: 2026-12-26T09:00, members: [ben]} # swap\n"},
		{"values that are absent", "a:\nb:\n    -\n    - c:\n", "a:\nb:\n  -\n  - c:\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := compiler.Format([]byte(c.in))
			if c.want == "" && strings.TrimSpace(c.in) != "" {
				if err == nil {
					t.Fatalf("formatted to %q, want an error", got)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != c.want {
				t.Errorf("got:\n%s\nwant:\n%s", visible(got), visible([]byte(c.want)))
			}
		})
	}
}

func visible(b []byte) string {
	return strings.NewReplacer(" ", "·", "\t", "→", "\n", "⏎\n").Replace(string(b))
}

func TestFormatRefuses(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"no YAML", "a: b: c\n", `line 1, column 5: a second ": " on this line cannot be a key`},
		{"tab", "a:\n\tb: 1\n", "line 2, column 1: a tab indents this line, and YAML allows only spaces"},
		{"bytes", "a: \xff\n", "line 1, column 4: the byte 0xff here is not UTF-8"},
		{"long key", "? a\n: b\n", "line 1, column 3: a key that is written with ? cannot be formatted"},
		{"line separator", "a: x\u2028\n", "line 1, column 5: the invisible line break Unicode 2028 is here"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := compiler.Format([]byte(c.in))
			var refused *compiler.FormatError
			if !errors.As(err, &refused) || err.Error() != c.want {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

// The plans we publish are formatted.
func TestFormatPlans(t *testing.T) {
	err := filepath.WalkDir("../plans", func(path string, d os.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".yaml" {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		got, err := compiler.Format(src)
		if err != nil || string(got) != string(src) {
			t.Errorf("%s is not formatted (%v)", path, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Whatever the layout, Format finds the same one: two sloppy spellings of one tree
// come out equal.
func TestFormatForgetsLayout(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tree := someMapping(t, 3)
		var results [2]string
		for i := range results {
			var b strings.Builder
			s := sloppy{t: t, out: &b}
			s.mapping(tree, 0, false)
			got, err := compiler.Format([]byte(b.String()))
			if err != nil {
				t.Fatalf("%v\n%s", err, visible([]byte(b.String())))
			}
			results[i] = string(got)
		}
		if results[0] != results[1] {
			t.Fatalf("two layouts of one tree:\n%s\n%s", visible([]byte(results[0])), visible([]byte(results[1])))
		}
	})
}

// value is a YAML value: text on the line, lines of a block text, a list or a mapping.
type value struct {
	text  string
	lines []string
	list  []value
	keys  []string
	of    []value
}

func someValue(t *rapid.T, depth int) value {
	kind := rapid.IntRange(0, 3).Draw(t, "kind")
	switch {
	case depth > 0 && kind == 0:
		return someMapping(t, depth-1)
	case depth > 0 && kind == 1:
		n := rapid.IntRange(1, 3).Draw(t, "n")
		v := value{}
		for range n {
			v.list = append(v.list, someValue(t, depth-1))
		}
		return v
	case kind == 2:
		return value{lines: rapid.SliceOfN(rapid.SampledFrom([]string{"x", "  deep", "# no comment", "key: no", "- dash", ""}), 1, 4).
			Filter(func(s []string) bool { return s[0] == "x" && s[len(s)-1] != "" }).Draw(t, "lines")}
	}
	return value{text: rapid.SampledFrom([]string{"plain", `"quoted # text"`, "'it''s'", "[a, b]", "{a: 1}", "5m", ""}).Draw(t, "text")}
}

func someMapping(t *rapid.T, depth int) value {
	v := value{}
	for i := range rapid.IntRange(1, 3).Draw(t, "n") {
		v.keys = append(v.keys, fmt.Sprintf("k%d", i))
		v.of = append(v.of, someValue(t, depth))
	}
	return v
}

// sloppy writes values as somebody in a hurry might.
type sloppy struct {
	t   *rapid.T
	out *strings.Builder
}

func (s sloppy) spaces(least int, what string) string {
	return strings.Repeat(" ", rapid.IntRange(least, least+3).Draw(s.t, what))
}

func (s sloppy) mapping(v value, indent int, begun bool) {
	for i, key := range v.keys {
		if i > 0 || !begun {
			s.out.WriteString(strings.Repeat(" ", indent))
		}
		s.out.WriteString(key + ":")
		s.value(v.of[i], indent, indent)
	}
}

// value writes what follows a colon or a dash. A list may stand as far left as the
// key it belongs to.
func (s sloppy) value(v value, indent, listLeast int) {
	trail := s.spaces(0, "trail")
	switch {
	case v.keys != nil:
		s.out.WriteString(trail + "\n")
		s.mapping(v, indent+1+rapid.IntRange(0, 3).Draw(s.t, "in"), false)
	case v.list != nil:
		s.out.WriteString(trail + "\n")
		s.list(v, listLeast+rapid.IntRange(0, 3).Draw(s.t, "in"))
	case v.lines != nil:
		s.out.WriteString(s.spaces(1, "gap") + "|" + trail + "\n")
		in := strings.Repeat(" ", indent+1+rapid.IntRange(0, 3).Draw(s.t, "in"))
		for _, line := range v.lines {
			if line == "" {
				s.out.WriteString("\n")
				continue
			}
			s.out.WriteString(in + line + "\n")
		}
	case v.text == "":
		s.out.WriteString(trail + "\n")
	default:
		s.out.WriteString(s.spaces(1, "gap") + v.text + trail + "\n")
	}
}

func (s sloppy) list(v value, indent int) {
	for _, item := range v.list {
		s.out.WriteString(strings.Repeat(" ", indent) + "-")
		if item.keys != nil {
			gap := s.spaces(1, "gap")
			s.out.WriteString(gap)
			s.mapping(item, indent+1+len(gap), true)
			continue
		}
		s.value(item, indent, indent+1)
	}
}

func FuzzFormat(f *testing.F) {
	for _, seed := range []string{
		"a:\n- b\n-   c: 1\n    d: |+2\n        x\n\n\n# e\nf: [1,\n 2]\n",
		"a: \"x\n\n  y\"\nb: 'it''s'\n? c\n: d\n", "&a x: &b {c: *a}\n---\n- - -\n...\n# x",
		"a:\n  !!str\n  b\n", ">\n ", "- |-\n\n  x\n - y", "%YAML 1.1\n---\na: >\n\n  b\n\n\n   c\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		once, err := compiler.Format(src)
		if err != nil {
			return
		}
		twice, err := compiler.Format(once)
		if err != nil || string(twice) != string(once) {
			t.Errorf("not settled (%v):\n%q\n%q", err, once, twice)
		}
	})
}
