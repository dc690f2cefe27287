package when

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Duration reads a length of time: Go's form (90s, 12m, 1h30m) with weeks and days of 24
// hours before it (2w, 1d12h). It is never negative.
func Duration(s string) (time.Duration, error) {
	bad := fmt.Errorf("%q is no duration; write it like 12m, 1h30m or 2w", s)
	rest, sum := strings.ToLower(s), time.Duration(0)
	for _, unit := range []struct {
		letter string
		length time.Duration
	}{{"w", 7 * 24 * time.Hour}, {"d", 24 * time.Hour}} {
		number, after, found := strings.Cut(rest, unit.letter)
		if !found {
			continue
		}
		n, err := strconv.ParseUint(number, 10, 16)
		if err != nil || time.Duration(n) > (math.MaxInt64-sum)/unit.length {
			return 0, bad
		}
		sum, rest = sum+time.Duration(n)*unit.length, after
		if rest == "" {
			return sum, nil
		}
	}
	d, err := time.ParseDuration(rest)
	if err != nil || d < 0 || strings.HasPrefix(rest, "-") || d > math.MaxInt64-sum {
		return 0, bad
	}
	return sum + d, nil
}

// Length writes a length of time as plans do: 0m, 45m, 1h30m, and 90s as 1m30s.
func Length(d time.Duration) string {
	h, m, s := int(d/time.Hour), int(d%time.Hour/time.Minute), int(d%time.Minute/time.Second)
	out := ""
	if h > 0 {
		out = fmt.Sprintf("%dh", h)
	}
	if m > 0 || h == 0 && s == 0 {
		out += fmt.Sprintf("%dm", m)
	}
	if s > 0 {
		out += fmt.Sprintf("%ds", s)
	}
	return out
}
