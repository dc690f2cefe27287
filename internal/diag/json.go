package diag

import (
	"bytes"
	"encoding/json"
)

// The JSON form, schema version 1. Fields are only ever added to it.
type jsonReport struct {
	SchemaVersion int           `json:"schema_version"`
	Findings      []jsonFinding `json:"findings"` // never null
}

type jsonFinding struct {
	Code     string     `json:"code"`
	Severity Severity   `json:"severity"`
	File     string     `json:"file"`
	Line     int        `json:"line"`   // from 1; 0 is the whole file
	Column   int        `json:"column"` // from 1, in characters
	Message  string     `json:"message"`
	Hint     string     `json:"hint"` // "" when there is none
	Notes    []jsonNote `json:"notes,omitempty"`
	Detail   string     `json:"detail,omitempty"`
}

type jsonNote struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Message string `json:"message"`
}

func jsonForm(fs []Finding) ([]byte, error) {
	r := jsonReport{SchemaVersion: 1, Findings: make([]jsonFinding, 0, len(fs))}
	for _, f := range fs {
		j := jsonFinding{
			Code: f.Code, Severity: f.Severity, Message: f.Message, Hint: f.Hint, Detail: f.Detail,
			File: f.Pos.File, Line: f.Pos.Line, Column: f.Pos.Col,
		}
		for _, n := range f.Notes {
			j.Notes = append(j.Notes, jsonNote{n.Pos.File, n.Pos.Line, n.Pos.Col, n.Message})
		}
		r.Findings = append(r.Findings, j)
	}
	return encode(r, "")
}

// encode writes one JSON document and a newline, with <, > and & as they are.
func encode(v any, indent string) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	err := enc.Encode(v)
	return buf.Bytes(), err
}
