package oncall

import "time"

// Reading is what a wall-clock time means in a zone, see the package's two rules.
type Reading struct {
	// At is the instant, in UTC.
	At time.Time
	// Jump is how far the clocks jumped when they passed over the time, so that it is
	// shown by no clock; 0: it exists. Never negative.
	Jump time.Duration
	// Again is the instant at which the clocks show the time once more after they were
	// set back; zero: they show it once.
	Again time.Time
}

// Read finds what [Instant] answers, and how: the instant of a date and time of day as the clocks of a zone show them. Only
// the date and the clock of wall count, to the second: its own zone is not looked at.
func Read(wall time.Time, zone *time.Location) Reading {
	f := face{zone: zone}
	shown := wallOf(wall)
	moment := f.resolve(shown)
	out := Reading{At: instant(moment.at), Jump: time.Duration(moment.jump) * time.Second}
	if moment.jump > 0 {
		return out
	}
	for s := f.stretch(moment.at); s.hi <= moment.at+farOffset; {
		s = f.stretch(s.hi)
		if again := shown - s.offset; s.lo <= again && again < s.hi && again != moment.at {
			out.Again = instant(again)
			break
		}
	}
	return out
}
