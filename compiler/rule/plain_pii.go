package rule

import "github.com/watchbill/watchbill/compiler/ast"

// plainPII reports addresses that stand in a plan file. It is off unless the
// settings ask for it: a private repository may be the right place for them.
func plainPII(p *ast.Plan, _ Input, r *Reporter) {
	for _, c := range p.Contacts {
		for _, ch := range c.Channels {
			if ch.Address.From != "" || ch.Address.Value.IsZero() {
				continue
			}
			what := "phone number"
			if ch.Type.V == "EMAIL" {
				what = "mail address"
			}
			f := r.Report(ch.Address.At, "the %s of %s stands in the plan file", what, c.Name.V)
			f.WithHint("keep it elsewhere and refer to it: {env: %s}", envName(c.Name.V, ch.Name.V))
			f.Private = true
		}
	}
}
