package rule

import (
	"slices"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
)

// regions are the Regions with Incident Manager endpoints, from AWS's endpoint
// data and CloudFormation's schemas of November 2025. No more are to be expected:
// the service is closed to new customers since then.
var regions = []string{
	"ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1",
	"eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1",
	"us-east-1", "us-east-2", "us-west-1", "us-west-2",
}

// Regions are the Regions that Incident Manager is in, sorted.
func Regions() []string { return slices.Clone(regions) }

// unknownRegion reports Regions that Incident Manager is not in.
func unknownRegion(p *ast.Plan, _ Input, r *Reporter) {
	if p.ReplicationSet == nil {
		return
	}
	for _, reg := range p.ReplicationSet.Regions {
		if slices.Contains(regions, reg.Name.V) {
			continue
		}
		if near := diag.Nearest(reg.Name.V, regions); near != "" {
			r.Report(reg.Name.At, "there is no Incident Manager in a Region %q; did you mean %q?", reg.Name.V, near)
		} else {
			r.Report(reg.Name.At, "there is no Incident Manager in a Region %q", reg.Name.V).
				WithHint("write %s", oneOf(regions))
		}
	}
}
