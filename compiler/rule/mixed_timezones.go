package rule

import "github.com/watchbill/watchbill/compiler/ast"

// mixedTimezones reports rotations of one schedule whose clocks differ although one of
// them is on call around the clock: nobody follows the sun there, and hand-offs
// drift against each other when clocks move.
func mixedTimezones(p *ast.Plan, in Input, r *Reporter) {
	for _, s := range p.Schedules {
		all := in.turnsOf(s)
		for i := range all {
			if first := otherClock(all[:i], all[i], in); first != nil {
				r.Report(all[i].rotation.Timezone.At, "%s is in %s, and %s in %s", all[i].name(), all[i].calendar.Zone(),
					first.name(), first.calendar.Zone()).
					WithNote(first.rotation.Timezone.At, "the other timezone").
					WithHint("give all rotations of a schedule one timezone, as AWS advises, or each one the coverage of its working day")
				break // once a schedule
			}
		}
	}
}

// otherClock is the first of the rotations whose clocks differ from those of one more, if
// the two do not divide the day.
func otherClock(before []turns, t turns, in Input) *turns {
	for i := range before {
		divide := len(before[i].rotation.Coverage) > 0 && len(t.rotation.Coverage) > 0
		if !divide && !alike(before[i].calendar.Zone(), t.calendar.Zone(), in.Now, in.Now.Add(aheadYear)) {
			return &before[i]
		}
	}
	return nil
}
