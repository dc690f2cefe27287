package compiler

import (
	"strconv"
	"strings"
	"time"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/internal/mask"
	"github.com/watchbill/watchbill/kind"
	"github.com/watchbill/watchbill/schema"
)

// decoder makes ast values of nodes. It runs whether or not the schema has found
// problems, so that names which are defined badly are defined: a value of the
// wrong shape is left out, and only what no schema can see is reported here.
type decoder struct {
	list   *diag.List
	values *values // nil: addresses that stand elsewhere are left unread
	unread int     // addresses that stayed encrypted
}

// table returns the entries of a mapping, none for anything else.
func (d *decoder) table(e *entry) []*entry {
	if e == nil || e.value.kind != table {
		return nil
	}
	out := make([]*entry, len(e.value.entries))
	for i := range e.value.entries {
		out[i] = &e.value.entries[i]
	}
	return out
}

// items returns the members of a list, none for anything else.
func (d *decoder) items(e *entry) []*node {
	if e == nil || e.value.kind != list {
		return nil
	}
	return e.value.items
}

func (d *decoder) text(e *entry) ast.Text {
	if e == nil {
		return ast.Text{}
	}
	return d.textOf(e.value)
}

// textOf is a text. Words and numbers that other YAML readers do not take for a
// text are none here either, unless they stand in quotes.
func (d *decoder) textOf(n *node) ast.Text {
	what := ""
	switch {
	case n.kind == date:
		what = "a date"
	case n.kind != text:
		return ast.Text{}
	case n.plain && boolWord(n.text):
		what = "true or false"
	case n.plain && sexagesimal.MatchString(n.text):
		what = "a number"
	}
	if what != "" {
		d.list.Errorf(n.pos(), "not-a-string", "%s without quotes is %s to many YAML readers", quotePlain(n.text), what).
			WithHint("%s", quotedForm(n.text))
	}
	return ast.Text{V: n.text, At: n.pos()}
}

// int is a whole number. The ways to write one that look like another number
// (010 is eight) are refused.
func (d *decoder) int(e *entry) ast.Int {
	if e == nil || e.value.kind != integer && e.value.kind != float {
		return ast.Int{}
	}
	n := e.value
	i, err := strconv.Atoi(n.text)
	if plain := err == nil && strconv.Itoa(i) == n.text; !plain {
		v, whole := n.whole()
		if !whole {
			return ast.Int{} // the schema says so
		}
		f := d.list.Errorf(n.pos(), "wrong-value", "%s is not how a whole number is written here", quotePlain(n.text))
		if quotePlain(n.text) == n.text {
			f.WithHint("YAML reads it as %d: write that, or the digits you mean without leading zeros", v)
		}
	}
	return ast.Int{V: i, At: n.pos()}
}

func (d *decoder) flag(e *entry) ast.Flag {
	if e == nil || e.value.kind != boolean {
		return ast.Flag{}
	}
	return ast.Flag{V: strings.EqualFold(e.value.text, "true"), At: e.value.pos()}
}

func (d *decoder) duration(e *entry) ast.Duration {
	if e == nil || e.value.kind != text {
		return ast.Duration{}
	}
	minutes, err := schema.ParseDuration(e.value.text)
	if err != nil {
		return ast.Duration{} // the schema says so
	}
	return ast.Duration{V: minutes.Truncate(time.Minute), At: e.value.pos()}
}

func (d *decoder) texts(e *entry) []ast.Text {
	var out []ast.Text
	for _, n := range d.items(e) {
		if t := d.textOf(n); t.Set() {
			out = append(out, t)
		}
	}
	return out
}

func (d *decoder) pairs(e *entry) []ast.Pair {
	var out []ast.Pair
	for _, p := range d.table(e) {
		if value := d.text(p); value.Set() {
			out = append(out, ast.Pair{Key: keyText(p), Value: value})
		}
	}
	return out
}

func keyText(e *entry) ast.Text { return ast.Text{V: e.key, At: e.pos()} }

// item is what all items of the sections have.
func (d *decoder) item(e *entry) ast.Item {
	return ast.Item{Name: keyText(e), Protect: d.flag(e.value.get("protect"))}
}

// addressSources are the keys by which an address says where it stands.
var addressSources = []string{"env", "file", kind.FromParameter, kind.FromSecret}

// address is a literal or says where it stands: {env: NAME}, {file: PATH}, {ssm: NAME},
// {secret: NAME#KEY}. What the target keeps is read later, see references.go.
func (d *decoder) address(e *entry) ast.Address {
	n := e.value
	switch {
	case n.kind == text:
		return ast.Address{At: n.pos(), Value: mask.New(n.text), From: n.lock()}
	case n.lock() != "" && n.kind == invalid:
		d.unread++
		return ast.Address{At: n.pos(), From: n.lock(), Ref: n.pos().String()} // each its own
	}
	a := ast.Address{At: n.pos()}
	for _, from := range addressSources {
		if ref := d.text(n.get(from)); ref.Set() {
			a.From, a.Ref, a.At = from, ref.V, ref.At
		}
	}
	if d.values != nil && a.From != "" {
		d.values.fill(&a, d.list)
	}
	return a
}
