package oncall

import (
	"slices"
	"time"
)

// Load is how long a person is on call. Time in two rotations at once counts once. Night
// and weekend overlap: a Saturday night counts in both.
type Load struct {
	Total, Night, Weekend time.Duration
}

// LoadHours says which hours weigh more, by the wall clock of each rotation's zone.
type LoadHours struct {
	Night   Window
	Weekend []time.Weekday
}

// UsualHours are nights from 22:00 to 06:00, and Saturdays and Sundays.
var UsualHours = LoadHours{
	Night:   Window{Start: Clock{Hour: 22}, End: Clock{Hour: 6}},
	Weekend: []time.Weekday{time.Saturday, time.Sunday},
}

// Loads sums up how long each person is on call in [from, to) in the given schedules.
// Members who are never on call are named too, with nothing.
func Loads(from, to time.Time, hours LoadHours, schedules ...*Schedule) map[string]Load {
	nights, weekends := map[time.Weekday][]Window{}, map[time.Weekday][]Window{}
	for day := time.Sunday; day <= time.Saturday; day++ {
		nights[day] = []Window{hours.Night}
	}
	for _, day := range hours.Weekend {
		weekends[mod7(day)] = []Window{{}}
	}
	b := burdens{people: map[string]*burden{}, night: newWeek(nights), weekend: newWeek(weekends)}
	for _, s := range schedules {
		for _, c := range s.calendars {
			for _, m := range c.rotation.Members {
				b.of(m)
			}
			b.add(c, from, to)
		}
	}
	out := make(map[string]Load, len(b.people))
	for name, p := range b.people {
		out[name] = Load{total(p.all), total(p.night), total(p.weekend)}
	}
	return out
}

func mod7(day time.Weekday) time.Weekday { return time.Weekday(mod(int64(day), 7)) }

type burdens struct {
	people         map[string]*burden
	night, weekend week
}

// burden is when a person is on call; the stretches may overlap.
type burden struct{ all, night, weekend []Span }

func (b *burdens) of(name string) *burden {
	if b.people[name] == nil {
		b.people[name] = &burden{}
	}
	return b.people[name]
}

func (b *burdens) add(c *Calendar, from, to time.Time) {
	start := later(from, c.start)
	night := newSieve(&b.night, c.rotation.Zone, start)
	weekend := newSieve(&b.weekend, c.rotation.Zone, start)
	for s := range c.Shifts(from, to) {
		on := Span{later(s.Start, from), earlier(s.End, to)}
		dark, free := night.of(on), weekend.of(on)
		for _, m := range s.Members {
			p := b.of(m)
			p.all = append(p.all, on)
			p.night = append(p.night, dark...)
			p.weekend = append(p.weekend, free...)
		}
	}
}

// sieve keeps of ascending stretches of time what lies in the windows of a week.
type sieve struct {
	windows windows
	window  Span
	ok      bool
	buffer  []Span
}

func newSieve(w *week, zone *time.Location, t time.Time) sieve {
	s := sieve{windows: windowsFrom(w, zone, t)}
	s.advance()
	return s
}

func (s *sieve) advance() {
	var next span
	next, s.ok = s.windows.next()
	s.window = Span{instant(next.start), instant(next.end)}
}

// of answers with parts that are good until the next call.
func (s *sieve) of(on Span) []Span {
	s.buffer = s.buffer[:0]
	for s.ok && s.window.Start.Before(on.End) {
		part := Span{later(on.Start, s.window.Start), earlier(on.End, s.window.End)}
		if part.Start.Before(part.End) {
			s.buffer = append(s.buffer, part)
		}
		if s.window.End.After(on.End) {
			break
		}
		s.advance()
	}
	return s.buffer
}

// total is the length of all stretches together, counted once where they overlap.
func total(spans []Span) (sum time.Duration) {
	slices.SortFunc(spans, func(a, b Span) int { return a.Start.Compare(b.Start) })
	var until time.Time
	for i, s := range spans {
		if i > 0 {
			s.Start = later(s.Start, until)
		}
		if s.Start.Before(s.End) {
			sum += s.End.Sub(s.Start)
			until = s.End
		}
	}
	return sum
}
