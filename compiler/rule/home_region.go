package rule

import (
	"slices"
	"strings"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
)

// homeRegion reports a target that speaks to another Region than the replication
// set's home. AWS creates the set in the Region it is called in, refuses one that
// is not in the list, and keeps tags, and with them our ownership mark, in the
// home Region only.
func homeRegion(p *ast.Plan, in Input, r *Reporter) {
	if p.ReplicationSet == nil || len(p.ReplicationSet.Regions) == 0 || in.Region == "" {
		return
	}
	set := p.ReplicationSet.Regions
	at := slices.IndexFunc(set, func(reg *ast.Region) bool { return reg.Name.V == in.Region })
	switch {
	case at < 0:
		names := make([]string, 0, len(set))
		for _, reg := range set {
			names = append(names, reg.Name.V)
		}
		r.Report(p.ReplicationSet.At, "the target is in %s, which is not in the replication set (%s)", in.Region, strings.Join(names, ", ")).
			WithHint("write %s: {} first under regions, or give the target the region %s", in.Region, names[0])
	case at > 0:
		r.As(diag.Warning, set[at].Name.At, "the target is in %s, but the first Region, which is home, is %s", in.Region, set[0].Name.V).
			WithHint("write %s first: AWS keeps tags in the home Region only", in.Region)
	}
}
