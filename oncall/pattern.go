package oncall

// A recurrence as numbers. Time is cut into units (days, weeks, months) that hold the same
// marks each; unit k begins step·k after unit 0. So the hand-off at any time, and how many
// came before it, is a division and not a walk.

import (
	"cmp"
	"slices"
	"time"
)

// mark is a hand-off's place in its unit.
type mark struct {
	day     int64 // days after the first day of the unit
	seconds int64 // after midnight
}

type pattern struct {
	monthly bool
	base    int64 // the first date of unit 0; by months, the month
	step    int64 // days, or months, from a unit to the next
	// marks in ascending order, no two alike: by months, for months of 28, 29, 30 and
	// 31 days; otherwise only the first is used.
	marks [4][]mark
	// never: no unit holds a mark, such as the 31st of every twelfth month, counted
	// from a June, when short months are skipped.
	never bool
}

// newPattern lays out a recurrence that passed its check, with unit 0 holding the date.
func newPattern(r Recurrence, first date, rules Rules) pattern {
	p := pattern{base: int64(first), step: int64(r.Multiplier)}
	switch {
	case len(r.Daily) > 0:
		for _, c := range r.Daily {
			p.marks[0] = append(p.marks[0], mark{0, c.seconds()})
		}
	case len(r.Weekly) > 0:
		p.base, p.step = int64(first.monday()), p.step*7
		for _, w := range r.Weekly {
			p.marks[0] = append(p.marks[0], mark{int64(w.Day+6) % 7, w.seconds()})
		}
	default:
		p.monthly, p.base = true, monthOf(first)
		for i := range p.marks {
			p.marks[i] = monthMarks(r.Monthly, 28+i, rules)
		}
	}
	for i := range p.marks {
		slices.SortFunc(p.marks[i], func(a, b mark) int {
			return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.seconds, b.seconds))
		})
		p.marks[i] = slices.Compact(p.marks[i])
	}
	const untilAllRepeats = 400 * 12
	p.never = p.before(untilAllRepeats) == 0
	return p
}

func monthMarks(settings []MonthClock, days int, rules Rules) []mark {
	var out []mark
	for _, m := range settings {
		if m.Day > days && rules.SkipShortMonths {
			continue
		}
		out = append(out, mark{int64(min(m.Day, days) - 1), m.seconds()})
	}
	return out
}

// unit is the first date and the marks of unit k.
func (p *pattern) unit(k int64) (date, []mark) {
	if !p.monthly {
		return date(p.base + k*p.step), p.marks[0]
	}
	month := p.base + k*p.step
	return firstOfMonth(month), p.marks[monthClass(month)]
}

// unitOf is the last unit that begins on or before the date; it may be negative.
func (p *pattern) unitOf(d date) int64 {
	if p.monthly {
		return floorDiv(monthOf(d)-p.base, p.step)
	}
	return floorDiv(int64(d)-p.base, p.step)
}

// monthClass is how many days more than 28 the month has.
func monthClass(month int64) int {
	switch time.Month(mod(month, 12) + 1) {
	case time.February:
		if leap(floorDiv(month, 12)) {
			return 1
		}
		return 0
	case time.April, time.June, time.September, time.November:
		return 2
	default:
		return 3
	}
}

// before counts the marks of units 0 to k-1.
func (p *pattern) before(k int64) int64 {
	if !p.monthly {
		return k * int64(len(p.marks[0]))
	}
	var sum int64
	cycle := 12 / gcd(12, p.step) // units until the same month of the year comes again
	for i := range min(cycle, k) {
		month, times := p.base+i*p.step, (k-i+cycle-1)/cycle
		if time.Month(mod(month, 12)+1) != time.February {
			sum += times * int64(len(p.marks[monthClass(month)]))
			continue
		}
		leaps := countLeaps(floorDiv(month, 12), cycle*p.step/12, times)
		sum += leaps*int64(len(p.marks[1])) + (times-leaps)*int64(len(p.marks[0]))
	}
	return sum
}

// countLeaps counts the leap years among n years that begin with first and are step apart.
func countLeaps(first, step, n int64) int64 {
	cycle := 400 / gcd(400, step)
	var inCycle, inRest int64
	for i := range min(cycle, n) {
		if leap(first + i*step) {
			inCycle++
			if i < n%cycle {
				inRest++
			}
		}
	}
	return n/cycle*inCycle + inRest
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
