package automation_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/internal/automation"
)

const diagnose = `
description: Look at a host
schemaVersion: "0.3"
assumeRole: "{{ Role }}"
parameters:
  Hosts: {type: StringList, minItems: 1, maxItems: 3}
  Mode: {type: String, default: "", allowedValues: [fast, 7, true]}
  Bucket: {type: String, allowedPattern: "^b-", minChars: 3, maxChars: 8}
  Instances: {type: "List<AWS::EC2::Instance::Id>"}
mainSteps:
  - {name: one, action: "aws:executeAutomation", inputs: {DocumentName: AWS-RestartEC2Instance}}
  - {name: two, action: "aws:executeAutomation", inputs: {DocumentName: "{{ Next }}"}}
  - {name: three, action: "aws:executeAutomation", inputs: {DocumentName: AWS-RestartEC2Instance}}
  - {name: four, action: "aws:runCommand", inputs: {DocumentName: AWS-RunShellScript}}
`

const inJSON = `{
	"schemaVersion": "0.3", "assumeRole": "{{ Role }}",
	"parameters": {
		"Mode": {"type": "String", "default": "", "allowedValues": ["fast", 7, true]},
		"Bucket": {"type": "String", "allowedPattern": "^b-", "minChars": 3, "maxChars": 8},
		"Hosts": {"type": "StringList", "minItems": 1, "maxItems": 3},
		"Instances": {"type": "List<AWS::EC2::Instance::Id>"}
	},
	"mainSteps": [
		{"name": "one", "action": "aws:executeAutomation", "inputs": {"DocumentName": "AWS-RestartEC2Instance"}},
		{"name": "two", "action": "aws:executeAutomation", "inputs": {"DocumentName": "{{ Next }}"}},
		{"name": "three", "action": "aws:executeAutomation", "inputs": {"DocumentName": "AWS-RestartEC2Instance"}},
		{"name": "four", "action": "aws:runCommand", "inputs": {"DocumentName": "AWS-RunShellScript"}}
	]
}`

func TestParse(t *testing.T) {
	fromYAML, err := automation.Parse(diagnose, "YAML")
	if err != nil {
		t.Fatal(err)
	}
	want := []automation.Parameter{
		{Name: "Bucket", Type: "String", Pattern: "^b-", MinChars: 3, MaxChars: 8},
		{Name: "Hosts", Type: "StringList", MinItems: 1, MaxItems: 3},
		{Name: "Instances", Type: "List<AWS::EC2::Instance::Id>"},
		{Name: "Mode", Type: "String", Optional: true, Allowed: []string{"fast", "7", "true"}},
	}
	if diff := cmp.Diff(want, fromYAML.Parameters); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"AWS-RestartEC2Instance", "{{ Next }}"}, fromYAML.Starts()); diff != "" {
		t.Error(diff)
	}
	fromJSON, err := automation.Parse(inJSON, "JSON")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(fromYAML, fromJSON); diff != "" {
		t.Errorf("the two forms of one document differ:\n%s", diff)
	}
}

func TestParseRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":    "",
		"a word":     "hello",
		"other YAML": "contacts: {}",
		"broken":     "parameters: {",
		"aliases":    "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\nmainSteps: [{inputs: {x: *f}}, {inputs: {x: *f}}]\n",
	} {
		if doc, err := automation.Parse(text, "YAML"); err == nil {
			t.Errorf("%s is read as %+v", name, doc)
		}
	}
}

// Every row of the table is whole: known types, sorted, and a document of AWS's.
func TestShipped(t *testing.T) {
	for _, name := range automation.ShippedNames() {
		doc, _ := automation.Shipped(name)
		if !automation.Reserved(name) || !slices.IsSorted(doc.Names()) {
			t.Errorf("%s: %v", name, doc.Names())
		}
		for _, p := range doc.Parameters {
			if !slices.Contains([]string{automation.String, automation.StringList, automation.Boolean}, p.Type) {
				t.Errorf("%s: %s has the type %q", name, p.Name, p.Type)
			}
		}
	}
	doc, ok := automation.Shipped("AWS-RestartEC2Instance")
	if !ok {
		t.Fatal("AWS-RestartEC2Instance is not in the table")
	}
	want := []automation.Parameter{
		{Name: "AutomationAssumeRole", Type: "String", Optional: true},
		{Name: "InstanceId", Type: "StringList"},
	}
	if diff := cmp.Diff(want, doc.Parameters); diff != "" {
		t.Error(diff)
	}
	if _, ok := automation.Shipped("AWS-NoSuchDocument"); ok {
		t.Error("a document that nobody knows is in the table")
	}
}
