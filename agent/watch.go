package agent

import (
	"errors"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Watcher says when something below a plan folder may have changed. It is a hint
// and no more: whoever hears it reads the folder again and compares contents.
//
// It watches folders and never files: a watched file is lost at the first atomic
// rename. Watched are all folders below the root, the folders in which the
// targets of symbolic links stand (a Kubernetes ConfigMap is a link ..data to
// ..2026_12_07_…, swapped as a whole), and the folders above that hold the
// root's own name, so that a root which is removed and comes back is seen.
type Watcher struct {
	// Changed receives when something may have changed; what happens before the
	// receiver looks is one signal.
	Changed <-chan struct{}

	changed chan struct{}
	done    chan struct{}
	log     *slog.Logger
	notify  *fsnotify.Watcher
	root    string // absolute, as named; may be or pass through links

	folders map[string]bool            // below the root, by real path
	anchors map[string]map[string]bool // folders above: the names in them that matter
	blind   bool                       // a limit was hit, and said
}

const (
	// settleTime is how long after a change of folders they are listed anew: a
	// checkout or a swap makes many such changes at once.
	settleTime = 50 * time.Millisecond
	// auditTime is how often they are listed anew without any event: a watch can
	// die unseen (an unmounted volume, an overflow at the wrong moment).
	auditTime = time.Minute
	// maxFolders bounds the watches one plan can take. The loader refuses a plan
	// of so many files.
	maxFolders = 10_000
)

// Watch starts to watch the plan folder dir, which need not exist yet. What
// cannot be watched is a warning in the log and never an error: the periodic
// pass reads the folder anyway.
func Watch(dir string, log *slog.Logger) (*Watcher, error) {
	root, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	w := &Watcher{changed: make(chan struct{}, 1), done: make(chan struct{}), log: log, root: root}
	w.Changed = w.changed
	if w.notify, err = fsnotify.NewWatcher(); err != nil {
		w.warnBlind(err)
		close(w.done)
		return w, nil
	}
	w.list()
	go w.loop()
	return w, nil
}

// Close ends the watching.
func (w *Watcher) Close() error {
	if w.notify == nil {
		return nil
	}
	err := w.notify.Close()
	<-w.done
	return err
}

func (w *Watcher) loop() {
	defer close(w.done)
	relist := time.NewTimer(auditTime)
	defer relist.Stop()
	soon := false // a listing is due; more events do not put it off
	again := func() {
		if !soon {
			soon = true
			relist.Reset(settleTime)
		}
	}
	for {
		select {
		case ev, ok := <-w.notify.Events:
			if !ok {
				return
			}
			if w.event(ev) {
				again()
			}
		case err, ok := <-w.notify.Errors:
			if !ok {
				return
			}
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				w.log.Warn("watching the plan folder has trouble; it is read again", "err", err)
			}
			w.signal()
			again()
		case <-relist.C:
			if w.list() {
				w.signal() // something may have changed in a folder before it was watched
			}
			soon = false
			relist.Reset(auditTime)
		}
	}
}

func (w *Watcher) signal() {
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

// event signals what matters and reports whether the folders must be listed anew.
func (w *Watcher) event(ev fsnotify.Event) (relist bool) {
	dir, base := filepath.Split(ev.Name)
	dir = filepath.Clean(dir)
	switch {
	case ev.Name == "":
		return false
	case w.anchors[dir][base], w.folders[ev.Name]:
		w.signal()
		return true
	case !w.folders[dir] || ignored(base):
		return false
	}
	defer w.signal()
	if ev.Has(fsnotify.Remove) || ev.Has(fsnotify.Rename) {
		return true
	}
	if !ev.Has(fsnotify.Create) {
		return false
	}
	switch info, err := os.Lstat(ev.Name); {
	case err != nil:
		return false // gone again, and its removal is an event too
	case info.IsDir():
		// At once: files may already be written into it.
		below := map[string]bool{}
		w.walk(ev.Name, w.realRoot(), below)
		w.add(below)
		maps.Copy(w.folders, below)
		return true
	default:
		return info.Mode()&os.ModeSymlink != 0
	}
}

// ignored reports names no plan is in: hidden files and folders (our own store,
// .git, locks and swap files of editors), but not the .. names of a ConfigMap, and
// what editors write beside a file while they save it.
func ignored(base string) bool {
	switch {
	case strings.HasPrefix(base, ".") && !strings.HasPrefix(base, ".."):
		return true
	case strings.HasSuffix(base, "~"), strings.HasSuffix(base, ".swp"), strings.HasSuffix(base, ".swx"):
		return true
	case strings.HasPrefix(base, "#") && strings.HasSuffix(base, "#"):
		return true
	}
	return base == "4913" // vim tries with it whether it may write here
}

// list makes the watches those that the folder needs now, and reports whether
// there is a new one.
func (w *Watcher) list() (added bool) {
	w.anchors = anchorsOf(w.root)
	w.folders = map[string]bool{}
	if real := w.realRoot(); real != "" {
		w.walk(real, real, w.folders)
	}
	want := maps.Clone(w.folders)
	for dir := range w.anchors {
		want[dir] = true
	}
	have := map[string]bool{}
	// First away with the old: below a renamed folder they are the same watches
	// under other names, and removing one later would take the new one with it.
	for _, dir := range w.notify.WatchList() {
		if have[dir] = want[dir]; !want[dir] {
			_ = w.notify.Remove(dir) // fails when the folder is gone, and the watch with it
		}
	}
	w.add(want)
	for dir := range want {
		added = added || !have[dir]
	}
	return added
}

// add watches folders; one that is watched already is not watched twice.
func (w *Watcher) add(dirs map[string]bool) {
	var limit error
	for _, dir := range slices.Sorted(maps.Keys(dirs)) {
		err := w.notify.Add(dir)
		if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EMFILE) {
			limit = err
		}
	}
	if limit == nil && len(dirs) >= maxFolders {
		limit = errors.New("the plan has too many folders")
	}
	if limit != nil {
		w.warnBlind(limit)
	}
}

func (w *Watcher) warnBlind(err error) {
	if !w.blind {
		w.blind = true
		w.log.Warn("not every folder of the plan can be watched: changes there are seen by the periodic pass only",
			"err", err, "hint", "raise fs.inotify.max_user_watches and max_user_instances, or shorten --resync")
	}
}

func (w *Watcher) realRoot() string {
	real, err := filepath.EvalSymlinks(w.root)
	if err != nil {
		return ""
	}
	return real
}

// walk adds dir and the folders below it to found, those that links lead to
// included, as long as they stay inside root. All are real paths.
func (w *Watcher) walk(dir, root string, found map[string]bool) {
	if found[dir] || len(found) >= maxFolders {
		return
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return // the compiler says so
	}
	found[dir] = true
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		switch {
		case ignored(e.Name()):
		case e.IsDir():
			w.walk(path, root, found)
		case e.Type()&os.ModeSymlink != 0:
			w.walkLink(path, root, found)
		}
	}
}

func (w *Watcher) walkLink(link, root string, found map[string]bool) {
	real, err := filepath.EvalSymlinks(link)
	if err != nil || !strings.HasPrefix(real, root+string(filepath.Separator)) {
		return
	}
	if info, err := os.Stat(real); err != nil {
		return
	} else if info.IsDir() {
		w.walk(real, root, found)
	} else if len(found) < maxFolders {
		found[filepath.Dir(real)] = true
	}
}

// anchorsOf lists the names that decide what path leads to: the last one, and
// each symbolic link on the way, by the folders they stand in.
func anchorsOf(path string) map[string]map[string]bool {
	out := map[string]map[string]bool{}
	anchor := func(dir, name string) {
		if out[dir] == nil {
			out[dir] = map[string]bool{}
		}
		out[dir][name] = true
	}
	const maxLinks = 40 // as the kernel
	at, rest := rootOf(path), pathNames(path)
	for links := 0; len(rest) > 0; {
		name := rest[0]
		rest = rest[1:]
		next := filepath.Join(at, name)
		info, err := os.Lstat(next)
		if err != nil || len(rest) == 0 {
			anchor(at, name)
		}
		switch {
		case err != nil:
			return out
		case info.Mode()&os.ModeSymlink == 0:
			at = next
			continue
		}
		anchor(at, name)
		target, err := os.Readlink(next)
		if links++; err != nil || links > maxLinks {
			return out
		}
		if filepath.IsAbs(target) {
			at = rootOf(target)
		}
		rest = append(pathNames(target), rest...)
	}
	return out
}

func rootOf(path string) string {
	return filepath.VolumeName(path) + string(filepath.Separator)
}

func pathNames(path string) []string {
	return strings.FieldsFunc(strings.TrimPrefix(path, filepath.VolumeName(path)), func(r rune) bool { return r == filepath.Separator })
}
