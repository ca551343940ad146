package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// writeHelp writes the description, usage, examples, subcommands and flags of a command.
func writeHelp(w io.Writer, cmd *cobra.Command) {
	about := cmd.Long
	if about == "" {
		about = cmd.Short
	}
	fmt.Fprintf(w, "%s\n\nUsage\n  %s\n", strings.TrimSpace(about), usageLine(cmd))
	if cmd.HasExample() {
		fmt.Fprintf(w, "\nExamples\n%s\n", indented(cmd.Example))
	}
	writeCommands(w, cmd)
	// Flags of every command are listed last, because they are rarely what a person is looking for.
	if cmd.HasAvailableLocalFlags() {
		flags := cmd.LocalNonPersistentFlags()
		if text := flags.FlagUsages(); text != "" {
			fmt.Fprintf(w, "\nFlags\n%s", trimmedLines(text))
		}
	}
	fmt.Fprintf(w, "\nFlags of every command\n%s", trimmedLines(cmd.Root().PersistentFlags().FlagUsages()))
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(w, "\n%s COMMAND --help shows more about a command.\n", cmd.CommandPath())
	}
}

// usageLine returns the usage of a command, on two lines if the command has subcommands and also
// does something itself.
func usageLine(cmd *cobra.Command) string {
	line := cmd.UseLine()
	switch more := cmd.CommandPath() + " COMMAND [flags]"; {
	case !cmd.HasAvailableSubCommands():
	case strings.Contains(cmd.Use, " "): // the command itself does something as well
		line += "\n  " + more
	default:
		line = more
	}
	if !cmd.HasParent() {
		line = "backchannel [COMMAND] [flags]"
	}
	return line
}

// writeCommands lists the subcommands of a command, by groups if it has any.
func writeCommands(w io.Writer, cmd *cobra.Command) {
	if !cmd.HasAvailableSubCommands() {
		return
	}
	if len(cmd.Groups()) == 0 {
		fmt.Fprintf(w, "\nCommands\n")
		shortHelp(cmd.Commands()).write(w, "  ")
		return
	}
	for _, group := range cmd.Groups() {
		fmt.Fprintf(w, "\n%s\n", group.Title)
		var members []*cobra.Command
		for _, child := range cmd.Commands() {
			if child.GroupID == group.ID {
				members = append(members, child)
			}
		}
		shortHelp(members).write(w, "  ")
	}
}

// shortHelp returns a line for each available command.
func shortHelp(commands []*cobra.Command) (lines facts) {
	for _, c := range commands {
		if c.IsAvailableCommand() {
			lines.add(c.Name(), c.Short)
		}
	}
	return lines
}

// indented indents each line of a text.
func indented(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  ")
}

// trimmedLines removes the spaces that pflag writes at the ends of lines.
func trimmedLines(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Join(lines, "\n")
}

// helpCommand returns the help command. It replaces cobra's, which exits with 0 for an unknown
// command.
func helpCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:               "help [COMMAND]…",
		Short:             "Show more about a command",
		PersistentPreRunE: func(*cobra.Command, []string) error { return nil },
		ValidArgsFunction: (&completer{session: a.session}).answer(helpTopics),
		RunE: func(cmd *cobra.Command, args []string) error {
			at := cmd.Root()
			for _, name := range args {
				next, _, err := at.Find([]string{name})
				if err != nil || next == at {
					return unknownCommand(at, name)
				}
				at = next
			}
			return at.Help()
		},
	}
}
