package main

import (
	"bytes"
	"fmt"
	"syscall"
	"testing"
)

// One exit code for several targets.
func TestTogether(t *testing.T) {
	for _, c := range []struct {
		codes  []int
		writes bool
		want   int
	}{
		{[]int{0, 0}, true, exitDone},
		{[]int{0, 2}, false, exitReport},
		{[]int{0, 2}, true, exitPartial},
		{[]int{0, 3}, true, exitPartial},
		{[]int{3, 3}, true, exitRefused},
		{[]int{3, 1}, true, exitTrouble},
		{[]int{4, 3}, false, exitRefused},
		{[]int{5, 2}, false, exitLocked},
		{[]int{0, exitSignal + int(syscall.SIGINT), 1}, true, exitSignal + int(syscall.SIGINT)},
	} {
		if got := together(c.codes, c.writes); got != c.want {
			t.Errorf("together(%v, writes %t) = %d, want %d", c.codes, c.writes, got, c.want)
		}
	}
}

// Lines of several targets are told apart, and none is torn.
func TestPrefixWriter(t *testing.T) {
	var out bytes.Buffer
	w := &prefixWriter{w: &out, prefix: "tokyo: "}
	for _, part := range []string{"crea", "ted a\ncreated b\n", "\n", "half"} {
		if n, err := w.Write([]byte(part)); n != len(part) || err != nil {
			t.Fatal(n, err)
		}
	}
	fmt.Fprintln(w)
	if want := "tokyo: created a\ntokyo: created b\ntokyo: \ntokyo: half\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}
