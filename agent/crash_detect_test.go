package agent_test

// Promise 7 for what turns trouble into incidents: alarms of a fleet and what looks at them,
// mute windows, rooms with their topics and roles, event rules with their targets, documents.

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/watchbill/watchbill/emulator"
)

// detecting is a plan with all kinds that lead to an incident.
const detecting = account + `
runbooks:
  diagnose: {source: diagnose.yaml, role: {create: true}, tags: {team: web}}
chat_channels:
  ops: {slack: {workspace: T0AAAAAAA, channel: C0BBBBBBB}}
  more: {chime: {webhook: "https://hooks.chime.aws/incomingwebhooks/11112222-3333-4444-5555-666677778888?token=c29tZXRoaW5nLXNlY3JldC1hbmQtbG9uZw"}}
  told: {}
response_plans:
  down: {title: It is down, impact: high, chat: [ops, more], notify: [told], runbook: diagnose}
monitors:
  web:
    response_plan: down
    notify: [told]
    metric: {namespace: AWS/EC2, name: StatusCheckFailed, statistic: Maximum, period: 1m}
    when: {at_least: 1, for: 2}
    missing_data: breaching
    each: {resource: ec2:instance, tags: {env: [production]}, allow_none: true}
    mute: [{starts: cron(0 2 * * SUN), for: 4h}]
  queue:
    response_plan: down
    metric: {namespace: AWS/SQS, name: ApproximateAgeOfOldestMessage, statistic: Maximum, period: 1m, dimensions: {QueueName: work}}
    when: {above: 600, for: 3}
  any: {response_plan: down, composite: {any: [web, queue]}}
  both: {response_plan: down, composite: {all: [any, queue]}}
event_rules:
  health:
    response_plan: down
    pattern: {source: [aws.health]}
-- diagnose.yaml --
schemaVersion: "0.3"
mainSteps: [{name: wait, action: "aws:sleep", inputs: {Duration: PT1S}}]
`

// detectSteps are pairs of plans whose way has what these kinds do in more than one call.
var detectSteps = map[string][2]string{
	"from nothing": {"", detecting},
	"all changes": {detecting, strings.NewReplacer("PT1S", "PT2S", "C0BBBBBBB", "C0CCCCCCC", "{team: web}", "{team: ops}", "c29tZXRo", "YW5vdGhl", "told: {}", "told: {tags: {team: ops}}",
		"[aws.health]}", "[aws.health, aws.ec2]}\n    retry: {max_age: 30m, max_attempts: 5}", "above: 600", "above: 300", "4h}]", "3h}, {starts: cron(0 4 * * SUN), for: 1h}]",
		"any: [web, queue]", "all: [web, queue]", "all: [any, queue]", "any: [any, queue]").Replace(detecting)},
	"one query watches the fleet": {detecting, strings.Replace(detecting, "    each:", "    encoding: query\n    each:", 1)},
	"each host has its alarm":     {strings.Replace(detecting, "    each:", "    encoding: query\n    each:", 1), detecting},
	"the fleet is empty":          {detecting, strings.Replace(detecting, "[production]", "[retired]", 1)},
	"composites trade places": {detecting, strings.NewReplacer("any: {response_plan: down, composite: {any: [web, queue]}}", "any: {response_plan: down, composite: {any: [both, web]}}",
		"all: [any, queue]", "all: [web, queue]").Replace(detecting)},
	"another service's room": {detecting, strings.NewReplacer("slack: {workspace: T0AAAAAAA, channel: C0BBBBBBB}",
		`chime: {webhook: "https://hooks.chime.aws/incomingwebhooks/11112222-3333-4444-5555-666677778888?token=YW5vdGhlciBvbmUgdGhhdCBpcyBsb25n"}`).Replace(detecting)},
	"all goes": {detecting, account + "response_plans: {down: {title: It is down, impact: high}}"},
}

// detectedBy is a target with hosts, a workspace and a bus, where the plan is live.
func detectedBy(t testing.TB, plan string) *target {
	g := newTarget(t)
	g.add("i-0aaa", "i-0bbb")
	g.door(http.MethodPost, "chat", `{"slack": "T0AAAAAAA"}`)
	if plan != "" {
		if o := g.run(g.pass(compile(t, plan))); !o.Complete() {
			t.Fatalf("the first plan:\n%s", report(o))
		}
	}
	return g
}

func TestCrashAnywhereInDetection(t *testing.T) {
	for name, step := range detectSteps {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to := compile(t, step[1])
			for _, after := range []bool{false, true} {
				for at, died := 1, true; died; at += stride() {
					synctest.Test(t, func(t *testing.T) { // a role that was just made is waited for
						g := detectedBy(t, step[0])
						died = g.dies(to, at, after)
						if o := g.run(g.pass(to)); !o.Complete() {
							t.Fatalf("after death at call %d (after it: %v):\n%s", at, after, report(o))
						}
						g.settled(to)
					})
				}
			}
		})
	}
}

// Two passes at once may fail in part, each saying so; the next one finds its way.
func TestTwoAtOnceInDetection(t *testing.T) {
	for name, step := range detectSteps {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to := compile(t, step[1])
			for range 10 {
				g := detectedBy(t, step[0])
				var both sync.WaitGroup
				for range 2 {
					p := g.pass(to)
					both.Go(func() {
						if o, err := p.Run(t.Context()); err != nil {
							t.Error(err)
						} else if o.Refused() {
							t.Errorf("refused:\n%s", report(o))
						}
					})
				}
				both.Wait()
				if o := g.run(g.pass(to)); !o.Complete() {
					t.Fatalf("after two at once:\n%s", report(o))
				}
				g.settled(to)
			}
		})
	}
}

// One fault of each kind, in each operation that these kinds make.
func TestPromiseCrashUnderEachFaultOfDetection(t *testing.T) {
	n := &tally{}
	t.Cleanup(func() { n.enough(t) })
	for _, kind := range []string{emulator.FaultThrottle, emulator.FaultRefuse, emulator.FaultCloseAfter, emulator.FaultShort, emulator.FaultStale} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			for i, op := range detectOperations {
				if i%stride() != 0 {
					continue
				}
				for times := range 2 {
					t.Run(fmt.Sprint(op, times), func(t *testing.T) {
						synctest.Test(t, func(t *testing.T) {
							afterFaultsOn(t, detectedBy(t, ""), detecting, []emulator.Fault{{Operation: op, Kind: kind, Times: times, After: times}}, 1, n)
							g := detectedBy(t, detecting)
							afterFaultsOn(t, g, detectSteps["all changes"][1], []emulator.Fault{{Operation: op, Kind: kind, Times: times, After: times}}, 1, n)
						})
					})
				}
			}
		})
	}
}

var detectOperations = strings.Fields(`DescribeAlarms PutMetricAlarm PutCompositeAlarm DeleteAlarms PutAlarmMuteRule ListAlarmMuteRules GetAlarmMuteRule
	monitoring.ListTagsForResource monitoring.TagResource PutRule PutTargets DescribeRule ListTargetsByRule events.ListTagsForResource
	CreateTopic GetTopicAttributes SetTopicAttributes sns.ListTagsForResource CreateRole GetRole ListRoles PutRolePolicy GetRolePolicy ListRolePolicies AttachRolePolicy
	ListAttachedRolePolicies ListRoleTags TagRole CreateDocument DescribeDocument GetDocument UpdateDocument UpdateDocumentDefaultVersion AddTagsToResource
	CreateSlackChannelConfiguration DescribeSlackChannelConfigurations CreateChimeWebhookConfiguration DescribeChimeWebhookConfigurations GetResources`)
