package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"
	"github.com/watchbill/watchbill/compiler"
)

// maxFormatSize is the largest file that is formatted; the compiler reads none that
// is larger.
const maxFormatSize = 4 << 20

func (a *app) fmtCommand() *cobra.Command {
	var check bool
	cmd := &cobra.Command{
		Use:   "fmt [PATH|-]...",
		Short: "Lay out plan files alike; comments and meaning stay",
		Long: `Rewrite plan files with the layout of this project: two spaces a level, no trailing
space, at most one blank line in a row. Comments, quoting and order stay as written,
and a file whose meaning would change is left alone.

A folder means all its plan files, a file only itself, - reads standard input and
writes standard output. The files that were changed are listed.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if slices.Contains(args, "-") {
				return a.formatStream(args, check)
			}
			return a.formatFiles(cmd.Context(), args, check)
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "change nothing; list the files that differ and exit 2")
	return formats(cmd, "text", "json")
}

func (a *app) formatStream(args []string, check bool) error {
	if len(args) != 1 {
		return usagef("fmt formats either standard input or files").withHint("watchbill fmt -")
	}
	src, err := io.ReadAll(io.LimitReader(a.in, maxFormatSize+1))
	if err != nil {
		return fmt.Errorf("read standard input: %w", err)
	}
	out, err := compiler.Format(src)
	if err != nil {
		return a.unformattable("standard input", err)
	}
	if check && string(src) != string(out) {
		a.sayf("standard input is not formatted")
		return said(exitReport)
	}
	if !check {
		_, err = a.out.Write(out)
	}
	return err
}

// formatFiles formats every file it can: a broken one does not keep the others
// from being formatted, and is reported.
func (a *app) formatFiles(ctx context.Context, paths []string, check bool) error {
	files, err := formattable(ctx, paths)
	if err != nil {
		return err
	}
	changed := []string{}
	exit := exitDone
	for _, file := range files {
		if ctx.Err() != nil {
			return context.Canceled
		}
		differs, err := formatFile(file, check)
		name := filepath.ToSlash(file)
		if err != nil {
			exit = a.finish(ctx, a.unformattable(name, err))
		}
		if differs {
			changed = append(changed, name)
		}
	}
	if err := a.printFormatted(changed, len(files)); err != nil {
		return err
	}
	if check && len(changed) > 0 {
		exit = max(exit, exitReport)
	}
	return said(exit)
}

// unformattable is why a file stays as it is: a place in it that is no YAML or
// cannot be laid out safely is the author's to mend, everything else is ours.
func (a *app) unformattable(name string, err error) error {
	var at *compiler.FormatError
	if !errors.As(err, &at) {
		return fmt.Errorf("format %s: %w", name, bare(err))
	}
	at.Place.File = name
	a.sayf("%s: error: %s", at.Place, at.Message)
	return said(exitReport)
}

func (a *app) printFormatted(changed []string, of int) error {
	if a.output == "json" {
		return a.printJSON(struct {
			SchemaVersion int      `json:"schema_version"`
			Changed       []string `json:"changed"`
			Files         int      `json:"files"`
		}{1, changed, of})
	}
	for _, file := range changed {
		fmt.Fprintln(a.out, file)
	}
	return nil
}

// formattable are the files of paths, each once.
func formattable(ctx context.Context, paths []string) ([]string, error) {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	var files []string
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, fmt.Errorf("format %s: %w", path, bare(err))
		}
		found := []string{path}
		if info.IsDir() {
			if found, err = compiler.PlanFiles(ctx, path); err != nil {
				return nil, err
			}
		}
		for _, f := range found {
			if f = filepath.Clean(f); !slices.Contains(files, f) {
				files = append(files, f)
			}
		}
	}
	return files, nil
}

// formatFile formats one file and reports whether it was not formatted before.
func formatFile(path string, check bool) (differs bool, err error) {
	path, err = filepath.EvalSymlinks(path) // a link stays a link
	if err != nil {
		return false, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return false, err
	}
	if !info.Mode().IsRegular() {
		return false, errors.New("it is not a regular file")
	}
	if info.Size() > maxFormatSize {
		return false, fmt.Errorf("it is larger than %d MiB", maxFormatSize>>20)
	}
	src, err := os.ReadFile(path)
	if err != nil {
		return false, err
	}
	if compiler.IsDocument(src) {
		return false, nil // its layout is its author's
	}
	out, err := compiler.Format(src)
	if err != nil || string(out) == string(src) {
		return false, err
	}
	if check {
		return true, nil
	}
	return true, replaceFile(path, out, info.Mode().Perm())
}

// replaceFile puts data in the place of a file at once: whoever reads it sees
// the old or the new text, also after a crash or on a full disk.
func replaceFile(path string, data []byte, mode os.FileMode) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // fails once it has its new name
	_, err = tmp.Write(data)
	err = errors.Join(err, tmp.Chmod(mode), tmp.Sync(), tmp.Close())
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
