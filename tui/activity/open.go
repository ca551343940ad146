package activity

import (
	"backchannel/storage"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// closed says why enter has nothing to go to, or returns "".
func (a *Screen) closed() string {
	switch view, id := a.subject(); {
	case id == 0:
		return "it is about nothing that one could go to"
	case a.selected().Kind == storage.ActivityCheck:
		return "" // its report is kept longer than the webhook
	case view != screen.ViewWebhooks:
		return ""
	default:
		if _, ok := a.env.Targets.Find(id); ok {
			return ""
		}
		return "the webhook that it is about was deleted"
	}
}

func (a *Screen) open() tea.Cmd {
	view, id := a.subject()
	a.table.Follow(false) // so that this one is still selected when esc leads back
	if execution := a.selected().Execution; execution != 0 {
		return screen.ShowExecution(execution)
	}
	if it := a.selected(); it.Kind == storage.ActivityCheck {
		return screen.ShowCheck(id, it.At)
	}
	return screen.JumpTo(view, id)
}

func (a *Screen) selected() storage.Activity {
	if i := a.table.Index(); i < len(a.shown) {
		return a.shown[i]
	}
	return storage.Activity{}
}

// subject returns the item that the selected activity is about.
func (a *Screen) subject() (screen.View, storage.ID) {
	switch it := a.selected(); {
	case it.ReceiptID != 0:
		return screen.ViewReceiver, it.ReceiptID
	case it.DeliveryID != 0:
		return screen.ViewDeliveries, it.DeliveryID
	case it.CampaignID != 0:
		return screen.ViewCampaigns, it.CampaignID
	default:
		return screen.ViewWebhooks, it.WebhookID
	}
}

// Webhook returns the webhook that the selected activity is about, at which f fires.
func (a *Screen) Webhook() (storage.ID, bool) {
	id := a.selected().WebhookID
	return id, id != 0
}

// Copies returns the text of the activity.
func (a *Screen) Copies() []screen.CopyItem {
	if it := a.selected(); it.ID != 0 {
		return []screen.CopyItem{{Label: "text", Text: it.Text}}
	}
	return nil
}
