package kind

// The order of the steps that are better at one hour and worse at another.

import (
	"slices"
	"time"

	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/oncall"
)

// Up to so many such steps every order is tried until one keeps all minutes; of more,
// the next step is always the one that costs least. Beyond the last number none is looked at.
const (
	maxTried    = 6
	maxLookedAt = 40
)

// loss is the time, of all that is covered before and after, in which a state in between
// pages nobody, or later than both.
type loss struct{ uncovered, late time.Duration }

func (l loss) less(other loss) bool {
	return l.uncovered < other.uncovered || l.uncovered == other.uncovered && l.late < other.late
}

// openings are a stretch of them with one delay to the first page.
type openings struct {
	until time.Time
	delay time.Duration
}

// turns orders the moves, all gains being done and no loss.
func (s *scene) turns(moves []move) {
	var gains []move
	for _, m := range s.moves {
		if e := *m.effect(); e == resource.Gains {
			gains = append(gains, m)
		}
	}
	j := &judge{scene: s}
	j.before = j.firstPages()
	s.with(s.moves, func() { j.after = j.firstPages() })
	order, worst := moves, loss{}
	s.with(gains, func() {
		switch {
		case len(moves) > maxLookedAt:
		case len(moves) <= maxTried && j.try(nil, moves):
			order = j.found
		default:
			order, worst = j.greedy(moves)
		}
	})
	for i, m := range order {
		*m.turn() = i + 1
	}
	if worst != (loss{}) {
		noteUncovered(order, worst)
	}
}

// judge holds states in between against both ends.
type judge struct {
	*scene
	before, after map[resource.Addr][]openings
	found         []move
}

// firstPages says of each opening in the time looked at when the first page comes.
func (j *judge) firstPages() map[resource.Addr][]openings {
	r := j.roster()
	out := map[resource.Addr][]openings{}
	for _, plan := range j.plans {
		for story := range r.Stories(plan.Name, j.from, j.to) {
			p := openings{story.End, never}
			if i := slices.IndexFunc(story.Events, func(e oncall.Event) bool { return e.Type == oncall.Paged }); i >= 0 {
				p.delay = story.Events[i].Time.Sub(story.Start)
			}
			out[plan] = append(out[plan], p)
		}
	}
	return out
}

// costs is what is lost while exactly these moves are done.
func (j *judge) costs(done []move) (out loss) {
	j.with(done, func() {
		now := j.firstPages()
		for _, plan := range j.plans {
			out = out.plus(between(j.before[plan], j.after[plan], now[plan], j.from))
		}
	})
	return out
}

func (l loss) plus(other loss) loss {
	return loss{l.uncovered + other.uncovered, l.late + other.late}
}

// between walks three partitions of one time together.
func between(before, after, now []openings, from time.Time) (out loss) {
	for len(before) > 0 && len(after) > 0 && len(now) > 0 {
		until := before[0].until
		for _, t := range []time.Time{after[0].until, now[0].until} {
			if t.Before(until) {
				until = t
			}
		}
		latest := max(before[0].delay, after[0].delay)
		switch {
		case latest == never || now[0].delay <= latest:
		case now[0].delay == never:
			out.uncovered += until.Sub(from)
		default:
			out.late += until.Sub(from)
		}
		from = until
		before, after, now = past(before, until), past(after, until), past(now, until)
	}
	return out
}

func past(p []openings, until time.Time) []openings {
	if p[0].until.Equal(until) {
		return p[1:]
	}
	return p
}

// try looks for an order that loses nothing.
func (j *judge) try(done, left []move) bool {
	if len(left) == 0 {
		j.found = slices.Clone(done)
		return true
	}
	for i, m := range left {
		next := append(slices.Clone(done), m)
		rest := slices.Delete(slices.Clone(left), i, i+1)
		if !m.early(rest) && (len(rest) == 0 || j.costs(next) == loss{}) && j.try(next, rest) {
			return true
		}
	}
	return false
}

// early reports whether a removal comes before what takes its place.
func (m move) early(left []move) bool {
	return m.removal && slices.Contains(left, move{m.c, false})
}

func (j *judge) greedy(left []move) (done []move, sum loss) {
	left = slices.Clone(left)
	for len(left) > 1 {
		best, least := -1, loss{}
		for i, m := range left {
			if m.early(left) {
				continue
			}
			l := j.costs(append(slices.Clone(done), m))
			if best < 0 || l.less(least) {
				best, least = i, l
			}
			if least == (loss{}) {
				break
			}
		}
		done, left, sum = append(done, left[best]), slices.Delete(left, best, best+1), sum.plus(least)
	}
	return append(done, left...), sum
}
