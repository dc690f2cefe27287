package compiler_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/internal/diag"
)

func TestSettingsDefaults(t *testing.T) {
	enter(t, "-- p/a.yaml --\n"+contact)
	s := compile(t, "p", compiler.Options{}).Settings
	want := compiler.Guard{MaxDeletes: 5, MaxDeleteShare: 20, MaxChangeShare: 50, MaxVanishedShare: 50}
	if s.File != "" || s.Owner.V != "watchbill" || s.Prune != "owned" || s.Guard != want ||
		s.Target.Name != "local" || len(s.Targets) != 1 || len(s.Rules) != 0 {
		t.Errorf("%+v", s)
	}
}

func TestSettings(t *testing.T) {
	enter(t, `
-- p/a.yaml --
response_plans: {p: {title: "${city}", impact: low}}
-- p/watchbill.yaml --
x-own: &tokyo {region: ap-northeast-1}
owner: web-oncall
prune: none
targets:
  local:
  tokyo:
    <<: *tokyo
    account: "111122223333"
    assume_role: arn:aws:iam::111122223333:role/watchbill
    vars: {city: Tokyo}
    limits: {calls_per_second: 2, attempt_timeout: 15s, call_timeout: 3m}
guard: {max_deletes: 0, max_delete_share: 100%, max_change_share: 0%}
rules: {single-channel: off, late-first-page: info, unused-item: "error"}
`)
	r := compile(t, "p", compiler.Options{Target: "tokyo"})
	s := r.Settings
	same(t, fmt.Sprintln(s.File, s.Owner.V, s.Owner.At, s.Prune, s.Guard), "p/watchbill.yaml web-oncall p/watchbill.yaml:2:8 none {0 100 0 50}\n")
	if diff := cmp.Diff(s.Target, &compiler.Target{
		Name: "tokyo", At: diag.Pos{File: "p/watchbill.yaml", Line: 6, Col: 3, End: 8},
		Account: "111122223333", Region: "ap-northeast-1",
		AssumeRole: "arn:aws:iam::111122223333:role/watchbill", Vars: map[string]string{"city": "Tokyo"},
		Limits: compiler.Limits{CallsPerSecond: 2, AttemptTimeout: 15 * time.Second, CallTimeout: 3 * time.Minute},
	}); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(s.Rules, map[string]diag.Severity{
		"single-channel": diag.Off, "late-first-page": diag.Info, "unused-item": diag.Error,
	}); diff != "" {
		t.Error(diff)
	}
	if got := r.Plan.ResponsePlans[0].Title.V; got != "Tokyo" {
		t.Errorf("title %q", got)
	}
}

func TestUnknownTarget(t *testing.T) {
	enter(t, "-- p/a.yaml --\n"+contact+"-- p/watchbill.yaml --\ntargets: {tokyo: {region: ap-northeast-1}}\n")
	_, err := compiler.Compile(t.Context(), "p", compiler.Options{Target: "tokio"})
	var unknown *compiler.UnknownTargetError
	if !errors.As(err, &unknown) || unknown.Name != "tokio" {
		t.Fatal(err)
	}
	same(t, err.Error(), `no target is called "tokio"; did you mean "tokyo"? (watchbill.yaml has local and tokyo)`)
}

func TestSettingsFindings(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"keys", "ownr: x\ntargets: {tokyo: {acount: x}}\nguard: {max: 1}\nrules: {singel-channel: off, unknown-reference: off, yaml-syntax: off, tab: info}\n", `
! p/watchbill.yaml:1:1-5: unknown key "ownr" in the settings; did you mean "owner"? [unknown-key]
! p/watchbill.yaml:2:19-25: unknown key "acount" in target "tokyo"; did you mean "account"? [unknown-key]
! p/watchbill.yaml:3:9-12: unknown key "max" in "guard" [unknown-key]
    -> known here are max_change_share, max_delete_share, max_deletes and max_vanished_share
! p/watchbill.yaml:4:9-23: no rule is called "singel-channel"; did you mean "single-channel"? [unknown-key]
    -> only what rules report can be set; what makes a file unreadable is always an error
! p/watchbill.yaml:4:30-47: "unknown-reference" is always an error: a plan cannot be applied with it [wrong-value]
    -> remove the line
! p/watchbill.yaml:4:54-65: no rule is called "yaml-syntax" [unknown-key]
    -> only what rules report can be set; what makes a file unreadable is always an error
! p/watchbill.yaml:4:72-75: no rule is called "tab" [unknown-key]
    -> only what rules report can be set; what makes a file unreadable is always an error
`},
		{"all", "targets: {all: {region: ap-northeast-1}}\n", `
! p/watchbill.yaml:1:11-14: no target can be called all: --target all means all of them [wrong-value]
    -> give it another name
`},
		{"values", "owner: Web\nprune: all\ntargets: {Tokyo: {account: 111122223333, region: tokyo, assume_role: arn:aws:iam::1:role/x, vars: {A: x, b: 5, c: no}}}\nguard: {max_deletes: -1, max_delete_share: 20, max_change_share: 120%}\nrules: {single-channel: warn}\n", `
! p/watchbill.yaml:1:8-11: "owner" cannot be "Web" [wrong-value]
    -> an owner holds lower-case letters, digits, - and _, begins with a letter or a digit, and has at most 63 characters
! p/watchbill.yaml:2:8-11: "prune" must be owned or none, not "all" [wrong-value]
! p/watchbill.yaml:3:11-16: "Tokyo" cannot be a name [wrong-value]
    -> a name holds lower-case letters, digits, - and _, begins with a letter or a digit, and has at most 50 characters; for example tokyo
! p/watchbill.yaml:3:28-40: "account" must be a text, but 111122223333 without quotes is a whole number [not-a-string]
    -> write "111122223333"
! p/watchbill.yaml:3:50-55: "region" cannot be "tokyo" [wrong-value]
    -> a Region is written like ap-northeast-1
! p/watchbill.yaml:3:70-91: "assume_role" cannot be "arn:aws:iam::1:role/x" [wrong-value]
    -> a role's ARN is written like arn:aws:iam::111122223333:role/watchbill
! p/watchbill.yaml:3:100-101: "A" cannot be a name [wrong-value]
    -> a variable's name holds lower-case letters, digits and _, and does not begin with a digit; for example a
! p/watchbill.yaml:3:109-110: value "b" must be a text, but 5 without quotes is a whole number [not-a-string]
    -> write "5"
! p/watchbill.yaml:3:115-117: no without quotes is true or false to many YAML readers [not-a-string]
    -> write "no"
! p/watchbill.yaml:4:22-24: "max_deletes" must be at least 0, not -1 [wrong-value]
! p/watchbill.yaml:4:44-46: "max_delete_share" must be a text, but 20 without quotes is a whole number [not-a-string]
    -> write 20%
! p/watchbill.yaml:4:66-70: "max_change_share" cannot be "120%" [wrong-value]
    -> a share is a whole number of per cent, from 0% to 100%
! p/watchbill.yaml:5:25-29: severity "single-channel" must be error, warning, info or off, not "warn"; did you mean "warning"? [wrong-value]
`},
		{"syntax", "owner: [\n", `
! p/watchbill.yaml:1:8-9: this bracket is not closed, or a comma is missing behind it [yaml-syntax]
    -> close it, and put a comma between its entries
`},
		{"no mapping", "web-oncall\n", `
! p/watchbill.yaml:1:1-11: watchbill.yaml must be a mapping of settings, not a text [wrong-type]
    -> begin with a setting, for example owner: web-oncall
`},
		{"nothing", "# all defaults\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			// Variables are not called unknown while the settings are.
			enter(t, "-- p/a.yaml --\ncontacts: {aiko: {channels: {m: {email: aiko@example.com}}}}\n-- p/watchbill.yaml --\n"+c.in)
			r := compile(t, "p", compiler.Options{})
			same(t, errorsOf(r), c.want)
			if c.want != "" && r.Desired != nil {
				t.Error("there is a desired state beside an error")
			}
		})
	}
}

func TestVariablesOfUnreadSettings(t *testing.T) {
	enter(t, "-- p/a.yaml --\nresponse_plans: {p: {title: \"${city}\", impact: low}}\n-- p/watchbill.yaml --\ntargets: {local: {vars: {city: Tokyo}}, x: 5}\n")
	got := errorsOf(compile(t, "p", compiler.Options{Target: "elsewhere"}))
	if strings.Contains(got, "unknown-variable") || !strings.Contains(got, "watchbill.yaml:1:44") {
		t.Error(got)
	}
}
