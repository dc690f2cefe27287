package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const commandsPage = "../../docs/reference/commands.md"

// The page of commands is made of the commands. UPDATE=1 writes it anew.
func TestCommandsPage(t *testing.T) {
	var b strings.Builder
	root := (&app{}).rootCommand()
	fmt.Fprintf(&b, "# Commands\n\nMade of the program's own help.\n\n%s\n\n%s", root.Long, flagTable(root.PersistentFlags()))
	for _, cmd := range root.Commands() {
		if cmd.IsAvailableCommand() && cmd.Name() != "help" {
			describe(&b, cmd)
		}
	}
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(commandsPage, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(commandsPage)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != b.String() {
		t.Errorf("%s is not what the program says; UPDATE=1 go test ./cmd/watchbill -run TestCommandsPage writes it anew", commandsPage)
	}
}

func describe(b *strings.Builder, cmd *cobra.Command) {
	fmt.Fprintf(b, "\n## %s\n\n    %s\n\n%s.\n", strings.TrimPrefix(cmd.CommandPath(), "watchbill "), cmd.UseLine(), cmd.Short)
	if cmd.Long != "" {
		// What help indents is an example; Markdown wants four spaces for that.
		fmt.Fprintf(b, "\n%s\n", strings.ReplaceAll(cmd.Long, "\n  ", "\n    "))
	}
	if names := formatsOf(cmd); len(names) > 1 {
		fmt.Fprintf(b, "\n`--output` knows %s.\n", list(names))
	}
	if table := flagTable(cmd.LocalNonPersistentFlags()); table != "" {
		fmt.Fprintf(b, "\n%s", table)
	}
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			describe(b, sub)
		}
	}
}

func flagTable(flags *pflag.FlagSet) string {
	var b strings.Builder
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		name := "--" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", " + name
		}
		if kind := f.Value.Type(); kind != "bool" {
			name += " " + kind
		}
		usage := strings.ReplaceAll(f.Usage, "|", `\|`)
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" {
			usage += fmt.Sprintf(" (default `%s`)", f.DefValue)
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", name, usage)
	})
	if b.Len() == 0 {
		return ""
	}
	return "| flag | what it does |\n|---|---|\n" + b.String()
}
