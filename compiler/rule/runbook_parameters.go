package rule

import (
	"strings"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/automation"
	"github.com/watchbill/watchbill/internal/diag"
)

// runbookParameters compares what a runbook is given with what its document declares. AWS
// saves anything and fails to start the runbook when the incident comes; only the timeline
// says so. Own documents are read from their source, well-known ones of AWS's own from a
// table, and any other when the target was looked at.
// https://docs.aws.amazon.com/incident-manager/latest/userguide/response-plans.html
func runbookParameters(p *ast.Plan, in Input, r *Reporter) {
	for _, rb := range p.Runbooks {
		filledTwice(rb, r)
		if usable(rb, in, r) {
			if doc := declared(rb, in); doc != nil {
				(&inputs{rb, doc, r}).check()
			}
		}
	}
}

func filledTwice(rb *ast.Runbook, r *Reporter) {
	for _, from := range rb.FromIncident {
		for _, param := range rb.Parameters {
			if param.Key.V == from.Key.V {
				r.Report(from.Key.At, "the parameter %s gets a value and is filled from the incident", from.Key.V).
					WithHint("remove one of the two").
					WithNote(param.Key.At, "the value")
			}
		}
	}
}

// usable reports a document that the target does not have, or that no incident can start. What
// is made from a source is on its way there.
func usable(rb *ast.Runbook, in Input, r *Reporter) bool {
	if in.Live == nil || rb.Source.Set() {
		return true
	}
	live, looked := in.Live.Documents[rb.DocumentName()]
	switch {
	case !looked || live.Err != nil:
	case live.Absent:
		r.Report(rb.Document.At, "%s has no document %s", in.Live.Target, rb.Document.V).
			WithHint("write the name of one in its account and Region, the whole ARN of one that is shared with it, or source: with a file")
		return false
	case live.Type != "" && live.Type != "Automation":
		r.Report(rb.Document.At, "%s is a document of the type %s; an incident starts only Automation documents", rb.Document.V, live.Type).
			WithHint("write the name of an Automation document")
		return false
	}
	return true
}

// declared is what the runbook's document declares, nil when nobody knows. What the target
// says goes before the table, which AWS may have gone past. Of an own document that is pinned
// to a version, the source may be another one.
func declared(rb *ast.Runbook, in Input) *automation.Document {
	if rb.Source.Set() {
		if v := rb.Version.Or("$DEFAULT"); rb.Content == "" || !strings.HasPrefix(v, "$") {
			return nil
		}
		doc, err := automation.Parse(rb.Content, rb.Format)
		if err != nil {
			return nil // who reads the file says so
		}
		return doc
	}
	name := rb.DocumentName()
	if in.Live != nil {
		if live := in.Live.Documents[name]; live.Document != nil {
			return live.Document
		}
	}
	if a, ok := parseARN(name); ok && a.account == "" {
		name = strings.TrimPrefix(a.resource, "document/")
	}
	doc, _ := automation.Shipped(name)
	return doc
}

// inputs are what one runbook is given.
type inputs struct {
	*ast.Runbook
	doc *automation.Document
	r   *Reporter
}

func (in *inputs) check() {
	filled := map[string]bool{}
	for _, given := range in.Parameters {
		filled[given.Key.V] = true
		if param, ok := in.known(given.Key); ok {
			in.values(given, param)
		}
	}
	for _, from := range in.FromIncident {
		filled[from.Key.V] = true
		if param, ok := in.known(from.Key); ok {
			in.fromIncident(from, param)
		}
	}
	for _, param := range in.doc.Parameters {
		if !filled[param.Name] && !param.Optional {
			in.missing(param)
		}
	}
}

// called is how messages call the document, and where the plan names it.
func (in *inputs) called() (name string, at diag.Pos) {
	if in.Source.Set() {
		return in.Source.V, in.Source.At
	}
	return in.Document.V, in.Document.At
}

// known reports a parameter that the document does not declare.
func (in *inputs) known(key ast.Text) (automation.Parameter, bool) {
	param, ok := in.doc.Parameter(key.V)
	if !ok {
		name, _ := in.called()
		names := in.doc.Names()
		meant := ""
		if near := diag.Nearest(key.V, names); near != "" {
			meant = "; did you mean " + near + "?"
		}
		f := in.r.Report(key.At, "%s has no parameter %s%s", name, key.V, meant)
		if len(names) == 0 {
			f.WithHint("remove it: the document declares none")
		} else {
			f.WithHint("it declares %s; with another one the runbook does not start", listed(names))
		}
	}
	return param, ok
}

func (in *inputs) missing(param automation.Parameter) {
	name, at := in.called()
	f := in.r.Report(at, "%s needs the parameter %s, and nothing fills it", name, param.Name)
	if param.Type == automation.StringList {
		f.WithHint("write from_incident: {%s: involved_resources}, or parameters: {%[1]s: [VALUE]}", param.Name)
	} else {
		f.WithHint("write parameters: {%s: [VALUE]}", param.Name)
	}
}

// fromIncident wants a type that can hold what the incident gives: with another one the
// runbook fails.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-ssmincidents-responseplan-dynamicssmparameter.html
func (in *inputs) fromIncident(from ast.Pair, param automation.Parameter) {
	switch {
	case from.Value.V == "involved_resources" && param.Type != automation.StringList:
		in.r.Report(from.Value.At, "%s is of type %s; the involved resources are several, and fill a StringList only", from.Key.V, param.Type).
			WithHint("write a value under parameters instead")
	case from.Value.V == "incident_arn" && param.Type == automation.StringList:
		in.r.Report(from.Value.At, "%s is of type StringList; the ARN of the incident is one text, and fills a String only", from.Key.V).
			WithHint("write involved_resources, or values under parameters instead")
	case from.Value.V == "incident_arn" && param.Type != automation.String:
		in.r.Report(from.Value.At, "%s is of type %s; the ARN of the incident fills a String only", from.Key.V, param.Type).
			WithHint("write a value under parameters instead")
	}
}
