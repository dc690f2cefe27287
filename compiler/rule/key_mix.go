package rule

import "github.com/watchbill/watchbill/compiler/ast"

// keyMix reports a replication set in which some Regions have a customer key and
// some have none; AWS takes all or nothing.
func keyMix(p *ast.Plan, _ Input, r *Reporter) {
	if p.ReplicationSet == nil {
		return
	}
	var with *ast.Region
	for _, reg := range p.ReplicationSet.Regions {
		if reg.KMSKey.Set() && with == nil {
			with = reg
		}
	}
	if with == nil {
		return
	}
	for _, reg := range p.ReplicationSet.Regions {
		if !reg.KMSKey.Set() {
			r.Report(reg.Name.At, "%s has no customer key, but %s has one; AWS wants all Regions alike", reg.Name.V, with.Name.V).
				WithHint("write %s: {kms_key: ARN of a key in %s}, or remove the other keys", reg.Name.V, reg.Name.V).
				WithNote(with.KMSKey.At, "the key of %s", with.Name.V)
		}
	}
}
