package main

import (
	"time"

	"github.com/watchbill/watchbill/oncall"
	"github.com/watchbill/watchbill/paging"
)

// pagingJSON is one response plan of the key "paging": how incidents that nobody answers
// page people before and after. docs/plan-output.md has the shape.
type pagingJSON struct {
	ResponsePlan string `json:"response_plan"`
	Known        bool   `json:"known"`
	// Why says what keeps it from being known; "" when it is.
	Why string `json:"why"`
	// Zone, From and To are about time; null when it plays no part.
	Zone        *string          `json:"zone"`
	From        *time.Time       `json:"from"`
	To          *time.Time       `json:"to"`
	Differences []differenceJSON `json:"differences"`
	// Engaged says all differences at once; null when nothing does.
	Engaged *engagedJSON `json:"engaged"`
	// Reached says all differences by person; empty when it cannot.
	Reached []reachedJSON `json:"reached"`
	// Activate are the channels, CONTACT/CHANNEL, that page only once activated.
	Activate []string `json:"activate"`
}

type differenceJSON struct {
	When whenJSON `json:"when"`
	// Before and After are null when the response plan is not there.
	Before []pageJSON `json:"before"`
	After  []pageJSON `json:"after"`
}

// engagedJSON is who is engaged when; null on the side where the response plan is not there.
type engagedJSON struct {
	Before []stepJSON `json:"before"`
	After  []stepJSON `json:"after"`
}

// reachedJSON is how somebody is reached, from the minute of their being engaged.
type reachedJSON struct {
	Contact string     `json:"contact"`
	Before  []pageJSON `json:"before"`
	After   []pageJSON `json:"after"`
}

type stepJSON struct {
	OffsetSeconds int64  `json:"offset_seconds"`
	Schedule      string `json:"schedule"`
	Contact       string `json:"contact"`
}

type whenJSON struct {
	Text  string      `json:"text"`
	Hours []hoursJSON `json:"hours"`
	Dates []spanJSON  `json:"dates"`
}

type hoursJSON struct {
	From string `json:"from"` // mon 09:00
	To   string `json:"to"`
}

type spanJSON struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

type pageJSON struct {
	Type          paging.Outcome     `json:"type"`
	Contact       string             `json:"contact"`
	ChannelType   oncall.ChannelType `json:"channel_type"`
	OffsetSeconds int64              `json:"offset_seconds"`
	Times         int                `json:"times"`
	EverySeconds  int64              `json:"every_seconds"`
}

// shiftJSON is one person of the key "shifts": what they give up and what they take on.
type shiftJSON struct {
	Schedule string `json:"schedule"`
	Zone     string `json:"zone"`
	Contact  string `json:"contact"`
	// Before and After are null when there is nothing to give up or to take on.
	Before *whenJSON `json:"before"`
	After  *whenJSON `json:"after"`
}

func newPagingJSON(r *pagingReport) (plans []pagingJSON, shifts []shiftJSON) {
	plans, shifts = []pagingJSON{}, []shiftJSON{}
	if r == nil {
		return plans, shifts
	}
	for _, c := range r.changes {
		plans = append(plans, r.changed(c))
	}
	for _, u := range r.unknown {
		plans = append(plans, pagingJSON{ResponsePlan: u.responsePlan, Why: u.why, Differences: []differenceJSON{}, Reached: []reachedJSON{}, Activate: []string{}})
	}
	for _, s := range r.shifts {
		for _, m := range s.Moves {
			c := shiftCalendar(s)
			shifts = append(shifts, shiftJSON{s.Schedule, s.Zone.String(), m.Contact, newWhenJSON(c, m.Before), newWhenJSON(c, m.After)})
		}
	}
	return plans, shifts
}

func (r *pagingReport) changed(c paging.Change) pagingJSON {
	out := pagingJSON{ResponsePlan: c.ResponsePlan, Known: true, Differences: []differenceJSON{}, Reached: []reachedJSON{}, Activate: []string{}}
	if !c.From.IsZero() {
		zone := c.Zone.String()
		out.Zone, out.From, out.To = &zone, &c.From, &c.To
	}
	if e := c.Engaged; e != nil {
		out.Engaged = &engagedJSON{stepsJSON(e.Before), stepsJSON(e.After)}
	}
	for _, p := range c.Reached {
		out.Reached = append(out.Reached, reachedJSON{p.Contact, pagesJSON(p.Before), pagesJSON(p.After)})
	}
	paged := map[string]bool{}
	for _, d := range c.Differences {
		when := newWhenJSON(r.calendarOf(c), &d.When)
		out.Differences = append(out.Differences, differenceJSON{*when, pagesJSON(d.Before), pagesJSON(d.After)})
		for _, p := range d.After {
			paged[p.Contact+" "+p.Type.Word()] = true
		}
	}
	for _, a := range r.activate {
		if paged[a.contact+" "+a.word] {
			out.Activate = append(out.Activate, a.String())
		}
	}
	return out
}

// activateJSON is the key "activate": every channel that waits, CONTACT/CHANNEL.
func activateJSON(r *pagingReport) []string {
	out := []string{}
	if r == nil {
		return out
	}
	for _, a := range r.activate {
		out = append(out, a.String())
	}
	return out
}

func stepsJSON(steps []paging.Step) []stepJSON {
	if steps == nil {
		return nil
	}
	out := []stepJSON{}
	for _, s := range steps {
		out = append(out, stepJSON{int64(s.After / time.Second), s.Schedule, s.Contact})
	}
	return out
}

func newWhenJSON(c paging.Calendar, w *paging.When) *whenJSON {
	if w == nil {
		return nil
	}
	out := &whenJSON{Text: c.When(*w, 0), Hours: []hoursJSON{}, Dates: spansJSON(w.Dates)}
	for _, h := range w.Hours {
		out.Hours = append(out.Hours, hoursJSON{paging.WeekClock(h.Start), paging.WeekClock(h.End)})
	}
	return out
}

func pagesJSON(s paging.Story) []pageJSON {
	if s == nil {
		return nil
	}
	out := []pageJSON{}
	for _, p := range s {
		out = append(out, pageJSON{p.Outcome, p.Contact, p.Type, int64(p.After / time.Second), p.Times, int64(p.Every / time.Second)})
	}
	return out
}

func spansJSON(spans []oncall.Span) []spanJSON {
	out := []spanJSON{}
	for _, s := range spans {
		out = append(out, spanJSON{s.Start, s.End})
	}
	return out
}
