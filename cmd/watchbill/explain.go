package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/watchbill/watchbill/docs/codes"
)

func (a *app) explainCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "explain [CODE]",
		Short: "Say what a finding means and what to write instead",
		Long: `Say what the findings with a code mean, why they matter when the pager must ring,
and what to write instead. The code stands in brackets at the end of a finding.
Without CODE list them all.`,
		ValidArgs: codes.All(),
		Args:      atMost(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.listCodes()
			}
			return a.explainCode(strings.Trim(args[0], "[]"))
		},
	}
	return formats(cmd, "text", "json")
}

func (a *app) listCodes() error {
	if a.output == "json" {
		return a.printJSON(struct {
			SchemaVersion int      `json:"schema_version"`
			Codes         []string `json:"codes"`
		}{1, codes.All()})
	}
	for _, code := range codes.All() {
		fmt.Fprintln(a.out, code)
	}
	return nil
}

func (a *app) explainCode(code string) error {
	text, ok := codes.Explain(code)
	if !ok {
		err := unknownWord("code", code, codes.All())
		if err.hint != "" { // no near one, and the list is long
			err = err.withHint("watchbill explain lists them all")
		}
		return err
	}
	if a.output == "json" {
		return a.printJSON(struct {
			SchemaVersion int    `json:"schema_version"`
			Code          string `json:"code"`
			Text          string `json:"text"`
		}{1, code, text})
	}
	fmt.Fprintln(a.out, strings.TrimSpace(text))
	return nil
}
