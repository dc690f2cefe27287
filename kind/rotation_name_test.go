package kind_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/watchbill/watchbill/emulator"
)

// turning is a schedule with one rotation, which AWS knows by a name.
func turning(schedule, rotation, name, hour string) string {
	if name != "" {
		name = "name: " + name + ", "
	}
	return fmt.Sprintf("  %s: {rotations: {%s: {%stimezone: UTC, starts: 2026-12-07T%s, members: [aiko], every: 1 week, handoff: [mon %s]}}}\n",
		schedule, rotation, name, hour, hour)
}

// Rotations of one name stay with the schedules that refer to them, and what somebody
// adds under a name that is there takes nothing from anybody.
func TestRotationsOfOneName(t *testing.T) {
	a := open(t, emulator.Options{})
	plan := set + people + "schedules:\n" + turning("day", "x", "Turns", "09:00") + turning("night", "x", "Turns", "21:00")
	a.apply(compile(t, plan))
	a.settled(compile(t, plan))
	a.wire.taken()
	a.look(compile(t, plan)).expect("")
	reads := 0
	for _, c := range a.wire.taken() {
		if c.op == "ssm-contacts:GetContact" && strings.Contains(c.text, "contact/day") {
			reads++
		}
	}
	if reads != 1 {
		t.Errorf("the schedule was read %d times", reads)
	}

	// Under the name that ours would have by itself, whichever of the two was first.
	plan += turning("dawn", "x", "", "06:00")
	a.look(compile(t, plan)).expect("create rotation/dawn/x\ncreate schedule/dawn").do()
	plan += turning("dusk", "x", "dawn.x", "18:00")
	a.look(compile(t, plan)).expect("create rotation/dusk/x\ncreate schedule/dusk").do()
	a.settled(compile(t, plan))
	without := strings.Replace(plan, turning("dawn", "x", "", "06:00"), "", 1)
	a.look(compile(t, without)).expect("delete rotation/dawn/x\ndelete schedule/dawn").do()
	a.settled(compile(t, without))
	a.look(compile(t, plan)).expect("create rotation/dawn/x\ncreate schedule/dawn").do()
	a.settled(compile(t, plan))
}
