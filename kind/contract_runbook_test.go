package kind_test

// The contracts of what runbooks are made of. The documents' files follow the plans.

// diagnose is JSON, and so it is YAML as well.
const diagnose = `
-- diagnose.yaml --
{"schemaVersion": "0.3", "description": "Looks around.",
 "mainSteps": [{"name": "wait", "action": "aws:sleep", "inputs": {"Duration": "PT1S"}}]}
`

var documentContract = contract{
	plan: set + `
runbooks:
  diagnose:
    source: diagnose.yaml
    role: arn:aws:iam::111122223333:role/runbook
    tags: {team: web}
response_plans:
  down: {title: It is down, impact: high, runbook: diagnose}
` + diagnose,
	edits: []edit{
		{"PT1S", "PT2S", "update document/diagnose content"},
		{"PT2S", "PT3S", "update document/diagnose content"},
		{"PT3S", "PT1S", "update document/diagnose content"}, // two versions back
		{`"inputs": {`, `"inputs":    {`, ""},
		{"{team: web}", "{team: data, tier: gold}", "update document/diagnose tags"},
		{"    tags: {team: data, tier: gold}\n", "    protect: true\n", "update document/diagnose tags"},
		{"    protect: true\n", "", "update document/diagnose tags"},
		{"diagnose.yaml", "diagnose.json", "update document/diagnose format"},
	},
	leave: &edit{`
runbooks:
  diagnose:
    source: diagnose.json
    role: arn:aws:iam::111122223333:role/runbook
response_plans:
  down: {title: It is down, impact: high, runbook: diagnose}
`, `
response_plans:
  down: {title: It is down, impact: high}
`, `
delete document/diagnose
update response_plan/down runbook.document runbook.role runbook.account`},
}

var roleContract = contract{
	plan: set + `
runbooks:
  restart:
    document: AWS-RestartEC2Instance
    from_incident: {InstanceId: involved_resources}
    role: {create: true, allow: ["ec2:StopInstances", "ec2:StartInstances"]}
    tags: {team: web}
response_plans:
  down: {title: It is down, impact: high, runbook: restart}
  slow: {title: It is slow, impact: low}
`,
	edits: []edit{
		{`["ec2:StopInstances", "ec2:StartInstances"]`, `["ec2:StartInstances", "EC2:stopinstances"]`, ""},
		{`["ec2:StartInstances", "EC2:stopinstances"]`, `["ec2:StartInstances"]`, "update role/runbook-restart allow"},
		{`impact: low`, `impact: low, runbook: restart`, `
update response_plan/slow runbook.document runbook.role runbook.account runbook.from_incident
update role/runbook-restart trust`},
		{"{team: web}", "{team: data, tier: gold}", "update role/runbook-restart tags"},
		{"    tags: {team: data, tier: gold}\n", "    protect: true\n", "update role/runbook-restart tags"},
		{"    protect: true\n", "", "update role/runbook-restart tags"},
	},
	leave: &edit{`runbook: restart`, ``, `
update response_plan/down runbook.document runbook.role runbook.account runbook.from_incident
update response_plan/slow runbook.document runbook.role runbook.account runbook.from_incident
delete role/runbook-restart`},
}
