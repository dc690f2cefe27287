package oncall

import (
	"container/heap"
	"slices"
	"time"
)

// reign is the time in which one override counts.
type reign struct {
	start, end time.Time
	override   *Override
}

// newReigns cuts overlapping overrides into ascending intervals without overlaps; where
// several overlap, the last one of the list counts.
func newReigns(overrides []Override) []reign {
	borders := make([]time.Time, 0, 2*len(overrides))
	byStart := make([]int, len(overrides))
	for i, o := range overrides {
		borders = append(borders, o.Start, o.End)
		byStart[i] = i
	}
	slices.SortFunc(borders, time.Time.Compare)
	slices.SortStableFunc(byStart, func(a, b int) int { return overrides[a].Start.Compare(overrides[b].Start) })

	var out []reign
	var active latest // begun; those that ended are dropped when they come to the top
	for i := 0; i+1 < len(borders); i++ {
		from, to := borders[i], borders[i+1]
		for len(byStart) > 0 && !overrides[byStart[0]].Start.After(from) {
			heap.Push(&active, byStart[0])
			byStart = byStart[1:]
		}
		for len(active) > 0 && !overrides[active[0]].End.After(from) {
			heap.Pop(&active)
		}
		if len(active) == 0 || !from.Before(to) {
			continue
		}
		o := &overrides[active[0]]
		if n := len(out); n > 0 && out[n-1].override == o && out[n-1].end.Equal(from) {
			out[n-1].end = to.UTC()
			continue
		}
		out = append(out, reign{from.UTC(), to.UTC(), o})
	}
	return out
}

// latest is a heap of indexes with the highest on top.
type latest []int

func (l latest) Len() int           { return len(l) }
func (l latest) Less(i, j int) bool { return l[i] > l[j] }
func (l latest) Swap(i, j int)      { l[i], l[j] = l[j], l[i] }
func (l *latest) Push(x any)        { *l = append(*l, x.(int)) }
func (l *latest) Pop() any {
	last := (*l)[len(*l)-1]
	*l = (*l)[:len(*l)-1]
	return last
}
