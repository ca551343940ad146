package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"backchannel/cmd/backchannel/internal/crash"
	"backchannel/storage"
	"backchannel/storage/inventory"
	"backchannel/tui/style"
)

// A completionStore is the part of a store that completion uses.
type completionStore interface {
	inventory.FindStore
	inventory.CampaignFindStore
	savedFixtureStore
	SavedFixtures(context.Context) ([]storage.SavedFixture, error)
	Deliveries(context.Context, storage.DeliveryQuery) ([]storage.Delivery, error)
	Receipts(context.Context, storage.ReceiptQuery) ([]storage.Receipt, error)
	Executions(context.Context, storage.ExecutionQuery) ([]storage.Execution, error)
	Messages(context.Context, storage.MessageQuery) ([]storage.Message, error)
	CheckRuns(ctx context.Context, webhook storage.ID) ([]storage.CheckRun, error)
}

// readTimeout limits how long a shell waits for values from the database, because a person is
// typing.
const readTimeout = 2 * time.Second

// A candidate is a possible value with a short description.
type candidate struct{ value, about string }

// A completionRequest is a shell's request for values that complete a command line.
type completionRequest struct {
	session *session
	cmd     *cobra.Command
	args    []string // before the value
	text    string   // the beginning of the value
}

// A chooser returns possible values. It may ignore the text typed so far: answer removes the values
// that do not begin with it.
type chooser func(completionRequest) []candidate

// isCompletion reports whether the arguments are a shell's request for completion.
func isCompletion(args []string) bool {
	return len(args) > 0 && (args[0] == cobra.ShellCompRequestCmd || args[0] == cobra.ShellCompNoDescRequestCmd)
}

// complete adds completion to every command. It does so only if a shell asks for it, because no
// other run needs it.
func (a *app) complete(root *cobra.Command) {
	if !isCompletion(a.args) {
		return
	}
	// By default a shell completes file names where there are no values, which no argument here
	// takes.
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	c := completer{a.session, argumentChoosers(), flagChoosers()}
	c.completeFlags(root, root.PersistentFlags())
	c.completeCommand(root)
}

// A completer adds completion to commands.
type completer struct {
	session   *session
	arguments map[string]chooser
	flags     map[string]chooser
}

// completeCommand adds completion to a command and its subcommands.
func (c *completer) completeCommand(cmd *cobra.Command) {
	if choose := c.arguments[strings.TrimPrefix(cmd.CommandPath(), "backchannel ")]; choose != nil {
		cmd.ValidArgsFunction = c.answer(choose)
	}
	c.completeFlags(cmd, cmd.LocalNonPersistentFlags())
	for _, child := range cmd.Commands() {
		c.completeCommand(child)
	}
}

// completeFlags adds completion to flags that take a value.
func (c *completer) completeFlags(cmd *cobra.Command, flags *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) {
		_, f.Usage = pflag.UnquoteUsage(f) // because the shell shows it unchanged
		switch answer := c.answerFor(cmd, f.Name); {
		case f.Value.Type() == "bool":
		default:
			_ = cmd.RegisterFlagCompletionFunc(f.Name, answer) // fails for a flag that already has one
		}
	})
}

// answerFor returns the completion of a flag's value: a chooser's values, or the shell's own
// completion of files or folders.
func (c *completer) answerFor(cmd *cobra.Command, flag string) cobra.CompletionFunc {
	path := strings.TrimPrefix(cmd.CommandPath(), "backchannel ")
	for _, name := range []string{path + " --" + flag, "--" + flag} {
		if choose := c.flags[name]; choose != nil {
			return c.answer(choose)
		}
	}
	switch {
	case slices.Contains([]string{"data", "from"}, flag):
		return cobra.FixedCompletions(nil, cobra.ShellCompDirectiveFilterDirs)
	case slices.Contains([]string{"ca-file", "key-file", "log-file", "tls-ca", "tls-cert", "tls-key", "file", "out", "junit", "html"}, flag), (path == "fire" || path == "execute") && flag == "body":
		return cobra.FixedCompletions(nil, cobra.ShellCompDirectiveDefault)
	}
	return cobra.NoFileCompletions
}

// answer returns a completion function for a chooser. It keeps the values that begin with the
// text, in the chooser's order.
func (c *completer) answer(choose chooser) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, text string) ([]cobra.Completion, cobra.ShellCompDirective) {
		directive := cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
		var answers []cobra.Completion
		for _, found := range choose(completionRequest{c.session, cmd, args, text}) {
			if !strings.HasPrefix(found.value, text) || style.Escape(found.value) != found.value { // a shell can neither show nor accept it
				continue
			}
			if strings.HasSuffix(found.value, ":") || strings.HasSuffix(found.value, "=") || strings.HasSuffix(found.value, "~") || strings.HasSuffix(found.value, "://") {
				directive |= cobra.ShellCompDirectiveNoSpace // the value continues
			}
			answers = append(answers, cobra.CompletionWithDesc(found.value, style.Escape(found.about)))
		}
		return answers, directive
	}
}

// peek reads something from the store without creating or changing anything. It returns the zero
// value if there is no store, or if it cannot be read within readTimeout. The goroutine that reads
// then continues until the process ends, so read must not set variables of its caller.
func peek[T any](q completionRequest, read func(context.Context, completionStore) (T, error)) (none T) {
	s := q.session
	// prepare leaves the settings alone for completion, because mistakes in them must not be
	// reported now.
	if s.settings.resolveData(q.cmd.Flags(), s.env) != nil || s.settings.resolveDatabase(q.cmd.Flags(), s.env) != nil || s.settings.resolveKeyFile() != nil {
		return none
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	results := make(chan T, 1)
	go func() {
		var result T
		// A panic must not print its stack into the line that the person is typing.
		_ = crash.Guard(func() (err error) {
			return q.session.peek(ctx, func(store completionStore) error {
				result, err = read(ctx, store)
				return err
			})
		})
		results <- result
	}()
	select {
	case result := <-results:
		return result
	case <-ctx.Done(): // the disk does not respond
		return none
	}
}

// given returns the value of another flag on the command line.
func (q completionRequest) given(flag string) string {
	if f := q.cmd.Flags().Lookup(flag); f != nil {
		return f.Value.String()
	}
	return ""
}

// fixed returns values without descriptions.
func fixed[T ~string](values ...T) chooser {
	return func(completionRequest) []candidate { return candidates(values...) }
}

// candidates returns values as candidates without descriptions.
func candidates[T ~string](values ...T) (choices []candidate) {
	for _, v := range values {
		choices = append(choices, candidate{value: string(v)})
	}
	return choices
}

// commaSeparated returns values for a flag that accepts more than one, separated by commas.
func commaSeparated[T ~string](values ...T) chooser {
	return func(q completionRequest) (choices []candidate) {
		before := q.text[:strings.LastIndex(q.text, ",")+1]
		for _, v := range values {
			if !slices.Contains(strings.Split(before, ","), string(v)) {
				choices = append(choices, candidate{value: before + string(v)})
			}
		}
		return choices
	}
}

// byPosition returns a chooser that uses another chooser for each argument.
func byPosition(choosers ...chooser) chooser {
	return func(q completionRequest) []candidate {
		if n := len(q.args); n < len(choosers) && choosers[n] != nil {
			return choosers[n](q)
		}
		return nil
	}
}
