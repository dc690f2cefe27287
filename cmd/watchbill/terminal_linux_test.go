package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// terminal makes a pseudo-terminal: what is written to the returned keyboard is
// typed, and what the program writes to tty is read from it.
func terminal(t *testing.T) (keyboard, tty *os.File) {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	t.Cleanup(func() { keyboard.Close() })
	n, err := unix.IoctlGetInt(int(keyboard.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(keyboard.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	tty, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	t.Cleanup(func() { tty.Close() })
	return keyboard, tty
}

// On a terminal destroy asks, and only yes is yes; an interrupt is an answer too.
func TestQuestion(t *testing.T) {
	for _, c := range []struct {
		typed string
		exit  int
		says  string
	}{
		{"y\n", exitDone, ""},
		{"YES\n", exitDone, ""},
		{"\n", exitRefused, "Nothing was changed."},
		{"no\n", exitRefused, "Nothing was changed."},
		{"", 130, "watchbill: interrupted"},
	} {
		dir := team(t, 1)
		mustDo(t, "apply", dir)
		keyboard, tty := terminal(t)
		signals := make(chan os.Signal, 1)
		screen := make(chan string, 1)
		go func() {
			var all bytes.Buffer
			buf := make([]byte, 1024)
			asked := false
			for {
				n, err := keyboard.Read(buf)
				all.Write(buf[:n])
				if !asked && strings.Contains(all.String(), "[y/N] ") {
					asked = true
					if c.typed == "" {
						signals <- os.Interrupt
					}
					io.WriteString(keyboard, c.typed)
				}
				if err != nil || strings.Contains(all.String(), "-- end --") {
					screen <- all.String()
					return
				}
			}
		}()
		var out bytes.Buffer
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		exit := run(ctx, process{tty, &out, tty, signals}, []string{"destroy", dir, "--target", "local"})
		cancel()
		io.WriteString(tty, "-- end --")
		seen := <-screen
		if exit != c.exit {
			t.Errorf("%q: exit code %d, want %d", c.typed, exit, c.exit)
		}
		if !strings.Contains(seen, "Delete all of this from local, owner watchbill? [y/N] ") || !strings.Contains(seen, c.says) {
			t.Errorf("%q: the screen shows\n%s", c.typed, seen)
		}
	}
}
