package diag

import (
	"fmt"
	"strings"
)

// github writes GitHub Actions workflow commands, one line a finding, which show
// up as annotations in the pull request.
// https://docs.github.com/actions/reference/workflow-commands-for-github-actions
func github(fs []Finding) []byte {
	var b strings.Builder
	for _, f := range fs {
		fmt.Fprintf(&b, "::%s file=%s", [...]string{"error", "warning", "notice"}[f.Severity], property(f.Pos.File))
		if f.Pos.Line > 0 {
			fmt.Fprintf(&b, ",line=%d,col=%d", f.Pos.Line, f.Pos.Col)
		}
		if f.Pos.End > f.Pos.Col {
			fmt.Fprintf(&b, ",endColumn=%d", f.Pos.End)
		}
		fmt.Fprintf(&b, ",title=%s::%s\n", property(f.Code), data(f.sentence()))
	}
	return []byte(b.String())
}

// sentence is the whole of what is said, for the forms that have one text field.
func (f *Finding) sentence() string {
	var b strings.Builder
	b.WriteString(f.Message)
	for _, n := range f.Notes {
		fmt.Fprintf(&b, "\n%s: %s", n.Pos, n.Message)
	}
	if f.Detail != "" {
		b.WriteString("\n" + f.Detail)
	}
	if f.Hint != "" {
		b.WriteString("\nhint: " + f.Hint)
	}
	return b.String()
}

var (
	dataEscapes     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	propertyEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

func data(s string) string     { return dataEscapes.Replace(s) }
func property(s string) string { return propertyEscapes.Replace(s) }
