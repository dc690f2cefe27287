package compiler

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/watchbill/watchbill/compiler/rule"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/internal/sealed"
)

// This file opens plan files that are encrypted. What is inside stays in memory:
// findings point into the files as they lie in the folder, and show only that.
//
// A SOPS file keeps its structure, so the encrypted file is what is parsed, and each
// value is taken from the same place of the decrypted one. An age file has no
// structure until it is opened; its findings have a place in the opened text and show
// no line.

// sopsKey is the top-level key under which SOPS keeps its own data.
const sopsKey = "sops"

// maxSOPSFiles is how many files are opened with sops, each by a process of its own.
const maxSOPSFiles = 500

// sopsFile is a file that SOPS has encrypted.
type sopsFile struct {
	plain []*yaml.Node // its documents, decrypted; nil when it was not opened
	lines []linePair   // of keys and values, in order of plain
}

// linePair is where one thing stands in the decrypted file and in the encrypted one.
type linePair struct{ plain, sealed int }

func (s *sopsFile) opened() bool { return s != nil && s.plain != nil }

// opens reports whether encrypted files must be opened.
func (c *compilation) opens() bool { return c.options.Values || c.options.Open }

func (c *compilation) keys() sealed.Keys { return sealed.Keys{LookupEnv: c.options.LookupEnv} }

// isAgeFile reports whether the name is that of a file that is encrypted whole.
func isAgeFile(name string) bool { return strings.HasSuffix(name, sealed.Extension) }

// readAge reads a plan file that is encrypted with age. One that was not opened is there
// without text, for the revision.
func (c *compilation) readAge(at candidate, l *loaded) *file {
	name, rel := c.folder.name(at.rel), filepath.ToSlash(at.rel)
	src, finding := c.folder.bytes(at.real, maxFileSize)
	if finding != nil {
		finding.Pos.File = name
		l.list.Add(*finding)
		return nil
	}
	if c.folder.size.Add(int64(len(src))) > maxFolderSize {
		return nil // reported once, for the folder
	}
	plain, err := c.keys().Age(src)
	if err != nil {
		l.unopened = !c.opens() && isLocked(err)
		if !l.unopened {
			sealedFinding(&l.list, diag.Pos{File: name}, "age", err)
		}
		l.broken = true
		return &file{name: name, rel: rel, raw: src}
	}
	if finding := notText(plain); finding != nil {
		finding.Pos.File = name
		l.list.Add(*finding)
		return nil
	}
	f := newFile(name, rel, plain)
	f.raw = src
	return f
}

func isLocked(err error) bool {
	var why *sealed.Error
	return errors.As(err, &why) && why.Locked
}

func sealedFinding(l *diag.List, at diag.Pos, with string, err error) {
	f := l.Errorf(at, "sealed-file", "the file was not opened with %s: %v", with, err)
	var why *sealed.Error
	if errors.As(err, &why) {
		f.WithHint("%s", why.Hint)
	}
}

// openSOPS opens the file if SOPS has encrypted it. Without a key that is at hand, the
// values stay unread unless they must be known.
func (c *compilation) openSOPS(ctx context.Context, l *loaded) {
	f := l.file
	if !maybeSOPS(f.src) {
		return
	}
	docs, err := documents(f.src)
	if err != nil {
		return // parsing says so
	}
	key, data := sopsData(docs)
	if key == nil {
		return
	}
	f.sops = &sopsFile{}
	if !c.opens() && !c.keys().OpensOffline(ageRecipients(data)) {
		l.unopened = true
		return
	}
	var plain []byte
	if c.sopsRuns.Add(1) > maxSOPSFiles {
		err = &sealed.Error{Why: fmt.Sprintf("more than %d files are encrypted with it", maxSOPSFiles), Hint: "is this the plan folder?"}
	} else {
		plain, err = c.keys().SOPS(ctx, f.src)
	}
	if err == nil {
		f.sops.plain, err = documents(plain)
		if err != nil {
			err = &sealed.Error{Why: "what sops decrypts is not YAML"}
		}
	}
	if err == nil {
		err = f.sops.compare(docs)
	}
	switch {
	case err == nil:
		l.ignores = f.sops.ignores(f.name, plain)
		return
	case ctx.Err() != nil: // nobody waits for the result
	case !c.opens() && isLocked(err):
		l.unopened = true
	default:
		sealedFinding(&l.list, f.at(key.Line, key.Column, len(sopsKey)), "sops", err)
		l.broken = true
	}
	f.sops.plain = nil
}

// maybeSOPS is a first look that costs nothing.
func maybeSOPS(src []byte) bool {
	return bytes.HasPrefix(src, []byte(sopsKey+":")) || bytes.Contains(src, []byte("\n"+sopsKey+":"))
}

// sopsData is the data SOPS keeps in a file, with its key; nil when it has encrypted
// nothing there.
func sopsData(docs []*yaml.Node) (key, data *yaml.Node) {
	for _, doc := range docs {
		for _, root := range doc.Content {
			if key, data := lookup(root, sopsKey); data != nil {
				if _, mac := lookup(data, "mac"); mac != nil {
					return key, data
				}
			}
		}
	}
	return nil, nil
}

// lookup finds a key of a mapping.
func lookup(n *yaml.Node, name string) (key, value *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		return nil, nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i], n.Content[i+1]
		}
	}
	return nil, nil
}

// ageRecipients are those whose identities open the file.
func ageRecipients(data *yaml.Node) (all []string) {
	_, list := lookup(data, "age")
	if list == nil || list.Kind != yaml.SequenceNode {
		return nil
	}
	for _, entry := range list.Content {
		if _, recipient := lookup(entry, "recipient"); recipient != nil {
			all = append(all, recipient.Value)
		}
	}
	return all
}

// compare walks both files side by side: they must be the same but for the texts of
// scalars, or values would be taken from a wrong place.
func (s *sopsFile) compare(docs []*yaml.Node) error {
	s.lines = nil
	if len(docs) != len(s.plain) {
		return errOtherShape
	}
	for i, doc := range docs {
		same := pairs(doc, s.plain[i], 0, func(sealed, plain *yaml.Node) {
			s.lines = append(s.lines, linePair{plain.Line, sealed.Line})
		})
		if !same {
			return errOtherShape
		}
	}
	slices.SortFunc(s.lines, func(a, b linePair) int { return a.plain - b.plain })
	return nil
}

var errOtherShape = &sealed.Error{Why: "what sops decrypts has other keys or entries than the file",
	Hint: "restore it from Git, or encrypt it again"}

// pairs hands over every scalar and key of the encrypted tree with its plain one, and
// reports whether the trees have one shape. SOPS's own data has no plain one.
func pairs(a, b *yaml.Node, depth int, pair func(sealed, plain *yaml.Node)) bool {
	if a.Kind == yaml.AliasNode && a.Alias != nil {
		a = a.Alias
	}
	// sops writes aliases out: so the plain tree bounds how often an alias is followed.
	if a.Kind != b.Kind || b.Kind == yaml.AliasNode || depth > maxDepth {
		return false
	}
	if a.Kind == yaml.ScalarNode {
		pair(a, b)
		return true
	}
	left := a.Content
	if a.Kind == yaml.MappingNode && depth == 1 {
		if i := slices.IndexFunc(left, func(n *yaml.Node) bool { return n.Value == sopsKey }); i >= 0 && i%2 == 0 {
			left = slices.Delete(slices.Clone(left), i, i+2)
		}
	}
	if len(left) != len(b.Content) {
		return false
	}
	for i := range left {
		if a.Kind == yaml.MappingNode && i%2 == 0 && left[i].Value != b.Content[i].Value {
			return false
		}
		if !pairs(left[i], b.Content[i], depth+1, pair) {
			return false
		}
	}
	return true
}

// plainOf are the plain scalars of one document by the encrypted ones, nil when the file
// was not opened.
func (s *sopsFile) plainOf(i int, doc *yaml.Node) map[*yaml.Node]*yaml.Node {
	if !s.opened() || i >= len(s.plain) {
		return nil
	}
	all := map[*yaml.Node]*yaml.Node{}
	pairs(doc, s.plain[i], 0, func(sealed, plain *yaml.Node) { all[sealed] = plain })
	return all
}

// ignores are the ignore comments, which SOPS encrypts as well, at their places in the
// encrypted file.
func (s *sopsFile) ignores(name string, plain []byte) []rule.Ignore {
	all := rule.ScanIgnores(name, plain)
	for i := range all {
		g := &all[i]
		g.Pos = diag.Pos{File: name, Line: s.line(g.Pos.Line, true), Col: 1}
		g.First, g.Last = s.line(g.First, true), s.line(g.Last, false)
	}
	return all
}

// line is a line of the plain file in the encrypted one: where the nearest thing above it
// stands, and as many lines below that when between is set.
func (s *sopsFile) line(n int, between bool) int {
	i, _ := slices.BinarySearchFunc(s.lines, n+1, func(p linePair, n int) int { return p.plain - n })
	if i == 0 {
		return n
	}
	near := s.lines[i-1]
	if !between {
		return near.sealed
	}
	return near.sealed + n - near.plain
}

// unopenedFinding says once which files were left as they are.
func (c *compilation) unopenedFinding() {
	if len(c.unopened) == 0 {
		return
	}
	severity := diag.Info
	if set, ok := c.out.Settings.Rules["unopened-file"]; ok {
		severity = set
	}
	if severity == diag.Off {
		return
	}
	what := "the file is encrypted and was not opened: what it holds"
	if n := len(c.unopened); n > 1 {
		what = fmt.Sprintf("%d files are encrypted and were not opened: what they hold", n)
	}
	if c.incomplete {
		what += " is not checked, and the rules that need the whole plan wait"
	} else {
		what += " is not checked, and only addresses are encrypted"
	}
	f := c.list.Report(severity, diag.Pos{File: c.unopened[0]}, "unopened-file", "%s", what).
		WithHint("set SOPS_AGE_KEY_FILE or WATCHBILL_AGE_IDENTITY_FILE to check it as well; plan and apply open it in any case")
	for _, other := range c.unopened[1:] {
		f.WithNote(diag.Pos{File: other}, "not opened either")
	}
}

// encrypted reports whether a file is encrypted, whole or by SOPS.
func encrypted(src []byte) bool {
	if sealed.IsAge(src) {
		return true
	}
	if !maybeSOPS(src) {
		return false
	}
	docs, err := documents(src)
	if err != nil {
		return false
	}
	key, _ := sopsData(docs)
	return key != nil
}
