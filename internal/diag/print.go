package diag

import (
	"fmt"
	"io"
	"strings"
)

// Sources are the plan files by the name printed in Pos.File, for the lines the
// text form shows. A file that is missing here is shown without its line.
type Sources map[string][]byte

// PrintOptions are what a printed form may be told. The zero value is right for
// a file or a pipe.
type PrintOptions struct {
	Color   bool   // ANSI colours, text only
	NoCount bool   // without the closing line of the text form
	Version string // of watchbill, for SARIF
	// Explain returns a code's paragraph, for SARIF's list of rules; nil leaves
	// the rules with their codes only.
	Explain func(code string) (string, bool)
}

// Formats are the words Print knows, text first.
func Formats() []string { return []string{"text", "json", "sarif", "github", "junit"} }

// Print writes the findings in the order given, in one of Formats. No form shows
// an address: the lines of the text form are covered (see cover), the others
// print no lines. The error is the writer's, or an unknown format.
func Print(w io.Writer, format string, fs []Finding, src Sources, opt PrintOptions) error {
	var out []byte
	var err error
	switch format {
	case "text":
		out = text(fs, src, opt)
	case "json":
		out, err = jsonForm(fs)
	case "sarif":
		out, err = sarif(fs, opt)
	case "github":
		out = github(fs)
	case "junit":
		out = junit(fs)
	default:
		err = fmt.Errorf("unknown output format %q; known are %s", format, strings.Join(Formats(), ", "))
	}
	if err != nil {
		return fmt.Errorf("print findings: %w", err)
	}
	_, err = w.Write(out)
	return err
}

// Count is the closing line of the text form: "2 errors, 1 warning"; "" for no
// findings.
func Count(fs []Finding) string {
	var n [Off]int
	for _, f := range fs {
		n[f.Severity]++
	}
	var parts []string
	for s := Error; s < Off; s++ {
		switch {
		case n[s] == 1:
			parts = append(parts, "1 "+s.String())
		case n[s] > 1:
			parts = append(parts, fmt.Sprintf("%d %ss", n[s], s))
		}
	}
	return strings.Join(parts, ", ")
}
