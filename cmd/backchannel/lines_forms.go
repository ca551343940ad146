package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"backchannel/fixtures/fire"
	"backchannel/storage"
	"backchannel/storage/inventory"
	"backchannel/tui/campaigns"
	"backchannel/tui/prompt"
	"backchannel/tui/screen"
	"backchannel/tui/style"
	"backchannel/tui/webhooks"
)

// env returns the environment of the screens, which their forms need.
func (st *lineState) env(ctx context.Context) (*screen.Env, error) {
	rt, alive, err := st.store.Runtime(ctx)
	return &screen.Env{
		Times: screen.Times{Now: st.now, Location: st.zone}, Context: ctx,
		// Forms need a theme, but nothing of them is drawn.
		Theme:  style.New(lipgloss.NewRenderer(io.Discard), true),
		Status: screen.Status{Runtime: rt, Alive: alive, Read: true},
	}, err
}

// create asks for the fields of a new webhook or campaign, and saves it.
func (st *lineState) create(ctx context.Context, args []string) error {
	what := st.kind.command
	if len(args) > 0 {
		what = strings.TrimSuffix(args[0], "s")
	}
	e, err := st.env(ctx)
	if err != nil {
		return err
	}
	switch what {
	case "webhook":
		return askForm(ctx, st, webhooks.Form(e, st.store, st.rules(), storage.NewWebhook()))
	case "campaign":
		c := storage.NewCampaign()
		hooks, err := st.store.Webhooks(ctx)
		if err != nil {
			return err
		}
		// Most people have one organization and sandbox, so the form begins with those of a webhook, as the
		// form of the screens does.
		if len(hooks) > 0 {
			c.Organization, c.Sandbox.Name = hooks[0].Organization, hooks[0].Sandbox.Name
		}
		return askForm(ctx, st, campaigns.New(e, st.store, st.rules()).Form(c))
	}
	return usagef("new creates a webhook or a campaign: new webhook, new campaign")
}

// edit asks for the fields of a webhook or campaign, and saves it.
func (st *lineState) edit(ctx context.Context, name string) error {
	e, err := st.env(ctx)
	if err != nil {
		return err
	}
	switch st.kind.command {
	case "webhook":
		w, err := findWebhook(ctx, st.store, name)
		if err != nil {
			return err
		}
		return askForm(ctx, st, webhooks.Form(e, st.store, st.rules(), w))
	case "campaign":
		c, err := inventory.FindCampaign(ctx, st.store, name)
		if err != nil {
			return err
		}
		return askForm(ctx, st, campaigns.New(e, st.store, st.rules()).Form(c))
	}
	return usagef("edit changes a webhook or a campaign; enter webhooks or campaigns first")
}

// askForm asks for the fields of a form, saves the record, and writes what was saved.
func askForm[R any](ctx context.Context, st *lineState, form *screen.RecordForm[R]) error {
	st.lines.Say(form.Title() + ".")
	toast, err := form.Ask(ctx, prompt.Filler{Terminal: st.lines})
	if inputEnded(err) || errors.Is(err, prompt.ErrQuit) {
		st.lines.Say("Left without saving.")
		return nil
	}
	if err != nil {
		return err
	}
	done, _, _ := strings.Cut(toast.Text, ". Press ") // the rest is about keys of the screens
	st.lines.Say("Done: " + done + ".")
	return nil
}

// fire fires an event at a webhook. It asks for the event and the webhook if they are not given.
func (st *lineState) fire(ctx context.Context, args []string) error {
	// Up to two words before the flags: the event and the webhook. The flags are those of fire.
	var given []string
	for len(args) > 0 && !strings.HasPrefix(args[0], "-") && len(given) < 2 {
		given, args = append(given, args[0]), args[1:]
	}
	if slices.Contains(args, "--help") {
		return st.runCommand(ctx, []string{"fire", "--help"})
	}
	if len(given) == 0 {
		what, err := st.choose(ctx, "What to fire", fire.Names())
		if err != nil {
			return err
		}
		given = append(given, what)
	}
	command := []string{"fire", given[0]}
	switch {
	case len(given) == 2:
		command = append(command, "--webhook", st.refOf("webhooks", given[1]))
	case !slices.ContainsFunc(args, func(a string) bool { return a == "--webhook" || strings.HasPrefix(a, "--webhook=") }):
		hook, err := st.chooseWebhook(ctx)
		if err != nil {
			return err
		}
		command = append(command, "--webhook", hook)
	}
	// Numbers of an earlier list must not be taken for rows of what the command writes.
	st.rows.begin()
	return st.runCommand(ctx, append(command, args...))
}

// refOf is like ref, but only if the last list was of the given kind: the numbers of other lists
// mean other records.
func (st *lineState) refOf(kind, word string) string {
	if st.kind.name == kind {
		return st.ref(word)
	}
	return word
}

// chooseWebhook asks for a webhook, unless there is only one.
func (st *lineState) chooseWebhook(ctx context.Context) (string, error) {
	hooks, err := st.store.Webhooks(ctx)
	if err != nil {
		return "", err
	}
	names := make([]string, len(hooks))
	for i, w := range hooks {
		names[i] = w.Name
	}
	switch len(names) {
	case 0:
		return "", usagef("there is no webhook to fire at; new webhook creates one")
	case 1:
		return names[0], nil
	}
	return st.choose(ctx, "At which webhook", names)
}

// choose asks for one of several names, or its number.
func (st *lineState) choose(ctx context.Context, question string, names []string) (string, error) {
	var all []string
	for i, name := range names {
		all = append(all, fmt.Sprintf("%d %s", i+1, name))
	}
	// A number is quicker to type than a name, and quicker to listen to.
	answer, err := st.lines.Ask(ctx, question+", one of "+strings.Join(all, ", ")+": ")
	if n, bad := strconv.Atoi(answer); bad == nil && n >= 1 && n <= len(names) {
		return names[n-1], err
	}
	if err == nil && answer == "" {
		return "", usagef("nothing was chosen; nothing was fired")
	}
	return answer, err
}

// splitWords splits a line into words. Text in single or double quotes belongs to one word, as in
// a shell.
func splitWords(line string) (words []string, err error) {
	var word strings.Builder
	quote, begun := rune(0), false
	for _, r := range line {
		switch {
		// Escapes with a backslash are not supported, unlike in a shell: names rarely contain both quotes.
		case quote == 0 && (r == '\'' || r == '"'):
			quote, begun = r, true
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == ' ' || r == '\t'):
			if begun {
				words = append(words, word.String())
			}
			word.Reset()
			begun = false
		default:
			word.WriteRune(r)
			begun = true
		}
	}
	if quote != 0 {
		return nil, usagef("the quote %c is not closed; close it", quote)
	}
	if begun {
		words = append(words, word.String())
	}
	return words, nil
}
