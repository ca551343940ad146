package storage

import "fmt"

// WhySilent returns the reason why no events follow from a campaign's messages and what to do
// about it, or "" if they do: the webhook of the campaign's organization and sandbox gets
// them. It is nil if there is none.
func (s CampaignSettings) WhySilent(w *Webhook) string {
	switch {
	case !s.Webhooks && s.Category == Marketing:
		return "a marketing campaign sends no feedback events; use a transactional campaign"
	case !s.Webhooks:
		return fmt.Sprintf("Enable webhooks is off in campaign %s; edit it, switch it on and activate it", s.Name)
	case w == nil:
		return fmt.Sprintf("there is no webhook for %s / %s; create one", s.Organization, s.Sandbox.Name)
	case !w.Has(s.Channel):
		return fmt.Sprintf("webhook %s does not have the channel %s; edit it and add the channel", w.Name, s.Channel)
	}
	return ""
}
