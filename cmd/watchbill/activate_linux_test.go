package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
)

// On a terminal --code - asks; what is typed is checked before anything is opened, and
// not repeated by us.
func TestCodeIsAskedFor(t *testing.T) {
	keyboard, tty := terminal(t)
	screen := make(chan string, 1)
	go func() {
		var all bytes.Buffer
		buf := make([]byte, 1024)
		asked := false
		for {
			n, err := keyboard.Read(buf)
			all.Write(buf[:n])
			if !asked && strings.Contains(all.String(), "Code for \"aiko/text\": ") {
				asked = true
				io.WriteString(keyboard, "12 34x\n")
			}
			if err != nil || strings.Contains(all.String(), "-- end --") {
				screen <- all.String()
				return
			}
		}
	}()
	exit := run(t.Context(), process{tty, io.Discard, tty, nil}, []string{"activate", "aiko/text", t.TempDir(), "--code", "-"})
	io.WriteString(tty, "-- end --")
	seen := <-screen
	if exit != exitUsage || !strings.Contains(seen, "watchbill: that is no activation code") {
		t.Errorf("exit code %d, the screen shows\n%s", exit, seen)
	}
	if strings.Count(seen, "34x") > 1 { // the terminal's own echo
		t.Errorf("the code was repeated:\n%s", seen)
	}
}
