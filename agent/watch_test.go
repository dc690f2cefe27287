package agent

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// watching starts a Watcher on dir and returns it with a folder-wide helper.
func watching(t *testing.T, dir string) *watched {
	t.Helper()
	w, err := Watch(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return &watched{t, w}
}

type watched struct {
	t *testing.T
	w *Watcher
}

// hears does something and fails unless a change is signalled.
func (w *watched) hears(what string, do func()) {
	w.t.Helper()
	w.settle()
	do()
	select {
	case <-w.w.Changed:
	case <-time.After(5 * time.Second):
		w.t.Errorf("%s went unnoticed", what)
	}
}

// ignores does something and fails if a change is signalled.
func (w *watched) ignores(what string, do func()) {
	w.t.Helper()
	w.settle()
	do()
	select {
	case <-w.w.Changed:
		w.t.Errorf("%s passed for a change", what)
	case <-time.After(3 * settleTime):
	}
}

// settle waits until nothing more is heard of what was done before.
func (w *watched) settle() {
	for {
		select {
		case <-w.w.Changed:
		case <-time.After(3 * settleTime):
			return
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	must(t, os.WriteFile(path, []byte(text), 0o600))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestWatchFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "team.yaml")
	write(t, file, "one")
	w := watching(t, dir)
	w.hears("a write in place", func() { write(t, file, "two") })
	w.hears("an atomic rename", func() {
		write(t, filepath.Join(dir, ".team.tmp"), "three")
		must(t, os.Rename(filepath.Join(dir, ".team.tmp"), file))
	})
	w.hears("a second atomic rename", func() {
		write(t, filepath.Join(dir, ".team.tmp"), "four")
		must(t, os.Rename(filepath.Join(dir, ".team.tmp"), file))
	})
	w.hears("a save as vim does it", func() {
		write(t, filepath.Join(dir, "4913"), "")
		must(t, os.Remove(filepath.Join(dir, "4913")))
		must(t, os.Rename(file, file+"~"))
		write(t, file, "five")
		must(t, os.Remove(file+"~"))
	})
	w.hears("a new file", func() { write(t, filepath.Join(dir, "new.yaml"), "x") })
	w.hears("the settings", func() { write(t, filepath.Join(dir, "watchbill.yaml"), "x") })
	w.hears("a removal", func() { must(t, os.Remove(filepath.Join(dir, "new.yaml"))) })
}

func TestWatchIgnores(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	must(t, os.Mkdir(filepath.Join(dir, ".watchbill"), 0o700))
	w := watching(t, dir)
	for _, name := range []string{"4913", ".team.yaml.swp", "team.yaml.swx", "team.yaml~", ".#team.yaml", "#team.yaml#", ".watchbill/store.db"} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		w.ignores("making "+name, func() { write(t, path, "x") })
		w.ignores("removing "+name, func() { must(t, os.Remove(path)) })
	}
	w.ignores("a hidden folder", func() { must(t, os.Mkdir(filepath.Join(dir, ".git"), 0o700)) })
	w.ignores("a neighbour of the folder", func() { write(t, dir+".yaml", "x") })
	must(t, os.Remove(dir+".yaml"))
}

func TestWatchFolders(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := func(names ...string) string { return filepath.Join(append([]string{dir}, names...)...) }
	w := watching(t, dir)
	w.hears("a new folder", func() { must(t, os.MkdirAll(in("a", "b"), 0o700)) })
	w.hears("a file in a new folder", func() { write(t, in("a", "b", "x.yaml"), "1") })
	w.hears("a renamed folder", func() { must(t, os.Rename(in("a"), in("c"))) })
	w.hears("a file below a renamed folder", func() { write(t, in("c", "b", "x.yaml"), "2") })
	w.hears("a file in a renamed folder", func() { write(t, in("c", "y.yaml"), "2") })
	w.hears("a folder that comes back under its first name", func() {
		must(t, os.Rename(in("c"), in("a")))
		must(t, os.Mkdir(in("c"), 0o700))
	})
	w.hears("a file in the folder that came back", func() { write(t, in("a", "b", "x.yaml"), "3") })
	w.hears("a file in the folder that took its place", func() { write(t, in("c", "z.yaml"), "3") })
	w.hears("a removed folder", func() { must(t, os.RemoveAll(in("a"))) })
	outside := filepath.Join(t.TempDir(), "moved")
	w.hears("a folder that leaves", func() { must(t, os.Rename(in("c"), outside)) })
	w.ignores("a file in the folder that left", func() { write(t, filepath.Join(outside, "z.yaml"), "4") })
}

// A file written in the same moment as its folder, or before anybody could watch
// the folder, must be seen: the signal comes after the watch.
func TestWatchFolderAndFileAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := watching(t, dir)
	for i := range 5 {
		sub := filepath.Join(dir, fmt.Sprint("team", i), "deep", "deeper")
		w.hears("a folder with a file", func() {
			must(t, os.MkdirAll(sub, 0o700))
			write(t, filepath.Join(sub, "x.yaml"), "1")
		})
		w.hears("its file", func() { write(t, filepath.Join(sub, "x.yaml"), "2") })
	}
}

func TestWatchRoot(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	root := filepath.Join(base, "plans")
	w := watching(t, root)
	w.hears("a root that appears", func() { must(t, os.Mkdir(root, 0o700)) })
	w.hears("a file in it", func() { write(t, filepath.Join(root, "x.yaml"), "1") })
	w.hears("its removal", func() { must(t, os.RemoveAll(root)) })
	w.hears("its return", func() { must(t, os.Mkdir(root, 0o700)) })
	w.hears("a file in it after its return", func() { write(t, filepath.Join(root, "x.yaml"), "2") })
	w.hears("another folder in its place", func() {
		other := filepath.Join(base, "other")
		must(t, os.Mkdir(other, 0o700))
		must(t, os.Rename(root, filepath.Join(base, "old")))
		must(t, os.Rename(other, root))
	})
	w.hears("a file in the other folder", func() { write(t, filepath.Join(root, "x.yaml"), "3") })
	w.ignores("a file in the old one", func() { write(t, filepath.Join(base, "old", "x.yaml"), "4") })
}

// A release directory behind a link, as deployment tools make it.
func TestWatchLinkedRoot(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	for _, v := range []string{"v1", "v2"} {
		must(t, os.MkdirAll(filepath.Join(base, v, "plans"), 0o700))
	}
	current := filepath.Join(base, "current")
	must(t, os.Symlink("v1", current))
	w := watching(t, filepath.Join(current, "plans"))
	w.hears("a file", func() { write(t, filepath.Join(base, "v1", "plans", "x.yaml"), "1") })
	w.hears("the swap of a link above the root", func() {
		must(t, os.Symlink("v2", current+".new"))
		must(t, os.Rename(current+".new", current))
	})
	w.hears("a file in the new release", func() { write(t, filepath.Join(base, "v2", "plans", "x.yaml"), "1") })
	w.ignores("a file in the old release", func() { write(t, filepath.Join(base, "v1", "plans", "x.yaml"), "2") })
}

// Kubernetes updates a ConfigMap volume by writing a new folder and swapping the
// link ..data, through which every file is a link.
func TestWatchConfigMap(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	version := func(n int) string { return fmt.Sprintf("..2026_12_07_09_00_%02d.1", n) }
	swap := func(n int) {
		must(t, os.Mkdir(filepath.Join(dir, version(n)), 0o700))
		write(t, filepath.Join(dir, version(n), "team.yaml"), fmt.Sprint(n))
		must(t, os.Symlink(version(n), filepath.Join(dir, "..data_tmp")))
		must(t, os.Rename(filepath.Join(dir, "..data_tmp"), filepath.Join(dir, "..data")))
		if n > 1 {
			must(t, os.RemoveAll(filepath.Join(dir, version(n-1))))
		}
	}
	swap(1)
	must(t, os.Symlink(filepath.Join("..data", "team.yaml"), filepath.Join(dir, "team.yaml")))
	w := watching(t, dir)
	for n := 2; n < 8; n++ {
		w.hears(fmt.Sprint("swap ", n), func() { swap(n) })
	}
	w.hears("a write into the folder behind the link", func() { write(t, filepath.Join(dir, version(7), "team.yaml"), "x") })
}

func TestWatchLinks(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	dir, outside := filepath.Join(base, "plans"), filepath.Join(base, "outside")
	must(t, os.MkdirAll(filepath.Join(dir, "real"), 0o700))
	must(t, os.Mkdir(outside, 0o700))
	must(t, os.Symlink(dir, filepath.Join(dir, "real", "loop")))
	must(t, os.Symlink(outside, filepath.Join(dir, "away")))
	must(t, os.Symlink("nowhere", filepath.Join(dir, "dangling")))
	w := watching(t, dir)
	w.hears("a file beside a loop", func() { write(t, filepath.Join(dir, "real", "x.yaml"), "1") })
	w.ignores("a file behind a link that leaves the plan", func() { write(t, filepath.Join(outside, "x.yaml"), "1") })
	w.hears("a link that changes", func() { must(t, os.Remove(filepath.Join(dir, "away"))) })
}

// A burst is one signal as long as nobody looks, and no watch is lost in it.
func TestWatchBurst(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := watching(t, dir)
	w.hears("a burst", func() {
		for i := range 2000 {
			write(t, filepath.Join(dir, fmt.Sprintf("f%04d.yaml", i)), "x")
		}
	})
	w.hears("a file after it", func() { write(t, filepath.Join(dir, "last.yaml"), "x") })
}

// Where a limit of the system is hit, the log says what that means, once.
func TestWatchBlind(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	dir := t.TempDir()
	w, err := Watch(dir, slog.New(slog.NewTextHandler(&log, nil)))
	must(t, err)
	w.warnBlind(os.ErrInvalid)
	w.warnBlind(os.ErrInvalid)
	must(t, w.Close())
	if n := strings.Count(log.String(), "seen by the periodic pass only"); n != 1 {
		t.Errorf("the log says it %d times:\n%s", n, log.String())
	}
}

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) Reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.buf.Reset()
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
