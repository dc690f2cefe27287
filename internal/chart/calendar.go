package chart

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/watchbill/watchbill/oncall"
)

// Question is what a calendar is asked.
type Question struct {
	From, To time.Time
	// Schedule and Contact limit the answer; "" is all. With a contact it is that person's
	// shifts and load, without gaps.
	Schedule, Contact string
}

// Calendar is who is on call in a stretch of time.
type Calendar struct {
	From, To  time.Time
	Contact   string // of the question
	Schedules []Schedule
	Loads     map[string]oncall.Load // by contact, of all its schedules together
}

// Schedule is one schedule of a calendar.
type Schedule struct {
	Name string
	// Zone is that of the first rotation, UTC without one. Times are printed in it.
	Zone      *time.Location
	Rotations []string
	Shifts    []Shift       // in full length, ascending by start and then by rotation
	Gaps      []oncall.Span // within From and To

	of    *oncall.Schedule
	asked Question
}

// Shift is a shift and the index of its rotation in the schedule.
type Shift struct {
	oncall.Shift
	Rotation int
}

// NewCalendar asks a roster. Schedules come sorted by name; with a contact, only those with
// a shift of that person.
func NewCalendar(r *oncall.Roster, q Question) *Calendar {
	c := &Calendar{From: q.From.UTC(), To: q.To.UTC(), Contact: q.Contact}
	var asked []*oncall.Schedule
	for _, name := range slices.Sorted(maps.Keys(r.Schedules)) {
		if q.Schedule != "" && q.Schedule != name {
			continue
		}
		asked = append(asked, r.Schedules[name])
		s := newSchedule(name, r.Schedules[name])
		for rotation, shift := range r.Schedules[name].Shifts(q.From, q.To) {
			if q.Contact == "" || slices.Contains(shift.Members, q.Contact) {
				s.Shifts = append(s.Shifts, Shift{shift, rotation})
			}
		}
		if q.Contact == "" {
			s.Gaps = slices.Collect(r.Schedules[name].Gaps(q.From, q.To))
		} else if len(s.Shifts) == 0 {
			continue
		}
		s.of, s.asked = r.Schedules[name], q
		c.Schedules = append(c.Schedules, s)
	}
	c.Loads = oncall.Loads(q.From, q.To, oncall.UsualHours, asked...)
	if q.Contact != "" {
		maps.DeleteFunc(c.Loads, func(name string, _ oncall.Load) bool { return name != q.Contact })
	}
	return c
}

func newSchedule(name string, of *oncall.Schedule) Schedule {
	s := Schedule{Name: name, Zone: time.UTC}
	for i, c := range of.Calendars() {
		if i == 0 {
			s.Zone = c.Zone()
		}
		s.Rotations = append(s.Rotations, c.Name())
	}
	return s
}

// people are all who have a shift or a load, sorted.
func (c *Calendar) people() []string {
	all := map[string]bool{}
	for name := range c.Loads {
		all[name] = true
	}
	for _, s := range c.Schedules {
		for _, shift := range s.Shifts {
			for _, m := range shift.Members {
				all[m] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// OnCall is who is on call at one instant.
type OnCall struct {
	At        time.Time
	Schedules []Watch
}

// Watch is who has the watch of one schedule. Without a shift, or with shifts of nobody,
// Gap is how long nobody has it, from At on.
type Watch struct {
	Schedule
	Gap *oncall.Span
	// Until is when the people of each of Shifts are relieved, which may be shifts later; Next is
	// the shift of those who come then or later, the zero value when none does within a year.
	Until []time.Time
	Next  []oncall.Shift
}

const aYear = 366 * 24 * time.Hour

// NewOnCall asks a roster about an instant. Schedule and contact limit the answer as
// they do in a Question.
func NewOnCall(r *oncall.Roster, at time.Time, schedule, contact string) *OnCall {
	out := &OnCall{At: at}
	for _, name := range slices.Sorted(maps.Keys(r.Schedules)) {
		if schedule != "" && schedule != name {
			continue
		}
		w := newWatch(name, r.Schedules[name], at, contact)
		if contact == "" || len(w.Shifts) > 0 {
			out.Schedules = append(out.Schedules, w)
		}
	}
	return out
}

func newWatch(name string, of *oncall.Schedule, at time.Time, contact string) Watch {
	w := Watch{Schedule: newSchedule(name, of)}
	calendars := of.Calendars()
	for i, c := range calendars {
		shift, ok := c.At(at)
		if !ok || contact != "" && !slices.Contains(shift.Members, contact) {
			continue
		}
		until, next := relief(c, shift)
		w.Shifts, w.Until, w.Next = append(w.Shifts, Shift{shift, i}), append(w.Until, until), append(w.Next, next)
	}
	if contact != "" || len(of.OnCall(at)) > 0 {
		return w
	}
	for gap := range of.Gaps(at, at.Add(aYear)) {
		w.Gap = &gap
		break
	}
	return w
}

// relief is when the people of a shift go off call, and the first shift of somebody then or later.
func relief(c *oncall.Calendar, shift oncall.Shift) (time.Time, oncall.Shift) {
	for s := range c.Shifts(shift.End, shift.End.Add(aYear)) {
		switch {
		case goesOn(shift, s):
			shift.End = s.End
		case len(s.Members) > 0:
			return shift.End, s
		}
	}
	return shift.End, oncall.Shift{}
}

// goesOn reports whether a shift of the same rotation is the same watch: the same people for the
// same reason, without a break. Coverage cuts a turn at midnight.
func goesOn(a, b oncall.Shift) bool {
	return a.End.Equal(b.Start) && slices.Equal(a.Members, b.Members) && a.Override == b.Override
}

// longTurn is how far back a watch is followed: the longest turn people take, a month.
const longTurn = 35 * 24 * time.Hour

// Watches are the shifts of a calendar as people see them: coverage cuts a turn at midnight, and a
// watch goes on. One that lasts for more than five weeks already is answered with its later part.
func (s Schedule) Watches() []Shift {
	from, to := s.asked.From, s.asked.To
	var out []Shift
	for i, c := range s.of.Calendars() {
		first := len(out)
		for shift := range c.Shifts(from.Add(-longTurn), to) {
			if n := len(out); n > first && goesOn(out[n-1].Shift, shift) {
				out[n-1].End = shift.End
				continue
			}
			out = append(out, Shift{shift, i})
		}
		if n := len(out); n > first {
			out[n-1].End, _ = relief(c, out[n-1].Shift)
		}
	}
	who := s.asked.Contact
	out = slices.DeleteFunc(out, func(shift Shift) bool {
		return !shift.End.After(from) || who != "" && !slices.Contains(shift.Members, who)
	})
	slices.SortStableFunc(out, func(a, b Shift) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Rotation, b.Rotation))
	})
	return out
}

// CalendarJSON is a calendar for programs. Times are RFC 3339 in UTC; shifts stand in full
// length, gaps are cut to the question. At one instant, From and To are that instant.
type CalendarJSON struct {
	SchemaVersion int         `json:"schema_version"`
	From          time.Time   `json:"from"`
	To            time.Time   `json:"to"`
	Shifts        []ShiftJSON `json:"shifts"`
	Gaps          []GapJSON   `json:"gaps"`
	Load          []LoadJSON  `json:"load"`
}

// ShiftJSON is one shift. Replaced are the people an override takes off call.
type ShiftJSON struct {
	Schedule string    `json:"schedule"`
	Rotation string    `json:"rotation"`
	Contacts []string  `json:"contacts"`
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
	Override bool      `json:"override"`
	Replaced []string  `json:"replaced,omitempty"`
}

// GapJSON is a time in which nobody is on call in any rotation of a schedule.
type GapJSON struct {
	Schedule string    `json:"schedule"`
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
}

// LoadJSON is how long somebody is on call, in hours with two decimals; nights are 22:00
// to 06:00 and weekends Saturday and Sunday by the clock of the rotation.
type LoadJSON struct {
	Contact      string  `json:"contact"`
	Hours        float64 `json:"hours"`
	NightHours   float64 `json:"night_hours"`
	WeekendHours float64 `json:"weekend_hours"`
}

// JSON is the calendar for programs.
func (c *Calendar) JSON() CalendarJSON {
	out := CalendarJSON{SchemaVersion: 1, From: c.From, To: c.To, Shifts: []ShiftJSON{}, Gaps: []GapJSON{}, Load: []LoadJSON{}}
	for _, s := range c.Schedules {
		out.add(s)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Loads)) {
		l := c.Loads[name]
		out.Load = append(out.Load, LoadJSON{name, hours(l.Total), hours(l.Night), hours(l.Weekend)})
	}
	return out
}

// JSON is the answer for programs, in the shape of a calendar.
func (o *OnCall) JSON() CalendarJSON {
	out := CalendarJSON{SchemaVersion: 1, From: o.At.UTC(), To: o.At.UTC(), Shifts: []ShiftJSON{}, Gaps: []GapJSON{}, Load: []LoadJSON{}}
	for _, w := range o.Schedules {
		if w.Gap != nil {
			w.Gaps = []oncall.Span{*w.Gap}
		}
		out.add(w.Schedule)
	}
	return out
}

func (out *CalendarJSON) add(s Schedule) {
	for _, shift := range s.Shifts {
		out.Shifts = append(out.Shifts, ShiftJSON{
			Schedule: s.Name, Rotation: s.Rotations[shift.Rotation], Contacts: append([]string{}, shift.Members...),
			Start: shift.Start, End: shift.End, Override: shift.Override != nil, Replaced: shift.Replaced,
		})
	}
	for _, gap := range s.Gaps {
		out.Gaps = append(out.Gaps, GapJSON{s.Name, gap.Start, gap.End})
	}
}

func hours(d time.Duration) float64 { return math.Round(d.Hours()*100) / 100 }

// byStart orders what is listed together.
func byStart(a, b row) int { return cmp.Or(a.start.Compare(b.start), cmp.Compare(a.order, b.order)) }
