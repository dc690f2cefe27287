package ast

// What starts an incident and where people talk about it: chat channels, monitors and
// event rules.

import "github.com/watchbill/watchbill/internal/diag"

// ChatChannel is a chat room and the SNS topic that feeds it. At most one of Slack, Teams
// and Chime is there; without any the topic feeds whoever subscribes to it.
type ChatChannel struct {
	Item
	Topic Text // an ARN, or MakeTopic, also when it was not written
	// Role is the ARN of the role that the chat service takes on; not written: one is made.
	Role       Text
	Guardrails []Text // ARNs of managed policies that bound what people can do from the room
	Logging    Text   // error, info or none
	Tags       []Pair

	Slack *Slack
	Teams *Teams
	Chime *Chime
}

// MakeTopic is the word for a topic that watchbill makes.
const MakeTopic = "create"

// MakesTopic reports whether the channel's topic is made by watchbill.
func (c *ChatChannel) MakesTopic() bool { return c.Topic.Or(MakeTopic) == MakeTopic }

// Slack is a channel of a workspace, by their IDs.
type Slack struct {
	At                 diag.Pos
	Workspace, Channel Text
}

// Teams is a channel of a Microsoft Teams team. Team and Tenant are UUIDs.
type Teams struct {
	At                    diag.Pos
	Team, Tenant, Channel Text
}

// Chime is a chat room's webhook, whose URL lets anybody post there: it is secret.
type Chime struct {
	At          diag.Pos
	Webhook     Address
	Description Text
}

// TopicUse is one entry of a response plan's chat or notify list: the ARN of an SNS
// topic, or the name of a chat channel. Resolve fills Channel for a name that exists.
type TopicUse struct {
	Name    Text
	Channel *ChatChannel
}

// Monitor is a CloudWatch alarm, or one for each resource of a fleet, that starts an
// incident. Exactly one of Metric, Metrics and Composite is there.
type Monitor struct {
	Item
	Description  Text
	ResponsePlan Text
	Metric       *Metric
	Metrics      []*MetricQuery // metric maths
	Composite    *Composite
	When         *When
	MissingData  Text // breaching, not_breaching, ignore or missing
	Each         *Each
	Encoding     Text // auto, per_target or query
	Mute         []*Mute
	SuppressedBy *Suppressor
	Notify       []*TopicUse // also told when the alarm is raised
	Tags         []Pair

	// Plan is filled by resolve for a name that exists.
	Plan *ResponsePlan
}

// Metric is a CloudWatch metric. Statistic is AWS's word (Maximum, p99 …); Period a whole
// number of minutes.
type Metric struct {
	At         diag.Pos
	Namespace  Text
	Name       Text
	Statistic  Text
	Unit       Text
	Period     Duration
	Dimensions []Pair
}

// MetricQuery is one line of metric maths under its ID: a metric or an expression over
// others. Exactly one query of a monitor returns what is compared.
type MetricQuery struct {
	ID         Text
	Metric     *Metric
	Expression Text
	Label      Text
	Period     Duration // of an expression
	Returns    Flag
}

// Composite is a rule over other alarms: exactly one of Any, All and Rule. Any and All
// name monitors; Rule is an AlarmRule in CloudWatch's own words over names of alarms.
type Composite struct {
	At       diag.Pos
	Any, All []*MonitorUse
	Rule     Text
}

// MonitorUse is the name of another monitor. Resolve fills Monitor for one that exists.
type MonitorUse struct {
	Name    Text
	Monitor *Monitor
}

// When is the threshold: Word is at_least, above, at_most or below. The alarm is raised
// when For of the last OutOf periods are beyond it; not written they are 1 and For.
type When struct {
	At         diag.Pos
	Word       Text
	Threshold  Val[float64]
	For, OutOf Int
}

// Each is the fleet a monitor is for: the resources of a type that carry all of the tags.
// Except are IDs or ARNs that are left out. AllowNone lets a fleet be empty.
type Each struct {
	At        diag.Pos
	Resource  Text
	Tags      []*TagFilter
	Except    []Text
	AllowNone Flag
}

// TagFilter is a tag with any one of the values; without values, with the key.
type TagFilter struct {
	Key    Text
	Values []Text
}

// Mute is a window in which an alarm acts on nothing: from each instant of the cron or at
// expression, in the time zone, for so long.
type Mute struct {
	At       diag.Pos
	Starts   Text // cron(…) or at(…)
	For      Duration
	Timezone Text
}

// Suppressor is another monitor that keeps a composite one quiet while it is raised, with
// how long is waited for it and after it.
type Suppressor struct {
	At           diag.Pos
	By           *MonitorUse
	Wait, Extend Duration
}

// EventRule is an EventBridge rule that starts an incident. Pattern is JSON. Role is the
// ARN of the role that starts it; not written: one is made.
type EventRule struct {
	Item
	Description  Text
	ResponsePlan Text
	Pattern      Text
	Bus          Text
	Role         Text
	Disabled     Flag
	MaxAge       Duration // how long EventBridge goes on trying
	MaxRetries   Int
	DeadLetter   Text // ARN of an SQS queue
	Tags         []Pair

	// Plan is filled by resolve for a name that exists.
	Plan *ResponsePlan
}
