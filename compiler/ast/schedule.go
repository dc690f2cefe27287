package ast

import (
	"time"

	"github.com/watchbill/watchbill/internal/diag"
)

// Wall is a date and a time of day as a wall clock shows them. Which zone's clock
// is said elsewhere: the value is in UTC and means no instant by itself.
type Wall = Val[time.Time]

// Schedule is an on-call schedule: rotations side by side. Whoever is on call in
// one of them is on call.
type Schedule struct {
	Item
	DisplayName Text // name:
	Rotations   []*Rotation
	Tags        []Pair
}

// Rotation is people who take turns. Its wall clocks hang in Timezone.
type Rotation struct {
	Item
	DisplayName Text // name: what AWS calls it
	Timezone    Text // IANA name
	Starts      Wall // the beginning of the first turn
	Members     []*Member
	OnCall      Int // people on call together; 1 when not written
	Every       Every
	Handoffs    []*Handoff
	Coverage    []*Coverage // none: around the clock
	Overrides   []*Override
	Tags        []Pair
}

// Member is a person of a rotation. Resolve fills Contact for a name that exists.
type Member struct {
	Name    Text
	Contact *Contact
}

// Unit is the length a turn is counted in.
type Unit string

// The units of turns.
const (
	Day   Unit = "day"
	Week  Unit = "week"
	Month Unit = "month"
)

// Every is how many days, weeks or months lie from one day (week, month) with
// hand-offs to the next.
type Every struct {
	At    diag.Pos
	Count int
	Unit  Unit
}

// Clock is a time of day.
type Clock struct{ Hour, Minute int }

// Handoff is a time at which a turn ends and the next begins: every day of the
// recurrence (Unit Day), on Weekday (Week) or on DayOfMonth (Month).
type Handoff struct {
	At         diag.Pos
	Unit       Unit
	Weekday    time.Weekday
	DayOfMonth int
	Clock      Clock
}

// Coverage is the parts of some days in which a rotation has somebody on call.
type Coverage struct {
	At      diag.Pos
	Days    []time.Weekday // in the order of the week, Monday first
	Windows []*Window
}

// Window is a part of a day; one that ends at or before its start ends on the
// next day.
type Window struct {
	At         diag.Pos
	Start, End Clock
}

// Override puts other people on call from From until To. No members: nobody.
type Override struct {
	At       diag.Pos
	From, To Wall
	Members  []*Member
}
