package main

import "github.com/spf13/cobra"

func completionCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: "Write a completion script for a shell",
		Example: `source <(backchannel completion bash)
backchannel completion fish > ~/.config/fish/completions/backchannel.fish`,
		Args: exactly("a shell: bash, zsh, fish or powershell"),
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(a.out, true)
			case "zsh":
				return root.GenZshCompletion(a.out)
			case "fish":
				return root.GenFishCompletion(a.out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(a.out)
			}
			shells := []string{"bash", "zsh", "fish", "powershell"}
			return usagef("there is no completion for %q; use bash, zsh, fish or powershell%s", args[0], didYouMean(args[0], shells))
		},
	}
}
