package compiler

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/compiler/rule"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/schema"
)

// Tests are the test files of a plan folder.
type Tests struct {
	Files    []string       // as printed in Pos.File, sorted
	Cases    []*ast.Test    // sorted by file, then by place in it; one with a finding may be there in part
	Findings []diag.Finding // sorted, with the severities of the settings, ignores applied
	Sources  diag.Sources   // all of Files
}

// testFiles are the test files found in a folder, and what is said about those that
// are none.
type testFiles struct {
	wanted bool
	files  []candidate
	seen   map[string]bool // by their path without links
	list   diag.List
}

func (t *testFiles) add(at candidate) {
	if t.seen == nil {
		t.seen = map[string]bool{}
	}
	if !t.seen[at.real] {
		t.seen[at.real] = true
		t.files = append(t.files, at)
	}
}

func byPath(a, b candidate) int {
	return strings.Compare(filepath.ToSlash(a.rel), filepath.ToSlash(b.rel))
}

// test notes a test file that is no link.
func (d *folder) test(at candidate, kind fs.FileMode) {
	switch {
	case !d.tests.wanted:
	case kind.IsRegular():
		d.tests.add(at)
	default:
		d.tests.list.Errorf(diag.Pos{File: d.name(at.rel)}, "not-a-file", "%s is %s, not a file", quote(filepath.Base(at.rel)), special(kind)).
			WithHint("move it out of the plan folder, or give it another ending")
	}
}

// followTest looks at what a link leads to that is named as a test file.
func (d *folder) followTest(link candidate) {
	if !d.tests.wanted {
		return
	}
	pos := diag.Pos{File: d.name(link.rel)}
	target, inside, err := d.resolve(link.real)
	switch {
	case err != nil:
		d.tests.list.Errorf(pos, "unreadable", "the link cannot be followed: %v", cause(err)).
			WithHint("let it lead to a file of the folder, or remove it")
		return
	case !inside:
		d.tests.list.Errorf(pos, "outside-folder", "the link leads out of the plan folder").
			WithHint("put the files into the folder, or remove the link")
		return
	}
	d.targets[link.real] = target
	info, err := os.Stat(filepath.Join(d.real, link.real))
	if err != nil {
		return // gone meanwhile: the folder is read again
	}
	d.test(candidate{link.rel, target}, info.Mode())
}

// tests reads the test files and checks them against the plan, as far as that could
// be read.
func (c *compilation) tests(ctx context.Context) error {
	t := &Tests{Sources: diag.Sources{}}
	c.out.Tests = t
	found := &c.folder.tests
	if len(found.files) > maxFiles {
		found.list.Errorf(diag.Pos{File: c.folder.name(".")}, "too-many-files", "the folder holds more than %d test files", maxFiles).
			WithHint("is this the plan folder?")
		found.files = found.files[:maxFiles]
	}
	all, err := c.read(ctx, found.files)
	if err != nil {
		return fmt.Errorf("read the test files: %w", err)
	}
	var ignores []rule.Ignore
	for i := range all {
		l := &all[i]
		t.Files = append(t.Files, c.folder.name(found.files[i].rel))
		if l.file != nil {
			t.Sources[l.file.name] = l.file.src
			t.Cases = append(t.Cases, l.tests()...)
		}
		if l.file == nil && l.list.Len() == 0 {
			found.list.Errorf(diag.Pos{File: t.Files[i]}, "file-too-large", "the files of the folder are larger than %s together", bytesSize(maxFolderSize)).
				WithHint("is this the plan folder?")
		}
		found.list.Add(l.list.Sorted()...)
		ignores = append(ignores, l.ignores...)
	}
	if !c.incomplete {
		rule.CheckTests(c.out.Plan, rule.Input{Tests: t.Cases, Now: c.now()}, &found.list)
	}
	t.Findings = rule.Settle(found.list.Sorted(), c.out.Settings.Rules, ignores)
	return nil
}

// foreign reports a section of a plan in a test file, where nothing would come of it.
func (l *loaded) foreign(e entry) bool {
	if !schema.Known(e.key) {
		return false
	}
	l.list.Errorf(e.pos(), "unknown-key", "%s belongs into a plan file, and this is one of tests: its name ends in _test", quote(e.key)).
		WithHint("move it into another file, or rename this one")
	return true
}

// tests validates and decodes one test file.
func (l *loaded) tests() []*ast.Test {
	d := &decoder{list: &l.list}
	var cases []*ast.Test
	for _, doc := range l.docs {
		if len(doc.sections) == 0 {
			continue // comments, or anchors for nobody
		}
		first := &doc.sections[0]
		sections := slices.DeleteFunc(slices.Clone(doc.sections), l.foreign)
		if len(sections) == 0 {
			continue // it is no test file
		}
		top := &node{kind: table, file: l.file, line: first.line, col: first.col, end: first.end, entries: sections}
		translate(schema.Validate(schema.Tests, top.any()), subject{noun: "the test file", value: top}, &l.list)
		for _, n := range d.items(top.get("tests")) {
			if n.kind == table {
				cases = append(cases, d.test(n))
			}
		}
	}
	names := map[string]diag.Pos{}
	for _, t := range cases {
		other, taken := names[t.Name.V]
		switch {
		case !t.Name.Set():
		case taken:
			l.list.Errorf(t.Name.At, "duplicate-name", "two tests of this file are called %s", quote(t.Name.V)).
				WithHint("give one another name: --run and reports tell tests apart by it").
				WithNote(other, "the first one is here")
		default:
			names[t.Name.V] = t.Name.At
		}
	}
	return cases
}

func (d *decoder) test(n *node) *ast.Test {
	t := &ast.Test{
		At:           n.pos(),
		Name:         d.text(n.get("name")),
		ResponsePlan: d.text(n.get("response_plan")),
		Schedule:     d.text(n.get("schedule")),
		When:         d.instants(n.get("at")),
	}
	// Reports print it, and a terminal or a CI server would obey what is in it.
	if strings.ContainsFunc(t.Name.V, diag.Obeyed) {
		d.list.Errorf(t.Name.At, "wrong-value", "the name of a test is one line of text, and %s is not", quote(t.Name.V)).
			WithHint("write a sentence without line breaks and control characters")
	}
	for _, e := range d.table(n.get("acknowledge")) {
		if after := d.duration(e); after.Set() {
			t.Acknowledge = append(t.Acknowledge, &ast.Answer{Contact: keyText(e), After: after})
		}
	}
	for _, item := range d.items(n.get("expect")) {
		if item.kind == table {
			t.Expect = append(t.Expect, d.expectation(item))
		}
	}
	return t
}

// instants are one text or a list of them. YAML's own dates are as good: they are
// read as they are written.
func (d *decoder) instants(e *entry) []ast.Text {
	if e == nil {
		return nil
	}
	nodes := []*node{e.value}
	if e.value.kind == list {
		nodes = e.value.items
	}
	var out []ast.Text
	for _, n := range nodes {
		if n.kind == text || n.kind == date {
			out = append(out, ast.Text{V: n.text, At: n.pos()})
		}
	}
	return out
}

// typesOf are the words of channel types and what they mean.
var typesOf = map[string]string{"call": "voice", "voice": "voice", "text": "sms", "sms": "sms", "mail": "email", "email": "email"}

func (d *decoder) expectation(n *node) *ast.Expectation {
	x := &ast.Expectation{
		At:          n.pos(),
		Contact:     d.text(n.get("contact")),
		By:          d.duration(n.get("by")),
		Nobody:      d.text(n.get("nobody")),
		Before:      d.duration(n.get("before")),
		Channel:     d.text(n.get("channel")),
		ChannelType: d.text(n.get("channel_type")),
		FirstPage:   d.duration(n.get("first_page")),
		Stops:       d.flag(n.get("stops")),
		Schedule:    d.text(n.get("schedule")),
	}
	if x.ChannelType.Set() {
		x.ChannelType.V = typesOf[x.ChannelType.V]
	}
	if e := n.get("on_call"); e != nil && e.value.kind == list {
		x.OnCall = &ast.OnCallSet{At: e.pos(), Names: d.texts(e)}
	}
	return x
}
