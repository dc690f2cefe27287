package diag

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// cover returns a source line as it may be shown, character for character, so
// that columns stay right. Covered with stars are
//
//   - the value of every email:, sms:, voice: and webhook: key on the line, whatever it
//     looks like (it may be wrong: that may be the finding),
//   - what follows the host in the address of a webhook, anywhere,
//   - everything that looks like a mail address or a number to dial, anywhere,
//   - the characters from..to when the finding says they are private.
//
// As in mask.String the domain of a mail address stays, to be recognised by. A
// reference ({env: NAME}) is no address and stays, too.
func cover(line []byte, from, to int, private bool) []rune {
	chars := make([]rune, 0, len(line))
	for len(line) > 0 {
		c, n := utf8.DecodeRune(line)
		if c != '\t' && Obeyed(c) {
			c = utf8.RuneError
		}
		chars = append(chars, c)
		line = line[n:]
	}
	hide := make([]bool, len(chars))
	hideValues(chars, hide)
	hideHooks(chars, hide)
	hideMails(chars, hide)
	hideNumbers(chars, hide)
	if private {
		for i := max(from, 0); i < len(chars) && (i < to || to <= from); i++ {
			hide[i] = true
		}
	}
	for i := range chars {
		if hide[i] {
			chars[i] = '*'
		}
	}
	return chars
}

// Cover returns a text as a message may repeat it: what looks like a mail address, a
// number to dial or the address of a webhook is starred, as cover does in source lines.
func Cover(s string) string {
	if !strings.ContainsAny(s, "@0123456789/") {
		return s
	}
	chars := []rune(s)
	hide := make([]bool, len(chars))
	hideHooks(chars, hide)
	hideMails(chars, hide)
	hideNumbers(chars, hide)
	for i := range chars {
		if hide[i] {
			chars[i] = '*'
		}
	}
	return string(chars)
}

// hideValues covers what stands behind the keys that hold addresses.
func hideValues(chars []rune, hide []bool) {
	for i := 0; i < len(chars); i++ {
		start := addressKey(chars, i)
		if start < 0 {
			continue
		}
		i = hideValue(chars, hide, start) - 1
	}
}

// addressKey returns the index behind "email:" (or sms:, voice:; the key may be
// quoted) that begins at i, -1 when none does.
func addressKey(chars []rune, i int) int {
	if i > 0 && wordRune(chars[i-1]) {
		return -1
	}
	for _, key := range []string{"email", "sms", "voice", "webhook"} {
		end := i + len(key)
		if end >= len(chars) || string(chars[i:end]) != key {
			continue
		}
		for end < len(chars) && strings.ContainsRune(`"' `, chars[end]) {
			end++
		}
		if end < len(chars) && chars[end] == ':' {
			return end + 1
		}
	}
	return -1
}

// hideValue covers the value that begins at or behind i and returns the index
// behind it. Aliases, anchors' names and flow mappings stay.
func hideValue(chars []rune, hide []bool, i int) int {
	for i < len(chars) && chars[i] == ' ' {
		i++
	}
	if i < len(chars) && chars[i] == '&' {
		for i < len(chars) && chars[i] != ' ' {
			i++
		}
		return hideValue(chars, hide, i)
	}
	if i >= len(chars) || strings.ContainsRune("{*#|>", chars[i]) {
		return i
	}
	quote := rune(0)
	if chars[i] == '"' || chars[i] == '\'' {
		quote = chars[i]
		i++
	}
	end := i
	for end < len(chars) && !valueEnds(chars, end, quote) {
		end++
	}
	if at := slices.Index(chars[i:end], '@'); at > 0 {
		end = i + at // the rest is the domain
	}
	for ; i < end; i++ {
		hide[i] = true
	}
	return i
}

func valueEnds(chars []rune, i int, quote rune) bool {
	if quote != 0 {
		return chars[i] == quote
	}
	return chars[i] == ',' || chars[i] == '}' || (chars[i] == '#' && chars[i-1] == ' ')
}

// hideHooks covers the paths of webhooks, which are secrets; their hosts are those that mask.Scrub
// knows.
func hideHooks(chars []rune, hide []bool) {
	for i := 0; i+3 < len(chars); i++ {
		if chars[i] != ':' || chars[i+1] != '/' || chars[i+2] != '/' {
			continue
		}
		end := i + 3
		for end < len(chars) && (wordRune(chars[end]) || chars[end] == '.' || chars[end] == '-') {
			end++
		}
		host := strings.ToLower(string(chars[i+3 : end]))
		if end == len(chars) || chars[end] != '/' || !strings.HasPrefix(host, "hooks.") && !strings.Contains("."+host, ".webhook.") {
			continue
		}
		for i = end + 1; i < len(chars) && !unicode.IsSpace(chars[i]) && !strings.ContainsRune("\"'<>\\", chars[i]); i++ {
			hide[i] = true
		}
	}
}

// hideMails covers the local part of mail addresses.
func hideMails(chars []rune, hide []bool) {
	for at, c := range chars {
		if c != '@' || at+1 == len(chars) || !wordRune(chars[at+1]) {
			continue
		}
		for i := at - 1; i >= 0 && mailRune(chars[i]); i-- {
			hide[i] = true
		}
	}
}

// minDigits is the shortest number that is taken for one to dial when it has no
// plus: subscriber numbers have seven digits or more.
const minDigits = 7

// hideNumbers covers runs of digits with the spaces, dots, dashes and brackets
// people write between them: any with a plus, and long ones without. Left alone
// are parts of words and of ARNs, plain 12-digit account IDs, and dates.
func hideNumbers(chars []rune, hide []bool) {
	for i := 0; i < len(chars); {
		plus := chars[i] == '+'
		start := i
		if plus {
			i++
		}
		if i >= len(chars) || !startsNumber(chars, start, i, plus) {
			i = max(i, start+1)
			continue
		}
		end, digits := numberEnd(chars, i)
		if plus && digits >= 2 || !plus && dialled(chars, start, end, digits) {
			for ; i < end; i++ {
				hide[i] = true
			}
		}
		i = end
	}
}

func startsNumber(chars []rune, start, i int, plus bool) bool {
	if !isDigit(chars[i]) && !(chars[i] == '(' && i+1 < len(chars) && isDigit(chars[i+1])) {
		return false
	}
	if plus && start > 0 && wordRune(chars[start-1]) {
		// now+90m, 03:00+09:00. A number with its country code has seven digits or more.
		_, digits := numberEnd(chars, i)
		return digits >= minDigits
	}
	return plus || start == 0 || !wordRune(chars[start-1]) && !strings.ContainsRune(":/-.", chars[start-1])
}

// numberEnd returns the index behind the number that begins at i, and how many
// digits it has. A separator belongs to it when digits follow.
func numberEnd(chars []rune, i int) (end, digits int) {
	end = i
	for gap := 0; i < len(chars) && gap < 3; i++ {
		switch {
		case isDigit(chars[i]):
			digits++
			end, gap = i+1, 0
		case strings.ContainsRune(" .-()/", chars[i]):
			gap++
		default:
			return end, digits
		}
	}
	return end, digits
}

// dialled tells a number without a plus from the other long ones in plans.
func dialled(chars []rune, start, end, digits int) bool {
	if digits < minDigits || end < len(chars) && wordRune(chars[end]) {
		return false
	}
	solid := digits == end-start
	if solid && digits == 12 { // an account ID
		return false
	}
	date := end-start >= 10 && chars[start+4] == '-' && chars[start+7] == '-'
	switch end - start {
	case 10:
		return !date
	case 13: // and the hour, before a colon
		return !date || chars[start+10] != ' ' || end == len(chars) || chars[end] != ':'
	}
	return true
}

func isDigit(c rune) bool { return c >= '0' && c <= '9' }

func wordRune(c rune) bool { return c == '_' || unicode.IsLetter(c) || unicode.IsDigit(c) }

func mailRune(c rune) bool {
	return wordRune(c) || strings.ContainsRune(".!#$%&'*+-/=?^`{|}~", c)
}
