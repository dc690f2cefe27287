package kind

// AWS lets a stage wait thirty minutes at most; a plan may say any wait. Here a
// longer stage is cut into several of AWS's, so that the people in it get exactly
// the pages the author wrote, and the next stage begins when the author says.

import (
	"time"

	"github.com/watchbill/watchbill/compiler/ast"
)

// maxStage is the longest wait of one stage, in minutes [model].
const maxStage = 30

// piece is one AWS stage of an author's stage, in minutes. One that does not
// page only lets time pass.
type piece struct {
	wait, retry int
	pages       bool
}

// cut splits a stage that waits and repeats its pages every retry minutes (0:
// pages once). An unanswered page goes out at 0, retry, 2·retry, … before the
// stage ends, so the cuts that page again must fall on multiples of retry:
//
//	wait 75, once           30 pages │ 30       │ 15
//	wait 75, retry 12       24 pages │ 24 pages │ 27 pages
//	wait 75, retry 45       30 pages │ 15       │ 30 pages
func cut(wait, retry int) []piece {
	if wait <= maxStage {
		return []piece{{wait, retry, true}}
	}
	switch {
	case retry == 0:
		return rest([]piece{{maxStage, 0, true}}, wait-maxStage)
	case retry <= maxStage:
		var out []piece
		whole := maxStage / retry * retry
		for ; wait > maxStage; wait -= whole {
			out = append(out, piece{whole, retry, true})
		}
		return append(out, piece{wait, retry, true})
	}
	var out []piece
	for ; wait > 0; wait -= retry {
		round := min(wait, retry)
		out = append(out, piece{min(round, maxStage), 0, true})
		out = rest(out, round-maxStage)
	}
	return out
}

// rest appends stages that let minutes pass.
func rest(out []piece, minutes int) []piece {
	for ; minutes > 0; minutes -= maxStage {
		out = append(out, piece{wait: min(minutes, maxStage)})
	}
	return out
}

// minutes is a duration of the language, whole by its definition.
func minutes(d ast.Duration) int { return int(d.V / time.Minute) }
