//go:build unix

package main

import (
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"syscall"
)

// crampedMain is `cramped KIB ARG...`: watchbill on a disk on which no file can
// grow beyond so many KiB. The limit is the kernel's own; what it answers (EFBIG)
// differs from a full disk (ENOSPC) in the number only, and needs no mount.
func crampedMain() {
	kib, err := strconv.ParseUint(os.Args[1], 10, 32)
	if err != nil {
		fmt.Fprintln(os.Stderr, "usage: cramped KIB ARG...")
		os.Exit(1)
	}
	signal.Ignore(syscall.SIGXFSZ)
	limit := syscall.Rlimit{Cur: kib << 10, Max: kib << 10}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		fmt.Fprintln(os.Stderr, "cramped:", err)
		os.Exit(1)
	}
	os.Exit(watched(os.Args[2:]))
}
