package kind_test

// The contracts of what starts incidents in CloudWatch.

const incidents = `
response_plans:
  down: {title: It is down, impact: high}
  slow: {title: It is slow, impact: high}
`

var alarmContract = contract{
	plan: set + incidents + `
monitors:
  hot:
    description: Too hot.
    response_plan: down
    metric: {namespace: AWS/EC2, name: CPUUtilization, statistic: Average, period: 5m, dimensions: {InstanceId: i-1}, unit: Percent}
    when: {at_least: 90, for: 2, out_of: 3}
    missing_data: breaching
    notify: ["arn:aws:sns:us-east-1:111122223333:ops"]
    tags: {team: web}
  errors:
    response_plan: down
    metrics:
      bad: {metric: {namespace: AWS/ApplicationELB, name: HTTPCode_Target_5XX_Count, statistic: Sum, period: 1m, dimensions: {LoadBalancer: app/web/1}}}
      rate: {expression: bad * 2, label: Errors, returns: true}
    when: {above: 5}
  deploy:
    metric: {namespace: Custom, name: Deploying, statistic: Maximum, period: 1m}
    when: {above: 0}
  both:
    response_plan: down
    composite: {all: [hot, errors]}
    suppressed_by: {monitor: deploy, wait: 2m, extend: 3m}
`,
	edits: []edit{
		{"description: Too hot.", "description: Far too hot.", "update alarm/hot description"},
		{"response_plan: down\n    metric:", "response_plan: slow\n    metric:", "update alarm/hot response_plan"},
		{"111122223333:ops", "111122223333:all", "update alarm/hot notify"},
		{"namespace: AWS/EC2", "namespace: CWAgent", "update alarm/hot metric.namespace"},
		{"name: CPUUtilization", "name: cpu_usage", "update alarm/hot metric.name"},
		{"InstanceId: i-1", "InstanceId: i-2", "update alarm/hot metric.dimensions"},
		{"statistic: Average", "statistic: p99", "update alarm/hot metric.statistic"},
		{"unit: Percent", "unit: Count", "update alarm/hot metric.unit"},
		{"period: 5m", "period: 1m", "update alarm/hot metric.period_seconds"},
		{"at_least: 90", "above: 90", "update alarm/hot when.word"},
		{"above: 90", "above: 0", "update alarm/hot when.threshold"},
		{"for: 2", "for: 1", "update alarm/hot when.for"},
		{"out_of: 3", "out_of: 4", "update alarm/hot when.out_of"},
		{"missing_data: breaching", "missing_data: ignore", "update alarm/hot missing_data"},
		{"tags: {team: web}", "tags: {team: data, tier: gold}", "update alarm/hot tags"},
		{"    tags: {team: data, tier: gold}\n", "", "update alarm/hot tags"},
		{"namespace: AWS/ApplicationELB", "namespace: AWS/ELB", "update alarm/errors metrics[0].metric.namespace"},
		{"HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX", "update alarm/errors metrics[0].metric.name"},
		{"LoadBalancer: app/web/1", "LoadBalancerName: web", "update alarm/errors metrics[0].metric.dimensions"},
		{"statistic: Sum, period: 1m", "statistic: SampleCount, period: 1m", "update alarm/errors metrics[0].metric.statistic"},
		{"statistic: SampleCount, period: 1m", "statistic: SampleCount, period: 2m", "update alarm/errors metrics[0].metric.period_seconds"},
		{"statistic: SampleCount, period: 2m", "statistic: SampleCount, period: 2m, unit: Count", "update alarm/errors metrics[0].metric.unit"},
		{"bad * 2", "bad * 3", "update alarm/errors metrics[1].expression"},
		{"label: Errors", "label: Error rate", "update alarm/errors metrics[1].label"},
		{"label: Error rate", "label: Error rate, period: 2m", "update alarm/errors metrics[1].period_seconds"},
		{"web}}}\n      rate: {expression: bad * 3, label: Error rate, period: 2m, returns: true}",
			"web}}, returns: true}\n      rate: {expression: bad * 3, label: Error rate, period: 2m}",
			"update alarm/errors metrics[0].returns metrics[1].returns"},
		{"      rate: {", "      half: {expression: bad / 2}\n      rate: {", "update alarm/errors metrics"},
		{"      rate: {", "      ratio: {", "update alarm/errors metrics[2].id"},
		{"all: [hot, errors]", "any: [hot, errors]", "update alarm/both rule"},
		{"wait: 2m", "wait: 4m", "update alarm/both suppressed_by.wait_seconds"},
		{"extend: 3m", "extend: 4m", "update alarm/both suppressed_by.extend_seconds"},
		{"monitor: deploy", "monitor: errors", "update alarm/both suppressed_by.by"},
		// A metric alarm becomes a composite one, under the same name.
		{"metric: {namespace: Custom, name: Deploying, statistic: Maximum, period: 1m}\n    when: {above: 0}", "composite: {rule: 'alarm(watchbill/hot)'}", `
replace alarm/deploy type metric.namespace metric.name metric.statistic metric.period_seconds when.word when.for when.out_of missing_data rule`},
	},
	leave: &edit{"\nmonitors:\n", "\nx-monitors:\n", `
delete alarm/both
delete alarm/deploy
delete alarm/errors
delete alarm/hot`},
}

var muteRuleContract = contract{
	plan: set + incidents + `
monitors:
  hot:
    response_plan: down
    metric: {namespace: AWS/EC2, name: CPUUtilization, statistic: Average, period: 5m, dimensions: {InstanceId: i-1}}
    when: {at_least: 90}
    tags: {team: web}
    mute: [{starts: cron(0 2 * * SUN), for: 4h, timezone: Asia/Tokyo}]
`,
	edits: []edit{
		{"cron(0 2 * * SUN)", "at(2026-12-24T18:00)", "update mute_rule/hot/w1 starts"},
		{"for: 4h", "for: 36h", "update mute_rule/hot/w1 minutes"},
		{"Asia/Tokyo", "Europe/Berlin", "update mute_rule/hot/w1 timezone"},
		{"tags: {team: web}", "tags: {team: data}", "update alarm/hot tags\nupdate mute_rule/hot/w1 tags"},
		{"    tags: {team: data}\n", "", "update alarm/hot tags\nupdate mute_rule/hot/w1 tags"},
	},
	leave: &edit{"    mute: [{starts: at(2026-12-24T18:00), for: 36h, timezone: Europe/Berlin}]\n", "", "delete mute_rule/hot/w1"},
}
