package receiver

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

const keepText = "text" // the one field of the forms below

// note writes a note on the selected receipt.
func (r *Screen) note() tea.Cmd {
	row, ok := r.list.Selected()
	if !ok {
		return nil
	}
	s := r.shared
	return s.Fill(screen.FormSpec{
		Title: "Note on the receipt", Verb: "Keep",
		Section: component.Section{Fields: []component.Field{
			{ID: keepText, Label: "Note", Start: component.Value{Text: row.Note}, Help: "Stands above the verdicts. Empty takes it away."},
		}},
		Submit: func(v component.Values) tea.Cmd {
			return screen.Act(s.Context, func(ctx context.Context) (string, error) {
				return "noted", s.Store.NoteReceipt(ctx, row.ID, strings.TrimSpace(v.Text(keepText)))
			})
		},
	})
}

// saveFixture keeps what the selected receipt holds, to be fired from then on.
func (r *Screen) saveFixture() tea.Cmd {
	row, ok := r.list.Selected()
	if !ok {
		return nil
	}
	s := r.shared
	return s.Fill(screen.FormSpec{
		Title: "Save as a fixture", Verb: "Save",
		Section: component.Section{Fields: []component.Field{
			{ID: keepText, Label: "Name", Check: checkFixtureName(row), Help: "The fire menu has it from then on, and so has backchannel fire NAME."},
		}},
		Submit: func(v component.Values) tea.Cmd {
			return screen.Act(s.Context, func(ctx context.Context) (string, error) {
				name := strings.TrimSpace(v.Text(keepText))
				return "saved: f F fires " + name, s.saveAs(ctx, row.ID, name)
			})
		},
	})
}

func checkFixtureName(row storage.Receipt) func(component.Values) string {
	return func(v component.Values) string {
		f := savedFixture(row, strings.TrimSpace(v.Text(keepText)), storage.Classic)
		f.Payload = []byte("whatever was received") // the list does not have it
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

func (s *common) saveAs(ctx context.Context, id storage.ID, name string) error {
	whole, err := s.Store.Receipt(ctx, id)
	if err != nil {
		return err
	}
	hook, err := s.webhookOr(ctx, whole.WebhookID)
	if err != nil {
		return err
	}
	return s.Store.SaveFixture(ctx, savedFixture(whole, name, hook.Revision))
}

// webhookOr is a webhook, or a new one in the place of one that is gone.
func (s *common) webhookOr(ctx context.Context, id storage.ID) (storage.Webhook, error) {
	hook, err := s.Store.Webhook(ctx, id)
	if errors.Is(err, storage.ErrNotFound) {
		return storage.NewWebhook(), nil
	}
	return hook, err
}
