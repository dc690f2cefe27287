package emulator

// Incidents that AWS services raise: an alarm's action, an event rule's target.

import (
	"strings"
	"time"
)

// The sources of incidents that services raise [inference on the exact strings].
const (
	sourceAlarm = "aws.cloudwatch"
	sourceEvent = "aws.events"
)

// raised is what a service knows of an incident it raises.
type raised struct {
	Plan       string    // ARN of the response plan
	Source     string    // sourceAlarm, or of an event its own source
	TriggerARN string    // of the alarm or the event rule: the same one is absorbed by the incident it opened
	Name       string    // of the alarm or event, appended to the title; "" for none
	RawData    string    // the event as JSON
	Resources  []string  // ARNs of what is broken: they become involved resources and fill a runbook's parameters
	Invoker    string    // ARN of the role that starts the incident
	At         time.Time // of the event; zero is now
}

// maxRawData is the length of an event's data, in characters.
const maxRawData = 10_000

// openIncident starts an incident of a response plan or adds the trigger to the one that absorbs it,
// in the transaction of what raised it. The error is a *wire.Error, in words for a history: nothing
// was changed then.
func openIncident(c *call, tx *tx, r raised) (arn string, err error) {
	inner := *c
	inner.op = &operation{service: "ssm-incidents", name: "StartIncident"}
	inner.service = &service{name: "ssm-incidents"}
	if err := incidentsGate(&inner, tx.state); err != nil {
		return "", err
	}
	p, err := findPlan(&inner, tx.state, r.Plan)
	if err != nil {
		return "", err
	}
	at := r.At
	if at.IsZero() {
		at = c.now
	}
	title := cut(raisedTitle(p.Template.Title, r.Name), maxTitle)
	raw := cut(r.RawData, maxRawData)
	in := &incidentInput{ResponsePlanArn: r.Plan, Title: &title, Invoker: r.Invoker,
		TriggerDetails: &triggerDetails{RawData: &raw, Source: r.Source, Timestamp: at.Truncate(time.Millisecond).UTC(), TriggerArn: &r.TriggerARN}}
	for _, resource := range r.Resources {
		in.RelatedItems = append(in.RelatedItems, arnItem("INVOLVED_RESOURCE", resource, lastPart(resource)))
	}
	return beginIncident(&inner, tx, p, in)
}

// maxTitle is the length of an incident's title, in characters.
const maxTitle = 200

// raisedTitle appends what raised the incident: AWS does so, in a form that nobody documents [inference].
func raisedTitle(title, name string) string {
	if name == "" || strings.Contains(title, name) {
		return title
	}
	if title == "" {
		return name
	}
	return title + ": " + name
}
