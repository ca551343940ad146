package tui

import (
	"strings"
	"testing"

	"backchannel/storage/export"
)

// The texts that y offers for deliveries and receipts contain no secrets, and equal what the
// commands print.
func TestCopiesOfDeliveriesAndReceipts(t *testing.T) {
	t.Parallel()
	testDeliveries(t, func(c *console) {
		r := c.store.AllReceipts()[1]
		for _, test := range []struct {
			keys []string // that select the record
			find string
			want string
		}{
			{[]string{"3", "g"}, "curl", "--url 'https://127.0.0.1:9443/feedback/myImsOrg/prod'"},
			{[]string{"3", "G"}, "answer", "upstream warming up"},
			{[]string{"3", "g"}, "receipt", r.ID.String()},
			{[]string{"3", "j", "j"}, "URL", "https://127.0.0.1:9443/feedback/myImsOrg/prod"},
			{[]string{"4", "g", "j"}, "verdicts", export.VerdictText(r.Verdicts)},
			{[]string{"4", "g", "j"}, "curl", "--header 'X-Team: crm'"},
		} {
			c.press(test.keys...)
			c.press("y")
			c.write(test.find)
			c.press("enter")
			got := lastOf(append([]string{""}, c.copied...))
			if !strings.Contains(got, test.want) {
				t.Errorf("%s, %s: copied %q, want it to contain %q", test.keys, test.find, got, test.want)
			}
			for _, secret := range []string{"Bearer aaa", "hush", strings.Repeat("s", 32)} {
				if strings.Contains(got, secret) {
					t.Errorf("%s, %s: copied %q, which contains a secret", test.keys, test.find, got)
				}
			}
		}
	})
}
