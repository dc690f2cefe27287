package kind

// Fleets: what a monitor with each: is for. Which resources those are only the target knows, so
// a plan is lowered to one alarm with a Selector, and every pass makes of it what the target has.

import (
	"context"

	"github.com/watchbill/watchbill/internal/awsapi"
	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/internal/resource"
)

// Fleet is what a pass found for one monitor with each.
type Fleet struct {
	Monitor string
	Origin  diag.Pos
	// Targets are the resources that match, without the excepted, sorted by ARN; Excepted
	// those that match and are left out.
	Targets, Excepted []FleetTarget
	// Encoding is per_target or query, and Why says why and what it costs.
	Encoding, Why string
	// Err is why nobody knows the fleet: nothing is planned for its alarms then.
	Err error
}

// FleetTarget is one resource of a fleet. ID is what people call it (i-0abc), the end of its
// alarm's name.
type FleetTarget struct {
	ARN, ID string
}

// Expand makes alarms of the fleets in a desired state; without any it makes no call. A fleet
// that cannot be read leaves its alarms unknown. The error is trouble that makes the whole pass
// meaningless, as with Observe.
func Expand(ctx context.Context, clients *awsapi.Clients, desired *resource.State) (*resource.State, []Fleet, error) {
	return desired, nil, nil
}
