package emulator

// What an alarm tells of itself when it acts: the event CloudWatch Alarm State Change, and which
// resources it is about.

import (
	"strings"
	"time"
)

// eventTimeForm is how alarm events write times.
const eventTimeForm = "2006-01-02T15:04:05.000-0700"

// event is the CloudWatch Alarm State Change event of a transition [cw]. A runbook finds what broke
// in detail.configuration.metrics[0].metricStat.metric.dimensions.
func (a *metricAlarm) event(c *call, before *metricAlarm) string {
	type state struct {
		Value      string `json:"value"`
		Reason     string `json:"reason"`
		ReasonData string `json:"reasonData,omitempty"`
		Timestamp  string `json:"timestamp"`
	}
	said := func(of *metricAlarm) state {
		return state{of.State, of.Reason, of.ReasonData, of.StateUpdated.Format(eventTimeForm)}
	}
	return jsonText(struct {
		Version    string    `json:"version"`
		ID         string    `json:"id"`
		DetailType string    `json:"detail-type"`
		Source     string    `json:"source"`
		Account    string    `json:"account"`
		Time       time.Time `json:"time"`
		Region     string    `json:"region"`
		Resources  []string  `json:"resources"`
		Detail     any       `json:"detail"`
	}{"0", newUUID(), "CloudWatch Alarm State Change", sourceAlarm, c.account, a.StateUpdated.Truncate(time.Second).UTC(), a.Region, []string{a.ARN}, struct {
		AlarmName     string `json:"alarmName"`
		Configuration any    `json:"configuration"`
		PreviousState state  `json:"previousState"`
		State         state  `json:"state"`
	}{a.Name, a.eventConfiguration(), said(before), said(a)}})
}

type eventMetricStat struct {
	Metric struct {
		Dimensions map[string]string `json:"dimensions"`
		Name       string            `json:"name"`
		Namespace  string            `json:"namespace"`
	} `json:"metric"`
	Period int    `json:"period"`
	Stat   string `json:"stat"`
	Unit   string `json:"unit,omitempty"`
}

type eventMetric struct {
	ID         string           `json:"id"`
	Label      string           `json:"label,omitempty"`
	Expression string           `json:"expression,omitempty"`
	MetricStat *eventMetricStat `json:"metricStat,omitempty"`
	ReturnData bool             `json:"returnData"`
}

func (a *metricAlarm) eventConfiguration() any {
	var out struct {
		Description string        `json:"description,omitempty"`
		AlarmRule   string        `json:"alarmRule,omitempty"`
		Metrics     []eventMetric `json:"metrics,omitempty"`
	}
	out.Description, out.AlarmRule = orEmptyText(a.AlarmDescription), orEmptyText(a.AlarmRule)
	for _, q := range a.queries() {
		m := eventMetric{ID: q.Id, Label: orEmptyText(q.Label), Expression: orEmptyText(q.Expression), ReturnData: q.returns()}
		if s := q.MetricStat; s != nil {
			m.MetricStat = &eventMetricStat{Period: s.Period, Stat: s.Stat, Unit: orEmptyText(s.Unit)}
			m.MetricStat.Metric.Name, m.MetricStat.Metric.Namespace = orEmptyText(s.Metric.MetricName), orEmptyText(s.Metric.Namespace)
			m.MetricStat.Metric.Dimensions = map[string]string{}
			for _, d := range s.Metric.Dimensions {
				m.MetricStat.Metric.Dimensions[d.Name] = d.Value
			}
		}
		out.Metrics = append(out.Metrics, m)
	}
	return out
}

func orEmptyText(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// queries is what a metric alarm watches as a list of queries, also when it was put as one metric.
func (a *metricAlarm) queries() []metricQuery {
	if a.MetricName == nil {
		return a.Metrics
	}
	stat := orEmptyText(a.Statistic) + orEmptyText(a.ExtendedStatistic)
	yes := true
	return []metricQuery{{Id: "m1", ReturnData: &yes, MetricStat: &metricStat{Period: *a.Period, Stat: stat, Unit: a.Unit,
		Metric: metricAddress{a.Namespace, a.MetricName, a.Dimensions}}}}
}

// resourceOf is, for a namespace and a dimension, how to make an ARN of the dimension's value; these
// are the resources that Incident Manager takes from alarms [guide], and the other kinds of hosts.
var resourceOf = map[string]string{
	"AWS/EC2 InstanceId":              "arn:aws:ec2:REGION:ACCOUNT:instance/VALUE",
	"AWS/EC2 ImageId":                 "arn:aws:ec2:REGION::image/VALUE",
	"CWAgent InstanceId":              "arn:aws:ec2:REGION:ACCOUNT:instance/VALUE",
	"AWS/RDS DBInstanceIdentifier":    "arn:aws:rds:REGION:ACCOUNT:db:VALUE",
	"AWS/RDS DBClusterIdentifier":     "arn:aws:rds:REGION:ACCOUNT:cluster:VALUE",
	"AWS/Lambda FunctionName":         "arn:aws:lambda:REGION:ACCOUNT:function:VALUE",
	"AWS/DynamoDB TableName":          "arn:aws:dynamodb:REGION:ACCOUNT:table/VALUE",
	"AWS/S3 BucketName":               "arn:aws:s3:::VALUE",
	"AWS/SQS QueueName":               "arn:aws:sqs:REGION:ACCOUNT:VALUE",
	"AWS/ApplicationELB LoadBalancer": "arn:aws:elasticloadbalancing:REGION:ACCOUNT:loadbalancer/VALUE",
}

// maxInvolved is how many resources an alarm involves in an incident; AWS does not say. It keeps what
// a runbook gets within the hundred values of its parameter.
const maxInvolved = 100

// involvedResources is what an alarm is about, as ARNs: by the dimensions of its metrics and, when it
// watches many series, of those in ALARM. A composite alarm is about what its children in ALARM are.
func involvedResources(c *call, st *state, a *metricAlarm) (arns []string) {
	seen := map[string]bool{}
	add := func(namespace, name, value string) {
		form := resourceOf[namespace+" "+name]
		arn := strings.NewReplacer("REGION", a.Region, "ACCOUNT", c.account, "VALUE", value).Replace(form)
		if form != "" && !seen[arn] && len(arns) < maxInvolved {
			seen[arn] = true
			arns = append(arns, arn)
		}
	}
	alarms := []*metricAlarm{a}
	walked := map[string]bool{a.Name: true}
	for len(alarms) > 0 {
		one := alarms[0]
		alarms = alarms[1:]
		for _, name := range one.children() {
			if child := st.alarms.get(alarmKey(a.Region, name)); child != nil && child.State == stateAlarm && !walked[name] {
				walked[name] = true
				alarms = append(alarms, child)
			}
		}
		for _, q := range one.queries() {
			if q.MetricStat == nil {
				continue
			}
			for _, d := range q.MetricStat.Metric.Dimensions {
				add(orEmptyText(q.MetricStat.Metric.Namespace), d.Name, d.Value)
			}
		}
		for _, x := range one.Contributors {
			for _, name := range sortedKeys(x.ContributorAttributes) {
				add(x.Namespace, name, x.ContributorAttributes[name])
			}
		}
	}
	return arns
}
