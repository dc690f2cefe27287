package diag

import "strings"

// Nearest returns the word of known that was probably meant, "" when none is
// close: at most one slip in three characters, where a slip is a character too
// many, too few, wrong, or swapped with its neighbour. Of equally close words
// the first in known wins.
func Nearest(word string, known []string) string {
	best, limit := "", max(1, len([]rune(word))/3)+1
	low := []rune(strings.ToLower(word))
	var rows [3][]int // one table for all words
	for _, k := range known {
		d := distance(low, []rune(strings.ToLower(k)), limit, &rows)
		if d < limit && k != word && d < len(low) {
			best, limit = k, d
		}
	}
	return best
}

// distance is the optimal string alignment distance of a and b; any number of at
// least limit when it is not below limit.
func distance(a, b []rune, limit int, rows *[3][]int) int {
	if max(len(a)-len(b), len(b)-len(a)) >= limit {
		return limit
	}
	for i := range rows {
		if cap(rows[i]) <= len(b) {
			rows[i] = make([]int, len(b)+16)
		}
		rows[i] = rows[i][:len(b)+1]
	}
	before, prev, cur := rows[0], rows[1], rows[2]
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], before[j-2]+1)
			}
			least = min(least, cur[j])
		}
		if least >= limit {
			return limit
		}
		before, prev, cur = prev, cur, before
	}
	return prev[len(b)]
}
