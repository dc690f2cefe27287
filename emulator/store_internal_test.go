package emulator

// What the front door cannot show: how writes are grouped, and what a reader sees meanwhile.

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"go.etcd.io/bbolt"
)

func testStore(t *testing.T) *store {
	s, _, err := openStore(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.close() })
	return s
}

func putContact(alias string) func(*tx) error {
	return func(tx *tx) error {
		p := &contact{Region: "r", Alias: alias}
		tx.contacts.put(tx, p.key(), p)
		return nil
	}
}

func transactions(t *testing.T, s *store) (n int) {
	if err := s.db.View(func(b *bbolt.Tx) error { n = b.ID(); return nil }); err != nil {
		t.Fatal(err)
	}
	return n
}

func (s *store) waiting() int {
	s.queueMu.Lock()
	defer s.queueMu.Unlock()
	return len(s.queue)
}

// TestWritersShareATransaction holds one writer until fifty others wait: they become one group.
func TestWritersShareATransaction(t *testing.T) {
	s := testStore(t)
	before := transactions(t, s)
	var wg sync.WaitGroup
	wg.Go(func() {
		s.update(func(tx *tx) error {
			for range 50 {
				wg.Go(func() {
					if err := s.update(putContact(fmt.Sprint(s.waiting()))); err != nil {
						t.Error(err)
					}
				})
			}
			for s.waiting() < 50 {
				time.Sleep(time.Millisecond)
			}
			return putContact("first")(tx)
		})
	})
	wg.Wait()
	if n := transactions(t, s) - before; n != 2 {
		t.Errorf("51 writers took %d transactions", n)
	}
}

// TestFailedWritersLeaveNothing: an error and a panic undo what their own handler did, and nothing
// of the others in their group.
func TestFailedWritersLeaveNothing(t *testing.T) {
	s := testStore(t)
	refused := errors.New("refused")
	fail := func(how func() error) func(*tx) error {
		return func(tx *tx) error {
			for _, alias := range []string{"a", "b", "a"} {
				putContact(alias)(tx)
			}
			tx.contacts.put(tx, "r/keep", nil)
			return how()
		}
	}
	if err := s.update(putContact("keep")); err != nil {
		t.Fatal(err)
	}
	if err := s.update(fail(func() error { return refused })); err != refused {
		t.Errorf("got %v", err)
	}
	if err := s.update(fail(func() error { panic("+12025550123") })); err != errPanicked {
		t.Errorf("got %v", err)
	}
	for name, st := range map[string]*state{"working": s.working, "published": s.published} {
		if got := fmt.Sprint(st.contacts.keys); got != "[r/keep]" || st.contacts.get("r/keep") == nil {
			t.Errorf("%s holds %s", name, got)
		}
	}
}

// TestReadersSeeOnlyWhatIsWritten: a row is visible to the writers of its group at once, and to
// readers only when it is on the disk.
func TestReadersSeeOnlyWhatIsWritten(t *testing.T) {
	s := testStore(t)
	visible := func() (there bool) {
		s.view(func(st *state) { there = st.contacts.get("r/a") != nil })
		return there
	}
	err := s.update(func(tx *tx) error {
		putContact("a")(tx)
		if tx.contacts.get("r/a") == nil {
			t.Error("the writer does not see its own row")
		}
		if visible() {
			t.Error("a reader sees a row that is not written")
		}
		return nil
	})
	if err != nil || !visible() {
		t.Errorf("after the write: %t %v", visible(), err)
	}
}

// TestMemoryFollowsDisk: when a commit fails, memory does not run ahead of the disk.
func TestMemoryFollowsDisk(t *testing.T) {
	s := testStore(t)
	if err := s.update(putContact("a")); err != nil {
		t.Fatal(err)
	}
	s.db.Close() // every commit fails from here on
	if err := s.update(putContact("b")); err == nil {
		t.Error("a write without a disk succeeded")
	}
	if err := s.update(func(tx *tx) error { tx.contacts.put(tx, "r/a", nil); return nil }); err == nil {
		t.Error("a delete without a disk succeeded")
	}
	for name, st := range map[string]*state{"working": s.working, "published": s.published} {
		if got := fmt.Sprint(st.contacts.keys); got != "[r/a]" {
			t.Errorf("%s holds %s", name, got)
		}
	}
}

// TestOldTokensAreForgotten: the memory of tokens does not grow for ever.
func TestOldTokensAreForgotten(t *testing.T) {
	s := testStore(t)
	now := time.Date(2026, 12, 7, 9, 0, 0, 0, time.UTC)
	c := &call{now: now, opts: &Options{Rules: Rules{TokenLifetime: time.Hour}}}
	fill := func(from, to int, at time.Time) {
		if err := s.update(func(tx *tx) error {
			for i := from; i < to; i++ {
				forgetTokens(c, tx)
				tx.tokens.put(tx, fmt.Sprint(i), &tokenMemory{At: at})
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	fill(0, forgetEvery, now.Add(-2*time.Hour))
	if n := s.working.tokens.len(); n != forgetEvery {
		t.Errorf("%d tokens", n)
	}
	fill(forgetEvery, forgetEvery+10, now)
	if n := s.working.tokens.len(); n != 10 {
		t.Errorf("%d tokens are left, want the 10 new ones", n)
	}
}
