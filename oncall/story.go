package oncall

import (
	"encoding/binary"
	"iter"
	"slices"
	"time"
)

// Story is how an incident unfolds that opens at any instant of its span: the same events
// at the same times after the opening. Nobody answers in it.
type Story struct {
	Span
	// Events are those of [Roster.Simulate] at Span.Start. Read them only.
	Events []Event
}

// Stories part the openings of an incident of a response plan in [from, to) by what
// happens, in ascending order and without gaps: exactly, and not by samples. Neighbours
// differ. Each costs in proportion to its events; a story that came before is
// not simulated again.
func (r *Roster) Stories(responsePlan string, from, to time.Time) iter.Seq[Story] {
	return r.StoriesOfTargets(r.ResponsePlans[responsePlan], from, to)
}

// StoriesOfTargets is Stories for contacts, schedules and escalation plans by name.
func (r *Roster) StoriesOfTargets(targets []string, from, to time.Time) iter.Seq[Story] {
	return func(yield func(Story) bool) {
		teller := teller{roster: r, targets: targets, tales: map[string]tale{}}
		looks := r.looks(targets, utc(from), utc(to))
		var current tale
		open := utc(from)
		for t, end := open, utc(to); t.Before(end); {
			told := teller.tell(t, looks)
			if t.After(open) && !told.same(current) {
				if !yield(current.over(Span{open, t})) {
					return
				}
				open = t
			}
			current = told
			t = advance(looks, t, end)
			if !t.Before(end) {
				yield(current.over(Span{open, end}))
			}
		}
	}
}

// look is one time after the opening at which an incident asks a schedule who is on call.
type look struct {
	offset time.Duration
	watch  lookout
}

// question is a schedule and when it is asked.
type question struct {
	schedule string
	offset   time.Duration
}

// looks are all times at which the targets ask schedules while nobody answers.
func (r *Roster) looks(targets []string, from, to time.Time) []look {
	var out []look
	for _, q := range r.questions(targets) {
		w := r.Schedules[q.schedule].lookout(from.Add(q.offset), to.Add(q.offset))
		out = append(out, look{q.offset, w})
	}
	return out
}

// Asked are the schedules that an incident of the targets, contacts, schedules and
// escalation plans by name, asks who is on call while nobody answers; each once, in
// the order of the targets and the stages.
func (r *Roster) Asked(targets []string) (out []string) {
	for _, q := range r.questions(targets) {
		if !slices.Contains(out, q.schedule) {
			out = append(out, q.schedule)
		}
	}
	return out
}

// questions are all times at which the targets ask schedules while nobody answers, each once.
func (r *Roster) questions(targets []string) (out []question) {
	for s := range r.Engages(targets) {
		if q := (question{s.Name, s.After}); s.Kind == OnCallSchedule && !slices.Contains(out, q) {
			out = append(out, q)
		}
	}
	return out
}

// advance is the next opening, before end, at which one of the answers is another one.
func advance(looks []look, t, end time.Time) time.Time {
	next := end
	for i := range looks {
		next = earlier(next, looks[i].watch.now.End.Add(-looks[i].offset))
	}
	for i := range looks {
		if l := &looks[i]; !l.watch.now.End.After(next.Add(l.offset)) {
			l.watch.advance()
		}
	}
	return next
}

// tale is a story without its span.
type tale struct {
	opened time.Time
	events []Event // of an incident that opened then
}

// over tells the tale for incidents that open in the span.
func (t tale) over(s Span) Story {
	out := Story{Span: s, Events: slices.Clone(t.events)}
	for i := range out.Events {
		out.Events[i].Time = out.Events[i].Time.Add(s.Start.Sub(t.opened))
	}
	return out
}

func (t tale) same(other tale) bool {
	if t.opened.Equal(other.opened) {
		return true // one and the same
	}
	later := t.opened.Sub(other.opened)
	return slices.EqualFunc(t.events, other.events, func(a, b Event) bool {
		return a.Time.Sub(b.Time) == later && a.Type == b.Type && a.Root == b.Root && a.Engaged == b.Engaged &&
			a.Contact == b.Contact && a.Channel == b.Channel && a.ChannelType == b.ChannelType &&
			slices.Equal(a.Path, b.Path) && a.Stage == b.Stage && a.Attempt == b.Attempt && a.Reason == b.Reason
	})
}

// teller simulates every combination of answers once: nothing else of an instant matters.
type teller struct {
	roster  *Roster
	targets []string
	tales   map[string]tale // by the answers
	key     []byte
}

func (t *teller) tell(at time.Time, looks []look) tale {
	t.key = t.key[:0]
	for i := range looks {
		people := looks[i].watch.now.People
		t.key = binary.AppendUvarint(t.key, uint64(len(people)))
		for _, name := range people {
			t.key = binary.AppendUvarint(t.key, uint64(len(name)))
			t.key = append(t.key, name...)
		}
	}
	told, known := t.tales[string(t.key)]
	if !known {
		told = tale{opened: at, events: slices.Collect(t.roster.SimulateTargets(t.targets, at, nil))}
		t.tales[string(t.key)] = told
	}
	return told
}
