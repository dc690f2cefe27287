package drill

import (
	"fmt"
	"time"
)

// Length is a duration as plans write it: 0m, 45m, 1h30m.
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
