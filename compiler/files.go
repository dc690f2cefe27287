package compiler

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
)

// PlanFiles are the files a plan folder is compiled from, settings first and tests
// last, as paths that can be opened; links are named by their own path. What findings a file or
// folder deserves is not said here, Compile says it. Automation documents are not among
// them, whoever names them. The error is that dir cannot be read, or ctx's.
func PlanFiles(ctx context.Context, dir string) ([]string, error) {
	folder, err := openFolder(dir)
	if err != nil {
		return nil, fmt.Errorf("read the plan folder: %w", err)
	}
	defer folder.root.Close()
	folder.tests.wanted = true
	if err := folder.find(ctx); err != nil {
		return nil, fmt.Errorf("read the plan folder: %w", err)
	}
	var files []string
	if _, err := folder.root.Lstat(SettingsFile); err == nil {
		files = append(files, filepath.Join(dir, SettingsFile))
	}
	plans := slices.DeleteFunc(folder.files, folder.isDocument)
	for _, f := range slices.Concat(plans, folder.tests.files) {
		files = append(files, filepath.Join(dir, f.rel))
	}
	return files, nil
}
