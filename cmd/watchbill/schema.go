package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/watchbill/watchbill/schema"
)

func (a *app) schemaCommand() *cobra.Command {
	sections := append(schema.Names(), schema.Settings, schema.Tests)
	cmd := &cobra.Command{
		Use:   "schema [SECTION]",
		Short: "Print the JSON Schema of plan files, for editors and other tools",
		Long: `Print the JSON Schema (draft-07) of plan files as one document that refers to no
other. With SECTION print that part alone: ` + list(sections) + `,
where ` + schema.Settings + ` is watchbill.yaml and ` + schema.Tests + ` a *_test.yaml.

Save it beside a plan and begin the plan file with

  # yaml-language-server: $schema=plan.schema.json`,
		ValidArgs: sections,
		Args:      atMost(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				_, err := a.out.Write(schema.Bundle())
				return err
			}
			if !slices.Contains(sections, args[0]) {
				return unknownWord("section", args[0], sections)
			}
			return a.printSection(args[0])
		},
	}
	return formats(cmd, "text", "json")
}

func (a *app) printSection(name string) error {
	text, err := schema.FS.ReadFile(name + ".schema.json")
	if err != nil {
		return fmt.Errorf("read the schema of %s: %w", name, err)
	}
	_, err = a.out.Write(text)
	return err
}
