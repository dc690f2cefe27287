package compiler

// JSON with places, for files that are not ours and have no comments: policies.

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
)

// jsonNode is one value of a JSON file: a text, an object's members in order, an array's
// items, or anything else, of which only the place is kept.
type jsonNode struct {
	text    ast.Text // its place is the value's whatever it is
	isText  bool
	members []jsonMember
	items   []*jsonNode
}

type jsonMember struct {
	key   ast.Text
	value *jsonNode
}

// get is the value of a member, nil when there is none; of two of one name the last counts,
// as for AWS.
func (n *jsonNode) get(key string) *jsonNode {
	var found *jsonNode
	for i := range n.members {
		if n.members[i].key.V == key {
			found = n.members[i].value
		}
	}
	return found
}

// maxJSONDepth keeps a hostile file from using up the stack; policies have seven levels.
const maxJSONDepth = 100

var errTooDeep = errors.New("it is nested too deep")

// jsonReader makes nodes of tokens.
type jsonReader struct {
	file *file
	dec  *json.Decoder
	end  int // of the token before
}

// parseJSON reads the one value of a file. The finding has no code yet.
func parseJSON(f *file) (*jsonNode, *diag.Finding) {
	r := &jsonReader{file: f, dec: json.NewDecoder(bytes.NewReader(f.src))}
	r.dec.UseNumber()
	node, err := r.value(0)
	if err == nil {
		if _, err = r.dec.Token(); errors.Is(err, io.EOF) {
			return node, nil
		} else if err == nil {
			err = errors.New("there is more behind the value")
		}
	}
	at := diag.Pos{File: f.name}
	if len(f.src) > 0 {
		line, col := f.offset(r.broken(err))
		at.Line, at.Col = line, col
	}
	return nil, &diag.Finding{Pos: at, Message: fmt.Sprintf("this is no JSON: %s", jsonTrouble(err))}
}

// broken is where reading stopped, a byte of the file, and one of a line if there is any before.
func (r *jsonReader) broken(err error) int {
	at := int(r.dec.InputOffset())
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		at = int(syntax.Offset) - 1
	}
	at = min(max(at, 0), len(r.file.src)-1)
	for at > 0 && (r.file.src[at] == '\n' || r.file.src[at] == '\r') {
		at--
	}
	return at
}

func jsonTrouble(err error) string {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "it ends too early"
	}
	return err.Error()
}

// token reads one token and where it begins: behind the white space and the separators that
// follow the token before.
func (r *jsonReader) token() (json.Token, diag.Pos, error) {
	token, err := r.dec.Token()
	if err != nil {
		return nil, diag.Pos{}, err
	}
	start := r.end
	for start < len(r.file.src) && bytes.IndexByte([]byte(" \t\r\n,:"), r.file.src[start]) >= 0 {
		start++
	}
	r.end = int(r.dec.InputOffset())
	line, col := r.file.offset(start)
	return token, r.file.at(line, col, utf8.RuneCount(r.file.src[start:r.end])), nil
}

func (r *jsonReader) value(depth int) (*jsonNode, error) {
	token, at, err := r.token()
	if err != nil {
		return nil, err
	}
	if depth > maxJSONDepth {
		return nil, errTooDeep
	}
	n := &jsonNode{text: ast.Text{At: at}}
	switch token {
	case json.Delim('{'):
		err = r.object(n, depth)
	case json.Delim('['):
		err = r.array(n, depth)
	default:
		n.text.V, n.isText = token.(string)
	}
	return n, err
}

func (r *jsonReader) object(n *jsonNode, depth int) error {
	for r.dec.More() {
		key, at, err := r.token()
		if err != nil {
			return err
		}
		value, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		n.members = append(n.members, jsonMember{ast.Text{V: fmt.Sprint(key), At: at}, value})
	}
	_, _, err := r.token()
	return err
}

func (r *jsonReader) array(n *jsonNode, depth int) error {
	for r.dec.More() {
		value, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		n.items = append(n.items, value)
	}
	_, _, err := r.token()
	return err
}
