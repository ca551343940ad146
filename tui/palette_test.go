package tui

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/tui/screen"
)

// command runs a command of the palette.
func (c *console) command(text string) {
	c.press(":")
	c.write(text)
	c.press("enter")
	c.wait(200 * time.Millisecond)
}

func TestThePaletteTakesArguments(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string][]string{
		"fire bounce":         {"bounce, email → hook"},
		"fire delivered hook": {"delivered, email → hook"},
		"FIRE sent HOO":       {"sent, email → hook"},
		"fire err ho":         {"error, email → hook"},
		"filter orders":       {"▸2 Campaigns", "/ orders"},
		"go deliveries":       {"▸3 Deliveries", "esc back to Campaigns"},
		"go act":              {"▸5 Activity"},
		"go campaign Orders":  {"▸2 Campaigns"},
		"go camp ord":         {"▸2 Campaigns"},
		"go webhook hook":     {"▸1 Webhooks", "esc back to Campaigns"},
		"go check hook":       {"Endpoint check of hook", "esc back to Campaigns"},
		"go calls":            {"Calls of the execution API"},
		"go messages":         {"Messages"},
		"go to rec":           {"▸4 Receiver"}, // an action without arguments
		"open HUMA-1":         {"give the ID of", "has 11 characters, this has 6"},
		"open HUMA-12345678":  {"no record has the ID HUMA-12345678", "another data folder"},
		"open 00000000001":    {"no record has the ID 00000000001"},
		"fire bounec hook":    {`there is no event "bounec"; did you mean "bounce"?`, "use sent, delivered, bounce or error"},
		"fire bounce hok":     {`no webhook is called "hok"; did you mean`},
		"go campaign orsers":  {`no campaign is called "orsers"; did you mean`, `"Orders"?; use one of Orders`},
		"go campain orders":   {`there is no place "campain"; did you mean "campaign"?`}, //nolint:misspell // on purpose
		"go activity now":     {`activity takes no name; remove "now"`},
		"go \x1b[2J":          {`there is no place "`},
	} {
		t.Run(typed, func(t *testing.T) {
			t.Parallel()
			testHistory(t, func(c *console) {
				c.wait(time.Minute)
				c.press("2")
				c.command(typed)
				c.see(want...)
			})
		})
	}
}

// open with any ID opens its record, and esc leads back.
func TestThePaletteOpensAnyID(t *testing.T) {
	t.Parallel()
	testHistory(t, func(c *console) {
		ctx, call := c.m.env.Context, newestExecution(c)
		deliveries, err := c.store.Deliveries(ctx, storage.DeliveryQuery{Limit: 1})
		c.must(err)
		receipts, err := c.store.Receipts(ctx, storage.ReceiptQuery{Limit: 1})
		c.must(err)
		messages, err := c.store.Messages(ctx, storage.MessageQuery{Limit: 1})
		c.must(err)
		campaigns, err := c.store.Campaigns(ctx)
		c.must(err)
		hook := c.store.AllWebhooks()[0]
		run := storage.CheckRun{WebhookID: hook.ID}
		c.must(c.store.RequestCheck(ctx, &run))
		for id, see := range map[string]string{
			deliveries[0].ID.String(): "▸3 Deliveries",
			receipts[0].ID.String():   "▸4 Receiver",
			hook.ID.String():          "▸1 Webhooks",
			campaigns[0].ID.String():  "▸2 Campaigns",
			campaigns[0].UUID:         "▸2 Campaigns",
			campaigns[0].VersionID:    "▸2 Campaigns",
			call.ID.String():          "Executions of Orders",
			call.ExecutionID:          "Executions of Orders",
			messages[0].ID.String():   "Messages of " + messages[0].ExecutionID,
			run.ID.String():           "Endpoint check of hook",
		} {
			c.press("5", "g")
			c.wait(time.Minute)
			before := where(c)
			c.command("open " + id)
			c.see(see)
			if c.covered() {
				t.Fatalf("the palette is still open after open %s", id)
			}
			for range 3 {
				if where(c) != before {
					c.press("esc")
				}
			}
			if got := where(c); got != before {
				t.Errorf("esc leads from %s to %s, want %s", id, got, before)
			}
		}
	})
}

// wantListed fails unless the palette lists these commands first.
func wantListed(c *console, want ...string) {
	c.t.Helper()
	_, list, _ := strings.Cut(c.screen(), "Commands")
	var got []string
	for line := range strings.Lines(list) {
		if parts := strings.Split(line, "│"); len(parts) > 2 {
			got = append(got, squeeze(strings.Trim(parts[len(parts)/2], " ▌")))
		}
	}
	if len(got) < len(want)+2 || !slices.Equal(got[2:len(want)+2], want) {
		c.t.Fatalf("got commands %q, want %q first:\n%s", got, want, c.screen())
	}
}

func (c *console) covered() bool { return c.m.covered() }

// A complete name means that webhook, even if another name ends with it.
func TestThePalettePrefersTheCompleteName(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		for i, name := range []string{"acme prod", "prod", "prod eu"} {
			w := acme()
			w.ID, w.Name, w.Sandbox.Name = 0, name, "dev"+strconv.Itoa(i)
			c.store.AddWebhook(w)
		}
		c.wait(time.Second)
		c.press(":")
		c.write("fire sent prod")
		wantListed(c, "fire sent prod", "fire sent prod eu", "fire sent acme prod")
		c.press("esc", ":")
		c.write("go webhook Prod")
		wantListed(c, "go webhook prod", "go webhook prod eu", "go webhook acme prod")
	})
}

// A filter whose key the front list does not have leads to the views that have it.
func TestThePaletteFiltersElsewhere(t *testing.T) {
	t.Parallel()
	testHistory(t, func(c *console) {
		c.press("1", ":")
		c.write("filter status:sent")
		wantListed(c, "filter status:sent in Deliveries", "filter status:sent in Receiver")
		c.press("enter")
		c.wait(time.Second)
		c.see("▸3 Deliveries", "/ status:sent", "esc back to Webhooks")
		c.press(":")
		c.write("filter status:sent")
		wantListed(c, "filter status:sent")
		c.press("esc", "esc")
		c.see("▸1 Webhooks")
		c.press(":")
		c.write("filter nosuchkey:sent")
		c.see("✗ ")
		c.dontSee("in Deliveries")
	})
}

// The command that was used last comes first, with its arguments.
func TestThePaletteListsTheLatestFirst(t *testing.T) {
	t.Parallel()
	testHistory(t, func(c *console) {
		c.command("go campaign orders")
		c.command("fire delivered hook")
		c.command("zoom")
		c.press(":")
		wantListed(c, "Zoom the focused pane, and back z", "fire delivered hook", "go campaign Orders")
		c.press("down", "down", "enter")
		c.see("▸2 Campaigns")
		c.press("1", ":")
		wantListed(c, "go campaign Orders", "Zoom the focused pane, and back z", "fire delivered hook")
	})
}

// Tab completes a command and its arguments. Enter does so too if arguments are missing.
func TestThePaletteCompletes(t *testing.T) {
	t.Parallel()
	testHistory(t, func(c *console) {
		c.press(":")
		c.write("fire webhook")
		c.press("tab")
		c.see("fire ▏", "fire sent at hook")
		c.write("bo")
		c.press("tab")
		c.see("fire bounce▏")
		c.press("down", "tab")
		c.see("fire bounce hook▏")
		c.press("esc", ":")
		c.write("go campaign NAME")
		c.press("enter")
		c.see("go ▏", "go webhooks")
		if c.m.views.current != screen.ViewCampaigns {
			t.Errorf("the view is %s, want Campaigns still", c.m.views.title(c.m.views.current))
		}
	})
}
