package compiler

// What can be wrong with an Automation document before anybody looks at its parameters: that
// it is none.

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"path"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/watchbill/watchbill/internal/diag"
)

// automationSchema is the only version of the schema that Automation documents have.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-schemas-features.html
const automationSchema = "0.3"

// documentSchemas are what the other versions of the schema are for.
var documentSchemas = map[string]string{
	"1.0": "Session Manager", "1.2": "Run Command", "2.0": "State Manager", "2.2": "Run Command",
}

// checkAutomation reports what keeps a file from being an Automation document.
func checkAutomation(f *file, l *diag.List) {
	root, ok := documentRoot(f, l)
	if !ok {
		return
	}
	const begin = "an Automation document begins with schemaVersion: '0.3', and has mainSteps:"
	if root == nil || root.Kind != yaml.MappingNode {
		l.Errorf(f.content(1), "bad-document", "the file is no Automation document").WithHint(begin)
		return
	}
	if valueOf(root, sopsKey) != nil {
		l.Errorf(f.content(1), "bad-document", "the document is encrypted, and Systems Manager takes it as it is").
			WithHint("keep it in plain text; a step reads what is secret from Parameter Store or Secrets Manager")
		return
	}
	version, steps := valueOf(root, documentKey), valueOf(root, "mainSteps")
	if version == nil && steps == nil {
		l.Errorf(f.content(root.Line), "bad-document", "the file is no Automation document").WithHint(begin)
		return
	}
	at := func(n *yaml.Node) diag.Pos {
		read := cursor{f: f}
		if n.Kind != yaml.ScalarNode {
			return f.content(n.Line)
		}
		col, end := extent(&read, n)
		return diag.Pos{File: f.name, Line: n.Line, Col: int(col), End: int(end)}
	}
	switch {
	case version == nil:
		l.Errorf(f.content(root.Line), "bad-document", "the document has no schemaVersion").WithHint(begin)
	case version.Kind != yaml.ScalarNode || version.Value != automationSchema:
		finding := l.Errorf(at(version), "bad-document", "the schemaVersion of an Automation document is %s, not %s", automationSchema, quote(version.Value))
		finding.WithHint("write schemaVersion: '%s'", automationSchema)
		if what := documentSchemas[version.Value]; what != "" {
			finding.WithHint("this is a document for %s, which an incident cannot start; an Automation document may run it in a step", what)
		}
	case version.ShortTag() != "!!str":
		l.Errorf(at(version), "bad-document", "schemaVersion must be a text, but %s without quotes is a number", version.Value).
			WithHint("write schemaVersion: '%s'", automationSchema)
	}
	switch {
	case steps == nil:
		l.Errorf(f.content(root.Line), "bad-document", "the document has no mainSteps").WithHint("add mainSteps:, the list of what it does")
	case steps.Kind != yaml.SequenceNode || len(steps.Content) == 0:
		l.Errorf(at(steps), "bad-document", "mainSteps must be a list of at least one step").
			WithHint("write - {name: wait, action: 'aws:sleep', inputs: {Duration: PT1M}}")
	default:
		checkSteps(steps, at, l)
	}
}

// checkSteps wants of each step what Automation refuses a document without.
func checkSteps(steps *yaml.Node, at func(*yaml.Node) diag.Pos, l *diag.List) {
	names := map[string]*yaml.Node{}
	for _, step := range steps.Content {
		for step.Kind == yaml.AliasNode {
			step = step.Alias
		}
		if step.Kind != yaml.MappingNode {
			l.Errorf(at(step), "bad-document", "a step must be a mapping with name, action and inputs").
				WithHint("write - {name: wait, action: 'aws:sleep', inputs: {Duration: PT1M}}")
			continue
		}
		name, action := valueOf(step, "name"), valueOf(step, "action")
		if name == nil || name.Value == "" {
			l.Errorf(at(step), "bad-document", "the step has no name").WithHint("add name:, letters, digits and _")
		} else if first := names[name.Value]; first != nil {
			l.Errorf(at(name), "bad-document", "two steps are called %s", quote(name.Value)).
				WithHint("rename one").WithNote(at(first), "the first one is here")
		} else {
			names[name.Value] = name
		}
		if action == nil || action.Value == "" {
			l.Errorf(at(step), "bad-document", "the step has no action").WithHint("add action:, as 'aws:executeAwsApi'")
		}
	}
}

// documentRoot is the top of a document; not ok when it could not be read, which is reported.
func documentRoot(f *file, l *diag.List) (root *yaml.Node, ok bool) {
	if path.Ext(f.rel) == ".json" {
		if pos, why := jsonFault(f); why != "" {
			l.Errorf(pos, "bad-document", "the file is no JSON: %s", why).WithHint("a document in YAML ends in .yaml")
			return nil, false
		}
	}
	if odd := oddLineBreak(f); odd != nil {
		l.Add(*odd)
		return nil, false
	}
	dec := yaml.NewDecoder(bytes.NewReader(f.src))
	doc, err := nextDocument(dec)
	if errors.Is(err, io.EOF) {
		return nil, true
	}
	if err != nil {
		l.Add(syntaxFinding(f, err))
		return nil, false
	}
	if second, err := nextDocument(dec); err == nil {
		l.Errorf(f.content(second.Line), "bad-document", "the file holds more than one YAML document").WithHint("make it two files")
		return nil, false
	}
	// What nobody can read whole would be refused by AWS, after other things were made for it.
	if err := doc.Decode(new(any)); err != nil && strings.Contains(err.Error(), "excessive aliasing") {
		l.Errorf(f.content(1), "bad-document", "the aliases of the document repeat its parts too often to be read").WithHint("write out what they stand for")
		return nil, false
	}
	return doc.Content[0], true
}

// jsonFault is where a file stops being JSON, and why; "" when it does not.
func jsonFault(f *file) (diag.Pos, string) {
	var v any
	dec := json.NewDecoder(bytes.NewReader(f.src))
	err := dec.Decode(&v)
	if err == nil {
		if _, err = dec.Token(); errors.Is(err, io.EOF) {
			return diag.Pos{}, ""
		}
		err = errors.New("something follows the closing brace")
	}
	off := int(dec.InputOffset())
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		off = int(syntax.Offset) - 1
	}
	line, col := f.offset(min(max(off, 0), len(f.src)))
	return f.at(line, col, 0), err.Error()
}

// valueOf is the value of a key of a mapping, nil for none. Aliases are followed.
func valueOf(m *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			v := m.Content[i+1]
			for v.Kind == yaml.AliasNode {
				v = v.Alias
			}
			return v
		}
	}
	return nil
}
