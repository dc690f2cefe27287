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
}

// never is the time to a page that does not come.
const never = time.Duration(1<<63 - 1)

// openings answers what becomes of the incidents of response plans in the coming
// weeks, once for all rules and once for all plans that engage the same.
//
// Nobody answers, so everybody's plan runs on by itself: what a page of somebody adds
// depends only on when that person is engaged. So nothing is simulated here but what is
// reported; a test holds the sum against the simulation.
type openings struct {
	in      Input
	futures map[string]future
	reaches map[string]reached
	watches map[watched][]oncall.Watch
}

// watched is a schedule and the time it is asked about.
type watched struct {
	schedule string
	from, to time.Time
}

// future is every opening of the weeks from an instant on, at which all schedules that are
// asked have begun. Before that, nobody knows whom those would put on call that have not.
type future struct {
	from, to time.Time
	all      []opening
	late     *oncall.Calendar // that begins last, if that is after now
	// early are the openings of the weeks from now on, until then, told as if everybody were
	// there at once whom a schedule that has not begun might put on call.
	early []opening
	some  bool // all is not all there is: early is, see earlier
}

// earlier is the future of the early openings.
func (f future) earlier() future { return future{all: f.early, some: true} }

func openingsOf(in Input) *openings {
	return &openings{in: in, futures: map[string]future{}, reaches: map[string]reached{}, watches: map[watched][]oncall.Watch{}}
}

// of are the openings of a response plan, none while they are not known.
func (o *openings) of(rp *ast.ResponsePlan) future {
	if o.in.Roster == nil {
		return future{}
	}
	engage := o.in.Roster.ResponsePlans[rp.Name.V]
	key := strings.Join(engage, "\x00")
	f, known := o.futures[key]
	if !known {
		f = o.look(engage)
		o.futures[key] = f
	}
	return f
}

func (o *openings) look(engage []string) future {
	f := future{from: o.in.Now}
	for _, name := range o.in.Roster.Asked(engage) {
		calendars := o.in.Roster.Schedules[name].Calendars()
		if first := beginsFirst(calendars); first != nil && first.Start().After(f.from) {
			f.from, f.late = first.Start(), first
		}
	}
	if end := o.in.Now.Add(aheadPages); f.late != nil {
		if f.from.Before(end) {
			end = f.from
		}
		f.early = o.add(o.partsOf(engage, o.in.Now, end), o.in.Now, end)
	}
	f.to = f.from.Add(aheadPages)
	f.all = o.add(o.partsOf(engage, f.from, f.to), f.from, f.to)
	return f
}

// beginsFirst is the calendar that begins first, nil of none.
func beginsFirst(all []*oncall.Calendar) *oncall.Calendar {
	if len(all) == 0 {
		return nil
	}
	return slices.MinFunc(all, func(a, b *oncall.Calendar) int { return a.Start().Compare(b.Start()) })
}

// part is somebody who is engaged, or a schedule that is.
type part struct {
	after   time.Duration // the opening
	people  []string
	watches []oncall.Watch // of a schedule, from the one at hand on; nil for a person
	begins  time.Time      // the schedule, when that is not over
}

// crowd is more people than any promise is about.
const crowd = 1 << 20

// partsOf are what the targets engage while nobody answers.
func (o *openings) partsOf(engage []string, from, to time.Time) (out []part) {
	r := o.in.Roster
	for s := range r.Engages(engage) {
		p := part{after: s.After, people: []string{s.Name}}
		if s.Kind == oncall.OnCallSchedule {
			p.people, p.watches = nil, o.watchesOf(s.Name, from.Add(s.After), to.Add(s.After))
			if first := beginsFirst(r.Schedules[s.Name].Calendars()); first != nil {
				p.begins = first.Start()
			}
		}
		out = append(out, p)
	}
	return out
}

// watchesOf are a schedule's watches from the one at an instant on.
func (o *openings) watchesOf(schedule string, from, to time.Time) []oncall.Watch {
	w := watched{schedule, from.Truncate(day), to.Truncate(day).Add(day)}
	all, known := o.watches[w]
	if !known {
		all = slices.Collect(o.in.Roster.Schedules[schedule].Watches(w.from, w.to))
		o.watches[w] = all
	}
	for all[0].End.Compare(from) <= 0 {
		all = all[1:]
	}
	return all
}

// add sums up what the parts do, from one change of who is on call to the next.
func (o *openings) add(parts []part, from, to time.Time) (out []opening) {
	counted := map[string]int{} // the opening in which somebody was counted last
	for t := from; t.Before(to); t = out[len(out)-1].End {
		this := opening{Span: oncall.Span{Start: t, End: to}, first: never}
		vain, paged := never, never
		for i := range parts {
			people, end := parts[i].at(t)
			if end.Before(this.End) && !end.IsZero() {
				this.End = end
			}
			after := parts[i].after
			if begins := parts[i].begins.Add(-after); t.Before(begins) {
				if begins.Before(this.End) {
					this.End = begins
				}
				this.first, this.humans = min(this.first, after), this.humans+crowd
			}
			if len(people) == 0 {
				vain = min(vain, after)
			}
			for _, name := range people {
				reach := o.reach(name)
				vain, paged = min(vain, reach.vain.after(after)), min(paged, reach.any.after(after))
				this.first, this.mail = min(this.first, reach.first.after(after)), this.mail || reach.mail
				if reach.first != moment(never) && counted[name] <= len(out) {
					counted[name] = len(out) + 1
					this.humans++
				}
			}
		}
		this.unheard = vain < paged
		out = append(out, this)
	}
	return out
}

// at are the people of the part in an incident that opens at an instant, and until which
// opening that stays so; zero: always. Openings only grow.
func (p *part) at(opening time.Time) (people []string, until time.Time) {
	if p.watches == nil {
		return p.people, until
	}
	for !p.watches[0].End.After(opening.Add(p.after)) {
		p.watches = p.watches[1:]
	}
	return p.watches[0].People, p.watches[0].End.Add(-p.after)
}

// moment is a time after something began, which may be never.
type moment time.Duration

func (m moment) after(d time.Duration) time.Duration {
	if m == moment(never) {
		return never
	}
	return time.Duration(m) + d
}

// reached is what a person's own plan comes to, from when it begins.
type reached struct {
	first moment // call or text
	any   moment // message
	vain  moment // 0 for somebody who cannot be reached at all, never for others
	mail  bool
}

func (o *openings) reach(person string) reached {
	out, known := o.reaches[person]
	if known {
		return out
	}
	out = reached{first: moment(never), any: moment(never)}
	var at moment
	p := o.in.Roster.People[person]
	for _, s := range p.Stages {
		for _, t := range s.Targets {
			c := p.Channels[t.Channel]
			if !c.Active {
				continue
			}
			out.any = min(out.any, at)
			if c.Type == oncall.Email {
				out.mail = true
			} else {
				out.first = min(out.first, at)
			}
		}
		at += moment(s.Wait)
	}
	if out.any != moment(never) {
		out.vain = moment(never)
	}
	o.reaches[person] = out
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
	if len(some) == len(f.all) && !f.some {
		return "whenever it starts"
	}
	var hours time.Duration
	for _, o := range some {
		hours += length(o.Span)
	}
	first := some[0].Start
	return fmt.Sprintf("when it starts on %s (%s, %s), as in %s of the coming 4 weeks", written(first, zone), zone,
		first.UTC().Format(time.RFC3339), minutes(hours.Round(time.Minute)))
}
