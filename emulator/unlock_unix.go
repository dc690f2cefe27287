//go:build unix

package emulator

import (
	"os"
	"syscall"
)

// unlockAndClose gives up the lock of a file that bbolt lost in a panic. Closing alone does not: the
// memory map that was left behind still holds the file, and the lock with it.
func unlockAndClose(f *os.File) {
	syscall.Flock(int(f.Fd()), syscall.LOCK_UN)
	f.Close()
}
