package compiler

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"unicode/utf8"

	"github.com/watchbill/watchbill/internal/diag"
	"github.com/watchbill/watchbill/internal/sealed"
)

// Limits of a plan folder. They are far above what people write (64 MiB are a
// hundred thousand contacts) and keep a hostile folder from eating the machine.
const (
	maxFileSize   = 4 << 20
	maxFolderSize = 64 << 20
	maxFiles      = 10_000
	maxEntries    = 200_000 // of all folders, files that are no plan files counted too
)

// SettingsFile is the name of the settings beside the plans.
const SettingsFile = "watchbill.yaml"

// Root returns the plan folder that path means, as the user would write it. A
// folder means itself. A file means the nearest folder upwards that has a
// watchbill.yaml, within the Git repository if there is one; the file's own
// folder when none has. The error is that path cannot be read.
func Root(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("find the plan folder: %w", err)
	}
	if info.IsDir() {
		return filepath.Clean(path), nil
	}
	own := filepath.Dir(path)
	full, err := filepath.Abs(own)
	if err != nil {
		return "", fmt.Errorf("find the plan folder: %w", err)
	}
	for dir, up := own, full; ; {
		if exists(filepath.Join(up, SettingsFile)) {
			return dir, nil
		}
		parent := filepath.Dir(up)
		if parent == up || exists(filepath.Join(up, ".git")) {
			return own, nil
		}
		dir, up = above(dir), parent
	}
}

// above is the folder above dir in the user's own spelling.
func above(dir string) string {
	if dir == "." || strings.HasSuffix(dir, "..") {
		return filepath.Join(dir, "..")
	}
	return filepath.Dir(dir)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// folder is an open plan folder. Nothing outside it is ever read, whatever links
// it holds.
type folder struct {
	dir  string // as the user would write it
	real string // absolute, without links
	root *os.Root

	list    diag.List
	files   []candidate
	links   []candidate
	tests   testFiles
	seen    map[string]bool   // folders and files by their path without links
	targets map[string]string // where the links led that were followed
	entries int
	full    bool // too much was found; the rest is not looked at
	size    atomic.Int64
}

// candidate is a path to look at: rel as it is printed, real the same without links.
type candidate struct{ rel, real string }

func openFolder(dir string) (*folder, error) {
	real, err := filepath.EvalSymlinks(dir)
	if err == nil {
		real, err = filepath.Abs(real)
	}
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(real)
	if err != nil {
		return nil, err
	}
	return &folder{dir: dir, real: real, root: root, seen: map[string]bool{}, targets: map[string]string{}}, nil
}

// name is how findings print a path in the folder.
func (d *folder) name(rel string) string {
	return path.Join(filepath.ToSlash(d.dir), filepath.ToSlash(rel))
}

func (d *folder) report(rel, code, format string, args ...any) *diag.Finding {
	return d.list.Errorf(diag.Pos{File: d.name(rel)}, code, format, args...)
}

// find lists the plan files below the folder, sorted, each once: links are
// followed after everything that is no link, so a file is printed by its own path
// if it has one here. Hidden files and folders are not looked at unless a link
// leads there (Kubernetes mounts every file as a link into ..data).
func (d *folder) find(ctx context.Context) error {
	if err := d.walk(ctx, candidate{".", "."}); err != nil {
		return err
	}
	for len(d.links) > 0 {
		link := d.links[0]
		d.links = d.links[1:]
		if err := d.follow(ctx, link); err != nil {
			return err
		}
	}
	slices.SortFunc(d.files, byPath)
	slices.SortFunc(d.tests.files, byPath)
	if len(d.files) > maxFiles {
		d.report(".", "too-many-files", "the folder holds more than %d plan files", maxFiles).
			WithHint("is this the plan folder?")
		d.files = d.files[:maxFiles]
	}
	return nil
}

const unreadableHint = "let the user that runs watchbill read it, or move it out of the plan folder"

// walk reads one folder. The error is that ctx is done.
func (d *folder) walk(ctx context.Context, at candidate) error {
	if d.seen[at.real] || d.full {
		return nil
	}
	d.seen[at.real] = true
	opened, err := d.root.Open(at.real)
	if err != nil {
		d.report(at.rel, "unreadable", "the folder cannot be read: %v", cause(err)).WithHint(unreadableHint)
		return nil
	}
	defer opened.Close()
	for ctx.Err() == nil {
		batch, err := opened.ReadDir(1000)
		for _, entry := range batch {
			if err := d.entry(ctx, at, entry); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) || d.full {
			return nil
		}
		if err != nil {
			d.report(at.rel, "unreadable", "the folder cannot be read: %v", cause(err)).WithHint(unreadableHint)
			return nil
		}
	}
	return ctx.Err()
}

func (d *folder) entry(ctx context.Context, in candidate, entry fs.DirEntry) error {
	name := entry.Name()
	if d.entries++; d.entries > maxEntries && !d.full {
		d.full = true
		d.report(".", "too-many-files", "the folder holds more than %d files and folders", maxEntries).
			WithHint("is this the plan folder?")
	}
	if strings.HasPrefix(name, ".") || d.full {
		return nil
	}
	at := candidate{filepath.Join(in.rel, name), filepath.Join(in.real, name)}
	switch kind := entry.Type(); {
	case kind.IsDir():
		return d.below(ctx, at)
	case kind&fs.ModeSymlink != 0:
		d.links = append(d.links, at)
	case testFile(name):
		d.test(at, kind)
	case !planFile(name):
	case kind.IsRegular():
		d.add(at)
	default:
		d.report(at.rel, "not-a-file", "%s is %s, not a file", quote(name), special(kind)).
			WithHint("move it out of the plan folder, or give it another ending")
	}
	return nil
}

// below walks a folder inside the plan folder. One with settings of its own is a
// plan of its own and no part of this one.
func (d *folder) below(ctx context.Context, at candidate) error {
	if _, err := d.root.Lstat(filepath.Join(at.real, SettingsFile)); err == nil {
		return nil
	}
	return d.walk(ctx, at)
}

func (d *folder) add(at candidate) {
	if !d.seen[at.real] {
		d.seen[at.real] = true
		d.files = append(d.files, at)
	}
}

// follow looks at what a link leads to.
func (d *folder) follow(ctx context.Context, link candidate) error {
	name := filepath.Base(link.rel)
	if testFile(name) {
		d.followTest(link)
		return nil
	}
	target, inside, err := d.resolve(link.real)
	if err != nil {
		if planFile(name) {
			d.brokenLink(link.rel, err)
		}
		return nil
	}
	d.targets[link.real] = target
	info, err := os.Stat(filepath.Join(d.real, link.real))
	switch {
	case err != nil && !planFile(name):
	case err != nil:
		d.brokenLink(link.rel, err)
	case !inside && (info.IsDir() || planFile(name)):
		d.report(link.rel, "outside-folder", "the link leads out of the plan folder").
			WithHint("put the files into the folder, or remove the link")
	case info.IsDir() && inside:
		return d.below(ctx, candidate{link.rel, target})
	case !planFile(name) || name == SettingsFile:
	case info.Mode().IsRegular():
		d.add(candidate{link.rel, target})
	default:
		d.report(link.rel, "not-a-file", "%s leads to %s, not to a file", quote(name), special(info.Mode())).
			WithHint("remove the link, or give it another ending")
	}
	return nil
}

func (d *folder) brokenLink(rel string, err error) {
	d.report(rel, "unreadable", "the link cannot be followed: %v", cause(err)).
		WithHint("let it lead to a file of the folder, or remove it")
}

// resolve returns a path of the folder without links, and whether it is still in
// the folder.
func (d *folder) resolve(rel string) (target string, inside bool, err error) {
	full, err := filepath.EvalSymlinks(filepath.Join(d.real, rel))
	if err != nil {
		return "", false, err
	}
	target, err = filepath.Rel(d.real, full)
	if err != nil {
		return "", false, nil // another volume
	}
	return target, filepath.IsLocal(target), nil
}

// moved reports whether a link that was followed leads elsewhere by now, as all of
// Kubernetes' do when it replaces a mounted ConfigMap.
func (d *folder) moved() bool {
	for link, target := range d.targets {
		if now, _, err := d.resolve(link); err != nil || now != target {
			return true
		}
	}
	return false
}

// planFile reports whether the name is a plan file's, also of an encrypted one. Tests of
// plans and settings are none; encrypted, they are taken for plans, and told that they
// are none.
func planFile(name string) bool {
	return yamlFile(strings.TrimSuffix(name, sealed.Extension)) && name != SettingsFile && !testFile(name)
}

// testFile reports whether the name is that of a file of tests.
func testFile(name string) bool {
	return yamlFile(name) && strings.HasSuffix(strings.TrimSuffix(name, filepath.Ext(name)), "_test")
}

func yamlFile(name string) bool {
	ext := filepath.Ext(name)
	return ext == ".yaml" || ext == ".yml"
}

func special(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeNamedPipe != 0:
		return "a pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "something special"
}

// read reads one file of the folder. It returns nil when that is reported.
func (d *folder) read(at candidate, l *diag.List) *file {
	src, finding := d.bytes(at.real, maxFileSize)
	if finding == nil && d.size.Add(int64(len(src))) > maxFolderSize {
		return nil // reported once, for the folder
	}
	if finding == nil {
		finding = notText(src)
	}
	if finding != nil {
		finding.Pos.File = d.name(at.rel)
		l.Add(*finding)
		return nil
	}
	return newFile(d.name(at.rel), filepath.ToSlash(at.rel), src)
}

// bytes reads a file that has no links in its path, up to limit. It never opens a
// pipe or device for good: opening does not wait, and what was opened is looked at
// before it is read. The finding has no place yet.
func (d *folder) bytes(real string, limit int64) ([]byte, *diag.Finding) {
	opened, err := d.root.OpenFile(real, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, &diag.Finding{Code: "unreadable", Message: fmt.Sprintf("the file cannot be read: %v", cause(err)), Hint: unreadableHint}
	}
	defer opened.Close()
	info, err := opened.Stat()
	if err == nil && !info.Mode().IsRegular() {
		return nil, &diag.Finding{Code: "not-a-file", Message: "this is " + special(info.Mode()) + ", not a file", Hint: "give it another name, or move it out of the plan folder"}
	}
	src, err := io.ReadAll(io.LimitReader(opened, limit+1))
	if err != nil {
		return nil, &diag.Finding{Code: "unreadable", Message: fmt.Sprintf("the file cannot be read: %v", cause(err)), Hint: unreadableHint}
	}
	if int64(len(src)) > limit {
		return nil, &diag.Finding{Code: "file-too-large", Message: "the file is larger than " + bytesSize(limit),
			Hint: "spread its sections over several files"}
	}
	return src, nil
}

func bytesSize(n int64) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d KiB", n>>10)
}

// notText finds the first byte that is no UTF-8.
func notText(src []byte) *diag.Finding {
	if utf8.Valid(src) {
		return nil
	}
	f := newFile("", "", src)
	if len(src) > 1 && (src[0] == 0xFF && src[1] == 0xFE || src[0] == 0xFE && src[1] == 0xFF) {
		return &diag.Finding{Code: "not-utf8", Message: "the file is UTF-16", Hint: "save it as UTF-8"}
	}
	for i := 0; i < len(f.src); {
		c, n := utf8.DecodeRune(f.src[i:])
		if c == utf8.RuneError && n == 1 {
			line, col := f.offset(i)
			return &diag.Finding{Code: "not-utf8", Pos: f.at(line, col, 1),
				Message: fmt.Sprintf("the byte %#x here is not UTF-8", f.src[i]), Hint: "save the file as UTF-8"}
		}
		i += n
	}
	return nil
}

// cause is the error without the path, which the finding's place has.
func cause(err error) error {
	var in *fs.PathError
	if errors.As(err, &in) {
		return in.Err
	}
	if text, ok := strings.CutPrefix(err.Error(), "EvalSymlinks: "); ok {
		return errors.New(text)
	}
	return err
}
