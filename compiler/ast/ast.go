// Package ast is a plan as its author wrote it: every value with its place, in
// the order of the files, nothing computed and nothing left out. Findings point
// into it; lowering reads it. It knows neither YAML nor AWS.
package ast

import (
	"time"

	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/internal/mask"
)

// Val is a value with the place it was written. The zero Val was not written.
type Val[T any] struct {
	V  T
	At diag.Pos
}

// Pos is where the value was written.
func (v Val[T]) Pos() diag.Pos { return v.At }

// Set reports whether the author wrote the value at all.
func (v Val[T]) Set() bool { return !v.At.IsZero() }

// Or returns the value, or otherwise when it was not written.
func (v Val[T]) Or(otherwise T) T {
	if v.Set() {
		return v.V
	}
	return otherwise
}

// The scalars of the language. A Duration is a whole number of minutes.
type (
	Text     = Val[string]
	Int      = Val[int]
	Flag     = Val[bool]
	Duration = Val[time.Duration]
)

// Plan is a whole plan folder. Lists are sorted by file, then by place in it.
type Plan struct {
	ReplicationSet  *ReplicationSet
	Contacts        []*Contact
	Schedules       []*Schedule
	EscalationPlans []*EscalationPlan
	ImpactLevels    []*ImpactLevel
	Runbooks        []*Runbook
	ChatChannels    []*ChatChannel
	ResponsePlans   []*ResponsePlan
	Monitors        []*Monitor
	EventRules      []*EventRule
}

// Item is what every named item of a section has. Name is the key it is written
// under; its place is the key's. A protected item is not deleted before a commit
// has removed the flag.
type Item struct {
	Name    Text
	Protect Flag
}

// Pair is one entry of a map that the author fills freely: a tag, a parameter.
type Pair struct{ Key, Value Text }

// ReplicationSet is the section replication_set: the Regions of the account.
// At is the place of the section's key.
type ReplicationSet struct {
	At                 diag.Pos
	Regions            []*Region // as written; the first is the home Region
	DeletionProtection Flag
	Protect            Flag
	Tags               []Pair
}

// Region is one Region of the replication set and the ARN of its customer key;
// without one AWS's own key is used.
type Region struct{ Name, KMSKey Text }

// Contact is a person.
type Contact struct {
	Item
	DisplayName    Text // name:
	Channels       []*Channel
	EngagementPlan []*Stage
	Tags           []Pair
}

// Channel is one way to reach a contact. Type is EMAIL, SMS or VOICE; its place
// is the key (email, sms, voice) the author wrote.
type Channel struct {
	Item
	DisplayName Text // name:
	Type        Text
	Address     Address
}

// Address is where a channel delivers to: a literal Value, or a reference that
// is read only when a target is spoken to. From is "" for a literal that anybody can
// read, "sops" or "age" for one in an encrypted file, else "env", "file", "ssm" or
// "secret"; Ref is the variable's name, the file's path relative to the plan folder,
// the parameter's name (PATH or PATH:VERSION), or the secret's (NAME or ARN, with
// #KEY or not). Value is zero as long as a reference was not read.
type Address struct {
	At    diag.Pos
	Value mask.String
	From  string
	Ref   string
}

// Stage is one step of an engagement plan (Page names channels of the contact)
// or of an escalation plan (Page names contacts and schedules). The next stage
// begins Wait after this one began. Retry is how often an unanswered page is
// repeated; engagement plans only.
type Stage struct {
	At    diag.Pos
	Page  []*Target
	Retry Duration
	Wait  Duration
}

// Target is whom or what a stage pages. StopsEscalation is written as
// {contact: NAME, stops_escalation: false}; not written means true.
//
// Resolve fills exactly one of Channel, Contact and Schedule for a name that exists.
type Target struct {
	Name            Text
	StopsEscalation Flag

	Channel  *Channel
	Contact  *Contact
	Schedule *Schedule
}

// EscalationPlan says who is engaged when.
type EscalationPlan struct {
	Item
	DisplayName Text // name:
	Stages      []*Stage
	Tags        []Pair
}

// ImpactLevel names one of AWS's five impact codes, 1 (critical) to 5 (none).
type ImpactLevel struct {
	Item
	Level       Int
	Description Text
	Require     *Require // nil when nothing is promised
}

// Require is what an impact level promises about every response plan of that
// impact. PageWithin is the longest time to the first call or text, whenever the
// incident starts; HumanStages the least number of different people it reaches.
type Require struct {
	At            diag.Pos
	PageWithin    Duration
	HumanStages   Int
	Runbook, Chat Flag
}

// Runbook is an Automation document and how an incident starts it. With a Source the
// document is our own: it is made of the file's Content, and Document is its name in AWS,
// the item's when not written.
type Runbook struct {
	Item
	Document     Text // name or ARN
	Source       Text // path of a file in the plan folder
	Version      Text // $DEFAULT, $LATEST or a number
	Role         Text // ARN; not written when MakeRole is there
	MakeRole     *RunbookRole
	Account      Text // impacted or owner
	Parameters   []*Parameter
	FromIncident []Pair // parameter: involved_resources or incident_arn
	Tags         []Pair // of the own document and of the role that is made

	// Content is the text of the file Source names, and Format YAML or JSON; "" when it
	// could not be read, which is a finding.
	Content, Format string
}

// DocumentName is the name or ARN by which AWS knows the document.
func (r *Runbook) DocumentName() string {
	if r.Source.Set() {
		return r.Document.Or(r.Name.V)
	}
	return r.Document.V
}

// RunbookRole is a role that watchbill makes for a runbook: it may start the document,
// the documents that one starts, and what Allow says. Accounts are those that a runbook
// with account: impacted may go to, the target's own when none is written.
type RunbookRole struct {
	At       diag.Pos
	Create   Flag
	Allow    []*Permission
	Starts   []Text // documents that the document starts and that cannot be seen in it
	Accounts []Text
}

// Permission is one thing a role may do. Written as a text it is one action on everything.
type Permission struct {
	At                 diag.Pos
	Actions, Resources []Text
}

// Parameter is one document parameter with its values in order.
type Parameter struct {
	Key    Text
	Values []Text
}

// ResponsePlan is what happens when an incident starts.
type ResponsePlan struct {
	Item
	DisplayName  Text // name:
	Title        Text
	Impact       Text
	Summary      Text
	Engage       []*Engagement
	Chat         []*TopicUse
	Runbook      Text
	Dedupe       Text
	Notify       []*TopicUse
	IncidentTags []Pair
	Tags         []Pair
	PagerDuty    *PagerDuty
	ShareWith    []Text // account IDs

	// Filled by resolve for names that exist.
	ImpactLevel *ImpactLevel
	RunbookItem *Runbook
}

// Engagement is one entry of a response plan's engage list. Resolve fills
// exactly one of Contact, Schedule and EscalationPlan for a name that exists.
type Engagement struct {
	Name           Text
	Contact        *Contact
	Schedule       *Schedule
	EscalationPlan *EscalationPlan
}

// PagerDuty mirrors incidents to a PagerDuty service. Secret is the ARN of the
// Secrets Manager secret that holds the token; it is not itself secret.
type PagerDuty struct {
	At                    diag.Pos
	Name, Service, Secret Text
}
