package tui

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"backchannel/tui/screen"

	"backchannel/storage"
)

// The form shows the warnings that the command prints after saving.
func TestTheFormWarnsAsTheCommandDoes(t *testing.T) {
	t.Parallel()
	denied := func(_ context.Context, path string) ([]byte, error) {
		if strings.HasPrefix(path, "/secret") {
			return nil, &fs.PathError{Op: "open", Path: path, Err: os.ErrPermission}
		}
		return nil, &fs.PathError{Op: "open", Path: path, Err: os.ErrNotExist}
	}
	for _, test := range []struct {
		name string
		fill func(*console)
		want []string
	}{
		{"a CA file that does not exist", func(c *console) {
			c.toField("Webhook URL")
			c.press("ctrl+u")
			c.write("https://hooks.example.com")
			c.toField("Delivery options")
			c.press("space")
			c.toField("CA file")
			c.write("/nowhere/ca.pem")
		}, []string{"▲ acme saved, but delivery.tls.caFile: /nowhere/ca.pem cannot be read now (file does not exist)"}},
		{"a secret's file that may not be read", func(c *console) {
			c.toField("Method")
			c.press("right")
			c.toField("Secret")
			c.write("file:/secret/key")
		}, []string{"▲ acme saved, but auth.secret:", "permission denied", "deliveries fail until then"}},
		{"an environment variable that is not set", func(c *console) {
			c.toField("Method")
			c.press("right")
			c.toField("Secret")
			c.write("env:NOWHERE")
		}, []string{"▲ acme saved, but auth.secret:", "NOWHERE is not set"}},
		{"a PEM for a password", func(c *console) {
			c.toField("Method")
			c.press("right")
			c.toField("Secret")
			c.paste("-----BEGIN PRIVATE KEY-----\nMIIEMIIEMIIEMIIEMIIEMIIEMIIEMIIE\n-----END PRIVATE KEY-----\n")
		}, []string{"▲ acme saved, but auth.secret: contains a PEM"}},
		{"no warning", func(*console) {}, []string{"✓ acme saved"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			testConsole(t, func(c *console) {
				hook := storage.NewWebhook()
				hook.Name, hook.Channels = "acme", storage.Channels()
				hook.Organization = "0123456789ABCDEF01234567@AdobeOrg"
				c.store.AddWebhook(hook)
				c.readFile = denied
				c.wait(time.Second)
				c.press("e")
				test.fill(c)
				c.press("ctrl+s")
				c.see(test.want...)
			})
		})
	}
}

func TestAProfileWithASettingWithoutEffectGivesAWarning(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		c.press("o", "8")
		c.see("Apply")
		c.press("ctrl+u")
		c.write("204")
		for range 8 {
			c.press("tab")
		}
		c.write("a body")
		c.press("ctrl+s")
		c.see("▲", "but body: is not sent: 204 and 304 have none")
	})
}

// All errors are reported at once, including conflicts with other webhooks and errors in files.
func TestATakenSandboxIsReportedWithTheOtherErrors(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.store.AddWebhook(acme())
		c.readFile = func(_ context.Context, path string) ([]byte, error) {
			if path == "/ca" {
				return []byte("no certificate"), nil
			}
			return nil, fs.ErrNotExist
		}
		c.wait(time.Second)
		c.size(120, 60)
		c.press("n")
		c.write("acme prod")
		c.toField("Webhook URL")
		c.press("ctrl+u")
		c.write("https://x.example")
		c.toField("Delivery options")
		c.press("space")
		c.toField("CA file")
		c.write("/ca")
		c.press("ctrl+s")
		c.see("choose at least one", `✗ "acme prod" is taken`, `✗ webhook "acme prod" exists already`, "✗ /ca: it holds no PEM certificate")
		c.see("▌ Channels") // found by the form itself
		c.toField("Sandbox")
		c.press("ctrl+u")
		c.write("qa")
		c.dontSee("exists already")
		c.store.fail = errors.New("the disk is full")
		c.press("ctrl+s")
		c.see("choose at least one") // an error that needs no other webhook
	})
}

func TestAWebhookPausedBy410NamesTheKeyThatActivatesIt(t *testing.T) {
	t.Parallel()
	const advice = "a in Webhooks activates it"
	testConsole(t, func(c *console) {
		c.store.AddWebhook(acme())
		d := c.store.AddDelivery(bounce())
		c.store.Attempt(d.ID, storage.Outcome{
			State: storage.Failed, PauseWebhook: "410 Gone",
			Attempt: storage.Attempt{
				Code: 410, ErrorClass: storage.ClassStatus,
				Error: "answered 410 Gone; it wants no more events, so the webhook is paused now: " + storage.ResumeAdvice("acme prod"),
			},
		})
		c.wait(time.Second)
		c.size(90, 50)
		c.press("enter")
		c.see(advice)
		c.press("3")
		c.see("paused now: " + advice)
		c.send(screen.QueuedMsg{Queued: []storage.Delivery{d}})
		c.settle()
		c.see("failed: answered 410 Gone; it wants no more events, so the webhook is paused now: " + advice)
		c.press("5")
		c.see("410 Gone; " + advice)
		c.dontSee("backchannel webhook resume")
	})
}

// bounce is an event for acme.
func bounce() storage.Event {
	return storage.Event{WebhookID: acme().ID, Channel: storage.Email, Status: storage.StatusBounce, Payload: []byte("{}")}
}

// reportOf has the console report the state of a delivery in a toast.
func reportOf(c *console, d storage.Delivery) {
	c.send(screen.QueuedMsg{Queued: []storage.Delivery{d}})
}

// A toast does not count down as the list does, so it names a time.
func TestAToastOfARetryNamesItsTime(t *testing.T) {
	t.Parallel()
	testFiring(t, func(c *console) {
		d := c.store.AddDelivery(bounce())
		c.store.Attempt(d.ID, storage.Outcome{
			State: storage.Retrying, NextAttemptAt: noon().Add(35 * time.Second),
			Attempt: storage.Attempt{Code: 503, ErrorClass: storage.ClassStatus, Error: "answered 503"},
		})
		reportOf(c, d)
		c.see("retrying at 12:05:04: answered 503")
		c.wait(6 * time.Second)
		c.see("retrying at 12:05:04: answered 503")
		c.dontSee("in 35 s")
		c.openBreaker(noon().Add(time.Minute))
		reportOf(c, c.store.AddDelivery(bounce()))
		c.see("the next attempt is at 12:05:29")
	})
}
