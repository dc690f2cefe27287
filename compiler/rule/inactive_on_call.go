package rule

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/oncall"
)

// onCallSoon is how far ahead a shift counts: time enough to enter a code.
const onCallSoon = 7 * 24 * time.Hour

// inactiveOnCall reports people who count by the plan or by what is live and whom the
// target can neither call nor text: those with a shift in the next seven days, and those
// whom an escalation plan or response plan engages by name. Of the latter, those to whom
// the plan gives nothing but mail are meant to read along. It says nothing unless the target
// was looked at.
func inactiveOnCall(p *ast.Plan, in Input, r *Reporter) {
	if in.Live == nil || in.Roster == nil {
		return
	}
	named := engagedByName(p)
	for _, c := range p.Contacts {
		live, there := in.Live.Roster.People[c.Name.V]
		if in.Live.Unread[c.Name.V] || there && rings(live) {
			continue
		}
		duty, comes := soonest(c.Name.V, in)
		from, engaged := named[c]
		var role string
		switch {
		case comes:
			role = shiftText(duty, in.Now)
		case engaged && len(phonesOf(c)) > 0:
			role = "is engaged by name"
		default:
			continue
		}
		pos, why, hint := inTheWay(c, live, there, in.Live.Target)
		f := r.Report(pos, "%s %s and can be neither called nor texted: %s", c.Name.V, role, why).WithHint("%s", hint)
		if !comes {
			f.WithNote(from, "%s is engaged here", c.Name.V)
		}
	}
}

// rings reports whether some stage of the person's plan pages an activated phone.
func rings(p oncall.Person) bool {
	return slices.ContainsFunc(p.Stages, func(s oncall.Stage) bool {
		return slices.ContainsFunc(s.Targets, func(t oncall.Target) bool {
			ch := p.Channels[t.Channel]
			return ch.Active && ch.Type != oncall.Email
		})
	})
}

// soonest is the first shift within onCallSoon, of what is live or of the plan.
func soonest(contact string, in Input) (oncall.Duty, bool) {
	live, ok := in.Live.Roster.NextShift(contact, in.Now, onCallSoon)
	planned, also := in.Roster.NextShift(contact, in.Now, onCallSoon)
	if also && (!ok || planned.Shift.Start.Before(live.Shift.Start)) {
		return planned, true
	}
	return live, ok
}

func shiftText(d oncall.Duty, now time.Time) string {
	in := d.Schedule + "/" + d.Calendar.Name()
	if d.Shift.Contains(now) {
		return "is on call now in " + in
	}
	local, utc := d.Shift.Start.In(d.Calendar.Zone()), d.Shift.Start.UTC()
	const form = "Mon 2 Jan 2006 15:04"
	text := fmt.Sprintf("is on call in %s from %s %s", in, local.Format(form), local.Location())
	switch {
	case local.Location().String() == "UTC":
	case local.Format(time.DateOnly) == utc.Format(time.DateOnly):
		text += utc.Format(" (15:04 UTC)")
	default:
		text += utc.Format(" (Mon 2 Jan 15:04 UTC)")
	}
	return text
}

// inTheWay says what keeps a target from calling and texting a person, where it is written,
// and what to do.
func inTheWay(c *ast.Contact, live oncall.Person, there bool, target string) (pos diag.Pos, why, hint string) {
	var absent, inactive []*ast.Channel
	phones := phonesOf(c)
	for _, ch := range phones {
		if has, ok := live.Channels[ch.Name.V]; !ok {
			absent = append(absent, ch)
		} else if !has.Active {
			inactive = append(inactive, ch)
		}
	}
	switch {
	case !there:
		return c.Name.At, "the contact is not on " + target + " yet", "apply the plan, then enter the codes that arrive"
	case len(phones) == 0:
		return c.Name.At, "there is no sms and no voice channel", "give the contact one, and a stage that pages it"
	case len(inactive) > 0:
		return inactive[0].Name.At, areNot(inactive, "activated on "+target),
			fmt.Sprintf("enter the code that was sent: watchbill activate %s/%s --code CODE; --send sends another one", c.Name.V, inactive[0].Name.V)
	case len(absent) > 0:
		return absent[0].Name.At, areNot(absent, "on "+target+" yet"), "apply the plan, then enter the codes that arrive"
	}
	return phones[0].Name.At, "no stage on " + target + " pages " + phones[0].Name.V, "page it in a stage of the engagement plan, and apply that"
}

// phonesOf are the channels of a contact that ring.
func phonesOf(c *ast.Contact) []*ast.Channel {
	return slices.DeleteFunc(slices.Clone(c.Channels), func(ch *ast.Channel) bool { return ch.Type.V == "EMAIL" })
}

// areNot is "text is not activated", "phone and text are not activated".
func areNot(channels []*ast.Channel, what string) string {
	var names []string
	for _, ch := range channels {
		names = append(names, ch.Name.V)
	}
	slices.Sort(names)
	if len(names) == 1 {
		return names[0] + " is not " + what
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1] + " are not " + what
}

// engagedByName are the people whom escalation plans and response plans name, with the
// first place.
func engagedByName(p *ast.Plan) map[*ast.Contact]diag.Pos {
	out := map[*ast.Contact]diag.Pos{}
	for _, e := range p.EscalationPlans {
		for t := range targets(e.Stages) {
			if t.Contact != nil {
				use(out, t.Contact, t.Name.At)
			}
		}
	}
	for _, rp := range p.ResponsePlans {
		for _, e := range rp.Engage {
			if e.Contact != nil {
				use(out, e.Contact, e.Name.At)
			}
		}
	}
	return out
}
