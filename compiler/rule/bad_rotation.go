package rule

import (
	"fmt"
	"time"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
)

// shortestWindow is the least length of a covered part of a day, and of an override,
// by AWS's user guide.
const shortestWindow = 30 * time.Minute

// badRotation reports rotations that cannot be dealt as they are written: more people
// together than there are, the same person twice, windows too short for AWS.
func badRotation(p *ast.Plan, _ Input, r *Reporter) {
	for _, rotation := range rotations(p) {
		if n := len(rotation.Members); rotation.OnCall.V > n && n > 0 {
			r.Report(rotation.OnCall.At, "%d people are to be on call together, and %s has %s", rotation.OnCall.V, rotation.Name.V, counted(n, "member")).
				WithHint("write on_call: %d, or name more members", n)
		}
		first := map[string]ast.Text{}
		for _, m := range rotation.Members {
			if before, twice := first[m.Name.V]; twice {
				r.As(diag.Warning, m.Name.At, "%s takes two turns in each round of %s", m.Name.V, rotation.Name.V).
					WithHint("remove one, unless that is meant").
					WithNote(before.At, "the first one is here")
				continue
			}
			first[m.Name.V] = m.Name
		}
		for _, c := range rotation.Coverage {
			for _, w := range c.Windows {
				if length := windowLength(w); length < shortestWindow {
					r.Report(w.At, "this window is %s long, and AWS's shortest is %s", minutes(length), minutes(shortestWindow)).
						WithHint("let it end later")
				}
			}
		}
	}
}

// counted is "1 member" or "2 members".
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// windowLength is by the wall clock; a window that ends at or before its start ends on
// the next day.
func windowLength(w *ast.Window) time.Duration {
	d := time.Duration(w.End.Hour-w.Start.Hour)*time.Hour + time.Duration(w.End.Minute-w.Start.Minute)*time.Minute
	if d <= 0 {
		d += 24 * time.Hour
	}
	return d
}
