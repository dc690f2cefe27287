package compiler

import (
	"strings"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
)

func (d *decoder) runbook(e *entry) *ast.Runbook {
	in := e.value
	r := &ast.Runbook{
		Item:         d.item(e),
		Document:     d.text(in.get("document")),
		Source:       d.text(in.get("source")),
		Version:      d.version(in.get("version")),
		Account:      d.text(in.get("account")),
		FromIncident: d.pairs(in.get("from_incident")),
		Tags:         d.pairs(in.get("tags")),
	}
	r.Role, r.MakeRole = d.runbookRole(in.get("role"))
	for _, p := range d.table(in.get("parameters")) {
		r.Parameters = append(r.Parameters, &ast.Parameter{Key: keyText(p), Values: d.texts(p)})
	}
	if in.kind == table {
		d.checkDocument(e, r)
	}
	return r
}

// version may be a number, with quotes and without.
func (d *decoder) version(e *entry) ast.Text {
	if n := d.int(e); n.Set() {
		return ast.Text{V: e.value.text, At: n.At}
	}
	return d.text(e)
}

// runbookRole is the ARN of a role or one to be made.
func (d *decoder) runbookRole(e *entry) (ast.Text, *ast.RunbookRole) {
	if e == nil || e.value.kind != table {
		return d.text(e), nil
	}
	in := e.value
	role := &ast.RunbookRole{
		At:       e.pos(),
		Create:   d.flag(in.get("create")),
		Starts:   d.texts(in.get("starts")),
		Accounts: d.texts(in.get("accounts")),
	}
	for _, n := range d.items(in.get("allow")) {
		if p := d.permission(n); len(p.Actions) > 0 {
			role.Allow = append(role.Allow, p)
		}
	}
	return ast.Text{}, role
}

// permission is an action, or actions on resources.
func (d *decoder) permission(n *node) *ast.Permission {
	if n.kind == table {
		return &ast.Permission{At: n.pos(), Actions: d.texts(n.get("actions")), Resources: d.texts(n.get("resources"))}
	}
	p := &ast.Permission{At: n.pos()}
	if action := d.textOf(n); action.Set() {
		p.Actions = []ast.Text{action}
	}
	return p
}

// shortestDocument is how long the name of a document must be by AWS's pattern.
const shortestDocument = 3

// checkDocument wants a document: an existing one by its name, or an own one under a name
// that AWS takes.
func (d *decoder) checkDocument(e *entry, r *ast.Runbook) {
	document, source := e.value.get("document"), e.value.get("source")
	switch {
	case document == nil && source == nil:
		d.list.Errorf(e.pos(), "missing-key", "runbook %s has neither \"document\" nor \"source\"", quote(e.key)).
			WithHint("add document: AWS-RestartEC2Instance, or source: runbooks/%s.yaml with a document of your own", quotePlain(slug(e.key)))
	case source == nil:
		d.withoutSource(e, r)
	case !r.Document.Set():
		if document == nil && len(e.key) < shortestDocument {
			d.list.Errorf(e.pos(), "missing-key", "the name of a document has at least %d characters, and %s has %d", shortestDocument, quote(e.key), len(e.key)).
				WithHint("add document: %s-runbook, its name in AWS", quotePlain(e.key))
		} else if document == nil {
			d.ownName(ast.Text{V: e.key, At: e.pos()})
		}
	default:
		d.ownName(r.Document)
	}
}

// withoutSource refuses what only an own document has.
func (d *decoder) withoutSource(e *entry, r *ast.Runbook) {
	if tags := e.value.get("tags"); len(r.Tags) > 0 && r.MakeRole == nil {
		d.list.Errorf(tags.pos(), "wrong-value", "the tags of %s would be on nothing: neither its document nor its role is made", quote(e.key)).
			WithHint("remove them")
	}
}

// reservedNames are the prefixes AWS keeps for its own documents.
var reservedNames = []string{"aws", "amazon", "amzn"}

// ownName wants a name under which an own document can be made.
func (d *decoder) ownName(name ast.Text) {
	bad := func(format string, args ...any) *diag.Finding {
		return d.list.Errorf(name.At, "wrong-value", format, args...)
	}
	if strings.ContainsAny(name.V, ":/") {
		bad("a document of your own is made in the target's account under a name, and %s is more than one", quote(name.V)).
			WithHint("write a name of letters, digits, dots, _ and -")
		return
	}
	for _, prefix := range reservedNames {
		if strings.HasPrefix(strings.ToLower(name.V), prefix) {
			bad("%s cannot be the name of a document of your own: AWS keeps names that begin with %s", quote(name.V), prefix).
				WithHint("write document: my-%s, its name in AWS", name.V)
			return
		}
	}
}
