package importer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"

	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/compiler/rule"
	"github.com/watchbill/watchbill/internal/diag"
)

// File is one file of the plan folder: its path below it, with slashes, and whether it
// holds addresses and is for its owner's eyes only.
type File struct {
	Path    string
	Text    []byte
	Private bool
}

// planFiles are the plan files and the sections in each.
var planFiles = []struct {
	name     string
	sections []string
}{
	{"account.yaml", []string{"replication_set"}},
	{"people.yaml", []string{"contacts"}},
	{"schedules.yaml", []string{"schedules"}},
	{"escalation.yaml", []string{"escalation_plans"}},
	{"response.yaml", []string{"runbooks", "response_plans"}},
}

// Files are the plan files, and those of the addresses, in order. A section of which
// nothing is written has no file.
func (d *Draft) Files() []File {
	var plans, addresses []File
	for _, f := range planFiles {
		t := d.write(f.sections, nil)
		if t == nil {
			continue
		}
		plans = append(plans, File{Path: f.name, Text: t.bytes(), Private: d.options.Plain && f.name == "people.yaml"})
	}
	for _, i := range d.kept("contacts") {
		addresses = append(addresses, i.files...)
	}
	return append(plans, addresses...)
}

// ignoreReason stands behind every code that the files ask to ignore.
const ignoreReason = "it was so in the account when it was imported"

// write writes the sections of a file, nil for none; at hears of the first line of each
// item, from 1.
func (d *Draft) write(sections []string, at func(line int, i *item)) *text {
	d.nameRunbooks()
	t := &text{}
	t.comment(0, "Imported by watchbill from "+d.options.Source+".")
	if d.owned == "" {
		t.comment(0, "What names no owner here carried no ownership mark.")
	} else {
		t.comment(0, "Everything in the account "+d.owned+".")
	}
	t.line(0, "version: 1")
	head := len(t.lines)
	for _, section := range sections {
		items := d.kept(section)
		whole := section == "replication_set" // the section is the item
		for n, i := range items {
			if t.lines = append(t.lines, ""); n == 0 && !whole {
				t.line(0, section+":")
			} else if n == 1 && !whole && len(items[0].body) == 1 {
				t.lines = t.lines[:len(t.lines)-1]
			}
			if at != nil {
				at(len(t.lines)+1, i)
			}
			level := 1
			if whole {
				level = 0
			}
			for _, code := range i.ignores {
				t.comment(level, "watchbill:ignore "+code+" "+ignoreReason)
			}
			t.lines = append(t.lines, i.body...)
		}
	}
	if len(t.lines) == head {
		return nil
	}
	return t
}

func (t *text) bytes() []byte {
	var out []byte
	for _, l := range t.lines {
		out = append(append(out, l...), '\n')
	}
	return out
}

// object takes into account what the compiler says of the files: what a rule takes for an
// error and the account has all the same is accepted with a comment (what the plan would
// change about it, it could not say); what cannot be a plan is left out. It reports
// whether anything changed, so that the files want compiling again. The error is that a
// finding is about nothing that is written.
func (d *Draft) object(findings []diag.Finding) (changed bool, err error) {
	places := d.places()         // before anything is left out
	objected := map[*item]bool{} // one after the other: the next findings may be others
	for _, f := range findings {
		if f.Severity != diag.Error {
			continue
		}
		i := places.at(f.Pos)
		if i == nil {
			return false, fmt.Errorf("%s: %s [%s]", f.Pos, f.Message, f.Code)
		}
		r, known := rule.Find(f.Code)
		if known && !r.Fixed && !slices.Contains(i.ignores, f.Code) {
			i.ignores = append(i.ignores, f.Code)
			slices.Sort(i.ignores)
		} else if !objected[i] {
			i.leave("the plan language cannot say it: %s", f.Message)
		}
		objected[i], changed = true, true
	}
	d.cascade()
	return changed, nil
}

// Settle drafts until the compiler has nothing against the files, which are staged in a
// hidden folder in dir with the settings beside them, and returns that folder; whoever
// calls removes it. The error is trouble, or a finding that is about no item.
func (d *Draft) Settle(ctx context.Context, dir string, settings File, o compiler.Options) (stage string, err error) {
	stage, err = Stage(dir, nil)
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(stage))
		}
	}()
	for {
		files := d.Files()
		if err := Refill(stage, append(files, settings)); err != nil || len(files) == 0 {
			return stage, err
		}
		res, err := compiler.Compile(ctx, stage, o)
		if err != nil {
			return stage, fmt.Errorf("compile what was imported: %w", err)
		}
		changed, err := d.object(res.Findings)
		if err != nil || !changed {
			return stage, err
		}
	}
}

// places says which item stands where: by file, the items with their first lines, in order.
type places map[string][]placed

type placed struct {
	line int
	item *item
}

func (d *Draft) places() places {
	out := places{}
	for _, f := range planFiles {
		d.write(f.sections, func(line int, i *item) { out[f.name] = append(out[f.name], placed{line, i}) })
	}
	return out
}

// at is the item that a place belongs to, nil for none.
func (p places) at(pos diag.Pos) (found *item) {
	for _, at := range p[path.Base(pos.File)] {
		if at.line <= pos.Line {
			found = at.item
		}
	}
	return found
}
