package paging

// Sets of instants: ascending, half-open intervals of Unix seconds that neither touch
// nor overlap.

import (
	"cmp"
	"slices"
	"time"

	"github.com/watchbill/watchbill/oncall"
)

type span struct{ start, end int64 }

func spanOf(s oncall.Span) span { return span{s.Start.Unix(), s.End.Unix()} }

func (s span) public() oncall.Span {
	return oncall.Span{Start: time.Unix(s.start, 0).UTC(), End: time.Unix(s.end, 0).UTC()}
}

func public(set []span) []oncall.Span {
	out := make([]oncall.Span, len(set))
	for i, s := range set {
		out[i] = s.public()
	}
	return out
}

// union makes a set of any intervals; empty ones are left out.
func union(all []span) []span {
	all = slices.DeleteFunc(slices.Clone(all), func(s span) bool { return s.start >= s.end })
	slices.SortFunc(all, func(a, b span) int { return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end)) })
	var out []span
	for _, s := range all {
		if n := len(out); n > 0 && s.start <= out[n-1].end {
			out[n-1].end = max(out[n-1].end, s.end)
			continue
		}
		out = append(out, s)
	}
	return out
}

// intersect is what lies in both sets.
func intersect(a, b []span) []span {
	var out []span
	for len(a) > 0 && len(b) > 0 {
		if s := (span{max(a[0].start, b[0].start), min(a[0].end, b[0].end)}); s.start < s.end {
			out = append(out, s)
		}
		if a[0].end < b[0].end {
			a = a[1:]
		} else {
			b = b[1:]
		}
	}
	return out
}

// subtract is what lies in a and not in b.
func subtract(a, b []span) []span {
	var out []span
	for _, s := range a {
		for len(b) > 0 && b[0].end <= s.start {
			b = b[1:]
		}
		for _, hole := range b {
			if hole.start >= s.end {
				break
			}
			if hole.start > s.start {
				out = append(out, span{s.start, hole.start})
			}
			s.start = max(s.start, hole.end)
		}
		if s.start < s.end {
			out = append(out, s)
		}
	}
	return out
}
