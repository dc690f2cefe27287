package compiler_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/schema"
)

// What is advised about a time can be written: the same place then has no finding.
func TestAdviceAboutTimesIsRight(t *testing.T) {
	words := []string{"mon", "Monday", "fri", "weekdays", "daily", "every", "1", "9", "15", "24", "15th", "2026-12-07", "2026/2/30", "2026-1-1T9",
		"9:00", "09:00", "24:00", "7.30", "am", "pm", "noon", "to", "-", ",", "Z", "+09:00", "week", "2w", "fortnight", "months", "99"}
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]string{"wall", "start", "every", "handoff", "days", "window"}).Draw(t, "kind")
		parts := rapid.SliceOfN(rapid.SampledFrom(words), 1, 4).Draw(t, "words")
		text := strings.Join(parts, rapid.SampledFrom([]string{" ", ""}).Draw(t, "between"))
		advice := compiler.TimeAdvice(kind, text)
		meant := advice[strings.LastIndex(advice, ": ")+1:]
		meant = strings.Trim(strings.TrimPrefix(strings.TrimSpace(meant), "write "), `"`)
		if advice == "" || strings.Contains(advice, " own: ") {
			return // none, or one line a day
		}
		if !schema.Fits(kind, meant) {
			t.Fatalf("%s %q: %s", kind, text, advice)
		}
	})
}
