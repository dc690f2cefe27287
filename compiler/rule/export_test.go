package rule

// CompiledStages is for the test that compares it with what kind lowers.
var CompiledStages = compiledStages
