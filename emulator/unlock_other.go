//go:build !unix

package emulator

import "os"

func unlockAndClose(f *os.File) { f.Close() }
