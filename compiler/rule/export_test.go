package rule

import "maps"

// CompiledStages is for the test that compares it with what kind lowers.
var CompiledStages = compiledStages

// Zones are all time zones that may be written.
func Zones() []string { return zones().list }

// OfferedZones are what is offered for names that people use instead.
func OfferedZones() map[string]string {
	all := maps.Clone(designators)
	maps.Copy(all, ancient)
	return all
}
