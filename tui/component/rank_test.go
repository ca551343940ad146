package component

import "testing"

func TestRank(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		typed, name, title string
		want               int
	}{
		{"clear", "clear", "Clear the receiver; pinned receipts stay", wholeWord},
		{" Clear ", "clear", "", wholeWord},
		{"cle", "clear", "", nameBegins},
		{"now", "retry now", "", namePrefix},
		{"clear", "pin", "Pin it: retention and clearing leave it", titlePrefix},
		{"clearing", "pin", "Pin it: retention and clearing leave it", titleWords},
		{"acme prod: bounce", "bounce", "Fire at acme prod: bounce", titleWords},
		{"learing", "pin", "Pin it: retention and clearing leave it", titleHolds},
		{"crx", "pin", "Pin it: retention and clearing leave it", noMatch},
		{"piac", "pin", "Pin it: retention and clearing leave it", abbreviation},
		{"elet", "delete", "Delete the webhook; its receipts stay", titleHolds},
		{"help", "delete", "Webhooks: Delete the webhook; receipts stay, perhaps", noMatch},
		{"日a", "", "日本 at acme", abbreviation},
		{"zz", "", "no such thing", noMatch},
		{"日本", "", "Fire at 日本 prod", titleWords},
		{"--", "", "a -- b", titleHolds},
	} {
		if got := rank(test.typed, test.name, test.title); got != test.want {
			t.Errorf("%q in %q, %q: %d, want %d", test.typed, test.name, test.title, got, test.want)
		}
	}
}
