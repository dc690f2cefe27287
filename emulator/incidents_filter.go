package emulator

// Filters and sorted pages of ssm-incidents. Several filters are ANDed, the values of one are ORed.

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

type filter struct {
	Condition struct {
		After  *time.Time
		Before *time.Time
		Equals *struct {
			IntegerValues []int
			StringValues  []string
		}
	}
	Key string
}

type filterKind int

const (
	byTime filterKind = iota
	byInteger
	byText
)

// checkFilters refuses keys that an operation does not have and conditions that a key cannot take.
func checkFilters(filters []filter, known map[string]filterKind) error {
	for _, f := range filters {
		kind, ok := known[f.Key]
		if !ok {
			return badIncident("Invalid filter key " + f.Key)
		}
		equals := f.Condition.Equals
		fits := false
		switch kind {
		case byTime:
			fits = equals == nil
		case byInteger:
			fits = equals != nil && equals.IntegerValues != nil
		case byText:
			fits = equals != nil && equals.StringValues != nil
		}
		if !fits {
			return badIncident("Invalid condition for the filter key " + f.Key)
		}
	}
	return nil
}

// matches holds checked filters against attributes: a time.Time, an int, a string or several.
func matches(filters []filter, attribute func(key string) any) bool {
	for _, f := range filters {
		ok := false
		switch v := attribute(f.Key).(type) {
		case time.Time:
			ok = (f.Condition.After == nil || v.After(*f.Condition.After)) && (f.Condition.Before == nil || v.Before(*f.Condition.Before))
		case int:
			ok = slices.Contains(f.Condition.Equals.IntegerValues, v)
		case string:
			ok = slices.Contains(f.Condition.Equals.StringValues, v)
		case []string:
			ok = slices.ContainsFunc(v, func(s string) bool { return slices.Contains(f.Condition.Equals.StringValues, s) })
		}
		if !ok {
			return false
		}
	}
	return true
}

// question is a part of what a page token belongs to.
func question(v any) string { return jsonText(v) }

// jsonText is a value of ours as JSON.
func jsonText(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("emulator: a value cannot be encoded") // they are structs, maps and texts
	}
	return string(b)
}

// placeInTime sorts by time and, at one instant, by number.
func placeInTime(t time.Time, number int) string {
	return fmt.Sprintf("%s %012d ", t.UTC().Format("20060102150405.000000000"), number)
}

// takeSorted takes one page of rows in the order of their places, which are unique, and sets p.next
// when there are more.
func takeSorted[T any](p *pageRequest, rows []*T, place func(*T) string, descending bool) []*T {
	direction := 1
	if descending {
		direction = -1
	}
	type placed struct {
		place string
		row   *T
	}
	sorted := make([]placed, 0, len(rows))
	for _, row := range rows {
		if at := place(row); p.after == "" || cmp.Compare(at, p.after)*direction > 0 {
			sorted = append(sorted, placed{at, row})
		}
	}
	slices.SortFunc(sorted, func(a, b placed) int { return cmp.Compare(a.place, b.place) * direction })
	if len(sorted) > p.limit {
		sorted = sorted[:p.limit]
		p.next = base64.StdEncoding.EncodeToString([]byte(p.mark + sorted[p.limit-1].place))
	}
	out := make([]*T, len(sorted))
	for i, s := range sorted {
		out[i] = s.row
	}
	return out
}

// searchEnd is the index after the last key with a prefix that ends with a slash, or where it would be.
func searchEnd(keys []string, prefix string) int {
	i, _ := slices.BinarySearch(keys, prefix[:len(prefix)-1]+"0") // '0' follows '/'
	return i
}
