package tui

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"backchannel/storage"
)

// toField moves the cursor to the field with a label.
func (c *console) toField(label string) {
	c.t.Helper()
	for range 60 {
		for line := range strings.SplitSeq(c.screen(), "\n") {
			if strings.HasPrefix(line, " ▌ "+label) || strings.HasPrefix(line, " ▌▸ "+label) || strings.HasPrefix(line, "▌▸ "+label) {
				return
			}
		}
		c.press("tab")
	}
	c.t.Fatalf("the form has no field %q:\n%s", label, c.screen())
}

func TestTheFirstWebhookNeedsANameAndAChannel(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.see("No webhook yet", "n create a webhook")
		c.press("n")
		c.see("Create Feedback Webhook", "@receiver → https://127.0.0.1:9443/feedback/myImsOrg/prod", "▸ Delivery options classic, 10s, 6 attempts")
		c.write("acme")
		c.press("tab", "space", "ctrl+s")
		c.wait(time.Second)
		c.see("acme created. Press f to fire", "● active")
		got := c.store.AllWebhooks()
		if len(got) != 1 || got[0].Name != "acme" || !reflect.DeepEqual(got[0].Channels, []storage.Channel{storage.Email}) {
			t.Fatalf("got webhooks %+v, want one named acme for email", got)
		}
		got[0].ID, got[0].Version, got[0].Sandbox.ID = 0, 0, ""
		got[0].CreatedAt, got[0].UpdatedAt = time.Time{}, time.Time{}
		want := storage.NewWebhook()
		want.Name, want.Channels = "acme", []storage.Channel{storage.Email}
		if !reflect.DeepEqual(got[0], want) {
			t.Errorf("got webhook %+v, want the defaults %+v", got[0], want)
		}
	})
}

func TestErrorsAreShownBesideTheirFields(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.press("n", "tab")
		c.see("✗ Missing; give 1 to 64 characters")
		c.toField("Webhook URL")
		c.press("ctrl+u")
		c.write("http://x")
		c.press("tab")
		c.see("✗ http is refused")
		c.press("ctrl+s")
		c.see("▌ Webhook name", "choose at least one")
		if got := c.store.AllWebhooks(); len(got) != 0 {
			t.Errorf("got webhooks %+v, want none", got)
		}
	})
}

func TestConflictsAreShownBesideTheirFields(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		w := acme()
		w.Organization = "other"
		c.store.AddWebhook(w)
		c.store.AddWebhook(staging())
		c.wait(time.Second)
		c.press("n")
		c.write("acme prod")
		c.press("tab", "space")
		c.toField("Organization")
		c.press("ctrl+u")
		c.write("other")
		c.press("ctrl+s")
		c.see("▌ Webhook name", `✗ "acme prod" is taken`, `✗ webhook "acme prod" exists already`)
		c.press("x")
		c.toField("Sandbox")
		c.press("ctrl+u")
		c.write("dev")
		c.press("ctrl+s")
		c.wait(time.Second)
		c.see("acme prodx created")
	})
}

func TestOnlyApplicableFieldsAreShown(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.size(120, 60)
		c.press("n")
		c.dontSee("Algorithm", "Secret", "Token lifetime", "CA file")
		c.toField("Method")
		c.press("right")
		c.see("Algorithm ‹ HS256 ›", "Secret at least 32 bytes", "Issuer myImsOrg", "Subject feedback-webhook", "Audience 127.0.0.1")
		c.dontSee("Private key")
		c.toField("Algorithm")
		c.press("left", "left")
		c.see("ES512", "Private key")
		c.dontSee("Secret ")
		c.toField("Delivery options")
		c.press("space")
		c.see("Retry after 1s, 5s, 30s, 2m, 10m")
		c.dontSee("CA file")
		c.toField("Webhook URL")
		c.press("ctrl+u")
		c.write("https://hooks.example.com")
		c.see("CA file the system's", "Audience hooks.example.com")
	})
}

func TestAPastedKeySignsAndIsNeverShown(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	testConsole(t, func(c *console) {
		c.press("n")
		c.write("keyed")
		c.press("tab", "space")
		c.toField("Method")
		c.press("right", "tab")
		for !strings.Contains(c.screen(), "ES256") {
			c.press("right")
		}
		c.toField("Private key")
		c.paste(text)
		c.dontSee("BEGIN", "MIG")
		c.press("ctrl+s")
		c.wait(time.Second)
		c.see("keyed created")
		got := c.store.AllWebhooks()[0].Auth.JWT
		if got.Algorithm != "ES256" || got.Secret.Reveal() != text {
			t.Errorf("got %s and key %q, want ES256 and %q", got.Algorithm, got.Secret.Reveal(), text)
		}
		c.press("e")
		c.see("Private key •••• kept")
		c.dontSee("BEGIN")
	})
}

func TestEditKeepsSecretsThatWereNotReplaced(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.store.AddWebhook(acme())
		c.wait(time.Second)
		c.size(120, 60)
		c.press("e")
		c.see("Edit acme prod", "Secret •••• kept", "X-Key •••• kept")
		c.dontSee("hush", "sss")
		c.toField("Webhook name")
		c.write("2")
		c.press("ctrl+s")
		c.wait(time.Second)
		c.see("acme prod2 saved")
		want := acme()
		want.Name, want.Version = "acme prod2", 4
		got := c.store.AllWebhooks()[0]
		got.UpdatedAt = want.UpdatedAt
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got  %#v\nwant %#v", got, want)
		}
		c.press("e")
		c.toField("Secret")
		c.paste(strings.Repeat("n", 40))
		c.dontSee("nnn")
		c.press("ctrl+s")
		c.wait(time.Second)
		if got := c.store.AllWebhooks()[0].Auth.JWT.Secret.Reveal(); got != strings.Repeat("n", 40) {
			t.Errorf("got secret %q, want the pasted one", got)
		}
	})
}

func TestHeaderRows(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.store.AddWebhook(acme())
		c.wait(time.Second)
		c.size(120, 60)
		c.press("e")
		c.toField("Headers")
		c.see("enter add   ctrl+x remove   alt+↑↓ move   space secret   tab next")
		c.press("alt+down")      // moves X-Team below X-Key
		c.press("down", "enter") // the line that adds
		c.write("Host")
		c.press("tab")
		c.write("example.com")
		c.press("tab", "tab", "tab")
		c.see("[ ] secret ✗ Host is set by backchannel itself")
		c.press("ctrl+s")
		c.see("Edit acme prod", "✗ Host is set")
		c.press("ctrl+u")
		c.write("X-New")
		c.press("ctrl+s")
		c.wait(time.Second)
		c.see("acme prod saved")
		want := []storage.HeaderField{{Name: "X-Key", Value: "hush", Secret: true}, {Name: "X-Team", Value: "crm"}, {Name: "X-New", Value: "example.com"}}
		if got := c.store.AllWebhooks()[0].Headers; !reflect.DeepEqual(got, want) {
			t.Errorf("got headers %+v, want %+v", got, want)
		}
	})
}

func TestEveryInvalidHeaderHasAnError(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.size(120, 60)
		c.press("n")
		c.toField("Headers")
		for _, h := range []struct{ name, value string }{{"Host", "x"}, {"X-A", "1"}, {"bad name", "1"}, {"x-a", "2"}, {"", "no name"}} {
			c.press("enter")
			c.write(h.name)
			c.press("tab")
			c.write(h.value)
			c.press("tab", "tab")
		}
		c.see("✗ Host is set by backchannel itself", `✗ "bad name" is not a valid HTTP field name`, "✗ X-A is set twice, first in row 2; keep one", "✗ The name is missing; give an HTTP field name")
		c.toField("Webhook name")
		c.write("acme")
		c.press("tab", "space", "ctrl+s")
		c.see("▌ Headers")
		c.press("!")
		c.see("Host!")
		c.dontSee("Host is set")
	})
}

func TestEscAsksBeforeChangesAreLost(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.press("n", "esc")
		c.see("No webhook yet")
		c.press("n")
		c.write("x")
		c.press("esc")
		c.see("Leave without saving?")
		c.press("n")
		c.see("Create Feedback Webhook")
		c.dontSee("Leave without saving?")
		c.press("esc", "y")
		c.see("No webhook yet")
	})
}

func TestSavingOverAnothersChangeLosesNothing(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.size(120, 60)
		c.store.AddWebhook(acme())
		c.wait(time.Second)
		c.press("e")
		c.write(" mine")
		c.toField("Headers")
		c.write("2")
		c.store.ChangeWebhook(acme().ID, func(theirs *storage.Webhook) {
			theirs.Organization, theirs.Auth.JWT.Secret = "theirs", storage.Secret(strings.Repeat("t", 32))
			theirs.Headers = []storage.HeaderField{{Name: "X-Theirs", Value: "theirs", Secret: true}}
		})
		c.press("ctrl+s")
		c.see("Changed meanwhile", "y bring it in", "n keep typing")
		c.press("n")
		c.see("acme prod mine", "myImsOrg", "X-Team2")
		c.press("ctrl+s", "y")
		c.see("acme prod mine", "Organization theirs", "▌ Headers X-Team2", "Brought in: Organization, Secret. Your changes are kept")
		c.see("→ brought in: this was saved elsewhere meanwhile", "→ this was changed elsewhere too; yours replaces it")
		if n := strings.Count(c.screen(), "brought in: "); n != 2 { // the organization, and the secret, of which nothing is shown
			t.Errorf("got %d fields marked as brought in, want 2:\n%s", n, c.screen())
		}
		c.dontSee("X-Theirs")
		c.press("ctrl+s")
		c.wait(time.Second)
		c.see("acme prod mine saved")
		got := c.store.AllWebhooks()[0]
		want := []storage.HeaderField{{Name: "X-Team2", Value: "crm"}, {Name: "X-Key", Value: "hush", Secret: true}}
		if !reflect.DeepEqual(got.Headers, want) || got.Auth.JWT.Secret.Reveal() != strings.Repeat("t", 32) {
			t.Errorf("got webhook %+v, want its headers %+v and the secret of the other change", got, want)
		}
	})
}

func TestSavingADeletedWebhookCreatesIt(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.store.AddWebhook(acme())
		c.wait(time.Second)
		c.press("e")
		c.write(" mine")
		_, err := c.store.DeleteWebhook(c.m.env.Context, acme().ID)
		c.must(err)
		c.press("ctrl+s")
		c.see("acme prod was deleted elsewhere; submit again to create it anew", "Create Feedback Webhook", "acme prod mine")
		c.press("ctrl+s")
		c.wait(time.Second)
		c.see("acme prod mine created")
		if got := c.store.AllWebhooks()[0]; got.Auth.JWT.Secret != acme().Auth.JWT.Secret {
			t.Errorf("got webhook %+v, want the secret of the deleted one", got)
		}
	})
}

func TestADuplicateSaysThatItsSecretsAreCopies(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.size(120, 60)
		c.store.AddWebhook(acme())
		c.wait(time.Second)
		c.press("D")
		c.see("Create Feedback Webhook", "acme prod copy", "Secret •••• copied", "X-Key •••• copied")
		c.press("ctrl+s")
		c.see("▌ Sandbox ", "✗ Missing")
		c.write("stage")
		c.press("ctrl+s")
		c.wait(time.Second)
		got := c.store.AllWebhooks()[1]
		if got.Sandbox.Name != "stage" || got.Sandbox.ID == acme().Sandbox.ID || got.Auth.JWT.Secret != acme().Auth.JWT.Secret || got.Headers[1].Value != "hush" {
			t.Errorf("got duplicate %+v, want the secrets of the original and a sandbox of its own", got)
		}
	})
}

func TestAnErrorInAClosedSectionOpensIt(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.size(120, 60)
		c.press("n")
		c.toField("Delivery options")
		c.press("space")
		c.toField("Timeout")
		c.press("ctrl+u")
		c.write("soon")
		c.press("shift+tab", "shift+tab", "space")
		c.see("▸ Delivery options ✗ a field in here has an error")
		c.press("ctrl+s")
		c.see("▌ Webhook name", "▾ Delivery options", `✗ "soon" is not a valid duration`)
	})
}

func TestAFailingStoreSavesNothingAndSaysSo(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.press("n")
		c.write("acme")
		c.press("tab", "space")
		c.store.fail = errors.New("create webhook: the disk is full; make room")
		c.press("ctrl+s")
		c.see("the disk is full; make room", "Create Feedback Webhook", "acme")
	})
}

func TestFormKeysAreText(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.press("n")
		c.write("q1?:zTnf/y")
		c.see("q1?:zTnf/y", "Create Feedback Webhook")
		c.press("ctrl+p")
		c.see("Commands", "Submit the form")
	})
}
