package emulator

import (
	"encoding/binary"
	"hash/fnv"
	"io"
	"os"
	"time"
)

// damageError says why a file cannot be a bbolt database.
type damageError struct{ why string }

func (e *damageError) Error() string { return "damaged: " + e.why }

// inspect reads the two headers of a bbolt file and refuses one that bbolt would stumble over:
// without a valid header, shorter than its header says, or without a stored free list. Another
// process may be writing the file meanwhile, so a bad look is repeated before it is believed.
func inspect(f *os.File) error {
	var err error
	for range 3 {
		if err = inspectOnce(f); err == nil {
			return nil
		}
		time.Sleep(5 * time.Millisecond)
	}
	return err
}

// The header of bbolt's file format 2: https://pkg.go.dev/go.etcd.io/bbolt, internal/common/meta.go.
// All numbers are in the byte order of the machine that wrote them.
const (
	boltMagic      = 0xED0CDAED
	boltPageHeader = 16
	boltMetaSize   = 64
	boltSummed     = 56 // bytes covered by the checksum that follows them
	boltNoFreelist = 1<<64 - 1
)

type boltMeta struct {
	pageSize             int64
	freelist, pages, txn uint64
}

func inspectOnce(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return &damageError{"not a regular file"}
	}
	if info.Size() == 0 {
		return &damageError{"it is empty"}
	}
	first, ok := readBoltMeta(f, 0)
	pageSize := first.pageSize
	if !ok {
		pageSize = int64(os.Getpagesize())
	}
	second, ok2 := readBoltMeta(f, pageSize)
	meta := first
	switch {
	case !ok && !ok2:
		return &damageError{"it has no valid header"}
	case !ok || ok2 && second.txn > first.txn:
		meta = second
	}
	if meta.freelist == boltNoFreelist {
		return &damageError{"it has no free list"}
	}
	if meta.pageSize <= 0 || meta.pages > uint64(info.Size()/meta.pageSize) {
		return &damageError{"it is cut short"}
	}
	return nil
}

func readBoltMeta(f *os.File, at int64) (boltMeta, bool) {
	var buf [boltMetaSize]byte
	if _, err := f.ReadAt(buf[:], at+boltPageHeader); err != nil && err != io.EOF {
		return boltMeta{}, false
	}
	order := binary.NativeEndian
	sum := fnv.New64a()
	sum.Write(buf[:boltSummed])
	if order.Uint32(buf[0:]) != boltMagic || order.Uint64(buf[boltSummed:]) != sum.Sum64() {
		return boltMeta{}, false
	}
	return boltMeta{
		pageSize: int64(order.Uint32(buf[8:])),
		freelist: order.Uint64(buf[32:]),
		pages:    order.Uint64(buf[40:]),
		txn:      order.Uint64(buf[48:]),
	}, true
}
