package tui

import (
	"fmt"
	"strings"
	"time"

	"backchannel/storage"
	"backchannel/tui/screen"
)

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
			c.press("down", "down", "down", "down", "ctrl+u")
			c.write("X-Team")
			c.press("up", "up", "up", "ctrl+u", "down", "alt+down", "tab", "tab", "tab")
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
			c.store.ChangeWebhook(acme().ID, func(*storage.Webhook) {})
			c.press("ctrl+s")
		}},
		{name: "webhook-duplicate", set: twoWebhooks, play: func(c *console) { c.press("D") }},
		{name: "webhook-delete", set: func(s *testStore) {
			s.AddWebhook(acme())
			s.AddWebhook(staging())
			e := bounce()
			e.CreatedAt = noon().Add(-time.Minute)
			s.Attempt(s.AddDelivery(e).ID, storage.Outcome{State: storage.Retrying, NextAttemptAt: noon().Add(time.Minute), Attempt: storage.Attempt{
				Code: 503, ErrorClass: storage.ClassStatus, Error: "answered 503 Service Unavailable",
			}})
		}, play: func(c *console) { c.press("d") }},
	}
}

// fillInBadly fills in the form with an error in almost every field.
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

func manyHeaders(s *testStore) {
	twoWebhooks(s)
	s.ChangeWebhook(acme().ID, func(w *storage.Webhook) {
		w.Headers = nil
		for i := range storage.MaxHeaders {
			w.Headers = append(w.Headers, storage.HeaderField{Name: fmt.Sprintf("X-Team-%d", i), Value: strings.Repeat("v", i), Secret: i%3 == 1})
		}
		w.Headers[0].Name = "X-Team"
	})
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
		{name: "receiver-off", set: func(s *testStore) {
			twoWebhooks(s)
			s.SetRuntime(func(rt *storage.Runtime) {
				rt.PID, rt.ReceiverURL, rt.ReceiverError = 99, "", "port 9443 is busy; use --listen"
			})
		}},
	}
}
