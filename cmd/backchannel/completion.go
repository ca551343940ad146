package main

import (
	"bytes"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"backchannel/storage/words"
)

func completionCommand(s *session) *cobra.Command {
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
				return root.GenBashCompletionV2(s.out, true)
			case "zsh":
				return writeScript(s.out, root.GenZshCompletion, zshWords)
			case "fish":
				return writeScript(s.out, func(w io.Writer) error { return root.GenFishCompletion(w, true) }, fishWords)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(s.out)
			}
			shells := []string{"bash", "zsh", "fish", "powershell"}
			return usagef("there is no completion for %q; use bash, zsh, fish or powershell%s", args[0], words.DidYouMean(args[0], shells))
		},
	}
}

// What cobra's scripts hand to eval are words as the shell has read them, without their
// quotes: a webhook's name with a space became two, and one with $(…) was run. These put
// each word back in quotes, also one whose own are still open.
//
//nolint:gochecknoglobals // constants but for the language
var (
	fishWords = strings.NewReplacer(
		`string escape -- (commandline -ct)`,
		`set -l typed (commandline -ct); string escape -- (string unescape -- "$typed"; or string unescape -- "$typed\""; or string unescape -- "$typed'")`,
		`set -l requestComp "`, `set -l before (string escape -- $args[2..-1])
    set -l requestComp "`,
		`$args[2..-1] $lastArg`, `$before $lastArg`)
	zshWords = strings.NewReplacer(`words=("${=words[1,CURRENT]}")`, `words=("${words[1]}" "${(@q)${(@Q)words[2,CURRENT]}}")`)
)

func writeScript(to io.Writer, generate func(io.Writer) error, mend *strings.Replacer) error {
	var script bytes.Buffer
	if err := generate(&script); err != nil {
		return err
	}
	_, err := mend.WriteString(to, script.String())
	return err
}
