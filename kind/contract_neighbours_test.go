package kind_test

// The plans of the contract test for what starts an incident and where people talk about it.

import "strings"

const chatPlan = set + `
chat_channels:
  ops:
    tags: {team: web}
response_plans:
  down: {title: It is down, impact: high, chat: [ops], notify: [ops]}
`

var topicContract = contract{
	plan: chatPlan,
	edits: []edit{
		{"{team: web}", "{team: data, tier: gold}", "update topic/ops tags"},
		{"    tags: {team: data, tier: gold}\n", "    protect: true\n", "update topic/ops tags"},
		{"    protect: true\n", "    tags: {team: web}\n", "update topic/ops tags"},
		{"chat: [ops], notify: [ops]", "notify: [ops]", "update response_plan/down chat"},
		{"notify: [ops]", "chat: [ops]", "update response_plan/down chat notify"},
	},
	leave: &edit{`
chat_channels:
  ops:
    tags: {team: web}
response_plans:
  down: {title: It is down, impact: high, chat: [ops]}`, `
response_plans:
  down: {title: It is down, impact: high}`, `
update response_plan/down chat
delete topic/ops`},
}

const rulePlan = set + `
response_plans:
  down: {title: It is down, impact: high}
  slow: {title: It is slow, impact: low}
event_rules:
  health:
    description: Something of ours is affected
    response_plan: down
    pattern: {source: [aws.health], detail-type: [AWS Health Event]}
    retry: {max_age: 1h, max_attempts: 3}
    dead_letter: arn:aws:sqs:us-east-1:111122223333:lost
    tags: {team: web}
`

var eventRuleContract = contract{
	plan: rulePlan,
	edits: []edit{
		{"Something of ours is affected", "AWS says so", "update event_rule/health description"},
		{"    description: AWS says so\n", "", "update event_rule/health description"},
		{"[aws.health]", "[aws.health, aws.ec2]", "update event_rule/health pattern"},
		{"[aws.health, aws.ec2]", "[aws.ec2, aws.health]", ""},
		{"max_age: 1h", "max_age: 2h", "update event_rule/health max_age"},
		{"max_attempts: 3", "max_attempts: 0", "update event_rule/health max_retries"},
		{"    retry: {max_age: 2h, max_attempts: 0}\n", "", "update event_rule/health max_age"},
		{":lost", ":found", "update event_rule/health dead_letter"},
		{"    dead_letter: arn:aws:sqs:us-east-1:111122223333:found\n", "    disabled: true\n", "update event_rule/health disabled dead_letter"},
		{"disabled: true", "disabled: false", "update event_rule/health disabled"},
		{"response_plan: down", "response_plan: slow", `
update event_rule/health response_plan
update role/event-health allow`},
		{"    disabled: false\n", "    role: arn:aws:iam::111122223333:role/theirs\n", `
update event_rule/health role
delete role/event-health`},
		{"    role: arn:aws:iam::111122223333:role/theirs\n", "    bus: orders\n", `
replace event_rule/health bus role
create role/event-health`},
		{"    bus: orders\n", "    bus: arn:aws:events:us-east-1:111122223333:event-bus/orders\n", ""},
		{"    bus: arn:aws:events:us-east-1:111122223333:event-bus/orders\n", "    bus: default\n", `
replace event_rule/health bus
update role/event-health trust`},
		{"{team: web}", "{team: data, tier: gold}", `
update event_rule/health tags
update role/event-health tags`},
		{"    tags: {team: data, tier: gold}\n", "    protect: true\n", `
update event_rule/health tags
update role/event-health tags`},
		{"    protect: true\n", "", `
update event_rule/health tags
update role/event-health tags`},
	},
	leave: &edit{`
event_rules:
  health:
    response_plan: slow
    pattern: {source: [aws.ec2, aws.health], detail-type: [AWS Health Event]}
    bus: default
`, "", `
delete event_rule/health
delete role/event-health`},
}

const roomPlan = set + `
chat_channels:
  ops:
    slack: {workspace: T0AAAAAAA, channel: C0BBBBBBB}
    tags: {team: web}
response_plans:
  down: {title: It is down, impact: high, chat: [ops]}
`

const (
	slackRoom = "slack: {workspace: T0AAAAAAA, channel: C0CCCCCCC}"
	teamsRoom = "teams: {team: 11111111-2222-3333-4444-555555555555, tenant: 66666666-7777-8888-9999-000000000000, channel: 19%3Aabc%40thread.tacv2}"
	chimeRoom = `chime: {webhook: "https://hooks.chime.aws/incomingwebhooks/11111111-2222-3333-4444-555555555555?token=one", description: Ops/Incidents}`
)

var chatConfigurationContract = contract{
	plan: roomPlan,
	edits: []edit{
		{"C0BBBBBBB", "C0CCCCCCC", "update chat_configuration/ops channel"},
		{"    tags: {team: web}\n", "    tags: {team: web}\n    logging: info\n", "update chat_configuration/ops logging"},
		{"logging: info", "logging: none", "update chat_configuration/ops logging"},
		{"    logging: none\n", "    guardrails: [\"arn:aws:iam::aws:policy/ReadOnlyAccess\"]\n", "update chat_configuration/ops guardrails"},
		{"    guardrails: [\"arn:aws:iam::aws:policy/ReadOnlyAccess\"]\n", "    guardrails: [\"arn:aws:iam::aws:policy/AWSIncidentManagerResolverAccess\"]\n", "update chat_configuration/ops guardrails"},
		{"    guardrails: [\"arn:aws:iam::aws:policy/AWSIncidentManagerResolverAccess\"]\n", "    role: arn:aws:iam::111122223333:role/theirs\n", `
update chat_configuration/ops role
delete role/chat-ops`},
		{"    role: arn:aws:iam::111122223333:role/theirs\n", "    topic: arn:aws:sns:us-east-1:111122223333:theirs\n", `
update chat_configuration/ops topics role
update response_plan/down chat
create role/chat-ops
delete topic/ops`},
		{"    topic: arn:aws:sns:us-east-1:111122223333:theirs\n", "", `
update chat_configuration/ops topics
update response_plan/down chat
create topic/ops`},
		{"T0AAAAAAA", "T0DDDDDDD", "replace chat_configuration/ops team"},
		{"T0DDDDDDD", "T0AAAAAAA", "replace chat_configuration/ops team"},
		{slackRoom, teamsRoom, "replace chat_configuration/ops service team tenant channel"},
		{"11111111-2222-3333-4444-555555555555", "AAAAAAAA-2222-3333-4444-555555555555", "replace chat_configuration/ops team"},
		{"AAAAAAAA-2222", "aaaaaaaa-2222", ""},
		{"19%3Aabc%40", "19%3abcd%40", "update chat_configuration/ops channel"},
		{strings.NewReplacer("11111111", "aaaaaaaa", "%3Aabc", "%3abcd").Replace(teamsRoom), chimeRoom, `
replace chat_configuration/ops service team tenant channel guardrails webhook description
update role/chat-ops managed`},
		{"token=one", "token=two", "update chat_configuration/ops webhook"},
		{"Ops/Incidents", "Ops", "update chat_configuration/ops description"},
		{"{team: web}", "{team: data, tier: gold}", `
update chat_configuration/ops tags
update role/chat-ops tags
update topic/ops tags`},
		{"    tags: {team: data, tier: gold}\n", "    protect: true\n", `
update chat_configuration/ops tags
update role/chat-ops tags
update topic/ops tags`},
		{"    protect: true\n", "", `
update chat_configuration/ops tags
update role/chat-ops tags
update topic/ops tags`},
	},
	leave: &edit{strings.Replace(strings.Replace(`
chat_channels:
  ops:
    `+chimeRoom+`
response_plans:
  down: {title: It is down, impact: high, chat: [ops]}`, "token=one", "token=two", 1), "Ops/Incidents", "Ops", 1), `
response_plans:
  down: {title: It is down, impact: high}`, `
delete chat_configuration/ops
update response_plan/down chat
delete role/chat-ops
delete topic/ops`},
}
