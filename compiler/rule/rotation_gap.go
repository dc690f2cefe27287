package rule

import (
	"fmt"
	"time"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/oncall"
)

// rotationGap reports when a stage, or a response plan, pages nobody, because nobody
// is on call in the schedules it relies on. What somebody else in the same stage
// makes up for is no gap, nor is an override that puts nobody on call; a schedule that
// nobody has started yet has none. Gaps that come and go with clocks that move are
// dst-handoff's to report.
func rotationGap(p *ast.Plan, in Input, r *Reporter) {
	for _, rely := range reliances(p) {
		all := rely.turns(in)
		if len(all) == 0 || comesAndGoes(all, in.Now) != nil {
			continue
		}
		from, to := latest(in.Now, firstStart(all)), in.Now.Add(aheadGaps)
		gaps := holes(all, from, to)
		if len(gaps) == 0 {
			continue
		}
		f := r.Report(rely.schedules[0].Name.At, "nobody is on call in %s %s%s", rely.names(),
			in.writtenSpan(gaps[0], all[0].calendar.Zone(), to), andMore(gaps, "12 weeks"))
		if rely.by.Set() {
			f.WithNote(rely.at, "%s pages nobody then%s", rely.by.V, inStage(rely.stage))
		}
		noteStarts(f, all, from)
		f.WithHint("%s", gapHint(rely, all))
	}
}

// andMore says how much there is beside the first stretch.
func andMore(all []oncall.Span, of string) string {
	if len(all) == 1 {
		return ""
	}
	return fmt.Sprintf(", and %s more in the coming %s, %s in all", times(len(all)-1), of, minutes(total(all)))
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

func inStage(stage int) string {
	if stage == 0 {
		return ""
	}
	return fmt.Sprintf(" in stage %d", stage)
}

func gapHint(rely reliance, all []turns) string {
	person := "a contact"
	for _, t := range all {
		for _, m := range t.rotation.Members {
			person = m.Name.V
		}
	}
	switch {
	case !rely.by.Set():
		return "cover the whole week, or engage the schedule beside somebody who is always there"
	case rely.stage == 0:
		return fmt.Sprintf("cover those hours, or engage somebody else, too: engage: [%s, %s]", rely.schedules[0].Name.V, person)
	default:
		return fmt.Sprintf("cover those hours, or page somebody else in the same stage: page: [%s, %s]", rely.schedules[0].Name.V, person)
	}
}

// comesAndGoes are the gaps of the coming year, if they are the work of clocks that move
// on different dates.
func comesAndGoes(all []turns, now time.Time) []oncall.Span {
	from := latest(now, lastStart(all))
	if oneZone(all, from, from.Add(aheadYear)) {
		return nil
	}
	if gaps := holes(all, from, from.Add(aheadYear)); seasonal(gaps, from) {
		return gaps
	}
	return nil
}
