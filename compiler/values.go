package compiler

import (
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/internal/mask"
)

// maxValueSize is the largest file an address is read from.
const maxValueSize = 4 << 10

// values reads addresses that stand elsewhere. No message repeats what was read.
type values struct {
	folder *folder
	lookup func(string) (string, bool)
}

// fill reads the address if it is a reference.
func (v *values) fill(a *ast.Address, l *diag.List) {
	var value string
	var ok bool
	switch a.From {
	case "env":
		value, ok = v.env(a, l)
	case "file":
		value, ok = v.file(a, l)
	}
	if ok {
		a.Value = mask.New(value)
	}
}

func (v *values) env(a *ast.Address, l *diag.List) (string, bool) {
	value, set := v.lookup(a.Ref)
	value = strings.TrimRight(value, "\r\n")
	switch {
	case !set:
		l.Errorf(a.At, "unresolved-value", "the environment variable %s is not set", quotePlain(a.Ref)).
			WithHint("set it where watchbill runs; validate does without")
	case value == "":
		l.Errorf(a.At, "unresolved-value", "the environment variable %s is empty", quotePlain(a.Ref)).
			WithHint("give it the address")
	}
	return value, value != ""
}

func (v *values) file(a *ast.Address, l *diag.List) (string, bool) {
	rel := filepath.FromSlash(a.Ref)
	if !filepath.IsLocal(rel) {
		l.Errorf(a.At, "unresolved-value", "the file %s is outside the plan folder", quote(a.Ref)).
			WithHint("name a file below the plan folder by its path from there")
		return "", false
	}
	real, inside, err := v.folder.resolve(rel)
	switch {
	case err != nil:
		l.Errorf(a.At, "unresolved-value", "the file %s cannot be read: %v", quote(a.Ref), cause(err)).
			WithHint("the path begins at the plan folder")
		return "", false
	case !inside:
		l.Errorf(a.At, "unresolved-value", "the file %s is a link out of the plan folder", quote(a.Ref)).
			WithHint("name a file below the plan folder")
		return "", false
	}
	src, finding := v.folder.bytes(real, maxValueSize)
	if finding != nil {
		l.Errorf(a.At, "unresolved-value", "%s: %s", quote(a.Ref), finding.Message).
			WithHint("name a file below the plan folder that holds the address and nothing else")
		return "", false
	}
	value := strings.TrimRight(strings.TrimPrefix(string(src), "\uFEFF"), "\r\n")
	switch {
	case value == "":
		l.Errorf(a.At, "unresolved-value", "the file %s is empty", quote(a.Ref)).WithHint("put the address into it")
	case strings.ContainsAny(value, "\r\n") || !utf8.ValidString(value):
		l.Errorf(a.At, "unresolved-value", "the file %s holds more than one line of text", quote(a.Ref)).
			WithHint("put the address and nothing else into it")
	default:
		return value, true
	}
	return "", false
}
