package rule

import (
	"fmt"
	"net/mail"
	"strings"

	"github.com/watchbill/watchbill/compiler/ast"
)

// maxAddress is AWS's limit for a delivery address, in characters
// (ContactChannelAddress.SimpleAddress 1..320).
const maxAddress = 320

// badEmail reports mail addresses nothing can be sent to. It never repeats the
// address.
func badEmail(p *ast.Plan, _ Input, r *Reporter) {
	for _, c := range p.Contacts {
		for _, ch := range c.Channels {
			if ch.Type.V != "EMAIL" || ch.Address.Value.IsZero() {
				continue
			}
			if why := mailFault(ch.Address.Value.Reveal()); why != "" {
				f := r.Report(ch.Address.At, "%s is no mail address: %s", theValue(ch.Address), why)
				f.WithHint("write the address and nothing else")
				f.Private = ch.Address.From == ""
			}
		}
	}
}

// mailFault says what is wrong with an address without repeating any of it.
func mailFault(s string) string {
	if ordinaryMail(s) {
		return ""
	}
	local, domain, at := strings.Cut(s, "@")
	switch {
	case !at && phoneFault(s) == "":
		return "it is a phone number"
	case !at:
		return "there is no @"
	case strings.ContainsAny(s, "<>"):
		return "there is a name beside it, or a bracket"
	case local == "":
		return "there is nothing before the @"
	case strings.ContainsAny(s, " \t\n"):
		return "there is a space in it"
	case strings.Contains(domain, "@"):
		return "there is more than one @"
	case !strings.Contains(strings.Trim(domain, "."), "."):
		return "the part behind the @ is no domain"
	case len([]rune(s)) > maxAddress:
		return fmt.Sprintf("it is longer than %d characters", maxAddress)
	}
	if parsed, err := mail.ParseAddress(s); err != nil || parsed.Address != s {
		return "it is not written as an address"
	}
	return ""
}

// ordinaryMail recognises the addresses nearly everybody has at a tenth of the
// cost of the general parser: letters, digits and ._%+- before the @, and a
// domain of dotted labels.
func ordinaryMail(s string) bool {
	local, domain, at := strings.Cut(s, "@")
	if !at || len(s) > maxAddress || !dotted(local, "_%+-") || !dotted(domain, "-") {
		return false
	}
	return strings.Contains(domain, ".")
}

// dotted reports whether s is words of letters, digits and the characters of
// more, joined with single dots.
func dotted(s, more string) bool {
	last := byte('.')
	for i := 0; i < len(s); i++ {
		c := s[i]
		word := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte(more, c) >= 0
		if !word && (c != '.' || last == '.') {
			return false
		}
		last = c
	}
	return last != '.'
}
