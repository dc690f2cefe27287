package emulator

import (
	"slices"
	"strings"
)

// The types of a contact. A schedule and an escalation plan are contacts too, so all three share
// one namespace of aliases.
const (
	personal       = "PERSONAL"
	escalation     = "ESCALATION"
	onCallSchedule = "ONCALL_SCHEDULE"
)

// contact is a row: a person, an escalation plan or an on-call schedule.
type contact struct {
	ARN         string
	Region      string
	Alias       string
	DisplayName *string `json:",omitempty"` // nil: never given
	Type        string
	Plan        plan
	Policy      string            `json:",omitempty"` // shares the contact; "" is none
	Tags        map[string]string `json:",omitempty"`
	Tagged      bool              `json:",omitempty"` // has or once had tags: GetResources tells
}

func (p *contact) key() string { return p.Region + "/" + p.Alias }

func createContact(c *call, tx *tx, in *struct {
	Alias       string
	DisplayName *string
	Type        string
	Plan        plan
	Tags        []contactTag
}) (any, error) {
	p := &contact{ARN: contactARN(c.account, c.region, in.Alias), Region: c.region, Alias: in.Alias,
		DisplayName: in.DisplayName, Type: in.Type, Plan: in.Plan}
	if tx.contacts.get(p.key()) != nil {
		return nil, contactsConflict("A contact with the alias "+p.Alias+" already exists", kindContact, p.ARN)
	}
	if max := c.opts.Quotas.Contacts; max > 0 && tx.contacts.len() >= max {
		return nil, contactsQuota("The account has reached its number of contacts", kindContact, "L-7DD2017D")
	}
	if err := p.Plan.fit(c, tx.state, p); err != nil {
		return nil, err
	}
	if len(in.Tags) > 0 {
		if err := contactTagsHere(c, tx.state); err != nil {
			return nil, err
		}
		var err error
		if p.Tags, err = withContactTags(nil, in.Tags, kindContact); err != nil {
			return nil, err
		}
		p.Tagged = true
	}
	tx.contacts.put(tx, p.key(), p)
	return struct{ ContactArn string }{p.ARN}, nil
}

// findContact is the row an ARN speaks of.
func findContact(c *call, st *state, arn string) (*contact, error) {
	key, err := contactsKey(c, arn, "contact", kindContact)
	if err != nil {
		return nil, err
	}
	if p := st.contacts.get(key); p != nil {
		return p, nil
	}
	return nil, contactsNotFound(kindContact, arn)
}

// contactSummary is a contact as lists show it.
type contactSummary struct {
	ContactArn, Alias string
	DisplayName       *string `json:",omitempty"`
	Type              string
}

func (p *contact) summary() contactSummary {
	return contactSummary{p.ARN, p.Alias, p.DisplayName, p.Type}
}

// getContact returns no tags, as AWS does not.
func getContact(c *call, st *state, in *struct{ ContactId string }) (any, error) {
	p, err := findContact(c, st, in.ContactId)
	if err != nil {
		return nil, err
	}
	shown := p.Plan
	if p.Type == onCallSchedule && c.opts.Rules.ScheduleStages {
		shown.Stages = []stage{}
	}
	return struct {
		contactSummary
		Plan *plan
	}{p.summary(), &shown}, nil
}

func listContacts(c *call, st *state, in *struct {
	NextToken, AliasPrefix, Type string
	MaxResults                   int
}) (any, error) {
	pg, err := contactsPage(c, in.NextToken, in.MaxResults, in.AliasPrefix, in.Type)
	if err != nil {
		return nil, err
	}
	rows := takePage(pg, st.contacts.after(c.region+"/"+in.AliasPrefix, pg.after), func(p *contact) bool {
		return in.Type == "" || p.Type == in.Type
	})
	out := struct {
		NextToken string `json:",omitempty"`
		Contacts  []contactSummary
	}{pg.next, make([]contactSummary, len(rows))}
	for i, p := range rows {
		out.Contacts[i] = p.summary()
	}
	return out, nil
}

// updateContact is a patch: what is absent stays. A plan is replaced as a whole.
func updateContact(c *call, tx *tx, in *struct {
	ContactId   string
	DisplayName *string
	Plan        *plan
}) (any, error) {
	old, err := findContact(c, tx.state, in.ContactId)
	if err != nil {
		return nil, err
	}
	p := *old
	if in.DisplayName != nil {
		p.DisplayName = in.DisplayName
	}
	if in.Plan != nil {
		p.Plan = *in.Plan
		if err := p.Plan.fit(c, tx.state, &p); err != nil {
			return nil, err
		}
	}
	tx.contacts.put(tx, p.key(), &p)
	return nil, nil
}

// deleteContact takes the contact's channels with it. Plans and overrides that name it keep the
// dead ARN, as AWS documents for plans; a member of a rotation cannot be deleted.
func deleteContact(c *call, tx *tx, in *struct{ ContactId string }) (any, error) {
	p, err := findContact(c, tx.state, in.ContactId)
	if err != nil {
		return nil, err
	}
	if arns := rotationsWith(tx.state, p); len(arns) > 0 {
		return nil, contactsDependents("The contact is a member of on-call rotations", kindContact, p.ARN, kindRotation, arns)
	}
	var keys []string
	for key := range tx.channels.below(p.key() + "/") {
		keys = append(keys, key)
	}
	for _, key := range keys {
		tx.channels.put(tx, key, nil)
	}
	tx.contacts.put(tx, p.key(), nil)
	return nil, nil
}

// plan is a contact's plan. The tags keep the difference between an absent list and an empty one.
type plan struct {
	Stages      []stage  `json:",omitzero"`
	RotationIds []string `json:",omitzero"`
}

type stage struct {
	DurationInMinutes int
	Targets           []target
}

// target is one of the two; the API does not make it a union, the service does.
type target struct {
	ChannelTargetInfo *channelTargetInfo `json:",omitempty"`
	ContactTargetInfo *contactTargetInfo `json:",omitempty"`
}

type channelTargetInfo struct {
	ContactChannelId       string
	RetryIntervalInMinutes *int `json:",omitempty"`
}

type contactTargetInfo struct {
	ContactId   *string `json:",omitempty"`
	IsEssential bool
}

// fit makes a plan fit its contact, or says why it does not. A person or escalation plan without
// stages gets the empty list; a schedule keeps what it was given and reads back without stages.
func (p *plan) fit(c *call, st *state, owner *contact) error {
	if owner.Type == onCallSchedule {
		if p.Stages != nil {
			return badContact("ONCALL SCHEDULE contact cannot have stages in plan") // AWS's text [tf #39758]
		}
		return fitRotations(c, st, p.RotationIds)
	}
	if p.RotationIds != nil {
		return badContact(owner.Type + " contact cannot have rotations in plan")
	}
	if p.Stages == nil {
		p.Stages = []stage{}
	}
	if max := c.opts.Quotas.StagesPerPlan; max > 0 && len(p.Stages) > max {
		return contactsQuota("The plan has too many stages", kindContact, "L-5AE11799")
	}
	for i := range p.Stages {
		if err := p.Stages[i].fit(c, st, owner); err != nil {
			return err
		}
	}
	return nil
}

func (s *stage) fit(c *call, st *state, owner *contact) error {
	if s.DurationInMinutes == 0 && len(s.Targets) == 0 {
		return badContact("Stage duration can only be 0 if the stage has a target")
	}
	if max := c.opts.Quotas.ChannelsPerStage; max > 0 && owner.Type == personal && len(s.Targets) > max {
		return contactsQuota("The stage has too many contact channels", kindContact, "L-F338226A")
	}
	for _, t := range s.Targets {
		if err := t.fit(c, st, owner); err != nil {
			return err
		}
	}
	return nil
}

// fit checks the shape of a target by the type of its owner, and that it exists. The check of
// existence is Rules.DanglingTargets.
func (t target) fit(c *call, st *state, owner *contact) error {
	if (t.ChannelTargetInfo == nil) == (t.ContactTargetInfo == nil) {
		return badContact("Exactly one of ChannelTargetInfo and ContactTargetInfo must be set in a target")
	}
	if owner.Type == personal {
		if t.ChannelTargetInfo == nil {
			return badContact("PERSONAL contact can only have contact channels as targets")
		}
		return t.fitChannel(c, st, owner)
	}
	if t.ContactTargetInfo == nil {
		return badContact("ESCALATION contact can only have contacts as targets")
	}
	return t.fitContact(c, st)
}

func (t target) fitChannel(c *call, st *state, owner *contact) error {
	arn := t.ChannelTargetInfo.ContactChannelId
	if c.opts.Rules.DanglingTargets {
		return nil
	}
	key, err := contactsKey(c, arn, "contact-channel", kindChannel)
	if err != nil || st.channels.get(key) == nil || !strings.HasPrefix(key, owner.key()+"/") {
		return badContact("Invalid resource Arn " + arn)
	}
	return nil
}

func (t target) fitContact(c *call, st *state) error {
	if t.ContactTargetInfo.ContactId == nil {
		return badContact("ContactId must be set in ContactTargetInfo")
	}
	arn := *t.ContactTargetInfo.ContactId
	key, err := contactsKey(c, arn, "contact", kindContact)
	var found *contact
	if err == nil {
		found = st.contacts.get(key)
	}
	if found == nil {
		if c.opts.Rules.DanglingTargets {
			return nil
		}
		return badContact("Invalid resource Arn " + arn)
	}
	if !slices.Contains([]string{personal, onCallSchedule}, found.Type) {
		return badContact("ESCALATION contact can only have PERSONAL or ONCALL_SCHEDULE contacts as targets")
	}
	return nil
}
