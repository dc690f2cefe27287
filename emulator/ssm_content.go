package emulator

// The content of documents: which parameters there are. And a few of AWS's own, by their names and
// parameters only: their steps are not needed, because nothing runs here.

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

// runbook is what is read of a document's content.
type runbook struct {
	SchemaVersion string                       `yaml:"schemaVersion" json:"schemaVersion"`
	Description   string                       `yaml:"description" json:"description"`
	Parameters    map[string]documentParameter `yaml:"parameters" json:"parameters"`
	MainSteps     []any                        `yaml:"mainSteps" json:"mainSteps"`
}

type documentParameter struct {
	Type        string `yaml:"type" json:"type"`
	Description string `yaml:"description" json:"description"`
	Default     any    `yaml:"default" json:"default"`
}

// defaultText is nil for a parameter that has to be given.
func (p documentParameter) defaultText() *string {
	if p.Default == nil {
		return nil
	}
	text, ok := p.Default.(string)
	if !ok {
		text = fmt.Sprint(p.Default)
		if b, err := json.Marshal(p.Default); err == nil {
			text = string(b)
		}
	}
	return &text
}

// parseDocument reads JSON or YAML. TEXT has no parameters.
func parseDocument(content, format string) (*runbook, error) {
	var out runbook
	var err error
	switch format {
	case "TEXT":
		return &out, nil
	case "JSON":
		err = json.Unmarshal([]byte(content), &out)
	default:
		err = yaml.Unmarshal([]byte(content), &out)
	}
	if err != nil {
		return nil, fmt.Errorf("%s not well-formed", format)
	}
	if out.SchemaVersion == "" {
		return nil, errors.New("the document has no schemaVersion")
	}
	return &out, nil
}

// ownedByAWS goes by the prefixes that are reserved.
func ownedByAWS(name string) bool {
	name = strings.ToLower(name)
	return strings.HasPrefix(name, "aws") || strings.HasPrefix(name, "amazon") || strings.HasPrefix(name, "amzn")
}

// shipped is AWS's own documents that are known here, as PARAMETER TYPE pairs; = marks a parameter
// that may be left out. Documents that are not in the table are not checked.
var shipped = map[string]string{
	"AWS-RestartEC2Instance":     "InstanceId StringList, AutomationAssumeRole String=",
	"AWS-StartEC2Instance":       "InstanceId StringList, AutomationAssumeRole String=",
	"AWS-StopEC2Instance":        "InstanceId StringList, AutomationAssumeRole String=",
	"AWS-TerminateEC2Instance":   "InstanceId StringList, AutomationAssumeRole String=",
	"AWS-RebootRdsInstance":      "InstanceId String, AutomationAssumeRole String=",
	"AWS-StartRdsInstance":       "InstanceId String, AutomationAssumeRole String=",
	"AWS-StopRdsInstance":        "InstanceId String, AutomationAssumeRole String=",
	"AWS-PublishSNSNotification": "TopicArn String, Message String, AutomationAssumeRole String=",
}

// shippedDocument is nil for a document that is not in the table.
func shippedDocument(name string) *document {
	if _, after, ok := strings.Cut(name, ":document/"); ok && strings.HasPrefix(name, "arn:aws:ssm:") {
		name = after
	}
	line, ok := shipped[name]
	if !ok {
		return nil
	}
	parameters := map[string]any{}
	for _, pair := range strings.Split(line, ", ") {
		parameter, kind, _ := strings.Cut(pair, " ")
		p := map[string]any{"type": strings.TrimSuffix(kind, "=")}
		if strings.HasSuffix(kind, "=") {
			p["default"] = ""
		}
		parameters[parameter] = p
	}
	content := jsonText(map[string]any{"schemaVersion": "0.3", "description": "Known to the embedded Incident Manager by its parameters only.",
		"parameters": parameters, "mainSteps": []any{}})
	return &document{Name: name, Type: automationType, Format: "JSON", Content: content}
}
