package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/watchbill/watchbill/internal/resource"
	"github.com/watchbill/watchbill/kind"
	"github.com/watchbill/watchbill/oncall"
)

// survey compares the people of a plan with what a target has of them.
type survey struct {
	desired, observed *resource.State
	planned, live     *oncall.Roster
	now               time.Time
}

// shiftsWithin is how far ahead shifts are looked for: the longest turns in use are
// months, shared by a handful of people.
const shiftsWithin = 365 * 24 * time.Hour

// reach is by what somebody can be paged as things are.
type reach string

const (
	byPhone      reach = "call_or_text"
	byMail       reach = "mail"
	byNothing    reach = "none"
	reachUnknown reach = "unknown"
)

// The codes of what keeps somebody from being paged.
const (
	notRead           = "not-read"
	notApplied        = "not-applied"
	notOurs           = "not-ours"
	noChannel         = "no-channel"
	channelNotApplied = "channel-not-applied"
	addressNotApplied = "address-not-applied"
	notActivated      = "not-activated"
	noStage           = "no-stage"
	notInStage        = "not-in-stage"
	mailOnly          = "mail-only"
)

// hindrance is something that keeps a person from being paged.
type hindrance struct {
	code    string
	channel string // by name; "" when it is no single channel
	message string
}

// person is one contact of the plan or of the target.
type person struct {
	contact, name string
	inPlan        bool
	roles         []string // addresses of what engages them, sorted
	channels      []channelStatus
	reach         reach
	hindrances    []hindrance
	duty          *oncall.Duty // on the target; nil when no shift comes
	onCall        bool         // the duty has begun
}

// channelStatus is one channel of a person. Status is "activated", "not-activated",
// "not-applied" or "unknown".
type channelStatus struct {
	name, kind string // the kind is email, sms or voice
	address    string // masked
	status     string
	inPlan     bool
	paged      bool // a live stage pages it
}

// shown is the channel as a sentence names it; an address that is not read has no form.
func (c *channelStatus) shown() string {
	if c.address == "" {
		return c.name
	}
	return c.name + " (" + c.address + ")"
}

// rings reports that the channel wakes people.
func (c *channelStatus) rings() bool { return c.kind != string(oncall.Email) }

// attention reports that somebody counts on a person who can be neither called nor texted.
func (p *person) attention() bool {
	return len(p.roles) > 0 && p.reach != byPhone && p.reach != reachUnknown
}

func (p *person) hinder(code, channel, format string, args ...any) {
	p.hindrances = append(p.hindrances, hindrance{code, channel, fmt.Sprintf(format, args...)})
}

const contactKind = "contact"

// people are all people of both sides, by name.
func (s *survey) people() []*person {
	names := map[string]bool{}
	for _, side := range []*resource.State{s.desired, s.observed} {
		for _, o := range side.All() {
			if o.Addr.Kind == contactKind {
				names[o.Addr.Name] = true
			}
		}
	}
	roles := s.roles()
	out := []*person{}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		p := &person{contact: name, roles: roles.of(name)}
		s.fill(p)
		if duty, ok := s.live.NextShift(name, s.now, shiftsWithin); ok {
			p.duty, p.onCall = &duty, duty.Shift.Contains(s.now)
		}
		out = append(out, p)
	}
	return out
}

// fill finds out how a person can be paged, and what is in the way.
func (s *survey) fill(p *person) {
	addr := resource.Addr{Kind: contactKind, Name: p.contact}
	wanted, live := s.desired.Get(addr), s.observed.Get(addr)
	p.inPlan = len(wanted) > 0
	for _, o := range slices.Concat(wanted, live) {
		if c, ok := o.Spec.(kind.Contact); ok && p.name == "" {
			p.name = quotable(c.DisplayName)
		}
	}
	why := s.observed.Unknown(addr)
	switch {
	case why != nil:
		p.reach = reachUnknown
		p.hinder(notRead, "", "the contact could not be read: %s", sentence(why))
	case len(live) == 0:
		p.reach = byNothing
		p.hinder(notApplied, "", "the contact is not applied yet")
	case live[0].Owner != resource.Ours:
		p.reach = reachUnknown
		p.hinder(notOurs, "", "the live contact of this name is not this plan's, so it was not looked into")
	}
	s.channels(p, len(p.hindrances) == 0)
	if p.reach == "" {
		s.judge(p)
	}
}

// channels lists a person's channels; what is wrong with them is said unless the contact
// itself is in the way.
func (s *survey) channels(p *person, say bool) {
	find := func(state *resource.State) map[string]*resource.Object {
		out := map[string]*resource.Object{}
		for _, o := range state.Children(channelKind, p.contact) {
			name := strings.TrimPrefix(o.Addr.Name, p.contact+"/")
			if known := out[name]; known == nil || known.Status != kind.Activated {
				out[name] = o
			}
		}
		return out
	}
	wanted, live := find(s.desired), find(s.observed)
	names := maps.Clone(wanted)
	maps.Copy(names, live)
	paged := s.paged(p.contact)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		spec := names[name].Spec.(kind.Channel)
		c := channelStatus{name: name, kind: strings.ToLower(spec.Type), address: spec.Address.String(), inPlan: wanted[name] != nil, paged: paged[name]}
		code, why := s.channelState(&c, resource.Addr{Kind: channelKind, Name: p.contact + "/" + name}, wanted[name], live[name])
		p.channels = append(p.channels, c)
		if say && code != "" {
			p.hinder(code, name, "%s %s", c.shown(), why)
		}
	}
}

// channelState fills in the status of a channel; the code is "" when nothing is wrong.
func (s *survey) channelState(c *channelStatus, addr resource.Addr, wanted, live *resource.Object) (code, why string) {
	switch {
	case live == nil && s.observed.Unknown(addr) != nil:
		c.status = "unknown"
		return notRead, "could not be read"
	case live == nil:
		c.status = "not-applied"
		return channelNotApplied, "is not applied yet"
	case live.Status != kind.Activated:
		c.status = "not-activated"
		why = "is not activated: its owner has not entered the code"
		if c.kind == string(oncall.SMS) {
			why += ", or has answered UNSUBSCRIBE since"
		}
		return notActivated, why
	}
	c.status = "activated"
	if wanted == nil {
		return "", ""
	}
	w, have := wanted.Spec.(kind.Channel), live.Spec.(kind.Channel)
	if w.Type != have.Type || !w.Address.IsZero() && w.Address != have.Address {
		return addressNotApplied, "has another address in the plan, which is not applied yet"
	}
	return "", ""
}

// paged are the channels that the live stages of a person page.
func (s *survey) paged(contact string) map[string]bool {
	out := map[string]bool{}
	for _, stage := range s.live.People[contact].Stages {
		for _, t := range stage.Targets {
			out[t.Channel] = true
		}
	}
	return out
}

// judge says how a person whose contact is live can be paged.
func (s *survey) judge(p *person) {
	unread := func(kind, name string) bool {
		return s.observed.Unknown(resource.Addr{Kind: kind, Name: name}) != nil
	}
	if unread("engagement_plan", p.contact) {
		p.reach = reachUnknown
		p.hinder(notRead, "", "the engagement plan could not be read")
		return
	}
	p.reach = byNothing
	stages := false
	for _, c := range p.channels {
		stages = stages || c.paged
		switch {
		case !c.paged || c.status != "activated":
		case c.rings():
			p.reach = byPhone
		case p.reach == byNothing:
			p.reach = byMail
		}
	}
	if p.reach != byPhone && slices.ContainsFunc(p.channels, func(c channelStatus) bool { return c.status == "unknown" }) {
		p.reach = reachUnknown
	}
	switch {
	case len(p.channels) == 0:
		p.hinder(noChannel, "", "there is no channel")
	case !stages:
		p.hinder(noStage, "", "no stage of the engagement plan pages a channel")
	case p.reach == byMail:
		p.hinder(mailOnly, "", "only mail is left, and a mail wakes nobody")
	}
	if p.reach == byPhone || !stages {
		return
	}
	for _, c := range p.channels {
		if !c.paged && c.status == "activated" && c.rings() {
			p.hinder(notInStage, c.name, "%s is activated, and no stage pages it", c.shown())
		}
	}
}

// roles are what engages people: contact to addresses.
type roles map[string]map[string]bool

func (r roles) of(contact string) []string { return slices.Sorted(maps.Keys(r[contact])) }

func (r roles) add(contact, address string) {
	if r[contact] == nil {
		r[contact] = map[string]bool{}
	}
	r[contact][address] = true
}

// roles are read from both sides: who is needed now, and who is about to be.
func (s *survey) roles() roles {
	out := roles{}
	for _, r := range []*oncall.Roster{s.planned, s.live} {
		for name, engaged := range r.ResponsePlans {
			for _, e := range engaged {
				if r.Kind(e) == oncall.Contact {
					out.add(e, "response_plan/"+name)
				}
			}
		}
		for name, stages := range r.Escalations {
			for _, stage := range stages {
				for _, t := range stage.Targets {
					if r.Kind(t.Contact) == oncall.Contact {
						out.add(t.Contact, "escalation_plan/"+name)
					}
				}
			}
		}
		for name, schedule := range r.Schedules {
			for _, c := range schedule.Calendars() {
				for contact := range r.People {
					if _, ok := c.Next(contact, s.now, s.now.Add(shiftsWithin)); ok {
						out.add(contact, "schedule/"+name)
					}
				}
			}
		}
	}
	return out
}
