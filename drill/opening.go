package drill

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/watchbill/watchbill/internal/when"
	"github.com/watchbill/watchbill/oncall"
)

// times is one entry of a test's at: an instant, or a stretch of time.
type times struct {
	span    oncall.Span
	stretch bool
	zone    *time.Location
}

func (t *trial) read(text string, now time.Time) (times, error) {
	if when.IsStretch(text) {
		from, to, err := when.Stretch(text, now)
		if err != nil {
			return times{}, fmt.Errorf("read the time of a test: %w", err)
		}
		zone := from.Location()
		if zone == time.UTC {
			zone = zoneOf(t.roster, t.test.ResponsePlan.V, t.test.Schedule.V)
		}
		return times{oncall.Span{Start: from, End: to}, true, zone}, nil
	}
	at, err := when.Parse(text, now)
	if err != nil {
		return times{}, fmt.Errorf("read the time of a test: %w", err)
	}
	return times{oncall.Span{Start: at, End: at.Add(time.Minute)}, false, at.Location()}, nil
}

// opening is an incident that opens at any instant of a span, and what comes of it.
type opening struct {
	oncall.Span
	times
	events []oncall.Event
}

func (o *opening) failure() *Failure {
	f := &Failure{At: o.Start.In(o.zone), Events: o.events, Broken: 1}
	if o.stretch {
		f.Until, f.Lasting = o.End.In(o.zone), o.End.Sub(o.Start)
	}
	return f
}

// missing is the place of something that should have happened by an offset.
func (o *opening) missing(by time.Duration, text string) Mark {
	i, _ := slices.BinarySearchFunc(o.events, by, func(e oncall.Event, by time.Duration) int {
		if e.Time.Sub(o.Start) > by {
			return 1
		}
		return -1
	})
	if i == len(o.events) && i > 0 && o.events[i-1].Type == oncall.Ended {
		i-- // the end stays the last line
	}
	return Mark{Index: i, Missing: true, Offset: by, Text: text}
}

// open lets the test's incident open at an entry of at, and asks who is on call then.
func (t *trial) open(ctx context.Context, at times) error {
	plan := t.test.ResponsePlan
	_, there := t.roster.ResponsePlans[plan.V]
	switch {
	case plan.Set() && !there:
		for _, j := range t.judged {
			j.noPlan(plan.V, at)
		}
	case plan.Set():
		t.result.spans = append(t.result.spans, at.span)
		t.openings(at, func(o *opening) bool {
			t.result.Openings++
			t.saw(o)
			for _, j := range t.judged {
				j.incident(o)
			}
			return ctx.Err() == nil
		})
	}
	for _, j := range t.judged {
		if j.expected.OnCall != nil {
			t.onCall(ctx, j, at)
		}
	}
	return ctx.Err()
}

// saw remembers which stages began and who answered.
func (t *trial) saw(o *opening) {
	if t.first == nil {
		t.first = o
	}
	for _, e := range o.events {
		switch e.Type {
		case oncall.StageBegan:
			t.result.stages[stageOf(e)] = true
		case oncall.Acknowledged:
			t.answered[e.Contact] = true
		}
	}
}

// openings calls yield for every different course of events, in order, until it says no.
func (t *trial) openings(at times, yield func(*opening) bool) {
	plan, answers := t.test.ResponsePlan.V, t.answers()
	simulate := func(span oncall.Span) bool {
		return yield(&opening{span, at, slices.Collect(t.roster.Simulate(plan, span.Start, answers))})
	}
	switch {
	case !at.stretch:
		simulate(at.span)
	case len(answers) == 0:
		for s := range t.roster.Stories(plan, at.span.Start, at.span.End) {
			if !yield(&opening{s.Span, at, s.Events}) {
				return
			}
		}
	default:
		start := at.span.Start
		for _, cut := range append(t.cuts(at.span), at.span.End) {
			if !simulate(oncall.Span{Start: start, End: cut}) {
				return
			}
			start = cut
		}
	}
}

func (t *trial) answers() map[string]time.Duration {
	out := map[string]time.Duration{}
	for _, a := range t.test.Acknowledge {
		out[a.Contact.V] = a.After.V
	}
	return out
}

// cuts are the openings in a span from which on a schedule may give another answer when
// the incident asks it. Answers only take such questions away, so these are all.
func (t *trial) cuts(span oncall.Span) []time.Time {
	var out []time.Time
	for s := range t.roster.Engages(t.roster.ResponsePlans[t.test.ResponsePlan.V]) {
		if s.Kind != oncall.OnCallSchedule {
			continue
		}
		for b := range t.roster.Schedules[s.Name].Boundaries(span.Start.Add(s.After), span.End.Add(s.After)) {
			out = append(out, b.Add(-s.After))
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return slices.CompactFunc(out, time.Time.Equal)
}

// onCall judges who is on call at an entry of at.
func (t *trial) onCall(ctx context.Context, j *judgement, at times) {
	name := j.expected.Schedule.Or(t.test.Schedule.V)
	schedule := t.roster.Schedules[name]
	switch {
	case schedule == nil:
		j.noSchedule(name, at)
		return
	case !at.stretch:
		j.onCall(name, oncall.Watch{Span: at.span, People: schedule.OnCall(at.span.Start)}, at)
		return
	}
	for w := range schedule.Watches(at.span.Start, at.span.End) {
		if ctx.Err() != nil {
			return
		}
		j.onCall(name, w, at)
	}
}

// zoneOf is the zone people of a response plan live by: that of the first rotation that
// can be asked, UTC when there is none.
func zoneOf(r *oncall.Roster, plan, schedule string) *time.Location {
	for _, name := range append([]string{schedule}, r.Asked(r.ResponsePlans[plan])...) {
		if s := r.Schedules[name]; s != nil && len(s.Calendars()) > 0 {
			return s.Calendars()[0].Zone()
		}
	}
	return time.UTC
}
