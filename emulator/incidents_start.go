package emulator

// StartIncident, in the order of what depends on what: is the trigger absorbed, the record, the
// events that tell of it, the parent OpsItem, engagements, the runbook, notifications.

import (
	"crypto/rand"
	"encoding/hex"
	"maps"
	"strings"
	"time"
)

// byHand is the source of an incident that somebody starts without saying why [api-ref].
const byHand = "aws.ssm-incidents.custom"

type triggerDetails struct {
	RawData    *string
	Source     string
	Timestamp  time.Time
	TriggerArn *string
}

type incidentInput struct {
	Impact          *int
	RelatedItems    []relatedItem
	ResponsePlanArn string
	Title           *string
	TriggerDetails  *triggerDetails
	Invoker         string // ARN of the role of a service that raises it; no client can send it
}

func startIncident(c *call, tx *tx, in *incidentInput) (any, error) {
	p, err := findPlan(c, tx.state, in.ResponsePlanArn)
	if err != nil {
		return nil, err
	}
	if t := in.TriggerDetails; t != nil && strings.HasPrefix(t.Source, "aws.") && !c.opts.Rules.ReservedSources {
		return nil, badIncident("Sources that begin with aws. are reserved for AWS services: " + t.Source)
	}
	arn, err := beginIncident(c, tx, p, in)
	if err != nil {
		return nil, err
	}
	return map[string]string{"incidentRecordArn": arn}, nil
}

// beginIncident opens an incident, or adds the trigger to the one that absorbs it, and returns the
// ARN of either.
func beginIncident(c *call, tx *tx, p *responsePlan, in *incidentInput) (arn string, err error) {
	trigger := triggerOf(c, p, in)
	if r := absorbing(tx.state, trigger); r != nil {
		r.addTrigger(c, tx, in, false)
		return r.ARN, nil
	}
	r := newIncident(c, tx, p, in, trigger)
	tx.incidents.put(tx, r.Key, r)
	if trigger != "" {
		tx.openTriggers.put(tx, trigger, &openTrigger{r.Key})
	}
	for _, item := range in.RelatedItems {
		addRelated(tx, r.Key, item)
	}
	r.addTrigger(c, tx, in, true)
	started := r.addStart(tx, p)
	r = r.addParent(c, tx)
	if err := r.engageAll(c, tx, p); err != nil {
		return "", err
	}
	for _, a := range p.Actions {
		r = r.startRunbook(c, tx, a.SsmAutomation)
	}
	r.notify(c, tx, eventStart, started)
	return r.ARN, nil
}

// absorbing is the open incident that takes a trigger as its own, nil when there is none.
func absorbing(st *state, trigger string) *incident {
	if open := st.openTriggers.get(trigger); open != nil {
		return st.incidents.get(open.Incident)
	}
	return nil
}

// triggerOf is what makes a trigger the same as another one, "" when nothing does. The dedupe string
// counts in the whole account, as documented; without one, it is the alarm or rule that triggers,
// for each response plan on its own: an alarm may name several [inference].
func triggerOf(c *call, p *responsePlan, in *incidentInput) string {
	if s := p.Template.DedupeString; s != nil && *s != "" {
		if c.opts.Rules.DedupeWithinPlan {
			return "string " + p.Name + " " + *s
		}
		return "string " + *s
	}
	if t := in.TriggerDetails; t != nil && t.TriggerArn != nil && absorbs(*t.TriggerArn) {
		return "trigger " + p.Name + " " + *t.TriggerArn
	}
	return ""
}

// absorbs reports whether an ARN is that of a CloudWatch alarm or of an EventBridge rule: incidents
// of the same one are deduplicated by themselves [guide].
func absorbs(arn string) bool {
	parts := strings.SplitN(arn, ":", 6)
	return len(parts) == 6 && (parts[2] == "cloudwatch" && strings.HasPrefix(parts[5], "alarm:") ||
		parts[2] == "events" && strings.HasPrefix(parts[5], "rule/"))
}

func newIncident(c *call, tx *tx, p *responsePlan, in *incidentInput, trigger string) *incident {
	t := p.Template
	key := p.Name + "/" + newUUID()
	who := callerARN(c.account)
	r := &incident{ARN: incidentsARN(c.account, "incident-record", key), Key: key, Number: tx.incidents.len(), Created: c.instant(),
		Modified: c.instant(), ModifiedBy: who, Status: incidentOpen, Title: t.Title, Impact: t.Impact, Summary: t.Summary,
		Dedupe: newUUID(), Trigger: trigger, ChatChannel: p.ChatChannel, Notifications: t.NotificationTargets,
		Source: incidentOrigin{CreatedBy: who, InvokedBy: &who, Source: byHand},
		Tags:   maps.Clone(t.IncidentTags), Tagged: len(t.IncidentTags) > 0}
	if t.DedupeString != nil && *t.DedupeString != "" {
		r.Dedupe = *t.DedupeString
	}
	if in.Title != nil {
		r.Title = *in.Title
	}
	if in.Impact != nil {
		r.Impact = *in.Impact
	}
	if in.Invoker != "" {
		r.Source.CreatedBy, r.Source.InvokedBy, r.ModifiedBy = in.Invoker, nil, in.Invoker
	}
	if d := in.TriggerDetails; d != nil {
		r.Source.Source, r.Source.ResourceArn = d.Source, d.TriggerArn
	}
	return r
}

// addTrigger tells the timeline of a trigger, also of one that opens nothing.
func (r *incident) addTrigger(c *call, tx *tx, in *incidentInput, opened bool) {
	data := struct {
		CreatedIncident bool    `json:"createdIncident"`
		IncidentSource  string  `json:"incidentSource"`
		RawData         *string `json:"rawData,omitempty"`
		TriggerArn      *string `json:"triggerArn,omitempty"`
	}{CreatedIncident: opened, IncidentSource: byHand}
	at := c.instant()
	if d := in.TriggerDetails; d != nil {
		data.IncidentSource, data.RawData, data.TriggerArn, at = d.Source, d.RawData, d.TriggerArn, d.Timestamp
	}
	addEvent(tx, r.Key, timelineEvent{Type: eventTrigger, Data: jsonText(data), At: at, Updated: c.instant()})
}

// addStart tells the timeline that the incident is open, and returns what it told. A contact that is
// not there any more is not named.
func (r *incident) addStart(tx *tx, p *responsePlan) string {
	type engaged struct {
		ContactArn  string `json:"contactArn"`
		ContactName string `json:"contactName"`
	}
	data := struct {
		ContactsEngage     []engaged `json:"contactsEngage"`
		IncidentTitle      string    `json:"incidentTitle"`
		SsmDocumentName    *string   `json:"ssmDocumentName,omitempty"`
		SsmDocumentVersion *string   `json:"ssmDocumentVersion,omitempty"`
		TriggerArn         *string   `json:"triggerArn,omitempty"`
	}{ContactsEngage: []engaged{}, IncidentTitle: r.Title, TriggerArn: r.Source.ResourceArn}
	for _, arn := range p.Engagements {
		if who := contactAt(tx.state, arn); who != nil {
			name := who.Alias
			if who.DisplayName != nil && *who.DisplayName != "" {
				name = *who.DisplayName
			}
			data.ContactsEngage = append(data.ContactsEngage, engaged{who.ARN, name})
		}
	}
	for _, a := range p.Actions {
		data.SsmDocumentName, data.SsmDocumentVersion = &a.SsmAutomation.DocumentName, a.SsmAutomation.DocumentVersion
	}
	addEvent(tx, r.Key, timelineEvent{Type: eventStart, Data: jsonText(data), At: r.Created, Updated: r.Created})
	return jsonText(data)
}

// contactAt is the contact of an ARN, nil when there is none.
func contactAt(st *state, arn string) *contact {
	region, alias := splitContactARN(arn)
	if p := st.contacts.get(region + "/" + alias); p != nil && p.ARN == arn {
		return p
	}
	return nil
}

// addParent links the OpsItem that the real service makes for each incident. There is no OpsCenter
// behind it here.
func (r *incident) addParent(c *call, tx *tx) *incident {
	var id [6]byte
	rand.Read(id[:]) // never fails
	item := arnItem("PARENT", "arn:aws:ssm:"+c.region+":"+c.account+":opsItem/oi-"+hex.EncodeToString(id[:]), "parentItem")
	addRelated(tx, r.Key, item)
	out := *r
	out.changedQuietly(c, tx, relatedChange("itemToAdd", item.withoutID()))
	return &out
}

// engageAll begins the engagements of a plan, all at once. A plan may name contacts that are gone:
// they are skipped.
func (r *incident) engageAll(c *call, tx *tx, p *responsePlan) error {
	content := "Incident " + r.ARN + " was opened from the response plan " + p.Name + "."
	if r.Summary != nil && *r.Summary != "" {
		content += "\n\n" + *r.Summary
	}
	if runes := []rune(content); len(runes) > maxContent {
		content = string(runes[:maxContent])
	}
	subject := r.Title
	if subject == "" {
		subject = "Incident of " + p.Name
	}
	for _, arn := range p.Engagements {
		if contactAt(tx.state, arn) == nil {
			continue
		}
		_, err := engage(c, tx, engagementInput{ContactARN: arn, Sender: engagementSender, Subject: subject, Content: content,
			PublicSubject: "Incident Manager incident", PublicContent: "You are engaged in an incident.", Incident: r.ARN})
		if err != nil {
			return err
		}
	}
	return nil
}

// engagementSender is who pages for an incident [inference].
const engagementSender = "aws.ssm-incidents"

// maxContent is the length of an engagement's content, in characters.
const maxContent = 8192

// incidentKeyOf is the key of an incident by its ARN, "" when it is no such ARN.
func incidentKeyOf(arn string) string {
	_, key, _ := strings.Cut(arn, ":incident-record/")
	return key
}
