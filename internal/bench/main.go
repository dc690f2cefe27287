// Command bench measures watchbill as people run it, whole processes from start
// to exit, and prints docs/performance.md. `make bench` runs it.
//
// Every figure stands beside the command that made it. The machine is shared and
// noisy, so the figures to trust are the counts of calls and the ratios, which
// are taken in one run: the same reads made with the bare SDK clients, in a
// process of their own, against the same store.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/watchbill/watchbill/internal/bench/plangen"
)

const region = "us-east-1"

func main() {
	quick := flag.Bool("quick", false, "small sizes and few runs, to see that it works")
	only := flag.Bool("time", false, "only the part about schedules and time")
	bare := flag.String("bare", "", "make the reads of one pass with bare SDK clients on this store, and exit")
	flag.Parse()
	if *bare != "" {
		exitOn(bareReads(context.Background(), *bare))
		return
	}
	exitOn(run(*quick, *only))
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench is one run: the program under test, a folder for everything, and how
// often each command is repeated.
type bench struct {
	program, dir string
	runs         int
}

func run(quick, onlyTime bool) error {
	dir, err := os.MkdirTemp("", "watchbill-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{program: filepath.Join(dir, "watchbill"), dir: dir, runs: 11}
	validate := []plangen.Shape{{Contacts: 200, Files: 100}, {Contacts: 2000, Files: 1000}}
	passes := []plangen.Shape{{Contacts: 300, Files: 10}, {Contacts: 5000, Files: 100}}
	edits, fleets := 200, []int{5000, 10_000}
	if quick {
		b.runs, edits = 3, 20
		validate, passes, fleets = validate[:1], []plangen.Shape{{Contacts: 30, Files: 3}}, []int{300}
	}
	build := exec.Command("go", "build", "-trimpath", "-o", b.program, "./cmd/watchbill")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("build the program: %w", err)
	}
	parts := []func() error{
		b.head,
		func() error { return b.validates(validate) },
		b.times,
		func() error { return b.passes(passes) },
		func() error { return b.fleets(fleets) },
		func() error { return b.agent(passes[0], edits) },
	}
	if onlyTime {
		parts = []func() error{b.times}
	}
	for _, part := range parts {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) head() error {
	info, err := os.Stat(b.program)
	if err != nil {
		return err
	}
	fmt.Printf(`# Performance

Written by `+"`make bench`"+` (`+"`go run ./internal/bench > docs/performance.md`"+`) on %s: %s,
%s/%s, %d cores. The program is %.1f MB.

Wall times are medians of %d runs of the whole process, from start to exit; the machine is shared, so compare
ratios and counts rather than milliseconds. Plans come from `+"`internal/bench/plangen`"+`: a contact has three
channels and two stages, every ten share an escalation plan, every fifty a response plan.
Go benchmarks of single rooms: `+"`go test -run '^$' -bench . -benchmem ./compiler/... ./emulator ./kind ./oncall ./paging`"+`.

`, time.Now().UTC().Format(time.DateOnly), runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(),
		float64(info.Size())/1e6, b.runs)
	return nil
}

// folder generates a plan folder.
func (b *bench) folder(name string, s plangen.Shape) (string, error) {
	s.Region = region
	dir := filepath.Join(b.dir, name)
	return dir, plangen.Write(dir, s)
}

// sample is one finished process.
type sample struct {
	wall   time.Duration
	peakKB int64
}

// median runs the command b.runs times and returns the median wall time with the
// largest peak memory. The command must exit with 0.
func (b *bench) median(program string, args ...string) (sample, error) {
	var all []sample
	for range b.runs {
		s, err := once(program, args...)
		if err != nil {
			return sample{}, err
		}
		all = append(all, s)
	}
	slices.SortFunc(all, func(x, y sample) int { return int(x.wall - y.wall) })
	m := all[len(all)/2]
	for _, s := range all {
		m.peakKB = max(m.peakKB, s.peakKB)
	}
	return m, nil
}

func once(program string, args ...string) (sample, error) {
	cmd := exec.Command(program, args...)
	start := time.Now()
	out, err := cmd.CombinedOutput()
	wall := time.Since(start)
	if err != nil {
		return sample{}, fmt.Errorf("%s %s: %w\n%s", filepath.Base(program), strings.Join(args, " "), err, tail(out))
	}
	return sample{wall, peakKB(cmd.ProcessState)}, nil
}

func tail(out []byte) []byte {
	const keep = 2000
	return out[max(0, len(out)-keep):]
}

func ms(d time.Duration) string { return fmt.Sprintf("%.0f ms", float64(d.Microseconds())/1000) }

func mb(kb int64) string { return fmt.Sprintf("%.0f MB", float64(kb)/1024) }

// validates measures `watchbill validate`.
func (b *bench) validates(shapes []plangen.Shape) error {
	fmt.Print("## validate\n\n`watchbill validate DIR`\n\n| plan | wall | peak memory | aim |\n|---|---|---|---|\n")
	aims := []string{"under 50 ms", "under 300 ms"}
	for i, s := range shapes {
		dir, err := b.folder(fmt.Sprintf("validate-%d", s.Files), s)
		if err != nil {
			return err
		}
		m, err := b.median(b.program, "validate", dir)
		if err != nil {
			return err
		}
		fmt.Printf("| %d files, %d lines, %d contacts | %s | %s | %s |\n", s.Files, s.Lines(), s.Contacts, ms(m.wall), mb(m.peakKB), aims[i])
	}
	return nil
}

// passes measures apply from nothing, and plan without a change against the same
// reads made with bare SDK clients.
func (b *bench) passes(shapes []plangen.Shape) error {
	fmt.Print(`
## plan and apply on the embedded target

` + "`watchbill apply DIR`" + ` from nothing, ` + "`watchbill plan DIR`" + ` without a change, and ` + "`bench -bare STORE`" + `: the reads of
that plan, made by the bare SDK clients over the same in-process connection, 16 at a time, in a process of its own.
Aim: plan within 1.5 times the bare calls.

| contacts | apply from nothing | writes | plan, no change | reads | bare calls | ratio | peak memory of plan |
|---|---|---|---|---|---|---|---|
`)
	self, err := os.Executable()
	if err != nil {
		return err
	}
	for _, s := range shapes {
		dir, err := b.folder(fmt.Sprintf("pass-%d", s.Contacts), s)
		if err != nil {
			return err
		}
		apply, err := once(b.program, "apply", "--output", "json", dir)
		if err != nil {
			return err
		}
		plan, err := b.median(b.program, "plan", dir)
		if err != nil {
			return err
		}
		store := filepath.Join(dir, ".watchbill")
		bare, err := b.median(self, "-bare", store)
		if err != nil {
			return err
		}
		writes, reads, err := b.countCalls(dir, store)
		if err != nil {
			return err
		}
		fmt.Printf("| %d | %.1f s | %d | %s | %d | %s | %.2f | %s |\n", s.Contacts, apply.wall.Seconds(), writes,
			ms(plan.wall), reads, ms(bare.wall), float64(plan.wall)/float64(bare.wall), mb(plan.peakKB))
	}
	return nil
}
