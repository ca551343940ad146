package fire

import (
	"fmt"

	"backchannel/fixtures/fire"
	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// itemEvent is the item that leads from the choice of a misbehaviour to that of the event.
const itemEvent = "event"

// chooseMisbehaviour asks how an event misbehaves. Faults of the token are disabled for a webhook that sends none.
func (m *menu) chooseMisbehaviour(of fire.Spec) tea.Cmd {
	var items []component.MenuItem
	for i, kind := range storage.Misbehaviours() {
		item := component.MenuItem{ID: string(kind), Key: component.Digit(i), Label: string(kind), Detail: misbehaviourHelp(kind)}
		switch {
		case kind.NeedsJWT() && of.Webhook.Auth.Type != storage.AuthJWT:
			item.Off, item.Detail = true, "needs JWT authentication, which "+of.Webhook.Name+" does not use"
		case kind == storage.MisbehaveOutOfOrder && of.Saved != nil:
			item.Off, item.Detail = true, "needs two events of one message, which a saved fixture is not"
		}
		items = append(items, item)
	}
	return m.firer.env.Choose(component.Menu{
		Title: fmt.Sprintf("Misbehave at %s: %s, but…", of.Webhook.Name, of), Details: items, Find: true,
		Hint: &component.MenuItem{ID: itemEvent, Key: "tab", Label: "another event"},
	}, func(kind string) tea.Cmd {
		if kind == itemEvent {
			return m.chooseMisbehaving(of)
		}
		of.Misbehave = storage.Misbehaviour(kind)
		return tea.Batch(screen.Dismiss(m), m.firer.fire(of))
	})
}

// chooseMisbehaving asks which event misbehaves: one of the statuses or a saved fixture. Their names can be told apart,
// because storage rejects a fixture with the name of a status.
func (m *menu) chooseMisbehaving(of fire.Spec) tea.Cmd {
	var items []component.MenuItem
	present := 0
	for i, s := range storage.Statuses() {
		if s == of.Status {
			present = i
		}
		items = append(items, component.MenuItem{ID: string(s), Key: string(s[0]), Label: string(s), Detail: m.firer.last.failureLabel(of.Channel, s)})
	}
	for _, item := range m.savedItems() {
		if of.Saved != nil && of.Saved.Name == item.ID {
			present = len(items)
		}
		items = append(items, item)
	}
	return m.firer.env.Choose(component.Menu{Title: "Which event misbehaves at " + of.Webhook.Name + "?", Details: items, At: present}, func(id string) tea.Cmd {
		chosen, ok := m.savedSpec(id)
		if !ok {
			chosen = m.spec(storage.Status(id))
		}
		return m.chooseMisbehaviour(chosen)
	})
}

// misbehaviourHelp describes a misbehaviour from the endpoint's point of view.
func misbehaviourHelp(kind storage.Misbehaviour) string {
	return map[storage.Misbehaviour]string{
		storage.MisbehaveExpired:       "the token expired two minutes ago",
		storage.MisbehaveNotYetValid:   "the token is not valid yet",
		storage.MisbehaveWrongKey:      "the token is signed by another key",
		storage.MisbehaveWrongAudience: "the token is for another audience",
		storage.MisbehaveAlgNone:       "the token is not signed at all",
		storage.MisbehaveMissingAuth:   "there is no token",
		storage.MisbehaveTamperedBody:  "the body was changed on the way",
		storage.MisbehaveTruncated:     "the body ends too early",
		storage.MisbehaveDuplicate:     "the same event arrives twice",
		storage.MisbehaveOutOfOrder:    "delivered arrives before sent",
	}[kind]
}
