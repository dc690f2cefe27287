//go:build unix

package emulator_test

import (
	"slices"
	"strings"
	"testing"

	contactstypes "github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"

	"github.com/watchbill/watchbill/emulator"
)

// TestKillLosesNoAnsweredWrite kills a process while eight goroutines write, five times over on one
// store: every contact whose creation was answered is there.
func TestKillLosesNoAnsweredWrite(t *testing.T) {
	dir := t.TempDir()
	s := need(emulator.Open(emulator.Options{Dir: dir, ReplicationDelay: -1}))(t)
	connect(t, s.Transport(), home).createSet(home)
	s.Close()
	for round := range 5 {
		c := startChild(t, "write", dir)
		var answered []string
		for range 40 + 30*round {
			answered = append(answered, c.line())
		}
		c.cmd.Process.Kill()
		answered = append(answered, c.rest()...)
		c.kill()

		s := need(emulator.Open(emulator.Options{Dir: dir}))(t)
		there := map[string]bool{}
		for _, alias := range connect(t, s.Transport(), home).aliases() {
			there[alias] = true
		}
		for _, alias := range answered {
			if strings.HasPrefix(alias, "error:") && !strings.Contains(alias, "ConflictException") {
				t.Fatal(alias)
			}
			if strings.HasPrefix(alias, "c-") && !there[alias] {
				t.Fatalf("round %d: %s was answered and is lost", round, alias)
			}
		}
		s.Close()
	}
}

func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	h := heldAccount(t, emulator.Options{Dir: dir})
	a := h.person("aiko")
	h.plan(a, slices.Repeat([]contactstypes.Stage{stage(30, try(h.device(a, "sms", contactstypes.ChannelTypeSms), 1))}, 1000)...)
	h.engage(a, "") // somebody is paged all the time
	h.server.Close()

	c := startChild(t, "full", dir)
	made := []string{"aiko"}
	full := false
	for line := c.line(); line != ""; line = c.line() {
		kind, what, _ := strings.Cut(line, ": ")
		switch kind {
		case "made":
			made = append(made, what)
		case "full":
			full = true
			if !strings.Contains(what, "InternalServerException") {
				t.Errorf("a full disk is answered with %s", what)
			}
		default:
			t.Error(line)
		}
	}
	if !full {
		t.Error("the disk was never full")
	}
	there := map[string]bool{}
	for _, alias := range empty(t, emulator.Options{Dir: dir}).aliases() {
		there[alias] = true
	}
	for _, alias := range made {
		if !there[alias] {
			t.Errorf("%s was answered and is lost", alias)
		}
	}
	if len(there) != len(made) {
		t.Errorf("%d contacts are there, %d were answered", len(there), len(made))
	}
}
