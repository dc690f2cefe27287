package compiler

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/watchbill/watchbill/internal/diag"
)

// This file turns what the YAML library reads into trees (see node), and everything
// YAML lets pass that we do not into findings: duplicate keys, keys that are no
// texts, foreign tags, aliases that contain themselves or multiply out of
// proportion, values nested too deep. Beside it only extent.go, syntax.go and the
// formatter know the library.

// Limits of one file. The number of values an alias may stand for in all is
// limited by what the file itself holds: an honest file repeats its anchors a few
// times, an alias bomb a billion times.
const (
	maxDepth      = 64
	maxValues     = 500_000 // more fit into maxFileSize only if most are empty
	freeAliases   = 2_000
	aliasesPerOne = 10
)

// document is one YAML document of a file.
type document struct {
	sections []entry // without the x- keys; their values are read where an alias wants them
	unread   int     // values that stayed encrypted
}

// parse reads all documents of a file, of the settings when vars is nil. Several are as good as one: their sections
// are merged. broken is whether something at the top was lost, so that names may
// seem undefined that are not.
func parse(f *file, vars *variables, l *diag.List) (docs []document, broken bool) {
	if odd := oddLineBreak(f); odd != nil {
		l.Add(*odd)
		return nil, true
	}
	dec := yaml.NewDecoder(bytes.NewReader(f.src))
	for i := 0; ; i++ {
		doc, err := nextDocument(dec)
		if errors.Is(err, io.EOF) {
			return docs, false
		}
		if err != nil {
			l.Add(syntaxFinding(f, err))
			return docs, true
		}
		c := converter{file: f, read: cursor{f: f}, vars: vars, list: l, open: map[*yaml.Node]bool{}, done: map[*yaml.Node]*node{}}
		c.plain = f.sops.plainOf(i, doc)
		d, ok := c.document(doc)
		if !ok {
			return docs, true
		}
		docs = append(docs, d)
	}
}

// nextDocument shields us from the library: it reports some errors by panicking,
// and a hostile file may find one it does not catch itself.
func nextDocument(dec *yaml.Decoder) (doc *yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("yaml: %v", r)
		}
	}()
	doc = new(yaml.Node)
	return doc, dec.Decode(doc)
}

// converter turns the library's tree of one document into ours.
type converter struct {
	file *file
	read cursor
	vars *variables
	list *diag.List

	open map[*yaml.Node]bool  // anchors that are being converted
	done map[*yaml.Node]*node // anchors that were

	plain  map[*yaml.Node]*yaml.Node // decrypted scalars by the encrypted ones
	unread int                       // encrypted values without a plain one

	literal, aliased int
	exhausted, deep  bool  // reported once
	flood            *node // stands for every value behind maxValues
}

// document converts the top of a document: a mapping of sections.
func (c *converter) document(doc *yaml.Node) (d document, ok bool) {
	root := doc.Content[0]
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" {
		return d, true
	}
	if root.Kind != yaml.MappingNode {
		what := "a list"
		if root.Kind == yaml.ScalarNode {
			what = words[tagKinds[root.ShortTag()]]
		}
		is, hint := "a plan file must be a mapping of sections", "begin with a section, for example contacts:"
		switch {
		case testFile(path.Base(c.file.rel)):
			is, hint = "a test file must be a mapping", "begin with tests:"
		case c.vars == nil:
			is, hint = SettingsFile+" must be a mapping of settings", "begin with a setting, for example owner: web-oncall"
		}
		c.list.Errorf(c.file.content(root.Line), "wrong-type", "%s, not %s", is, what).WithHint("%s", hint)
		return d, false
	}
	top := c.mapping(root, 0, func(key string) bool {
		return strings.HasPrefix(key, "x-") || c.file.sops != nil && key == sopsKey
	})
	d.unread = c.unread
	for _, e := range top.entries {
		if !strings.HasPrefix(e.key, "x-") && !(c.file.sops != nil && e.key == sopsKey) {
			d.sections = append(d.sections, e)
		}
	}
	return d, true
}

func (c *converter) node(kind valueKind, y *yaml.Node) *node {
	c.literal++
	return &node{kind: kind, file: c.file, line: int32(y.Line), col: int32(y.Column), last: int32(y.Line), size: 1}
}

// broken is the place of something that was reported.
func (c *converter) broken(y *yaml.Node) *node { return c.node(invalid, y) }

func (c *converter) convert(y *yaml.Node, depth int) *node {
	if c.literal > maxValues {
		return c.tooMany(y)
	}
	if depth > maxDepth {
		return c.tooDeep(y)
	}
	switch y.Kind {
	case yaml.AliasNode:
		return c.alias(y, depth)
	case yaml.ScalarNode:
		return c.anchored(y, func() *node { return c.scalar(y) })
	case yaml.SequenceNode:
		return c.anchored(y, func() *node { return c.sequence(y, depth) })
	default:
		return c.anchored(y, func() *node { return c.mapping(y, depth, nil) })
	}
}

func (c *converter) tooMany(y *yaml.Node) *node {
	if c.flood == nil {
		c.flood = c.broken(y)
		c.list.Errorf(c.pos(y), "file-too-large", "the file holds more than %d values", maxValues).
			WithHint("spread its sections over several files")
	}
	return c.flood
}

func (c *converter) tooDeep(y *yaml.Node) *node {
	if !c.deep {
		c.deep = true
		c.list.Errorf(c.pos(y), "too-deep", "values are nested more than %d levels deep", maxDepth).
			WithHint(tooDeepHint)
	}
	return c.broken(y)
}

// anchored remembers what has an anchor, so that it is converted once.
func (c *converter) anchored(y *yaml.Node, convert func() *node) *node {
	if y.Anchor == "" {
		return convert()
	}
	if n, ok := c.done[y]; ok {
		return n
	}
	c.open[y] = true
	n := convert()
	delete(c.open, y)
	c.done[y] = n
	return n
}

func (c *converter) alias(y *yaml.Node, depth int) *node {
	if c.open[y.Alias] {
		c.list.Errorf(c.pos(y), "alias-cycle", "the anchor %q contains itself", y.Value).
			WithNote(c.pos(y.Alias), "the anchor begins here").
			WithHint("write out what belongs here")
		return c.broken(y)
	}
	n := c.convert(y.Alias, depth)
	if depth+int(n.height) > maxDepth {
		return c.tooDeep(y)
	}
	c.aliased += int(n.size)
	if c.aliased > freeAliases+aliasesPerOne*c.literal {
		if !c.exhausted {
			c.exhausted = true
			c.list.Errorf(c.pos(y), "too-many-aliases", "the aliases of this file stand for more than %d values", c.aliased-int(n.size)).
				WithHint("write the values out, or use fewer aliases inside anchors")
		}
		return c.broken(y)
	}
	return n
}

func (c *converter) sequence(y *yaml.Node, depth int) *node {
	n := c.collection(list, y)
	n.items = make([]*node, 0, len(y.Content))
	for _, item := range y.Content {
		child := c.convert(item, depth+1)
		n.items = append(n.items, child)
		n.holds(child)
	}
	return n
}

func (c *converter) collection(kind valueKind, y *yaml.Node) *node {
	n := c.node(kind, y)
	if tag := y.ShortTag(); tag != "!!seq" && tag != "!!map" {
		c.foreignTag(y, tag)
		n.kind = invalid
	}
	if y.Style&yaml.FlowStyle != 0 {
		c.flowEnd(n, y)
	}
	return n
}

// holds counts a child.
func (n *node) holds(child *node) {
	n.size = int32(min(int64(n.size)+int64(child.size), math.MaxInt32))
	n.height = max(n.height, min(child.height, 254)+1)
	if child.file == n.file {
		n.last = max(n.last, child.last)
	}
}

// mapping converts a table. The values of keys that skip names are not looked at.
func (c *converter) mapping(y *yaml.Node, depth int, skip func(key string) bool) *node {
	n := c.collection(table, y)
	n.entries = make([]entry, 0, len(y.Content)/2)
	var index keyIndex
	var merges []*yaml.Node
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, value := y.Content[i], y.Content[i+1]
		if key.Kind == yaml.ScalarNode && key.Tag == "!!merge" {
			merges = append(merges, key, value)
			continue
		}
		e, ok := c.key(key)
		if !ok {
			n.kind = invalid // the schema would only repeat that
			continue
		}
		if skip != nil && skip(e.key) {
			e.value = c.node(null, value)
		} else {
			e.value = c.convert(value, depth+1)
		}
		n.holds(e.value)
		if first := index.find(n, e.key); first != nil {
			c.list.Errorf(e.pos(), "duplicate-key", "the key %s is in this mapping twice", quote(e.key)).
				WithHint("remove one, or merge the two").
				WithNote(first.pos(), "the first one is here")
			continue
		}
		n.entries = append(n.entries, e)
	}
	if len(merges) > 0 {
		c.merge(n, &index, merges, depth)
	}
	return n
}

// keyIndex finds keys in a table under construction. Most tables are small and
// need no map for it.
type keyIndex struct{ rank map[string]int }

func (x *keyIndex) find(n *node, key string) *entry {
	if len(n.entries) < 16 {
		return n.get(key)
	}
	if x.rank == nil {
		x.rank = make(map[string]int, 2*len(n.entries))
	}
	for i := len(x.rank); i < len(n.entries); i++ {
		x.rank[n.entries[i].key] = i
	}
	if i, ok := x.rank[key]; ok {
		return &n.entries[i]
	}
	return nil
}

// merge adds what << names: keys the mapping does not have itself; of several
// mappings the first wins.
func (c *converter) merge(n *node, index *keyIndex, merges []*yaml.Node, depth int) {
	if len(merges) > 2 {
		c.list.Errorf(c.pos(merges[2]), "duplicate-key", "the key \"<<\" is in this mapping twice").
			WithHint("merge several anchors with one list: <<: [*a, *b]").
			WithNote(c.pos(merges[0]), "the first one is here")
	}
	for _, source := range mergeSources(merges[1]) {
		from := c.convert(source, depth+1)
		if from.kind == invalid {
			continue
		}
		if from.kind != table {
			c.list.Errorf(c.pos(source), "wrong-type", "only mappings can be merged with <<, and this is %s", words[from.kind])
			continue
		}
		for _, e := range from.entries {
			if index.find(n, e.key) != nil {
				continue
			}
			n.entries = append(n.entries, e)
			last := n.last
			n.holds(e.value)
			n.last = last // the lines of the anchor are not lines of this mapping
		}
	}
}

func mergeSources(value *yaml.Node) []*yaml.Node {
	if value.Kind == yaml.SequenceNode {
		return value.Content
	}
	return []*yaml.Node{value}
}

// key reads the key of an entry; its value is still to come.
func (c *converter) key(y *yaml.Node) (e entry, ok bool) {
	at := y
	if y.Kind == yaml.AliasNode {
		y = y.Alias
	}
	if y.Kind != yaml.ScalarNode {
		f := c.list.Errorf(c.pos(at), "wrong-type", "a key must be a text")
		if bytes.HasPrefix(c.read.from(at.Line, at.Column), []byte("{")) {
			f.WithHint("put a text that begins with { in quotes")
		}
		return e, false
	}
	c.literal++
	e = entry{key: y.Value, line: int32(at.Line), col: int32(at.Column)}
	e.col, e.end = c.extent(at)
	if plain := y.Style == 0; plain && (y.Tag != "!!str" || boolWord(y.Value)) {
		pos := diag.Pos{File: c.file.name, Line: at.Line, Col: int(e.col), End: int(e.end)}
		c.list.Errorf(pos, "not-a-string", "a key must be a text, but %s without quotes is %s", quotePlain(y.Value), meaning(y)).
			WithHint("%s", quotedForm(y.Value))
	}
	return e, true
}
