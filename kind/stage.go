package kind

// AWS lets a stage wait thirty minutes at most; a plan may say any wait. Here a
// longer stage is cut into several of AWS's, so that the people in it get exactly
// the pages the author wrote, and the next stage begins when the author says.

import (
	"slices"
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

// longestWait and longestRetry are the most the plan language allows, in minutes.
const longestWait, longestRetry = 24 * 60, 60

// join takes cut back: how many of the pieces, from the first on, are one author's stage
// of that wait and retry. Its own stage is the least it can be; the longest one is
// chosen. Pieces that page must page the same, which same says of the i-th.
func join(pieces []piece, same func(i int) bool) (wait, retry, n int) {
	wait, retry, n = pieces[0].wait, pieces[0].retry, 1
	sum := pieces[0].wait
	for i := 1; i < len(pieces) && sum+pieces[i].wait <= longestWait; i++ {
		sum += pieces[i].wait
		if pieces[i].pages && !same(i) {
			break
		}
		for _, r := range retriesOf(pieces[:i+1]) {
			if slices.Equal(cut(sum, r), pieces[:i+1]) {
				wait, retry, n = sum, r, i+1
				break
			}
		}
	}
	return wait, retry, n
}

// retriesOf are the retries that could have been cut into pieces: the one they have or, as
// AWS repeats a page at most every thirty minutes, the time between two that page.
func retriesOf(pieces []piece) []int {
	if pieces[0].retry > 0 {
		return []int{pieces[0].retry}
	}
	sum := 0
	for i, p := range pieces {
		if i > 0 && p.pages {
			break
		}
		sum += p.wait
	}
	if sum > maxStage && sum <= longestRetry {
		return []int{0, sum}
	}
	return []int{0}
}

// Written is a stage as an author would write it: it stands for Pieces stages of a spec,
// from First on, and pages what First does. Wait and Retry are in minutes.
type Written struct {
	First, Pieces int
	Wait, Retry   int
}

// Written are the stages of the plan as an author would write them. It is not ok when a stage
// repeats the pages of its channels at different intervals, which no author can write.
func (p EngagementPlan) Written() (stages []Written, ok bool) {
	pieces := make([]piece, len(p.Stages))
	for i, s := range p.Stages {
		pieces[i] = piece{wait: s.WaitMinutes, pages: len(s.Targets) > 0}
		for _, t := range s.Targets {
			pieces[i].retry = s.Targets[0].RetryMinutes
			if t.RetryMinutes != pieces[i].retry {
				return nil, false
			}
		}
	}
	return written(pieces, func(i, j int) bool {
		return slices.EqualFunc(p.Stages[i].Targets, p.Stages[j].Targets, func(a, b ChannelTarget) bool { return a.Channel == b.Channel })
	}), true
}

// Written are the stages of the plan as an author would write them.
func (p EscalationPlan) Written() []Written {
	pieces := make([]piece, len(p.Stages))
	for i, s := range p.Stages {
		pieces[i] = piece{wait: s.WaitMinutes, pages: len(s.Targets) > 0}
	}
	return written(pieces, func(i, j int) bool { return slices.Equal(p.Stages[i].Targets, p.Stages[j].Targets) })
}

func written(pieces []piece, same func(i, j int) bool) []Written {
	var out []Written
	for i := 0; i < len(pieces); {
		pieces[i].pages = true // as cut says of the first, whomever it pages
		wait, retry, n := join(pieces[i:], func(j int) bool { return same(i, i+j) })
		out = append(out, Written{First: i, Pieces: n, Wait: wait, Retry: retry})
		i += n
	}
	return out
}

// minutes is a duration of the language, whole by its definition.
func minutes(d ast.Duration) int { return int(d.V / time.Minute) }
