package oncall

import (
	"maps"
	"slices"
	"time"
)

// Duty is a shift of a person, and where it is.
type Duty struct {
	Schedule string    // by its name in the roster
	Calendar *Calendar // the rotation, its zone
	Shift    Shift
	// Until is when the person goes off call in that rotation: the end of the shift and of
	// those that follow it without a break, as far as they begin in the time asked about.
	Until time.Time
}

// NextShift is the first shift of a contact that lies at least in part in
// [from, from+within), so it may have begun before. Of several that begin together, in whole or
// before from, the one of the first schedule by name counts, and of its first rotation. False:
// there is none. It looks through all shifts of the person's rotations until it finds one.
func (r *Roster) NextShift(contact string, from time.Time, within time.Duration) (Duty, bool) {
	var first Duty
	found := false
	for _, name := range slices.Sorted(maps.Keys(r.Schedules)) {
		for _, c := range r.Schedules[name].calendars {
			shift, ok := c.Next(contact, from, from.Add(within))
			if !ok || found && !later(shift.Start, from).Before(later(first.Shift.Start, from)) {
				continue
			}
			first, found = Duty{Schedule: name, Calendar: c, Shift: shift}, true
		}
	}
	if found {
		first.Until = first.Calendar.until(contact, first.Shift, from.Add(within))
	}
	return first, found
}

// until is when a member goes off call who is on call in a shift.
func (c *Calendar) until(member string, s Shift, to time.Time) time.Time {
	end := s.End
	for next := range c.Shifts(end, to) {
		if !next.Start.Equal(end) || !slices.Contains(next.Members, member) {
			break
		}
		end = next.End
	}
	return end
}
