package main

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/watchbill/watchbill/schema"
)

// The plan folder that init writes. OWNER stands for the owner.
//
//go:embed starter
var starter embed.FS

func (a *app) initCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Write a small plan folder to start from",
		Long: `Write a commented plan to start from: two people, who is called when, and what happens
when something breaks. It applies to the Incident Manager inside watchbill as it is.

Nothing that exists is overwritten.`,
		Args: atMost(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := "."
			if len(args) == 1 {
				dir = args[0]
			}
			return a.initFolder(dir)
		},
	}
	return formats(cmd, "text", "json")
}

func (a *app) initFolder(dir string) error {
	files, err := starterFiles(dir)
	if err != nil {
		return err
	}
	for _, f := range files {
		if _, err := os.Lstat(f.path); err == nil {
			return troublef("init %s: %s exists and is never overwritten", dir, f.path).
				withHint("choose another folder: watchbill init DIR")
		}
	}
	ignore := filepath.Join(dir, ".gitignore")
	if err := ordinary(ignore); err != nil {
		return err
	}
	var written []string
	for _, f := range files {
		if err := writeNew(f); err != nil {
			return fmt.Errorf("init %s: %w", dir, err)
		}
		written = append(written, filepath.ToSlash(f.path))
	}
	changed, err := ignoreStore(ignore)
	if err != nil {
		return fmt.Errorf("init %s: %w", dir, err)
	}
	if changed {
		written = append(written, filepath.ToSlash(ignore))
	}
	return a.printWritten(dir, written)
}

func (a *app) printWritten(dir string, files []string) error {
	if a.output == "json" {
		return a.printJSON(struct {
			SchemaVersion int      `json:"schema_version"`
			Files         []string `json:"files"`
		}{1, files})
	}
	for _, f := range files {
		fmt.Fprintln(a.out, f)
	}
	a.sayf("next: watchbill test %[1]s, watchbill plan %[1]s, then watchbill apply %[1]s", dir)
	return nil
}

type newFile struct {
	path string
	text []byte
}

func starterFiles(dir string) ([]newFile, error) {
	owner, err := ownerFor(dir)
	if err != nil {
		return nil, err
	}
	files := []newFile{{filepath.Join(dir, "schema", "plan.schema.json"), schema.Bundle()}}
	for _, name := range []string{schema.Settings, schema.Tests} {
		file := name + ".schema.json"
		text, err := schema.FS.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read the schema of %s: %w", name, err)
		}
		files = append(files, newFile{filepath.Join(dir, "schema", file), text})
	}
	err = fs.WalkDir(starter, "starter", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := starter.ReadFile(path)
		name := strings.TrimPrefix(path, "starter/")
		files = append(files, newFile{filepath.Join(dir, name), []byte(strings.ReplaceAll(string(text), "OWNER", owner))})
		return err
	})
	return files, err
}

var notOwner = regexp.MustCompile(`[^a-z0-9_-]+`)

// ownerFor makes an owner out of the folder's name: two plans with one owner in
// one account would prune each other's resources.
func ownerFor(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("init %s: %w", dir, err)
	}
	name := notOwner.ReplaceAllString(strings.ToLower(filepath.Base(abs)), "-")
	name = strings.Trim(name, "-_")
	if name == "" {
		return "watchbill", nil
	}
	return strings.TrimRight(name[:min(len(name), 63)], "-_"), nil
}

// writeNew writes a file that must not exist, and its folder.
func writeNew(f newFile) error {
	if err := os.MkdirAll(filepath.Dir(f.path), 0o777); err != nil {
		return err
	}
	w, err := os.OpenFile(f.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = w.Write(f.text)
	return errors.Join(err, w.Close())
}

// ignoreStore keeps the local store out of Git.
func ignoreStore(path string) (changed bool, err error) {
	return ignoreFolder(path, storeFolder, "The Incident Manager inside watchbill keeps its data here.")
}

// ordinary refuses a .gitignore that is a link or no file: Git does not follow it, so it
// would ignore nothing, and what is written to it may land outside of the folder.
func ordinary(path string) error {
	info, err := os.Lstat(path)
	if err != nil || info.Mode().IsRegular() {
		return nil
	}
	return usagef("%s is no ordinary file, so Git does not read it", filepath.ToSlash(path)).
		withHint("put a file in its place, or choose another folder")
}

// ignoreFolder keeps a folder beside a .gitignore out of Git. A .gitignore that is there
// keeps its lines and gets one more.
func ignoreFolder(path, folder, why string) (changed bool, err error) {
	text := "# " + why + "\n" + folder + "/\n"
	have, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	for l := range strings.Lines(string(have)) {
		if strings.Trim(l, "/\r\n\t ") == folder {
			return false, nil
		}
	}
	gap := ""
	if len(have) > 0 {
		gap = "\n"
		if !strings.HasSuffix(string(have), "\n") {
			gap = "\n\n"
		}
	}
	w, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return false, err
	}
	_, err = w.WriteString(gap + text)
	return true, errors.Join(err, w.Close())
}
