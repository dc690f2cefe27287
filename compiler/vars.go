package compiler

import (
	"bytes"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/watchbill/watchbill/internal/diag"
)

// variables fill ${name} in the texts of plan files. They never change what a
// text is: a number stays impossible, and no variable makes a list.
type variables struct {
	target string // for messages
	values map[string]string
	// elsewhere are the targets that have the variable, for messages.
	elsewhere map[string][]string
	// unread is set when the settings could not be read: texts stay as they are.
	unread bool
}

func variablesOf(s *Settings, target *Target) *variables {
	v := &variables{target: target.Name, values: target.Vars, elsewhere: map[string][]string{}}
	for _, name := range slices.Sorted(maps.Keys(s.Targets)) {
		for key := range s.Targets[name].Vars {
			v.elsewhere[key] = append(v.elsewhere[key], name)
		}
	}
	return v
}

var variableName = regexp.MustCompile(`^[a-z_][a-z0-9_]*$`)

// maxUnknown is how many unknown variables of one text are reported.
const maxUnknown = 20

// maxLines is how many lines of a folded text are searched for a variable.
const maxLines = 200

// expand returns the text of a scalar with its variables filled. $${ is a literal
// ${; a variable's value is not looked into again.
func (c *converter) expand(n *node) string {
	if c.vars == nil || c.vars.unread {
		return n.text
	}
	var out strings.Builder
	rest := n.text
	unknown := 0
	for {
		i := strings.Index(rest, "${")
		if i < 0 || unknown == maxUnknown {
			out.WriteString(rest)
			return out.String()
		}
		if i > 0 && rest[i-1] == '$' {
			out.WriteString(rest[:i-1] + "${")
			rest = rest[i+2:]
			continue
		}
		out.WriteString(rest[:i])
		name, behind, closed := strings.Cut(rest[i+2:], "}")
		if !closed {
			c.unknownVariable(n, rest[i:], "")
			return out.String() + rest[i:]
		}
		value, ok := c.vars.values[name]
		if !ok {
			unknown++
			c.unknownVariable(n, rest[i:len(rest)-len(behind)], name)
		}
		out.WriteString(value)
		rest = behind
	}
}

// unknownVariable reports a use of a variable that is not there. use is how it is
// written, for its place.
func (c *converter) unknownVariable(n *node, use, name string) {
	n.kind = invalid
	const literal = "write $${ for a literal ${"
	pos := c.placeOf(n, use)
	switch {
	case name == "" && !strings.HasSuffix(use, "}"):
		c.list.Errorf(pos, "unknown-variable", "a variable begins with ${ here and is not closed with }").WithHint(literal)
	case !variableName.MatchString(name):
		c.list.Errorf(pos, "unknown-variable", "%s is no name of a variable", quote(name)).
			WithHint("a variable's name holds lower-case letters, digits and _; %s", literal)
	default:
		f := c.list.Errorf(pos, "unknown-variable", "the target %s has no variable %s%s", quote(c.vars.target), quote(name),
			didYouMean(name, slices.Sorted(maps.Keys(c.vars.values))))
		where := "write its value in watchbill.yaml, targets." + c.vars.target + ".vars"
		if others := c.vars.elsewhere[name]; len(others) > 0 {
			where = "it is a variable of " + and(others) + "; " + where
		}
		f.WithHint("%s", where)
	}
}

// placeOf finds a part of a scalar in the file: on one of the scalar's lines, or
// the scalar itself when escapes or folding hide the part.
func (c *converter) placeOf(n *node, part string) diag.Pos {
	for line := int(n.line); line <= int(n.last)+maxLines; line++ {
		rest, col := c.file.line(line), 1
		if line == int(n.line) {
			rest, col = c.read.from(line, int(n.col)), int(n.col)
		}
		first, _, _ := strings.Cut(part, "\n")
		if i := bytes.Index(rest, []byte(first)); i >= 0 {
			return c.file.at(line, col+utf8.RuneCount(rest[:i]), utf8.RuneCountInString(first))
		}
	}
	return n.pos()
}
