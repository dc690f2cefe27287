package rule

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/watchbill/watchbill/compiler/ast"
	"github.com/watchbill/watchbill/oncall"
)

// opening is what becomes of an incident that starts at any instant of the span, while
// nobody answers.
type opening struct {
	oncall.Span
	first  time.Duration // to the first call or text; never when there is none
	humans int           // different people who get a call or text
	mail   bool          // somebody gets a mail
	// unheard says that a schedule or a person was engaged in vain before any message was
	// sent: rotation-gap and unreachable-contact report that.
	unheard bool
	events  []oncall.Event
}

// never is the time to a page that does not come.
const never = time.Duration(1<<63 - 1)

// openings answers what becomes of the incidents of response plans in the coming
// weeks. What engages the same is simulated once for all rules.
type openings struct {
	in    Input
	known map[string]future
}

// future is every opening of the weeks from an instant on. Nobody looks at a time before
// all schedules that are asked have begun.
type future struct {
	from, to time.Time
	all      []opening
	late     *oncall.Calendar // that begins last, if that is after now
}

func openingsOf(in Input) *openings { return &openings{in: in, known: map[string]future{}} }

// of are the openings of a response plan, none while they are not known.
func (o *openings) of(rp *ast.ResponsePlan) future {
	if o.in.Roster == nil {
		return future{}
	}
	engage := o.in.Roster.ResponsePlans[rp.Name.V]
	key := strings.Join(engage, "\x00")
	f, known := o.known[key]
	if !known {
		f = o.look(engage)
		o.known[key] = f
	}
	return f
}

func (o *openings) look(engage []string) future {
	f := future{from: o.in.Now}
	for _, name := range o.in.Roster.Asked(engage) {
		calendars := o.in.Roster.Schedules[name].Calendars()
		if len(calendars) == 0 {
			continue
		}
		first := slices.MinFunc(calendars, func(a, b *oncall.Calendar) int { return a.Start().Compare(b.Start()) })
		if first.Start().After(f.from) {
			f.from, f.late = first.Start(), first
		}
	}
	f.to = f.from.Add(aheadPages)
	for s := range o.in.Roster.StoriesOfTargets(engage, f.from, f.to) {
		f.all = append(f.all, openingOf(s))
	}
	return f
}

func openingOf(s oncall.Story) opening {
	out := opening{Span: s.Span, first: never, events: s.Events}
	reached := map[string]bool{}
	vain, paged := never, never // the first of each
	for _, e := range s.Events {
		after := e.Time.Sub(s.Start)
		switch {
		case e.Type == oncall.NobodyOnCall, e.Type == oncall.Unreachable && e.Channel == "":
			vain = min(vain, after)
		case e.Type != oncall.Paged:
		case e.ChannelType == oncall.Email:
			out.mail = true
		default:
			out.first = min(out.first, after)
			reached[e.Contact] = true
		}
		if e.Type == oncall.Paged {
			paged = min(paged, after)
		}
	}
	out.unheard = vain < paged
	out.humans = len(reached)
	return out
}

// unless keeps the openings that do not pass.
func (f future) unless(passes func(opening) bool) (out []opening) {
	for _, o := range f.all {
		if !passes(o) {
			out = append(out, o)
		}
	}
	return out
}

// zone is where the schedules of a response plan tell the time, UTC without one.
func (o *openings) zone(rp *ast.ResponsePlan) *time.Location {
	for _, name := range o.in.Roster.Asked(o.in.Roster.ResponsePlans[rp.Name.V]) {
		for _, c := range o.in.Roster.Schedules[name].Calendars() {
			return c.Zone()
		}
	}
	return time.UTC
}

// when says at which openings something happens: the first, and how many hours.
func (f future) when(some []opening, zone *time.Location) string {
	if len(some) == len(f.all) {
		return "whenever it starts"
	}
	var hours time.Duration
	for _, o := range some {
		hours += length(o.Span)
	}
	first := some[0].Start
	return fmt.Sprintf("when it starts on %s (%s, %s), as in %s of the coming 4 weeks", written(first, zone), zone,
		first.Format(time.RFC3339), minutes(hours.Round(time.Minute)))
}
