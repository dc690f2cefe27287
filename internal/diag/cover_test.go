package diag_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/watchbill/watchbill/internal/diag"
)

// Source lines as they are shown. The caret stands under the first character.
func TestCoveredLines(t *testing.T) {
	for line, want := range map[string]string{
		`  mail: {email: aiko@example.com}`:                       `  mail: {email: ****@example.com}`,
		`  text: {sms: "+12025550123"}`:                           `  text: {sms: "************"}`,
		`  text: {sms: 12025550123, protect: true}`:               `  text: {sms: ***********, protect: true}`,
		`  text: {"sms" : '202 555 0123'} # home`:                 `  text: {"sms" : '************'} # home`,
		`    voice: none of your business # his`:                  `    voice: **********************# his`,
		`    voice: &ben +12025550123`:                            `    voice: &ben ************`,
		`    voice: *ben`:                                         `    voice: *ben`,
		`    voice: {env: BEN_PHONE}`:                             `    voice: {env: BEN_PHONE}`,
		`    email: {file: addresses/ben.txt}`:                    `    email: {file: addresses/ben.txt}`,
		`    voice: >-`:                                           `    voice: >-`,
		`    voice:`:                                              `    voice:`,
		`summary: call +1 (202) 555-0123 or 202.555.0123 x5`:      `summary: call +**************** or ************ x5`,
		`x: aiko@example.com, "Ben" <ben.o+x@example.com>`:        `x: ****@example.com, "Ben" <*******@example.com>`,
		`members: [+4930123456]`:                                  `members: [+**********]`,
		`account: "111122223333"`:                                 `account: "111122223333"`,
		`role: arn:aws:iam::111122223333:role/runbook`:            `role: arn:aws:iam::111122223333:role/runbook`,
		`key/1234abcd-12ab-34cd-56ef-1234567890ab`:                `key/1234abcd-12ab-34cd-56ef-1234567890ab`,
		`starts: 2026-12-07T09:00 # or 2026-12-07`:                `starts: 2026-12-07T09:00 # or 2026-12-07`,
		`instance: i-0123456789abcdef0 v1.2.3 10.0.0.1 port 4570`: `instance: i-0123456789abcdef0 v1.2.3 10.0.0.1 port 4570`,
		`wait: 5m # 1+1 = 2, 30 m, 100 000`:                       `wait: 5m # 1+1 = 2, 30 m, 100 000`,
		`chime: {webhook: "https://hooks.chime.aws/in?token=x"}`:  `chime: {webhook: "**********************************"}`,
		`chime: {webhook: {env: HOOK}} # webhook`:                 `chime: {webhook: {env: HOOK}} # webhook`,
		`url: 'https://hooks.slack.com/services/T0', to: x`:       `url: 'https://hooks.slack.com/***********', to: x`,
		`url: https://a.webhook.office.com/b docs.example.com/c`:  `url: https://a.webhook.office.com/* docs.example.com/c`,
		`invoice: 12 emails: 3`:                                   `invoice: 12 emails: 3`,
	} {
		if got := shown(t, line, 1, 2, false); got != want {
			t.Errorf("%s\nis shown as %s\nwant        %s", line, got, want)
		}
	}
}

func TestPrivateIsCovered(t *testing.T) {
	for _, tc := range []struct {
		col, end int
		want     string
	}{{4, 8, "x: **** # c"}, {4, 0, "x: ********"}, {4, 99, "x: ********"}, {1, 2, "*: ben1 # c"}} {
		if got := shown(t, "x: ben1 # c", tc.col, tc.end, true); got != tc.want {
			t.Errorf("columns %d to %d are shown as %q, want %q", tc.col, tc.end, got, tc.want)
		}
	}
}

// shown is the source line in the text form.
func shown(t *testing.T, line string, col, end int, private bool) string {
	f := diag.Finding{Code: "x", Pos: diag.Pos{File: "f", Line: 1, Col: col, End: end}, Message: "m", Private: private}
	out := printed(t, "text", []diag.Finding{f}, diag.Sources{"f": []byte(line)}, diag.PrintOptions{})
	return strings.TrimPrefix(strings.Split(out, "\n")[1], "    1 | ")
}

func TestCover(t *testing.T) {
	for s, want := range map[string]string{
		`nobody is called "+12025550123"`:                 `nobody is called "+***********"`,
		`nobody is called "ben@example.com"`:              `nobody is called "***@example.com"`,
		"the account 111122223333 has 3 of 5":             "the account 111122223333 has 3 of 5",
		"arn:aws:sns:us-east-1:111122223333:ops":          "arn:aws:sns:us-east-1:111122223333:ops",
		"no digits, no at":                                "no digits, no at",
		"compiled into 4 stages, 3 of 30m and one of 10m": "compiled into 4 stages, 3 of 30m and one of 10m",
	} {
		if got := diag.Cover(s); got != want {
			t.Errorf("Cover(%q) = %q, want %q", s, got, want)
		}
	}
}

var dialable = regexp.MustCompile(`\+[0-9]{8,15}`)

// Whatever the line is, no number with a plus is left in it and its characters
// stay as many, so that the caret stays right.
func FuzzCover(f *testing.F) {
	f.Add("sms: +12025550123", 1, 2)
	f.Add("email: \"a\\\"b@c.d\" é\x00", 8, 9)
	f.Fuzz(func(t *testing.T, s string, col, end int) {
		if covered := diag.Cover(s); dialable.MatchString(covered) || utf8.RuneCountInString(covered) != utf8.RuneCountInString(s) {
			t.Errorf("Cover(%q) = %q", s, covered)
		}
		line, _, _ := strings.Cut(s, "\n")
		fs := []diag.Finding{{Code: "x", Pos: diag.Pos{File: "f", Line: 1, Col: col, End: end}, Message: "m"}}
		out := printed(t, "text", fs, diag.Sources{"f": []byte(line)}, diag.PrintOptions{})
		if dialable.MatchString(out) || strings.ContainsRune(out, '\x1b') {
			t.Errorf("%q is printed as %q", line, out)
		}
	})
}
