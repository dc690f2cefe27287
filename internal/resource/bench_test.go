package resource_test

import (
	"fmt"
	"testing"

	"github.com/watchbill/watchbill/internal/resource"
)

// crowd is people with two channels and a plan each.
func crowd(b *testing.B, people int, text string) *resource.State {
	var lines []string
	for i := range people {
		lines = append(lines,
			fmt.Sprintf("contact/p%05d text=%s", i, text),
			fmt.Sprintf("channel/p%05d/phone type=sms secret=x", i),
			fmt.Sprintf("channel/p%05d/mail type=email secret=y", i),
			fmt.Sprintf("plan/p%05d bag=a,b,c > contact/p%05d channel/p%05d/phone channel/p%05d/mail", i, i, i, i))
	}
	return state(b, lines...)
}

// The pure part of a pass over 5,000 people (20,000 objects): nothing to do, and
// everything to do.
func BenchmarkDiffAndOrder(b *testing.B) {
	for _, text := range []string{"same", "other"} {
		b.Run(text, func(b *testing.B) {
			desired, observed := crowd(b, 5000, "same"), crowd(b, 5000, text)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := resource.Order(resource.Diff(desired, observed), nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
