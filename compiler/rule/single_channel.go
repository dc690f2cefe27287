package rule

import "github.com/watchbill/watchbill/compiler/ast"

// singleChannel reports people with one way to reach them. Devices are off,
// lost, opted out by a reply, or not activated yet.
func singleChannel(p *ast.Plan, _ Input, r *Reporter) {
	for _, c := range p.Contacts {
		if len(c.Channels) == 1 {
			r.Report(c.Name.At, "%s can be reached one way only, by %s", c.Name.V, c.Channels[0].Name.V).
				WithHint("add a second channel of another type, and page it in the engagement plan")
		}
	}
}
