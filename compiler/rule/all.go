package rule

import "github.com/watchbill/watchbill/internal/diag"

// All is every rule there is, by what it is about. To add one: a file named
// after its code, its line here, a page in docs/codes and a pair in testdata;
// TestComplete names what was forgotten.
var All = []Rule{
	// Names.
	{Code: "unknown-reference", Severity: diag.Error, Fixed: true, Local: true, Check: unknownReference},
	{Code: "escalation-cycle", Severity: diag.Error, Fixed: true, Check: escalationCycle},
	{Code: "name-taken", Severity: diag.Error, Fixed: true, Check: nameTaken},
	{Code: "impact-level", Severity: diag.Error, Fixed: true, Check: impactLevel},
	{Code: "bad-monitor", Severity: diag.Error, Fixed: true, Check: badMonitor},
	{Code: "composite-cycle", Severity: diag.Error, Fixed: true, Check: compositeCycle},
	{Code: "unknown-timezone", Severity: diag.Error, Fixed: true, Local: true, Check: unknownTimezone},
	{Code: "unused-item", Severity: diag.Warning, Check: unusedItem},

	// People and how they are reached.
	{Code: "unreachable-contact", Severity: diag.Error, Check: unreachableContact},
	{Code: "unused-channel", Severity: diag.Warning, Check: unusedChannel},
	{Code: "single-channel", Severity: diag.Warning, Check: singleChannel},
	{Code: "duplicate-channel", Severity: diag.Warning, Varies: true, Check: duplicateChannel},
	{Code: "bad-phone", Severity: diag.Error, Varies: true, Local: true, Check: badPhone},
	{Code: "bad-email", Severity: diag.Error, Varies: true, Local: true, Check: badEmail},
	{Code: "inactive-on-call", Severity: diag.Error, Varies: true, Check: inactiveOnCall},
	{Code: "plain-pii", Severity: diag.Off, Check: plainPII},

	// Stages.
	{Code: "empty-stage", Severity: diag.Error, Check: emptyStage},
	{Code: "stage-too-long", Severity: diag.Info, Check: stageTooLong},
	{Code: "retry-too-long", Severity: diag.Warning, Check: retryTooLong},
	{Code: "escalation-never-stops", Severity: diag.Warning, Check: escalationNeverStops},
	{Code: "too-many", Severity: diag.Error, Check: tooMany},

	// Rotations.
	{Code: "bad-rotation", Severity: diag.Error, Check: badRotation},
	{Code: "bad-override", Severity: diag.Error, Varies: true, Check: badOverride},

	// Schedules, and what comes of them in time.
	{Code: "start-not-handoff", Severity: diag.Error, Check: startNotHandoff},
	{Code: "rotation-gap", Severity: diag.Warning, Varies: true, Check: rotationGap},
	{Code: "rotation-overlap", Severity: diag.Warning, Varies: true, Check: rotationOverlap},
	{Code: "dst-handoff", Severity: diag.Warning, Varies: true, Check: dstHandoff},
	{Code: "mixed-timezones", Severity: diag.Warning, Varies: true, Check: mixedTimezones},
	{Code: "day-past-28", Severity: diag.Warning, Local: true, Check: dayPast28},
	{Code: "unfair-load", Severity: diag.Off, Varies: true, Check: unfairLoad},

	// Response plans.
	{Code: "single-person", Severity: diag.Warning, Check: singlePerson},
	{Code: "late-first-page", Severity: diag.Warning, Varies: true, Check: lateFirstPage},
	{Code: "broken-promise", Severity: diag.Error, Varies: true, Check: brokenPromise},
	{Code: "dedupe-collision", Severity: diag.Warning, Check: dedupeCollision},
	{Code: "renumbered-level", Severity: diag.Warning, Check: renumberedLevel},
	{Code: "runbook-role-account", Severity: diag.Error, Varies: true, Check: runbookRoleAccount},
	{Code: "runbook-rights", Severity: diag.Error, Varies: true, Check: runbookRights},
	{Code: "runbook-parameters", Severity: diag.Error, Varies: true, Check: runbookParameters},
	{Code: "runbook-after-failover", Severity: diag.Info, Check: runbookAfterFailover},
	{Code: "topic-region", Severity: diag.Warning, Varies: true, Check: topicRegion},
	{Code: "chat-unreachable", Severity: diag.Warning, Varies: true, Check: chatUnreachable},
	{Code: "pagerduty-secret", Severity: diag.Error, Varies: true, Check: pagerDutySecret},
	{Code: "bad-arn", Severity: diag.Error, Local: true, Check: badARN},

	// Monitors.
	{Code: "monitor-matches-nothing", Severity: diag.Error, Varies: true, Check: monitorMatchesNothing},
	{Code: "alarm-without-response", Severity: diag.Warning, Varies: true, Check: alarmWithoutResponse},
	{Code: "alarm-limit", Severity: diag.Error, Varies: true, Check: alarmLimit},

	// The replication set, and tags.
	{Code: "unknown-region", Severity: diag.Error, Local: true, Check: unknownRegion},
	{Code: "home-region", Severity: diag.Error, Varies: true, Check: homeRegion},
	{Code: "key-mix", Severity: diag.Error, Check: keyMix},
	{Code: "tag-alphabet", Severity: diag.Error, Local: true, Check: tagAlphabet},

	// Test files.
	{Code: "bad-instant", Severity: diag.Error, Fixed: true, Tests: true, Check: badInstant},
	{Code: "untestable", Severity: diag.Error, Fixed: true, Tests: true, Check: untestable},

	// Encrypted files: reported by the compiler, which opens them.
	{Code: "unopened-file", Severity: diag.Info},

	// About ignores: reported by Settle, in ignore.go.
	{Code: "unused-ignore", Severity: diag.Warning},
	{Code: "ignore-without-reason", Severity: diag.Warning},
}
