package storage

import (
	"fmt"
	"time"
)

// Receiver returns the webhook of the campaign's organization and sandbox, or nil. It gets the
// campaign's events if the campaign enables webhooks and the webhook has its channel.
func (s CampaignSettings) Receiver(webhooks []Webhook) *Webhook {
	for i, w := range webhooks {
		if w.Organization == s.Organization && w.Sandbox.Name == s.Sandbox.Name {
			return &webhooks[i]
		}
	}
	return nil
}

// Warnings returns the settings that are valid but probably a mistake: those from which no
// events follow, given the campaign's receiver or nil, and an end that has passed.
func (s CampaignSettings) Warnings(receiver *Webhook, now time.Time) (odd FieldErrors) {
	if silent := s.WhySilent(receiver); silent != "" {
		field := "webhooks"
		if s.Webhooks && receiver == nil {
			field = "sandbox.name"
		} else if s.Webhooks {
			field = "channel"
		}
		odd.add(field, "no events will follow: %s", silent)
	}
	odd.addIf(!s.End.IsZero() && !now.Before(s.End), "end", "%s has passed, so calls fail; choose a later end, or none", s.End.UTC().Format(timeLayout))
	return odd
}

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

// WhyNotFired returns the reason why an event on a channel for a webhook cannot belong to the
// campaign, and what to do about it, or "" if it can.
func (s CampaignSettings) WhyNotFired(w Webhook, channel Channel) string {
	switch {
	case w.Organization != s.Organization || w.Sandbox.Name != s.Sandbox.Name:
		return fmt.Sprintf("%s belongs to %s / %s, and webhook %s to %s / %s; name the webhook of the campaign's sandbox, or edit one of them",
			s.Name, s.Organization, s.Sandbox.Name, w.Name, w.Organization, w.Sandbox.Name)
	case channel != s.Channel:
		return fmt.Sprintf("%s has the channel %s, not %s; fire on that channel, or name another campaign", s.Name, s.Channel, channel)
	}
	return ""
}
