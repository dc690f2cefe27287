package rule

import (
	"time"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/when"
)

// maxStage is the longest AWS waits in one stage (Stage.DurationInMinutes 0..30).
const maxStage = 30 * time.Minute

// compiledStages are the waits of the AWS stages a stage is lowered into, as
// kind/stage.go cuts it (a test compares the two): at 30 minutes, or, when pages
// are repeated, at the last repetition before.
func compiledStages(s *ast.Stage) []time.Duration {
	wait, retry := s.Wait.V, s.Retry.V
	if wait <= maxStage {
		return []time.Duration{wait}
	}
	round, step := wait, maxStage
	switch {
	case retry > maxStage:
		round = retry
	case retry > 0:
		step = maxStage / retry * retry
	}
	var out []time.Duration
	for ; wait > 0; wait -= round {
		left := min(round, wait)
		for ; left > maxStage; left -= step {
			out = append(out, step)
		}
		out = append(out, left)
	}
	return out
}

// minutes writes a duration as authors do, in whole minutes: 45m, 1h, 1h30m.
func minutes(d time.Duration) string { return when.Length(d.Truncate(time.Minute)) }
