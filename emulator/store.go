package emulator

// The store: one bbolt file, incident-manager.db, with one bucket a table and one value a row: a
// checksum (bbolt keeps none) and JSON.
//
// All rows are also in memory, twice. `working` is ahead: handlers that write run on it, one after
// the other. `published` is what the disk holds, and what readers see. Writers that arrive while
// the disk is busy form the next group: one bbolt transaction, one wait for the disk, then all of
// them are published and answered. So an answered write survives kill -9, no reader ever sees a
// write that could still be lost, and sixty writers cost little more than one.

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"runtime/debug"
	"sync"

	"go.etcd.io/bbolt"
)

type store struct {
	db *bbolt.DB // nil: memory only

	mu        sync.RWMutex // guards published
	published *state
	history   [][]change    // what the newest writes changed, newest last; see past
	news      chan struct{} // closed by the next write; nil when nobody waits

	queueMu sync.Mutex // guards queue, leading, closed
	queue   []*job
	leading bool // somebody is running groups; only they touch working and failed
	closed  bool

	working *state
	lastTx  int   // number of the newest bbolt transaction that was begun
	failed  error // the disk cannot be trusted any more: refuse writes until the store is opened again
}

// job is one write waiting for its group.
type job struct {
	fn   func(*tx) error
	err  error
	wake chan bool // true: you lead the next group; false: done
}

// errClosed is what a write gets after close.
var errClosed = errors.New("the store is closed")

// view runs a reader. Rows it finds may be kept: they never change.
func (s *store) view(fn func(*state)) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	fn(s.published)
}

// update runs fn on the newest state and returns when what it wrote is durable. If fn fails or
// panics, nothing is written. An error that is not fn's own means that nothing was published.
func (s *store) update(fn func(*tx) error) error {
	j := &job{fn: fn, wake: make(chan bool, 1)}
	s.queueMu.Lock()
	if s.closed {
		s.queueMu.Unlock()
		return errClosed
	}
	s.queue = append(s.queue, j)
	lead := !s.leading
	s.leading = true
	s.queueMu.Unlock()

	if lead || <-j.wake {
		s.lead(j)
	}
	return j.err
}

// lead runs one group, which includes the leader's own job, and hands leadership on. It leads
// once only, so that no caller waits for the work of all others.
func (s *store) lead(self *job) {
	s.queueMu.Lock()
	group := s.queue
	s.queue = nil
	s.queueMu.Unlock()

	s.run(group)
	for _, j := range group {
		if j != self {
			j.wake <- false
		}
	}

	s.queueMu.Lock()
	defer s.queueMu.Unlock()
	if len(s.queue) > 0 {
		s.queue[0].wake <- true
		return
	}
	s.leading = false
}

// run executes a group in order, writes its changes in one transaction and publishes them. Handlers
// cannot make it panic; if it does all the same, nobody is left waiting and nothing is written again.
func (s *store) run(group []*job) {
	defer func() {
		if recover() != nil {
			s.failed = errPanicked
			for _, j := range group {
				j.err = errPanicked
			}
		}
	}()
	var log []change
	var writes [][]change
	for _, j := range group {
		t := &tx{state: s.working}
		if j.err = attempt(j.fn, t); j.err != nil {
			t.undo()
			continue
		}
		if len(t.log) > 0 {
			log = append(log, t.log...)
			writes = append(writes, t.log)
		}
	}
	if len(log) == 0 {
		return
	}
	if err := s.persist(log); err != nil {
		undo(s.working, log)
		s.resync(log, err)
		// Also those that failed by themselves: their answer may rest on a write that is not there.
		for _, j := range group {
			j.err = err
		}
		return
	}
	s.publish(log, writes)
}

// publish shows a log, which is that of some writes or, with none, a repair.
func (s *store) publish(log []change, writes [][]change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tables := s.published.tables()
	for _, c := range log {
		tables[c.table].set(c.key, c.after)
	}
	s.remember(writes)
}

// errPanicked is a panic of a handler, turned into an error. It does not hold the panic's value,
// which may hold an address.
var errPanicked = errors.New("a handler panicked")

func attempt(fn func(*tx) error, t *tx) (err error) {
	defer func() {
		if recover() != nil {
			err = errPanicked
		}
	}()
	return fn(t)
}

// persist writes a log in one transaction. A page that the disk cannot deliver is an error here,
// not the end of the process: the database is mapped memory, so it shows as a fault.
func (s *store) persist(log []change) (err error) {
	if s.db == nil {
		return nil
	}
	if s.failed != nil {
		return fmt.Errorf("an earlier write failed: %w", s.failed)
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if recover() != nil {
			err = errors.New("write the store: the database failed")
		}
	}()
	tables := s.working.tables()
	err = s.db.Update(func(b *bbolt.Tx) error {
		s.lastTx = b.ID()
		for _, c := range log {
			bucket := b.Bucket([]byte(tables[c.table].name()))
			if c.after == nil {
				if err := bucket.Delete([]byte(c.key)); err != nil {
					return err
				}
				continue
			}
			data, err := c.after.encode()
			if err != nil {
				return err
			}
			if err := bucket.Put([]byte(c.key), seal(c.key, data)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write the store: %w", err)
	}
	return nil
}

// resync decides what a failed commit means. Mostly nothing happened: the disk was full before the
// header that names the new pages was written, and the next write may go well. But if bbolt shows
// the transaction, the header was written and its flush failed. Then it is unknown what the disk
// holds, and one more transaction could reuse pages that the disk's header still needs: memory
// follows bbolt, and no write is accepted until the store is opened again.
func (s *store) resync(log []change, cause error) {
	if s.db == nil || s.failed != nil {
		return
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if recover() != nil {
			s.failed = cause
		}
	}()
	rows := make([]change, 0, len(log))
	tables := s.working.tables()
	err := s.db.View(func(b *bbolt.Tx) error {
		if b.ID() < s.lastTx {
			return nil
		}
		s.failed = cause
		for _, c := range log {
			row := change{table: c.table, key: c.key}
			if data := b.Bucket([]byte(tables[c.table].name())).Get([]byte(c.key)); data != nil {
				content, ok := unseal(c.key, data)
				if !ok {
					return errors.New("a row does not match its checksum")
				}
				row.after = tables[c.table].load(c.key, bytes.Clone(content))
			}
			rows = append(rows, row)
		}
		return nil
	})
	if err != nil {
		s.failed = cause
		return
	}
	for _, c := range rows {
		tables[c.table].set(c.key, c.after)
	}
	s.publish(rows, nil)
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// seal puts the checksum of key and content before the content.
func seal(key string, content []byte) []byte {
	sum := crc32.Update(crc32.Checksum([]byte(key), castagnoli), castagnoli, content)
	return append(binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(content)), sum), content...)
}

// unseal returns the content, which still belongs to bbolt, and whether it is what was sealed.
func unseal(key string, data []byte) ([]byte, bool) {
	if len(data) < 4 {
		return nil, false
	}
	sum := crc32.Update(crc32.Checksum([]byte(key), castagnoli), castagnoli, data[4:])
	return data[4:], sum == binary.BigEndian.Uint32(data)
}

// close waits for the writes under way, refuses new ones and releases the file.
func (s *store) close() error {
	s.queueMu.Lock()
	if s.closed {
		s.queueMu.Unlock()
		return nil
	}
	s.closed = true
	s.queueMu.Unlock()
	if s.db == nil {
		return nil
	}
	// bbolt's Close waits for a running transaction, and groups that were queued before closed was
	// set have their own callers waiting: the Server lets those finish before it calls close.
	if err := s.db.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return fmt.Errorf("close the store: %w", err)
	}
	return nil
}
