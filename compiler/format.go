package compiler

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/watchbill/watchbill/internal/diag"
)

// FormatError says why a file was not formatted. Place has no File: Format knows
// none.
type FormatError struct {
	Place   diag.Pos
	Message string
}

func (e *FormatError) Error() string {
	if e.Place.Line == 0 {
		return e.Message
	}
	return fmt.Sprintf("line %d, column %d: %s", e.Place.Line, e.Place.Col, e.Message)
}

// Format returns a YAML file in watchbill's layout: two spaces a level, also for
// the lists below a key; one space behind a key's colon and a list's dash; no
// space at the end of a line; at most one empty line in a row, none at the start
// and the end; line feeds.
//
// Only white space changes, and never any that belongs to a value: comments,
// quotes, anchors, blocks of text and the order of everything stay. Format proves
// that about each result, and that formatting it again changes nothing, before it
// returns it. The error is a *FormatError: the file is no YAML, or holds something
// that cannot be laid out with that certainty. An encrypted file is returned as it is:
// its layout is that of the program that encrypted it, and signed by it.
func Format(src []byte) ([]byte, error) {
	if encrypted(src) {
		return src, nil
	}
	once, err := layOut(src)
	if err != nil {
		return nil, err
	}
	if bytes.Equal(once, src) {
		return once, nil
	}
	if err := sameMeaning(src, once); err != nil {
		return nil, err
	}
	twice, err := layOut(once)
	if err != nil || !bytes.Equal(once, twice) {
		return nil, &FormatError{Message: "the file cannot be formatted: its layout does not settle"}
	}
	return once, nil
}

// layOut formats without proof.
func layOut(src []byte) ([]byte, error) {
	if !utf8.Valid(src) {
		found := notText(src)
		return nil, &FormatError{found.Pos, found.Message}
	}
	f := newFile("", "", bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n")))
	if odd := oddLineBreak(f); odd != nil {
		return nil, &FormatError{odd.Pos, odd.Message}
	}
	docs, err := documents(f.src)
	if err != nil {
		found := syntaxFinding(f, err)
		return nil, &FormatError{found.Pos, found.Message}
	}
	l := &layout{f: f, read: cursor{f: f}, lines: make([]lineLayout, len(f.lines)+1)}
	for _, doc := range docs {
		for _, root := range doc.Content {
			l.node(root, level{-2, -2})
		}
	}
	l.extents()
	if l.failed != nil {
		return nil, l.failed
	}
	return l.write(), nil
}

// documents parses all documents.
func documents(src []byte) ([]*yaml.Node, error) {
	var docs []*yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(src))
	for {
		doc, err := nextDocument(dec)
		if errors.Is(err, io.EOF) {
			return docs, nil
		}
		if err != nil {
			return nil, err
		}
		docs = append(docs, doc)
	}
}

// sameMeaning proves that two files differ in white space only, and that it means
// nothing.
func sameMeaning(before, after []byte) error {
	lost := &FormatError{Message: "the file cannot be formatted without changing it"}
	if !bytes.Equal(inked(before), inked(after)) {
		return lost
	}
	a, err := documents(before)
	if err != nil {
		return lost
	}
	b, err := documents(after)
	if err != nil || len(a) != len(b) {
		return lost
	}
	for i := range a {
		if changed := firstChange(a[i], b[i]); changed != nil {
			return &FormatError{diag.Pos{Line: changed.Line, Col: changed.Column},
				"the file cannot be formatted without changing what is here"}
		}
	}
	return nil
}

// inked is everything in a file that is not white space.
func inked(src []byte) []byte {
	src = bytes.TrimPrefix(src, []byte("\uFEFF"))
	out := make([]byte, 0, len(src))
	for _, c := range src {
		if c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			out = append(out, c)
		}
	}
	return out
}

// firstChange is the first node of a that is not the same in b. Aliases are
// compared by name: what they stand for is compared where it is written.
func firstChange(a, b *yaml.Node) *yaml.Node {
	if a.Kind != b.Kind || a.Tag != b.Tag || a.Value != b.Value || a.Anchor != b.Anchor ||
		a.Style != b.Style || len(a.Content) != len(b.Content) {
		return a
	}
	for i := range a.Content {
		if changed := firstChange(a.Content[i], b.Content[i]); changed != nil {
			return changed
		}
	}
	return nil
}
