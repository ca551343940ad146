package activity

import (
	"backchannel/storage"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// whyNotOpen returns why the selected activity cannot be opened, or "".
func (a *Screen) whyNotOpen() string {
	it, _ := a.Selected()
	switch view, id := subject(it); {
	case id == 0:
		return "there is nothing to open for it"
	case it.Kind == storage.ActivityCheck:
		return "" // its report outlives the webhook
	case view != screen.ViewWebhooks:
		return ""
	default:
		if _, ok := a.env.Targets.Find(id); ok {
			return ""
		}
		return "the webhook that it is about was deleted"
	}
}

// open goes to what an activity is about.
func (a *Screen) open(it storage.Activity) tea.Cmd {
	a.ListTable().Follow(false) // so that it is still selected when the person comes back
	switch view, id := subject(it); {
	case it.Execution != 0:
		return screen.ShowExecution(it.Execution)
	case it.Kind == storage.ActivityCheck:
		return screen.ShowCheck(id, it.At)
	default:
		return screen.JumpTo(view, id)
	}
}

// subject returns the record that an activity is about. It prefers the most specific one, because an
// activity about a delivery also has the ID of its webhook.
func subject(it storage.Activity) (screen.View, storage.ID) {
	switch {
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
	it, _ := a.Selected()
	return it.WebhookID, it.WebhookID != 0
}

// Copies returns the text of the activity.
func (a *Screen) Copies() []screen.CopyItem {
	if it, ok := a.Selected(); ok {
		return []screen.CopyItem{{Label: "text", Text: it.Text}}
	}
	return nil
}
