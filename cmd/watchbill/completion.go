package main

import (
	"strings"

	"github.com/spf13/cobra"
)

var shells = []string{"bash", "zsh", "fish", "powershell"}

func (a *app) completionCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print the completion script of a shell (" + strings.Join(shells, ", ") + ")",
		Long: `Print the script that completes watchbill's commands and flags.

  bash        source <(watchbill completion bash)
  zsh         watchbill completion zsh > "${fpath[1]}/_watchbill"
  fish        watchbill completion fish > ~/.config/fish/completions/watchbill.fish
  powershell  watchbill completion powershell | Out-String | Invoke-Expression`,
		ValidArgs: shells,
		Args:      oneOf("shell", shells),
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(a.out, true)
			case "zsh":
				return root.GenZshCompletion(a.out)
			case "fish":
				return root.GenFishCompletion(a.out, true)
			default:
				return root.GenPowerShellCompletionWithDesc(a.out)
			}
		},
	}
	return formats(cmd, "text")
}
