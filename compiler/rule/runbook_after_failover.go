package rule

import (
	"strings"

	"github.com/watchbill/watchbill/compiler/ast"
)

// runbookAfterFailover says once what a second Region does not do: incidents go
// on there when the home Region fails, and people are paged from there, but
// runbooks do not run. It is nothing to repair, only to know.
// https://docs.aws.amazon.com/incident-manager/latest/userguide/disaster-recovery-resiliency.html
func runbookAfterFailover(p *ast.Plan, in Input, r *Reporter) {
	if p.ReplicationSet == nil || len(p.ReplicationSet.Regions) < 2 || len(in.uses.runbooks) == 0 {
		return
	}
	var used []string
	for _, rb := range p.Runbooks {
		if has(in.uses.runbooks, rb) {
			used = append(used, rb.Name.V)
		}
	}
	second := p.ReplicationSet.Regions[1].Name
	f := r.Report(second.At, "an incident that fails over to %s starts no runbook there (%s)", second.V, listed(used))
	f.WithHint("say in the summary of the response plan what to do by hand then")
}

// listed is the names, cut after maxListed.
func listed(names []string) string {
	if len(names) > maxListed {
		return strings.Join(names[:maxListed], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}
