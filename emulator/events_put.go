package emulator

// Events and where they go. A target that is a response plan starts an incident with the target's
// role; a topic gets the message; other targets count as reached. What became of an event is noted,
// for the side door /_watchbill/events: on AWS it is a metric and a dead-letter queue.

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

type eventEntry struct {
	Time         *time.Time
	Source       *string
	Resources    []string
	DetailType   *string
	Detail       *string
	EventBusName string
}

// busEvent is an event as rules see it.
type busEvent struct {
	Version    string          `json:"version"`
	ID         string          `json:"id"`
	DetailType string          `json:"detail-type"`
	Source     string          `json:"source"`
	Account    string          `json:"account"`
	Time       string          `json:"time"`
	Region     string          `json:"region"`
	Resources  []string        `json:"resources"`
	Detail     json.RawMessage `json:"detail"`
}

type eventResult struct {
	EventId      string `json:",omitempty"`
	ErrorCode    string `json:",omitempty"`
	ErrorMessage string `json:",omitempty"`
}

// putEvents takes what it can. An event for a bus that does not exist is taken and lost, as on AWS.
func putEvents(c *call, tx *tx, in *struct{ Entries []eventEntry }) (any, error) {
	out := struct {
		FailedEntryCount int
		Entries          []eventResult
	}{}
	for _, e := range in.Entries {
		if code, why := e.problem(c); code != "" {
			out.FailedEntryCount++
			out.Entries = append(out.Entries, eventResult{ErrorCode: code, ErrorMessage: why})
			continue
		}
		event := e.event(c)
		out.Entries = append(out.Entries, eventResult{EventId: event.ID})
		deliver(c, tx, busName(c, e.EventBusName), event)
	}
	return out, nil
}

func (e *eventEntry) problem(c *call) (code, why string) {
	for _, part := range []struct {
		name  string
		value *string
	}{{"Source", e.Source}, {"DetailType", e.DetailType}, {"Detail", e.Detail}} {
		if part.value == nil || *part.value == "" {
			return "InvalidArgument", "Parameter " + part.name + " is not valid. Reason: " + part.name + " is a required argument."
		}
	}
	var detail map[string]any
	switch {
	case strings.HasPrefix(*e.Source, "aws.") && !c.opts.Rules.ReservedSources:
		return "NotAuthorizedForSource", "Not authorized for the source."
	case json.Unmarshal([]byte(*e.Detail), &detail) != nil || detail == nil:
		return "MalformedDetail", "Detail is malformed."
	}
	return "", ""
}

func (e *eventEntry) event(c *call) *busEvent {
	at := c.now
	if e.Time != nil {
		at = *e.Time
	}
	return &busEvent{Version: "0", ID: newUUID(), DetailType: *e.DetailType, Source: *e.Source, Account: c.account,
		Time: at.UTC().Format(time.RFC3339), Region: c.region, Resources: orEmpty(e.Resources), Detail: json.RawMessage(compactJSON(*e.Detail))}
}

// deliveredEvent is a row; its key counts up. Only events that a rule matched are noted.
type deliveredEvent struct {
	At         time.Time `json:"time"`
	Event      string    `json:"event"` // id
	Source     string    `json:"source"`
	Type       string    `json:"detail_type"`
	Rule       string    `json:"rule"` // ARN
	Target     string    `json:"target"`
	Incident   string    `json:"incident,omitempty"`
	Error      string    `json:"error,omitempty"`
	DeadLetter string    `json:"dead_letter,omitempty"` // ARN of the queue that would have it
}

// maxDelivered bounds what is remembered; the oldest go first.
const maxDelivered = 200

// deliver gives an event to the targets of all rules that match it.
func deliver(c *call, tx *tx, bus string, event *busEvent) {
	text := jsonText(event)
	v, err := decodeEvent(text)
	if err != nil {
		return // nested too deeply for any pattern
	}
	fields, _ := v.(map[string]any)
	var matched []*eventRule
	for _, r := range tx.eventRules.below(c.region + "/" + bus + "/") {
		if r.matches(fields, event) {
			matched = append(matched, r)
		}
	}
	for _, r := range matched {
		for _, t := range r.targets() {
			note := &deliveredEvent{At: c.instant(), Event: event.ID, Source: event.Source, Type: event.DetailType, Rule: r.ARN, Target: t.Arn}
			if note.Incident, err = r.reach(c, tx, &t, event, text, fields); err != nil {
				note.Error = err.Error()
				if t.DeadLetterConfig != nil {
					note.DeadLetter = t.DeadLetterConfig.Arn
				}
			}
			note.put(tx)
		}
	}
}

// matches: a rule that is enabled for management events is enabled. Management events, which only it
// may see, are not here.
func (r *eventRule) matches(fields map[string]any, event *busEvent) bool {
	if r.State == ruleDisabled || r.Pattern == "" {
		return false
	}
	p, err := parseEventPattern(r.Pattern)
	return err == nil && p.matches(fields) // it was parsed when it was put
}

func (n *deliveredEvent) put(tx *tx) {
	number := 1
	if keys := tx.deliveredEvents.keyList(); len(keys) > 0 {
		fmt.Sscanf(keys[len(keys)-1], "%d", &number)
		number++
		if len(keys) >= maxDelivered {
			tx.deliveredEvents.put(tx, keys[0], nil)
		}
	}
	tx.deliveredEvents.put(tx, fmt.Sprintf("%012d", number), n)
}

// reach gives an event to one target. The error says why it could not, in words for people.
func (r *eventRule) reach(c *call, tx *tx, t *eventRuleTarget, event *busEvent, text string, fields map[string]any) (incident string, err error) {
	input := r.given(t, text, fields)
	switch {
	case isResponsePlan(t.Arn):
		if why := r.mayStart(c, tx.state, t); why != "" {
			return "", fmt.Errorf("%s", why)
		}
		at, err := time.Parse(time.RFC3339, event.Time)
		if err != nil {
			at = c.now
		}
		arns := slices.DeleteFunc(slices.Clone(event.Resources), func(s string) bool { return !strings.HasPrefix(s, "arn:") })
		arns = arns[:min(len(arns), maxInvolved)]
		return openIncident(c, tx, raised{Plan: t.Arn, Source: event.Source, TriggerARN: r.ARN, Name: event.DetailType, RawData: input,
			Resources: arns, Invoker: t.RoleArn, At: at})
	case strings.HasPrefix(t.Arn, topicPrefix(c)):
		topic, err := findTopic(c, tx.state, t.Arn)
		if err != nil {
			return "", err
		}
		publishing := ask{action: "SNS:Publish", resource: t.Arn, service: eventsPrincipal,
			context: map[string]string{"aws:sourceaccount": c.account, "aws:sourcearn": r.ARN}}
		if judge([]string{topic.policy(c.account)}, publishing) != allowed {
			return "", fmt.Errorf("the topic's policy does not let %s perform SNS:Publish", eventsPrincipal)
		}
		post(tx, message{Time: c.now.UTC(), Kind: "notification", TopicARN: t.Arn, Text: input})
	}
	return "", nil
}

const eventsPrincipal = "events.amazonaws.com"

// mayStart is "" when a target's role lets EventBridge start incidents with the response plan. A role
// that the embedded IAM does not know is Rules.UnknownRolesFail.
func (r *eventRule) mayStart(c *call, st *state, t *eventRuleTarget) (why string) {
	name := t.RoleArn[strings.LastIndexByte(t.RoleArn, '/')+1:]
	row := st.roles.get(name)
	if row == nil || row.ARN != t.RoleArn {
		if c.opts.Rules.UnknownRolesFail {
			return fmt.Sprintf("The role %s cannot be assumed: it does not exist (AccessDeniedException)", t.RoleArn)
		}
		return ""
	}
	trust := ask{action: "sts:AssumeRole", service: eventsPrincipal, context: map[string]string{"aws:sourceaccount": c.account, "aws:sourcearn": r.ARN}}
	if judge([]string{row.Trust}, trust) != allowed {
		return fmt.Sprintf("User: %s is not authorized to perform: sts:AssumeRole on resource: %s (AccessDeniedException)", eventsPrincipal, t.RoleArn)
	}
	start := ask{action: "ssm-incidents:StartIncident", resource: t.Arn, context: map[string]string{"aws:requestedregion": c.region}}
	if judge(row.documents(st), start) != allowed {
		return fmt.Sprintf("User: arn:aws:sts::%s:assumed-role/%s/EventBridge is not authorized to perform: ssm-incidents:StartIncident on resource: %s (AccessDeniedException)",
			c.account, name, t.Arn)
	}
	return ""
}

// happen tells the default bus of something that an AWS service did; the event is what it would send.
func happen(c *call, tx *tx, region, text string) {
	var event busEvent
	if json.Unmarshal([]byte(text), &event) != nil {
		return // ours, and JSON
	}
	if event.Resources == nil {
		event.Resources = []string{}
	}
	there := *c
	there.region = region
	deliver(&there, tx, defaultBus, &event)
}

// testEventPattern needs the fields that every event has.
func testEventPattern(_ *call, _ *state, in *struct{ EventPattern, Event string }) (any, error) {
	p, err := parseEventPattern(in.EventPattern)
	if err != nil {
		return nil, badPattern(err)
	}
	v, err := decodeEvent(in.Event)
	event, ok := v.(map[string]any)
	if err != nil || !ok {
		return nil, badEvents("Parameter Event is not valid. Reason: it is not a JSON object.")
	}
	for _, name := range []string{"id", "account", "source", "time", "region", "resources", "detail-type"} {
		if _, ok := event[name]; !ok {
			return nil, badEvents("Parameter Event is not valid. Reason: " + name + " is a required field.")
		}
	}
	return map[string]bool{"Result": p.matches(event)}, nil
}
