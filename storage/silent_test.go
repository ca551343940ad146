package storage_test

import (
	"strings"
	"testing"
	"time"

	"backchannel/storage"
)

func TestCampaignWarnings(t *testing.T) {
	now := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	email := storage.Webhook{Name: "acme", Organization: storage.DefaultOrganization, Sandbox: storage.Sandbox{Name: storage.DefaultSandboxName}, Channels: []storage.Channel{storage.Email}}
	elsewhere := email
	elsewhere.Sandbox.Name = "dev"
	for name, test := range map[string]struct {
		change   func(*storage.CampaignSettings)
		webhooks []storage.Webhook
		want     string // the beginning of each warning, one per line
	}{
		"fits":               {func(*storage.CampaignSettings) {}, []storage.Webhook{elsewhere, email}, ""},
		"off":                {func(s *storage.CampaignSettings) { s.Webhooks = false }, []storage.Webhook{email}, "webhooks: no events will follow: Enable webhooks is off"},
		"marketing":          {func(s *storage.CampaignSettings) { s.Webhooks, s.Category = false, storage.Marketing }, []storage.Webhook{email}, "webhooks: no events will follow: a marketing campaign"},
		"no webhook":         {func(*storage.CampaignSettings) {}, []storage.Webhook{elsewhere}, "sandbox.name: no events will follow: there is no webhook for myImsOrg / prod"},
		"another channel":    {func(s *storage.CampaignSettings) { s.Channel = storage.SMS }, []storage.Webhook{email}, "channel: no events will follow: webhook acme does not have the channel sms"},
		"ends now":           {func(s *storage.CampaignSettings) { s.End = now }, []storage.Webhook{email}, "end: 2026-11-02T12:00:00Z has passed"},
		"ends later":         {func(s *storage.CampaignSettings) { s.End = now.Add(1) }, []storage.Webhook{email}, ""},
		"silent and over":    {func(s *storage.CampaignSettings) { s.End = now }, nil, "sandbox.name: no events\nend: 2026"},
		"another sandbox ID": {func(s *storage.CampaignSettings) { s.Sandbox.ID = "other" }, []storage.Webhook{email}, ""},
	} {
		c := welcome()
		test.change(&c.CampaignSettings)
		odd := c.Warnings(c.Receiver(test.webhooks), now)
		want := strings.Split(test.want, "\n")
		if test.want == "" {
			want = nil
		}
		if len(odd) != len(want) {
			t.Errorf("%s: got %v, want %q", name, odd, want)
			continue
		}
		for i, w := range want {
			if got := odd[i].Field + ": " + odd[i].Reason; !strings.HasPrefix(got, w) {
				t.Errorf("%s: got %q, want %q", name, got, w)
			}
		}
	}
}
