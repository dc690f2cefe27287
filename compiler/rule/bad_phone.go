package rule

import (
	"fmt"
	"strings"

	"github.com/watchbill/watchbill/compiler/ast"
)

// AWS wants numbers as + and country code; these are E.164's bounds. ITU-T E.164
// (11/2010) 6.2.1: at most 15 digits; 8 is the shortest the console takes.
const minPhoneDigits, maxPhoneDigits = 8, 15

// badPhone reports numbers AWS cannot dial. It never repeats the number.
func badPhone(p *ast.Plan, _ Input, r *Reporter) {
	for _, c := range p.Contacts {
		for _, ch := range c.Channels {
			if ch.Type.V == "EMAIL" || ch.Address.Value.IsZero() {
				continue
			}
			if why := phoneFault(ch.Address.Value.Reveal()); why != "" {
				f := r.Report(ch.Address.At, "%s is no phone number AWS can dial: %s", theValue(ch.Address), why)
				f.WithHint(`write + and the country code, then digits only, in quotes: "+1…"`)
				f.Private = ch.Address.From == ""
			}
		}
	}
}

// phoneFault says what is wrong with a number without repeating any of it.
func phoneFault(s string) string {
	digits := 0
	for _, c := range s {
		if c >= '0' && c <= '9' {
			digits++
		}
	}
	rest, plus := strings.CutPrefix(s, "+")
	switch {
	case strings.Contains(s, "@"):
		return "it is a mail address"
	case digits == 0:
		return "it has no digits"
	case strings.HasPrefix(s, "00"):
		return "write + instead of 00"
	case !plus:
		return "the + and the country code are missing"
	case digits != len(rest):
		return "there is something else than digits behind the +"
	case strings.HasPrefix(rest, "0"):
		return "no country code begins with 0"
	case digits < minPhoneDigits:
		return fmt.Sprintf("%d digits are too few, at least %d are needed", digits, minPhoneDigits)
	case digits > maxPhoneDigits:
		return fmt.Sprintf("%d digits are too many, at most %d are allowed", digits, maxPhoneDigits)
	}
	return ""
}

// theValue names an address by where it comes from, never by itself.
func theValue(a ast.Address) string {
	switch a.From {
	case "env":
		return "the value of the environment variable " + a.Ref
	case "file":
		return "the content of the file " + a.Ref
	case "ssm":
		return "the value of the parameter " + a.Ref
	case "secret":
		return "the value of the secret " + a.Ref
	}
	return "this"
}
