package tui

import (
	"strings"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/tui/screen"
)

func TestReceiverExplainsWhatFailed(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		c.press("g", "j")
		c.see("← bounce email john.doe@luma.com", "answered 401", "12:03:24, 67 s past", "expected later than 12:04:01", "→ the token is cached too long")
		c.press("g")
		c.dontSee("67 s past")
	})
}

func TestReceiverShowsWhatAnotherServerAnswered(t *testing.T) {
	t.Parallel()
	testReceiver(t, func(s *testStore) {
		s.AddFewReceipts(func(all []storage.Receipt) {
			all[0].Forward = storage.Forward{
				URL: "http://127.0.0.1:3000/hooks", State: storage.ForwardAnswered, Code: 500, Duration: 3 * time.Millisecond, Body: []byte("undefined is not a \x1b[31mfunction"),
			}
		})
	}, func(c *console) {
		c.size(160, 50)
		c.press("g")
		c.see("Relayed", "To http://127.0.0.1:3000/hooks", "answered 500 after 3ms", "undefined is not a")
		c.press("j")
		c.dontSee("Relayed")
	})
}

func TestReceiverShowsTheWholeAnswerInNarrowPanes(t *testing.T) {
	t.Parallel()
	testReceiver(t, func(s *testStore) {
		s.AddFewReceipts(func(all []storage.Receipt) { all[0].Code, all[0].Note = 503, strings.Repeat("note ", 15)+"ends" })
	}, func(c *console) {
		c.press("g")
		for _, size := range [][2]int{{60, 20}, {100, 30}, {160, 45}} {
			c.size(size[0], size[1])
			c.see("profile", "ends")
		}
	})
}

func TestReceiverTabsWrapAround(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		c.size(120, 30)
		c.press("g", "j")
		for _, step := range []struct{ key, want string }{
			{"l", "115 bytes indented"}, {"right", "Duplicates are kept."}, {"l", "Authorization: ••••"}, {"l", "answered 503 Service Unavailable"},
			{"l", "✗ exp"}, {"h", "connection refused"}, {"left", "Authorization: ••••"}, {"h", "TLS 1.3"}, {"h", `"requestId": "r2"`},
		} {
			c.press(step.key)
			c.see(step.want)
		}
	})
}

func TestSecretsOfHeadersAreMasked(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		c.press("g", "j", "l", "enter")
		c.see("Authorization ••••")
		c.dontSee("aaa.bbb")
	})
}

func TestBodyIsShownAsReceived(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		c.press("g", "j", "b")
		c.see(`1 {"requestId":"r2","channel"`, "as received")
		c.press("b")
		c.see(`2 "requestId": "r2"`, "indented")
		c.press("G")
		c.see("as received: not JSON", "1 not json")
		c.dontSee("b raw")
	})
}

func TestUnwrappedBodyScrollsSideways(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		c.size(120, 30)
		c.press("g", "j", "l", "b", "enter", "w", "right", "right")
		c.dontSee(`{"requestId"`)
		c.see("▌Body")
		c.press("h")
		c.see("▌Verdicts")
	})
}

func TestPanesFollowTheWidth(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		r := receiverOf(c)
		c.press("g", "tab", "tab")
		if r.Focused != screen.PaneBody {
			t.Fatalf("got pane %d focused, want the body", r.Focused)
		}
		c.size(120, 30)
		c.see("▌Body")
		c.dontSee("Verdicts   Headers")
		c.size(80, 24)
		c.see("▌Body")
		c.dontSee("12:04:31.220 → sent")
		c.press("esc")
		c.see("12:04:31.220 → sent")
		c.size(200, 30)
		c.press("tab")
		c.size(120, 30)
		c.size(200, 30)
		c.see("▌Verdicts", `"requestId": "r1"`)
	})
}

func TestReceiverFilter(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		c.press("/")
		c.write("status:bounce")
		c.see("1 of 1")
		c.dontSee("duplicate first", "delivered", "fire")
		c.write(" auth:perhaps")
		c.press("enter")
		c.see("filter, column 20", "one of pass, fail, n/a")
		if !receiverOf(c).Typing() {
			t.Error("enter accepted an invalid filter")
		}
		c.press("esc")
		c.see("5 of 5")
		c.press("g", "m")
		c.see("/ message:r1", "1 of 1")
		c.press("esc")
		c.see("of 5")
	})
}

func TestPinAndClear(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		c.press("g", "P")
		c.wait(time.Second)
		c.see("◆ pinned", "retention and clearing keep it")
		c.press("C")
		c.see("Clear the receiver?")
		c.press("enter") // means no
		if n := len(c.store.AllReceipts()); n != 5 {
			t.Fatalf("got %d receipts left, want all 5", n)
		}
		c.press("C", "y")
		c.wait(time.Second)
		if n := len(c.store.AllReceipts()); n != 2 {
			t.Errorf("got %d receipts left, want the 2 pinned ones", n)
		}
		c.see("3 receipts cleared", "of 2")
	})
}

func TestReplayOfAReceipt(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewDeliveries, func(c *console) {
		for i, key := range []string{"g", "j"} { // one from another sender, and one of a delivery of this store
			c.press(key, "r")
			e := lastOf(c.store.AllEvents())
			if string(e.Payload) != string(c.store.AllReceipts()[i].Body) || e.WebhookID != acme().ID || e.Misbehave != "" {
				t.Errorf("got event %+v, want a new one with the bytes received", e)
			}
		}
		c.see("queued", "replayed to acme prod at https://127.0.0.1:9443/feedback/myImsOrg/prod")
		c.press("G")
		c.dontSee("r replay")
	})
}

func TestReplayOfAReceiptWhoseWebhookHasAnotherURL(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewDeliveries, func(c *console) {
		const old = "https://127.0.0.1:9001/feedback/myImsOrg/prod"
		c.store.ChangeWebhook(acme().ID, func(w *storage.Webhook) { w.URL = old })
		events := len(c.store.AllEvents())
		c.press("g", "r")
		c.see("Replay the receipt to", "acme prod", old+", its URL now", "the receiver", "https://127.0.0.1:9443/feedback/myImsOrg/prod, its URL now; unchanged")
		if len(c.store.AllEvents()) != events {
			t.Error("the receipt was sent before a target was selected")
		}
		c.press("r")
		c.see("replayed unchanged to https://127.0.0.1:9443/feedback/myImsOrg/prod: 204")
		if want := "https://127.0.0.1:9443/feedback/myImsOrg/prod " + string(c.store.AllReceipts()[0].Body); len(c.resent) != 1 || c.resent[0] != want || len(c.store.AllEvents()) != events {
			t.Errorf("got %q resent, want %q and no new event", c.resent, want)
		}
		c.press("r", "w")
		c.see("replayed to acme prod at " + old)
		if len(c.store.AllEvents()) != events+1 || len(c.resent) != 1 {
			t.Errorf("got %d new events and %q resent, want 1 new event and nothing else resent", len(c.store.AllEvents())-events, c.resent)
		}
		c.store.SetRuntime(func(rt *storage.Runtime) { rt.ReceiverURL = "" }) // then there is only one target
		c.press("r")
		c.dontSee("Replay the receipt to")
		if len(c.store.AllEvents()) != events+2 {
			t.Errorf("got %d new events, want 2", len(c.store.AllEvents())-events)
		}
	})
}

func TestResponseProfile(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		c.press("g", "o")
		c.see("How the receiver answers acme prod", "healthy answers as the verdicts say (now)")
		c.press("3")
		c.see("acme prod from now on: down")
		if p := c.store.ProfileOf(acme().ID); p.Preset != "down" || len(p.Statuses) != 1 {
			t.Errorf("got profile %+v, want the preset down with one status", p)
		}
		c.press("o")
		c.see("down every request answers 503 (now)")
		c.press("esc")
		c.must(c.store.SetProfile(c.m.env.Context, acme().ID, storage.Profile{Delay: time.Second}))
		c.press("o")
		c.see("custom… after 1s (now)")
	})
}

func TestCopyingFromTheReceiver(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		c.press("g", "y", "1")
		if len(c.copied) != 1 || c.copied[0] != string(c.store.AllReceipts()[0].Body) {
			t.Errorf("got copied texts %q, want the body", c.copied)
		}
		c.press("y")
		c.see("curl command for the present receiver, without secrets")
		c.press("6")
		if got := c.copied[len(c.copied)-1]; !strings.Contains(got, " | curl ") || !strings.Contains(got, c.store.AllReceipts()[0].Path) {
			t.Errorf("got %q copied, want a curl command for the receipt's path", got)
		}
	})
}

func TestFromReceiptToDeliveryAndBack(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewDeliveries, func(c *console) {
		c.press("g", "j", "v")
		c.see("▸3 Deliveries", "1 of 5", "✗ bounce email acme prod")
		c.press("v")
		c.see("▸4 Receiver", "2 of 5")
	})
}

func TestADistantReceiptIsRevealed(t *testing.T) {
	t.Parallel()
	testReceiver(t, manyReceipts(2000), func(c *console) {
		c.press("/")
		c.write("status:bounce")
		c.press("enter")
		c.send(screen.GoMsg{View: screen.ViewReceiver, ID: arrived(77, "").ID})
		c.see("person77 ")
		if got := receiverOf(c).List().SelectedID(); got != arrived(77, "").ID {
			t.Errorf("got receipt %d selected, want %d", got, arrived(77, "").ID)
		}
	})
}

func TestEveryKeyInTheFooterDoesSomething(t *testing.T) {
	t.Parallel()
	for _, s := range scenes() {
		t.Run(s.name, func(t *testing.T) {
			s.show(t, plainTheme, func(c *console) {
				if typing(c.m.views.front()) {
					return
				}
				for _, b := range c.m.views.front().Bindings() {
					if (b.Do == nil) != (len(b.Keys) == 0) || b.Label != "" && b.Help == "" {
						t.Errorf("the binding %+v does nothing or is not explained", b)
					}
				}
			})
		})
	}
}

func TestEditAndResend(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		c.press("g", "R")
		c.see("Edit and resend to acme prod", `"requestId": "r1"`)
		c.press("ctrl+s")
		e := lastOf(c.store.AllEvents())
		if string(e.Payload) != string(c.store.AllReceipts()[0].Body) || e.WebhookID != acme().ID || e.Status != storage.StatusSent {
			t.Errorf("got event %+v, want the unchanged body of the receipt", e)
		}
		c.see("queued", "▸4 Receiver")
		c.press("R")
		c.write("x")
		c.see("It is sent as it stands")
		c.press("esc")
		c.see("Leave without sending?")
		c.press("n", "ctrl+s")
		if e := lastOf(c.store.AllEvents()); !strings.Contains(string(e.Payload), "x") || e.Channel != storage.Email {
			t.Errorf("got event %+v, want the changed body of the receipt", e)
		}
	})
}

func TestBinaryBodiesAreNotEdited(t *testing.T) {
	t.Parallel()
	testReceiver(t, func(s *testStore) {
		s.AddFewReceipts(func(all []storage.Receipt) { all[0].Body = []byte("{\xff}") })
	}, func(c *console) {
		c.press("g", "R")
		c.see("▸4 Receiver", "not text (UTF-8)")
	})
}

func TestComparingReceipts(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		c.press("g", " ", "=")
		c.see("Marked: 1. Mark two receipts with space")
		c.press("j")
		c.see("1 marked")
		c.press("=")
		c.see("Differences of two receipts", "/requestId", `- "r1"`, `+ "r2"`, "/messageDeliveryFeedback/feedbackStatus/value", `- "sent"`)
		c.press("esc", "G", "k", " ", "G", " ", "=")
		c.see("Marked: 3.")
		c.press("g", " ", "=")
		c.see("cannot be compared value by value")
	})
}

func TestResponseProfileBeforeAnythingArrived(t *testing.T) {
	t.Parallel()
	testFiring(t, func(c *console) {
		c.press("4", "o")
		c.see("How the receiver answers acme prod")
		c.press("j", "j", "enter")
		c.see("acme prod from now on: down")
	})
}

func TestATruncatedPaneSaysSo(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		c.size(80, 24)
		c.press("g", "j")
		c.see("↓5 more")
		c.press("enter")
		c.dontSee("more")
	})
}
