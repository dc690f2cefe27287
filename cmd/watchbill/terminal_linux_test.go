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

// On a terminal an apply moves a bar, up to the last object, and takes it away before
// the result; an interrupt leaves no half of it either.
func TestProgressOnTerminal(t *testing.T) {
	for _, interrupted := range []bool{false, true} {
		dir := team(t, 3)
		keyboard, tty := terminal(t)
		screen := make(chan string, 1)
		go func() {
			var all bytes.Buffer
			buf := make([]byte, 1024)
			for {
				n, err := keyboard.Read(buf)
				all.Write(buf[:n])
				if err != nil || strings.Contains(all.String(), "-- end --") {
					screen <- all.String()
					return
				}
			}
		}()
		signals := make(chan os.Signal, 1)
		out := &signalWriter{text: "Plan: 17 to create", signals: signals}
		want, exit := fmt.Sprintf("%d/%d", resources(3)-1, resources(3)), exitDone // with the last one the bar goes
		if interrupted {
			out.times, want, exit = 1, "finishing what is under way; interrupt again to cut it off", 130
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		got := run(ctx, process{tty, out, tty, signals}, []string{"apply", dir})
		cancel()
		io.WriteString(tty, "-- end --")
		seen := <-screen
		if got != exit || !strings.Contains(seen, want) {
			t.Errorf("exit code %d; the screen shows\n%q", got, seen)
		}
		if last := seen[strings.LastIndex(seen, "\r\x1b[K")+1:]; strings.Contains(last, "/17") {
			t.Errorf("half a bar is left:\n%q", seen)
		}
	}
}
