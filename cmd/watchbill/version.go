package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func (a *app) versionCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print which watchbill this is",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			v := thisVersion()
			if a.output == "json" {
				return a.printJSON(v)
			}
			fmt.Fprintln(a.out, v)
			return nil
		},
	}
	return formats(cmd, "text", "json")
}

// version is what the Go toolchain wrote into the binary.
type version struct {
	SchemaVersion int    `json:"schema_version"`
	Version       string `json:"version"`  // of the module; "(devel)" when built from a checkout
	Commit        string `json:"commit"`   // "" when built without version control
	Modified      bool   `json:"modified"` // the checkout had changes
	Go            string `json:"go"`
	Platform      string `json:"platform"`
}

func thisVersion() version {
	v := version{SchemaVersion: 1, Version: "(unknown)", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	v.Version = info.Main.Version
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Commit = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		}
	}
	return v
}

func (v version) String() string {
	commit := ""
	if v.Commit != "" {
		commit = ", commit " + v.Commit[:min(12, len(v.Commit))]
		if v.Modified {
			commit += " with changes"
		}
	}
	return fmt.Sprintf("watchbill %s (%s, %s%s)", v.Version, v.Go, v.Platform, commit)
}
