package tui

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/tui/tuitest"

	tea "github.com/charmbracelet/bubbletea"
)

// Typing in the picker narrows it, and enter never chooses a webhook that was not meant.
func TestTypingInThePickerOfWebhooksNarrows(t *testing.T) {
	t.Parallel()
	names := []string{"acme prod", "kafka hook", "prod", "qa 2", "staging"}
	for _, test := range []struct {
		keys []string
		see  string // on the screen before enter
		want string
	}{
		{[]string{"s", "t", "a", "g", "enter"}, "/ stag▏", "staging"},
		{[]string{"k", "enter"}, "/ k▏", "kafka hook"},
		{[]string{"q", "enter"}, "/ q▏", "qa 2"},
		{[]string{"P", "R", "O", "D", "enter"}, "/ PROD▏", "prod"}, // the complete name before a part of another
		{[]string{"p", "r", "o", "d", "down", "enter"}, "▌    acme prod", "acme prod"},
		{[]string{"h", "o", "o", "k", " ", "k", "a", "enter"}, "/ hook ka▏", "kafka hook"},
		{[]string{"z", "z", "enter"}, "no item matches", ""},
		{[]string{"z", "backspace", "enter"}, "type to find", "acme prod"},
		{[]string{"z", "ctrl+u", "down", "enter"}, "type to find", "kafka hook"},
		{[]string{"2", "enter"}, "/ 2▏", "qa 2"}, // a digit within a name is text
		{[]string{"3"}, "", "prod"},
		{[]string{"m", "y", "I", "m", "s", "enter"}, "/ myIms▏", "acme prod"}, // its organization
	} {
		t.Run(fmt.Sprint(test.keys), func(t *testing.T) {
			testConsole(t, func(c *console) {
				var all []storage.Webhook
				for i, name := range names {
					w := acme()
					w.Name, w.Sandbox.Name = name, fmt.Sprint("box", i)
					all = append(all, w)
				}
				c.store.AddWebhooks(all...)
				c.wait(time.Second)
				c.press("f", "w")
				last := len(test.keys) - 1
				c.press(test.keys[:last]...)
				if test.see != "" {
					c.see(test.see)
				}
				c.press(test.keys[last])
				if test.want == "" {
					c.see("Fire at which webhook?")
					return
				}
				c.see("Fire at " + test.want)
				c.dontSee("Fire at which webhook?")
			})
		})
	}
}

func TestTypingNarrowsMenusOfChoices(t *testing.T) {
	t.Parallel()
	testFiring(t, func(c *console) {
		c.press("f", "!")
		c.write("tamp")
		c.see("/ tamp▏", "tampered-body")
		c.dontSee("alg-none")
		c.press("enter")
		c.wait(time.Second)
		if got := c.store.AllEvents(); len(got) != 1 || got[0].Misbehave != storage.MisbehaveTamperedBody {
			t.Errorf("fired %+v, want one event with %s", got, storage.MisbehaveTamperedBody)
		}
		c.press("f", "!", "j", "j", "enter") // j moves if no word begins with it
		c.wait(time.Second)
		if got := c.store.AllEvents(); len(got) != 2 || got[1].Misbehave != storage.Misbehaviours()[2] {
			t.Errorf("fired %+v, want a second event with %s", got, storage.Misbehaviours()[2])
		}
		c.press("y")
		c.write("sandbox")
		c.press("enter")
		if want := []string{acme().Sandbox.ID}; !slices.Equal(c.copied, want) {
			t.Errorf("copied %q, want %q", c.copied, want)
		}
	})
}

func TestASavedFixtureIsFoundByTyping(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.store.AddTwoWebhooks()
		for _, name := range []string{"2nd-try", "join", "late"} {
			fixture := storage.SavedFixture{Name: name, Channel: storage.Email, Status: storage.StatusBounce, Revision: storage.Classic, Payload: []byte(`{}`)}
			c.must(c.store.SaveFixture(c.m.env.Context, fixture))
		}
		c.wait(time.Second)
		c.press("f", "F", "2")
		c.see("/ 2▏", "2nd-try")
		c.dontSee("join")
		c.press("backspace", "j")
		c.see("/ j▏", "join")
		c.dontSee("late")
	})
}

// The palette finds the words of the footer first, then titles that contain the words typed, then
// titles in which words begin with them.
func TestThePaletteFindsWordsOfTheFooter(t *testing.T) {
	everywhere := map[string]string{
		"clear": "Clear the receiver?", "diff": "Differences", "response": "How the receiver answers", "bounce": "bounce, email → acme prod queued",
		"sent": "sent, email → acme prod queued", "error": "error, email → acme prod queued", "burst": "Burst at acme prod", "misbehave": "Misbehave at acme prod",
		"export": "Export receipts as", "new": "Create Feedback Webhook", "edit": "Edit", "duplicate": "acme prod copy", "delete": "Delete acme prod?",
		"help": "Keys", "copy": "Copy", "channel": "channel sms", "variant": "Which bounce?", "note": "Note on", "fire": "Fire at acme prod",
		"fixture": "Save", "activity": "▸5 Activity", "deliveries": "▸3 Deliveries", "cancel": "Cancel this delivery?", "another": "Fire at which webhook?",
		"life": "A message's life", "creat": "Create Feedback Webhook", "re-nothing": "no command matches",
	}
	ofCampaign := map[string]string{
		"new": "Create campaign", "creat": "Create campaign", "edit": "Edit welcome", "duplicate": "welcome copy",
	}
	for _, view := range []string{"1", "2", "3", "4", "5"} {
		for typed, want := range everywhere {
			switch nearer, has := ofCampaign[typed]; {
			case typed == "edit" && view == "4":
				want = "Edit and resend" // the receipt's body, because the detail has the focus
			case has && view == "2":
				want = nearer
			}
			t.Run(view+" "+typed, func(t *testing.T) {
				t.Parallel()
				testConsole(t, func(c *console) {
					c.rapid = true
					c.store.AddTwoWebhooks()
					c.store.AddCampaign(tuitest.Welcome())
					r := arrived(1, storage.StatusBounce)
					r.Body = []byte(`{"a":1}`)
					c.store.Receive(r)
					c.wait(time.Second)
					c.press("f", "b")   // so that there is something to fire again
					c.wait(time.Minute) // until the toast has expired
					c.press(view, ":")
					c.write(typed)
					c.press("enter")
					c.wait(200 * time.Millisecond)
					c.see(want)
				})
			})
		}
	}
}

// A disabled action says why, and nothing else is done instead.
func TestThePaletteSaysWhyNot(t *testing.T) {
	t.Parallel()
	testReceiver(t, twoWebhooks, func(c *console) {
		for _, typed := range []string{"clear", "diff", "pin"} {
			c.press(":")
			c.write(typed)
			c.press("enter")
			c.see("there is no receipt to do that with")
			c.wait(10 * time.Second)
		}
		c.press("1", ":")
		c.write("diff")
		c.press("enter")
		c.wait(time.Second)
		c.see("▸4 Receiver", "there is no receipt to do")
	})
}

// Several keys in one read wait for the records on which they act, and keep their order.
func TestKeysWaitForTheirRows(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		keys string
		want int // which receipt is selected
	}{
		{"4gj", 2}, {"4gjj", 3}, {"4Gkk", 998}, {"4gGk", 999}, {"4gjjGkg", 1}, {"4jgjjk", 2}, {"4g1454j", 2},
	} {
		t.Run(test.keys, func(t *testing.T) {
			testConsole(t, func(c *console) {
				c.store.AddManyReceipts(1000)
				c.wait(time.Second)
				c.deliver(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(test.keys)})
				c.settle()
				if got := receiverOf(c).List().SelectedID() - arrived(0, "").ID; int(got) != test.want {
					t.Errorf("got receipt %d selected, want %d", got, test.want)
				}
			})
		})
	}
}

func TestManyKeysAtOncePassTheLoadedPage(t *testing.T) {
	t.Parallel()
	testReceiver(t, manyReceipts(1000), func(c *console) {
		list := receiverOf(c).List()
		for range 5 {
			c.deliver(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk")})
		}
		for range 10 {
			c.deliver(keyMsg("up"))
		}
		c.settle()
		if got := list.SelectedID() - arrived(0, "").ID; got != 1000-310 {
			t.Errorf("got receipt %d selected, want %d", got, 1000-310)
		}
	})
}

func TestKeysAfterOneThatReads(t *testing.T) {
	t.Parallel()
	testReceiver(t, manyReceipts(3), func(c *console) {
		c.deliver(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("1dy")})
		c.wait(time.Second)
		c.see("acme prod deleted")
		c.deliver(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("4o2")})
		c.wait(time.Second)
		c.see("from now on: " + storage.Presets()[1].Name)
		c.deliver(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("gjy1")})
		c.wait(time.Second)
		if want := string(arrived(2, storage.StatusSent).Body); len(c.copied) != 1 || c.copied[0] != want {
			t.Errorf("copied %q, want %q\n%s", c.copied, want, c.screen())
		}
	})
}

// f directly after ctrl+s fires at the webhook that was just created.
func TestFiringDirectlyAfterSubmitting(t *testing.T) {
	t.Parallel()
	testFiring(t, func(c *console) {
		c.press("n")
		c.write("brand new")
		c.press("tab", "space", "tab", "tab", "tab", "ctrl+u")
		c.write("new")
		c.deliver(keyMsg("ctrl+s"))
		c.deliver(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("fs")})
		c.settle()
		c.wait(time.Second)
		hook, err := c.store.WebhookByName(c.m.env.Context, "brand new")
		c.must(err)
		if events := c.store.AllEvents(); len(events) != 1 || events[0].WebhookID != hook.ID {
			t.Errorf("fired %+v, want one event at the new webhook", events)
		}
	})
}

// Keys that wait for rows are handled even if the rows cannot be read.
func TestAFailedReadReleasesTheKeys(t *testing.T) {
	t.Parallel()
	testReceiver(t, manyReceipts(1000), func(c *console) {
		c.store.fail = fmt.Errorf("the disk is gone")
		c.deliver(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("g1")})
		c.wait(time.Second)
		c.see("▸1 Webhooks")
	})
}
