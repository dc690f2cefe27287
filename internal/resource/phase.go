package resource

import (
	"cmp"
	"slices"
)

// Phases: the steps of one group that change who is paged are done by their effects. A
// step that does not change it waits for none that loses: what exists can be referred
// to before it changes.

// rank is the place of a step among those of its group.
type rank struct {
	group  int
	effect Effect
	turn   int
}

func (s *Step) rank() rank {
	c := s.Change
	if s.Part == PartDelete {
		return rank{c.Group, c.Removal, c.RemovalTurn}
	}
	return rank{c.Group, c.Effect, c.Turn}
}

func (r rank) compare(other rank) int {
	if c := cmp.Compare(r.effect, other.effect); c != 0 || r.effect != Shifts {
		return c
	}
	return cmp.Compare(r.turn, other.turn)
}

// phases puts the steps of each group in their order, and takes out what it contradicts.
func (g *graph) phases() {
	groups := map[int][]int{}
	for i := range g.steps {
		s := &g.steps[i]
		if r := s.rank(); r.effect != Neutral {
			groups[r.group] = append(groups[r.group], i)
			if s.Part == PartDelete && r.effect != Loses {
				s.Last = false // its successors wait for it
				if first, ok := g.built[s.Change.Addr]; ok {
					g.after(i, first)
				}
			}
		}
		s.After = slices.DeleteFunc(s.After, func(first int) bool { return !g.mayWait(i, first) })
	}
	for _, group := range groups {
		g.chain(group)
	}
}

// mayWait reports whether a step may wait for another one in spite of what both do to
// who is paged.
func (g *graph) mayWait(i, first int) bool {
	mine, its := g.steps[i].rank(), g.steps[first].rank()
	switch {
	case its.effect < Shifts, g.steps[i].Change == g.steps[first].Change:
		return true
	case mine.effect == Neutral || mine.group != its.group:
		return false
	}
	return mine.compare(its) >= 0
}

// chain lets each rank of a group wait for the one before it.
func (g *graph) chain(group []int) {
	slices.SortStableFunc(group, func(i, j int) int { return g.steps[i].rank().compare(g.steps[j].rank()) })
	var before, now []int
	for k, i := range group {
		if k > 0 && g.steps[group[k-1]].rank().compare(g.steps[i].rank()) != 0 {
			before, now = now, nil
		}
		for _, first := range before {
			g.after(i, first)
		}
		now = append(now, i)
	}
}
