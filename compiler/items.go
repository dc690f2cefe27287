package compiler

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/compiler/rule"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/schema"
)

// loaded is one plan file, read and parsed.
type loaded struct {
	file    *file
	docs    []document
	ignores []rule.Ignore
	list    diag.List
	broken  bool
	// unopened is set when the file is encrypted and nobody insisted on opening it.
	unopened bool
}

// item is one item of a section, or a section that has none.
type item struct {
	section string
	entry   *entry
	list    diag.List
	decoded any
	unread  int // addresses that stayed encrypted
}

// span is the lines of an item that has findings. One that was misread was not
// even parsed whole: a part of it may be missing without a trace.
type span struct {
	first, last int
	misread     bool
}

// holding returns the span a line is in, nil for none. The spans are sorted.
func holding(spans []span, line int) *span {
	i := sort.Search(len(spans), func(i int) bool { return spans[i].first > line })
	if i == 0 || line > spans[i-1].last {
		return nil
	}
	return &spans[i-1]
}

// items validates and decodes everything that was loaded, and adds to the plan
// what has a name of its own.
func (c *compilation) items(ctx context.Context, all []loaded) error {
	var items []*item
	unread := 0
	for i := range all {
		if c.lostDocument(all[i]) {
			continue
		}
		for _, doc := range all[i].docs {
			unread += doc.unread
			for j := range doc.sections {
				items = c.section(&doc.sections[j], items)
			}
		}
	}
	values := c.values()
	err := parallel(ctx, len(items), func(i int) { items[i].read(values) })
	if err != nil {
		return err
	}
	c.out.Plan = &ast.Plan{}
	first := map[string]*entry{}
	for _, it := range items {
		c.addItem(it, first)
		unread -= it.unread
	}
	c.incomplete = c.incomplete || unread > 0 // something else than addresses is encrypted
	for _, spans := range c.broken {
		slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.first, b.first) })
	}
	if len(items) == 0 && !c.incomplete && c.list.Len() == 0 {
		c.emptyPlan()
	}
	return nil
}

// section checks a top-level key and lists the items under it.
func (c *compilation) section(e *entry, items []*item) []*item {
	switch {
	case e.key == "version":
		c.version(e)
	case !schema.Known(e.key):
		c.unknownSection(e)
	case e.value.kind == invalid || e.value.kind == null:
		// Reported, or all commented out.
	case !schema.HasItems(e.key):
		items = append(items, &item{section: e.key, entry: e})
	case e.value.kind != table:
		c.incomplete = true
		c.list.Errorf(e.value.pos(), "wrong-type", "%s must be a mapping of names, not %s", quote(e.key), words[e.value.kind]).
			WithHint("write the names below it, one a line, each with what belongs to it")
	default:
		for i := range e.value.entries {
			items = append(items, &item{section: e.key, entry: &e.value.entries[i]})
		}
	}
	return items
}

func (c *compilation) version(e *entry) {
	switch v := e.value; {
	case v.kind == invalid || v.kind == integer && v.text == "1":
	case v.kind == integer:
		c.list.Errorf(v.pos(), "wrong-value", "this watchbill reads version 1 of the plan language, not %s", quotePlain(v.text)).
			WithHint("write version: 1, or use a newer watchbill")
	default:
		c.list.Errorf(e.pos(), "wrong-type", "\"version\" must be a whole number, not %s", words[v.kind]).
			WithHint("write version: 1")
	}
}

func (c *compilation) unknownSection(e *entry) {
	c.incomplete = true
	known := schema.TopLevel("plan")
	near := didYouMean(e.key, known)
	f := c.list.Errorf(e.pos(), "unknown-key", "unknown section %s%s", quote(e.key), near)
	settings := schema.TopLevel(schema.Settings)
	switch {
	case near != "":
	case slices.Contains(settings, e.key):
		f.WithHint("%s is a setting: it belongs into %s beside the plans", e.key, SettingsFile)
	default:
		f.WithHint("%s; a key of your own begins with x-", knownHere(known))
	}
}

// nouns of the items, from the sections' schemas.
func (it *item) noun() string {
	if !schema.HasItems(it.section) {
		return quote(it.section)
	}
	return strings.ToLower(schema.ItemTitle(it.section)) + " " + quote(it.entry.key)
}

// read validates and decodes one item.
func (it *item) read(values *values) {
	e := it.entry
	if e.value.kind == invalid {
		return
	}
	var problems []schema.Problem
	if schema.HasItems(it.section) {
		if hint, ok := schema.CheckName(it.section, e.key); !ok {
			s := sentence{Problem: schema.Problem{Reason: schema.NotMatching, OnKey: true, Path: []string{e.key}, Hint: hint}}
			s.notMatching()
			s.finding.Pos = e.pos()
			it.list.Add(s.finding)
		}
		problems = schema.ValidateItem(it.section, e.value.any())
	} else {
		problems = schema.Validate(it.section, e.value.any())
	}
	if len(problems) > 0 {
		translate(problems, subject{noun: it.noun(), key: e, value: e.value}, &it.list)
	}
	d := &decoder{list: &it.list, values: values}
	it.decoded = decoders[it.section].decode(d, e)
	it.unread = d.unread
}

// addItem puts an item into the plan unless its name is taken.
func (c *compilation) addItem(it *item, first map[string]*entry) {
	c.list.Add(it.list.Sorted()...)
	pos := it.entry.pos()
	lines := span{first: pos.Line, last: int(max(it.entry.value.last, it.entry.line))}
	lines.misread = it.decoded == nil || c.misread(pos.File, lines)
	if it.list.Len() > 0 || lines.misread {
		c.broken[pos.File] = append(c.broken[pos.File], lines)
	}
	id := it.section
	if schema.HasItems(it.section) {
		id += "/" + it.entry.key
	}
	if other := first[id]; other != nil {
		c.list.Errorf(it.entry.pos(), "duplicate-name", "%s is defined twice", it.noun()).
			WithHint("remove one, or rename it").
			WithNote(other.pos(), "the first definition is here")
		return
	}
	first[id] = it.entry
	if it.decoded != nil {
		decoders[it.section].add(c.out.Plan, it.decoded)
	}
}

// misread reports whether parsing the file found something in the lines.
func (c *compilation) misread(file string, in span) bool {
	lines := c.parsed[file]
	i, _ := slices.BinarySearch(lines, in.first)
	return i < len(lines) && lines[i] <= in.last
}

func (c *compilation) emptyPlan() {
	dir := diag.Pos{File: c.folder.name(".")}
	if len(c.out.Files) == 0 {
		c.list.Errorf(dir, "empty-plan", "the folder holds no plan file").
			WithHint("plan files end in .yaml or .yml; watchbill init writes a first one")
		return
	}
	c.list.Errorf(dir, "empty-plan", "the plan files of the folder define nothing").
		WithHint("begin with a section, for example contacts: (or, when everything is meant to go, apply with --allow-empty)")
}

// parallel calls do(0) … do(n-1) on all cores. The error is that ctx was done
// before the last call began.
func parallel(ctx context.Context, n int, do func(i int)) error {
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		workers.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				do(i)
			}
		})
	}
	workers.Wait()
	return ctx.Err()
}
