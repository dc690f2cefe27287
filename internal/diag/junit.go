package diag

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
)

// junit writes one test case a finding, by file, so that any CI server shows
// them. Errors and warnings fail, as they make validate exit 2; an info passes
// and says its sentence in system-out. Without findings one case passes, because
// servers take a report without cases for a broken one.
func junit(fs []Finding) []byte {
	failures := 0
	for _, f := range fs {
		if f.Severity < Info {
			failures++
		}
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	fmt.Fprintf(&b, "<testsuites>\n  <testsuite name=\"watchbill\" tests=\"%d\" failures=\"%d\">\n", max(len(fs), 1), failures)
	if len(fs) == 0 {
		b.WriteString("    <testcase classname=\"watchbill\" name=\"no findings\"/>\n")
	}
	for _, f := range fs {
		junitCase(&b, &f)
	}
	b.WriteString("  </testsuite>\n</testsuites>\n")
	return b.Bytes()
}

func junitCase(b *bytes.Buffer, f *Finding) {
	name := f.Code
	if f.Pos.Line > 0 {
		name = fmt.Sprintf("%s at %d:%d", f.Code, f.Pos.Line, f.Pos.Col)
	}
	fmt.Fprintf(b, "    <testcase classname=\"%s\" name=\"%s\">\n", escape(f.Pos.File), escape(name))
	body := f.Pos.String() + ": " + f.sentence()
	if f.Severity < Info {
		fmt.Fprintf(b, "      <failure type=\"%s\" message=\"%s\">%s</failure>\n", f.Severity, escape(f.Message), escape(body))
	} else {
		fmt.Fprintf(b, "      <system-out>%s</system-out>\n", escape(body))
	}
	b.WriteString("    </testcase>\n")
}

// escape also replaces what XML cannot hold at all.
func escape(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s)) // a Builder does not fail
	return b.String()
}
