package emulator

// Time for alarms: evaluating them, and looking at actions that are held back. Alarms and engagements
// share one time: what an alarm opens at nine pages people at nine, before anything of a minute past.

import "time"

// pass lets time pass in a transaction: what was deleted goes, what is due happens, in order of time.
func (s *Server) pass(tx *tx, now time.Time) {
	settleSet(tx, now)
	for {
		at, ok := tx.nextAlarm()
		if !ok || at.After(now) {
			break
		}
		advance(tx, s.opts.Rules, at)
		s.alarmsAt(tx, at)
	}
	advance(tx, s.opts.Rules, now)
}

// nextAlarm is when an alarm is due next.
func (st *state) nextAlarm() (time.Time, bool) {
	if st.alarmDues.len() == 0 {
		return time.Time{}, false
	}
	return st.alarmDues.get(st.alarmDues.keys[0]).At, true
}

// alarmsAt does what is due at an instant, in order of the alarms' keys. Each alarm moves its due
// forward, so this ends.
func (s *Server) alarmsAt(tx *tx, at time.Time) {
	var keys []string
	for _, due := range tx.alarmDues.below("") {
		if due.At.After(at) {
			break
		}
		keys = append(keys, due.Alarm)
	}
	c := &call{op: &operation{service: "monitoring", name: "Evaluate"}, account: s.account, now: at, opts: &s.opts}
	for _, key := range keys {
		a := tx.alarms.get(key)
		c.region = a.Region
		if !a.Next.IsZero() && !a.Next.After(at) {
			evaluateAlarm(c, tx, key)
		}
		if a = tx.alarms.get(key); !a.Held.IsZero() && !a.Held.After(at) {
			lookAtHeld(c, tx, key)
		}
	}
}
