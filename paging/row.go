package paging

import (
	"iter"
	"slices"
	"strings"
	"time"
)

// Row is what is new at some time to the people whose pages differ. Differences in which
// the same people's pages differ in the same way are one row, whatever happens to the rest.
type Row struct {
	When When
	// Before and After hold the pages of those people only. Nil: the response plan is
	// not there. Empty: they are not paged.
	Before, After Story
	// Rest: others are engaged as well, and nothing changes for them.
	Rest bool
}

// narrow leaves out everybody whose pages are the same on both sides.
func narrow(before, after Story) Row {
	if before == nil || after == nil {
		return Row{Before: before, After: after}
	}
	differ, row := map[string]bool{}, Row{}
	for _, p := range slices.Concat(before, after) {
		if _, known := differ[p.Contact]; !known {
			differ[p.Contact] = !slices.Equal(before.of(p.Contact), after.of(p.Contact))
			row.Rest = row.Rest || !differ[p.Contact]
		}
	}
	isSame := func(p Page) bool { return !differ[p.Contact] }
	row.Before, row.After = slices.DeleteFunc(slices.Clone(before), isSame), slices.DeleteFunc(slices.Clone(after), isSame)
	return row
}

// of are the pages of one contact; those of nobody on call are of "".
func (s Story) of(contact string) Story {
	var out Story
	for _, p := range s {
		if p.Contact == contact {
			out = append(out, p)
		}
	}
	return out
}

// key is the row as a map key, without its time.
func (r Row) key() string {
	side := func(s Story) string {
		if s == nil {
			return "-"
		}
		return "+" + s.key()
	}
	rest := ""
	if r.Rest {
		rest = "rest"
	}
	return strings.Join([]string{rest, side(r.Before), side(r.After)}, "\x00")
}

// rows are the differences of t, narrowed and put together; sets are their instants, in their order.
func (c *comparison) rows(responsePlan string, t told, f *folder, sets [][]span) []Row {
	var out []Row
	var members [][]int // of each row, the differences
	index := map[string]int{}
	for n, d := range t.differences {
		row := narrow(d.Before, d.After)
		i, known := index[row.key()]
		if !known {
			i = len(out)
			index[row.key()] = i
			row.When = d.When
			out, members = append(out, row), append(members, nil)
		}
		members[i] = append(members[i], n)
	}
	for i := range out {
		if len(members[i]) == 1 {
			continue
		}
		var all []span
		for _, n := range members[i] {
			all = append(all, sets[n]...)
		}
		key := out[i].key()
		out[i].When = c.fold(responsePlan, t, f, union(all), func(b, a chapter) bool { return narrow(b.story, a.story).key() == key })
	}
	return out
}

// fold says a set of instants of the time of t. What reaches the end of that time is followed
// to where it no longer holds.
func (c *comparison) fold(responsePlan string, t told, f *folder, set []span, holds func(before, after chapter) bool) When {
	w := f.fold(set)
	if n := len(w.Dates); n > 0 && len(w.Hours) == 0 && w.Dates[n-1].End.Equal(t.to) {
		w.Dates[n-1].End = c.follow(responsePlan, t.to, holds)
	}
	return w
}

// follow is when something ends that holds up to an instant; Ahead of it when it does not.
func (c *comparison) follow(responsePlan string, at time.Time, holds func(before, after chapter) bool) time.Time {
	on := told{from: at, to: at.Add(Ahead)}
	nextB, stopB := iter.Pull(c.walk(c.before, responsePlan, on))
	defer stopB()
	nextA, stopA := iter.Pull(c.walk(c.after, responsePlan, on))
	defer stopA()
	b, okB := nextB()
	a, okA := nextA()
	for okB && okA {
		if !holds(b, a) {
			return time.Unix(max(b.start, a.start), 0).UTC()
		}
		end := min(b.end, a.end)
		if b.end == end {
			b, okB = nextB()
		}
		if a.end == end {
			a, okA = nextA()
		}
	}
	return on.to
}
