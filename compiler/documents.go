package compiler

// Automation documents of the plan's own: files of the plan folder that a runbook names with
// source. Many end in .yaml and lie among the plan files; what a source names is none of them.

import (
	"bytes"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/schema"
)

// maxDocument is the largest document Systems Manager takes.
// https://docs.aws.amazon.com/general/latest/gr/ssm.html#limits_ssm
const maxDocument = 64 << 10

// documentKey is the key every Automation document has at its top, and no plan file.
const documentKey = "schemaVersion"

// split takes the documents out of what was loaded with their findings: to a plan they would
// be nothing but unknown sections. A file that defines something stays a plan file, whoever
// names it.
func (c *compilation) split(files []candidate, all []loaded) (plans []candidate, out []loaded) {
	named := c.namedSources(all)
	for i, at := range files {
		if named[at.real] && !definesPlan(all[i].docs) {
			continue
		}
		plans, out = append(plans, at), append(out, all[i])
	}
	return plans, out
}

// namedSources are the files that a source names, by their path without links.
func (c *compilation) namedSources(all []loaded) map[string]bool {
	named := map[string]bool{}
	for _, l := range all {
		for _, doc := range l.docs {
			for i := range doc.sections {
				if doc.sections[i].key == "runbooks" {
					c.addSources(doc.sections[i].value, named)
				}
			}
		}
	}
	return named
}

func (c *compilation) addSources(runbooks *node, named map[string]bool) {
	for _, e := range runbooks.entries {
		source := e.value.get("source")
		if source == nil || source.value.kind != text {
			c.hidden = c.hidden || source != nil && source.value.sealed
			continue
		}
		rel := filepath.FromSlash(source.value.text)
		if !filepath.IsLocal(rel) {
			continue
		}
		if real, inside, err := c.folder.resolve(rel); err == nil && inside {
			named[real] = true
		}
	}
}

// definesPlan reports whether a file has a section of the plan language.
func definesPlan(docs []document) bool {
	for _, doc := range docs {
		for _, e := range doc.sections {
			if e.key != "version" && schema.Known(e.key) {
				return true
			}
		}
	}
	return false
}

// isDocument reports whether a file of the folder is an Automation document by its keys.
func (d *folder) isDocument(at candidate) bool {
	src, finding := d.bytes(at.real, maxDocument)
	return finding == nil && IsDocument(src)
}

// IsDocument reports whether the text of a YAML file is an Automation document by its keys,
// whoever names it, and so no plan file.
func IsDocument(src []byte) bool {
	if len(src) > maxDocument || !bytes.Contains(src, []byte(documentKey)) {
		return false
	}
	var ignored diag.List
	docs, _ := parse(newFile("", "", src), nil, &ignored)
	return documentOf(docs) != nil
}

// documentOf is the key by which a file is an Automation document, nil when it is none.
func documentOf(docs []document) *entry {
	if len(docs) == 0 || definesPlan(docs) {
		return nil
	}
	for i := range docs[0].sections {
		if e := &docs[0].sections[i]; e.key == documentKey {
			return e
		}
	}
	return nil
}

// lostDocument reports a file that is an Automation document and that no source names: once,
// where each of its keys would be an unknown section.
func (c *compilation) lostDocument(l loaded) bool {
	e := documentOf(l.docs)
	if e != nil && !c.hidden && !c.incomplete && len(c.unopened) == 0 { // else what names it may be in what was not read
		c.list.Errorf(e.pos(), "unknown-key", "this is an Automation document, and no runbook names it").
			WithHint("write source: %s in a runbook, or move the file out of the plan folder", l.file.rel)
	}
	return e != nil
}

// documents reads what the runbooks' sources name.
func (c *compilation) documents() {
	read := map[string]bool{}
	for _, r := range c.out.Plan.Runbooks {
		if !r.Source.Set() {
			continue
		}
		f := c.readDocument(r.Source)
		if f == nil {
			continue
		}
		r.Content, r.Format = string(f.src), "YAML"
		if path.Ext(f.rel) == ".json" {
			r.Format = "JSON"
		}
		if !read[f.rel] {
			read[f.rel] = true
			c.sources = append(c.sources, f)
			checkAutomation(f, &c.list)
		}
	}
	slices.SortStableFunc(c.sources[c.plans:], func(a, b *file) int { return strings.Compare(a.rel, b.rel) })
}

// readDocument reads the file of a source, nil when that is reported.
func (c *compilation) readDocument(source ast.Text) *file {
	rel := filepath.FromSlash(source.V)
	if !filepath.IsLocal(rel) {
		c.list.Errorf(source.At, "outside-folder", "the file %s is outside the plan folder", quote(source.V)).
			WithHint("put the document into the plan folder, and name it by its path from there")
		return nil
	}
	real, inside, err := c.folder.resolve(rel)
	switch {
	case err != nil:
		c.list.Errorf(source.At, "unreadable", "the file %s cannot be read: %v", quote(source.V), cause(err)).
			WithHint("the path begins at the plan folder")
		return nil
	case !inside:
		c.list.Errorf(source.At, "outside-folder", "the file %s is a link out of the plan folder", quote(source.V)).
			WithHint("put the document into the plan folder")
		return nil
	}
	if real != filepath.Clean(rel) {
		c.folder.targets[rel] = real
	}
	src, finding := c.folder.bytes(real, maxDocument)
	if finding != nil {
		c.list.Report(diag.Error, source.At, finding.Code, "%s: %s", quote(source.V), finding.Message).
			WithHint("a document is a file of at most %s below the plan folder", bytesSize(maxDocument))
		return nil
	}
	if finding := notText(src); finding != nil {
		finding.Pos.File = c.folder.name(rel)
		c.list.Add(*finding)
		return nil
	}
	return newFile(c.folder.name(rel), filepath.ToSlash(rel), src)
}
