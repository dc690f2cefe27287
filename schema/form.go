package schema

import "regexp"

// forms are the patterns of the fields that hold times, by their x-kind. The fields
// repeat them, for editors.
var forms = map[string]*regexp.Regexp{
	"wall":    regexp.MustCompile(`^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]$`),
	"start":   regexp.MustCompile(`^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$`),
	"every":   regexp.MustCompile(`^([1-9][0-9]?|100) (day|week|month)s?$`),
	"handoff": regexp.MustCompile(`^((mon|tue|wed|thu|fri|sat|sun|[1-9]|[12][0-9]|3[01]) )?([01][0-9]|2[0-3]):[0-5][0-9]$`),
	"days":    regexp.MustCompile(`^(daily|(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?)$`),
	"window":  regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$`),
}

// Fits reports whether the text has the form of fields of the x-kind, one of wall, start,
// every, handoff, days and window. A date that fits may still not exist.
func Fits(kind, text string) bool { return forms[kind].MatchString(text) }
