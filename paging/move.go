package paging

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/watchbill/watchbill/oncall"
)

// ShiftWeeks is how far ahead shifts are compared: far enough that everybody of a usual
// rotation has had a turn.
const ShiftWeeks = 12

// Move is what changes for one person of a schedule: the time they are no longer
// on call, and the time they newly are; nil is none. Where it has no hours, a turn that
// moves as a whole is one date, from its beginning to its end, whatever hours of it are
// covered.
type Move struct {
	Contact       string
	Before, After *When
}

// Shift is a schedule whose shifts move, by its name on both sides.
type Shift struct {
	Schedule string
	// Zone is that of the first rotation afterwards.
	Zone *time.Location
	// From and To are what was looked at, in UTC.
	From, To time.Time
	Moves    []Move // ascending by their first instants, then by name; at least one
}

// Shifts finds the schedules whose people are on call at other times from an instant on,
// sorted by name. A schedule that is new, gone or renamed has no shifts to move. Only those
// are looked at for which among answers true; nil means all of them.
func Shifts(before, after *oncall.Roster, from time.Time, among func(schedule string) bool) []Shift {
	var out []Shift
	for _, name := range slices.Sorted(maps.Keys(after.Schedules)) {
		was, is := before.Schedules[name], after.Schedules[name]
		if was == nil || among != nil && !among(name) {
			continue
		}
		zone := zoneOf([]*oncall.Schedule{is, was})
		s := Shift{Schedule: name, Zone: zone, From: from.Truncate(time.Second).UTC()}
		s.To = s.From.In(zone).AddDate(0, 0, 7*ShiftWeeks).UTC()
		if s.Moves = moves(was, is, zone, s.From, s.To); len(s.Moves) > 0 {
			out = append(out, s)
		}
	}
	return out
}

func moves(before, after *oncall.Schedule, zone *time.Location, from, to time.Time) []Move {
	f := newFolder(zone, span{from.Unix(), to.Unix()})
	was, is := turnsOf(before, from, to), turnsOf(after, from, to)
	first := map[string]int64{}
	var out []Move
	for _, person := range slices.Sorted(maps.Keys(merged(was, is))) {
		b, a := was[person].set(), is[person].set()
		left, came := subtract(b, a), subtract(a, b)
		if all := union(slices.Concat(left, came)); len(all) > 0 {
			first[person] = all[0].start
			out = append(out, Move{person, was[person].fold(left, f), is[person].fold(came, f)})
		}
	}
	slices.SortStableFunc(out, func(a, b Move) int { return cmp.Compare(first[a.Contact], first[b.Contact]) })
	return out
}

func merged(a, b map[string]turns) map[string]turns {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}

// turns are the times one person is on call, turn by turn, ascending by their starts.
type turns [][]span

type turnKey struct {
	person   string
	rotation int
	turn     int64
	override *oncall.Override
}

// turnsOf are the turns of everybody in a schedule, cut to [from, to).
func turnsOf(s *oncall.Schedule, from, to time.Time) map[string]turns {
	out := map[string]turns{}
	index := map[turnKey]int{}
	window := span{from.Unix(), to.Unix()}
	for rotation, shift := range s.Shifts(from, to) {
		piece := span{max(shift.Start.Unix(), window.start), min(shift.End.Unix(), window.end)}
		for _, person := range shift.Members {
			key := turnKey{person, rotation, shift.Turn, shift.Override}
			i, known := index[key]
			if !known {
				i = len(out[person])
				index[key] = i
				out[person] = append(out[person], nil)
			}
			out[person][i] = append(out[person][i], piece)
		}
	}
	return out
}

func (t turns) set() []span { return union(slices.Concat(t...)) }

// fold says a part of the turns: by hours of the week when that is shorter, else those that
// lie in it as a whole from their beginning to their end, of the others the pieces that do.
func (t turns) fold(part []span, f *folder) *When {
	if len(part) == 0 {
		return nil
	}
	w := When{Dates: public(t.whole(part))}
	if exact := f.fold(part); exact.words() < w.words() {
		w = exact
	}
	return &w
}

func (t turns) whole(part []span) []span {
	var out []span
	for _, turn := range t {
		turn = union(turn)
		in := intersect(turn, part)
		if len(in) > 0 && slices.Equal(in, turn) {
			in = []span{{turn[0].start, turn[len(turn)-1].end}}
		}
		out = append(out, in...)
	}
	return union(out)
}

// onCall is a stretch in which the same people are on call, sorted by name.
type onCall struct {
	span
	people []string
}

func watches(s *oncall.Schedule, from, to time.Time) iter.Seq[onCall] {
	return func(yield func(onCall) bool) {
		for w := range s.Watches(from, to) {
			if !yield(onCall{spanOf(w.Span), slices.Sorted(slices.Values(w.People))}) {
				return
			}
		}
	}
}

// zip walks two partitions of the same time side by side, cut at the ends of both.
func zip(a, b iter.Seq[onCall]) iter.Seq2[onCall, onCall] {
	return func(yield func(onCall, onCall) bool) {
		nextA, stopA := iter.Pull(a)
		defer stopA()
		nextB, stopB := iter.Pull(b)
		defer stopB()
		x, okA := nextA()
		y, okB := nextB()
		for okA && okB && yield(x, y) {
			switch end := min(x.end, y.end); {
			case x.end == end && y.end == end:
				x, okA = nextA()
				y, okB = nextB()
			case x.end == end:
				x, okA = nextA()
			default:
				y, okB = nextB()
			}
		}
	}
}
