package emulator

// Timelines. An event's id ends with its number within the incident, in hexadecimal, so that it is
// found without a search; the rest is random.

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// The types of events that AWS writes [user-code] [api-ref], and the two that customers write.
const (
	eventTrigger      = "SSM Incident Trigger"
	eventStart        = "SSM Incident Start"
	eventUpdate       = "SSM Incident Record Update"
	eventPage         = "SSM Contacts Page for Incident"
	eventAcknowledged = "SSM Contacts Page Acknowledgement for Incident"
	eventNoRunbook    = "SSM Automation Execution Start Failure for Incident"
	eventCustom       = "Custom Event"
	eventNote         = "Note"
)

// timelineEvent is a row; its key is PLAN/UUID/NUMBER.
type timelineEvent struct {
	ID         string
	Number     int
	Type       string
	Data       string
	At         time.Time
	Updated    time.Time
	References []eventReference
}

// eventReference is spelled as the wire does; one of the two is set.
type eventReference struct {
	RelatedItemId *string `json:"relatedItemId,omitempty"`
	Resource      *string `json:"resource,omitempty"`
}

func eventKey(incident string, number int) string { return fmt.Sprintf("%s/%012d", incident, number) }

// addEvent puts an event at the end of an incident's timeline and returns its id.
func addEvent(tx *tx, incident string, e timelineEvent) string {
	e.Number = nextNumber(tx.timeline.keys, incident+"/")
	e.ID = fmt.Sprintf("%s%012x", newUUID()[:24], e.Number)
	tx.timeline.put(tx, eventKey(incident, e.Number), &e)
	return e.ID
}

// eventByID is nil when the incident has no such event.
func eventByID(st *state, incident, id string) *timelineEvent {
	if len(id) != 36 {
		return nil
	}
	n, err := strconv.ParseUint(id[24:], 16, 48)
	if err != nil {
		return nil
	}
	if e := st.timeline.get(eventKey(incident, int(n))); e != nil && e.ID == id {
		return e
	}
	return nil
}

// paged is how incidents learn what engagements do: a pagingHook.
func paged(tx *tx, p pagingEvent) {
	key := incidentKeyOf(p.Incident)
	if tx.incidents.get(key) == nil {
		return // an IncidentId may be any text
	}
	kind := eventPage
	if p.Kind == pageAcknowledged {
		kind = eventAcknowledged
	}
	at := p.At.Truncate(time.Millisecond).UTC()
	addEvent(tx, key, timelineEvent{Type: kind, At: at, Updated: at, Data: jsonText(struct {
		ContactArn    string `json:"contactArn"`
		EngagementArn string `json:"engagementArn"`
	}{p.ContactARN, p.EngagementARN})})
}

// customEvent refuses the types that are AWS's own: customers write, change and delete two types.
func customEvent(kind string) error {
	if kind == eventCustom || kind == eventNote {
		return nil
	}
	return badIncident("Timeline events of the type " + kind + " cannot be created, changed or deleted: only " + eventCustom + " and " + eventNote)
}

func createEvent(c *call, tx *tx, in *struct {
	EventData         string
	EventReferences   []eventReference
	EventTime         time.Time
	EventType         string
	IncidentRecordArn string
}) (any, error) {
	r, err := findIncident(c, tx.state, in.IncidentRecordArn)
	if err != nil {
		return nil, err
	}
	if err := customEvent(in.EventType); err != nil {
		return nil, err
	}
	id := addEvent(tx, r.Key, timelineEvent{Type: in.EventType, Data: in.EventData, At: in.EventTime, Updated: c.instant(), References: in.EventReferences})
	return map[string]string{"eventId": id, "incidentRecordArn": r.ARN}, nil
}

type eventAddress struct{ EventId, IncidentRecordArn string }

func findEvent(c *call, st *state, in *eventAddress) (*incident, *timelineEvent, error) {
	r, err := findIncident(c, st, in.IncidentRecordArn)
	if err != nil {
		return nil, nil, err
	}
	e := eventByID(st, r.Key, in.EventId)
	if e == nil {
		return nil, nil, incidentsNotFound("Timeline event not found", kindEvent, in.EventId)
	}
	return r, e, nil
}

// eventSummary is an event as ListTimelineEvents shows it: without its data.
type eventSummary struct {
	EventID           string           `json:"eventId"`
	EventReferences   []eventReference `json:"eventReferences"`
	EventTime         epoch            `json:"eventTime"`
	EventType         string           `json:"eventType"`
	EventUpdatedTime  epoch            `json:"eventUpdatedTime"`
	IncidentRecordArn string           `json:"incidentRecordArn"`
}

func (e *timelineEvent) summary(arn string) eventSummary {
	return eventSummary{e.ID, orEmpty(e.References), epoch(e.At), e.Type, epoch(e.Updated), arn}
}

func getEvent(c *call, st *state, in *eventAddress) (any, error) {
	r, e, err := findEvent(c, st, in)
	if err != nil {
		return nil, err
	}
	return map[string]any{"event": struct {
		eventSummary
		EventData string `json:"eventData"`
	}{e.summary(r.ARN), e.Data}}, nil
}

// eventFilters is what ListTimelineEvents can be asked for.
var eventFilters = map[string]filterKind{"eventTime": byTime, "eventType": byText, "eventReference": byText}

func (e *timelineEvent) attribute(key string) any {
	switch key {
	case "eventTime":
		return e.At
	case "eventType":
		return e.Type
	}
	var refs []string
	for _, ref := range e.References {
		for _, text := range []*string{ref.RelatedItemId, ref.Resource} {
			if text != nil {
				refs = append(refs, *text)
			}
		}
	}
	return refs
}

// listEvents shows the newest first unless it is asked otherwise, as AWS's sample does [api-ref].
func listEvents(c *call, st *state, in *struct {
	Filters           []filter
	IncidentRecordArn string
	MaxResults        int
	NextToken         string
	SortOrder         string
}) (any, error) {
	r, err := findIncident(c, st, in.IncidentRecordArn)
	if err != nil {
		return nil, err
	}
	if err := checkFilters(in.Filters, eventFilters); err != nil {
		return nil, err
	}
	pg, err := incidentsPage(c, in.NextToken, in.MaxResults, r.Key, question(in.Filters), in.SortOrder)
	if err != nil {
		return nil, err
	}
	var found []*timelineEvent
	for _, e := range st.timeline.below(r.Key + "/") {
		if matches(in.Filters, e.attribute) {
			found = append(found, e)
		}
	}
	rows := takeSorted(pg, found, func(e *timelineEvent) string { return placeInTime(e.At, e.Number) }, in.SortOrder != "ASCENDING")
	out := make([]eventSummary, len(rows))
	for i, e := range rows {
		out[i] = e.summary(r.ARN)
	}
	return map[string]any{"eventSummaries": out, "nextToken": pg.nullableNext()}, nil
}

// updateEvent is a patch; references are replaced as a whole.
func updateEvent(c *call, tx *tx, in *struct {
	EventData         *string
	EventId           string
	EventReferences   []eventReference
	EventTime         *time.Time
	EventType         *string
	IncidentRecordArn string
}) (any, error) {
	r, old, err := findEvent(c, tx.state, &eventAddress{in.EventId, in.IncidentRecordArn})
	if err != nil {
		return nil, err
	}
	e := *old
	kinds := []string{e.Type}
	if in.EventType != nil {
		e.Type = *in.EventType
		kinds = append(kinds, e.Type)
	}
	for _, kind := range kinds {
		if err := customEvent(kind); err != nil {
			return nil, err
		}
	}
	if in.EventData != nil {
		e.Data = *in.EventData
	}
	if in.EventTime != nil {
		e.At = *in.EventTime
	}
	if in.EventReferences != nil {
		e.References = slices.Clone(in.EventReferences)
	}
	e.Updated = c.instant()
	tx.timeline.put(tx, eventKey(r.Key, e.Number), &e)
	return nil, nil
}

// deleteEvent declares no ResourceNotFound: deleting what is not there succeeds.
func deleteEvent(c *call, tx *tx, in *eventAddress) (any, error) {
	key, err := incidentsName(c, in.IncidentRecordArn, "incident-record")
	if err != nil {
		return nil, err
	}
	e := eventByID(tx.state, key, in.EventId)
	if e == nil {
		return nil, nil
	}
	if err := customEvent(e.Type); err != nil {
		return nil, err
	}
	tx.timeline.put(tx, eventKey(key, e.Number), nil)
	return nil, nil
}
