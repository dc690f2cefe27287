package kind

import (
	"slices"
	"testing"
)

// Every action that anything declares acts on something a policy can name, and every
// kind reaches it.
func TestEveryActionHasAReach(t *testing.T) {
	all := map[string]Operations{"Common": Common, "Activation": Activation}
	for _, k := range All {
		ops := k.KindOperations()
		all[k.KindName()] = ops
		if len(k.reach()) == 0 {
			t.Errorf("%s does not say what its operations act on", k.KindName())
		}
		for _, action := range slices.Concat(ops.Write, ops.Leave, ops.Raze) {
			if len(reachOf(k.reach(), action)) == 0 {
				t.Errorf("%s calls %s, and its Reach has nothing of what that acts on", k.KindName(), action)
			}
		}
		for _, action := range ops.Leave {
			if !slices.Contains(ops.Write, action) {
				t.Errorf("%s: %s is among Leave and not among Write", k.KindName(), action)
			}
		}
	}
	for who, ops := range all {
		for _, action := range slices.Concat(ops.Read, ops.Write, ops.Leave, ops.Raze) {
			if _, known := iamActions[action]; !known {
				t.Errorf("%s calls %s, which iamActions does not have", who, action)
			}
		}
	}
}
