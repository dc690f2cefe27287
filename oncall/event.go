package oncall

import "time"

// EventType says what happened.
type EventType string

// What can happen to an incident.
const (
	// IncidentOpened is the first event of an incident.
	IncidentOpened EventType = "incident"
	// StageBegan: of an escalation plan, or, with a Contact, of that person's
	// engagement plan. Stage is its index.
	StageBegan EventType = "stage"
	// Paged is the first message to a channel in a stage, Retried each later one.
	Paged   EventType = "page"
	Retried EventType = "retry"
	// Acknowledged by the Contact, who had been paged.
	Acknowledged EventType = "acknowledge"
	// NobodyOnCall: a schedule was engaged while nobody was on call in any of its
	// rotations. Path ends with the schedule.
	NobodyOnCall EventType = "nobody_on_call"
	// Unreachable: somebody or something could not be engaged or paged, see Reason.
	Unreachable EventType = "unreachable"
	// Ended: nothing more happens by itself. An engagement added later ends again.
	Ended EventType = "end"
)

// Reason says why somebody was unreachable or why a run ended.
type Reason string

// Reasons of Unreachable and Ended events.
const (
	NotActivated   Reason = "not_activated"   // the channel is there and has not been activated
	NoSuchChannel  Reason = "no_channel"      // the stage names a channel that is not there
	NoActivePage   Reason = "no_active_page"  // no stage of the contact pages an activated channel
	NoStages       Reason = "no_stages"       // the plan of the contact, or the escalation plan, is empty
	UnknownTarget  Reason = "unknown_target"  // nothing that may be engaged here has that name
	AllResolved    Reason = "resolved"        // the incident was resolved
	AllRun         Reason = "over"            // every stage is over
	NothingPending Reason = "nothing_pending" // what was left was acknowledged or stopped
)

// Event is something that happened to a run. The slices are the run's own: read them only.
type Event struct {
	Time time.Time `json:"time"`
	Type EventType `json:"type"`
	// Root is the index in [Run.Roots] of the engagement it belongs to, Engaged the index
	// in [Run.Engaged] of the person's part in it; -1: none.
	Root    int `json:"root"`
	Engaged int `json:"engaged"`
	// Contact is the person, or, of an unknown target, its name.
	Contact     string      `json:"contact,omitempty"`
	Channel     string      `json:"channel,omitempty"`
	ChannelType ChannelType `json:"channel_type,omitempty"`
	// Path is how the contact came to be engaged: through an escalation plan, a schedule,
	// both, or neither.
	Path []Hop `json:"path,omitempty"`
	// Stage is the index of the stage in the contact's plan; of an escalation
	// plan's event, in that.
	Stage int `json:"stage"`
	// Attempt counts the messages to one channel in one stage from 1; 0: not a message.
	Attempt int    `json:"attempt,omitempty"`
	Reason  Reason `json:"reason,omitempty"`
}

// Hop is a step on the way to a contact.
type Hop struct {
	Kind  Kind   `json:"kind"`
	Name  string `json:"name"`
	Stage int    `json:"stage"` // of an escalation plan, the index of the stage
}

// String prints the hop as an address: schedule/primary.
func (h Hop) String() string { return string(h.Kind) + "/" + h.Name }
