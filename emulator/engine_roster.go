package emulator

// The engine's picture of the account: contacts, channels and plans by ARN, as oncall wants them.

import (
	"strings"
	"time"

	"github.com/watchbill/watchbill/oncall"
)

// oncall is the part of the rules that the arithmetic knows.
func (r Rules) oncall() oncall.Rules {
	return oncall.Rules{AdvanceByOne: r.AdvanceByOne, SkipShortMonths: r.SkipShortMonths, ClipShifts: r.ClipShifts,
		OverrideFillsGaps: r.OverrideFillsGaps, DeliveredOnce: r.DeliveredOnce, AcknowledgeOneEngagement: r.AcknowledgeOneEngagement,
		ResolveKeepsPaging: r.ResolveKeepsPaging}
}

// rosterOf is the roster with everything in it that a run can need now.
func (e *engine) rosterOf(live *liveRun) *oncall.Roster {
	for _, root := range live.Course.Roots {
		e.learn(root.Target)
	}
	for _, climb := range live.Course.Climbs {
		e.learn(climb.Plan)
	}
	for i := range live.Course.Engaged {
		e.learn(live.Course.Engaged[i].Contact)
	}
	return e.roster
}

// learn puts a contact into the roster, and whatever its plan leads to. Who is not there is not
// put there: an ARN may point to nothing, and pages nobody then.
func (e *engine) learn(arn string) {
	if e.known[arn] {
		return
	}
	e.known[arn] = true
	region, alias := splitContactARN(arn)
	p := e.tx.contacts.get(region + "/" + alias)
	if p == nil || p.ARN != arn {
		return
	}
	switch p.Type {
	case personal:
		e.roster.People[arn] = e.person(p)
	case escalation:
		e.roster.Escalations[arn] = stagesOf(p.Plan)
		for _, s := range p.Plan.Stages {
			for _, t := range s.Targets {
				if t.ContactTargetInfo != nil && t.ContactTargetInfo.ContactId != nil {
					e.learn(*t.ContactTargetInfo.ContactId)
				}
			}
		}
	case onCallSchedule:
		e.roster.Schedules[arn] = e.tx.schedule(arn, e.rules)
		for _, id := range p.Plan.RotationIds {
			e.learnMembers(id)
		}
	}
}

// learnMembers learns everybody who can be on call in a rotation.
func (e *engine) learnMembers(rotationARN string) {
	r := e.tx.rotationByARN(rotationARN)
	if r == nil {
		return
	}
	for _, member := range r.ContactIds {
		e.learn(member)
	}
	for _, o := range overridesOf(e.tx.state, r) {
		for _, member := range o.NewContactIds {
			e.learn(member)
		}
	}
}

func (e *engine) person(p *contact) oncall.Person {
	person := oncall.Person{Channels: map[string]oncall.Channel{}, Stages: stagesOf(p.Plan)}
	for _, ch := range e.tx.channels.below(p.key() + "/") {
		e.channels[ch.ARN] = ch
		person.Channels[ch.ARN] = oncall.Channel{Type: channelKinds[ch.Type], Active: ch.Status == activated}
	}
	return person
}

var channelKinds = map[string]oncall.ChannelType{channelSMS: oncall.SMS, channelVoice: oncall.Voice, channelEmail: oncall.Email}

func stagesOf(p plan) []oncall.Stage {
	stages := make([]oncall.Stage, len(p.Stages))
	for i, s := range p.Stages {
		stages[i] = oncall.Stage{Wait: minutes(s.DurationInMinutes), Targets: make([]oncall.Target, len(s.Targets))}
		for j, t := range s.Targets {
			switch out := &stages[i].Targets[j]; {
			case t.ChannelTargetInfo != nil:
				out.Channel = t.ChannelTargetInfo.ContactChannelId
				if retry := t.ChannelTargetInfo.RetryIntervalInMinutes; retry != nil {
					out.Retry = minutes(*retry)
				}
			case t.ContactTargetInfo != nil && t.ContactTargetInfo.ContactId != nil:
				out.Contact, out.Essential = *t.ContactTargetInfo.ContactId, t.ContactTargetInfo.IsEssential
			}
		}
	}
	return stages
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

// splitContactARN takes Region and alias out of the ARN of a contact, "" where there is none.
func splitContactARN(arn string) (region, alias string) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return "", ""
	}
	return parts[3], strings.TrimPrefix(parts[5], "contact/")
}
