package compiler

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/internal/mask"
)

// How messages write what the author wrote. Everything of the author's that is
// repeated in a message goes through quote or quotePlain, because a phone number
// may stand anywhere by mistake.

// private finds what may be an address in any text: a mail address, or a run of
// digits long enough to dial.
var private = regexp.MustCompile(`[^\s"'<>]+@[^\s"'<>]+|\+[0-9][0-9 ().-]{4,}[0-9]|\b[0-9][0-9 ().-]{5,}[0-9]\b`)

// times finds runs of digits that are none: dates and times of day.
var times = regexp.MustCompile(`\b(?:19|20)[0-9]{2}[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12][0-9]|3[01])(?:\b|T)|\b[0-9]{1,2}:[0-9]{2}\b`)

// accountID is an AWS account, in an ARN or where one is wanted.
var accountID = regexp.MustCompile(`^[0-9]{12}$`)

func covered(s string) string {
	var out strings.Builder
	at := 0
	digits := times.ReplaceAllStringFunc(s, func(t string) string { return strings.Repeat("x", len(t)) })
	for _, found := range private.FindAllStringIndex(digits, -1) {
		from, to := found[0], found[1]
		part := s[from:to]
		out.WriteString(s[at:from])
		inARN := strings.HasSuffix(s[:from], ":") && strings.HasPrefix(s[to:], ":") && accountID.MatchString(part)
		if !inARN {
			part = mask.New(part).String()
		}
		out.WriteString(part)
		at = to
	}
	return out.String() + s[at:]
}

// longest is the number of characters of a value that a message repeats.
const longest = 60

func quotePlain(s string) string {
	s = covered(strings.Join(strings.Fields(s), " "))
	if utf8.RuneCountInString(s) > longest {
		s = string([]rune(s)[:longest-1]) + "…"
	}
	return s
}

func quote(s string) string { return `"` + quotePlain(s) + `"` }

// quotedForm is the advice to write a scalar in quotes.
func quotedForm(s string) string {
	if plain := quotePlain(s); plain == s && s != "" {
		return `write "` + s + `"`
	}
	return "write it in quotes"
}

// didYouMean is the end of a message about a word that is not known: a slip of the
// pen, or the beginning of a longer word.
func didYouMean(word string, known []string) string {
	near := diag.Nearest(word, known)
	if near == "" && len(word) >= 3 {
		longer := slices.DeleteFunc(slices.Clone(known), func(k string) bool { return k == word || !strings.HasPrefix(k, word) })
		if len(longer) == 1 {
			near = longer[0]
		}
	}
	if near == "" {
		return ""
	}
	return "; did you mean " + quote(near) + "?"
}

func and(words []string) string { return enumerate(words, "and") }
func or(words []string) string  { return enumerate(words, "or") }

// enumerate writes a list as people do: a, b and c.
func enumerate(words []string, conjunction string) string {
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " " + conjunction + " " + words[last]
}
