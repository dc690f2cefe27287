//go:build unix

package emulator_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts"
	"github.com/aws/aws-sdk-go-v2/service/ssmcontacts/types"
	"github.com/google/go-cmp/cmp"

	"github.com/watchbill/watchbill/emulator"
)

func attach(t *testing.T, dir string) *emulator.Attachment {
	t.Helper()
	a, err := emulator.Attach(t.Context(), dir, emulator.Options{ReplicationDelay: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

func TestSecondReachesStoreThroughFirst(t *testing.T) {
	dir := t.TempDir()
	first, second := attach(t, dir), attach(t, dir)
	if !first.Owner() || second.Owner() {
		t.Fatalf("owners: %t %t", first.Owner(), second.Owner())
	}
	one, two := connect(t, first, home), connect(t, second, home)
	two.createSet(home)
	one.person("aiko")
	two.person("ben")
	if diff := cmp.Diff([]string{"aiko", "ben"}, two.aliases()); diff != "" {
		t.Error(diff)
	}
	if mode := need(os.Stat(filepath.Join(dir, emulator.SocketName)))(t).Mode(); mode.Perm() != 0o600 {
		t.Errorf("socket has mode %v", mode)
	}

	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	two.person("chie") // makes it the owner
	if !second.Owner() {
		t.Error("the second did not become the owner")
	}
	if diff := cmp.Diff([]string{"aiko", "ben", "chie"}, two.aliases()); diff != "" {
		t.Error(diff)
	}
	if _, err := first.RoundTrip(need(http.NewRequest("GET", "http://x/_watchbill/calls", nil))(t)); !errors.Is(err, emulator.ErrClosed) {
		t.Errorf("a closed attachment answers %v", err)
	}
}

func TestCloseLeavesNothingButTheStore(t *testing.T) {
	dir := t.TempDir()
	a := attach(t, dir)
	attach(t, dir)
	begin := time.Now()
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begin); took > 4500*time.Millisecond {
		t.Errorf("closing waited %v for clients that asked nothing", took)
	}
	for _, e := range need(os.ReadDir(dir))(t) {
		if e.Name() != emulator.StoreName {
			t.Errorf("left behind: %s", e.Name())
		}
	}
}

// TestManyAtOnce starts processes at the same instant on a folder that has no store yet.
func TestManyAtOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	const processes, each = 10, 5
	first := attach(t, dir)
	connect(t, first, home).createSet(home)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	var kids []*child
	for i := range processes {
		kids = append(kids, startChild(t, "attach", dir, fmt.Sprintf("p%d", i), fmt.Sprint(each)))
	}
	for i, kid := range kids {
		if line := kid.line(); line != "done" {
			t.Errorf("process %d: %s", i, line)
		}
	}
	if n := len(connect(t, attach(t, dir), home).aliases()); n != processes*each {
		t.Errorf("%d contacts, want %d", n, processes*each)
	}
}

func TestManyAtOnceMakeOneStore(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	var kids []*child
	for range 8 {
		kids = append(kids, startChild(t, "own", dir))
	}
	var lines []string
	for _, kid := range kids {
		lines = append(lines, kid.line())
	}
	slices.Sort(lines)
	if got := strings.Join(lines, ","); got != strings.Repeat("owner: false,", 7)+"owner: true" {
		t.Errorf("got %s", got)
	}
}

// TestOwnerKilledDuringWrites kills the owner, five times, while four goroutines write through the
// SDK. The SDK may retry; nothing may fail, be lost, or be there twice.
func TestOwnerKilledDuringWrites(t *testing.T) {
	dir := t.TempDir()
	owner := startChild(t, "own", dir)
	if line := owner.line(); line != "owner: true" {
		t.Fatal(line)
	}
	a := attach(t, dir)
	c := connect(t, a, home)
	c.createSet(home)

	var wg sync.WaitGroup
	stop := make(chan struct{})
	made := make([][]string, 4)
	for w := range made {
		wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				alias := fmt.Sprintf("c-%d-%d", w, i)
				if err := create(c.contacts, alias); err != nil {
					t.Errorf("%s: %v", alias, err)
					return
				}
				made[w] = append(made[w], alias)
			}
		})
	}
	c.waitCalls("ssm-contacts.CreateContact", 50)
	owner.kill()
	deadline := time.Now().Add(20 * time.Second)
	for !a.Owner() && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond)
	}
	c.waitCalls("ssm-contacts.CreateContact", 50)
	close(stop)
	wg.Wait()
	if !a.Owner() {
		t.Error("we did not become the owner")
	}
	want := slices.Sorted(slices.Values(slices.Concat(made...)))
	if diff := cmp.Diff(want, c.aliases()); diff != "" {
		t.Error(diff)
	}
}

// waitCalls polls until an operation was called that often since the owner's start.
func (c *clients) waitCalls(op string, n int64) {
	c.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for time.Now().Before(deadline) {
		counts := map[string]int64{}
		c.door("calls", &counts)
		if counts[op] >= n {
			return
		}
		time.Sleep(time.Millisecond)
	}
	c.t.Fatalf("%s was not called %d times", op, n)
}

func TestDeadOwnersSocket(t *testing.T) {
	dir := t.TempDir()
	kid := startChild(t, "own", dir)
	kid.line()
	kid.kill()
	if _, err := os.Lstat(filepath.Join(dir, emulator.SocketName)); err != nil {
		t.Fatalf("the test needs the dead owner's socket: %v", err)
	}
	a := attach(t, dir)
	connect(t, a, home).createSet(home)
	if !a.Owner() || attach(t, dir).Owner() {
		t.Error("the dead owner's socket is in the way")
	}
}

func TestOwnerWithoutSocket(t *testing.T) {
	dir := t.TempDir()
	open(t, emulator.Options{Dir: dir})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := emulator.Attach(ctx, dir, emulator.Options{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestLongPath(t *testing.T) {
	dir := t.TempDir()
	for len(dir) < 300 {
		dir = filepath.Join(dir, strings.Repeat("long", 10))
	}
	a, err := emulator.Attach(t.Context(), dir, emulator.Options{ReplicationDelay: -1})
	if err != nil {
		if strings.Contains(err.Error(), "too long") {
			t.Skip("this system has no way around the limit, and says so")
		}
		t.Fatal(err)
	}
	defer a.Close()
	second := attach(t, dir)
	connect(t, second, home).createSet(home)
	if second.Owner() {
		t.Error("two owners")
	}
}

// slowBody is a request body that arrives in two halves.
type slowBody struct {
	io.Reader
	half chan struct{} // closed when the first half was read
	rest chan struct{} // the second half comes when it is closed
	once sync.Once
}

func (b *slowBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p[:1])
	b.once.Do(func() { close(b.half); <-b.rest })
	return n, err
}

func TestCloseServesOutRequests(t *testing.T) {
	a := attach(t, t.TempDir())
	body := &slowBody{Reader: strings.NewReader(`{"maxResults": 5}`), half: make(chan struct{}), rest: make(chan struct{})}
	r := need(http.NewRequest("POST", "http://x/listReplicationSets", body))(t)
	answer := make(chan error, 1)
	go func() {
		res, err := a.RoundTrip(r)
		if err == nil && res.StatusCode != http.StatusOK {
			err = fmt.Errorf("status %d", res.StatusCode)
		}
		answer <- err
	}()
	<-body.half
	closed := make(chan error, 1)
	go func() { closed <- a.Close() }()
	select {
	case err := <-closed:
		t.Fatalf("closed (%v) with a request under way", err)
	case <-time.After(20 * time.Millisecond):
	}
	close(body.rest)
	if err := <-answer; err != nil {
		t.Error(err)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
}

// TestServeBehindAttachment: whether it owns the store or not, an attachment can stand behind a port.
func TestServeBehindAttachment(t *testing.T) {
	dir := t.TempDir()
	first, second := attach(t, dir), attach(t, dir)
	addr, _ := serve(t, second)
	cfg := config(http.DefaultTransport, home)
	cfg.BaseEndpoint = aws.String("http://" + addr)
	client := ssmcontacts.NewFromConfig(cfg)
	connect(t, first, home).createSet(home)
	if err := create(client, "aiko"); err != nil {
		t.Error(err)
	}
	fails[*types.ConflictException](t, create(client, "aiko"))
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := create(client, "ben"); err != nil {
		t.Error(err)
	}
	if err := create(client, "chie"); err != nil || !second.Owner() {
		t.Errorf("owner %t: %v", second.Owner(), err)
	}
}
