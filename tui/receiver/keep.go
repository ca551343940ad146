package receiver

import (
	"context"
	"errors"
	"strings"

	"backchannel/storage"
	"backchannel/storage/words"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// A keepStore is the part of the store that changes receipts.
type keepStore interface {
	Receipt(context.Context, storage.ID) (storage.Receipt, error)
	storage.FixtureStore
	NoteReceipt(ctx context.Context, id storage.ID, text string) error
	PinReceipt(ctx context.Context, id storage.ID, pinned bool) error
	// ClearReceipts removes all receipts except the pinned ones.
	ClearReceipts(context.Context) (removed int64, err error)
}

// A keeper pins receipts, writes notes on them, saves them as fixtures, and clears the others.
type keeper struct {
	env   *screen.Env
	store keepStore
}

// keepText is the only field of the forms for a note and for the name of a fixture.
const keepText = "text"

// note asks for the note on a receipt. An empty one removes it.
func (k keeper) note(row storage.Receipt) tea.Cmd {
	return k.env.Fill(screen.FormSpec{
		Title: "Note on the receipt", Verb: "Keep",
		Section: component.Section{Fields: []component.Field{
			{ID: keepText, Label: "Note", Start: component.Value{Text: row.Note}, Help: "It is shown above the verdicts. Empty removes it."},
		}},
		Submit: func(v component.Values) tea.Cmd {
			return screen.Act(k.env.Context, func(ctx context.Context) (string, error) {
				return "noted", k.store.NoteReceipt(ctx, row.ID, strings.TrimSpace(v.Text(keepText)))
			})
		},
	})
}

// pin excludes a receipt from retention and clearing, or includes it again.
func (k keeper) pin(row storage.Receipt) tea.Cmd {
	text := "pinned: retention and clearing keep it"
	if row.Pinned {
		text = "no longer pinned"
	}
	return screen.Act(k.env.Context, func(ctx context.Context) (string, error) {
		return text, k.store.PinReceipt(ctx, row.ID, !row.Pinned)
	})
}

// clear asks first, because removed receipts cannot be restored.
func (k keeper) clear() tea.Cmd {
	return k.env.Ask(component.Confirm{
		Title: "Clear the receiver?",
		Text:  []string{"All receipts are removed, including those that a filter hides. Pinned ones are kept."},
		Yes:   "clear", No: "keep",
	}, func() tea.Cmd {
		return screen.Act(k.env.Context, func(ctx context.Context) (string, error) {
			n, err := k.store.ClearReceipts(ctx)
			return screen.Thousands(n) + " " + words.Plural(n, "receipt") + " cleared", err
		})
	})
}

// saveFixture asks for a name, and saves the body of a receipt as a fixture, which can then be fired.
func (k keeper) saveFixture(row storage.Receipt) tea.Cmd {
	return k.env.Fill(screen.FormSpec{
		Title: "Save as a fixture", Verb: "Save",
		Section: component.Section{Fields: []component.Field{
			{ID: keepText, Label: "Name", Check: checkFixtureName(row), Help: "You can then fire it from the fire menu, and with backchannel fire NAME."},
		}},
		Submit: func(v component.Values) tea.Cmd {
			return screen.Act(k.env.Context, func(ctx context.Context) (string, error) {
				name := strings.TrimSpace(v.Text(keepText))
				return "saved: f F fires " + name, k.saveAs(ctx, row.ID, name)
			})
		},
	})
}

// checkFixtureName returns a check of the name while a person types it. A row of the list has no body, so
// the check uses a placeholder. The real body is checked when the fixture is saved.
func checkFixtureName(row storage.Receipt) func(component.Values) string {
	return func(v component.Values) string {
		f, err := storage.FixtureOf(row, strings.TrimSpace(v.Text(keepText)), storage.Classic)
		if err == nil {
			f.Payload = []byte("any")
			err = f.Validate()
		}
		var bad storage.FieldErrors
		if !errors.As(err, &bad) {
			return ""
		}
		return bad[0].Reason
	}
}

// saveAs reads a receipt, because the list does not have its body, and saves it.
func (k keeper) saveAs(ctx context.Context, id storage.ID, name string) error {
	whole, err := k.store.Receipt(ctx, id)
	if err != nil {
		return err
	}
	_, err = storage.SaveReceipt(ctx, k.store, whole, name)
	return err
}
