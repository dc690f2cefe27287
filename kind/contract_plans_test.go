package kind_test

import "strings"

// The plans of the contract test: each edit changes as little as it can.

const set = `
replication_set: {regions: {us-east-1: {}}}
`

const people = `
contacts:
  aiko:
    channels: {mail: {email: aiko@example.com}, text: {sms: "+12025550101"}, phone: {voice: "+12025550101"}}
    engagement_plan: [{page: [mail, text, phone], wait: 5m}]
  ben:
    channels: {mail: {email: ben@example.com}, text: {sms: "+12025550102"}}
    engagement_plan: [{page: [mail, text], wait: 5m}]
`

var contracts = map[string]contract{
	"chat_configuration": chatConfigurationContract,
	"event_rule":         eventRuleContract,
	"document":           documentContract,
	"role":               roleContract,
	"topic":              topicContract,
	"replication_set": {
		plan: "replication_set: {regions: {us-east-1: {}}, tags: {team: web}}",
		edits: []edit{
			{"{team: web}", "{team: data, tier: gold}", "update replication_set/default tags"},
			{", tags: {team: data, tier: gold}", "", "update replication_set/default tags"},
			{"us-east-1: {}", "us-east-1: {}, us-west-2: {}", "update replication_set/default regions"},
			{"us-west-2: {}}", "us-west-2: {}}, deletion_protection: true", "update replication_set/default deletion_protection"},
			{"deletion_protection: true", "deletion_protection: false", "update replication_set/default deletion_protection"},
			{"us-west-2", "eu-west-1", "update replication_set/default regions"},
			{", eu-west-1: {}", "", "update replication_set/default regions"},
		},
	},
	"contact": {
		plan: set + `
contacts:
  aiko:
    name: Aiko Sato
    tags: {team: web}
    channels: {mail: {email: aiko@example.com}, text: {sms: "+12025550101"}}
    engagement_plan: [{page: [mail, text], wait: 5m}]
`,
		edits: []edit{
			{"name: Aiko Sato", "name: Aiko S.", "update contact/aiko display_name"},
			{"    name: Aiko S.\n", "", "update contact/aiko display_name"},
			{"{team: web}", "{team: data, tier: gold}", "update contact/aiko tags"},
			{"    tags: {team: data, tier: gold}\n", "", "update contact/aiko tags"},
			{"    engagement_plan", "    protect: true\n    engagement_plan", "update contact/aiko tags"},
			{"    protect: true\n", "", "update contact/aiko tags"},
		},
		leave: &edit{`contacts:
  aiko:
    channels: {mail: {email: aiko@example.com}, text: {sms: "+12025550101"}}
    engagement_plan: [{page: [mail, text], wait: 5m}]
`, "", `
delete channel/aiko/mail
delete channel/aiko/text
delete contact/aiko
delete engagement_plan/aiko`},
	},
	"channel": {
		plan: set + `
contacts:
  aiko:
    channels: {post: {email: aiko@example.com}, text: {sms: "+12025550101"}, phone: {voice: "+12025550101"}}
    engagement_plan: [{page: [post, text, phone], wait: 5m}]
`,
		edits: []edit{
			{"aiko@example.com", "sato@example.com", "update channel/aiko/post address"},
			{`text: {sms: "+12025550101"}`, `text: {sms: "+12025550101", name: Work text}`, "update channel/aiko/text name"},
			{`text: {sms: "+12025550101", name: Work text}`, `text: {sms: "+12025550101"}`, "update channel/aiko/text name"},
			{`phone: {voice: "+12025550101"}`, `phone: {voice: "+12025550111"}`, "update channel/aiko/phone address"},
			{`text: {sms: "+12025550101"}`, `text: {sms: "+12025550101", protect: true}`, "update contact/aiko tags"},
			{`, protect: true`, ``, "update contact/aiko tags"},
			// The voice channel becomes a second text message, under the same key.
			{`phone: {voice: "+12025550111"}`, `phone: {sms: "+12025550111"}`, `
replace channel/aiko/phone type
update engagement_plan/aiko (channel/aiko/phone is replaced)`},
			// Type and address at once.
			{`phone: {sms: "+12025550111"}`, `phone: {voice: "+12025550112"}`, `
replace channel/aiko/phone type address
update engagement_plan/aiko (channel/aiko/phone is replaced)`},
			// A new key for a channel with the same type and address is a new name for it.
			{`post`, `inbox`, `update channel/aiko/inbox name`},
		},
		leave: &edit{`, text: {sms: "+12025550101"}, phone: {voice: "+12025550112"}}
    engagement_plan: [{page: [inbox, text, phone], wait: 5m}]`, `}
    engagement_plan: [{page: [inbox], wait: 5m}]`, `
delete channel/aiko/phone
delete channel/aiko/text
update engagement_plan/aiko stages[0].targets`},
	},
	"engagement_plan": {
		plan: set + `
contacts:
  aiko:
    channels: {mail: {email: aiko@example.com}, text: {sms: "+12025550101"}, phone: {voice: "+12025550101"}}
    engagement_plan:
      - {page: [mail, text], retry: 2m, wait: 5m}
      - {page: [phone], wait: 10m}
`,
		edits: []edit{
			{"wait: 5m", "wait: 6m", "update engagement_plan/aiko stages[0].wait_minutes"},
			{"retry: 2m, ", "", "update engagement_plan/aiko stages[0].targets[0].retry_minutes stages[0].targets[1].retry_minutes"},
			{"[mail, text]", "[mail, phone]", "update engagement_plan/aiko stages[0].targets[1].channel"},
			{"[mail, phone]", "[phone, mail]", ""},
			{"[phone, mail]", "[phone, mail, text]", "update engagement_plan/aiko stages[0].targets"},
			// Forty-five minutes are two stages of AWS's.
			{"wait: 10m", "wait: 45m", "update engagement_plan/aiko stages"},
			{"wait: 6m}", "wait: 6m}\n      - {page: [], wait: 3m}", "update engagement_plan/aiko stages"},
			{"wait: 45m", "retry: 7m, wait: 45m", `
update engagement_plan/aiko stages[2].wait_minutes stages[2].targets[0].retry_minutes stages[3].wait_minutes stages[3].targets`},
		},
		leave: &edit{`
    engagement_plan:
      - {page: [phone, mail, text], wait: 6m}
      - {page: [], wait: 3m}
      - {page: [phone], retry: 7m, wait: 45m}`, "", "delete engagement_plan/aiko"},
	},
	"rotation": {
		plan: set + people + `
schedules:
  primary:
    rotations:
      weekly:
        timezone: Asia/Tokyo
        starts: 2026-12-07T09:00
        members: [aiko, ben]
        every: 1 week
        handoff: [mon 09:00]
        tags: {team: web}
`,
		edits: rotationEdits,
		leave: &edit{`
schedules:
  primary:
    rotations:
      week:
        timezone: Asia/Seoul
        starts: 2026-12-15T09:00
        members: [ben]
        on_call: 1
        every: 3 days
        handoff: ["09:00", "10:30"]`, "", `
delete rotation/primary/week
delete schedule/primary`},
	},
	"override": {
		plan: set + people + `
schedules:
  primary:
    rotations:
      weekly:
        timezone: Asia/Tokyo
        starts: 2026-12-07T09:00
        members: [aiko, ben]
        every: 1 week
        handoff: [mon 09:00]
        overrides:
          - {from: 2026-12-24T09:00, to: 2026-12-26T09:00, members: [ben]}
          - {from: 2026-12-31T09:00, to: 2027-01-01T09:00, members: [aiko]}
          - {from: 2027-02-01T09:00, to: 2027-02-02T09:00, members: [aiko]}
`,
		edits: []edit{
			{"2026-12-26T09:00", "2026-12-27T09:00", "replace override/primary/weekly/2026-12-24T00:00Z end"},
			{"2026-12-27T09:00, members: [ben]", "2026-12-27T09:00, members: [aiko]", "replace override/primary/weekly/2026-12-24T00:00Z contacts[0]"},
			{"2026-12-27T09:00, members: [aiko]", "2026-12-27T09:00, members: [ben, aiko]", "replace override/primary/weekly/2026-12-24T00:00Z contacts"},
			{"2026-12-27T09:00, members: [ben, aiko]", "2026-12-27T09:00, members: [aiko, ben]", ""},
			{"2026-12-27T09:00, members: [aiko, ben]", "2026-12-27T09:00, members: []", "replace override/primary/weekly/2026-12-24T00:00Z contacts"},
			{"2026-12-24T09:00", "2026-12-24T10:30", `
delete override/primary/weekly/2026-12-24T00:00Z
create override/primary/weekly/2026-12-24T01:30Z`},
			// A rotation's protection is not that of its overrides.
			{"handoff: [mon 09:00]", "handoff: [mon 09:00]\n        protect: true", "update rotation/primary/weekly tags"},
			{"          - {from: 2026-12-31T09:00, to: 2027-01-01T09:00, members: [aiko]}\n", "", "delete override/primary/weekly/2026-12-31T00:00Z"},
			{"\n        protect: true", "", "update rotation/primary/weekly tags"},
		},
		leave: &edit{`
        overrides:
          - {from: 2026-12-24T10:30, to: 2026-12-27T09:00, members: []}
          - {from: 2027-02-01T09:00, to: 2027-02-02T09:00, members: [aiko]}`, "", `
delete override/primary/weekly/2026-12-24T01:30Z
delete override/primary/weekly/2027-02-01T00:00Z`},
	},
	"schedule": {
		plan: set + people + `
schedules:
  primary:
    name: Primary
    tags: {team: web}
    rotations:
      weekly:
        {timezone: Asia/Tokyo, starts: 2026-12-07T09:00, members: [aiko, ben], every: 1 week, handoff: [mon 09:00]}
`,
		edits: []edit{
			{"name: Primary", "name: Primary on-call", "update schedule/primary display_name"},
			{"    name: Primary on-call\n", "", "update schedule/primary display_name"},
			{"{team: web}", "{team: data, tier: gold}", "update schedule/primary tags"},
			{"    tags: {team: data, tier: gold}\n", "    protect: true\n", `
update rotation/primary/weekly tags
update schedule/primary tags`},
			{"    protect: true\n", "", `
update rotation/primary/weekly tags
update schedule/primary tags`},
			{"    rotations:\n", "    rotations:\n      nightly:\n        " +
				"{timezone: Asia/Tokyo, starts: 2026-12-07T21:00, members: [ben], every: 1 day, handoff: ['21:00'], coverage: {daily: ['21:00-06:00']}}\n", `
create rotation/primary/nightly
update schedule/primary rotations`},
			// The order of rotations means something to those who read the schedule.
			{"weekly:", "other:", `
create rotation/primary/other
delete rotation/primary/weekly
update schedule/primary rotations[1]`},
		},
		leave: &edit{`
schedules:
  primary:
    rotations:
      nightly:
        {timezone: Asia/Tokyo, starts: 2026-12-07T21:00, members: [ben], every: 1 day, handoff: ['21:00'], coverage: {daily: ['21:00-06:00']}}
      other:
        {timezone: Asia/Tokyo, starts: 2026-12-07T09:00, members: [aiko, ben], every: 1 week, handoff: [mon 09:00]}`, "", `
delete rotation/primary/nightly
delete rotation/primary/other
delete schedule/primary`},
	},
	"escalation_plan": {
		plan: set + people + `
escalation_plans:
  web:
    name: Web
    tags: {team: web}
    stages:
      - {page: [aiko], wait: 10m}
      - {page: [ben], wait: 15m}
`,
		edits: []edit{
			{"name: Web", "name: Web escalation", "update escalation_plan/web display_name"},
			{"    name: Web escalation\n", "", "update escalation_plan/web display_name"},
			{"{team: web}", "{team: data, tier: gold}", "update escalation_plan/web tags"},
			{"    tags: {team: data, tier: gold}\n", "    protect: true\n", "update escalation_plan/web tags"},
			{"    protect: true\n", "", "update escalation_plan/web tags"},
			{"wait: 10m", "wait: 11m", "update escalation_plan/web stages[0].wait_minutes"},
			{"[ben]", "[{contact: ben, stops_escalation: false}]", "update escalation_plan/web stages[1].targets[0].stops_escalation"},
			{"[aiko]", "[ben]", "update escalation_plan/web stages[0].targets[0].contact"},
			{"[ben]", "[ben, aiko]", "update escalation_plan/web stages[0].targets"},
			{"[ben, aiko]", "[aiko, ben]", ""},
			{"wait: 15m", "wait: 1h", "update escalation_plan/web stages"},
		},
		leave: &edit{`
escalation_plans:
  web:
    stages:
      - {page: [aiko, ben], wait: 11m}
      - {page: [{contact: ben, stops_escalation: false}], wait: 1h}`, "", "delete escalation_plan/web"},
	},
	"alarm":     alarmContract,
	"mute_rule": muteRuleContract,
	"response_plan": {
		plan: set + people + `
escalation_plans:
  web:
    stages: [{page: [aiko], wait: 10m}, {page: [ben], wait: 15m}]
runbooks:
  restart:
    document: AWS-RestartEC2Instance
    role: arn:aws:iam::111122223333:role/runbook
    from_incident: {InstanceId: involved_resources}
  diagnose:
    document: diagnose
    role: arn:aws:iam::111122223333:role/diagnose
    version: "3"
    account: impacted
    parameters: {Depth: ["1"]}
    from_incident: {Incident: incident_arn}
response_plans:
  down:
    name: It is down
    title: Nothing answers
    impact: critical
    summary: Look at the console.
    dedupe: down
    engage: [aiko, web]
    chat: ["arn:aws:sns:us-east-1:111122223333:chat"]
    notify: ["arn:aws:sns:us-east-1:111122223333:one", "arn:aws:sns:us-east-1:111122223333:two"]
    pagerduty: {name: Duty, service: PABC123, secret: "arn:aws:secretsmanager:us-east-1:111122223333:secret:duty-AbCdEf"}
    share_with: ["222233334444"]
    incident_tags: {service: web}
    tags: {team: web}
    runbook: diagnose
`,
		edits: responsePlanEdits,
		leave: &edit{`
response_plans:
  down:
    title: Still nothing
    impact: low
`, "", "delete response_plan/down"},
	},
}

var rotationEdits = []edit{
	{"[aiko, ben]", "[ben, aiko]", "update rotation/primary/weekly contacts[0] contacts[1]"},
	{"[ben, aiko]", "[ben]", "update rotation/primary/weekly contacts"},
	{"[ben]", "[ben, aiko]", "update rotation/primary/weekly contacts"},
	{"2026-12-07", "2026-12-14", "update rotation/primary/weekly start"},
	{"Asia/Tokyo", "Asia/Seoul", "update rotation/primary/weekly zone"}, // the same clocks
	{"1 week", "2 weeks", "update rotation/primary/weekly recurrence.every"},
	{"[mon 09:00]", "[mon 09:00, thu 09:00]", "update rotation/primary/weekly recurrence.handoffs"},
	{"[mon 09:00, thu 09:00]", "[thu 09:00, mon 09:00]", ""},
	{"[thu 09:00, mon 09:00]", "[mon 09:00]", "update rotation/primary/weekly recurrence.handoffs"},
	{"every: 2 weeks", "on_call: 2\n        every: 2 weeks", "update rotation/primary/weekly on_call"},
	{"[ben, aiko]\n        on_call: 2", "[ben]\n        on_call: 1", "update rotation/primary/weekly contacts on_call"},
	{"[mon 09:00]", "[mon 09:00]\n        coverage: {mon-fri: [09:00-18:00], sat: [22:00-06:00]}", "update rotation/primary/weekly coverage"},
	{"mon-fri: [09:00-18:00], sat: [22:00-06:00]", "sat: [22:00-06:00], mon: [09:00-18:00], tue-fri: [09:00-18:00]", ""},
	{"{sat: [22:00-06:00], mon: [09:00-18:00], tue-fri: [09:00-18:00]}", "{daily: [00:00-24:00]}", "update rotation/primary/weekly coverage"},
	{"\n        coverage: {daily: [00:00-24:00]}", "", "update rotation/primary/weekly coverage"},
	{"every: 2 weeks\n        handoff: [mon 09:00]", "every: 2 months\n        handoff: [14 09:00]", "update rotation/primary/weekly recurrence.unit recurrence.handoffs[0]"},
	{"every: 2 months\n        handoff: [14 09:00]", "every: 3 days\n        handoff: [\"09:00\"]", `
update rotation/primary/weekly recurrence.unit recurrence.every recurrence.handoffs[0]`},
	{"starts: 2026-12-14T09:00", "starts: 2026-12-15T09:00", "update rotation/primary/weekly start"},
	{"[\"09:00\"]", "[\"09:00\", \"10:30\"]", "update rotation/primary/weekly recurrence.handoffs"},
	{"{team: web}", "{team: data, tier: gold}", "update rotation/primary/weekly tags"},
	{"        tags: {team: data, tier: gold}\n", "        protect: true\n", "update rotation/primary/weekly tags"},
	{"        protect: true\n", "", "update rotation/primary/weekly tags"},
	{"      weekly:", "      week:", `
create rotation/primary/week
delete rotation/primary/weekly
update schedule/primary rotations[0]`},
	{"        members: [ben]", "        name: Turns\n        members: [ben]", `
replace rotation/primary/week name
update schedule/primary (rotation/primary/week is replaced)`},
	// AWS lets names repeat: the schedule says which is which.
	{`["09:00", "10:30"]`, `["09:00", "10:30"]` + alike, `
create rotation/primary/alike
update schedule/primary rotations`},
	{"members: [aiko]", "members: [ben, aiko]", "update rotation/primary/alike contacts"},
	{strings.Replace(alike, "[aiko]", "[ben, aiko]", 1), "", `
delete rotation/?Turns
update schedule/primary rotations`},
	// Without the name it is another rotation.
	{"        name: Turns\n", "", `
delete rotation/?Turns
create rotation/primary/week
update schedule/primary rotations[0]`},
}

const alike = "\n      alike: {name: Turns, timezone: UTC, starts: 2026-12-07T09:00, members: [aiko], every: 1 week, handoff: [mon 09:00]}"

var responsePlanEdits = []edit{
	{"name: It is down", "name: All is down", "update response_plan/down display_name"},
	{"    name: All is down\n", "", "update response_plan/down display_name"},
	{"title: Nothing answers", "title: Still nothing", "update response_plan/down title"},
	{"impact: critical", "impact: low", "update response_plan/down impact"},
	{"Look at the console.", "Look again.", "update response_plan/down summary"},
	{"    summary: Look again.\n", "", "update response_plan/down summary"},
	{"dedupe: down\n", "dedupe: up\n", "update response_plan/down dedupe"},
	{"    dedupe: up\n", "", "update response_plan/down dedupe"},
	{"[aiko, web]", "[web, aiko]", ""},
	{"[web, aiko]", "[ben, web]", "update response_plan/down engage"},
	{"    engage: [ben, web]\n", "", "update response_plan/down engage"},
	{"3333:chat\"]", "3333:chat\", \"arn:aws:sns:us-west-2:111122223333:chat\"]", "update response_plan/down chat"},
	{"    chat: [\"arn:aws:sns:us-east-1:111122223333:chat\", \"arn:aws:sns:us-west-2:111122223333:chat\"]\n", "", "update response_plan/down chat"},
	{"3333:one", "3333:six", "update response_plan/down notify"},
	{"    notify: [\"arn:aws:sns:us-east-1:111122223333:six\", \"arn:aws:sns:us-east-1:111122223333:two\"]\n", "", "update response_plan/down notify"},
	{"name: Duty, ", "name: Duties, ", "update response_plan/down pagerduty.name"},
	{"PABC123", "PABC124", "update response_plan/down pagerduty.service"},
	{"duty-AbCdEf", "duty-AbCdEg", "update response_plan/down pagerduty.secret"},
	{"    pagerduty: {name: Duties, service: PABC124, secret: \"arn:aws:secretsmanager:us-east-1:111122223333:secret:duty-AbCdEg\"}\n", "",
		"update response_plan/down pagerduty.name pagerduty.service pagerduty.secret"},
	{`["222233334444"]`, `["333344445555", "222233334444"]`, "update response_plan/down share_with"},
	{`["333344445555", "222233334444"]`, `["222233334444", "333344445555"]`, ""},
	{`["222233334444", "333344445555"]`, `["333344445555"]`, "update response_plan/down share_with"},
	{"    share_with: [\"333344445555\"]\n", "", "update response_plan/down share_with"},
	{"{service: web}", "{service: api}", "update response_plan/down incident_tags"},
	{"    incident_tags: {service: api}\n", "", "update response_plan/down incident_tags"},
	{"{team: web}", "{team: data, tier: gold}", "update response_plan/down tags"},
	{"    tags: {team: data, tier: gold}\n", "    protect: true\n", "update response_plan/down tags"},
	{"    protect: true\n", "", "update response_plan/down tags"},
	{"document: diagnose", "document: examine", "update response_plan/down runbook.document"},
	{"role/diagnose", "role/examine", "update response_plan/down runbook.role"},
	{`version: "3"`, `version: $LATEST`, "update response_plan/down runbook.version"},
	{`version: $LATEST`, `version: $DEFAULT`, "update response_plan/down runbook.version"},
	{"    version: $DEFAULT\n", "", ""},
	{"account: impacted", "account: owner", "update response_plan/down runbook.account"},
	{"    account: owner\n", "", ""},
	{`{Depth: ["1"]}`, `{Depth: ["2", "1"]}`, "update response_plan/down runbook.parameters"},
	{`{Depth: ["2", "1"]}`, `{Depth: ["1", "2"]}`, "update response_plan/down runbook.parameters"},
	{"    parameters: {Depth: [\"1\", \"2\"]}\n", "", "update response_plan/down runbook.parameters"},
	{"incident_arn", "involved_resources", "update response_plan/down runbook.from_incident"},
	{"    from_incident: {Incident: involved_resources}\n", "", "update response_plan/down runbook.from_incident"},
	{"runbook: diagnose", "runbook: restart", "update response_plan/down runbook.document runbook.role runbook.from_incident"},
	{"    runbook: restart\n", "", "update response_plan/down runbook.document runbook.role runbook.account runbook.from_incident"},
}
