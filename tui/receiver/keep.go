package receiver

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"backchannel/storage"
	"backchannel/storage/words"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// keepStore is the part of the store that keeps receipts, or removes them.
type keepStore interface {
	Receipt(context.Context, storage.ID) (storage.Receipt, error)
	Webhook(context.Context, storage.ID) (storage.Webhook, error)
	NoteReceipt(ctx context.Context, id storage.ID, text string) error
	SaveFixture(context.Context, storage.SavedFixture) error
	PinReceipt(ctx context.Context, id storage.ID, pinned bool) error
	// ClearReceipts removes all but the pinned ones.
	ClearReceipts(context.Context) (removed int64, err error)
}

// keeper pins receipts, writes notes on them, saves them as fixtures, and clears the others.
type keeper struct {
	env   *screen.Env
	store keepStore
}

const keepText = "text" // the only field of the forms below

func (k keeper) note(row storage.Receipt) tea.Cmd {
	return k.env.Fill(screen.FormSpec{
		Title: "Note on the receipt", Verb: "Keep",
		Section: component.Section{Fields: []component.Field{
			{ID: keepText, Label: "Note", Start: component.Value{Text: row.Note}, Help: "Stands above the verdicts. Empty takes it away."},
		}},
		Submit: func(v component.Values) tea.Cmd {
			return screen.Act(k.env.Context, func(ctx context.Context) (string, error) {
				return "noted", k.store.NoteReceipt(ctx, row.ID, strings.TrimSpace(v.Text(keepText)))
			})
		},
	})
}

// pin excludes a receipt from retention and clearing, or no longer does.
func (k keeper) pin(row storage.Receipt) tea.Cmd {
	text := "pinned: retention and clearing leave it"
	if row.Pinned {
		text = "no longer pinned"
	}
	return screen.Act(k.env.Context, func(ctx context.Context) (string, error) {
		return text, k.store.PinReceipt(ctx, row.ID, !row.Pinned)
	})
}

func (k keeper) clear() tea.Cmd {
	return k.env.Ask(component.Confirm{
		Title: "Clear the receiver?",
		Text:  []string{"All receipts go, also those that a filter hides. Pinned ones stay."},
		Yes:   "clear", No: "keep",
	}, func() tea.Cmd {
		return screen.Act(k.env.Context, func(ctx context.Context) (string, error) {
			n, err := k.store.ClearReceipts(ctx)
			return screen.Thousands(n) + " " + words.Plural(n, "receipt") + " cleared", err
		})
	})
}

// saveFixture saves the body of a receipt as a fixture, which can be fired from then on.
func (k keeper) saveFixture(row storage.Receipt) tea.Cmd {
	return k.env.Fill(screen.FormSpec{
		Title: "Save as a fixture", Verb: "Save",
		Section: component.Section{Fields: []component.Field{
			{ID: keepText, Label: "Name", Check: checkFixtureName(row), Help: "The fire menu has it from then on, and so has backchannel fire NAME."},
		}},
		Submit: func(v component.Values) tea.Cmd {
			return screen.Act(k.env.Context, func(ctx context.Context) (string, error) {
				name := strings.TrimSpace(v.Text(keepText))
				return "saved: f F fires " + name, k.saveAs(ctx, row.ID, name)
			})
		},
	})
}

func checkFixtureName(row storage.Receipt) func(component.Values) string {
	return func(v component.Values) string {
		f := savedFixture(row, strings.TrimSpace(v.Text(keepText)), storage.Classic)
		f.Payload = []byte("any") // rows of the list have no body
		var bad storage.FieldErrors
		if !errors.As(f.Validate(), &bad) {
			return ""
		}
		return bad[0].Reason
	}
}

func savedFixture(of storage.Receipt, name string, revision storage.Revision) storage.SavedFixture {
	return storage.SavedFixture{
		Name: name, Channel: storage.Channel(of.Channel), Status: storage.Status(of.Status),
		Revision: cmp.Or(revision, storage.Classic), Payload: of.Body,
	}
}

// saveAs saves a fixture of the revision that the receipt's webhook has now, or if that was
// deleted, of the default one.
func (k keeper) saveAs(ctx context.Context, id storage.ID, name string) error {
	whole, err := k.store.Receipt(ctx, id)
	if err != nil {
		return err
	}
	hook, err := k.store.Webhook(ctx, whole.WebhookID)
	if errors.Is(err, storage.ErrNotFound) {
		hook, err = storage.NewWebhook(), nil
	}
	if err != nil {
		return err
	}
	return k.store.SaveFixture(ctx, savedFixture(whole, name, hook.Revision))
}
