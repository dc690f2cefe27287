package rule

import (
	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/when"
)

// badInstant reports times of tests that mean no instant and no stretch of time.
func badInstant(_ *ast.Plan, in Input, r *Reporter) {
	for _, t := range in.Tests {
		for _, at := range t.When {
			if when.IsStretch(at.V) {
				if _, _, err := when.Stretch(at.V, in.Now); err != nil {
					r.Report(at.At, "%v", err).WithHint("write %s", when.StretchForms)
				}
				continue
			}
			if _, err := when.Parse(at.V, in.Now); err != nil {
				r.Report(at.At, "%v", err).WithHint("%s, or a stretch like %s", when.Forms, when.StretchForms)
			}
		}
	}
}
