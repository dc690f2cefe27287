package kind

import (
	"fmt"

	"github.com/watchbill/watchbill/internal/resource"
)

// Unseen is what an observed state relies on without telling all about it, with the
// reason: live resources that are not ours, so that their inside was not read, and rotations
// of which there are several, so that nobody knows which of them a schedule has. Live are
// the addresses of all that was found, see Env.Live. What could not be read is not among
// them: that is State.Unknown.
func Unseen(observed *resource.State, live []resource.Addr) map[resource.Addr]string {
	found := make(map[resource.Addr]bool, len(live))
	for _, addr := range live {
		found[addr] = true
	}
	out := map[resource.Addr]string{}
	for _, o := range observed.All() {
		for _, need := range o.Needs {
			if _, known := out[need]; known || need.Kind == theSet.Kind {
				continue
			}
			if why := unseen(observed.Get(need), found[need]); why != "" && observed.Unknown(need) == nil {
				out[need] = fmt.Sprintf(why, need)
			}
		}
	}
	return out
}

// unseen is what to say of an address, with a place for it; "" when it is known, or not there
// at all.
func unseen(objects []*resource.Object, live bool) string {
	switch {
	case len(objects) == 0 && live, len(objects) > 0 && objects[0].Spec == nil:
		return "%s is not watchbill's"
	case len(objects) > 1 && objects[0].Addr.Kind == rotationKind:
		return "there is more than one %s"
	}
	return ""
}
