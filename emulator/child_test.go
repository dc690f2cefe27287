//go:build unix

package emulator_test

// Tests that need another process run this test binary again; what it does then is named by an
// environment variable.

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"

	"github.com/watchbill/watchbill/emulator"
)

const childVariable = "EMULATOR_TEST_CHILD"

// children are the programs: name, folder of the store, further arguments. They print what they
// have done, one line each, and run until their standard input ends or they are killed.
var children = map[string]func(dir string, args []string) error{
	"write":  childWrite,
	"own":    childOwn,
	"attach": childAttach,
	"full":   childFull,
	"run":    childRun,
}

func TestMain(m *testing.M) {
	spec := os.Getenv(childVariable)
	if spec == "" {
		os.Exit(m.Run())
	}
	args := strings.Split(spec, "|")
	if err := children[args[0]](args[1], args[2:]); err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// child is a running program of ours.
type child struct {
	t     *testing.T
	cmd   *exec.Cmd
	lines *bufio.Scanner
	stdin interface{ Close() error }
}

func startChild(t *testing.T, args ...string) *child {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+strings.Join(args, "|"))
	cmd.Stderr = os.Stderr
	in := need(cmd.StdinPipe())(t)
	out := need(cmd.StdoutPipe())(t)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &child{t: t, cmd: cmd, lines: bufio.NewScanner(out), stdin: in}
	t.Cleanup(func() { c.kill() })
	return c
}

// line is the next line the child prints, "" at its end.
func (c *child) line() string {
	if !c.lines.Scan() {
		return ""
	}
	return c.lines.Text()
}

// kill is kill -9.
func (c *child) kill() {
	c.cmd.Process.Kill()
	c.cmd.Wait()
}

// rest reads what a killed child had printed before.
func (c *child) rest() (lines []string) {
	for c.lines.Scan() {
		lines = append(lines, c.lines.Text())
	}
	return lines
}

func untilStdinEnds() {
	buf := make([]byte, 1)
	for {
		if _, err := os.Stdin.Read(buf); err != nil {
			return
		}
	}
}

// childWrite creates contacts from many goroutines and prints each alias after its answer.
func childWrite(dir string, _ []string) error {
	s, err := emulator.Open(emulator.Options{Dir: dir})
	if err != nil {
		return err
	}
	client := ssmcontacts.NewFromConfig(config(s.Transport(), home))
	var out sync.Mutex
	for w := range 8 {
		go func() {
			for i := 0; ; i++ {
				alias := fmt.Sprintf("c-%d-%d", w, i)
				err := create(client, alias)
				out.Lock()
				if err != nil {
					fmt.Println("error:", err)
				} else {
					os.Stdout.WriteString(alias + "\n")
				}
				out.Unlock()
			}
		}()
	}
	untilStdinEnds()
	return nil
}

// childOwn attaches, says whether it owns the store, and stays.
func childOwn(dir string, _ []string) error {
	a, err := emulator.Attach(context.Background(), dir, emulator.Options{ReplicationDelay: -1})
	if err != nil {
		return err
	}
	fmt.Println("owner:", a.Owner())
	untilStdinEnds()
	return a.Close()
}

// childAttach attaches, creates args[1] contacts with the prefix args[0], and leaves.
func childAttach(dir string, args []string) error {
	a, err := emulator.Attach(context.Background(), dir, emulator.Options{ReplicationDelay: -1})
	if err != nil {
		return err
	}
	client := ssmcontacts.NewFromConfig(config(a, home))
	n, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	for i := range n {
		if err := create(client, fmt.Sprintf("%s-%d", args[0], i)); err != nil {
			return err
		}
	}
	fmt.Println("done")
	return a.Close()
}

// childFull writes until the disk is full, which a limit on the size of files makes it, looks at
// what readers see, and writes again when there is room.
func childFull(dir string, _ []string) error {
	signal.Ignore(syscall.SIGXFSZ)
	s, err := emulator.Open(emulator.Options{Dir: dir, Clock: emulator.ClockRunning, Speed: 600})
	if err != nil {
		return err
	}
	client := ssmcontacts.NewFromConfig(config(s.Transport(), home))
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		return err
	}
	limit := old
	limit.Cur = 256 << 10
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	failed := ""
	for i := 0; failed == "" && i < 100_000; i++ {
		alias := fmt.Sprintf("c-%d", i)
		if err := create(client, alias); err != nil {
			fmt.Println("full:", err)
			failed = alias
		} else {
			fmt.Println("made:", alias)
		}
	}
	for range 20 {
		if _, err := client.ListContacts(context.Background(), &ssmcontacts.ListContactsInput{}); err != nil {
			return fmt.Errorf("a full disk cannot be read: %w", err)
		}
		time.Sleep(10 * time.Millisecond) // six seconds of the account's time
	}
	arn := "arn:aws:ssm-contacts:" + home + ":" + account + ":contact/" + failed
	if _, err := client.GetContact(context.Background(), &ssmcontacts.GetContactInput{ContactId: &arn}); err == nil {
		return fmt.Errorf("%s is visible although it was not written", failed)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		return err
	}
	if err := create(client, failed); err != nil {
		return fmt.Errorf("with room again: %w", err)
	}
	fmt.Println("made:", failed)
	return s.Close()
}
