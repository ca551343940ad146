package main

import (
	"strings"
	"testing"
)

// A new user of campaigns creates a webhook and a campaign, makes a call, and looks at the events of a
// message and at the receipt of the last one.
func TestFromAnEmptyFolderToTheLifeOfAMessage(t *testing.T) {
	t.Parallel()
	const tab, submit, clearLine = "\t", "\x13", "\x15"
	s := startConsole(t)
	s.press("n")
	s.see("Create Feedback Webhook")
	s.press("acme" + tab + " " + submit) // its channel is email
	s.see("acme created")

	s.press("2")
	s.see("No campaign yet")
	s.press("n")
	s.see("Create campaign")
	s.press("welcome" + strings.Repeat(tab, 8) + " ") // Enable webhooks
	s.see("webhook acme gets the events")
	s.press(strings.Repeat(tab, 3) + " ") // Backchannel's own
	s.see("Outcome rules")
	s.press(strings.Repeat(tab, 7) + clearLine + "1000" + submit) // Speed
	s.see("welcome created as a draft")
	s.press("a")
	s.see("welcome is live")

	s.press("E")
	s.see("Execute welcome")
	s.press("d")
	s.see("welcome executed: 202 HUMA-", "events planned: 2")
	s.press("\r")
	s.see("Executions of welcome")
	s.press("m")
	s.see("Messages of HUMA-", "planned", "sent 204", "delivered 204")
	s.press("m") // its receipt, from where m leads back
	s.see("Verdicts", "the body is valid by the")
	s.press("m")
	s.see("Messages of HUMA-", "delivered 204")
	s.press("\x03")
	s.wantExit(exitDone)
}
