package tui

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"backchannel/storage"
	"backchannel/tui/screen"
)

func twoWebhooks(f *fakeStore) {
	f.webhooks = []storage.Webhook{acme(), staging()}
	f.deliveries = []storage.Delivery{{
		ID: 1<<49 + 10, WebhookID: acme().ID, Webhook: "acme prod", Channel: storage.Email, Status: storage.StatusBounce,
		State: storage.Failed, Attempts: 1, Code: 401, ErrorClass: storage.ClassStatus, Error: "answered 401 Unauthorized",
		CreatedAt: noon().Add(-time.Minute), FinishedAt: noon().Add(-time.Minute),
	}}
}

func webhookScenes() []scene {
	return []scene{
		{name: "webhooks-empty", whole: true},
		{name: "webhooks", whole: true, set: twoWebhooks},
		{name: "webhook-detail", whole: true, set: twoWebhooks, play: func(c *console) { c.press("G", "enter") }},
		{name: "webhooks-filter", set: twoWebhooks, play: func(c *console) { c.press("/"); c.write("stag") }},
		{name: "webhook-create", whole: true, play: func(c *console) { c.press("n") }},
		{name: "webhook-edit", set: twoWebhooks, play: func(c *console) { c.press("e") }},
		{name: "webhook-errors", set: twoWebhooks, play: func(c *console) {
			c.press("n", "tab", "tab", "ctrl+u")
			c.write("http://x")
			c.press("ctrl+s")
		}},
		{name: "webhook-errors-all", set: twoWebhooks, play: func(c *console) {
			c.press("e")
			fillInBadly(c)
			c.press("ctrl+s")
		}},
		{name: "webhook-errors-headers", set: manyHeaders, play: func(c *console) {
			c.press("e")
			c.toField("Headers")
			c.press("ctrl+u")
			c.write("X-Team")
			c.press("down", "ctrl+u", "down", "alt+down", "tab", "tab", "tab")
			c.press("ctrl+s")
		}},
		{name: "webhook-key", play: func(c *console) {
			c.press("n")
			c.toField("Method")
			c.press("right", "tab", "right", "right", "right", "tab")
			c.paste("-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n")
			c.press("tab")
		}},
		{name: "webhook-taken", set: twoWebhooks, play: func(c *console) {
			c.press("n", "ctrl+u")
			c.write("staging")
			c.press("tab", "space", "tab", "tab", "ctrl+u")
			c.write("myImsOrg")
			c.press("ctrl+s")
		}},
		{name: "webhook-meanwhile", set: twoWebhooks, play: func(c *console) {
			c.press("e")
			c.store.webhooks[0].Version++
			c.press("ctrl+s")
		}},
		{name: "webhook-duplicate", set: twoWebhooks, play: func(c *console) { c.press("D") }},
		{name: "webhook-delete", set: func(f *fakeStore) {
			twoWebhooks(f)
			f.deliveries[0].State = storage.Retrying
		}, play: func(c *console) { c.press("d") }},
	}
}

// fillInBadly leaves about nothing as it should be.
func fillInBadly(c *console) {
	put := func(label, text string) {
		c.toField(label)
		c.press("ctrl+u")
		c.write(text)
	}
	put("Webhook name", "")
	put("Webhook URL", "https://me:pw@hooks.example.com")
	put("Sandbox ID", "42")
	put("Secret", "short")
	put("Extra claims", `{"exp": 1}`)
	put("Token lifetime", "1s")
	put("Header", "Host")
	put("Headers", "Host")
	c.toField("Delivery options")
	c.press("space")
	put("Timeout", "11m")
	put("Retry after", "1s, 5")
	put("Concurrency", "300")
	put("Rate limit", "-1")
	put("Client certificate", "client.pem")
	c.toField("Timeout")
	c.press("shift+tab", "shift+tab", "space")
}

func manyHeaders(f *fakeStore) {
	twoWebhooks(f)
	f.webhooks[0].Headers = nil
	for i := range storage.MaxHeaders {
		f.webhooks[0].Headers = append(f.webhooks[0].Headers, storage.HeaderField{Name: fmt.Sprintf("X-Team-%d", i), Value: strings.Repeat("v", i), Secret: i%3 == 1})
	}
	f.webhooks[0].Headers[0].Name = "X-Team"
	f.webhooks[0].Headers[4].Name = "X-Team"
}

func overlayScenes() []scene {
	return []scene{
		{name: "help", whole: true, set: twoWebhooks, play: func(c *console) { c.press("?") }},
		{name: "palette", set: twoWebhooks, play: func(c *console) { c.press(":") }},
		{name: "copy", set: twoWebhooks, play: func(c *console) { c.press("y") }},
		{name: "toasts", set: twoWebhooks, play: func(c *console) {
			c.send(screen.ToastMsg{Toast: screen.Good("bounce delivered")})
			c.send(screen.ToastMsg{Toast: screen.Bad("create webhook: the disk is full")})
		}},
		{name: "receiver-off", set: func(f *fakeStore) {
			twoWebhooks(f)
			f.runtime.PID, f.runtime.ReceiverURL, f.runtime.ReceiverError = 99, "", "port 9443 is busy; use --listen"
		}},
	}
}

// nasty is text that moves the cursor, hides, reorders, is wide, and does not end.
const nasty = "\x1b[2J\x1b]0;x\a\u202eevil\u200b 顧客 e\u0301👩‍💻\r\n\ttab"

func nastyWebhooks(f *fakeStore) {
	w := acme()
	long := nasty + strings.Repeat(" 顧客wide", 60)
	w.Name, w.Organization, w.Sandbox.Name, w.StateReason = long, long, long, long
	w.URL = "https://" + long
	w.Auth.JWT.Claims = json.RawMessage(long)
	w.Auth.JWT.KeyID, w.Auth.JWT.Audience = long, []string{long, "a,b"}
	w.State = storage.Paused
	w.Headers = []storage.HeaderField{{Name: long, Value: long}, {Name: "", Value: ""}}
	twoWebhooks(f)
	f.webhooks = append(f.webhooks, w)
	f.webhooks[2].ID++
	for i := range 300 {
		w.ID, w.Name = storage.ID(1<<50+i), strings.Repeat("x", i)
		f.webhooks = append(f.webhooks, w)
	}
	f.deliveries = append(f.deliveries, storage.Delivery{
		ID: 1<<49 + 20, WebhookID: w.ID, Webhook: long, Status: storage.Status(long), Channel: storage.Channel(long),
		State: storage.State(long), Error: long, Code: 999, CreatedAt: noon().AddDate(-30, 0, 0),
	})
	f.runtime.ReceiverURL, f.runtime.ReceiverError = "", long
}

func nastyScenes() []scene {
	var out []scene
	for _, s := range slices.Concat(fireScenes(), receiverScenes(), deliveryScenes()) {
		out = append(out, scene{name: "nasty " + s.name, set: nastyRecords, play: s.play})
	}
	for _, s := range append(webhookScenes(), overlayScenes()...) {
		out = append(out, scene{name: "nasty " + s.name, set: nastyWebhooks, play: s.play})
	}
	return append(out,
		scene{name: "nasty last", set: nastyWebhooks, play: func(c *console) { c.press("G", "enter", "z") }},
		scene{name: "nasty paste", set: nastyWebhooks, play: func(c *console) { c.press("n"); c.paste(nasty + nasty); c.press("tab", "tab"); c.paste(nasty) }},
		scene{name: "nasty filter", set: nastyWebhooks, play: func(c *console) { c.press("/"); c.paste(strings.Repeat(nasty, 9)) }},
		scene{name: "nasty toast", set: nastyWebhooks, play: func(c *console) { c.send(screen.ToastMsg{Toast: screen.Bad(strings.Repeat(nasty, 20))}) }},
		scene{name: "nasty banner", set: nastyWebhooks, play: func(c *console) { c.send(noticeMsg(strings.Repeat(nasty, 20))) }},
	)
}
