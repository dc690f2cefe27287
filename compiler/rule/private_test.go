package rule_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/watchbill/watchbill/compiler"
	"github.com/watchbill/watchbill/internal/diag"
)

// Wherever an address stands in a plan, by right or by mistake, no form of the
// findings repeats it.
func TestNoAddressInFindings(t *testing.T) {
	const plan = `contacts:
  %s:
    name: %s
    channels:
      mail: {email: %s}
      text: {sms: %s}
      odd: {voice: {env: %s}}
      far:
        voice:
          %s
    engagement_plan:
      - page: [mail, text, far, %s]
        retry: %s
        wait: 45m
    tags: {%s: %s}
escalation_plans:
  web:
    stages:
      - page: [{contact: %s}, %s]
        wait: %s
response_plans:
  down:
    title: %s
    impact: %s
    engage: [web, %s]
    runbook: %s
    dedupe: %s
    chat: [%s]
    pagerduty: {service: %s, secret: %s}
    share_with: [%s]
    %s: 1
runbooks:
  restart:
    document: %s
    role: %s
    version: %s
    account: %s
    parameters: {%s: [%s]}
    from_incident: {%s: %s}
schedules:
  on:
    name: %s
    rotations:
      %s:
        timezone: %s
        starts: %s
        members: [%s]
        on_call: %s
        every: %s
        handoff: [%s]
        coverage: {%s: [%s]}
        overrides: [{from: %s, to: %s, members: [%s]}]
        tags: {%s: %s}
  %s: {rotations: {r: {timezone: UTC, starts: 2026-12-07T09:00, members: [a, a], every: 1 day, handoff: ["09:00"]}}}
impact_levels:
  bad: {level: %s, description: %s, require: {page_within: %s, human_stages: %s}}
replication_set:
  regions: {%s: {kms_key: %s}}
  tags: {b: %s}
`
	slots := strings.Count(plan, "%s")
	for _, address := range []string{
		`"+12025550147"`, `+12025550147`, `"+1 202 555 0147"`, `"(202) 555-0147"`, `2025550147`, `001-202-555-0147`,
		`zoe.secret@example.com`, `"Zoe <zoe.secret@example.com>"`, `"arn:+12025550147:zoe.secret@example.com:x:y:+12025550147"`,
	} {
		for slot := range slots {
			t.Run(fmt.Sprintf("%s at %d", address, slot), func(t *testing.T) {
				args := make([]any, slots)
				for i := range args {
					args[i] = "x"
				}
				args[slot] = address
				noAddress(t, fmt.Sprintf(plan, args...))
			})
		}
	}
}

func noAddress(t *testing.T, plan string) {
	t.Chdir(t.TempDir())
	write(t, "plan/plan.yaml", []byte(plan))
	write(t, "plan/watchbill.yaml", []byte("rules: {plain-pii: warning}\n"))
	result := compile(t, compiler.Options{Values: true, LookupEnv: func(string) (string, bool) { return "+12025550147", true }})
	for _, format := range diag.Formats() {
		var out bytes.Buffer
		if err := diag.Print(&out, format, result.Findings, result.Sources, diag.PrintOptions{}); err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"2025550147", "555-0147", "555 0147", "zoe.secret"} {
			if i := strings.Index(out.String(), secret); i >= 0 {
				t.Errorf("%s shows %s: …%s…", format, secret, out.String()[max(0, i-200):i+len(secret)])
			}
		}
	}
}
