package emulator

// The alarm wakes the account when something is due and nobody asks. There is at most one, and none
// while nothing is due or the clock stands.

import (
	"sync"
	"time"
)

type alarm struct {
	mu    sync.Mutex
	timer *time.Timer
	off   bool // the server closes
}

// shortestAlarm keeps a clock that runs fast, or jumps, from waking the account all the time; the
// things that happen get their exact times all the same. failedAlarm is the pause after a write of
// the store that failed.
const (
	shortestAlarm = 20 * time.Millisecond
	failedAlarm   = time.Second
)

// setAlarm sets the alarm for what is due next. It is called whenever that may have changed.
func (s *Server) setAlarm() {
	s.alarm.mu.Lock()
	defer s.alarm.mu.Unlock()
	var wait time.Duration
	due := false
	s.store.view(func(st *state) {
		if next, ok := st.nextDue(); ok {
			wait, due = st.clocks.get(clockKey).until(next, s.opts.Now())
		}
	})
	s.alarm.set(wait, due, s.ring)
}

func (a *alarm) set(wait time.Duration, on bool, ring func()) {
	if a.timer != nil {
		a.timer.Stop()
		a.timer = nil
	}
	if on && !a.off {
		a.timer = time.AfterFunc(max(wait, shortestAlarm), ring)
	}
}

// ring does what is due. A store that fails now is tried again: nobody is there to be told.
func (s *Server) ring() {
	s.gate.RLock()
	defer s.gate.RUnlock()
	if s.closed {
		return
	}
	if s.settle() == nil {
		s.setAlarm()
		return
	}
	s.alarm.mu.Lock()
	defer s.alarm.mu.Unlock()
	s.alarm.set(failedAlarm, true, s.ring)
}

// turnOff is the end of the alarm.
func (a *alarm) turnOff() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.off = true
	a.set(0, false, nil)
}
