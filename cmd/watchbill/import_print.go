package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
)

// printImported says what was written, what was not, the proof, and what to do next.
func (a *app) printImported(i *imported) error {
	if a.output == "json" {
		return a.printJSON(newImportJSON(i))
	}
	a.print(a.out, func(w io.Writer) { a.writeImported(w, i) })
	if i.proof != nil {
		writeHindrances(a.err, i.proof.ChangeSet)
	}
	return nil
}

func (a *app) writeImported(w io.Writer, i *imported) {
	if len(i.files) == 0 {
		fmt.Fprintf(w, "Nothing on %s can be written as a plan, and nothing was written.\n", i.target)
		writeLeftOut(w, i)
		return
	}
	fmt.Fprintf(w, "Imported from %s, account %s: %s.\n\n", i.target, i.proof.Account, i.draft.Counts())
	for _, line := range shortFiles(i.files) {
		fmt.Fprintln(w, "  "+line)
	}
	if accepted := i.draft.Accepted(); len(accepted) > 0 {
		fmt.Fprintf(w, "\nWrong in the account already, and ignored in the files until you put it right:\n")
		for _, l := range accepted {
			fmt.Fprintf(w, "  %s: %s\n", l.What, l.Why)
		}
	}
	writeLeftOut(w, i)
	fmt.Fprintln(w)
	if i.same() {
		fmt.Fprintf(w, "The plan after import is empty: %s as the files say.\n", isAre(i.proof.ChangeSet.Same, "resource"))
	} else {
		fmt.Fprintf(w, "The plan after import is not empty. Once this is yours, apply would do this:\n\n")
		writeChanges(w, i.target, i.proof.ChangeSet, nil, a.colored(a.out))
		if i.othersNeighbours() {
			fmt.Fprintln(w, "Watchbill made that for another plan. Under an owner of its own in watchbill.yaml this one leaves it alone.")
		}
	}
	if i.warnings > 0 {
		fmt.Fprintf(w, "%s has %s about it.\n", a.again(i.dir, "validate"), count(i.warnings, "warning"))
	}
	if len(i.proof.Adopted) == 0 {
		return
	}
	fmt.Fprintf(w, "\nNext: look through the files, then make it yours. That writes the ownership mark and nothing else:\n\n")
	fmt.Fprintln(w, pasteable(a.again(i.dir, "adopt"), i.proof.Adopted))
}

// othersNeighbours reports whether resources of other services would go: import reads none of
// them, so what carries our mark already is another plan's.
func (i *imported) othersNeighbours() bool {
	return slices.ContainsFunc(i.proof.ChangeSet.Changes, func(c *resource.Change) bool {
		return c.Action == resource.Delete && kind.InNeighbour(c.Addr.Kind)
	})
}

func writeLeftOut(w io.Writer, i *imported) {
	left := i.draft.LeftOut()
	if len(left) == 0 {
		return
	}
	fmt.Fprintf(w, "\nLeft out, and as it was in the account:\n")
	for _, l := range left {
		fmt.Fprintf(w, "  %s: %s\n", printable(l.What), printable(l.Why))
	}
}

// shortFiles are the files with the many that hold one address each told in one line.
func shortFiles(files []string) []string {
	var out []string
	addresses, folder := 0, ""
	for _, f := range files {
		if dir, _, in := strings.Cut(f, "addresses/"); in {
			addresses, folder = addresses+1, dir+"addresses/"
			continue
		}
		out = append(out, f)
	}
	if addresses > 0 {
		out = append(out, fmt.Sprintf("%s (%s, readable for you alone; Git ignores it)", folder, count(addresses, "address file")))
	}
	return out
}

// isAre is "1 resource is", "2 resources are".
func isAre(n int, what string) string {
	if n == 1 {
		return count(n, what) + " is"
	}
	return count(n, what) + " are"
}

// pasteable is a command line over several lines, each no longer than a terminal is wide.
func pasteable(line string, adoptions []kind.Adoption) string {
	const width = 96
	var out strings.Builder
	line = "  " + line
	said := ""
	for _, ad := range adoptions {
		addr := ad.Addr.String()
		if addr == said { // several live ones
			continue
		}
		said = addr
		if len(line)+1+len(addr) > width {
			out.WriteString(line + " \\\n")
			line = "   "
		}
		line += " " + addr
	}
	return out.String() + line
}

// importJSON is what import did.
type importJSON struct {
	SchemaVersion int           `json:"schema_version"`
	Target        string        `json:"target"`
	Files         []string      `json:"files"`
	Addresses     []string      `json:"addresses"` // imported
	LeftOut       []leftOutJSON `json:"left_out"`
	Ignored       []leftOutJSON `json:"ignored"` // errors in the account that the files ignore
	Empty         bool          `json:"empty"`   // the plan after import
	Changes       []changeJSON  `json:"changes"` // of the plan after import
	Unread        []unreadJSON  `json:"unread"`
	Adopt         []string      `json:"adopt"` // imported and not ours yet
}

type leftOutJSON struct {
	What string `json:"what"`
	Why  string `json:"why"`
}

func newImportJSON(i *imported) importJSON {
	out := importJSON{
		SchemaVersion: 1, Target: i.target, Files: append([]string{}, i.files...), Addresses: []string{},
		LeftOut: []leftOutJSON{}, Ignored: []leftOutJSON{}, Changes: []changeJSON{}, Unread: []unreadJSON{}, Adopt: []string{},
	}
	for _, l := range i.draft.LeftOut() {
		out.LeftOut = append(out.LeftOut, leftOutJSON(l))
	}
	for _, l := range i.draft.Accepted() {
		out.Ignored = append(out.Ignored, leftOutJSON(l))
	}
	if i.proof == nil {
		return out
	}
	for _, addr := range i.draft.Addrs() {
		out.Addresses = append(out.Addresses, addr.String())
	}
	cs := newChangesJSON(i.target, i.proof.ChangeSet, nil)
	out.Empty, out.Changes, out.Unread = i.same(), cs.Changes, cs.Unread
	for _, ad := range i.proof.Adopted {
		out.Adopt = append(out.Adopt, ad.Addr.String())
	}
	return out
}
