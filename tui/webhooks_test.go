package tui

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"backchannel/storage"
)

// inventoryConsole runs a test with two webhooks in the inventory.
func inventoryConsole(t *testing.T, test func(*console)) {
	t.Helper()
	testConsole(t, func(c *console) {
		c.store.AddTwoWebhooks()
		c.wait(time.Second)
		test(c)
	})
}

func TestInventoryShowsWhatIsConfiguredAndLastDelivered(t *testing.T) {
	t.Parallel()
	inventoryConsole(t, func(c *console) {
		c.size(200, 50)
		c.see("acme prod email, sms JWT HS256 prod ● active ✗ failed 12:03:29 @receiver myImsOrg")
		c.see("Secret ••••", "X-Key ••••", "answered 401 Unauthorized", "→ https://127.0.0.1:9443/feedback/myImsOrg/prod")
		c.dontSee("hush", "sss")
		c.press("j")
		c.see("‖ the endpoint answered 410 Gone", "certificates are not verified", "No event yet. f fires one.", "2 of 2")
	})
}

func TestTheFirstScreenFitsBelowABanner(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.store.SetRuntime(func(rt *storage.Runtime) {
			rt.ReceiverURL, rt.ReceiverError = "", strings.Repeat("the port is in use ", 8)
		})
		c.wait(time.Second)
		c.size(60, 20)
		c.see("Feedback webhook settings", "watch it arrive, verified")
	})
}

func TestPauseAndActivate(t *testing.T) {
	t.Parallel()
	inventoryConsole(t, func(c *console) {
		c.press("a")
		c.wait(time.Second)
		c.see("acme prod paused: events are queued, not sent", "‖ paused", "a activate")
		c.press("a")
		c.wait(time.Second)
		c.see("acme prod active")
		if got := c.store.AllWebhooks()[0]; got.State != storage.Active {
			t.Errorf("got state %s, want %s", got.State, storage.Active)
		}
	})
}

func TestDelete(t *testing.T) {
	t.Parallel()
	inventoryConsole(t, func(c *console) {
		c.press("d")
		c.see("Delete acme prod?", "y delete", "▌ n keep")
		c.press("enter")
		c.dontSee("Delete acme prod?")
		c.press("d", "y")
		c.wait(time.Second)
		c.see("acme prod deleted", "1 of 1")
	})
}

func TestDeletingAWebhookWithAQueueNeedsTheName(t *testing.T) {
	t.Parallel()
	inventoryConsole(t, func(c *console) {
		c.store.AddDelivery(bounce())
		c.press("d")
		c.see("1 delivery is queued and will be cancelled", "Type acme prod to delete")
		c.press("enter")
		c.see("✗ Nothing was typed")
		c.write("acme")
		c.press("enter")
		c.see("Delete acme prod?", `✗ "acme" is not "acme prod": correct it, or esc to keep.`)
		c.write(" prod")
		c.dontSee("is not")
		c.press("enter")
		c.wait(time.Second)
		c.see("acme prod deleted, 1 queued cancelled")
	})
}

func TestDuplicateLeavesTheSandboxEmpty(t *testing.T) {
	t.Parallel()
	inventoryConsole(t, func(c *console) {
		c.press("D")
		c.see("Create Feedback Webhook", "acme prod copy", "Secret •••• copied")
		c.press("ctrl+s")
		c.see("▌ Sandbox", "✗ Missing")
		c.write("qa")
		c.press("ctrl+s")
		c.wait(time.Second)
		c.see("acme prod copy created", "2 of 3")
		if got := c.store.AllWebhooks()[1]; got.Name != "acme prod copy" || got.Auth.JWT.Secret != acme().Auth.JWT.Secret || got.Sandbox.ID == acme().Sandbox.ID {
			t.Errorf("got copy %+v, want the secrets of the original and a sandbox of its own", got)
		}
	})
}

func TestFilterInventory(t *testing.T) {
	t.Parallel()
	inventoryConsole(t, func(c *console) {
		c.press("/")
		c.write("SMS hooks")
		c.see("staging", "1 of 1")
		c.press("enter", "esc")
		c.see("acme prod", "of 2")
		c.press("/")
		c.write("zq")
		c.see("Nothing matches the filter", "0 of 0")
		c.press("esc")
		c.see("2 of 2", "▌ staging") // the earlier position
		if c.quit {
			t.Error("a letter of the filter quits the console")
		}
	})
}

func TestSelectionSticksToItsWebhook(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		all := make([]storage.Webhook, 50)
		for i := range all {
			all[i] = acme()
			all[i].Name, all[i].Sandbox.Name = fmt.Sprintf("hook %02d", i+10), fmt.Sprint("box", i)
		}
		c.store.AddWebhooks(all...)
		c.wait(time.Second)
		for range 10 {
			c.press("j")
		}
		c.press("jjjjjjjjjjjjjjjjjjjj") // a key that is held down, over a slow line
		c.see("▌ hook 40", "31 of 50")
		for _, size := range sizes() {
			c.size(size[0], size[1])
			c.see("▌ hook 40")
		}
		first := acme()
		first.Name = "a new one"
		c.store.AddWebhooks(first)
		c.wait(time.Second)
		c.see("▌ hook 40", "32 of 51")
	})
}

func TestReadErrorsAreShown(t *testing.T) {
	t.Parallel()
	inventoryConsole(t, func(c *console) {
		c.store.fail = errors.New("the database is damaged; run doctor")
		c.must(c.store.SetWebhookState(c.m.env.Context, staging().ID, storage.Paused, ""))
		c.wait(time.Second)
		c.see("▲", "the database is damaged; run doctor", "acme prod")
	})
}

func TestCopyMenu(t *testing.T) {
	t.Parallel()
	inventoryConsole(t, func(c *console) {
		c.press("y", "1")
		c.see("URL copied")
		if got := strings.Join(c.copied, " "); got != "https://127.0.0.1:9443/feedback/myImsOrg/prod" {
			t.Errorf("got copied texts %q, want the URL", got)
		}
	})
}

func TestPaneKeys(t *testing.T) {
	t.Parallel()
	inventoryConsole(t, func(c *console) {
		c.press("enter")
		c.see("│▌acme prod")
		c.press("z")
		c.dontSee("Outcome")
		c.press("q")
		c.see("Outcome")
		c.press("z", "esc")
		c.see("│", "Outcome")
		if c.quit {
			t.Error("q in a pane quits the console")
		}
	})
}
