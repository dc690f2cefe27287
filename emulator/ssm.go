package emulator

// ssm, API version 2014-11-06: documents, so that a runbook can be looked at before it runs, the
// executions that incidents started, and Parameter Store (ssm_parameter.go).

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/watchbill/watchbill/emulator/wire"
)

func ssmService() *service {
	return &service{
		name: "ssm",
		ops: append(modelled(ssmModel,
			writing("CreateDocument", createDocument),
			reading("DescribeDocument", describeDocument),
			reading("GetDocument", getDocument),
			writing("DeleteDocument", deleteDocument),
			reading("GetAutomationExecution", getExecution),
			reading("DescribeAutomationExecutions", listExecutions),
		), parameterOperations()...),
		gate:    func(*call, *state) error { return nil },
		invalid: func(ps problems) *wire.Error { return ssmError("ValidationException", ps.message()) },
	}
}

func ssmError(kind, text string) *wire.Error {
	return &wire.Error{Type: kind, Status: http.StatusBadRequest, Message: text}
}

func noDocument(name string) *wire.Error {
	return ssmError("InvalidDocument", "Document with name "+name+" does not exist.")
}

// document is a row; its key is REGION/NAME. Documents survive the replication set.
type document struct {
	Name        string
	DisplayName string `json:",omitempty"`
	Version     string `json:",omitempty"` // VersionName
	Type        string
	Format      string
	Target      string `json:",omitempty"`
	Content     string
	Created     time.Time
	Tags        map[string]string `json:",omitempty"`
}

// hash is how SSM lets a client see that the content differs.
func (d *document) hash() string {
	sum := sha256.Sum256([]byte(d.Content))
	return hex.EncodeToString(sum[:])
}

func createDocument(c *call, tx *tx, in *struct {
	Content, Name, DisplayName, VersionName, DocumentType, DocumentFormat, TargetType string
	Tags                                                                              []struct{ Key, Value string }
}) (any, error) {
	d := &document{Name: in.Name, DisplayName: in.DisplayName, Version: in.VersionName, Type: in.DocumentType, Format: in.DocumentFormat,
		Target: in.TargetType, Content: in.Content, Created: c.instant(), Tags: map[string]string{}}
	if d.Type == "" {
		d.Type = "Command"
	}
	if d.Format == "" {
		d.Format = "JSON"
	}
	for _, t := range in.Tags {
		d.Tags[t.Key] = t.Value
	}
	key := c.region + "/" + d.Name
	switch {
	case ownedByAWS(d.Name):
		return nil, ssmError("ValidationException", "Document names that begin with aws, amazon or amzn are reserved: "+d.Name)
	case tx.documents.get(key) != nil:
		return nil, ssmError("DocumentAlreadyExists", "Document with same name "+d.Name+" already exists")
	case len(d.Content) > maxDocument:
		return nil, ssmError("MaxDocumentSizeExceeded", "The document is longer than 64 KB")
	}
	parsed, err := parseDocument(d.Content, d.Format)
	if err != nil {
		return nil, ssmError("InvalidDocumentContent", err.Error())
	}
	if d.Type == automationType && len(parsed.MainSteps) == 0 {
		return nil, ssmError("InvalidDocumentContent", "An Automation document needs mainSteps")
	}
	tx.documents.put(tx, key, d)
	return map[string]any{"DocumentDescription": d.description(c.account, parsed)}, nil
}

const (
	maxDocument    = 64 << 10 // bytes
	automationType = "Automation"
)

// findDocument is a document of the account, or one of AWS's own.
func findDocument(c *call, st *state, name, version string) (*document, string, error) {
	if d := shippedDocument(name); d != nil {
		return d, "Amazon", nil
	}
	name = strings.TrimPrefix(name, "arn:aws:ssm:"+c.region+":"+c.account+":document/")
	d := st.documents.get(c.region + "/" + name)
	if d == nil {
		return nil, "", noDocument(name)
	}
	if version != "" && version != "1" && version[0] != '$' {
		return nil, "", ssmError("InvalidDocumentVersion", "Document version "+version+" does not exist.")
	}
	return d, c.account, nil
}

type documentInput struct{ Name, DocumentVersion, VersionName, DocumentFormat string }

func describeDocument(c *call, st *state, in *documentInput) (any, error) {
	d, owner, err := findDocument(c, st, in.Name, in.DocumentVersion)
	if err != nil {
		return nil, err
	}
	parsed, err := parseDocument(d.Content, d.Format)
	if err != nil {
		return nil, err // it was parsed when it was put
	}
	return map[string]any{"Document": d.description(owner, parsed)}, nil
}

// description is a document as Create and Describe show it.
func (d *document) description(owner string, parsed *runbook) any {
	type parameter struct {
		Name, Type   string
		Description  string  `json:",omitempty"`
		DefaultValue *string `json:",omitempty"`
	}
	type tag struct{ Key, Value string }
	out := struct {
		Name, Owner, Hash, HashType, Status, DocumentVersion, LatestVersion, DefaultVersion string
		DocumentType, DocumentFormat, SchemaVersion                                         string
		Description, DisplayName, VersionName, TargetType                                   string `json:",omitempty"`
		CreatedDate                                                                         epoch
		PlatformTypes                                                                       []string
		Parameters                                                                          []parameter
		Tags                                                                                []tag
	}{Name: d.Name, Owner: owner, Hash: d.hash(), HashType: "Sha256", Status: "Active", DocumentVersion: "1", LatestVersion: "1", DefaultVersion: "1",
		DocumentType: d.Type, DocumentFormat: d.Format, SchemaVersion: parsed.SchemaVersion, Description: parsed.Description,
		DisplayName: d.DisplayName, VersionName: d.Version, TargetType: d.Target, CreatedDate: epoch(d.Created),
		PlatformTypes: []string{"Windows", "Linux", "MacOS"}, Parameters: []parameter{}, Tags: []tag{}}
	for _, name := range sortedKeys(parsed.Parameters) {
		p := parsed.Parameters[name]
		out.Parameters = append(out.Parameters, parameter{name, p.Type, p.Description, p.defaultText()})
	}
	for _, key := range sortedKeys(d.Tags) {
		out.Tags = append(out.Tags, tag{key, d.Tags[key]})
	}
	return out
}

// getDocument returns the content as it was given; it is not translated into another format.
func getDocument(c *call, st *state, in *documentInput) (any, error) {
	d, _, err := findDocument(c, st, in.Name, in.DocumentVersion)
	if err != nil {
		return nil, err
	}
	if in.DocumentFormat != "" && in.DocumentFormat != d.Format {
		return nil, ssmError("UnsupportedOperationException", "The document is kept as "+d.Format+" and is not translated")
	}
	return struct {
		Name, Content, DocumentType, DocumentFormat, DocumentVersion, Status string
		VersionName, DisplayName                                             string `json:",omitempty"`
		CreatedDate                                                          epoch
	}{d.Name, d.Content, d.Type, d.Format, "1", "Active", d.Version, d.DisplayName, epoch(d.Created)}, nil
}

func deleteDocument(c *call, tx *tx, in *documentInput) (any, error) {
	key := c.region + "/" + in.Name
	if tx.documents.get(key) == nil {
		return nil, noDocument(in.Name)
	}
	tx.documents.put(tx, key, nil)
	return nil, nil
}
