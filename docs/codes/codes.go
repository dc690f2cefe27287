// Package codes holds what every code of a finding means: one page a code, for
// `watchbill explain CODE` and for reading in the repository.
//
// A page is Markdown: the code as heading, a line with its severity, what it
// means and why it matters when the pager must ring, and, where words are not
// enough, a wrong and a right example. The examples are run by tests.
package codes

import (
	"embed"
	"strings"
)

//go:embed *.md
var pages embed.FS

// Explain returns the page of a code, and whether there is one.
func Explain(code string) (string, bool) {
	page, err := pages.ReadFile(code + ".md")
	return string(page), err == nil
}

// All are the codes of all findings, sorted.
func All() []string {
	entries, err := pages.ReadDir(".")
	if err != nil {
		panic(err) // an embedded folder cannot fail
	}
	all := make([]string, 0, len(entries))
	for _, e := range entries {
		all = append(all, strings.TrimSuffix(e.Name(), ".md"))
	}
	return all
}
