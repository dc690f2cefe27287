package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/watchbill/watchbill/internal/bench/plangen"
)

// agent measures the time from an edit to its being applied, and the memory of
// an agent that has nothing to do.
func (b *bench) agent(s plangen.Shape, edits int) error {
	dir, err := b.folder("agent", s)
	if err != nil {
		return err
	}
	if _, err := once(b.program, "apply", dir); err != nil {
		return err
	}
	cmd := exec.Command(b.program, "agent", "--log-format", "json", dir)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	lines := make(chan string, 1024)
	go readLines(stderr, lines)
	waits, err := editAndWait(filepath.Join(dir, "team-0000.yaml"), lines, edits)
	if err == nil {
		time.Sleep(3 * time.Second) // what idle means: the last pass's garbage is returned
	}
	idle := residentKB(cmd.Process.Pid)
	stop := errors.Join(cmd.Process.Signal(syscall.SIGTERM), ignoreExit(cmd.Wait()))
	if err := errors.Join(err, stop); err != nil {
		return err
	}
	slices.Sort(waits)
	at := func(share float64) string { return ms(waits[int(share*float64(len(waits)-1))]) }
	fmt.Printf(`
## agent

`+"`watchbill agent DIR`"+` with %d contacts on the embedded target; %d times a contact's name is edited in place, from
the write to the agent's log line that it is done. The agent waits for 50 ms of quiet before it reads the folder, and
that is part of the time.

| what | figure | aim |
|---|---|---|
| edit to applied, median | %s | |
| edit to applied, 99th percentile | %s | under 250 ms |
| resident memory, idle | %s | under 50 MB |
`, s.Contacts, edits, at(0.5), at(0.99), mb(idle))
	return nil
}

// ignoreExit: an agent that was asked to stop ends with 143 after a clean stop.
func ignoreExit(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 143 {
		return nil
	}
	return err
}

func readLines(r io.Reader, into chan<- string) {
	scan := bufio.NewScanner(r)
	for scan.Scan() {
		into <- scan.Text()
	}
	close(into)
}

// editAndWait renames one person again and again and waits each time for the
// agent to say that contact/person-00000 is done.
func editAndWait(file string, lines <-chan string, edits int) ([]time.Duration, error) {
	plain, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if err := waitFor(lines, "pass", time.Minute); err != nil {
		return nil, fmt.Errorf("the agent's first pass: %w", err)
	}
	var waits []time.Duration
	for i := range edits {
		edited := strings.Replace(string(plain), "Person Number 0\n", fmt.Sprintf("Person Renamed %d\n", i), 1)
		start := time.Now()
		if err := os.WriteFile(file, []byte(edited), 0o600); err != nil {
			return nil, err
		}
		if err := waitFor(lines, `"contact/person-00000"`, 10*time.Second); err != nil {
			return nil, fmt.Errorf("edit %d: %w", i, err)
		}
		waits = append(waits, time.Since(start))
	}
	return waits, nil
}

func waitFor(lines <-chan string, part string, limit time.Duration) error {
	deadline := time.After(limit)
	for {
		select {
		case line, ok := <-lines:
			if !ok {
				return errors.New("the agent ended")
			}
			if strings.Contains(line, part) {
				return nil
			}
		case <-deadline:
			return fmt.Errorf("no line with %s within %s", part, limit)
		}
	}
}

// residentKB reads VmRSS of a process; 0 where there is no /proc.
func residentKB(pid int) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kb
		}
	}
	return 0
}

// peakKB is the largest resident memory a finished process had, in KiB.
func peakKB(state *os.ProcessState) int64 {
	if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
		return usage.Maxrss
	}
	return 0
}
