package emulator

// Time for alarms and hosts: evaluating alarms, looking at actions that are held back, mending. Alarms and engagements
// share one time: what an alarm opens at nine pages people at nine, before anything of a minute past.

import "time"

// pass lets time pass in a transaction: what was deleted goes, what is due happens, in order of time.
func (s *Server) pass(tx *tx, now time.Time) {
	settleSet(tx, now)
	for {
		at, ok := tx.nextWatch()
		if !ok || at.After(now) {
			break
		}
		advance(tx, s.opts.Rules, at)
		mendDue(tx, at)
		s.alarmsAt(tx, at)
	}
	advance(tx, s.opts.Rules, now)
}

// nextWatch is when an alarm is due next, or a host is mended.
func (st *state) nextWatch() (at time.Time, ok bool) {
	if st.alarmDues.len() > 0 {
		at, ok = st.alarmDues.get(st.alarmDues.keys[0]).At, true
	}
	if st.mendings.len() > 0 {
		if mended := st.mendings.get(st.mendings.keys[0]).At; !ok || mended.Before(at) {
			at, ok = mended, true
		}
	}
	return at, ok
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
