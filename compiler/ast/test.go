package ast

import "github.com/watchbill/watchbill/internal/diag"

// Test is one case of a test file: an incident that opens at a time, who answers, and
// what is expected. It is no part of the plan.
type Test struct {
	At           diag.Pos // where the case begins
	Name         Text
	ResponsePlan Text
	Schedule     Text   // of the on_call expectations that name none
	When         []Text // at: instants and stretches as written; package when reads them
	Acknowledge  []*Answer
	Expect       []*Expectation
}

// Answer is a contact who acknowledges After the incident opened, if paged by then.
type Answer struct {
	Contact Text
	After   Duration
}

// Expectation is one thing that must be so. Exactly one of Contact, Nobody, FirstPage,
// Stops and OnCall was written in what has no findings; the others belong to one of them.
type Expectation struct {
	At diag.Pos

	Contact Text // is paged, at the latest By
	By      Duration
	Nobody  Text // is not paged, or not Before
	Before  Duration
	// Channel and ChannelType narrow which pages count. The type is email, sms or
	// voice, whichever of its words was written.
	Channel, ChannelType Text

	FirstPage Duration // the first call or text to anybody comes by then
	Stops     Flag     // nobody is paged after the last answer

	OnCall   *OnCallSet
	Schedule Text
}

// OnCallSet is everybody who is on call, no names for nobody. At is the place of the key.
type OnCallSet struct {
	At    diag.Pos
	Names []Text
}
