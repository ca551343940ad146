package main

import (
	"bytes"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"backchannel/storage/words"
)

// completionCommand returns the command that writes completion scripts. It replaces cobra's, whose
// scripts for zsh and fish are unsafe, see zshWords.
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

// fishWords and zshWords correct cobra's scripts, which pass words to eval without their quotes: a
// name with a space becomes two words, and a name with $(…) is executed. The replacements quote
// each word again, even one whose quotes are not closed yet.
//
//nolint:gochecknoglobals // constant, but Go has no constants of this type
var (
	fishWords = strings.NewReplacer(
		`string escape -- (commandline -ct)`,
		`set -l typed (commandline -ct); string escape -- (string unescape -- "$typed"; or string unescape -- "$typed\""; or string unescape -- "$typed'")`,
		`set -l requestComp "`, `set -l before (string escape -- $args[2..-1])
    set -l requestComp "`,
		`$args[2..-1] $lastArg`, `$before $lastArg`)
	zshWords = strings.NewReplacer(`words=("${=words[1,CURRENT]}")`, `words=("${words[1]}" "${(@q)${(@Q)words[2,CURRENT]}}")`)
)

// writeScript writes a generated script with the replacements made.
func writeScript(to io.Writer, generate func(io.Writer) error, mend *strings.Replacer) error {
	var script bytes.Buffer
	if err := generate(&script); err != nil {
		return err
	}
	_, err := mend.WriteString(to, script.String())
	return err
}
