package oncall

import (
	"encoding/binary"
	"slices"
	"testing"
	"time"
)

// tape hands out numbers from the fuzzer's bytes, zeros when they run out.
type tape struct{ bytes []byte }

func (t *tape) int(n int) int { // 0 to n-1, now and then -1 or n
	if len(t.bytes) == 0 {
		return 0
	}
	v := int(t.bytes[0])
	t.bytes = t.bytes[1:]
	return v%(n+2) - 1
}

func (t *tape) int64() int64 {
	var b [8]byte
	t.bytes = t.bytes[copy(b[:], t.bytes):]
	return int64(binary.LittleEndian.Uint64(b[:]))
}

func (t *tape) clock() Clock { return Clock{t.int(24), t.int(60)} }

func (t *tape) instant() time.Time {
	const years9999 = 315_537_897_600 // seconds from year 1 to 9999
	return firstInstant.Add(0).Add(time.Duration(t.int64()%1e9)).Local().AddDate(t.int(100)*100+t.int(100), t.int(12), t.int(31)).
		Add(time.Duration(t.int64()%years9999/1000) * time.Second)
}

func (t *tape) rotation() Rotation {
	zoneName := zoneNames[max(t.int(len(zoneNames)-1), 0)]
	loc, err := time.LoadLocation(zoneName)
	if err != nil {
		panic(err)
	}
	r := Rotation{Zone: loc, Start: t.instant(), OnCalls: int(t.int64()), Members: make([]string, max(t.int(30), 0))}
	for i := range r.Members {
		r.Members[i] = string(rune('A' + i%20))
	}
	r.Recurrence.Multiplier = t.int(101)
	for range t.int(4) {
		switch t.int(3) {
		case 0:
			r.Recurrence.Daily = append(r.Recurrence.Daily, t.clock())
		case 1:
			r.Recurrence.Weekly = append(r.Recurrence.Weekly, WeekClock{time.Weekday(t.int(7)), t.clock()})
		default:
			r.Recurrence.Monthly = append(r.Recurrence.Monthly, MonthClock{t.int(32), t.clock()})
		}
	}
	if n := t.int(6); n >= 0 {
		r.Coverage = map[time.Weekday][]Window{}
		for range n {
			day := time.Weekday(t.int(7))
			r.Coverage[day] = append(r.Coverage[day], Window{t.clock(), t.clock()})
		}
	}
	for range t.int(5) {
		r.Overrides = append(r.Overrides, Override{Start: t.instant(), End: t.instant(), Members: []string{"Z"}})
	}
	return r
}

// FuzzShifts asks any rotation any question: it is refused by Check, or answers at once with
// shifts in order that agree with each other.
func FuzzShifts(f *testing.F) {
	f.Add([]byte("a rotation"), uint8(0))
	f.Add(slices.Repeat([]byte{1, 9, 200, 33, 7}, 40), uint8(7))
	f.Add(slices.Repeat([]byte{0xff}, 200), uint8(2))
	f.Fuzz(func(t *testing.T, data []byte, choice uint8) {
		in := tape{data}
		rules := Rules{AdvanceByOne: choice&1 > 0, SkipShortMonths: choice&2 > 0, OverrideFillsGaps: choice&4 > 0, ClipShifts: choice&8 > 0}
		r, from, to := in.rotation(), in.instant(), in.instant()
		if before, after, err := r.Recurrence.HandOffs(r.Zone, from, rules); err == nil && (before.After(from) || !after.After(from)) {
			t.Fatalf("hand-offs around %s: %s and %s", from, before, after)
		}
		c, err := NewCalendar(r, rules)
		if err != nil {
			if r.Check() == nil {
				t.Fatal("refused without a reason")
			}
			return
		}
		var all []Shift
		for s := range c.Shifts(from, to) {
			if !s.Start.Before(to) || !s.End.After(from) {
				t.Fatalf("%+v is not in [%s, %s)", s, from, to)
			}
			if all = append(all, s); len(all) == 50 {
				break
			}
		}
		lawful(t, all)
		for i, s := range all {
			got, ok := c.At(s.Start)
			if !ok || !got.End.Equal(s.End) && !rules.ClipShifts || !slices.Equal(got.Members, s.Members) || got.Turn != s.Turn {
				t.Fatalf("shift %d is %+v, at its start %+v", i, s, got)
			}
		}
	})
}
