// Package automation knows what an Automation document of Systems Manager declares: its
// parameters and its steps, read from the document itself, and, for well-known documents of
// AWS's own, from a table (table.go). It speaks to nobody.
//
// The emulator has a table of its own: if the two shared a row, one misreading of AWS would
// stand on both sides.
package automation

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Document is what a document declares.
type Document struct {
	// AssumeRole is the role its steps run as: an ARN, usually {{ AutomationAssumeRole }}; ""
	// when the steps run as whoever started it.
	AssumeRole string
	Parameters []Parameter // sorted by name
	Steps      []Step      // in order; none in a document that was only described
}

// Parameter is one input of a document.
type Parameter struct {
	Name string
	// Type is String, StringList, Boolean, Integer, MapList, StringMap, or an AWS type such as
	// AWS::EC2::Instance::Id or List<AWS::EC2::Instance::Id>.
	Type string
	// Optional parameters have a default.
	Optional bool
	// Allowed are the values it takes, any when empty. Pattern is a regular expression that
	// values match, "" for none.
	Allowed []string
	Pattern string
	// The least and most values of a list and characters of a text; 0 is no limit.
	MinItems, MaxItems, MinChars, MaxChars int
}

// Step is one step of a document. Inputs are as written.
type Step struct {
	Name, Action string
	Inputs       map[string]any
}

// The types that most documents use.
const (
	String     = "String"
	StringList = "StringList"
	Boolean    = "Boolean"
	Integer    = "Integer"
	StringMap  = "StringMap"
	MapList    = "MapList"
)

// Many reports whether the parameter takes more than one value.
func (p Parameter) Many() bool {
	return p.Type == StringList || p.Type == MapList || strings.HasPrefix(p.Type, "List<")
}

// Parameter is the parameter of that name; names are compared exactly, as AWS does.
func (d *Document) Parameter(name string) (Parameter, bool) {
	for _, p := range d.Parameters {
		if p.Name == name {
			return p, true
		}
	}
	return Parameter{}, false
}

// Names are the names of all parameters, sorted.
func (d *Document) Names() []string {
	var out []string
	for _, p := range d.Parameters {
		out = append(out, p.Name)
	}
	return out
}

// Starts are the documents that the document's steps start, sorted: names and ARNs. What is
// only known when it runs ({{ Document }}) is among them as it is written.
func (d *Document) Starts() []string {
	var out []string
	for _, s := range d.Steps {
		out = append(out, starts(s.Action, s.Inputs)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// starts are the documents that a step starts, and the steps inside it (aws:loop).
func starts(action string, inputs map[string]any) []string {
	var out []string
	if name, ok := inputs["DocumentName"].(string); ok && action == "aws:executeAutomation" {
		out = append(out, name)
	}
	inside, _ := inputs["Steps"].([]any)
	for _, step := range inside {
		if s, ok := step.(map[string]any); ok {
			action, _ := s["action"].(string)
			inputs, _ := s["inputs"].(map[string]any)
			out = append(out, starts(action, inputs)...)
		}
	}
	return out
}

// Reserved reports whether a document of that name is AWS's own: nobody else may use the
// prefixes. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html
func Reserved(name string) bool {
	low := strings.ToLower(name)
	return strings.HasPrefix(low, "aws") || strings.HasPrefix(low, "amazon") || strings.HasPrefix(low, "amzn")
}

// Parse reads a document; format is JSON, or anything else for YAML. The error says why the
// text is no Automation document that can be read.
func Parse(content, format string) (*Document, error) {
	var raw rawDocument
	var err error
	if format == "JSON" {
		err = json.Unmarshal([]byte(content), &raw)
	} else {
		err = yaml.Unmarshal([]byte(content), &raw)
	}
	if err != nil {
		return nil, fmt.Errorf("read the document: %w", err)
	}
	if len(raw.Steps) == 0 {
		return nil, errors.New("read the document: it has no steps")
	}
	out := &Document{AssumeRole: raw.AssumeRole}
	for _, name := range slices.Sorted(maps.Keys(raw.Parameters)) {
		out.Parameters = append(out.Parameters, raw.Parameters[name].parameter(name))
	}
	for _, s := range raw.Steps {
		out.Steps = append(out.Steps, Step(s))
	}
	return out, nil
}

// rawDocument is the form of schema version 0.3.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-schemas-features.html
type rawDocument struct {
	AssumeRole string                  `json:"assumeRole" yaml:"assumeRole"`
	Parameters map[string]rawParameter `json:"parameters" yaml:"parameters"`
	Steps      []rawStep               `json:"mainSteps" yaml:"mainSteps"`
}

type rawStep struct {
	Name   string         `json:"name" yaml:"name"`
	Action string         `json:"action" yaml:"action"`
	Inputs map[string]any `json:"inputs" yaml:"inputs"`
}

type rawParameter struct {
	Type     string `json:"type" yaml:"type"`
	Default  any    `json:"default" yaml:"default"`
	Allowed  []any  `json:"allowedValues" yaml:"allowedValues"`
	Pattern  string `json:"allowedPattern" yaml:"allowedPattern"`
	MinItems int    `json:"minItems" yaml:"minItems"`
	MaxItems int    `json:"maxItems" yaml:"maxItems"`
	MinChars int    `json:"minChars" yaml:"minChars"`
	MaxChars int    `json:"maxChars" yaml:"maxChars"`
}

func (r rawParameter) parameter(name string) Parameter {
	p := Parameter{
		Name: name, Type: r.Type, Optional: r.Default != nil, Pattern: r.Pattern,
		MinItems: r.MinItems, MaxItems: r.MaxItems, MinChars: r.MinChars, MaxChars: r.MaxChars,
	}
	for _, v := range r.Allowed {
		p.Allowed = append(p.Allowed, fmt.Sprint(v))
	}
	return p
}
