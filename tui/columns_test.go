package tui

import (
	"slices"
	"strings"
	"testing"

	"backchannel/tui/tuitest"

	"github.com/charmbracelet/x/ansi"
)

// TestListsShowWhatOneLooksFor reads the heads and the rows of the lists at every width.
func TestListsShowWhatOneLooksFor(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		key  string
		head []string // title, or the short one
		row  []string // in the first row and the one below
		from int      // the width from which that holds
	}{
		{"1", []string{"Name", "Channels|Ch", "Sandbox", "State", "Outcome", "When"}, []string{"acme", "prod", "↻ retrying", "12:04:33"}, 60},
		{"1", []string{"Auth"}, []string{"HS256"}, 64},
		{"1", []string{"URL", "Organization"}, []string{"@receiver", "myImsOrg"}, 200},
		{"2", []string{"Name", "Channel|Ch", "Status", "Webhooks|Hooks", "Executions|Exec", "Delivered|Deliv", "Bounced|Bnc", "Failed|Fail"}, []string{"receipts", "sms", "· Draft", "▲ on"}, 60},
		{"3", []string{"Time", "State", "Event", "Webhook", "Tries|Try", "Code", "Next"}, []string{"12:03:29", "✗ failed", "bounce", "acme", "401"}, 60},
		{"3", []string{"Latency", "Receiver|Rcv"}, nil, 140},
		{"4", []string{"Time", "Event", "Ch", "Identity", "Answer|Ans", "Auth", "Schema|Sch"}, []string{"12:04:31", "sent", "email", "john.doe@luma.c", "204", "✗ exp"}, 60},
		{"4", []string{"Other"}, []string{"→ sent"}, 72},
		{"4", nil, []string{"12:04:31.220", "john.doe@luma.com"}, 120},
		{"4", []string{"Webhook"}, []string{"12:04:31.220", "acme prod"}, 160},
		{"5", []string{"Time", "What"}, []string{"webhook"}, 60},
	} {
		testConsole(t, func(c *console) {
			c.store.AddFewDeliveries()
			c.store.AddCampaign(tuitest.Receipts())
			c.wait(changeGap)
			c.wait(changeGap)
			c.press(test.key)
			for width := test.from; width <= 220; width += 4 {
				c.size(width, 40)
				lines := strings.Split(ansi.Strip(c.view()), "\n")
				at := slices.IndexFunc(lines, func(l string) bool {
					return strings.Contains(l, " Event ") || strings.Contains(l, "What") || strings.Contains(l, "Outcome") || strings.Contains(l, " Status ")
				})
				if at < 0 {
					t.Fatalf("view %s has no head at %d columns:\n%s", test.key, width, strings.Join(lines, "\n"))
				}
				for _, title := range test.head {
					long, short, _ := strings.Cut(title, "|")
					if words := strings.Fields(lines[at]); !strings.Contains(lines[at], long) && !slices.Contains(words, short) {
						t.Errorf("view %s at %d columns lacks %s: %s", test.key, width, long, lines[at])
					}
				}
				for _, text := range test.row {
					if !strings.Contains(lines[at+1]+lines[at+2], text) {
						t.Errorf("view %s at %d columns lacks %q:\n%s", test.key, width, text, strings.Join(lines[at:at+3], "\n"))
					}
				}
			}
		})
	}
}
