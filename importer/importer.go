// Package importer turns what an account holds into the plan files an author would have
// written: names instead of ARNs, defaults left out, the stages our own compiler cut joined
// back into one wait. It reads a State (see kind.Env.ReadAll) and knows no network.
//
//	State → New → Draft ─┬→ Files → compile ─→ findings
//	                     └───── leave out ←───────┘   Settle: until nothing is wrong; then Place
//
// What a plan cannot say exactly is left out as a whole, with the reason, and so is what
// refers to it: half of a contact would take the other half away at the next apply.
package importer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/watchbill/watchbill/internal/mask"
	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
)

// Options say how an account is written down.
type Options struct {
	// Source is where it was read, in words, for the first line of each file.
	Source string
	// Region is the one that was spoken to: it comes first in the replication set.
	Region string
	// Plain writes addresses into the plan files; otherwise each gets a file of its own
	// below AddressFolder.
	Plain bool
}

// LeftOut is a live resource that is in no plan file, and why.
type LeftOut struct{ What, Why string }

// Draft are the plan files of an account before they are written.
type Draft struct {
	options Options
	items   []*item
	// byAddr are the items by what they stand for: a schedule's also by its rotations.
	byAddr   map[resource.Addr]*item
	children map[resource.Addr][]*resource.Object // what was read, by parent
	found    map[resource.Addr]*resource.Object
	names    map[resource.Addr]string // channel's and rotation's keys in the plan
	owned    string                   // whose everything was, "" when not all was the same
	left     []LeftOut                // what never became an item
}

// item is one entry of a section, or the section replication_set.
type item struct {
	addr    resource.Addr
	stands  []resource.Addr // what is ours when it is adopted, in the plan's words
	section string
	body    []string // the lines, from the key on, as they stand in the file
	refs    []resource.Addr
	files   []File   // its addresses
	ignores []string // codes of findings that are accepted
	why     string   // it is left out because
	parts   []string // what is left out with it

	document    string // a runbook's, for its name
	runbook     *item  // a response plan's, and the line that names it
	runbookLine int
}

func (i *item) leave(format string, args ...any) {
	if i.why == "" {
		i.why = fmt.Sprintf(format, args...)
	}
}

// New drafts plan files for everything in an observed state that was read with
// kind.Env.ReadAll. The state must have nothing unknown: what was not read would be
// missing, and a later apply would take it for gone.
func New(observed *resource.State, o Options) *Draft {
	d := &Draft{
		options: o, byAddr: map[resource.Addr]*item{}, children: map[resource.Addr][]*resource.Object{},
		found: map[resource.Addr]*resource.Object{}, names: map[resource.Addr]string{},
	}
	all := observed.All()
	owners := map[string]bool{}
	for _, obj := range all {
		d.found[obj.Addr] = obj
		if obj.Parent.IsZero() {
			d.owned = ownership(obj)
			owners[d.owned] = true
		}
		if !obj.Parent.IsZero() {
			d.children[obj.Parent] = append(d.children[obj.Parent], obj)
		}
	}
	if len(owners) > 1 {
		d.owned = ""
	}
	d.nameRotations(all)
	books := &runbooks{}
	for _, obj := range all {
		switch spec := obj.Spec.(type) {
		case kind.ReplicationSet:
			d.add(d.replicationSet(obj, spec))
		case kind.Contact:
			d.add(d.contact(obj, spec))
		case kind.Schedule:
			d.add(d.schedule(obj, spec))
		case kind.EscalationPlan:
			d.add(d.escalationPlan(obj, spec))
		case kind.ResponsePlan:
			d.add(d.responsePlan(obj, spec, books))
		}
	}
	for _, r := range books.items {
		d.add(r)
	}
	d.cascade()
	return d
}

func (d *Draft) add(i *item) {
	d.items = append(d.items, i)
	d.byAddr[i.addr] = i
}

// nameRule is what a name must be, in words.
const nameRule = "a name in a plan holds lower-case letters, digits, - and _, begins with a letter or a digit, and has at most 50 characters"

// newItem begins an item: its key, and whose it was.
func (d *Draft) newItem(section string, o *resource.Object) (*item, *text) {
	i := &item{addr: o.Addr, section: section, stands: []resource.Addr{o.Addr}}
	t := &text{}
	if !kind.Sayable(o.Addr.Name) {
		i.leave("%s", nameRule)
	}
	d.ownerComment(t, 1, o)
	t.line(1, scalar(o.Addr.Name)+":")
	return i, t
}

// ownership is whose something was, in words.
func ownership(o *resource.Object) string {
	switch o.Owner {
	case resource.Ours:
		return "carried our own mark"
	case resource.Foreign:
		return "belonged to owner " + mask.Scrub(o.OwnedBy)
	}
	return "carried no ownership mark"
}

// ownerComment says whose something was, unless the first lines of the files say it.
func (d *Draft) ownerComment(t *text, level int, o *resource.Object) {
	if d.owned == "" && o.Owner != resource.Unmarked {
		t.comment(level, ownership(o))
	}
}

// finish writes what all items end with.
func (i *item) finish(t *text, level int, tags map[string]string, section string) {
	tags, protect := unprotected(tags)
	t.table(level, section, tags)
	if protect {
		t.line(level, "protect: true")
	}
	i.body = t.lines
}

// protectTag is how protection is written into an account.
const protectTag = "watchbill-protect"

// unprotected takes the mark of protection out of tags.
func unprotected(tags map[string]string) (map[string]string, bool) {
	if tags[protectTag] != "true" {
		return tags, false
	}
	out := map[string]string{}
	for k, v := range tags {
		if k != protectTag {
			out[k] = v
		}
	}
	return out, true
}

// cascade leaves out what refers to something that is not in the plan.
func (d *Draft) cascade() {
	for again := true; again; {
		again = false
		for _, i := range d.items {
			for _, ref := range i.refs {
				if i.why != "" {
					break
				}
				switch to := d.byAddr[ref]; {
				case to == nil:
					i.leave("it refers to %s, which is not there", shown(ref))
				case to.why != "" && to.section == "runbooks":
					i.leave("its runbook cannot be written: %s", to.why)
				case to.why != "":
					i.leave("it refers to %s, which is left out", shown(ref))
				}
				again = again || i.why != ""
			}
		}
	}
}

// shown is an address for people. One that stands for an identifier nobody knows says so.
func shown(a resource.Addr) string {
	if strings.Contains(a.Name, "?") {
		return fmt.Sprintf("a %s %s", strings.ReplaceAll(a.Kind, "_", " "), strings.TrimLeft(a.Name[strings.LastIndexByte(a.Name, '?'):], "?"))
	}
	return a.String()
}

// kept are the items that are written, by section and in order.
func (d *Draft) kept(section string) []*item {
	var out []*item
	for _, i := range d.items {
		if i.section == section && i.why == "" && (section != "runbooks" || d.used(i)) {
			out = append(out, i)
		}
	}
	slices.SortFunc(out, func(a, b *item) int { return a.addr.Compare(b.addr) })
	return out
}

// used reports whether a written response plan starts a runbook.
func (d *Draft) used(runbook *item) bool {
	return slices.ContainsFunc(d.items, func(i *item) bool { return i.why == "" && slices.Contains(i.refs, runbook.addr) })
}

// Addrs are the resources that stand alone and are in the plan files, sorted: what can
// be adopted.
func (d *Draft) Addrs() []resource.Addr {
	var out []resource.Addr
	for _, i := range d.items {
		if i.why == "" {
			out = append(out, i.stands...)
		}
	}
	slices.SortFunc(out, resource.Addr.Compare)
	return out
}

// LeftOut is what is in no plan file, sorted. Its texts hold no address.
func (d *Draft) LeftOut() []LeftOut {
	out := slices.Clone(d.left)
	for _, i := range d.items {
		if i.why == "" || i.section == "runbooks" {
			continue
		}
		out = append(out, LeftOut{shown(i.addr), i.why})
		for _, p := range i.parts {
			out = append(out, LeftOut{p, "it belongs to " + shown(i.addr) + ", which is left out"})
		}
	}
	for n := range out {
		out[n].What, out[n].Why = mask.Scrub(out[n].What), mask.Scrub(out[n].Why)
	}
	slices.SortStableFunc(out, func(a, b LeftOut) int { return cmp.Compare(a.What, b.What) })
	return out
}

// Accepted are the codes of the errors that the account has and that the files ask to
// ignore, by what they are about, sorted.
func (d *Draft) Accepted() []LeftOut {
	var out []LeftOut
	for _, i := range d.items {
		if i.why == "" && len(i.ignores) > 0 {
			out = append(out, LeftOut{shown(i.addr), strings.Join(i.ignores, ", ")})
		}
	}
	slices.SortFunc(out, func(a, b LeftOut) int { return cmp.Compare(a.What, b.What) })
	return out
}
