package emulator

// The clock of the account. It goes with the time outside until somebody takes hold of it: it can
// be made faster, stopped, and moved forward, but never back. The store remembers the clock; while
// no process has the store open, a running clock runs on.

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// clockRow is how the account's time follows from the time outside. Without a row the two are equal.
type clockRow struct {
	Outside time.Time // at this time outside
	Account time.Time // it was this time here
	Speed   float64   // account seconds a second, also of a stopped clock that will run again
	Stopped bool      `json:",omitempty"`
}

const clockKey = "clock"

// Limits of the clock. endOfTime is inside what a number of nanoseconds can say (until 2262).
const maxSpeed = 1e6

var endOfTime = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)

// ErrClock is what is wrong with a clock that was asked for: time does not run backwards, a speed is
// more than 0 and at most a million, and time ends with the year 2199.
var ErrClock = errors.New("clock")

// at is the account's time when it is outside o'clock outside.
func (row *clockRow) at(outside time.Time) time.Time {
	outside = outside.Round(0).UTC()
	if row == nil {
		return outside
	}
	passed := max(0, outside.Sub(row.Outside))
	switch {
	case row.Stopped:
		passed = 0
	case row.Speed != 1:
		passed = time.Duration(min(float64(passed)*row.Speed, math.MaxInt64/2))
	}
	if now := row.Account.Add(passed); now.Before(endOfTime) {
		return now
	}
	return endOfTime
}

// until is how long it takes outside until the account's time is t, false when that never comes.
func (row *clockRow) until(t, outside time.Time) (time.Duration, bool) {
	wait := max(0, t.Sub(row.at(outside)))
	switch {
	case row == nil:
		return wait, true
	case row.Stopped && wait > 0:
		return 0, false
	}
	return time.Duration(min(float64(wait)/row.Speed, math.MaxInt64/2)), true
}

// now is the account's time in a state.
func (s *Server) now(st *state) time.Time { return st.clocks.get(clockKey).at(s.opts.Now()) }

// ClockState is what a clock shows.
type ClockState struct {
	Now     time.Time `json:"now"`
	Speed   float64   `json:"speed"` // account seconds a second, when it runs
	Running bool      `json:"running"`
	// Next is when the next thing happens by itself: a stage begins, a message is repeated.
	Next *time.Time `json:"next,omitempty"`
}

// Clock reads the clock.
func (s *Server) Clock() ClockState {
	var out ClockState
	s.store.view(func(st *state) {
		out = ClockState{Now: s.now(st), Speed: 1, Running: true}
		if row := st.clocks.get(clockKey); row != nil {
			out.Speed, out.Running = row.Speed, !row.Stopped
		}
		if next, ok := st.nextDue(); ok {
			out.Next = &next
		}
	})
	return out
}

// Advance moves the clock forward and does everything that comes due on the way, in order, before it
// returns. Moving a week takes no longer than what happens in it.
func (s *Server) Advance(d time.Duration) error {
	return s.turnClock(func(row *clockRow) error {
		if d < 0 {
			return fmt.Errorf("%w: cannot go back by %s", ErrClock, -d)
		}
		return row.moveTo(row.Account.Add(d))
	})
}

// SetClock is Advance to an instant.
func (s *Server) SetClock(t time.Time) error {
	return s.turnClock(func(row *clockRow) error { return row.moveTo(t.Round(0).UTC()) })
}

// SetSpeed lets the clock run faster or slower, from its present time on. It does not start a
// stopped clock.
func (s *Server) SetSpeed(speed float64) error {
	return s.turnClock(func(row *clockRow) error { return row.setSpeed(speed) })
}

// StopClock holds the clock: time passes only by Advance and SetClock.
func (s *Server) StopClock() error {
	return s.turnClock(func(row *clockRow) error { row.Stopped = true; return nil })
}

// RunClock lets a stopped clock run on from its present time.
func (s *Server) RunClock() error {
	return s.turnClock(func(row *clockRow) error { row.Stopped = false; return nil })
}

func (row *clockRow) moveTo(t time.Time) error {
	switch {
	case t.Before(row.Account):
		return fmt.Errorf("%w: it is %s already, it cannot go back to %s", ErrClock, row.Account.Format(time.RFC3339), t.Format(time.RFC3339))
	case t.After(endOfTime):
		return fmt.Errorf("%w: time ends with the year 2199", ErrClock)
	}
	row.Account = t
	return nil
}

func (row *clockRow) setSpeed(speed float64) error {
	if !(speed > 0 && speed <= maxSpeed) {
		return fmt.Errorf("%w: the speed must be more than 0 and at most %d", ErrClock, int(maxSpeed))
	}
	row.Speed = speed
	return nil
}

// turnClock changes the clock, given as a row that is true now, and does what is due then. Nothing
// is changed when change fails.
func (s *Server) turnClock(change func(*clockRow) error) error {
	s.gate.RLock()
	defer s.gate.RUnlock()
	if s.closed {
		return ErrClosed
	}
	return s.turnClockLocked(change)
}

// turnClockLocked is turnClock of a caller that holds the gate.
func (s *Server) turnClockLocked(change func(*clockRow) error) error {
	defer s.setAlarm()
	return s.store.update(func(tx *tx) error {
		outside := s.opts.Now().Round(0).UTC()
		row := clockRow{Speed: 1}
		if old := tx.clocks.get(clockKey); old != nil {
			row = *old
		}
		row.Outside, row.Account = outside, tx.clocks.get(clockKey).at(outside)
		if err := change(&row); err != nil {
			return err
		}
		tx.clocks.put(tx, clockKey, &row)
		s.pass(tx, row.Account)
		return nil
	})
}

// settle does pass when it has something to do, also for readers: what was deleted should not stay
// on the disk until somebody happens to write, and who asks should see what has happened by now.
func (s *Server) settle() error {
	idle := true
	s.store.view(func(st *state) {
		now := s.now(st)
		for _, set := range st.sets.below("") {
			idle = idle && set.status(now) != ""
		}
		if next, ok := st.nextDue(); ok && !next.After(now) {
			idle = false
		}
	})
	if idle {
		return nil
	}
	return s.store.update(func(tx *tx) error { s.pass(tx, s.now(tx.state)); return nil })
}

// setClockOptions gives an opened store the clock of its options.
func (s *Server) setClockOptions() error {
	o := s.opts
	if o.Clock == "" && o.Speed == 0 {
		return nil
	}
	return s.turnClock(func(row *clockRow) error {
		switch o.Clock {
		case "":
		case ClockRunning:
			row.Stopped = false
		case ClockStopped:
			row.Stopped = true
		default:
			return fmt.Errorf("%w: it is %q or %q, not %q", ErrClock, ClockRunning, ClockStopped, o.Clock)
		}
		if o.Speed == 0 {
			return nil
		}
		return row.setSpeed(o.Speed)
	})
}
