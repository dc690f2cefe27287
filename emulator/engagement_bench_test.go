package emulator_test

import (
	"testing"
	"time"

	"github.com/watchbill/watchbill/emulator"
)

// BenchmarkMinute is a minute of the account's time with a hundred people who are paged every minute.
func BenchmarkMinute(b *testing.B) {
	h := heldAccount(b, emulator.Options{})
	people := make([]string, 100)
	for i := range people {
		people[i] = h.pager("p"+string(rune('a'+i/26))+string(rune('a'+i%26)), 30, 1)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%30 == 0 {
			for _, p := range people {
				h.engage(p, "")
			}
		}
		if err := h.server.Advance(time.Minute); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkStartEngagement begins engagements that page at once and then every minute.
func BenchmarkStartEngagement(b *testing.B) {
	h := heldAccount(b, emulator.Options{})
	a := h.pager("aiko", 30, 1)
	b.ReportAllocs()
	for b.Loop() {
		h.engage(a, "")
	}
}

// BenchmarkWeek is a week of the account's time with 6048 messages, on the disk.
func BenchmarkWeek(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		h := heldAccount(b, emulator.Options{Dir: b.TempDir()})
		h.week()
		b.StartTimer()
		h.after(7 * 24 * time.Hour)
	}
}
