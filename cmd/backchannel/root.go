package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"backchannel/storage"
	"backchannel/storage/words"
)

// newRoot returns the tree of commands. It switches cobra's own errors and help off, because they
// do not support --output json, exit codes and suggestions.
func newRoot(a *app) *cobra.Command {
	var version, accessible bool
	root := &cobra.Command{
		Use:   "backchannel",
		Short: "A console for the feedback webhooks of Adobe Journey Optimizer",
		Long: "Stores feedback webhooks, fires their events, delivers them durably and judges what arrives.\n" +
			"Without a command it opens the console, with screens, engine and receiver in one process.",
		Example: `backchannel serve
backchannel webhook create --name acme --channel email,sms
backchannel fire bounce --webhook acme --wait
backchannel receipt list`,
		// Errors are written by app.report, in the form that --output chooses.
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return a.prepare(cmd)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			if version {
				return a.showVersion()
			}
			return consoleSession{a.session, accessible || a.env.wantsLines()}.console(cmd)
		},
		Args: cobra.ArbitraryArgs, // RunE names the nearest command
	}
	a.settings.flags(root.PersistentFlags())
	root.Flags().BoolVar(&version, "version", false, "print the version")
	root.Flags().BoolVar(&accessible, "accessible", false, "open the console as lines with labels and prompts, for screen readers, dumb terminals and pipes ($"+envAccessible+")")
	if asksForJSON(a.args) { // before flags are parsed, so that an error in them is JSON as well
		a.settings.output = outputJSON
	}
	root.SetArgs(a.args)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetFlagErrorFunc(flagError)
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { writeHelp(a.out, cmd) })
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpCommand(helpCommand(a))
	addGroups(root, a)
	// Both of these visit every command, so they come after all commands have been added.
	a.deferFlagErrors(root)
	a.complete(root)
	return root
}

// addGroups adds the commands in the groups of the help. Each gets a session of its own type,
// next to which the part of a store that it uses is declared.
func addGroups(root *cobra.Command, a *app) {
	groups := []struct {
		id, title string
		commands  []*cobra.Command
	}{
		{"run", "Run", []*cobra.Command{serveCommand(processSession{a.session})}},
		{"send", "Configure and send", []*cobra.Command{
			webhookCommand(webhookSession{a.session}), campaignCommand(campaignSession{a.session}), fireCommand(fireSession{a.session}),
			executeCommand(executeSession{a.session}), fixtureCommand(fixtureSession{a.session}), deliveryCommand(deliverySession{a.session}),
		}},
		{"see", "See and judge", []*cobra.Command{
			receiptCommand(receiptSession{a.session}), executionCommand(executionSession{a.session}), messageCommand(messageSession{a.session}),
			profileCommand(profileSession{a.session}), expectCommand(expectSession{a.session}), checkCommand(checkSession{a.session}),
			activityCommand(activitySession{a.session}),
		}},
		{"help", "Set up and help", []*cobra.Command{caCommand(a.session), doctorCommand(doctorSession{a.session}), copyCommand(copySession{a.session}), completionCommand(a.session), versionCommand(a.session)}},
	}
	for _, group := range groups {
		root.AddGroup(&cobra.Group{ID: group.id, Title: group.title})
		for _, command := range group.commands {
			command.GroupID = group.id
			root.AddCommand(command)
		}
	}
	root.SetHelpCommandGroupID("help")
}

// parent completes a command that only has subcommands. For a mistyped subcommand cobra would print
// the help and exit with 0, and a script would continue.
func parent(command *cobra.Command, children ...*cobra.Command) *cobra.Command {
	command.Args = cobra.ArbitraryArgs
	command.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return unknownCommand(cmd, args[0])
		}
		return usagef("%s needs a command: %s (see %s --help)", cmd.CommandPath(), strings.Join(childNames(cmd), ", "), cmd.CommandPath())
	}
	command.AddCommand(children...)
	return command
}

// childNames returns the names of a command's subcommands.
func childNames(cmd *cobra.Command) (names []string) {
	for _, child := range cmd.Commands() {
		if child.IsAvailableCommand() {
			names = append(names, child.Name())
		}
	}
	return names
}

// unknownCommand returns the error about an unknown command, with the most similar one.
func unknownCommand(cmd *cobra.Command, name string) error {
	return usagef("there is no command %q%s (see %s --help)", cmd.CommandPath()+" "+maskedArgument(name), words.DidYouMean(name, childNames(cmd)), cmd.CommandPath())
}

// flagError adds the most similar flag to pflag's message.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	near := ""
	if errors.As(err, &unknown) {
		near = nearFlag(cmd, unknown.GetSpecifiedName())
	}
	return usagef("%v%s (see %s --help)", err, near, cmd.CommandPath())
}

// nearFlag suggests the flag with the most similar name.
func nearFlag(cmd *cobra.Command, name string) string {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if near := words.Nearest(name, names); near != "" {
		return fmt.Sprintf("; did you mean --%s?", near)
	}
	return ""
}

// exactly accepts one argument for each name. Unlike cobra.ExactArgs, its error says what the
// arguments are.
func exactly(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == len(names) {
			return nil
		}
		if len(names) == 0 {
			return usagef("%s takes no argument, so %q is one too many (see %s --help)", cmd.CommandPath(), maskedArgument(args[0]), cmd.CommandPath())
		}
		return usagef("%s takes %s, not %s (see %s --help)", cmd.CommandPath(), strings.Join(names, " and "), words.Count(len(args), "argument"), cmd.CommandPath())
	}
}

// maskedArgument returns an argument as a message shows it. It masks a password, because the
// argument may be the URL of a database before which the flag was forgotten. The password may
// contain any characters, so it is not parsed as a URL.
func maskedArgument(arg string) string {
	if scheme, rest, found := strings.Cut(arg, "://"); found {
		if at := strings.LastIndexByte(rest, '@'); at >= 0 {
			arg = scheme + "://" + storage.Masked + rest[at:]
		}
	}
	return storage.WithoutTokens(arg)
}

// requireFlag returns an error if a required flag has no value. Cobra's MarkFlagRequired would
// accept an empty value, such as that of an unset variable in a script.
func requireFlag(cmd *cobra.Command, flag, value string) error {
	if value != "" {
		return nil
	}
	return usagef("%s needs --%s (see %s --help)", cmd.CommandPath(), flag, cmd.CommandPath())
}
