// Package policy reads IAM policy documents by what they mean. AWS gives a document back in
// another form than it was sent in (percent-encoded, texts for lists, lists in another order,
// an account's root for its number), so texts say nothing about whether two policies differ.
//
// Parse makes a Document of any spelling; Equal compares two by meaning; Judge says what
// documents allow, and admits what it cannot tell. It is pure and knows no plan.
package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// The sizes of a role's policies in characters, white space not counted [iam].
const (
	MaxTrust  = 2048
	MaxInline = 10240 // all inline policies of a role together
)

// Document is a policy: its statements in the order they were written.
type Document struct{ Statements []Statement }

// Statement is one statement of a policy. A nil list was not written. The lists and maps are as
// written, and marshal to what IAM takes; Sid and Id, which mean nothing, are left out.
type Statement struct {
	Effect       string
	Principal    Principals `json:",omitempty"`
	NotPrincipal Principals `json:",omitempty"`
	Action       List       `json:",omitempty"`
	NotAction    List       `json:",omitempty"`
	Resource     List       `json:",omitempty"`
	NotResource  List       `json:",omitempty"`
	Condition    Conditions `json:",omitempty"`
}

// Conditions are operator, key and values.
type Conditions map[string]map[string]List

// Principals are who a statement speaks of, by type: AWS, Service, Federated, CanonicalUser.
// Everybody is AWS: *.
type Principals map[string]List

// List is a list of texts that may be written without brackets when it has one element.
type List []string

// Parse reads a document: JSON, percent-encoded or not. An empty text is a document that says
// nothing.
func Parse(text string) (Document, error) {
	if strings.TrimSpace(text) == "" {
		return Document{}, nil
	}
	if t := strings.TrimSpace(text); t[0] == '%' {
		decoded, err := url.PathUnescape(t)
		if err != nil {
			return Document{}, fmt.Errorf("decode the policy: %w", err)
		}
		text = decoded
	}
	var raw struct{ Statement json.RawMessage }
	if err := json.Unmarshal([]byte(text), &raw); err != nil {
		return Document{}, fmt.Errorf("read the policy: %w", err)
	}
	var d Document
	switch s := bytes.TrimSpace(raw.Statement); {
	case len(s) == 0:
		return d, errors.New("read the policy: it has no Statement")
	case s[0] == '[':
		if err := json.Unmarshal(s, &d.Statements); err != nil {
			return d, fmt.Errorf("read the policy: %w", err)
		}
	default:
		d.Statements = make([]Statement, 1)
		if err := json.Unmarshal(s, &d.Statements[0]); err != nil {
			return d, fmt.Errorf("read the policy: %w", err)
		}
	}
	for _, s := range d.Statements {
		if s.Effect != "Allow" && s.Effect != "Deny" {
			return d, fmt.Errorf("read the policy: a statement has the effect %q", s.Effect)
		}
	}
	return d, nil
}

// String is the document as IAM takes it, without white space.
func (d Document) String() string {
	statements := d.Statements
	if statements == nil {
		statements = []Statement{}
	}
	return text(struct {
		Version   string
		Statement []Statement
	}{"2012-10-17", statements})
}

// String is the statement as JSON without white space; one text for equal lists.
func (s Statement) String() string { return text(s) }

// text is JSON with the characters < > & as they are: policies have them.
func text(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // texts, lists and maps of texts always encode
	}
	return strings.TrimSpace(b.String())
}

// Size is how many characters IAM counts of a document's text.
func Size(text string) int {
	n := 0
	for _, r := range text {
		if !unicode.IsSpace(r) {
			n++
		}
	}
	return n
}

// UnmarshalJSON takes a text, a list, and in conditions also numbers and truth values, which
// mean what they look like.
func (l *List) UnmarshalJSON(b []byte) error {
	var many []any
	if b = bytes.TrimSpace(b); len(b) > 0 && b[0] == '[' {
		if err := decode(b, &many); err != nil {
			return err
		}
	} else {
		var one any
		if err := decode(b, &one); err != nil {
			return err
		}
		many = []any{one}
	}
	*l = List{}
	for _, v := range many {
		switch v.(type) {
		case string, bool, json.Number:
			*l = append(*l, fmt.Sprint(v))
		default:
			return fmt.Errorf("%s stands where a text should", b)
		}
	}
	return nil
}

func decode(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	return d.Decode(into)
}

// MarshalJSON writes the list sorted and without repetitions, one element without brackets: a
// list in a policy has no order.
func (l List) MarshalJSON() ([]byte, error) {
	list := l.sorted()
	if len(list) == 1 {
		return []byte(text(list[0])), nil
	}
	return []byte(text([]string(list))), nil
}

func (l List) sorted() List {
	out := slices.Clone(l)
	slices.Sort(out)
	return slices.Compact(out)
}

// UnmarshalJSON takes "*" for everybody.
func (p *Principals) UnmarshalJSON(b []byte) error {
	if b = bytes.TrimSpace(b); len(b) > 0 && b[0] == '"' {
		var who string
		if err := json.Unmarshal(b, &who); err != nil {
			return err
		}
		*p = Principals{"AWS": {who}}
		return nil
	}
	var by map[string]List
	if err := json.Unmarshal(b, &by); err != nil {
		return err
	}
	*p = by
	return nil
}
