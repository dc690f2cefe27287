package kind_test

// The plans of the contract test for what starts an incident and where people talk about it.

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
