package emulator

// The clock of the account.

import "time"

// clockRow is how the account's time follows from the time outside.
type clockRow struct {
	Outside time.Time // at this time outside
	Account time.Time // it was this time here
	Speed   float64   // account seconds a second since then; 0 is a stopped clock
	Resume  float64   // the speed a stopped clock goes on with
}
