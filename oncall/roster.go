package oncall

import "time"

// Roster is everything that decides who is paged when an incident opens. Contacts,
// schedules and escalation plans share one namespace, as in AWS. A name that
// stands for nothing is no error: AWS allows it, and pages nobody.
type Roster struct {
	People      map[string]Person
	Schedules   map[string]*Schedule
	Escalations map[string][]Stage
	// ResponsePlans are the contacts, schedules and escalation plans each one engages.
	ResponsePlans map[string][]string
	Rules         Rules
}

// Person is a contact: channels by name, and the engagement plan that says which of
// them to try when.
type Person struct {
	Channels map[string]Channel
	Stages   []Stage
}

// ChannelType is how a channel reaches a person.
type ChannelType string

// The channel types of AWS.
const (
	Email ChannelType = "email"
	SMS   ChannelType = "sms"
	Voice ChannelType = "voice"
)

// Word is what people call a message of the type: mail, text or call; a page when it is none
// of AWS's.
func (t ChannelType) Word() string {
	switch t {
	case Email:
		return "mail"
	case SMS:
		return "text"
	case Voice:
		return "call"
	}
	return "page"
}

// Channel is one way to reach a person. It is never asked for its address.
type Channel struct {
	Type   ChannelType
	Active bool // the code was entered; others are not paged
	// Undelivered messages are sent and never arrive. It only matters with
	// [Rules.DeliveredOnce]: otherwise what arrived is repeated too.
	Undelivered bool
}

// Stage is a step of an engagement plan or an escalation plan: its targets are engaged
// together, and the next stage begins Wait later. The wait of the last stage
// bounds its retries. A negative wait is none.
type Stage struct {
	Wait    time.Duration
	Targets []Target
}

// Target is a channel in an engagement plan, a contact or a schedule in an escalation plan.
type Target struct {
	// Channel of the person whose plan it is, by name.
	Channel string
	// Retry is the time to the next attempt while nobody answers; 0 sends once.
	Retry time.Duration
	// Contact is a person or a schedule, by name.
	Contact string
	// Essential: their acknowledgement stops later stages of the escalation plan. Of a
	// schedule it holds for whoever is on call.
	Essential bool
}

// Kind says what a name of the roster stands for.
type Kind string

// The kinds of things that can be engaged, by the words of watchbill's addresses.
const (
	Contact        Kind = "contact"
	OnCallSchedule Kind = "schedule"
	EscalationPlan Kind = "escalation_plan"
)

// Kind of a name, "" when it stands for nothing.
func (r *Roster) Kind(name string) Kind {
	if _, ok := r.People[name]; ok {
		return Contact
	}
	if _, ok := r.Schedules[name]; ok {
		return OnCallSchedule
	}
	if _, ok := r.Escalations[name]; ok {
		return EscalationPlan
	}
	return ""
}
