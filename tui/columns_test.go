package tui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/tui/tuitest"

	"github.com/charmbracelet/x/ansi"
)

func TestListsShowTheirColumnsAtEveryWidth(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		key  string
		head []string // titles, each with its short form
		row  []string // texts in the first row or the one below
		from int      // the width from which these are shown
	}{
		{"1", []string{"Name", "Channels|Ch", "Sandbox", "State", "Outcome", "Auth"}, []string{"acme", "prod", "↻ retrying", "HS256"}, 60},
		{"1", []string{"When"}, []string{"12:04:33"}, 64},
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
					t.Fatalf("view %s has no titles at %d columns:\n%s", test.key, width, strings.Join(lines, "\n"))
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

// The words for what failed must be distinguishable on every screen: with panes side by side, stacked
// and three of them.
func TestFaultsAreNamedAtEveryWidth(t *testing.T) {
	t.Parallel()
	faults := []struct {
		auth, schema string
		words        []string // any of these is in the row
	}{
		{"scheme", "json", []string{"✗ scheme ✗ json", "✗ sche… ✗ json", "✗ sch… ✗ json"}},
		{"exp", "cut", []string{"✗ exp ✗ cut"}},
		{"sig", "coding", []string{"✗ sig ✗ coding", "✗ sig ✗ codi…", "✗ sig ✗ cod…"}},
		{"aud", "a/value", []string{"✗ aud ✗ a/value", "✗ aud ✗ value", "✗ aud ✗ val…"}},
		{"alg", "keys", []string{"✗ alg ✗ keys"}},
	}
	testReceiver(t, func(s *testStore) {
		s.AddFewReceipts(func(all []storage.Receipt) {
			for i, f := range faults {
				all[i].Status = "bounce"
				all[i].Verdicts.Auth = storage.Verdict{Result: storage.Fail, Word: f.auth}
				all[i].Verdicts.Schema = storage.Verdict{Result: storage.Fail, Word: f.schema}
			}
		})
	}, func(c *console) {
		for width := 80; width <= 220; width++ {
			c.size(width, 40)
			lines := strings.Split(ansi.Strip(c.view()), "\n")
			at := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, " Event ") })
			for i, f := range faults {
				row, _, _ := strings.Cut(lines[at+1+i], "│")
				row = squeeze(row)
				if !slices.ContainsFunc(f.words, func(w string) bool { return strings.Contains(row, w) }) {
					t.Errorf("at %d columns the row is %q, want one of %q", width, row, f.words)
				}
			}
		}
	})
}

// A truncated word is marked, because "time" would be read as a word of its own.
func TestTruncatedWordsAreMarked(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.store.AddTwoWebhooks()
		for i, reason := range []storage.NoAnswer{storage.NoAnswerTimeout, storage.NoAnswerTLS, storage.NoAnswerRefused} {
			d := c.store.AddDelivery(tuitest.Bounce(acme(), i+1, noon().Add(time.Duration(i)*time.Second)))
			c.store.Attempt(d.ID, storage.Outcome{State: storage.Failed, Attempt: storage.Attempt{ErrorClass: storage.ClassConnect, NoAnswer: reason}})
		}
		c.wait(changeGap)
		c.press("3")
		for width := 60; width <= 220; width++ {
			c.size(width, 40)
			for _, words := range [][]string{{" timeout ", " timeo… ", " time… ", " tim… "}, {" tls "}, {" refused ", " refus… ", " refu… ", " ref… "}} {
				if !slices.ContainsFunc(words, func(w string) bool { return strings.Contains(c.screen(), w) }) {
					t.Errorf("at %d columns: want one of %q on the screen:\n%s", width, words, c.screen())
				}
			}
		}
	})
}
