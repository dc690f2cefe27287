package emulator

// Incident records: what happens to one after it was started (incidents_start.go).

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The two states of an incident.
const (
	incidentOpen     = "OPEN"
	incidentResolved = "RESOLVED"
)

// incident is a row.
type incident struct {
	ARN           string
	Key           string // PLAN/UUID
	Number        int    // of two that began at one instant, the greater began later
	Created       time.Time
	Modified      time.Time
	ModifiedBy    string
	Resolved      time.Time `json:",omitzero"`
	Status        string
	Title         string
	Impact        int
	Summary       *string
	Dedupe        string
	Trigger       string               `json:",omitempty"` // key in openTriggers while it absorbs others; "" when nothing is absorbed
	Executions    []string             `json:",omitempty"` // ARNs
	ChatChannel   *chatChannel         `json:",omitempty"`
	Notifications []notificationTarget `json:",omitempty"`
	Source        incidentOrigin
	Tags          map[string]string `json:",omitempty"`
	Tagged        bool              `json:",omitempty"`
}

// incidentOrigin is the incidentRecordSource, spelled as the wire does.
type incidentOrigin struct {
	CreatedBy   string  `json:"createdBy"`
	InvokedBy   *string `json:"invokedBy"`
	ResourceArn *string `json:"resourceArn"`
	Source      string  `json:"source"`
}

// openTrigger is a row: which incident absorbs the triggers of a dedupe string or of an alarm.
type openTrigger struct{ Incident string }

// recordOperations is the second half of the table of ssm-incidents.
func recordOperations() []*operation {
	return modelled(recordsModel,
		rest("POST /startIncident", http.StatusOK, writing("StartIncident", startIncident)),
		rest("GET /getIncidentRecord", http.StatusOK, reading("GetIncidentRecord", getIncident)),
		rest("POST /listIncidentRecords", http.StatusOK, reading("ListIncidentRecords", listIncidents)),
		rest("POST /updateIncidentRecord", http.StatusNoContent, writing("UpdateIncidentRecord", updateIncident)),
		rest("POST /deleteIncidentRecord", http.StatusNoContent, writing("DeleteIncidentRecord", deleteIncident)),

		rest("POST /createTimelineEvent", http.StatusCreated, writing("CreateTimelineEvent", createEvent)),
		rest("GET /getTimelineEvent", http.StatusOK, reading("GetTimelineEvent", getEvent)),
		rest("POST /listTimelineEvents", http.StatusOK, reading("ListTimelineEvents", listEvents)),
		rest("POST /updateTimelineEvent", http.StatusNoContent, writing("UpdateTimelineEvent", updateEvent)),
		rest("POST /deleteTimelineEvent", http.StatusNoContent, writing("DeleteTimelineEvent", deleteEvent)),

		rest("POST /listRelatedItems", http.StatusOK, reading("ListRelatedItems", listRelatedItems)),
		rest("POST /updateRelatedItems", http.StatusNoContent, writing("UpdateRelatedItems", updateRelatedItems)),

		rest("POST /listIncidentFindings", http.StatusOK, reading("ListIncidentFindings", listFindings)),
		rest("POST /batchGetIncidentFindings", http.StatusOK, reading("BatchGetIncidentFindings", getFindings)),
	)
}

// findIncident is the row an ARN speaks of. Operations that declare no ResourceNotFound find an
// ARN that leads nowhere invalid [inference].
func findIncident(c *call, st *state, arn string) (*incident, error) {
	key, err := incidentsName(c, arn, "incident-record")
	if err != nil {
		return nil, err
	}
	if r := st.incidents.get(key); r != nil {
		return r, nil
	}
	const text = "Incident record not found"
	if c.op.name == "ListRelatedItems" || c.op.name == "ListTimelineEvents" {
		return nil, badIncident(text + ": " + arn)
	}
	return nil, incidentsNotFound(text, kindIncident, arn)
}

type incidentARN struct{ Arn string }

func getIncident(c *call, st *state, in *incidentARN) (any, error) {
	r, err := findIncident(c, st, in.Arn)
	if err != nil {
		return nil, err
	}
	type execution struct {
		Arn string `json:"ssmExecutionArn"`
	}
	executions := make([]execution, len(r.Executions))
	for i, arn := range r.Executions {
		executions[i] = execution{arn}
	}
	return map[string]any{"incidentRecord": struct {
		Arn                  string               `json:"arn"`
		AutomationExecutions []execution          `json:"automationExecutions"`
		ChatChannel          *chatChannel         `json:"chatChannel"`
		CreationTime         epoch                `json:"creationTime"`
		DedupeString         string               `json:"dedupeString"`
		Impact               int                  `json:"impact"`
		IncidentRecordSource incidentOrigin       `json:"incidentRecordSource"`
		LastModifiedBy       string               `json:"lastModifiedBy"`
		LastModifiedTime     epoch                `json:"lastModifiedTime"`
		NotificationTargets  []notificationTarget `json:"notificationTargets"`
		ResolvedTime         *epoch               `json:"resolvedTime"`
		Status               string               `json:"status"`
		Summary              *string              `json:"summary"`
		Title                string               `json:"title"`
	}{r.ARN, executions, r.ChatChannel, epoch(r.Created), r.Dedupe, r.Impact, r.Source, r.ModifiedBy, epoch(r.Modified),
		orEmpty(r.Notifications), nullableEpoch(r.Resolved), r.Status, r.Summary, r.Title}}, nil
}

// nullableEpoch is null for an instant that has not come.
func nullableEpoch(t time.Time) *epoch {
	if t.IsZero() {
		return nil
	}
	e := epoch(t)
	return &e
}

// incidentFilters is what ListIncidentRecords can be asked for.
var incidentFilters = map[string]filterKind{"creationTime": byTime, "impact": byInteger, "status": byText, "createdBy": byText}

// listIncidents shows the newest first. The order is not documented; the one timeline that AWS
// publishes is in this order too.
func listIncidents(c *call, st *state, in *struct {
	Filters    []filter
	MaxResults int
	NextToken  string
}) (any, error) {
	if err := checkFilters(in.Filters, incidentFilters); err != nil {
		return nil, err
	}
	pg, err := incidentsPage(c, in.NextToken, in.MaxResults, question(in.Filters))
	if err != nil {
		return nil, err
	}
	var found []*incident
	for _, r := range st.incidents.below("") {
		if matches(in.Filters, r.attribute) {
			found = append(found, r)
		}
	}
	type summary struct {
		Arn                  string         `json:"arn"`
		CreationTime         epoch          `json:"creationTime"`
		Impact               int            `json:"impact"`
		IncidentRecordSource incidentOrigin `json:"incidentRecordSource"`
		ResolvedTime         *epoch         `json:"resolvedTime"`
		Status               string         `json:"status"`
		Title                string         `json:"title"`
	}
	rows := takeSorted(pg, found, func(r *incident) string { return placeInTime(r.Created, r.Number) + r.Key }, true)
	out := make([]summary, len(rows))
	for i, r := range rows {
		out[i] = summary{r.ARN, epoch(r.Created), r.Impact, r.Source, nullableEpoch(r.Resolved), r.Status, r.Title}
	}
	return map[string]any{"incidentRecordSummaries": out, "nextToken": pg.nullableNext()}, nil
}

func (r *incident) attribute(key string) any {
	switch key {
	case "creationTime":
		return r.Created
	case "impact":
		return r.Impact
	case "status":
		return r.Status
	}
	return r.Source.CreatedBy
}

// updateIncident is a patch. What it changes is told in one timeline event; a call that changes
// nothing leaves no trace.
func updateIncident(c *call, tx *tx, in *struct {
	Arn                 string
	ChatChannel         *chatChannel
	Impact              *int
	NotificationTargets []notificationTarget
	Status              *string
	Summary             *string
	Title               *string
}) (any, error) {
	old, err := findIncident(c, tx.state, in.Arn)
	if err != nil {
		return nil, err
	}
	r := *old
	var changes []attributeChange
	note := func(name, value string, changed bool) {
		if changed {
			changes = append(changes, attributeChange{name, value})
		}
	}
	if in.Title != nil {
		note("title", *in.Title, r.Title != *in.Title)
		r.Title = *in.Title
	}
	if in.Impact != nil {
		note("impact", strconv.Itoa(*in.Impact), r.Impact != *in.Impact)
		r.Impact = *in.Impact
	}
	if in.Summary != nil {
		note("summary", *in.Summary, r.Summary == nil || *r.Summary != *in.Summary)
		r.Summary = in.Summary
	}
	if in.ChatChannel != nil {
		value := jsonText(in.ChatChannel)
		note("chatChannel", value, value != jsonText(r.ChatChannel))
		r.ChatChannel = in.ChatChannel
	}
	if in.NotificationTargets != nil {
		value := jsonText(in.NotificationTargets)
		note("notificationTargets", value, value != jsonText(orEmpty(r.Notifications)))
		r.Notifications = in.NotificationTargets
	}
	if in.Status != nil && *in.Status != r.Status {
		note("status", *in.Status, true)
		r.setStatus(c, tx, *in.Status)
	}
	if len(changes) > 0 {
		r.changed(c, tx, changes)
	}
	return nil, nil
}

// setStatus resolves an incident or opens it again, which no documentation forbids.
func (r *incident) setStatus(c *call, tx *tx, status string) {
	r.Status = status
	if status == incidentResolved {
		r.Resolved = c.instant()
		r.release(tx)
		stopEngagements(c, tx, r.ARN)
		return
	}
	r.Resolved = time.Time{}
	if r.Trigger != "" && tx.openTriggers.get(r.Trigger) == nil {
		tx.openTriggers.put(tx, r.Trigger, &openTrigger{r.Key})
	}
}

// release ends the absorbing of triggers: only an open incident does that.
func (r *incident) release(tx *tx) {
	if open := tx.openTriggers.get(r.Trigger); open != nil && open.Incident == r.Key {
		tx.openTriggers.put(tx, r.Trigger, nil)
	}
}

// attributeChange is one line of a record update, spelled as the wire does.
type attributeChange struct {
	AttributeName string `json:"attributeName"`
	NewValue      string `json:"newValue"`
}

// changed puts a changed copy of a record and tells the timeline and whoever is to be notified.
func (r *incident) changed(c *call, tx *tx, changes []attributeChange) {
	r.notify(c, tx, eventUpdate, r.changedQuietly(c, tx, changes))
}

// changedQuietly is changed without notifying anybody: the service's own additions while an
// incident starts. It returns what it told the timeline.
func (r *incident) changedQuietly(c *call, tx *tx, changes []attributeChange) string {
	r.Modified, r.ModifiedBy = c.instant(), callerARN(c.account)
	tx.incidents.put(tx, r.Key, r)
	data := jsonText(struct {
		IncidentTitle      string            `json:"incidentTitle"`
		ModifiedAttributes []attributeChange `json:"modifiedAttributes"`
		ModifiedBy         string            `json:"modifiedBy"`
	}{r.Title, changes, r.ModifiedBy})
	addEvent(tx, r.Key, timelineEvent{Type: eventUpdate, Data: data, At: r.Modified, Updated: r.Modified})
	return data
}

// instant is now as incidents keep it: to the millisecond, as the wire shows it.
func (c *call) instant() time.Time { return c.now.Truncate(time.Millisecond).UTC() }

// deleteIncident takes timeline, related items and findings with it, and stops whoever is still
// being paged. The operation declares no ResourceNotFound: deleting what is not there succeeds.
func deleteIncident(c *call, tx *tx, in *incidentARN) (any, error) {
	key, err := incidentsName(c, in.Arn, "incident-record")
	if err != nil {
		return nil, err
	}
	r := tx.incidents.get(key)
	if r == nil {
		return nil, nil
	}
	r.release(tx)
	stopEngagements(c, tx, r.ARN)
	dropBelow(tx, &tx.timeline, key+"/")
	dropBelow(tx, &tx.related, key+"/")
	dropBelow(tx, &tx.findings, key+"/")
	tx.incidents.put(tx, key, nil)
	return nil, nil
}

func dropBelow[T any](tx *tx, t *table[T], prefix string) {
	var keys []string
	for key := range t.below(prefix) {
		keys = append(keys, key)
	}
	for _, key := range keys {
		t.put(tx, key, nil)
	}
}

// nextNumber is one more than the greatest number among the keys PREFIX/NUMBER; prefix ends with a
// slash.
func nextNumber(keys []string, prefix string) int {
	i := searchEnd(keys, prefix)
	if i == 0 || !strings.HasPrefix(keys[i-1], prefix) {
		return 1
	}
	n, _ := strconv.Atoi(keys[i-1][len(prefix):]) // every key below prefix is one of ours
	return n + 1
}
