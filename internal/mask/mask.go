// Package mask holds the one type for values that must never be read by the
// wrong eyes: delivery addresses (phone numbers, mail addresses) and secrets.
//
// A String prints masked however it is printed: by fmt with any verb, by
// encoding/json and yaml, by log/slog, inside a struct, in a panic. The plain
// value is reached by one method, Reveal, so that every place that uses it is
// found by one search.
package mask

import (
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"unique"
)

// String is a text that prints masked. The zero value is the empty text and
// prints as "". Two Strings are equal (==) when their plain texts are.
//
// The text sits behind a handle because fmt cannot call the methods of a value
// in an unexported field: it would print the field as it is, and must then find
// a pointer there, not a number to dial. Whoever follows that pointer by
// reflection, as printers for debugging do, finds the text turned over.
type String struct{ h unique.Handle[string] }

// turned is the text with every bit the other way round. It hides nothing from who wants
// to know; it keeps a number from being printed by who does not.
func turned(text string) string {
	b := []byte(text)
	for i := range b {
		b[i] = ^b[i]
	}
	return string(b)
}

// New wraps plain.
func New(plain string) String {
	if plain == "" {
		return String{}
	}
	return String{unique.Make(turned(plain))}
}

// Reveal returns the plain text. Only code that sends it to where it belongs
// (an API request, a digest) may call it.
func (s String) Reveal() string {
	if s.IsZero() {
		return ""
	}
	return turned(s.h.Value())
}

// IsZero reports whether the text is empty.
func (s String) IsZero() bool { return s == String{} }

// String gives enough to recognise one's own address and too little to use it:
// the domain of a mail address, the last two digits of a phone number, and
// nothing of anything else.
func (s String) String() string {
	plain := s.Reveal()
	switch {
	case plain == "":
		return ""
	case strings.Contains(plain, "://"): // a webhook: whoever has its address can post there
		return "***"
	case strings.Contains(plain, "@"):
		return "***" + plain[strings.LastIndexByte(plain, '@'):]
	case strings.HasPrefix(plain, "+") && len(plain) >= 8:
		return "+***" + plain[len(plain)-2:]
	}
	return "***"
}

// Format prints the masked form for every verb, %#v and %x included.
func (s String) Format(f fmt.State, verb rune) {
	if verb == 'q' || f.Flag('#') {
		fmt.Fprintf(f, "%q", s.String())
		return
	}
	io.WriteString(f, s.String())
}

// MarshalText masks the value in JSON, YAML and as a map key.
func (s String) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue masks the value in log records.
func (s String) LogValue() slog.Value { return slog.StringValue(s.String()) }

// addressLike finds what could be a mail address or a phone number in a text.
var addressLike = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`[^\s@"=<>,;:(){}\[\]]+(?:@|%40)[^\s@'"=<>,;:(){}\[\]]+|\+[0-9][0-9 \x{a0}\x{202f}()./-]{4,}[0-9]`)
})

// webhookLike finds addresses where whoever has them can post: of Chime, Slack, Teams and what is
// named as they are.
var webhookLike = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(https?://(?:hooks|[a-z0-9.-]*\.webhook)\.[a-z0-9.-]+)/[^\s"'<>\\]+`)
})

// Scrub masks what looks like a mail address, like a phone number with its +, or like the address
// of a webhook, of which the host stays, in a text that somebody else wrote: an answer of AWS, a
// title, a display name, a document.
func Scrub(text string) string {
	if strings.Contains(text, "://") {
		text = webhookLike().ReplaceAllString(text, "${1}/***")
	}
	if !strings.ContainsAny(text, "@+%") {
		return text
	}
	return addressLike().ReplaceAllStringFunc(text, func(found string) string { return New(found).String() })
}
