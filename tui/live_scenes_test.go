package tui

import (
	"time"

	"backchannel/storage"
	"backchannel/tui/tuitest"
)

func arrived(n int, status storage.Status) storage.Receipt { return tuitest.Arrived(n, status) }
func expired(n int) storage.Receipt                        { return tuitest.Expired(n) }

func twoWebhooks(s *testStore)   { s.AddTwoWebhooks() }
func fewReceipts(s *testStore)   { s.AddFewReceipts(nil) }
func fewDeliveries(s *testStore) { s.AddFewDeliveries() }

func fireScenes() []scene {
	fire := func(keys ...string) func(*console) {
		return func(c *console) { c.press(append([]string{"f"}, keys...)...) }
	}
	return []scene{
		{name: "fire-none", play: fire()},
		{name: "fire", whole: true, set: twoWebhooks, play: fire()},
		{name: "fire-webhook", set: twoWebhooks, play: fire("w")},
		{name: "fire-variant", set: twoWebhooks, play: fire("v")},
		{name: "fire-life", set: twoWebhooks, play: fire("l")},
		{name: "fire-misbehave", set: twoWebhooks, play: fire("!")},
		{name: "fire-misbehave-open", set: twoWebhooks, play: func(c *console) { c.press("G", "f", "!") }},
		{name: "fire-burst", set: twoWebhooks, play: fire("B", "x", "tab")},
		{name: "fire-queued", set: twoWebhooks, play: fire("b")},
		{name: "fire-progress", whole: true, set: twoWebhooks, play: func(c *console) { startBurst(c); endBurst(c, 38, 2); c.wait(100 * time.Millisecond) }},
		{name: "fire-outcome", whole: true, set: twoWebhooks, play: func(c *console) {
			startBurst(c)
			c.wait(2 * time.Second)
			endBurst(c, 98, 2)
			c.wait(5 * time.Second)
		}},
	}
}

func receiverScenes() []scene {
	at := func(keys ...string) func(*console) {
		return func(c *console) { c.press(append([]string{"4"}, keys...)...) }
	}
	failed := []string{"g", "j"}
	return []scene{
		{name: "receiver-copy", set: fewReceipts, play: func(c *console) { c.press("4", "g", "j", "y") }},
		{name: "receiver-empty", whole: true, set: twoWebhooks, play: at()},
		{name: "receiver-empty-off", set: func(s *testStore) {
			twoWebhooks(s)
			s.SetRuntime(func(rt *storage.Runtime) { rt.ReceiverURL, rt.ReceiverError = "", "port 9443 is busy; use --listen" })
		}, play: at()},
		{name: "receiver", whole: true, set: fewReceipts, play: at()},
		{name: "receiver-failed", whole: true, set: fewReceipts, play: at(failed...)},
		{name: "receiver-checks", set: fewReceipts, play: at(append(failed, "c")...)},
		{name: "receiver-body", whole: true, set: fewReceipts, play: at(append(failed, "enter", "l")...)},
		{name: "receiver-raw", set: fewReceipts, play: at(append(failed, "l", "b")...)},
		{name: "receiver-headers", whole: true, set: fewReceipts, play: at(append(failed, "h", "h", "h")...)},
		{name: "receiver-token", whole: true, set: fixedToken, play: at("g", "h", "h", "enter")},
		{name: "receiver-flaw", whole: true, set: badSchema, play: at("g", "l")},
		{name: "receiver-search", set: fewReceipts, play: func(c *console) { c.press("4", "g", "l", "enter", "/"); c.write("value") }},
		{name: "receiver-attempts", whole: true, set: fewReceipts, play: at(append(failed, "h")...)},
		{name: "receiver-stray", set: fewReceipts, play: at("G", "enter")},
		{name: "receiver-pinned", set: fewReceipts, play: at("k", "enter")},
		{name: "receiver-paused", set: fewReceipts, play: at("p")},
		{name: "receiver-profile", set: fewReceipts, play: at("g", "o")},
		{name: "receiver-edit", set: fewReceipts, play: at("g", "R")},
		{name: "receiver-diff", set: fewReceipts, play: at("g", " ", "j", "j", "=")},
		{name: "receiver-export", set: fewReceipts, play: at("g", " ", "x", "h")},
		{name: "receiver-export-menu", set: fewReceipts, play: at("x")},
		{name: "receiver-fixture", set: fewReceipts, play: at("g", "=")},
		{name: "receiver-note", set: fewReceipts, play: at("k", "N")},
		{name: "receiver-clear", set: fewReceipts, play: at("C")},
		{name: "receiver-filter", set: fewReceipts, play: func(c *console) { c.press("4", "/"); c.write("status:bounce auth:perhaps ") }},
		{name: "receiver-nothing", set: fewReceipts, play: func(c *console) { c.press("4", "/"); c.write("status:read"); c.press("enter") }},
	}
}

func deliveryScenes() []scene {
	at := func(keys ...string) func(*console) { return func(c *console) { c.press(keys...) } }
	return []scene{
		{name: "deliveries-retried", whole: true, set: retriedDelivery, play: at("3", "G", "enter")},
		{name: "deliveries-probe", whole: true, set: parkedDelivery, play: at("3", "G", "enter", "z")},
		{name: "deliveries-folded", set: retriedDelivery, play: at("3", "G", "l", "enter", "z")},
		{name: "deliveries-empty", whole: true, play: at("3")},
		{name: "deliveries", whole: true, set: fewDeliveries, play: at("3")},
		{name: "deliveries-failed", whole: true, set: fewDeliveries, play: at("3", "g", "enter")},
		{name: "deliveries-exchange", whole: true, set: fewDeliveries, play: at("3", "enter", "l")},
		{name: "deliveries-payload", set: fewDeliveries, play: at("3", "enter", "h")},
		{name: "deliveries-cancel", set: fewDeliveries, play: at("3", "X")},
		{name: "deliveries-filter", set: fewDeliveries, play: func(c *console) { c.press("3", "/"); c.write("retrying acme") }},
		{name: "deliveries-marked", whole: true, set: fewDeliveries, play: at("3", " ", "k", " ", "g", " ")},
		{name: "deliveries-marked-filter", set: fewDeliveries, play: func(c *console) { c.press("3", " ", "g", " ", "/"); c.write("state:failed"); c.press("enter") }},
		{name: "deliveries-marked-cancel", set: fewDeliveries, play: at("3", " ", "k", " ", "g", " ", "X")},
		{name: "deliveries-copy", set: fewDeliveries, play: at("3", "g", "y")},
		{name: "deliveries-all", set: fewDeliveries, play: at("3", "A")},
		{name: "deliveries-all-cancel", set: fewDeliveries, play: at("3", "A", "X")},
		{name: "activity-empty", play: at("5")},
		{name: "activity", whole: true, set: fewDeliveries, play: at("5")},
		{name: "activity-filter", set: fewDeliveries, play: func(c *console) { c.press("5", "/"); c.write("acme created") }},
		{name: "activity-first", set: fewDeliveries, play: at("5", "g")},
	}
}
