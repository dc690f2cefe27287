package importer

// Writing a folder whole or not at all: everything is written beside its place first, and
// every file then gets its name by a link, which fails when the name is taken.

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// TakenError lists the files that are there already. None is ever overwritten.
type TakenError struct{ Files []string }

func (e *TakenError) Error() string {
	return strings.Join(e.Files, ", ") + ": there already, and never overwritten"
}

// Free reports with a *TakenError which files exist in dir.
func Free(dir string, files []File) error {
	var taken []string
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.Path))
		if _, err := os.Lstat(path); err == nil {
			taken = append(taken, filepath.ToSlash(path))
		}
	}
	if len(taken) > 0 {
		return &TakenError{taken}
	}
	return nil
}

// Stage writes files into a new folder in dir, hidden from the compiler, and returns its
// path. Whoever stages removes it.
func Stage(dir string, files []File) (string, error) {
	stage, err := os.MkdirTemp(dir, ".watchbill-import-")
	if err != nil {
		return "", fmt.Errorf("write the plan files: %w", err)
	}
	if err := Refill(stage, files); err != nil {
		return "", errors.Join(err, os.RemoveAll(stage))
	}
	return stage, nil
}

// Refill makes a staged folder hold these files and no others.
func Refill(stage string, files []File) error {
	old, err := os.ReadDir(stage)
	if err != nil {
		return fmt.Errorf("write the plan files: %w", err)
	}
	for _, e := range old {
		err = errors.Join(err, os.RemoveAll(filepath.Join(stage, e.Name())))
	}
	// Addresses of a process that is killed here must not get into Git.
	files = append([]File{{Path: ".gitignore", Text: []byte("*\n")}}, files...)
	for _, f := range files {
		if err == nil {
			err = writeFile(filepath.Join(stage, filepath.FromSlash(f.Path)), f)
		}
	}
	if err != nil {
		return fmt.Errorf("write the plan files: %w", err)
	}
	return nil
}

func writeFile(path string, f File) error {
	folder := fs.FileMode(0o777)
	if f.Private {
		folder = 0o700
	}
	if err := os.MkdirAll(filepath.Dir(path), folder); err != nil {
		return err
	}
	w, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = w.Write(f.Text)
	return errors.Join(err, w.Close())
}

// Place gives the files of a staged folder their places in dir, all of them or, with an
// error, none. A file that is there already is a *TakenError.
func Place(stage, dir string, files []File) (err error) {
	var placed []string // files and folders, in order
	defer func() {
		if err == nil {
			return
		}
		for i := len(placed) - 1; i >= 0; i-- {
			os.Remove(placed[i]) // a folder with something of somebody else's in it stays
		}
	}()
	for _, f := range files {
		rel := filepath.FromSlash(f.Path)
		to := filepath.Join(dir, rel)
		if folder := filepath.Dir(to); folder != filepath.Clean(dir) {
			switch err := os.Mkdir(folder, 0o700); {
			case err == nil:
				placed = append(placed, folder)
			case !errors.Is(err, fs.ErrExist):
				return fmt.Errorf("write the plan files: %w", err)
			default: // a link could lead anywhere
				if info, err := os.Lstat(folder); err != nil || !info.IsDir() {
					return &TakenError{[]string{filepath.ToSlash(folder)}}
				}
			}
		}
		err := os.Link(filepath.Join(stage, rel), to)
		if err != nil && !errors.Is(err, fs.ErrExist) { // not every file system has links
			err = writeFile(to, f)
		}
		switch {
		case errors.Is(err, fs.ErrExist):
			return &TakenError{[]string{filepath.ToSlash(to)}}
		case err != nil:
			return fmt.Errorf("write the plan files: %w", err)
		}
		placed = append(placed, to)
	}
	return nil
}
