package kind

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/resource"
)

// Alarm is a CloudWatch alarm that starts an incident. Exactly one of Metric, Metrics and
// Rule says what it watches. In CloudWatch it is called watchbill/NAME.
type Alarm struct {
	Type         string        `json:"type" diff:"replace"` // metric or composite: CloudWatch keeps which
	Description  string        `json:"description"`
	ResponsePlan string        `json:"response_plan"`     // address or ARN, "" for none
	Notify       []string      `json:"notify" diff:"set"` // topics: addresses and ARNs
	Metric       AlarmMetric   `json:"metric"`            // of an alarm on one metric
	Metrics      []AlarmQuery  `json:"metrics"`           // of metric maths, sorted by ID
	When         AlarmWhen     `json:"when"`              // the zero one of a composite alarm
	MissingData  string        `json:"missing_data"`      // breaching, not_breaching, ignore or missing
	Rule         string        `json:"rule"`              // of a composite alarm, over names of alarms
	SuppressedBy AlarmSuppress `json:"suppressed_by"`     // of a composite alarm
	Disabled     bool          `json:"actions_disabled"`  // nobody hears of the alarm
	OKActions    []string      `json:"ok_actions" diff:"set"`
	NoDataAction []string      `json:"insufficient_data_actions" diff:"set"`
	// Circle are the alarms whose rules lead to this one and this one's to theirs, so that
	// CloudWatch evaluates none of them. No plan wants any.
	Circle []resource.Addr `json:"circle" diff:"set"`
	// Extras are members of CloudWatch's alarms that the plan language has no word for, as
	// somebody else set them. No plan wants any, and writing the alarm clears them.
	Extras map[string]string `json:"extras"`
	Tags   map[string]string `json:"tags"`
	// Draft is what only the target can complete; Expand leaves none.
	Draft *AlarmDraft `json:"draft"`
}

// AlarmMetric is a metric as an alarm watches it. Statistic is CloudWatch's word.
type AlarmMetric struct {
	Namespace  string            `json:"namespace"`
	Name       string            `json:"name"`
	Dimensions map[string]string `json:"dimensions"`
	Statistic  string            `json:"statistic"`
	Unit       string            `json:"unit"`
	Period     int               `json:"period_seconds"`
}

// AlarmQuery is a line of metric maths: a metric or an expression. Account is of a metric
// in another one.
type AlarmQuery struct {
	ID         string      `json:"id"`
	Metric     AlarmMetric `json:"metric"`
	Expression string      `json:"expression"`
	Label      string      `json:"label"`
	Period     int         `json:"period_seconds"` // of an expression
	Returns    bool        `json:"returns"`
	Account    string      `json:"account"`
}

// String is a line of metric maths as people write it.
func (q AlarmQuery) String() string {
	text := q.Expression
	if q.Metric.Name != "" {
		text = fmt.Sprintf("%s of %s %s", q.Metric.Statistic, q.Metric.Namespace, q.Metric.Name)
		for _, key := range slices.Sorted(maps.Keys(q.Metric.Dimensions)) {
			text += " " + key + "=" + q.Metric.Dimensions[key]
		}
	}
	if q.Returns {
		return "watched: " + q.ID + " = " + text
	}
	return q.ID + " = " + text
}

// AlarmWhen is the threshold; Word as in the plan, or CloudWatch's own operator.
type AlarmWhen struct {
	Word      string  `json:"word"`
	Threshold float64 `json:"threshold"`
	For       int     `json:"for"`    // data points beyond it
	OutOf     int     `json:"out_of"` // among so many periods
}

// AlarmSuppress keeps a composite alarm quiet while another one, by its address or name,
// is raised.
type AlarmSuppress struct {
	By     string `json:"by"`
	Wait   int    `json:"wait_seconds"`
	Extend int    `json:"extend_seconds"`
}

// AlarmDraft is what a pass has to learn first: which resources an alarm is for, or which
// alarms the monitors of a composite one have.
type AlarmDraft struct {
	Fleet    *FleetQuery     `json:"fleet"`
	Any, All []resource.Addr `json:"-"`
}

// The types of alarms.
const (
	metricAlarm    = "metric"
	compositeAlarm = "composite"
)

// alarmPrefix begins the names of all alarms we make.
const alarmPrefix = "watchbill/"

// maxAlarmName is the longest name of an alarm's address: CloudWatch allows 255 characters.
const maxAlarmName = 255 - len(alarmPrefix)

var alarm = &Kind[Alarm]{
	Name:      alarmKind,
	Neighbour: &Neighbour{Type: "cloudwatch:alarm"},
	Desired:   desiredAlarms,
	Needs:     alarmNeeds,
	ARN:       func(env *Env, name string) string { return env.alarmARN(alarmPrefix + name) },
	Tags:      func(a Alarm) map[string]string { return a.Tags },
	List:      listAlarms,
	Read:      readAlarm,
	Create:    createAlarm,
	Update:    updateAlarm,
	Delete:    deleteAlarm,
	Notes:     alarmNotes,
	Refuse:    refuseAlarm,
	Operations: Operations{
		Read: []string{"cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData", "cloudwatch:ListTagsForResource"},
		Write: []string{"cloudwatch:PutMetricAlarm", "cloudwatch:PutCompositeAlarm", "cloudwatch:DeleteAlarms",
			"cloudwatch:TagResource", "cloudwatch:UntagResource"},
		Leave: []string{"cloudwatch:DeleteAlarms"},
	},
	Reach:  []Reach{{iamAlarm, itself}},
	Beside: alarmRights,
}

func (e *Env) alarmARN(name string) string { return e.arn("cloudwatch", e.aws.Region(), "alarm:"+name) }

// alarmNeeds are what its actions start and tell, and the alarms it looks at: CloudWatch
// deletes none that another one looks at.
func alarmNeeds(a Alarm) []resource.Addr {
	out := owned(a.ResponsePlan, a.SuppressedBy.By)
	out = append(out, owned(a.Notify...)...)
	for _, child := range ruleAlarms(a.Rule) {
		if !slices.Contains(a.Circle, child) {
			out = append(out, child)
		}
	}
	if d := a.Draft; d != nil {
		out = append(append(out, d.Any...), d.All...)
	}
	return out
}

func desiredAlarms(p *ast.Plan, add func(Item[Alarm])) {
	for _, m := range p.Monitors {
		add(Item[Alarm]{Name: m.Name.V, Spec: desiredAlarm(m), Origin: m.Name.Pos(), Protect: m.Protect.V})
	}
}

func desiredAlarm(m *ast.Monitor) Alarm {
	a := Alarm{
		Type: metricAlarm, Description: m.Description.V, ResponsePlan: planRef(m.ResponsePlan, m.Plan),
		Notify: topicRefs(m.Notify), Tags: tagged(m.Tags, m.Protect),
	}
	switch {
	case m.Composite != nil:
		a.Type, a.Rule = compositeAlarm, tidyRule(m.Composite.Rule.V)
		if s := m.SuppressedBy; s != nil {
			a.SuppressedBy = AlarmSuppress{By: monitorRef(s.By), Wait: seconds(s.Wait), Extend: seconds(s.Extend)}
		}
		a = a.withChildren(m.Composite)
	case m.Metric != nil:
		a.Metric = desiredMetric(m.Metric)
	}
	for _, q := range m.Metrics {
		a.Metrics = append(a.Metrics, desiredQuery(q))
	}
	if a.Type == metricAlarm {
		a.MissingData = m.MissingData.Or("missing")
	}
	if w := m.When; w != nil {
		a.When = AlarmWhen{Word: w.Word.V, Threshold: w.Threshold.V, For: w.For.Or(1)}
		a.When.OutOf = w.OutOf.Or(a.When.For)
	}
	if m.Each != nil {
		a.Draft = &AlarmDraft{Fleet: fleetQuery(m)}
	}
	return a.canonical()
}

// planRef is the response plan of a name or an ARN.
func planRef(written ast.Text, plan *ast.ResponsePlan) string {
	if plan == nil {
		return written.V
	}
	return resource.Addr{Kind: responsePlanKind, Name: plan.Name.V}.String()
}

func monitorRef(u *ast.MonitorUse) string {
	if u == nil {
		return ""
	}
	return resource.Addr{Kind: alarmKind, Name: u.Name.V}.String()
}

func desiredMetric(m *ast.Metric) AlarmMetric {
	return AlarmMetric{Namespace: m.Namespace.V, Name: m.Name.V, Dimensions: noneIfEmpty(pairs(m.Dimensions)),
		Statistic: m.Statistic.V, Unit: m.Unit.V, Period: seconds(m.Period)}
}

func desiredQuery(q *ast.MetricQuery) AlarmQuery {
	out := AlarmQuery{ID: q.ID.V, Expression: q.Expression.V, Label: q.Label.V, Period: seconds(q.Period), Returns: q.Returns.V}
	if q.Metric != nil {
		out.Metric = desiredMetric(q.Metric)
	}
	return out
}

func pairs(ps []ast.Pair) map[string]string {
	out := map[string]string{}
	for _, p := range ps {
		out[p.Key.V] = p.Value.V
	}
	return out
}

func seconds(d ast.Duration) int { return int(d.V.Seconds()) }

func (a Alarm) canonical() Alarm {
	for _, list := range []*[]string{&a.Notify, &a.OKActions, &a.NoDataAction} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	slices.SortFunc(a.Metrics, func(x, y AlarmQuery) int { return cmp.Compare(x.ID, y.ID) })
	if len(a.Metrics) == 1 {
		a.Metrics[0].Returns = true
	}
	slices.SortFunc(a.Circle, resource.Addr.Compare)
	return a
}

// listAlarms finds those with our naming, a hundred a call, and with them all that Read
// wants to know.
func listAlarms(ctx context.Context, env *Env, _ *Found) ([]Found, error) {
	pages := cloudwatch.NewDescribeAlarmsPaginator(env.aws.Alarms, &cloudwatch.DescribeAlarmsInput{
		AlarmNamePrefix: aws.String(alarmPrefix), MaxRecords: aws.Int32(100), // the most the API gives
		AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm},
	})
	var out []Found
	rules := map[resource.Addr][]resource.Addr{}
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, a := range page.MetricAlarms {
			out = append(out, Found{Name: alarmName(a.AlarmName), ID: aws.ToString(a.AlarmArn), Summary: a, Status: alarmStatus(a.StateValue, a.EvaluationState)})
		}
		for _, a := range page.CompositeAlarms {
			name := alarmName(a.AlarmName)
			rules[resource.Addr{Kind: alarmKind, Name: name}] = ruleAlarms(env.ruleOf(aws.ToString(a.AlarmRule)))
			out = append(out, Found{Name: name, ID: aws.ToString(a.AlarmArn), Status: alarmStatus(a.StateValue, ""),
				Summary: listedComposite{a, rules}})
		}
	}
	return out, nil
}

// listedComposite is a composite alarm among the rules of all.
type listedComposite struct {
	types.CompositeAlarm
	rules map[resource.Addr][]resource.Addr
}

func alarmName(name *string) string { return strings.TrimPrefix(aws.ToString(name), alarmPrefix) }

func alarmStatus(s types.StateValue, e types.EvaluationState) string {
	if e == "" {
		return string(s)
	}
	return string(s) + ", " + string(e)
}

// readAlarm asks nothing: the list has it all.
func readAlarm(_ context.Context, env *Env, f Found) (Alarm, bool, error) {
	var a Alarm
	switch s := f.Summary.(type) {
	case types.MetricAlarm:
		a = env.observedMetricAlarm(f.Name, s)
	case listedComposite:
		a = env.observedComposite(f.Name, s)
	}
	a.Tags = f.comparableTags()
	return a.canonical(), true, nil
}

// wantedAlarm is the alarm of a name as it is wanted, the zero one when it is not.
func (e *Env) wantedAlarm(name string) Alarm {
	for _, o := range e.desired.Get(resource.Addr{Kind: alarmKind, Name: name}) {
		return o.Spec.(Alarm)
	}
	return Alarm{}
}

// deleteAlarm first takes rules that run in a circle and leave with it out of it: until then
// CloudWatch deletes none of them.
func deleteAlarm(ctx context.Context, env *Env, f Found, have Alarm) error {
	for _, a := range have.Circle {
		if env.desired.Has(a) {
			continue // it has the plan's rule by now
		}
		if _, err := once(env, "circle "+a.Name, func() (struct{}, error) { return struct{}{}, env.silence(ctx, a) }); err != nil {
			return err
		}
	}
	return env.dropAlarm(ctx, alarmPrefix+f.Name, have.Type == compositeAlarm)
}

// silence gives a composite alarm of ours a rule that looks at nothing.
func (e *Env) silence(ctx context.Context, a resource.Addr) error {
	if err := e.confirmOurs(ctx, e.Identity(a)); err != nil {
		return err
	}
	_, err := e.aws.Alarms.PutCompositeAlarm(ctx, &cloudwatch.PutCompositeAlarmInput{
		AlarmName: aws.String(alarmPrefix + a.Name), AlarmRule: aws.String("FALSE"), ActionsEnabled: aws.Bool(false),
	})
	return err
}

// alarmNotes say what a reader does not see in the fields.
func alarmNotes(have, want *Alarm) []string {
	var out []string
	if have != nil && want != nil && have.Disabled {
		out = append(out, "somebody switched its actions off; while they are, nobody is told of the alarm")
	}
	if have != nil && want != nil && len(have.Extras) > 0 {
		out = append(out, "writing the alarm clears what was set by hand and has no word in plans: "+strings.Join(slices.Sorted(maps.Keys(have.Extras)), ", "))
	}
	if have != nil && want != nil && isMigrationAction(have.ResponsePlan, have.Notify) {
		out = append(out, "AWS's migration runbooks rewrite the actions of alarms: the plan says otherwise, and the plan is applied")
	}
	return out
}

// isMigrationAction reports an alarm whose response plan was swapped for OpsItems or topics
// of somebody else's, as AWS's runbooks for those who leave Incident Manager do.
func isMigrationAction(plan string, others []string) bool {
	return plan == "" && slices.ContainsFunc(others, func(arn string) bool { return strings.HasPrefix(arn, "arn:") && strings.Contains(arn, ":opsitem:") })
}

// alarmRights: the first alarm that starts incidents makes CloudWatch's own role for it [cw].
func alarmRights(to Account, _ string, a Alarm) []Right {
	if a.ResponsePlan == "" {
		return nil
	}
	const service = "ssm-incidents.alarms.cloudwatch.amazonaws.com"
	return []Right{{Sid: "CreateAlarmRole", Action: []string{"iam:CreateServiceLinkedRole"},
		Resource:  []string{to.arn("iam", "", "role/aws-service-role/"+service+"/AWSServiceRoleForCloudWatchAlarms_ActionSSMIncidents")},
		Condition: Condition{"StringEquals": {"iam:AWSServiceName": {service}}}}}
}
