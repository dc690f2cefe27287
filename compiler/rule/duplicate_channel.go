package rule

import "github.com/watchbill/watchbill/compiler/ast"

// duplicateChannel reports two channels of one contact with the same type and
// address. They are one way to reach the person, and AWS answers the creation of
// the second with a conflict.
func duplicateChannel(p *ast.Plan, _ Input, r *Reporter) {
	for _, c := range p.Contacts {
		for i, ch := range c.Channels {
			for _, other := range c.Channels[:i] {
				if ch.Type.V == other.Type.V && sameAddress(ch.Address, other.Address) {
					r.Report(ch.Name.At, "%s and %s are one channel: the same kind and the same address", other.Name.V, ch.Name.V).
						WithHint("remove one of them and page the other").
						WithNote(other.Name.At, "the other channel")
					break
				}
			}
		}
	}
}

// sameAddress compares what is known: values when both were read, else the
// references.
func sameAddress(a, b ast.Address) bool {
	if !a.Value.IsZero() && !b.Value.IsZero() {
		return a.Value == b.Value
	}
	return a.From != "" && a.From == b.From && a.Ref == b.Ref
}
