package rule_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/compiler/rule"
	"github.com/watchbill/watchbill/internal/diag"
)

// What a comment is about, and what only looks like one. Each ignore is shown as
// LINE:COL CODE FIRST-LAST reason.
func TestScanIgnores(t *testing.T) {
	for name, tc := range map[string]struct{ src, want string }{
		"on the line": {`
contacts:
  ben:
    engagement_plan:
      - page: [text]
        wait: 45m  # watchbill:ignore stage-too-long we like it so
        retry: 1m
`, "5:20 stage-too-long 5-5 we like it so"},
		"on the item's key": {`
contacts:
  ben: # watchbill:ignore single-channel no phone yet
    channels:
      text: {sms: "+12025550101"}

  # a comment between
  chie:
    name: Chie
`, "2:8 single-channel 2-4 no phone yet"},
		"on the line above, stacked": {`
contacts:
  # watchbill:ignore single-channel no phone yet
  #watchbill:ignore unused-item joins on Monday
  ben:
    name: Ben
  chie: {}
`, "2:3 single-channel 4-5 no phone yet\n3:3 unused-item 4-5 joins on Monday"},
		"on a section's key": {`
contacts: # watchbill:ignore single-channel all of them
  ben:
    name: Ben
`, "1:11 single-channel 1-1 all of them"},
		"on the section that is an item": {`
replication_set: # watchbill:ignore unknown-region a new one
  regions:
    mx-central-1: {}
contacts: {}
`, "1:18 unknown-region 1-3 a new one"},
		"on a stage": {`
    stages:
      - page: [aiko]  # watchbill:ignore x y
        wait: 5m
      - page: [ben]
`, "2:23 x 2-3 y"},
		"list at the key's own indent": {`
 engage: # watchbill:ignore x y
 - web
 - data
 title: t
`, "1:10 x 1-3 y"},
		"nothing follows": {`
a: 1

# watchbill:ignore x y
`, "3:1 x 3-3 y"},
		"blank line between": {`
# watchbill:ignore x y

a: 1
`, "1:1 x 1-1 y"},
		"no code, no reason": {`
a: 1 # watchbill:ignore
b: 2 # watchbill:ignore x
c: 3 # watchbill:ignored x y
`, "1:6  1-1 \n2:6 x 2-2 "},
		"in quotes": {`
a: "x # watchbill:ignore x y"
b: 'it''s # watchbill:ignore x y'
c: "x \" # watchbill:ignore x y"
d: "two
  lines # watchbill:ignore x y" # watchbill:ignore z w
e: &anchor !!str "x # watchbill:ignore x y"
"f # watchbill:ignore x y": 1
g: [a, "b # watchbill:ignore x y", {h: 'c # watchbill:ignore x y'}]
`, "5:33 z 5-5 w"},
		"in block texts": {`
a: |
  # watchbill:ignore x y
    deeper # watchbill:ignore x y

  more # watchbill:ignore x y
# watchbill:ignore one 1
b: >-  # watchbill:ignore two 2
  # watchbill:ignore x y
c:
  - |+
   # watchbill:ignore x y
  - d: |2
      # watchbill:ignore x y
    e: it # watchbill:ignore three 3
  - f: |
      # watchbill:ignore x y
    # watchbill:ignore four 4
    g: 1
`, "6:1 one 7-7 1\n7:8 two 7-7 2\n14:11 three 14-14 3\n17:5 four 18-18 4"},
		"not a comment": {`
a: x#watchbill:ignore x y
b: http://x/#watchbill:ignore
c: plain text
  'it goes on # watchbill:ignore one 1
d: "# watchbill:ignore x y"
e: isn't # watchbill:ignore two 2
f: |not a block # watchbill:ignore three 3
`, "4:15 one 4-4 1\n6:10 two 6-6 2\n7:17 three 7-7 3"},
		"wide characters and CRLF": {
			"\na: 日本 # watchbill:ignore x y\r\nb: 1\r\n", "1:7 x 1-1 y",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, ig := range rule.ScanIgnores("f.yaml", []byte(strings.TrimPrefix(tc.src, "\n"))) {
				got = append(got, fmt.Sprintf("%d:%d %s %d-%d %s", ig.Pos.Line, ig.Pos.Col, ig.Code, ig.First, ig.Last, ig.Reason))
			}
			if diff := cmp.Diff(tc.want, strings.Join(got, "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func finding(code string, sev diag.Severity, line int) diag.Finding {
	return diag.Finding{Code: code, Severity: sev, Pos: diag.Pos{File: "f.yaml", Line: line, Col: 1, End: 2}, Message: "m"}
}

func ignore(code, reason string, first, last int) rule.Ignore {
	return rule.Ignore{Pos: diag.Pos{File: "f.yaml", Line: first, Col: 9}, Code: code, Reason: reason, First: first, Last: last}
}

func TestSettle(t *testing.T) {
	warn, bad := diag.Warning, diag.Error
	for name, tc := range map[string]struct {
		fs      []diag.Finding
		rules   map[string]diag.Severity
		ignores []rule.Ignore
		want    []string
	}{
		"nothing to settle": {},
		"settings set severities": {
			fs:    []diag.Finding{finding("single-channel", warn, 1), finding("bad-phone", bad, 2), finding("unused-item", warn, 3)},
			rules: map[string]diag.Severity{"single-channel": bad, "bad-phone": diag.Info, "unused-item": diag.Off},
			want:  []string{"f.yaml:1:1: error: m [single-channel]", "f.yaml:2:1: info: m [bad-phone]"},
		},
		"not of what stands in the way": {
			fs:    []diag.Finding{finding("unknown-reference", bad, 1), finding("yaml-syntax", bad, 2)},
			rules: map[string]diag.Severity{"unknown-reference": diag.Off, "yaml-syntax": diag.Off},
			ignores: []rule.Ignore{
				ignore("unknown-reference", "r", 1, 1), ignore("yaml-syntax", "r", 2, 2), ignore("single-channel", "may come back", 3, 3),
			},
			want: []string{"f.yaml:1:1: error: m [unknown-reference]", "f.yaml:2:1: error: m [yaml-syntax]"},
		},
		"ignored": {
			fs:      []diag.Finding{finding("single-channel", warn, 3), finding("unused-channel", warn, 3)},
			ignores: []rule.Ignore{ignore("single-channel", "r", 2, 5), ignore("unused-channel", "r", 4, 5)},
			want: []string{
				"f.yaml:3:1: warning: m [unused-channel]",
				"f.yaml:4:9: warning: there is no unused-channel here to ignore [unused-ignore]",
			},
		},
		"ignored without a reason": {
			fs:      []diag.Finding{finding("single-channel", warn, 2)},
			ignores: []rule.Ignore{ignore("single-channel", "", 2, 2), ignore("", "", 3, 3)},
			want: []string{
				"f.yaml:2:9: warning: why is single-channel ignored? [ignore-without-reason]",
				"f.yaml:3:9: warning: this ignores nothing: neither a code nor a reason is written [ignore-without-reason]",
			},
		},
		"useless ignores": {
			rules: map[string]diag.Severity{"unused-item": diag.Off},
			ignores: []rule.Ignore{
				ignore("single-chanel", "r", 1, 1), ignore("name-taken", "r", 2, 2), ignore("unused-ignore", "r", 3, 3), ignore("unused-item", "r", 4, 4), ignore("zzz", "r", 5, 5),
			},
			want: []string{
				`f.yaml:1:9: warning: no rule is called "single-chanel"; did you mean "single-channel"? [unused-ignore]`,
				"f.yaml:2:9: warning: name-taken cannot be ignored [unused-ignore]",
				"f.yaml:3:9: warning: unused-ignore cannot be ignored [unused-ignore]",
				"f.yaml:4:9: warning: there is no unused-item here to ignore: the rule is off [unused-ignore]",
				`f.yaml:5:9: warning: no rule that can be ignored is called "zzz" [unused-ignore]`,
			},
		},
		"perhaps of use elsewhere": {
			ignores: []rule.Ignore{ignore("home-region", "only tokyo", 1, 1), ignore("bad-phone", "a short code", 2, 2)},
		},
		"useless ignores, and nobody wants to know": {
			rules:   map[string]diag.Severity{"unused-ignore": diag.Off, "ignore-without-reason": diag.Error},
			ignores: []rule.Ignore{ignore("single-channel", "", 1, 1)},
			want:    []string{"f.yaml:1:9: error: why is single-channel ignored? [ignore-without-reason]"},
		},
		"another file's ignore": {
			fs:      []diag.Finding{finding("single-channel", warn, 2)},
			ignores: []rule.Ignore{{Pos: diag.Pos{File: "g.yaml", Line: 2, Col: 1}, Code: "single-channel", Reason: "r", First: 2, Last: 2}},
			want: []string{
				"f.yaml:2:1: warning: m [single-channel]",
				"g.yaml:2:1: warning: there is no single-channel here to ignore [unused-ignore]",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, f := range rule.Settle(tc.fs, tc.rules, tc.ignores) {
				got = append(got, f.String())
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Whatever the bytes are, the scanner ends and stays inside the file.
func FuzzScanIgnores(f *testing.F) {
	f.Add([]byte("a: |\n  x # watchbill:ignore\nb: 'c # watchbill:ignore d e"))
	f.Add([]byte("- - a: >2-\n  # watchbill:ignore b c\n{[\"\\"))
	f.Fuzz(func(t *testing.T, src []byte) {
		lines := strings.Count(string(src), "\n") + 1
		for _, ig := range rule.ScanIgnores("f.yaml", append([]byte("# watchbill:ignore x y\n"), src...)) {
			if ig.First < 1 || ig.Last < ig.First || ig.Last > lines+1 || ig.Pos.Line < 1 || ig.Pos.Line > ig.First || ig.Pos.Col < 1 {
				t.Errorf("outside the file: %+v", ig)
			}
		}
	})
}
