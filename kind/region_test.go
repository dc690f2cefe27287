package kind

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// From any set to any other: one Region at a time, never more than three, never none
// (that would delete the set), and the Region spoken to is the last to go.
func TestRegionsOnTheWay(t *testing.T) {
	regions := rapid.Map(rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c", "d", "e"}), 1, maxRegions, rapid.ID[string]),
		func(names []string) []Region {
			var out []Region
			for _, n := range names {
				out = append(out, Region{Name: n})
			}
			sortRegions(out)
			return out
		})
	rapid.Check(t, func(t *rapid.T) {
		live, want := regions.Draw(t, "live"), regions.Draw(t, "want")
		here := rapid.SampledFrom(live).Draw(t, "here").Name
		for steps := 0; ; steps++ {
			action, what := nextRegion(live, want, here)
			if action == nil {
				break
			}
			verb, name, _ := strings.Cut(what, " ")
			if verb == "add" {
				live = append(slices.Clone(live), Region{Name: name})
			} else {
				live = regionsWithout(live, []Region{{Name: name}})
				if others := regionsWithout(live, want); name == here && len(others) > 0 {
					t.Fatalf("%s goes before %v", here, others)
				}
			}
			if len(live) == 0 || len(live) > maxRegions || steps > 2*maxRegions {
				t.Fatalf("after %d steps the set has %v", steps, live)
			}
		}
		if sortRegions(live); !slices.Equal(live, want) {
			t.Fatalf("the set ended with %v, want %v", live, want)
		}
	})
}
