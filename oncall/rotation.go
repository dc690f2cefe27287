package oncall

import (
	"errors"
	"fmt"
	"time"
)

// Rotation says who takes turns being on call, and when the turn passes on.
type Rotation struct {
	// Name is what an answer calls the rotation; it means nothing here.
	Name string
	// Start is when the rotation goes into effect and the first turn begins, at best
	// exactly on a hand-off ([Recurrence.HandOffs]). Every later turn follows from it.
	Start time.Time
	// Zone is where the wall clocks of the recurrence and the coverage hang.
	Zone *time.Location
	// Members in the order of their turns.
	Members []string
	// OnCalls is how many members are on call together, 1 or more. More than there
	// are members means all of them.
	OnCalls int
	// Recurrence says when a turn ends and the next begins.
	Recurrence Recurrence
	// Coverage limits the turns to parts of the week. Empty: around the clock. A day
	// that is not named is not covered. Where two windows overlap the later one begins
	// when the earlier one ends, so shifts of one rotation never overlap.
	Coverage map[time.Weekday][]Window
	// Overrides put other people on call for a while. Where two overlap, the
	// later one of the list counts.
	Overrides []Override
}

// Recurrence is when turns pass on. Exactly one of the three lists is used.
type Recurrence struct {
	Daily   []Clock
	Weekly  []WeekClock
	Monthly []MonthClock
	// Multiplier is how many days, weeks or months lie from one day (week, month) with
	// hand-offs to the next, 1 to 100.
	Multiplier int
}

// WeekClock is a time of the week.
type WeekClock struct {
	Day time.Weekday
	Clock
}

// MonthClock is a time of the month; Day is 1 to 31. See [Rules.SkipShortMonths]
// about months without that day.
type MonthClock struct {
	Day int
	Clock
}

// Override replaces everybody on call from Start until End. Nobody may be on call in it.
type Override struct {
	ID         string // what an answer calls the override; it means nothing here
	Start, End time.Time
	Members    []string
}

// What can be wrong with a rotation. [Rotation.Check] wraps them in a [FieldError].
var (
	ErrNoMembers   = errors.New("needs at least one member")
	ErrNoZone      = errors.New("needs a time zone")
	ErrStart       = errors.New("must lie in the years 1 to 9999")
	ErrOnCalls     = errors.New("needs at least one person on call")
	ErrNoHandOff   = errors.New("needs daily, weekly or monthly hand-offs")
	ErrMixed       = errors.New("takes only one of daily, weekly and monthly hand-offs")
	ErrMultiplier  = errors.New("must be 1 to 100")
	ErrClock       = errors.New("must be a time from 00:00 to 23:59")
	ErrWeekday     = errors.New("must be a day from Sunday (0) to Saturday (6)")
	ErrDayOfMonth  = errors.New("must be a day from 1 to 31")
	ErrEmptyWindow = errors.New("must end after it starts")
)

// MaxMultiplier is AWS's limit of RecurrenceMultiplier.
const MaxMultiplier = 100

// FieldError says which part of a rotation is wrong; Err is one of the errors above.
type FieldError struct {
	Field string // such as recurrence.weekly[2] or overrides[0]
	Err   error
}

func (e *FieldError) Error() string { return e.Field + " " + e.Err.Error() }

func (e *FieldError) Unwrap() error { return e.Err }

type fieldErrors []error

func (f *fieldErrors) add(bad bool, err error, field string, args ...any) {
	if bad {
		*f = append(*f, &FieldError{Field: fmt.Sprintf(field, args...), Err: err})
	}
}

// Check says whether the rotation can be dealt. The error joins one [FieldError] for
// each thing that is wrong. It does not judge taste: more people on call than
// members, a start between hand-offs and windows that overlap all have a meaning here.
func (r Rotation) Check() error {
	var bad fieldErrors
	bad.add(len(r.Members) == 0, ErrNoMembers, "members")
	bad.add(r.Zone == nil, ErrNoZone, "zone")
	bad.add(r.Start.Before(firstInstant) || !r.Start.Before(horizon), ErrStart, "start")
	bad.add(r.OnCalls < 1, ErrOnCalls, "on_calls")
	r.Recurrence.check(&bad)
	for day := time.Sunday; day <= time.Saturday; day++ {
		for i, w := range r.Coverage[day] {
			bad.add(!w.Start.valid() || !w.End.valid(), ErrClock, "coverage[%s][%d]", day, i)
		}
	}
	for day := range r.Coverage {
		if day < time.Sunday || day > time.Saturday { // a map: name the kind, not the key, to stay deterministic
			bad.add(true, ErrWeekday, "coverage")
			break
		}
	}
	for i, o := range r.Overrides {
		bad.add(!o.End.After(o.Start), ErrEmptyWindow, "overrides[%d]", i)
	}
	return errors.Join(bad...)
}

func (r Recurrence) check(bad *fieldErrors) {
	families := 0
	for _, n := range []int{len(r.Daily), len(r.Weekly), len(r.Monthly)} {
		if n > 0 {
			families++
		}
	}
	bad.add(families == 0, ErrNoHandOff, "recurrence")
	bad.add(families > 1, ErrMixed, "recurrence")
	bad.add(r.Multiplier < 1 || r.Multiplier > MaxMultiplier, ErrMultiplier, "recurrence.multiplier")
	for i, c := range r.Daily {
		bad.add(!c.valid(), ErrClock, "recurrence.daily[%d]", i)
	}
	for i, w := range r.Weekly {
		bad.add(!w.valid(), ErrClock, "recurrence.weekly[%d]", i)
		bad.add(w.Day < time.Sunday || w.Day > time.Saturday, ErrWeekday, "recurrence.weekly[%d]", i)
	}
	for i, m := range r.Monthly {
		bad.add(!m.valid(), ErrClock, "recurrence.monthly[%d]", i)
		bad.add(m.Day < 1 || m.Day > 31, ErrDayOfMonth, "recurrence.monthly[%d]", i)
	}
}
