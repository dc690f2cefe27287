package rule

import (
	"slices"
	"time"

	"github.com/watchbill/watchbill/compiler/ast"
)

// maxFirstPage is the latest that a call or text may come. Mail does not count:
// it wakes nobody.
const maxFirstPage = 5 * time.Minute

// lateFirstPage reports response plans whose first call or text comes more than
// five minutes after they start, or never. It assumes that nobody has answered a
// mail by then. Where a schedule is asked, every moment of the coming four weeks counts.
func lateFirstPage(p *ast.Plan, in Input, r *Reporter) {
	personal := make(map[*ast.Contact]page, len(p.Contacts))
	for _, rp := range p.ResponsePlans {
		if len(rp.Engage) == 0 {
			r.Report(rp.Name.At, "%s pages nobody", rp.Name.V).
				WithHint("engage a contact, a schedule or an escalation plan: engage: [NAME]")
			continue
		}
		if asksSchedule(rp) {
			r.lateAtTimes(rp, in.openings)
			continue
		}
		switch first := firstPage(rp, personal); {
		case first.lost || !first.mail && first.target == nil: // said elsewhere: unreachable people, empty stages
		case first.target == nil:
			r.Report(rp.Engage[0].Name.At, "%s never calls or texts anybody; a mail wakes nobody", rp.Name.V).
				WithHint("engage somebody whose engagement plan pages an sms or voice channel")
		case first.at > maxFirstPage:
			r.Report(rp.Engage[0].Name.At, "%s calls or texts nobody before minute %d", rp.Name.V, first.at/time.Minute).
				WithHint("page an sms or voice channel within the first %s", minutes(maxFirstPage)).
				WithNote(first.target.Name.At, "the first call or text")
		}
	}
}

// asksSchedule reports whether it depends on the time whom a response plan pages.
func asksSchedule(rp *ast.ResponsePlan) bool {
	return slices.ContainsFunc(rp.Engage, func(e *ast.Engagement) bool {
		if e.EscalationPlan == nil {
			return e.Schedule != nil
		}
		for t := range targets(e.EscalationPlan.Stages) {
			if t.Schedule != nil {
				return true
			}
		}
		return false
	})
}

// lateAtTimes reports the first moment at which a call or text comes late.
func (r *Reporter) lateAtTimes(rp *ast.ResponsePlan, asked *openings) {
	f := asked.of(rp)
	late := f.unless(func(o opening) bool {
		saidElsewhere := o.unheard || !o.mail && o.first == never
		return o.first <= maxFirstPage || saidElsewhere
	})
	if len(late) == 0 {
		return
	}
	when, first := f.when(late, asked.zone(rp)), late[0].first
	if first == never {
		r.Report(rp.Engage[0].Name.At, "%s calls or texts nobody %s; a mail wakes nobody", rp.Name.V, when).
			WithHint("let whoever is on call then be paged on an sms or voice channel, too")
		return
	}
	r.Report(rp.Engage[0].Name.At, "%s calls or texts nobody before minute %d %s", rp.Name.V, first/time.Minute, when).
		WithHint("page an sms or voice channel within the first %s, of everybody who may be on call", minutes(maxFirstPage))
}

// page is the first call or text after something starts.
type page struct {
	at     time.Duration
	target *ast.Target // of an engagement plan; nil when there is none
	mail   bool        // somebody gets a mail at least
	lost   bool        // a name leads nowhere, so that nothing can be said
}

func (p page) after(wait time.Duration) page {
	p.at += wait
	return p
}

func (p page) orEarlier(q page) page {
	q.lost, q.mail = q.lost || p.lost, q.mail || p.mail
	if p.target != nil && (q.target == nil || p.at <= q.at) {
		q.at, q.target = p.at, p.target
	}
	return q
}

func firstPage(rp *ast.ResponsePlan, personal map[*ast.Contact]page) page {
	var first page
	for _, e := range rp.Engage {
		switch {
		case e.Contact != nil:
			first = first.orEarlier(firstOf(e.Contact, personal))
		case e.EscalationPlan != nil:
			var at time.Duration
			for _, s := range e.EscalationPlan.Stages {
				for _, t := range s.Page {
					first = first.orEarlier(firstOf(t.Contact, personal).after(at))
				}
				at += s.Wait.V
			}
		default:
			first.lost = true
		}
	}
	return first
}

// firstOf is the first call or text of a person's own engagement plan.
func firstOf(c *ast.Contact, known map[*ast.Contact]page) page {
	if c == nil {
		return page{lost: true}
	}
	first, ok := known[c]
	if ok {
		return first
	}
	var at time.Duration
	for _, s := range c.EngagementPlan {
		for _, t := range s.Page {
			switch {
			case t.Channel == nil:
				first.lost = true
			case t.Channel.Type.V == "EMAIL":
				first.mail = true
			default:
				first = first.orEarlier(page{at: at, target: t})
			}
		}
		at += s.Wait.V
	}
	known[c] = first
	return first
}
