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
}

// lookFor is how long a shell that asks what may follow waits for the database.
const lookFor = 500 * time.Millisecond

// A choice is a value that may follow, and a few words about it.
type choice struct{ value, about string }

// A completing is one question of a shell's: what may follow what is typed.
type completing struct {
	session *session
	cmd     *cobra.Command
	args    []string // before what is being typed
	text    string   // what is typed of the value
}

// A chooser says what values there are; all of them, as the rest is cut off later.
type chooser func(completing) []choice

// isCompletion reports whether it is a shell that asks.
func isCompletion(args []string) bool {
	return len(args) > 0 && (args[0] == cobra.ShellCompRequestCmd || args[0] == cobra.ShellCompNoDescRequestCmd)
}

// complete has every command answer a shell's questions.
func (a *app) complete(root *cobra.Command) {
	if !isCompletion(a.args) {
		return
	}
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	a.completeFlags(root, root.PersistentFlags())
	a.completeCommand(root)
}

func (a *app) completeCommand(cmd *cobra.Command) {
	if choose := argumentChoosers()[strings.TrimPrefix(cmd.CommandPath(), "backchannel ")]; choose != nil {
		cmd.ValidArgsFunction = a.answer(choose)
	}
	a.completeFlags(cmd, cmd.LocalNonPersistentFlags())
	for _, child := range cmd.Commands() {
		a.completeCommand(child)
	}
}

func (a *app) completeFlags(cmd *cobra.Command, flags *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) {
		_, f.Usage = pflag.UnquoteUsage(f) // the shell shows it as it is
		switch answer := a.answerFor(cmd, f.Name); {
		case f.Value.Type() == "bool":
		default:
			_ = cmd.RegisterFlagCompletionFunc(f.Name, answer) // an error says that it has one already
		}
	})
}

func (a *app) answerFor(cmd *cobra.Command, flag string) cobra.CompletionFunc {
	path := strings.TrimPrefix(cmd.CommandPath(), "backchannel ")
	choosers := flagChoosers()
	for _, name := range []string{path + " --" + flag, "--" + flag} {
		if choose := choosers[name]; choose != nil {
			return a.answer(choose)
		}
	}
	switch {
	case flag == "data":
		return cobra.FixedCompletions(nil, cobra.ShellCompDirectiveFilterDirs)
	case slices.Contains([]string{"ca-file", "log-file", "tls-ca", "tls-cert", "tls-key", "file", "out"}, flag), (path == "fire" || path == "execute") && flag == "body":
		return cobra.FixedCompletions(nil, cobra.ShellCompDirectiveDefault)
	}
	return cobra.NoFileCompletions
}

// answer makes an answer of what can be chosen: what begins as the text does, in the order
// in which it was named.
func (a *app) answer(choose chooser) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, text string) ([]cobra.Completion, cobra.ShellCompDirective) {
		directive := cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
		var answers []cobra.Completion
		for _, c := range choose(completing{a.session, cmd, args, text}) {
			if !strings.HasPrefix(c.value, text) || style.Escape(c.value) != c.value { // it could not be typed
				continue
			}
			if strings.HasSuffix(c.value, ":") || strings.HasSuffix(c.value, "=") || strings.HasSuffix(c.value, "~") || strings.HasSuffix(c.value, "://") {
				directive |= cobra.ShellCompDirectiveNoSpace // a value goes on
			}
			answers = append(answers, cobra.CompletionWithDesc(c.value, style.Escape(c.about)))
		}
		return answers, directive
	}
}

// look reads values from the database, if there is one, without making, changing or
// waiting for anything. A database that cannot be read has none.
func (q completing) look(read func(context.Context, completionStore) ([]choice, error)) []choice {
	if q.session.settings.resolveData(q.session.env) != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), lookFor)
	defer cancel()
	found := make(chan []choice, 1)
	go func() {
		var choices []choice
		_ = crash.Guard(func() (err error) {
			return q.session.peek(ctx, func(store completionStore) error {
				choices, err = read(ctx, store)
				return err
			})
		})
		found <- choices
	}()
	select {
	case choices := <-found:
		return choices
	case <-ctx.Done(): // a disk that does not answer
		return nil
	}
}

// given is the text of another flag on the line.
func (q completing) given(flag string) string {
	if f := q.cmd.Flags().Lookup(flag); f != nil {
		return f.Value.String()
	}
	return ""
}

// plain are values that speak for themselves.
func plain[T ~string](values ...T) chooser {
	return func(completing) []choice { return choicesOf(values...) }
}

func choicesOf[T ~string](values ...T) (choices []choice) {
	for _, v := range values {
		choices = append(choices, choice{value: string(v)})
	}
	return choices
}

// several are values of which more than one may be given, parted by commas.
func several[T ~string](values ...T) chooser {
	return func(q completing) (choices []choice) {
		before := q.text[:strings.LastIndex(q.text, ",")+1]
		for _, v := range values {
			if !slices.Contains(strings.Split(before, ","), string(v)) {
				choices = append(choices, choice{value: before + string(v)})
			}
		}
		return choices
	}
}

// inTurn chooses by which argument it is.
func inTurn(choosers ...chooser) chooser {
	return func(q completing) []choice {
		if n := len(q.args); n < len(choosers) && choosers[n] != nil {
			return choosers[n](q)
		}
		return nil
	}
}
